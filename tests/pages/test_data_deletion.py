"""The data deletion callback: everything we hold of a person goes, and a public page says how far it is."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import String, select
from sqlalchemy import cast as as_type

from tests import cast
from tests.deliveries import delivery, post, text
from tests.pages.leaving import OLENA, ask_deletion, everywhere
from webgateway.conversations import bot_calls, knowing, thread_tokens
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import db, utcnow
from webgateway.flows.definition import Bot
from webgateway.journal.models import Delivery, Event
from webgateway.pages import erasing, leaving
from webgateway.pages.models import Account, AuditEntry, DataDeletion

PICTURE = "https://scontent.fbcdn.net/olena.jpg"


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway, picture_url=PICTURE))
    return page


def test_meta_gets_a_code_and_an_address(visitor, gateway, page):
    answer = ask_deletion(visitor, gateway)
    assert answer.status_code == 200
    code = answer.json["confirmation_code"]
    assert code.isalnum()
    assert len(code) >= 32
    assert answer.json["url"] == f"http://localhost/data-deletion/{code}"


def test_nothing_of_the_person_is_left(visitor, gateway, page):
    for trace in (OLENA, "Olena", PICTURE, "EAA-user-token"):
        assert trace in everywhere()
    ask_deletion(visitor, gateway)
    db.session.expire_all()
    for trace in (OLENA, "Olena", PICTURE, "EAA-user-token", "EAA-page-token"):
        assert trace not in everywhere()


def test_what_is_kept_says_that_it_was_done_and_nothing_of_whom(visitor, gateway, page):
    code = ask_deletion(visitor, gateway).json["confirmation_code"]
    first, last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert (first.kind, first.counts) == (
        "data deletion requested",
        {"accounts": 1, "grants": 1, "logins": 0},
    )
    assert (last.kind, last.code, last.gateway_id) == ("data deleted", code, gateway.id)
    assert utcnow() - last.at < timedelta(minutes=1)


def test_the_page_says_in_words_how_far_it_is(visitor, gateway, page):
    url = ask_deletion(visitor, gateway).json["url"]
    deletion = db.session.scalars(select(DataDeletion)).one()
    for started, done, words in (
        (None, None, "Requested."),
        (utcnow(), None, "Being done."),
        (None, utcnow(), "Done."),
    ):
        deletion.started_at, deletion.done_at = started, done
        answer = visitor.get(url)
        assert answer.status_code == 200
        assert words in answer.text
        assert "What this does not cover" in answer.text
        assert deletion.code in answer.text
        for trace in (OLENA, "Olena", "Support", "Cisco"):
            assert trace not in answer.text


def test_an_unknown_code_is_404(visitor):
    assert visitor.get("/data-deletion/none").status_code == 404


def test_somebody_unknown_gets_a_code_as_well_and_learns_nothing(visitor, gateway, page):
    answer = ask_deletion(visitor, gateway, user_id="999")
    assert "Done." in visitor.get(answer.json["url"]).text
    assert len(page.grants) == 1


@pytest.mark.parametrize("user_id", [None, "", []])
def test_a_request_of_nobody_is_400(visitor, gateway, page, user_id):
    assert ask_deletion(visitor, gateway, user_id=user_id).status_code == 400
    assert db.session.scalars(select(DataDeletion)).all() == []


def test_the_page_asks_for_another_login(visitor, gateway, page):
    ask_deletion(visitor, gateway)
    assert "Reconnect it" in page.obstacle


def test_the_same_request_again_is_the_same_deletion(visitor, gateway, page):
    codes = {ask_deletion(visitor, gateway, issued_at=1785312004).json["confirmation_code"] for _ in range(3)}
    assert len(codes) == 1
    assert len(db.session.scalars(select(AuditEntry)).all()) == 2


def test_a_replay_does_not_end_a_newer_login(visitor, gateway, page):
    ask_deletion(visitor, gateway, issued_at=1785312004)
    cast.account(gateway)
    for issued_at in (1785312004, 1785312003, None):
        ask_deletion(visitor, gateway, issued_at=issued_at)
    assert db.session.scalars(select(Account)).one()


def test_a_later_request_of_the_same_person_deletes_again_under_the_same_code(visitor, gateway, page):
    first = ask_deletion(visitor, gateway, issued_at=1785312004).json["confirmation_code"]
    cast.account(gateway)
    assert ask_deletion(visitor, gateway, issued_at=1785312005).json["confirmation_code"] == first
    assert db.session.scalars(select(Account)).all() == []


def test_two_people_have_two_codes_and_so_has_one_at_two_gateways(visitor, gateway, page):
    other = cast.gateway("Sales", app_id="2")
    answers = [
        ask_deletion(visitor, gateway),
        ask_deletion(visitor, gateway, user_id="9"),
        ask_deletion(visitor, other),
    ]
    assert len({answer.json["confirmation_code"] for answer in answers}) == 3


def test_twice_at_once_is_one_deletion(app, gateway, page):
    gateway_id, codes = gateway.id, []
    db.session.remove()
    start = threading.Barrier(2)

    def ask():
        with app.app_context():
            here = db.session.get(type(gateway), gateway_id)
            db.session.commit()
            start.wait()
            codes.append(leaving.delete_data(here, OLENA, 1785312004).code)
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(codes) == 2
    assert len(set(codes)) == 1
    assert db.session.scalars(select(DataDeletion)).one().done_at
    kinds = sorted(db.session.scalars(select(AuditEntry.kind)))
    assert kinds[-1] == "data deletion requested"
    assert kinds.count("data deletion requested") == 1


def test_a_worker_that_was_stopped_is_made_up_for(visitor, gateway, page, monkeypatch):
    monkeypatch.setattr(erasing.erase, "function", lambda *_: None)
    monkeypatch.setattr(erasing.erase, "later", lambda *_: None)
    ask_deletion(visitor, gateway)
    deletion = db.session.scalars(select(DataDeletion)).one()
    assert (deletion.person, deletion.done_at) == (OLENA, None)
    monkeypatch.undo()
    erasing.finish()
    db.session.expire_all()
    assert deletion.person is None
    assert deletion.done_at


def test_the_id_is_not_readable_in_the_database_while_it_waits(visitor, gateway, page, monkeypatch):
    monkeypatch.setattr(erasing.erase, "later", lambda *_: None)
    ask_deletion(visitor, gateway)
    stored = db.session.scalar(select(as_type(DataDeletion.__table__.c.person, String)))
    raw = db.session.execute(db.text("SELECT person FROM data_deletions")).scalar()
    assert stored
    assert OLENA not in raw


def test_finishing_happens_by_the_clock(app):
    tasks = {task.name for task in app.extensions["huey"]._registry.periodic_tasks}
    assert "webgateway.pages.erasing.finish" in tasks


class TestCustomer:
    """Who is known by the same id as a customer, too."""

    @pytest.fixture
    def talk(self, visitor, gateway, page, work, requests_mock):
        """Olena wrote, somebody answered; Peter wrote in the same delivery."""
        requests_mock.get(
            f"http://127.0.0.1:9/v26.0/{OLENA}", json={"name": "Olena K.", "profile_pic": PICTURE}
        )
        requests_mock.get("http://127.0.0.1:9/v26.0/7392015648120394", json={"name": "Peter Chang"})
        post(
            visitor,
            gateway,
            delivery(text("My secret is a blue heron", "m_1", by=OLENA), text("Hi from Peter", "m_2")),
        )
        work()
        talk = db.session.scalars(
            select(Conversation).join(Conversation.contact).where(Contact.meta_id == OLENA)
        ).one()
        answer = cast.message(talk, "So your secret is a blue heron", "agent", user=cast.person("Gail"))
        db.session.add(
            Part(
                message_id=answer.id, conversation_id=talk.id, page_id=page.id, position=0, key="wg:1",
                text="So your secret is a blue heron",
            )
        )  # fmt: skip
        db.session.commit()
        return talk

    def test_words_name_picture_and_id_go_everywhere(self, visitor, gateway, talk):
        assert "a blue heron" in everywhere()
        ask_deletion(visitor, gateway)
        db.session.expire_all()
        for trace in (OLENA, "Olena", PICTURE, "a blue heron"):
            assert trace not in everywhere()

    def test_what_she_told_of_herself_goes_and_what_a_bot_was_told(self, visitor, gateway, talk):
        flow = cast.flow(parts=(Bot(id="bot", url="https://bot.example"),))
        talk.flow, talk.flow_version, talk.idle_at = flow, flow.live, utcnow()
        message = db.session.scalars(select(Message).where(Message.author == "customer")).first()
        knowing.know(talk.contact, "email", "olena@example.com", "text", message)
        bot_calls.tell(talk, flow.definition.parts[0], "message.received", message)
        db.session.commit()
        ask_deletion(visitor, gateway)
        db.session.expire_all()
        assert "olena@example.com" not in everywhere()
        assert "a blue heron" not in everywhere()
        assert db.session.scalars(select(BotCall.state)).all() == ["dropped"]
        assert talk.idle_at is None

    def test_the_other_customer_of_the_same_delivery_stays(self, visitor, gateway, talk):
        ask_deletion(visitor, gateway)
        db.session.expire_all()
        assert db.session.scalars(select(Message).where(Message.text == "Hi from Peter")).one()
        kept = db.session.scalars(select(Delivery)).one()
        assert b"Hi from Peter" in kept.body
        assert kept.size == len(kept.body)
        assert db.session.scalars(select(Event.user_id).order_by(Event.id)).all() == [
            None,
            "7392015648120394",
        ]

    def test_what_waited_to_be_sent_to_her_is_not_sent(self, visitor, gateway, talk):
        ask_deletion(visitor, gateway)
        part = db.session.scalars(select(Part)).one()
        assert (part.state, part.text) == ("failed", "")

    def test_whoever_has_the_conversation_open_sees_it(self, visitor, as_ada, gateway, talk):
        before = thread_tokens.of(talk).all
        ask_deletion(visitor, gateway)
        assert thread_tokens.of(talk).all != before

    def test_the_conversation_is_closed_and_can_be_looked_at(self, visitor, as_ada, gateway, talk):
        ask_deletion(visitor, gateway)
        assert not talk.is_open
        page = as_ada.get(f"/conversations/{talk.id}").text
        assert "Deleted at the customer&#39;s wish." in page

    def test_it_is_counted(self, visitor, gateway, talk):
        ask_deletion(visitor, gateway)
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.kind == "data deleted")).one()
        assert entry.counts == {
            "contacts": 1,
            "conversations": 1,
            "messages": 2,
            "deliveries": 1,
            "events": 1,
        }

    def test_should_she_write_again_she_is_somebody_new(self, visitor, gateway, talk, work):
        ask_deletion(visitor, gateway)
        post(visitor, gateway, delivery(text("Hello again", "m_3", by=OLENA)))
        work()
        assert db.session.scalars(select(Contact).where(Contact.meta_id == OLENA)).one().id != talk.contact_id

    def test_the_same_id_at_another_gateway_stays(self, visitor, gateway, talk):
        other = cast.page(cast.gateway("Sales", app_id="2"), meta_id="1090")
        twin = cast.contact(other, "Olena", OLENA)
        ask_deletion(visitor, gateway)
        db.session.refresh(twin)
        assert twin.name == "Olena"
