"""A database with rows in every table, and in them what one kind of database may hold and another not."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Table, select

from tests import cast
from webgateway.conversations.models import Part
from webgateway.db import Model, db, utcnow
from webgateway.heartbeat import Heartbeat
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import AuditEntry, DataDeletion, Login

BODY = b'{"object": "page", \x00\xff\xfe bytes as they came}'
KYIV = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
LONELY = "half a pair \ud83d"
"""JSON can hold it, escaped; text cannot."""


def fill() -> None:
    """All tables of an empty database. Whoever adds a table adds a row here: tests/test_moving.py looks."""
    cast.people()
    page = cast.page(cast.gateway(flow=cast.flow()), subscribed_fields=["messages", LONELY])
    account = cast.account(page.gateway, name="Олена 🐘", expires_at=KYIV, scopes=["pages_messaging"])
    cast.grant(page, account)
    peter = cast.conversation(cast.contact(page))
    cast.message(peter, attachments=[{"type": "image", "url": "https://x.fbcdn.net/1", "title": None}])
    cast.message(peter, "Bought through a link", mid="m_2", referral={"ref": "nul \0 in JSON"})
    cast.message(peter, "Hi", mid="m_3", referral=None)  # JSON's null, where the first has none at all
    answer = cast.message(peter, "Yes", "agent", user=cast.person("Gail"))
    delivery = Delivery(
        tenant_id=page.tenant_id,
        gateway_id=page.gateway_id,
        body=BODY,
        size=len(BODY),
        signature="sha256",
        state="read",
        received_at=KYIV,
    )
    ada = cast.person("Ada").id
    db.session.add(delivery)
    db.session.flush()
    rest = [
        Part(
            message_id=answer.id,
            conversation_id=peter.id,
            page_id=page.id,
            position=0,
            key="wg:1",
            text="Yes",
        ),
        _event(delivery, peter),
        Login(gateway_id=page.gateway_id, user_id=ada, state_hash="0", redirect_uri="", code="AQD"),
        DataDeletion(code="0123456789abcdef", done_at=datetime(2026, 1, 1, tzinfo=UTC)),
        DataDeletion(code="0", gateway_id=page.gateway_id, person="4705278912843591", issued_at=1785312004),
        AuditEntry(kind="data deleted", gateway_id=page.gateway_id, code="0", counts={"contacts": 1}),
        Heartbeat(worker="gone:1", seen_at=utcnow() - timedelta(hours=1)),
    ]
    db.session.add_all(rest)
    db.session.commit()


def _event(delivery: Delivery, conversation) -> Event:  # type: ignore[no-untyped-def]
    return Event(
        tenant_id=delivery.tenant_id,
        delivery_id=delivery.id,
        gateway_id=delivery.gateway_id,
        page_id=conversation.page_id,
        conversation_id=conversation.id,
        position=0,
        kind="message",
        account_id=conversation.page.meta_id,
        dedupe_key="1",
        talk="1",
        outcome="done",
    )


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables as the application sees them, secrets opened."""
    found = {table.name: _rows(table) for table in Model.metadata.sorted_tables}
    db.session.rollback()
    return found


def _rows(table: Table) -> list[tuple[object, ...]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [tuple(row) for row in db.session.execute(query)]
