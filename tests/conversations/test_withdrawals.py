"""Unsent messages: nothing of them is kept, in the conversation nor in the journal."""

import json

import pytest

from tests import cast
from tests.conversations import kept
from tests.conversations.receiving import close, conversation, events, item, last_event, messages
from tests.deliveries import NOON, PAGE, PETER, delivery, echo, post, text, wire
from webgateway.conversations import outgoing, thread_tokens
from webgateway.conversations.models import Conversation, Wording
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking
from webgateway.journal.models import Delivery

SECRET = "my code word is Zanzibar"
FILES = [{"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/secret.jpg"}}]


def secret(**more):
    return text(SECRET, "m_1", attachments=FILES, referral={"ref": "secret"}, **more)


def unsent(mid="m_1"):
    return item(NOON + 5000, message={"mid": mid, "is_deleted": True})


def edit():
    return item(NOON + 1000, message_edit={"mid": "m_1", "text": "my secret", "num_edit": 1})


def everything_kept() -> str:
    tables = ("messages", "wordings", "conversations", "events", "deliveries")
    rows = [row for table in tables for row in db.session.execute(db.text(f"SELECT * FROM {table}"))]
    return repr([[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in rows])


def test_its_words_and_files_are_gone_and_said_to_be(receive, screen):
    receive(secret())
    receive(unsent())
    (article,) = screen()
    assert article.endswith("The customer withdrew this message.")
    assert conversation().preview == "Message withdrawn"
    assert last_event().outcome == "done"


@pytest.mark.parametrize(
    "order", [[secret, edit, unsent], [unsent, secret, edit], [edit, unsent, secret], [secret, unsent, edit]]
)
@pytest.mark.parametrize("together", [True, False])
def test_no_copy_is_left_in_any_order(receive, screen, order, together):
    parts = [part() for part in order]
    receive(*parts) if together else [receive(part) for part in parts]
    everything = everything_kept()
    assert "Zanzibar" not in everything
    assert "secret" not in everything
    assert [event.outcome for event in events()].count("done") >= 1
    assert "waiting" not in {event.outcome for event in events()}
    if order[0] is not unsent and order[1] is not unsent:
        assert screen()[0].endswith("The customer withdrew this message.")


def test_what_comes_after_its_withdrawal_is_not_shown(receive):
    receive(unsent())
    assert last_event().reason == "This message is not here. Should it still come, it stays withdrawn."
    receive(secret())
    assert (last_event().outcome, last_event().reason) == (
        "ignored",
        "This message was withdrawn; nothing of it is kept.",
    )
    assert db.session.scalars(db.select(Conversation)).all() == []
    assert len(db.session.scalars(db.select(Wording)).all()) == 1


def test_the_deliverys_other_events_keep_their_words(receive):
    receive(secret(), text("Hello", "m_2", at=NOON + 1))
    receive(unsent())
    body = db.session.scalars(db.select(Delivery.body).order_by(Delivery.id)).first()
    first, second = json.loads(body)["entry"][0]["messaging"]
    assert first == {
        "sender": {"id": PETER},
        "recipient": {"id": PAGE},
        "timestamp": NOON,
        "message": {"mid": "m_1"},
    }
    assert second["message"]["text"] == "Hello"


def test_the_journal_says_what_was_taken_out(receive, as_ada):
    receive(secret())
    receive(unsent())
    shown = as_ada.get("/journal/1").text
    assert "What the customer withdrew was taken out of the body" in shown
    assert "Zanzibar" not in shown
    assert "Zanzibar" not in as_ada.get("/journal/1/body").text
    assert "taken out of the body" not in as_ada.get("/journal/2").text


def test_a_delivery_nobody_withdrew_from_stays_as_it_came(receive):
    receive(text("Hello", "m_2"))
    receive(unsent("m_1"))
    first = db.session.scalars(db.select(Delivery).order_by(Delivery.id)).first()
    assert first.erased_at is None
    assert first.body == wire(delivery(text("Hello", "m_2")))


def test_the_same_mid_of_another_tenant_stays(receive, page, visitor):
    theirs = cast.gateway("Rival", tenant=cast.tenant("Rival"), app_id="99")
    body = wire(delivery(secret()))
    db.session.add(
        Delivery(tenant_id=theirs.tenant_id, gateway_id=theirs.id, body=body, size=9, signature="sha256")
    )
    db.session.commit()
    receive(secret())
    receive(unsent())
    stays = db.session.scalars(db.select(Delivery).filter_by(tenant_id=theirs.tenant_id)).one()
    assert stays.body == body


def test_replaying_its_delivery_brings_nothing_back(receive, as_ada, work):
    receive(secret())
    receive(unsent())
    as_ada.post("/journal/1/replay")
    work()
    assert "Zanzibar" not in everything_kept()
    assert [message.kind for message in messages()] == ["withdrawn"]


def test_a_recovery_brings_nothing_back(receive, gateway, page, requests_mock):
    meta = kept.Kept(requests_mock)
    meta.says(SECRET, "m_1", kept.ago(hours=1))
    receive(unsent())
    kept.begin(gateway)
    kept.run()
    assert messages() == []


def test_while_another_app_owns_the_conversation_it_is_erased_too(receive, visitor, gateway, work):
    receive(secret())
    post(visitor, gateway, {"object": "page", "entry": [{"id": PAGE, "time": NOON, "standby": [unsent()]}]})
    work(reading, taking)
    assert "Zanzibar" not in everything_kept()


def test_the_open_screen_hears_of_it(receive):
    receive(secret())
    before = thread_tokens.of(conversation()).all
    receive(unsent())
    assert thread_tokens.of(conversation()).all != before


def test_a_closed_conversation_is_not_opened(receive, screen):
    receive(secret())
    ended = close()
    receive(unsent())
    assert screen(ended)[0].endswith("The customer withdrew this message.")
    assert not conversation().is_open


def test_an_older_message_leaves_the_list_alone(receive):
    receive(secret())
    receive(text("Hello", "m_2", at=NOON + 1000))
    receive(unsent())
    assert conversation().preview == "Hello"


def test_a_reaction_to_it_is_shown_no_longer(receive, screen):
    receive(secret())
    receive(item(NOON + 1, reaction={"mid": "m_1", "action": "react", "emoji": "❤️"}))
    receive(unsent())
    assert "❤️" not in screen()[0]


def test_twice_changes_nothing(receive):
    receive(secret())
    receive(unsent(), unsent())
    receive(unsent())
    assert [event.outcome for event in events()] == ["done", "done", "duplicate", "duplicate"]


def test_what_was_answered_in_metas_inbox_can_be_withdrawn_there(receive, screen):
    receive(text("Hi", "m_1"))
    receive(echo("Wrong window", "m_2", at=NOON + 1000))
    receive(echo("", "m_2", at=NOON + 2000, is_deleted=True))
    assert screen()[1].endswith("This message was withdrawn.")


def test_what_we_sent_stays_on_record(receive):
    receive(text("Hi", "m_1"))
    message = outgoing.write(conversation(), "Hello Peter", "agent", cast.person("Gail"))
    outgoing.arrived(message.parts[0], "m_out", utcnow())
    db.session.commit()
    receive(echo("", "m_out", is_deleted=True))
    assert (
        last_event().reason == "One of our own messages was withdrawn at Meta. What we sent stays on record."
    )
    assert message.text == "Hello Peter"
