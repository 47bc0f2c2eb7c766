"""What the items of one entry have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import dedupe
from .event import Channel, Event
from .values import dict_of, id_of, instant

_SITES = {"instagram": "https://www.instagram.com", "messenger": "https://www.facebook.com"}


@dataclass(frozen=True)
class Entry:
    object: str
    raw: dict[str, Any]

    @property
    def account_id(self) -> str:
        return id_of(self.raw.get("id")) or ""

    @property
    def at(self) -> datetime | None:
        return instant(self.raw.get("time"))

    @property
    def channel(self) -> Channel | None:
        """An Instagram account may come under `page`: contract 6.7."""
        if self.object == "instagram" or (self.object == "page" and self.account_id.startswith("17841")):
            return "instagram"
        return "messenger" if self.object == "page" else None

    @property
    def site(self) -> str:
        return _SITES[self.channel or "messenger"]

    def event(self, kind: str, item: Any, **known: Any) -> Event:
        """An event of this entry. Without a `dedupe_key` the whole item is its key."""
        # Meta's dashboard tests with the account 0: contract 6.5
        if self.account_id == "0":
            known["ignored"] = TEST
        known.setdefault("dedupe_key", dedupe.key_of_content(self.account_id, kind, item))
        known.setdefault("at", self.at)
        return Event(
            object=self.object,
            channel=self.channel,
            account_id=self.account_id,
            position=0,
            kind=kind,
            raw=dict_of(item),
            **known,
        )


TEST = "A test sent from Meta's dashboard."
