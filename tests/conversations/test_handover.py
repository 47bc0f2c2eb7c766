"""Another app has a conversation: we read along, and know whose it is in Meta's order."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import NOON, PAGE, PETER, delivery, echo, post, text
from webgateway.conversations import closing, ownership
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.journal.models import Event

INBOX = "263902037430900"
BOT = "1517776481860111"


@pytest.fixture
def receive(visitor, gateway, page, work):
    """Deliver items and let them take effect; sending is left alone."""

    def receiving(*items, standby=False, **envelope):
        body = delivery(*items, **envelope)
        if standby:
            entry = body["entry"][0]
            entry["standby"] = entry.pop("messaging")
        post(visitor, gateway, body)
        work(reading, taking)

    return receiving


def handed(verb: str, new: str | None, previous: str | None = None, at: int = NOON, **more):
    """One of pass, take or request."""
    names = {"requested_owner_app_id": new} if verb == "request" else {"new_owner_app_id": new}
    if verb != "request":
        names["previous_owner_app_id"] = previous
    member = {f"{verb}_thread_control": {**names, "metadata": "x"}}
    return {"sender": {"id": PETER}, "recipient": {"id": PAGE}, "timestamp": at, **member, **more}


def talk() -> Conversation:
    return db.session.scalars(select(Conversation)).one()


def said() -> list[tuple[str, str]]:
    found = db.session.scalars(select(Message).order_by(Message.occurred_at, Message.id))
    return [(message.author, message.text) for message in found]


def last_event() -> Event:
    return db.session.scalars(select(Event).order_by(Event.id.desc())).first()


class TestStandby:
    def test_what_the_customer_says_to_another_app_is_kept_and_shown(self, receive):
        receive(text("I was talking to Maria", "m_1"), standby=True)
        assert said() == [("customer", "I was talking to Maria")]
        assert talk().owner_app_id == ownership.SOMEBODY
        assert (last_event().outcome, last_event().conversation) == ("done", talk())

    def test_what_the_other_app_answers_names_it(self, receive):
        receive(text("Hello", "m_1"), standby=True)
        receive(echo("agent answer", "m_2", at=NOON + 1000), standby=True)
        assert said() == [("customer", "Hello"), ("page", "agent answer")]
        assert talk().owner_app_id == INBOX

    def test_the_flow_does_not_greet(self, receive, gateway):
        gateway.flow = cast.flow()
        db.session.commit()
        receive(text("Hello", "m_1"), standby=True)
        assert [author for author, _ in said()] == ["customer"]

    def test_the_flow_greets_when_the_customer_then_writes_to_us(self, receive, gateway):
        gateway.flow = cast.flow()
        db.session.commit()
        receive(text("Hello", "m_1"), standby=True)
        receive(text("Anybody?", "m_2", at=NOON + 1000))
        assert [author for author, _ in said()] == ["customer", "customer", "flow"]
        assert talk().owner_app_id is None

    def test_the_flow_does_not_say_farewell(self, receive, gateway):
        gateway.flow = cast.flow(closing_message="Until next time!")
        db.session.commit()
        receive(text("Hello", "m_1"), standby=True)
        closing.close(talk())
        assert [author for author, _ in said()] == ["customer"]

    def test_a_button_has_its_title_and_no_payload(self, receive):
        item = {"sender": {"id": PETER}, "recipient": {"id": PAGE}, "timestamp": NOON}
        receive({**item, "postback": {"mid": "m_1", "title": "Talk to an agent"}}, standby=True)
        message = db.session.scalars(select(Message)).one()
        assert (message.kind, message.text, message.payload) == ("postback", "Talk to an agent", None)

    def test_an_answer_to_somebody_we_do_not_know_opens_nothing(self, receive):
        receive(echo("agent answer", "m_2"), standby=True)
        assert said() == []
        assert (last_event().outcome, last_event().reason) == (
            "ignored",
            "The page wrote to somebody who has never written to it here.",
        )

    def test_the_customer_who_writes_to_us_makes_it_ours(self, receive):
        receive(text("One", "m_1"), standby=True)
        receive(text("Two", "m_2", at=NOON + 1000))
        assert talk().owner_app_id is None

    def test_what_was_delivered_late_changes_nobody(self, receive):
        receive(text("Two", "m_2", at=NOON + 1000), standby=True)
        receive(text("One", "m_1", at=NOON))
        assert talk().owner_app_id == ownership.SOMEBODY

    def test_instagram_does_the_same(self, visitor, gateway, page, work):
        page.instagram_id = "17841405726653026"
        db.session.commit()
        item = text("Hello", "m_1", by="6841100000000001", page=page.instagram_id)
        entry = {"id": page.instagram_id, "time": NOON, "standby": [item]}
        post(visitor, gateway, {"object": "instagram", "entry": [entry]})
        work(reading, taking)
        assert (talk().channel, talk().owner_app_id) == ("instagram", ownership.SOMEBODY)


class TestHandover:
    def test_another_app_that_takes_over_has_it(self, receive, gateway):
        receive(text("Hello", "m_1"))
        receive(handed("take", INBOX, gateway.app_id, NOON + 1000))
        assert talk().owner_app_id == INBOX
        assert said()[-1] == ("note", "Meta's inbox took this conversation over.")

    def test_passed_to_us_it_is_ours(self, receive, gateway):
        receive(text("Hello", "m_1"), standby=True)
        receive(handed("pass", gateway.app_id, INBOX, NOON + 1000))
        assert talk().owner_app_id is None
        assert said()[-1] == ("note", "Meta's inbox passed this conversation to webgateway.")

    def test_passed_to_us_it_opens_where_none_is_open(self, receive, gateway):
        receive(handed("pass", gateway.app_id))
        assert talk().contact.meta_id == PETER
        assert said() == [("note", "This conversation was passed to webgateway.")]

    def test_passed_on_to_a_third_app_it_is_that_apps(self, receive, gateway):
        receive(text("Hello", "m_1"))
        receive(handed("pass", BOT, gateway.app_id, NOON + 1000))
        assert talk().owner_app_id == BOT
        assert said()[-1][1] == f"webgateway passed this conversation to Another app ({BOT})."

    def test_ids_may_be_numbers(self, receive):
        receive(text("Hello", "m_1"))
        receive(handed("take", int(INBOX), at=NOON + 1000))
        assert talk().owner_app_id == INBOX

    def test_the_order_is_metas_and_not_that_of_the_deliveries(self, receive, gateway):
        receive(text("Hello", "m_1"))
        receive(handed("take", INBOX, gateway.app_id, NOON + 2000))
        receive(handed("pass", BOT, gateway.app_id, NOON + 1000))
        assert talk().owner_app_id == INBOX
        assert (last_event().outcome, last_event().reason) == (
            "ignored",
            "Meta has said since who has this conversation.",
        )

    def test_an_app_that_asks_is_a_line_and_gets_nothing(self, receive):
        receive(text("Hello", "m_1"))
        receive(handed("request", BOT, at=NOON + 1000))
        assert talk().owner_app_id is None
        assert said()[-1] == ("note", f"Another app ({BOT}) asks for this conversation.")

    @pytest.mark.parametrize("verb", ["take", "request"])
    def test_without_an_open_conversation_there_is_nothing_to_say(self, receive, verb):
        receive(handed(verb, BOT))
        assert db.session.scalars(select(Conversation)).all() == []
        assert last_event().reason == "There is no open conversation with this customer."

    def test_the_roles_of_the_apps_move_no_conversation(self, receive):
        roles = {"recipient": {"id": PAGE}, "timestamp": NOON, "app_roles": {BOT: ["primary_receiver"]}}
        receive(roles)
        assert last_event().outcome == "ignored"
        assert "roles of the apps" in last_event().reason

    def test_the_same_delivered_twice_is_one_line(self, receive):
        receive(text("Hello", "m_1"))
        for _ in range(2):
            receive(handed("take", INBOX, at=NOON + 1000))
        assert len(said()) == 2
        assert last_event().outcome == "duplicate"


def test_a_note_is_no_answer_and_no_news(receive, as_gail):
    receive(text("Is the shop open?", "m_1"))
    receive(handed("request", BOT, at=NOON + 1000))
    shown = as_gail.fragment("/conversations/").text
    assert "Waiting" in shown
    assert "Is the shop open?" in shown
    assert "asks for" not in shown


def test_what_another_app_has_waits_for_nobody_here(receive, as_gail):
    receive(text("Is the shop open?", "m_1"), standby=True)
    shown = as_gail.fragment("/conversations/").text
    assert "Waiting" not in shown
    assert "Another app" in shown
