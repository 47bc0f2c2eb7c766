"""What agents do in a conversation beside answering: read, ask, note."""

from datetime import timedelta

import pytest

from tests import cast
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def last() -> Message:
    return db.session.scalars(db.select(Message).order_by(Message.id.desc()).limit(1)).one()


def test_what_is_on_the_screen_is_read(as_gail, peter):
    first, second = cast.message(peter), cast.message(peter, "Hello?")
    answer = as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": first.id}, headers=PART)
    assert peter.agent_read_at == first.created_at
    assert 'data-unread="1"' in answer.text
    as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": second.id})
    as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": first.id})
    assert peter.agent_read_at == second.created_at, "it went back"


def test_an_older_message_that_came_late_is_read_with_those_below_it(as_gail, peter):
    newest = cast.message(peter, "Hello?", occurred_at=utcnow())
    as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": newest.id})
    cast.message(peter, "Good morning", occurred_at=utcnow() - timedelta(hours=1))
    assert 'data-unread="1"' in as_gail.get("/workspace/desk", headers=PART).text
    answer = as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": newest.id}, headers=PART)
    assert 'data-unread="0"' in answer.text


def test_only_whose_conversation_it_is_reads_it(as_sam, peter):
    message = cast.message(peter)
    as_sam.post(f"/workspace/{peter.id}/reading", data={"message_id": message.id})
    assert peter.agent_read_at is None


def test_a_message_of_another_conversation_is_not_read_here(as_gail, peter, page):
    other = cast.message(cast.conversation(cast.contact(page, "Maya", "11")))
    for wrong in (other.id, 4711, "x", 2**70, None):
        assert (
            as_gail.post(f"/workspace/{peter.id}/reading", data={"message_id": wrong or ""}).status_code
            == 303
        )
    assert peter.agent_read_at is None


@pytest.mark.parametrize("what", ["email", "phone"])
def test_the_customer_is_asked_by_a_quick_reply(as_gail, peter, what):
    answer = as_gail.post(f"/workspace/{peter.id}/questions", data={"what": what}, headers=PART)
    assert answer.status_code == 200
    assert last().text in answer.text
    assert (last().author, last().quick_replies[0]["type"]) == ("agent", what)


def test_a_question_that_is_none_or_comes_too_late_is_refused(as_gail, peter):
    assert as_gail.post(f"/workspace/{peter.id}/questions", data={"what": "age"}).status_code == 422
    peter.customer_wrote_at = utcnow() - timedelta(days=9)
    db.session.commit()
    assert as_gail.post(f"/workspace/{peter.id}/questions", data={"what": "email"}).status_code == 422
    assert db.session.query(Message).count() == 0


def test_a_colleagues_customer_is_asked_nothing(as_gail, peter):
    peter.agent = cast.agent("Hugo")
    db.session.commit()
    answer = as_gail.post(f"/workspace/{peter.id}/questions", data={"what": "email"}, headers=PART)
    assert answer.status_code == 422
    assert "Hugo has this conversation." in answer.text
    assert db.session.query(Message).count() == 0


def test_whoever_asks_first_has_a_conversation_of_nobodys(as_gail, peter):
    peter.agent = None
    db.session.commit()
    as_gail.post(f"/workspace/{peter.id}/questions", data={"what": "email"})
    assert peter.agent == cast.person("Gail")


def test_a_note_is_for_colleagues_only(as_gail, as_sam, peter):
    answer = as_gail.post(f"/workspace/{peter.id}/notes", data={"text": "He is in a hurry."}, headers=PART)
    assert "He is in a hurry." in answer.text
    assert "only colleagues see it" in answer.text
    note = last()
    assert (note.author, note.kind, note.user, note.parts) == ("note", "colleague", cast.person("Gail"), [])
    assert "He is in a hurry." in as_sam.get(f"/conversations/{peter.id}").text
    assert (
        as_gail.post(f"/workspace/{peter.id}/notes", data={"text": "Twice"}).location
        == f"/workspace/{peter.id}"
    )


def test_a_note_is_no_answer(as_gail, peter):
    cast.message(peter)
    as_gail.post(f"/workspace/{peter.id}/notes", data={"text": "Look here"})
    text = as_gail.get("/workspace/desk", headers=PART).text
    assert "data-age" in text, "the customer still waits"
    assert "Look here" not in text


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5001])
def test_a_note_without_words_or_with_too_many_is_refused_and_not_lost(as_gail, peter, text):
    for headers in ({}, PART):
        answer = as_gail.post(f"/workspace/{peter.id}/notes", data={"text": text}, headers=headers)
        assert answer.status_code == 422
        assert 'aria-describedby="note-error"' in answer.text
        assert text.strip() in answer.text
    assert db.session.query(Message).count() == 0


@pytest.mark.parametrize("what", ["reading", "questions", "notes"])
def test_it_needs_the_right_and_the_tenant(as_nora, as_rita, visitor, peter, what):
    path = f"/workspace/{peter.id}/{what}"
    assert as_nora.post(path).status_code == 403
    assert as_rita.post(path).status_code == 404
    assert "/login" in visitor.post(path).location
