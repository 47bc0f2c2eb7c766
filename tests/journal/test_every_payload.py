"""Every shape Meta sends goes through the whole system: accepted, and each event accounted for."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import post
from webgateway.conversations.models import Message
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.journal.models import Delivery, Event

PAYLOADS = Path(__file__).parent.parent / "meta" / "payloads"
FILES = sorted(path for path in PAYLOADS.rglob("*.json") if "callbacks" not in path.parts)
VISIBLE = ("message", "postback", "referral")


@pytest.fixture
def pages(gateway):
    """Connect every page and Instagram account a payload speaks of."""

    def connect(body):
        ids = {str(entry["id"]) for entry in body.get("entry", []) if "id" in entry}
        for number, meta_id in enumerate(sorted(ids)):
            if body.get("object") == "instagram":
                cast.page(gateway, f"Page {number}", f"90000{number}", instagram_id=meta_id)
            else:
                cast.page(gateway, f"Page {number}", meta_id)

    return connect


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PAYLOADS).with_suffix("")))
def test_a_payload_is_accepted_and_accounted_for(visitor, gateway, pages, work, path):
    body = json.loads(path.read_text())
    pages(body)
    assert post(visitor, gateway, body).status_code == 200
    work(reading, taking)
    assert db.session.scalars(select(Delivery.state)).all() == ["read"]
    events = db.session.scalars(select(Event)).all()
    assert all(event.outcome in ("done", "duplicate", "ignored") for event in events)
    assert all(event.reason for event in events if event.outcome in ("duplicate", "ignored"))
    shown = [event for event in events if event.outcome == "done" and event.kind in VISIBLE]
    seen = db.session.scalars(select(Message).where(Message.author == "customer")).all()
    assert len(seen) == len(shown)
    assert all(message.text or message.attachments or message.referral for message in seen)
