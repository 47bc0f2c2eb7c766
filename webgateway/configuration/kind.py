"""What all kinds of records have in common on their way out of a tenant and into one."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from ..db import db
from ..fields import one_line
from ..flows.changes import Change
from ..users.models import SECTIONS
from .document import Entry
from .items import Importer, Item

E = TypeVar("E", bound=Entry)
R = TypeVar("R")

TWICE = "It stands in the file twice."


def wrong_name(name: str, longest: int) -> list[str]:
    return [] if 0 < len(name) <= longest else [f"Its name needs 1 to {longest} characters."]


def fold(name: str) -> str:
    """Names that differ in nothing but case and spaces are one name."""
    return one_line(name).casefold()


class Kind(Generic[E, R]):
    """Everything of a kind that the tenant has, loaded once, and what a file would make of it.

    `name` is the field of the file; `section` that of the right that each needs. `labels` are the fields
    that may change, in words.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    section: ClassVar[str]
    labels: ClassVar[dict[str, str]]
    new_needs: ClassVar[str] = "create"

    def __init__(self, by: Importer) -> None:
        self.by = by
        self.rows: list[R] = list(self.load())
        self.items: list[Item] = []
        self.writes: list[Callable[[], None]] = []

    def load(self) -> Iterable[R]:
        raise NotImplementedError

    def entry_of(self, row: R) -> E:
        raise NotImplementedError

    def check(self, entry: E, row: R | None, item: Item) -> E:
        """As it would be kept; what is wrong with it goes into the item's reasons."""
        raise NotImplementedError

    def write(self, entry: E, row: R | None) -> None:
        raise NotImplementedError

    def prepare(self) -> None:
        """Before any of the kind is written."""

    def finish(self) -> None:
        """After all of the kind are written."""
        db.session.flush()

    @property
    def entries(self) -> tuple[E, ...]:
        """What a file says of those that are here, in an order that stays."""
        entries = [self.entry_of(row) for row in self.rows]
        return tuple(sorted(entries, key=lambda entry: (fold(self.called(entry)), self.called(entry))))

    def called(self, entry: E) -> str:
        return str(getattr(entry, "name", ""))

    def find(self, entry: E) -> R | None:
        return self.named.get(fold(self.called(entry)))

    @cached_property
    def named(self) -> dict[str, R]:
        return {fold(self.called(self.entry_of(row))): row for row in self.rows}

    def key(self, entry: E) -> Any:
        """What may stand in a file once."""
        return fold(self.called(entry))

    def plan(self, entries: Sequence[E]) -> None:
        seen: set[Any] = set()
        for entry in entries:
            row = self.find(entry)
            keys = {self.key(entry), *([] if row is None else [("here", id(row))])}
            self._plan(entry, row, twice=bool(keys & seen))
            seen |= keys

    def _plan(self, entry: E, row: R | None, twice: bool) -> None:
        item = Item(self.called(entry))
        before = None if row is None else self.entry_of(row)
        after = self.check(entry, row, item) if entry != before else entry
        item.changes = self.changes(before, after)
        if before is not None and not item.changes:
            item.reasons = []
        else:
            item.reasons += self._missing_right(row)
        if twice:
            item.reasons = [TWICE]
        item.verdict = "added" if row is None else "changed" if item.changes else "same"
        if item.reasons:
            item.verdict = "refused"
        self.items.append(item)
        self.planned(entry, after, row, item)
        if item.will_be:
            self.writes.append(lambda: self.write(after, row))

    def planned(self, entry: E, after: E, row: R | None, item: Item) -> None:
        """What others may refer to."""

    def _missing_right(self, row: R | None) -> list[str]:
        action = self.new_needs if row is None else "edit"
        if f"{self.section}:{action}" in self.by.rights:
            return []
        return [f"Your role does not include the right {SECTIONS[self.section]}: {action}."]

    def changes(self, before: E | None, after: E) -> list[Change]:
        found = []
        for field, label in self.labels.items():
            was, becomes = (self.words(field, one) if one is not None else "" for one in (before, after))
            if was != becomes:
                found.append(Change(label, was, becomes))
        return found

    def words(self, field: str, entry: E) -> str:
        return in_words(getattr(entry, field))


def in_words(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case tuple():
            return "\n".join(value)
    return str(value)
