"""What a bot may answer, what that does, and what is wrong with what it may not."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from tests import cast
from webgateway.bots.answers import Answer, HandOver, Wrong, read
from webgateway.conversations.bot_sight import PAYLOAD
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow
from webgateway.flows.definition import Holiday, Hours, Span

OFFERING = b'{"messages": [{"text": "x", "quick_replies": [%s]}]}'


def said() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.author == "flow").order_by(Message.id)))


@pytest.mark.parametrize("body", [b"{}", b'{"messages": []}', b'{"hand_over": false, "close": false}'])
def test_nothing_may_be_said(body):
    assert not read(body, Answer)


def test_hand_over_is_a_word_or_an_object():
    assert read(b'{"hand_over": true}', Answer).wish == HandOver()
    assert read(b'{"hand_over": {"queue": "Sales", "priority": 1}}', Answer).wish == HandOver("Sales", 1)
    assert read(b'{"hand_over": false}', Answer).wish is None


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        (b"", "", "not JSON"),
        (b"<html>", "", "not JSON"),
        (b'{"messages": ', "", "not JSON"),
        (b"\xff\xfe", "", "not JSON"),
        (b"[" * 10_000, "", ""),
        (b"[]", "", "Expected `object`"),
        (b'"Hello"', "", "Expected `object`"),
        (b'{"message": "Hi"}', "", "unknown field `message`"),
        (b'{"messages": "Hi"}', "/messages", "Expected `array`"),
        (b'{"messages": [{"text": 1}]}', "/messages/0/text", "Expected `str`"),
        (b'{"messages": [{"text": ""}]}', "/messages/0/text", ""),
        (b'{"messages": [{"text": " \\u0000\\n"}]}', "/messages/0/text", ""),
        (b'{"messages": [{"text": "\\ud83d"}]}', "", ""),
        (b'{"messages": [{"text": "%s"}]}' % (b"x" * 4001), "/messages/0/text", "4000"),
        (b'{"messages": [%s]}' % b",".join([b'{"text": "x"}'] * 11), "/messages", "10"),
        (OFFERING % b'""', "/messages/0/quick_replies/0", ""),
        (OFFERING % b'"xxxxxxxxxxxxxxxxxxxxx"', "/messages/0/quick_replies/0", "20"),
        (OFFERING % b",".join([b'"a"'] * 14), "/messages/0/quick_replies", "13"),
        (b'{"hand_over": "Sales"}', "/hand_over", "bool | object"),
        (b'{"hand_over": {"priority": 2}}', "/hand_over/priority", "1"),
        (b'{"hand_over": true, "close": true}', "", "not both"),
        (b'{"close": 1}', "/close", "Expected `bool`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(body, pointer, words):
    with pytest.raises(Wrong) as wrong:
        read(body, Answer)
    assert wrong.value.pointer == pointer
    assert words in wrong.value.words


def test_texts_and_titles_are_said_as_they_are_meant(talk, robot, tell, step):
    robot.answers = [{"messages": [{"text": " Hi\r\nthere\x00 ", "quick_replies": [" Yes \n please "]}]}]
    tell()
    step()
    (message,) = said()
    assert message.text == "Hi\nthere"
    offered = {"type": "text", "title": "Yes please", "payload": PAYLOAD + "Yes please"}
    assert message.quick_replies == [offered]
    assert message.parts[-1].quick_replies == [offered]


def test_a_tapped_quick_reply_comes_back_by_its_title(tell):
    call = tell("Yes please", payload=PAYLOAD + "Yes please")
    assert call.payload["data"]["message"]["payload"] == "Yes please"


def test_a_long_text_goes_out_in_parts_and_the_last_one_offers(talk, robot, tell, step):
    robot.answers = [{"messages": [{"text": "word " * 600, "quick_replies": ["More"]}]}]
    tell()
    step()
    (message,) = said()
    assert [bool(part.quick_replies) for part in message.parts] == [False, True]


def test_it_hands_over_after_its_words(talk, robot, tell, step):
    robot.answers = [{"messages": [{"text": "A colleague comes."}], "hand_over": True}]
    tell()
    assert step().state == "done"
    assert [message.text for message in said()] == ["A colleague comes."]
    assert (talk.part, talk.agent, talk.queue.name) == (None, None, "General")


def test_to_a_queue_by_name_and_priority(talk, robot, tell, step):
    cast.queue("Returns")
    robot.answers = [{"hand_over": {"queue": "returns", "priority": 1}}]
    tell()
    step()
    assert (talk.queue.name, talk.priority, talk.part) == ("Returns", 1, None)


@pytest.mark.parametrize("wish", [True, {"queue": "Returns"}], ids=["the flow's", "by name"])
def test_to_a_queue_that_opens_tomorrow_it_says_so_and_rings_at_nobody_before(talk, robot, tell, step, wish):
    cast.queue("Returns")
    soon = (utcnow() + timedelta(days=2)).date().isoformat()
    hours = Hours(holidays=(Holiday(soon, spans=(Span("09:00", "17:00"),)),))
    does = msgspec.structs.replace(talk.does, hours=hours, offline_message="We are closed.")
    talk.flow_version.definition = does
    robot.answers = [{"hand_over": wish}]
    tell()
    step()
    assert talk.held_until.date().isoformat() == soon
    assert [message.text for message in said()] == ["We are closed."]


def test_with_a_priority_alone_the_flow_goes_on(talk, robot, tell, step):
    robot.answers = [{"hand_over": {"priority": -1}}]
    tell()
    step()
    assert (talk.queue.name, talk.priority) == ("General", -1)


def test_a_queue_that_is_not_there_is_a_wrong_answer(talk, robot, tell, step):
    rival = cast.tenant("Rival")
    cast.queue("Secret", tenant=rival)
    robot.answers = [{"messages": [{"text": "Wait"}], "hand_over": {"queue": "Secret"}}]
    tell()
    call = step()
    assert (call.state, said()) == ("failed", [])
    assert "There is no queue “Secret”." in call.error
    assert talk.queue.name == "General"


def test_it_closes_the_conversation(talk, robot, tell, step):
    robot.answers = [{"messages": [{"text": "Bye"}], "close": True}]
    tell()
    assert step().state == "done"
    assert (talk.is_open, talk.closed_how, talk.closed_by) == (False, "bot", None)


def test_what_it_answers_to_the_end_changes_nothing(talk, robot, tell, step):
    tell(None, "conversation.closed")
    talk.agent, talk.part = cast.person("Gail"), None
    db.session.commit()
    robot.answers = [{"messages": [{"text": "Good bye"}], "close": True}]
    call = step()
    assert (call.state, said(), talk.is_open) == ("dropped", [], True)
