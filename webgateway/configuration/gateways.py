"""Chat gateways: what is not secret. One that is added is off and has no App Secret; of one that is here
nothing changes that Meta must be asked about."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select

from ..db import db, utcnow
from ..gateways.forms import DIGITS, INSTAGRAM_MEDIA, LATE_ANSWERS, LONGEST_NAME, TAKEN
from ..gateways.models import Gateway
from ..meta import versions
from .document import GatewayEntry
from .flows import Flows
from .items import Importer, Item
from .kind import Kind, fold

BELONGS_TO_THE_APP = {
    "app_id": "App ID",
    "api_version": "API version",
    "config_id": "Configuration ID",
    "late_answers": "Answers after 24 hours",
}
NEXT = (
    "It comes without App Secret and pages, and is off. Enter the App Secret on its Meta tab, add its pages, "
    "then switch State on."
)
STAYS = "{} of the file {} another. Here {} as before; change it on the Meta tab."


class Gateways(Kind[GatewayEntry, Gateway]):
    name, title, section = "gateways", "Chat gateways", "gateways"
    labels = {
        "name": "Name",
        "flow": "Flow",
        "instagram_media": "Stories and posts from Instagram",
        **BELONGS_TO_THE_APP,
    }

    def __init__(self, by: Importer, flows: Flows) -> None:
        self.flows = flows
        self.flow_names = {row.id: row.name for row in flows.rows}
        self.taken: set[str] = set()
        super().__init__(by)
        self.by_name: dict[str, list[Gateway]] = defaultdict(list)
        for row in self.rows:
            self.by_name[fold(row.name)].append(row)

    def load(self) -> Iterable[Gateway]:
        return db.session.scalars(Gateway.of(self.by.tenant).options(*Gateway.without_secrets()))

    def entry_of(self, row: Gateway) -> GatewayEntry:
        return GatewayEntry(
            name=row.name,
            app_id=row.app_id,
            api_version=row.api_version or None,
            config_id=row.config_id or None,
            flow=self.flow_names.get(row.flow_id or 0),
            instagram_media="inline" if row.instagram_inline else "links",
            late_answers="agents" if row.may_answer_late else "none",
        )

    @property
    def entries(self) -> tuple[GatewayEntry, ...]:
        """Two may have one name."""
        return tuple(sorted(super().entries, key=lambda one: (fold(one.name), one.name, one.app_id)))

    def key(self, entry: GatewayEntry) -> tuple[str, str]:
        return fold(entry.name), entry.app_id

    def find(self, entry: GatewayEntry) -> Gateway | None:
        namesakes = self._namesakes(entry)
        same_app = [row for row in namesakes if row.app_id == entry.app_id]
        return next(iter(same_app), namesakes[0] if len(namesakes) == 1 else None)

    def _namesakes(self, entry: GatewayEntry) -> list[Gateway]:
        return self.by_name[fold(entry.name)]

    def plan(self, entries: Sequence[GatewayEntry]) -> None:
        """An App ID may be in use by somebody else, of whom nothing is told."""
        wanted = {entry.app_id for entry in entries}
        used = select(Gateway.app_id).where(Gateway.app_id.in_(wanted), Gateway.deleted_at.is_(None))
        self.taken = set(db.session.scalars(used))
        super().plan(entries)

    def check(self, entry: GatewayEntry, row: Gateway | None, item: Item) -> GatewayEntry:
        after = msgspec.structs.replace(entry, name=entry.name.strip(), flow=self._flow(entry, item))
        if not 0 < len(after.name) <= LONGEST_NAME or any(
            unicodedata.category(one) == "Cc" for one in after.name
        ):
            item.reasons.append(f"Its name needs 1 to {LONGEST_NAME} characters, all of them visible.")
        if row is not None:
            return self._as_here(after, self.entry_of(row), item)
        if self._namesakes(entry):
            item.reasons.append("Several chat gateways here have this name, and none of them this App ID.")
        item.reasons += self._wrong_app(after)
        item.remarks.append(NEXT)
        return after

    def _flow(self, entry: GatewayEntry, item: Item) -> str | None:
        if entry.flow is None:
            return None
        if fold(entry.flow) in self.flows.usable:
            flow = self.flows.usable[fold(entry.flow)]
            return flow.name if flow is not None else entry.flow.strip()
        item.reasons.append(
            f"The flow “{entry.flow[:120]}” is neither here nor among those that the file brings."
        )
        return entry.flow

    def _as_here(self, after: GatewayEntry, here: GatewayEntry, item: Item) -> GatewayEntry:
        stays = {field: getattr(here, field) for field in BELONGS_TO_THE_APP}
        other = [BELONGS_TO_THE_APP[name] for name, value in stays.items() if getattr(after, name) != value]
        if other:
            is_are, stay = ("is", "it stays") if len(other) == 1 else ("are", "they stay")
            item.remarks.append(STAYS.format(", ".join(other), is_are, stay))
        return msgspec.structs.replace(after, **stays)

    def _wrong_app(self, entry: GatewayEntry) -> Iterable[str]:
        if not DIGITS.match(entry.app_id):
            yield "An App ID has digits only."
        elif entry.app_id in self.taken:
            yield TAKEN
        self.taken.add(entry.app_id)
        if entry.config_id is not None and not DIGITS.match(entry.config_id):
            yield "A Configuration ID has digits only."
        version = versions.find(entry.api_version) if entry.api_version else None
        if entry.api_version and (version is None or version.expired(utcnow().date())):
            yield f"The API version {entry.api_version[:20]} is not known here, or has ended. Leave it empty."

    def words(self, field: str, entry: GatewayEntry) -> str:
        match field:
            case "flow":
                return entry.flow or "No flow"
            case "instagram_media":
                return dict(INSTAGRAM_MEDIA)[entry.instagram_media]
            case "late_answers":
                return dict(LATE_ANSWERS)[entry.late_answers]
        return super().words(field, entry)

    def write(self, entry: GatewayEntry, row: Gateway | None) -> None:
        gateway = row or Gateway(tenant_id=self.by.tenant.id, app_secret="", credentials="missing")
        flow = self.flows.usable[fold(entry.flow)] if entry.flow else None
        gateway.name, gateway.flow_id = entry.name, flow.id if flow else None
        gateway.instagram_inline = entry.instagram_media == "inline"
        if row is None:
            gateway.app_id, gateway.api_version = entry.app_id, entry.api_version
            gateway.config_id, gateway.human_agent = entry.config_id, entry.late_answers == "agents"
            db.session.add(gateway)
