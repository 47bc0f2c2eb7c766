"""What is asked in the driver's own words is answered as SQLAlchemy would answer it."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, select

from tests import cast
from webgateway.conversations.models import Message
from webgateway.db import UTCDateTime, db, rows, utcnow
from webgateway.driver import FEW

IDS = bindparam("ids", expanding=True)
SINCE = bindparam("since", type_=UTCDateTime())
SAID = (Message.id, Message.text, Message.occurred_at, Message.referral, Message.recovered_at)
SAID_BY_SOMEBODY = (
    select(*SAID)
    .where(Message.id.in_(IDS), Message.author.in_(("customer", "agent")), Message.occurred_at > SINCE)
    .order_by(Message.id)
    .limit(FEW)
)


@pytest.fixture
def said(page):
    talk = cast.conversation(cast.contact(page))
    texts = ("100 % sure", "It's :fine", "%s", "?", "¿Qué?", "six", "seven", "eight", "nine", "ten")
    messages = [cast.message(talk, text, referral={"source": "AD"}) for text in texts]
    cast.message(talk, "Not this one", author="flow")
    return [message.id for message in messages]


@pytest.mark.parametrize("count", [0, 1, 2, FEW, FEW + 1])
def test_rows_are_the_same_however_many_are_asked_for(said, count):
    asked = {"ids": said[:count], "since": utcnow() - timedelta(hours=1)}
    expected = [tuple(row) for row in db.session.execute(SAID_BY_SOMEBODY, asked)]
    assert len(expected) == min(count, FEW)
    assert [tuple(row) for row in rows(SAID_BY_SOMEBODY, asked)] == expected
    assert [tuple(row) for row in rows(SAID_BY_SOMEBODY, asked)] == expected


def test_columns_have_their_names(said):
    [row] = rows(SAID_BY_SOMEBODY, {"ids": said[:1], "since": utcnow() - timedelta(hours=1)})
    assert (row.id, row.text, row.referral) == (said[0], "100 % sure", {"source": "AD"})
    assert row.occurred_at.tzinfo is not None
    assert row.recovered_at is None


def test_a_column_without_a_name_stands_in_its_place(said):
    [(number,)] = rows(select(func.count()).where(Message.id.in_(IDS)), {"ids": said[:3]})
    assert number == 3


def test_what_the_session_has_not_written_yet_is_found(said):
    message = db.session.get(Message, said[0])
    message.text = "Changed"
    [row] = rows(SAID_BY_SOMEBODY, {"ids": said[:1], "since": utcnow() - timedelta(hours=1)})
    assert row.text == "Changed"
