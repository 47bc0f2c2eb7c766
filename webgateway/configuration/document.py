"""A tenant's configuration as it stands in a file: names in place of ids, and no secret. The format is in
docs/configuration.md; a change that an older version would read wrongly needs a new number."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..flows.definition import Ask, Bot, Close, Definition, Menu, Say, Step

FORMAT = 1
MOST = 1000
"""Entries of a kind."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of two that hold the same, one may stand for the other."""


class Head(Entry, frozen=True):
    """For whoever reads the file: when it was written, and of which tenant."""

    format: int
    exported_at: str = ""
    tenant: str = ""


class RoleEntry(Entry, frozen=True):
    name: str
    permissions: tuple[str, ...]


class QueueEntry(Entry, frozen=True):
    """`members` by their e-mail addresses. The `general` one is the general one everywhere, however it is
    called."""

    name: str
    general: bool = False
    rule: Literal["longest_idle", "round_robin", "by_hand"] = "longest_idle"
    answer_seconds: int = 30
    everybody: bool = False
    members: tuple[str, ...] = ()


class AgentEntry(Entry, frozen=True):
    email: str
    most: int


class HandOver(Step, frozen=True, kw_only=True, tag_field="kind", tag="agents"):
    """The part Agents, with its queue's name; empty: the general one."""

    queue: str = ""
    priority: int = 0
    text: str = ""


class Does(Definition, frozen=True):
    """A flow's definition with queues by their names."""

    parts: tuple[Say | Menu | Ask | Bot | HandOver | Close, ...] = (  # type: ignore[assignment]
        HandOver(id="agents", name="Agents"),
    )


class FlowEntry(Entry, frozen=True, kw_only=True):
    """`draft` is what waits to be published, where something does."""

    name: str
    refs: tuple[str, ...] = ()
    live: Does
    draft: Does | None = None


class AnswerEntry(Entry, frozen=True):
    """Without a `queue` it is offered in all."""

    shortcut: str
    text: str
    queue: str | None = None


class ReasonEntry(Entry, frozen=True):
    name: str
    offered: bool = True


class GatewayEntry(Entry, frozen=True):
    """Nothing of its App Secret, verify token, URI and pages."""

    name: str
    app_id: str
    api_version: str | None = None
    config_id: str | None = None
    flow: str | None = None
    instagram_media: Literal["links", "inline"] = "links"
    late_answers: Literal["none", "agents"] = "none"


Some = Meta(max_length=MOST)


class Document(Entry, frozen=True, omit_defaults=True):
    """What was not exported is not there."""

    webgateway: Head
    roles: Annotated[tuple[RoleEntry, ...], Some] = ()
    queues: Annotated[tuple[QueueEntry, ...], Some] = ()
    agents: Annotated[tuple[AgentEntry, ...], Some] = ()
    flows: Annotated[tuple[FlowEntry, ...], Some] = ()
    canned_answers: Annotated[tuple[AnswerEntry, ...], Some] = ()
    closing_reasons: Annotated[tuple[ReasonEntry, ...], Some] = ()
    gateways: Annotated[tuple[GatewayEntry, ...], Some] = ()

    @property
    def text(self) -> str:
        """On one line, as it travels from one page to the next."""
        return msgspec.json.encode(self).decode()

    @property
    def file(self) -> bytes:
        """As people read it and compare it with another."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @property
    def counts(self) -> dict[str, int]:
        """Of entries, by their kind."""
        kinds = (name for name in self.__struct_fields__ if name != "webgateway")
        return {name: len(getattr(self, name)) for name in kinds if getattr(self, name)}
