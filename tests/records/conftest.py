from datetime import timedelta

import pytest

from tests import cast
from webgateway.conversations.facts import Fact
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def told(page):
    """A conversation to its end: Maya asked, waited two minutes, Gail answered and closed it."""
    opened = utcnow() - 3 * HOUR
    maya = cast.contact(page, "Maya Lindqvist", "7392015648120395", username="maya.l")
    gail = cast.person("Gail")
    talk = cast.conversation(
        maya,
        opened_at=opened,
        customer_wrote_at=opened,
        last_message_at=opened + HOUR,
        flow=cast.flow("Welcome"),
        queue=cast.queue("Sales", gail),
        queued_at=opened + MINUTE,
        assigned_at=opened + 3 * MINUTE,
        waited_seconds=120,
        answered_at=opened + 4 * MINUTE,
        agent=gail,
        closed_at=opened + HOUR,
        closed_by=gail,
        closed_how="agent",
        closing_reason=ClosingReason(tenant=cast.tenant(), name="Sold"),
    )
    talk.flow_version = talk.flow.live
    first = cast.message(talk, "Do you have the blue anchor lamp?", mid="m_1", occurred_at=opened)
    cast.message(talk, "Hello! We are reading.", "flow", occurred_at=opened)
    cast.message(talk, "Yes, two are left.", "agent", user=gail, occurred_at=opened + 4 * MINUTE)
    cast.message(
        talk, "She bought one before", "note", kind="colleague", user=gail, occurred_at=opened + 5 * MINUTE
    )
    db.session.add(
        Fact(contact=maya, kind="email", value="maya@example.com", source="quick_reply", message=first)
    )
    db.session.commit()
    return talk
