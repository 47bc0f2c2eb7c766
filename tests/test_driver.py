"""What is asked in the driver's own words is answered as SQLAlchemy would answer it."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, column, func, select, values
from sqlalchemy.exc import OperationalError

from tests import cast
from webgateway.conversations.models import Message
from webgateway.db import UTCDateTime, db, row, rows, utcnow
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


def test_a_list_may_be_any_collection(said):
    since = utcnow() - timedelta(hours=1)
    expected = rows(SAID_BY_SOMEBODY, {"ids": said[:2], "since": since})
    for ids in (tuple(said[:2]), set(said[:2]), dict.fromkeys(said[:2]).keys()):
        assert rows(SAID_BY_SOMEBODY, {"ids": ids, "since": since}) == expected


def test_rows_look_the_same_however_many_are_asked_for(said):
    """What digests of them are made of."""
    since = utcnow() - timedelta(hours=1)
    few, many = (rows(SAID_BY_SOMEBODY, {"ids": said[:n], "since": since}) for n in (FEW, FEW + 1))
    assert repr(few[0]) == repr(many[0])


def test_an_error_while_rows_are_read_is_sqlalchemys(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL tells all of it at once")
    broken = select(func.json(column("word"))).select_from(values(column("word")).data([("1",), ("{",)]))
    with pytest.raises(OperationalError):
        rows(broken, {})


def test_the_only_row_or_none(said):
    asked = {"ids": said[:1], "since": utcnow() - timedelta(hours=1)}
    assert row(SAID_BY_SOMEBODY, asked).text == "100 % sure"
    assert row(SAID_BY_SOMEBODY, {**asked, "ids": [0]}) is None


def test_columns_have_their_names(said):
    [found] = rows(SAID_BY_SOMEBODY, {"ids": said[:1], "since": utcnow() - timedelta(hours=1)})
    assert (found.id, found.text, found.referral) == (said[0], "100 % sure", {"source": "AD"})
    assert found.occurred_at.tzinfo is not None
    assert found.recovered_at is None


def test_a_column_without_a_name_stands_in_its_place(said):
    [(number,)] = rows(select(func.count()).where(Message.id.in_(IDS)), {"ids": said[:3]})
    assert number == 3


def test_what_the_session_has_not_written_yet_is_found(said):
    message = db.session.get(Message, said[0])
    message.text = "Changed"
    assert row(SAID_BY_SOMEBODY, {"ids": said[:1], "since": utcnow() - timedelta(hours=1)}).text == "Changed"
