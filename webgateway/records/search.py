"""What of the records a person asks for, as the URL has it; wrong values fall back to the usual ones."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import ColumnElement, select
from werkzeug.datastructures import MultiDict

from ..conversations.models import Conversation
from ..fields import whole
from ..pages.models import Page
from ..tenants.models import Tenant
from . import customers
from .words import Words

STATES = {"": "Open and closed", "open": "Open", "closed": "Closed"}
HOW = {
    "agent": "Closed by an agent",
    "flow": "Closed by the flow",
    "bot": "Closed by a bot",
    "idle": "Nobody wrote any more",
    "abandoned": "The customer gave up waiting",
}
SIZES = (25, 50, 100)
NEWEST, OLDEST = "-opened", "opened"
SORTS = ("opened", "contact", "page", "agent", "answer", "duration", "messages", "how")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
NUMBERS = ("page_id", "gateway_id", "flow_id", "queue_id", "agent_id", "reason_id")
# The first of them that is asked for names the index in whose order is looked; the others are compared.
DRIVING = {
    "agent_id": Conversation.agent_id,
    "reason_id": Conversation.closing_reason_id,
    "queue_id": Conversation.queue_id,
    "flow_id": Conversation.flow_id,
    "page_id": Conversation.page_id,
}


class Search:
    target = "#list"

    def __init__(self, tenant: Tenant, args: MultiDict[str, str], zone: ZoneInfo) -> None:
        self.tenant_id, self.zone = tenant.id, zone
        self.q = args.get("q", "").replace("\0", " ").strip()[:200]
        self.words = Words(self.q)
        self.who = " ".join(args.get("who", "").replace("\0", " ").split())[:200]
        self.ids = {name: args.get(name, type=whole) for name in NUMBERS}
        self.how = args["how"] if args.get("how") in HOW else ""
        self.state = args["state"] if args.get("state") in STATES else ""
        self.offline = args.get("offline") == "1"
        self.since, self.until = day_of(args.get("since")), day_of(args.get("until"))
        sort = args.get("sort", NEWEST)
        self.sort = sort if sort.removeprefix("-") in SORTS else NEWEST
        size = args.get("size", SIZES[0], type=whole)
        self.size = size if size in SIZES else SIZES[0]
        self.after = _place(args.get("after"))
        self.skip = min(max(args.get("skip", 0, type=whole), 0), 10_000)

    @property
    def filters(self) -> dict[str, Any]:
        days = {
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }
        rest = {"how": self.how, "state": self.state, "offline": "1" if self.offline else ""}
        return {"who": self.who, **self.ids, **days, **rest}

    @property
    def narrowing(self) -> int:
        """How many filters are in use beside the words and the customer."""
        return sum(bool(value) for name, value in self.filters.items() if name != "who")

    @property
    def narrowed(self) -> bool:
        return bool(self.q or any(self.filters.values()))

    def url(self, endpoint: str = "records.index", **changes: Any) -> str:
        """The same search with something changed, from its beginning unless told otherwise."""
        values = {"q": self.q, **self.filters, "sort": self.sort, "size": self.size, **changes}
        values.pop("page", None)
        usual = {"sort": NEWEST, "size": SIZES[0], "skip": 0}
        kept = {name: value for name, value in values.items() if value not in ("", None, usual.get(name))}
        return url_for(endpoint) + ("?" + urlencode(kept) if kept else "")

    @property
    def driving(self) -> list[ColumnElement[bool]]:
        """What an index holds: conversations of the tenant, or of somebody or something of it, by time."""
        conditions = [Conversation.tenant_id == self.tenant_id, *self._times]
        if self._customers:
            return [*conditions, Conversation.contact_id.in_(self._customers)]
        name = next((name for name in DRIVING if self.ids[name]), None)
        return [*conditions, DRIVING[name] == self.ids[name]] if name else conditions

    @property
    def compared(self) -> list[ColumnElement[bool]]:
        """The rest, for which each conversation has to be looked at."""
        asked = [name for name in DRIVING if self.ids[name]]
        conditions = [DRIVING[name] == self.ids[name] for name in (asked if self._customers else asked[1:])]
        if self.ids["gateway_id"]:
            pages = select(Page.id).where(Page.gateway_id == self.ids["gateway_id"])
            conditions.append(Conversation.page_id.in_(pages))
        if self.how:
            conditions += ended(self.how)
        if self.state:
            is_open = Conversation.closed_at.is_(None)
            conditions.append(is_open if self.state == "open" else ~is_open)
        if self.offline:
            conditions.append(Conversation.offline_at.is_not(None))
        if self.who and not self._customers:
            conditions.append(Conversation.contact.has(customers.resembling(self.who)))
        return conditions

    @cached_property
    def _customers(self) -> list[int]:
        return customers.called(self.tenant_id, self.who) if self.who else []

    @property
    def _times(self) -> list[ColumnElement[bool]]:
        conditions = []
        if self.since:
            conditions.append(Conversation.opened_at >= beginning(self.since, self.zone))
        if self.until:
            conditions.append(Conversation.opened_at < beginning(self.until + timedelta(days=1), self.zone))
        return conditions


def ended(how: str) -> list[ColumnElement[bool]]:
    """Who gave up waiting: handed over, and never anybody's until it ended."""
    if how != "abandoned":
        return [Conversation.closed_how == how]
    return [
        Conversation.closed_at.is_not(None),
        Conversation.queued_at.is_not(None),
        Conversation.assigned_at.is_(None),
        Conversation.answered_at.is_(None),
    ]


def beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _place(text: str | None) -> tuple[datetime, int] | None:
    """`microseconds.id`, as `place` writes it."""
    try:
        since, record_id = map(whole, (text or "").split("."))
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=since), record_id
    except (ValueError, OverflowError):
        return None


def place(opened_at: datetime, record_id: int) -> str:
    since = opened_at - datetime.fromtimestamp(0, UTC)
    return f"{since // timedelta(microseconds=1)}.{record_id}"
