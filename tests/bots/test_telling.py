"""What a bot is told: in the caller's transaction, with what it needs and no more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import NOON, delivery, post
from webgateway.bots import replay
from webgateway.conversations import bot_calls, closing, erasing, facts, following, queueing, writing
from webgateway.conversations.bot_calls import BotCall
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking


@pytest.fixture
def receive(visitor, gateway, page, work):
    def receiving(*items):
        post(visitor, gateway, delivery(*items))
        work(reading, taking)

    return receiving


def test_a_call_holds_conversation_and_message(talk, tell, robot):
    call = tell("Where is my order?", payload="ORDER", kind="message.received")
    assert (call.state, call.url, call.part, call.flow_id) == ("waiting", robot.url, "robot", talk.flow_id)
    assert call.key.startswith("msg_")
    event = call.payload
    assert event["type"] == "message.received"
    assert event["timestamp"].endswith("Z")
    seen = event["data"]["conversation"]
    assert seen["id"] == talk.id
    assert seen["channel"] == "messenger"
    assert seen["page"] == {"id": "102938475610293", "name": "Cisco Dogs"}
    assert seen["contact"] == {"id": talk.contact_id, "name": "Peter Chang"}
    assert seen["flow"] == {"id": talk.flow_id, "name": "Orders", "version": 1}
    closes = talk.customer_wrote_at + timedelta(hours=24) - timedelta(minutes=1)
    assert seen["window_closes_at"] == closes.isoformat().replace("+00:00", "Z")
    said = event["data"]["message"]
    assert (said["text"], said["kind"], said["payload"]) == ("Where is my order?", "text", "ORDER")


def test_what_is_known_of_the_customer_is_told(talk, tell):
    found = [("email", "old@example.com", 2), ("email", "peter@example.com", 1), ("phone", "+4930901820", 1)]
    for kind, value, ago in found:
        at = utcnow() - timedelta(hours=ago)
        known = {"kind": kind, "value": value, "source": "text", "gathered_at": at}
        db.session.add(facts.Fact(contact=talk.contact, **known))
    db.session.commit()
    contact = tell().payload["data"]["conversation"]["contact"]
    assert (contact["email"], contact["phone"]) == ("peter@example.com", "+4930901820")


def test_a_name_that_is_not_known_is_not_made_up(talk, tell):
    talk.contact.name = None
    db.session.commit()
    assert tell().payload["data"]["conversation"]["contact"] == {"id": talk.contact_id}
    talk.contact.username = "peter.c"
    db.session.commit()
    assert tell().payload["data"]["conversation"]["contact"]["name"] == "peter.c"


def test_files_come_with_their_kind_and_only_metas_address(tell):
    at_meta = "https://scontent.xx.fbcdn.net/1.jpg?oh=1"
    call = tell(
        "",
        attachments=[
            {"type": "image", "url": at_meta, "title": None},
            {"type": "fallback", "url": "https://evil.example/x", "title": "A link"},
        ],
    )
    assert call.payload["data"]["message"]["attachments"] == [
        {"type": "image", "url": at_meta},
        {"type": "fallback", "title": "A link"},
    ]


def test_an_event_without_a_message_has_none(tell):
    assert "message" not in tell(None, "conversation.closed").payload["data"]


def test_nothing_is_told_when_the_caller_goes_back(talk, tell):
    bot_calls.tell(talk, talk.does.part("robot"), "message.received", cast.message(talk))
    db.session.rollback()
    assert db.session.scalars(select(BotCall)).all() == []


def kinds() -> list[str]:
    return list(db.session.scalars(select(BotCall.kind).order_by(BotCall.id)))


def test_a_bot_that_loses_its_conversation_is_told(talk):
    queueing.assign(talk, cast.person("Gail"))
    assert kinds() == ["conversation.handed_over"]
    queueing.release(talk)
    closing.close(talk)
    assert kinds() == ["conversation.handed_over"], "it had lost it before"


def test_one_that_has_failed_is_not_told(talk, tell):
    tell().state = "failed"
    queueing.assign(talk, cast.person("Gail"))
    assert kinds() == ["message.received"]


def test_nor_one_that_keeps_its_conversation(talk, tell):
    following.heard(talk, cast.message(talk, "And now?"))
    assert kinds() == ["message.received"]


def test_a_bot_is_told_when_its_patience_is_over_or_an_agent_answers(talk, page):
    following.leave_bot(talk)
    assert kinds() == ["conversation.handed_over"]
    maya = cast.contact(page, "Maya", "7392015648120395")
    other = cast.conversation(maya, flow=talk.flow, flow_version=talk.flow_version, part="robot")
    writing.write(other, "I am here.", "agent", cast.person("Gail"))
    assert kinds() == ["conversation.handed_over"] * 2


def test_a_bot_whose_conversation_is_closed_is_told_once(talk):
    closing.close(talk, cast.person("Gail"))
    closing.close(talk, cast.person("Gail"))
    assert kinds() == ["conversation.closed"]


def test_what_a_customer_withdraws_is_forgotten(talk, tell, receive):
    call = tell("My card is 4111", mid="m_1")
    other = tell("Hello", mid="m_2")
    withdrawn = {"mid": "m_1", "is_deleted": True}
    who = {"sender": {"id": talk.contact.meta_id}, "recipient": {"id": talk.page.meta_id}}
    receive({**who, "timestamp": NOON, "message": withdrawn})
    db.session.expire_all()
    assert call.payload["data"]["message"]["text"] == ""
    assert call.payload["data"]["message"]["kind"] == "withdrawn"
    assert other.payload["data"]["message"]["text"] == "Hello"


def test_at_a_customers_wish_nothing_is_left_of_what_was_told(talk, tell):
    call = tell()
    erasing.erase(talk.page.gateway, talk.contact.meta_id)
    db.session.expire_all()
    assert (call.state, call.payload) == ("dropped", {})


def test_nor_is_what_failed_before_that_told_once_more(talk, tell):
    tell().state = "failed"
    db.session.commit()
    erasing.erase(talk.page.gateway, talk.contact.meta_id)
    assert replay.failed() == 0
