"""What a flow's bot sees of a conversation: in the calls it gets, and when it asks."""

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from ..meta import messages
from ..views import showable
from . import knowing, models

PAYLOAD = "wg::"
"""What the payloads of a bot's quick replies begin with at Meta; a flow's and a profile's are others."""


class Page(Struct, frozen=True):
    """A Facebook page: Meta's id of it, and its name."""

    id: str
    name: str


class Contact(Struct, frozen=True, omit_defaults=True):
    """The customer as this page knows them. Name, e-mail address and telephone number (+49…) are there once
    known: Meta may tell the name only after the first message, or never."""

    id: int
    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class Flow(Struct, frozen=True):
    """The flow, and the version of it that this conversation follows to its end."""

    id: int
    name: str
    version: int


class Conversation(Struct, frozen=True):
    """`window_closes_at`: nothing may be written after that, until the customer writes again; null when they
    have not written yet."""

    id: int
    channel: Literal["messenger", "instagram"]
    opened_at: datetime
    window_closes_at: datetime | None
    page: Page
    contact: Contact
    flow: Flow


class Attachment(Struct, frozen=True, omit_defaults=True):
    """`type` is Meta's: image, video, audio, file, sticker, location and others. `url` only of what Meta
    keeps, and for as long as Meta does."""

    type: str
    title: str | None = None
    url: str | None = None


class Message(Struct, frozen=True):
    """`author` is customer, flow (this flow or its bot), agent or page (somebody in Meta's own inbox). `kind`
    is text, quick_reply, postback, referral, order, optin, unsupported or withdrawn; `payload` is that of
    the quick reply or button that was tapped; `at` is Meta's time."""

    id: int
    author: str
    kind: str
    text: str
    payload: str | None
    attachments: list[Attachment]
    at: datetime


def conversation(seen: models.Conversation) -> Conversation:
    wrote = seen.customer_wrote_at
    version = seen.flow_version.number if seen.flow_version else 0
    return Conversation(
        id=seen.id,
        channel=seen.channel,  # type: ignore[arg-type]
        opened_at=seen.opened_at,
        window_closes_at=wrote + messages.WINDOW - messages.MARGIN if wrote else None,
        page=Page(seen.page.meta_id, seen.page.name),
        contact=contact(seen.contact),
        flow=Flow(seen.flow_id or 0, seen.flow.name if seen.flow else "", version),
    )


def contact(seen: models.Contact) -> Contact:
    found = {"name": seen.name or seen.username}
    found |= {kind: knowing.newest(seen, kind) for kind in ("email", "phone")}
    return Contact(seen.id, **{kind: value for kind, value in found.items() if value})


def message(seen: models.Message) -> Message:
    return Message(
        id=seen.id,
        author=seen.author,
        kind=seen.kind,
        text=seen.text,
        payload=seen.payload.removeprefix(PAYLOAD) if seen.payload else None,
        attachments=[_attachment(one) for one in seen.attachments],
        at=seen.occurred_at,
    )


def _attachment(kept: dict[str, Any]) -> Attachment:
    url = kept.get("url")
    return Attachment(kept["type"], kept.get("title"), url if showable(url) else None)
