"""What is written in a conversation goes by what it is when its turn has come, however long that took."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from tests import cast
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db, only_reads, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@contextmanager
def meanwhile(**values):
    """Somebody else changes the conversation after it was looked up, before it is held."""
    done = []

    def change(_connection, _cursor, statement, *_):
        if not done and "LEFT OUTER JOIN gateways" in statement:
            done.append(statement)
            with Session(db.engine) as elsewhere:
                elsewhere.execute(update(Conversation).values(**values))
                elsewhere.commit()

    event.listen(db.engine, "after_cursor_execute", change)
    try:
        yield
    finally:
        event.remove(db.engine, "after_cursor_execute", change)
    assert done


def answer(as_gail, talk_id):
    return as_gail.post(f"/workspace/{talk_id}/messages", data={"text": "Yes.", "key": "k1"}, headers=PART)


def test_what_was_closed_meanwhile_takes_no_answer(as_gail, talk_id):
    with meanwhile(closed_at=utcnow()):
        refused = answer(as_gail, talk_id)
    assert refused.status_code == 422
    assert "This conversation is closed." in refused.text
    assert db.session.query(Message).filter_by(author="agent").count() == 0


def test_whose_it_is_by_then_is_named(as_gail, talk_id):
    hugo = cast.agent("Hugo").id
    db.session.remove()
    with meanwhile(agent_id=hugo):
        refused = answer(as_gail, talk_id)
    assert refused.status_code == 422
    assert "Hugo has this conversation." in refused.text


def test_what_was_closed_meanwhile_is_not_closed_again(as_gail, talk_id):
    earlier = utcnow().replace(microsecond=0)
    with meanwhile(closed_at=earlier, closed_how="idle"):
        assert as_gail.post(f"/workspace/{talk_id}/closure", headers=PART).status_code == 200
    talk = db.session.get_one(Conversation, talk_id)
    assert (talk.closed_at, talk.closed_how) == (earlier, "idle")


@pytest.mark.parametrize(("verb", "form"), [("messages", {"text": "Yes.", "key": "k1"}), ("closure", {})])
def test_little_is_asked_while_others_wait_to_write(as_gail, talk_id, verb, form):
    asked = []

    def note(_connection, _cursor, statement, *_):
        if not only_reads():
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    assert as_gail.post(f"/workspace/{talk_id}/{verb}", data=form, headers=PART).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) <= 7
    assert not [
        statement for statement in asked if "JOIN gateways" in statement or "flow_versions" in statement
    ]
