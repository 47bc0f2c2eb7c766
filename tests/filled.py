"""A database with rows in every table, and in them what one kind of database may hold and another not."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Table, select

from tests import cast
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import (
    Comparison,
    Conversation,
    Message,
    Part,
    Reaction,
    Recovery,
    Wording,
)
from webgateway.conversations.offers import Offer
from webgateway.conversations.reasons import ClosingReason
from webgateway.conversations.uploads import Upload
from webgateway.db import Model, db, utcnow
from webgateway.flows.models import Ref
from webgateway.heartbeat import Heartbeat
from webgateway.journal.arrivals import Arrival
from webgateway.journal.models import Delivery, Event, Watch
from webgateway.journal.silences import Silence
from webgateway.pages.models import AuditEntry, DataDeletion, Login
from webgateway.pages.notices import Notice
from webgateway.queues.models import Agent, Queue
from webgateway.records.models import Columns, Day
from webgateway.workspace.canned import CannedAnswer

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
    cast.message(peter, "Hi", mid="m_3", referral=None)
    answer = cast.message(peter, "Yes", "agent", user=cast.person("Gail"))
    answer.comment = cast.comment(page, "What is in \u00bbit\u00ab? 🐘", at=KYIV, replied_at=KYIV)
    delivery = Delivery(
        tenant_id=page.tenant_id,
        gateway_id=page.gateway_id,
        body=BODY,
        size=len(BODY),
        signature="sha256",
        state="read",
        received_at=KYIV,
    )
    ada = {"user_id": cast.person("Ada").id, "page_id": page.id}
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
        Wording(contact_id=peter.contact_id, mid="m_2", number=0, text=None, occurred_at=KYIV),
        Reaction(contact_id=peter.contact_id, mid="m_3", sign="❤️", occurred_at=KYIV),
        *_desk(peter, answer),
        Ref(tenant_id=page.tenant_id, flow_id=page.gateway.flow_id, value="літо 🐘"),
        Login(gateway_id=page.gateway_id, state_hash="0", redirect_uri="", code="AQD", **ada),
        DataDeletion(code="0123456789abcdef", done_at=datetime(2026, 1, 1, tzinfo=UTC)),
        DataDeletion(code="0", gateway_id=page.gateway_id, person="4705278912843591", issued_at=1785312004),
        AuditEntry(kind="data deleted", gateway_id=page.gateway_id, code="0", counts={"contacts": 1}),
        AuditEntry(kind="records exported", tenant_id=page.tenant_id, user_id=ada["user_id"]),
        Comparison(
            recovery=Recovery(gateway_id=page.gateway_id, user_id=ada["user_id"], since=KYIV),
            page_id=page.id,
            channel="messenger",
            since=KYIV,
            until=KYIV,
        ),
        Watch(seen_at=KYIV),
        Notice(page_id=page.id, kind="policy", subject="blocked", state="blocked", since=KYIV, at=KYIV),
        Arrival(gateway_id=page.gateway_id, page_id=page.id, hour=KYIV, number=3, last_at=KYIV),
        Silence(page_id=page.id, since=KYIV),
        Day(tenant_id=page.tenant_id, day=KYIV.date(), columns=Columns.unpack(bytes(59)), still_open=1),
        Heartbeat(worker="gone:1", seen_at=utcnow() - timedelta(hours=1)),
    ]
    db.session.add_all(rest)
    db.session.commit()


def _desk(conversation: Conversation, answer: Message) -> list[Model]:
    """What agents and bots leave."""
    gail, tenant_id = cast.person("Gail"), conversation.tenant_id
    queue = Queue(tenant_id=tenant_id, name="Повернення", members=[gail])
    upload = Upload(tenant_id=tenant_id, user=gail, kind="file", name="1.pdf", mime_type="application/pdf")
    upload.size, upload.content = len(BODY), BODY
    answer.parts.append(Part(conversation_id=conversation.id, page_id=conversation.page_id, position=1))
    answer.parts[-1].key, answer.parts[-1].text, answer.parts[-1].upload = "wg:2", "", upload
    answer.parts[-1].quick_replies = [{"type": "email"}]
    conversation.queue, conversation.agent = queue, gail
    conversation.closing_reason = ClosingReason(tenant_id=tenant_id, name="Done")
    call = BotCall(
        tenant_id=tenant_id, conversation_id=conversation.id, part="bot", url="https://bot.example/"
    )
    call.key, call.kind, call.payload, call.flow_id = "msg_1", "message.received", {}, conversation.flow_id
    return [
        Agent(tenant_id=tenant_id, user=gail),
        Offer(conversation_id=conversation.id, user=gail, queue=queue, expires_at=KYIV),
        Fact(contact_id=conversation.contact_id, kind="email", value="p@example.com", source="text"),
        CannedAnswer(tenant_id=tenant_id, shortcut="hi", text="Hello!", queue=queue),
        call,
    ]


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
