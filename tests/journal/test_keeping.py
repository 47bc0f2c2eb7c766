"""What the door keeps of a commit stands in the database as it was given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from webgateway.db import db
from webgateway.journal.keeping import Keeping
from webgateway.journal.models import Delivery

NOON = datetime(2026, 3, 1, 12, 0, 0, 250, UTC)


@pytest.fixture
def keeping(app):
    return Keeping(db.engine)


def row(gateway, body, at=NOON):
    return {
        "tenant_id": gateway.tenant_id,
        "gateway_id": gateway.id,
        "received_at": at,
        "body": body,
        "size": len(body),
        "signature": "sha256",
        "state": "waiting",
        "attempts": 0,
        "next_try_at": at + timedelta(seconds=1),
    }


def test_all_rows_read_back_as_they_were_given(keeping, gateway):
    bodies = [b'{"a": "\\u20ac %s ?"}', b"\x00\xff", b""]
    here = timezone(timedelta(hours=5))
    ids = keeping.keep([row(gateway, body, NOON.astimezone(here)) for body in bodies])
    kept = db.session.scalars(db.select(Delivery).order_by(Delivery.id)).all()
    assert sorted(ids) == [delivery.id for delivery in kept]
    assert sorted(delivery.body for delivery in kept) == sorted(bodies)
    for delivery in kept:
        assert (delivery.tenant_id, delivery.gateway_id) == (gateway.tenant_id, gateway.id)
        assert (delivery.received_at, delivery.next_try_at) == (NOON, NOON + timedelta(seconds=1))
        assert (delivery.size, delivery.signature) == (len(delivery.body), "sha256")
        assert (delivery.state, delivery.attempts) == ("waiting", 0)


def test_one_row_that_is_refused_keeps_all_of_its_commit_out(keeping, gateway):
    with pytest.raises(IntegrityError):
        keeping.keep([row(gateway, b"good"), row(gateway, b"bad") | {"state": None}])
    assert db.session.scalars(db.select(Delivery)).all() == []
