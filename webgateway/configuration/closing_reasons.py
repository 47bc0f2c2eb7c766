"""Why conversations end."""

from collections.abc import Iterable

from ..conversations.reasons import ClosingReason
from ..db import db
from ..fields import one_line
from .document import ReasonEntry
from .items import Item
from .kind import Kind

LONGEST = 80


class ClosingReasons(Kind[ReasonEntry, ClosingReason]):
    name, title, section = "closing_reasons", "Closing reasons", "queues"
    labels = {"name": "Name", "offered": "Offered"}

    def load(self) -> Iterable[ClosingReason]:
        return db.session.scalars(ClosingReason.of(self.by.tenant))

    def entry_of(self, row: ClosingReason) -> ReasonEntry:
        return ReasonEntry(row.name, row.offered)

    def check(self, entry: ReasonEntry, row: ClosingReason | None, item: Item) -> ReasonEntry:
        name = one_line(entry.name)
        if not 0 < len(name) <= LONGEST:
            item.reasons.append(f"Its name needs 1 to {LONGEST} characters.")
        return ReasonEntry(name, entry.offered)

    def write(self, entry: ReasonEntry, row: ClosingReason | None) -> None:
        reason = row or ClosingReason(tenant_id=self.by.tenant.id)
        reason.name, reason.offered = entry.name, entry.offered
        db.session.add(reason)
