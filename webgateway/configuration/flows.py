"""Flows: what a file changes becomes a version, as if it had been written in the editor and published."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..db import db
from ..fields import one_line
from ..flows import checking, refs
from ..flows.changes import Change, changes
from ..flows.forms import LONGEST_NAME
from ..flows.models import Flow, FlowVersion, Ref
from ..flows.pages import pages_of
from .definitions import EMPTY, checked, with_ids, with_names
from .document import Does, FlowEntry
from .items import Importer, Item
from .kind import Kind, fold, wrong_name
from .queues import Queues


class Flows(Kind[FlowEntry, Flow]):
    name, title, section = "flows", "Flows", "flows"
    labels = {"name": "Name", "refs": "Ref values that lead here"}

    def __init__(self, by: Importer, queues: Queues) -> None:
        self.queues = queues
        super().__init__(by)
        self.pages = {page.meta_id: page.name for page in pages_of(by.tenant)}
        self.leads = {ref.value: row for row in self.rows for ref in row.refs}
        self.brought: dict[str, str] = {}
        self.usable: dict[str, Flow | None] = {fold(row.name): row for row in self.rows}
        self.changing: list[int] = []

    def load(self) -> Iterable[Flow]:
        loaded = (joinedload(Flow.live), joinedload(Flow.draft), selectinload(Flow.refs))
        return db.session.scalars(Flow.of(self.by.tenant).options(*loaded)).unique()

    def entry_of(self, row: Flow) -> FlowEntry:
        return FlowEntry(
            name=row.name,
            refs=tuple(sorted(ref.value for ref in row.refs)),
            live=with_names(row.definition, self.queues),
            draft=with_names(row.draft.definition, self.queues) if row.draft else None,
        )

    def check(self, entry: FlowEntry, row: Flow | None, item: Item) -> FlowEntry:
        """A draft that is here stays where the file has none."""
        name = one_line(entry.name)
        item.reasons += wrong_name(name, LONGEST_NAME)
        values = tuple(sorted({value.strip() for value in entry.refs}))
        item.reasons += self._wrong_refs(values, name, row)
        live, wrong = self._checked(entry.live, row.live if row else None)
        draft, kept = entry.draft, row.draft if row else None
        if draft is not None:
            draft, more = self._checked(draft, kept)
            wrong += [f"Draft: {one}" for one in more]
        if draft is None or draft == live:
            draft = with_names(kept.definition, self.queues) if kept else None
        item.reasons += wrong
        item.remarks += self._remarks(live)
        return FlowEntry(name=name, refs=values, live=live, draft=draft)

    def _checked(self, does: Does, version: FlowVersion | None) -> tuple[Does, list[str]]:
        """What is here already was looked at when it was written. Of one that is wrong nothing is left."""
        if version is not None and does == with_names(version.definition, self.queues):
            return does, []
        found, wrong = checked(does, self.queues)
        return EMPTY if wrong else found, [*wrong]

    def _wrong_refs(self, values: tuple[str, ...], name: str, row: Flow | None) -> Iterator[str]:
        if len(values) > refs.MOST:
            yield f"At most {refs.MOST} ref values."
        for value in values:
            other = self.leads.get(value)
            if not refs.fits(value):
                yield refs.FITS_NOT.format(value[:40])
            elif other is not None and other is not row:
                yield f"The ref value “{value}” leads to {other.name} already."
            elif self.brought.setdefault(value, fold(name)) != fold(name):
                yield f"Another flow of the file has the ref value “{value}”, too."

    def _remarks(self, live: Does) -> Iterator[str]:
        yield from checking.oddities(with_ids(live, self.queues))
        for page in live.page_hours:
            if page not in self.pages:
                yield f"It has hours of page {page[:64]}, which is not connected here: they hold once it is."

    def changes(self, before: FlowEntry | None, after: FlowEntry) -> list[Change]:
        found = super().changes(before, after)
        found += changes(before.live if before else EMPTY, after.live, self.pages)
        was = (before and before.draft) or None
        if after.draft is not None and after.draft != was:
            drafted = changes(was or after.live, after.draft, self.pages)
            found += [msgspec.structs.replace(one, what=f"Draft, {one.what}") for one in drafted]
        return found

    def planned(self, entry: FlowEntry, after: FlowEntry, row: Flow | None, item: Item) -> None:
        if item.verdict == "added":
            self.usable.setdefault(fold(after.name), None)
        elif item.verdict == "changed" and row is not None:
            self.changing.append(row.id)

    def prepare(self) -> None:
        """Their versions by one query; what the earlier ones do is of no interest."""
        earlier = selectinload(Flow.versions).defer(FlowVersion.definition)
        db.session.scalars(select(Flow).where(Flow.id.in_(self.changing)).options(earlier)).all()

    def write(self, entry: FlowEntry, row: Flow | None) -> None:
        flow = row or Flow(tenant_id=self.by.tenant.id)
        if row is None:
            db.session.add(flow)
        flow.name = entry.name
        kept: Mapping[str, Ref] = {ref.value: ref for ref in flow.refs}
        flow.refs = [kept.get(value) or Ref(tenant_id=flow.tenant_id, value=value) for value in entry.refs]
        live = with_ids(entry.live, self.queues)
        if row is None or with_names(flow.definition, self.queues) != entry.live:
            flow.go_live(live, self.by.user)
        if entry.draft is not None:
            drafted = with_names(flow.draft.definition, self.queues) if flow.draft else None
            if drafted != entry.draft:
                flow.save_draft(with_ids(entry.draft, self.queues))
        self.usable[fold(flow.name)] = flow
