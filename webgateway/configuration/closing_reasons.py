"""Why conversations end."""

from collections.abc import Iterable

from ..conversations.reasons import LONGEST_NAME, ClosingReason
from ..db import db
from ..fields import one_line
from .document import ReasonEntry
from .items import Item
from .kind import Kind, wrong_name


class ClosingReasons(Kind[ReasonEntry, ClosingReason]):
    name, title, section = "closing_reasons", "Closing reasons", "queues"
    labels = {"name": "Name", "offered": "Offered"}

    def load(self) -> Iterable[ClosingReason]:
        return db.session.scalars(ClosingReason.of(self.by.tenant))

    def entry_of(self, row: ClosingReason) -> ReasonEntry:
        return ReasonEntry(row.name, row.offered)

    def check(self, entry: ReasonEntry, row: ClosingReason | None, item: Item) -> ReasonEntry:
        name = one_line(entry.name)
        item.reasons += wrong_name(name, LONGEST_NAME)
        return ReasonEntry(name, entry.offered)

    def write(self, entry: ReasonEntry, row: ClosingReason | None) -> None:
        reason = row or ClosingReason(tenant_id=self.by.tenant.id)
        reason.name, reason.offered = entry.name, entry.offered
        db.session.add(reason)
