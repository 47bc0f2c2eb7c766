"""Queues, and the numbers by which others refer to them while some are not made yet."""

from collections.abc import Iterable

from sqlalchemy.orm import selectinload

from ..db import db
from ..fields import one_line
from ..queues.forms import LONGEST, LONGEST_NAME, SECONDS, SHORTEST
from ..queues.models import RULES, Queue
from .document import QueueEntry
from .items import Importer, Item
from .kind import Kind, fold, wrong_name
from .people import People


class Queues(Kind[QueueEntry, Queue]):
    """A reference is the id of a queue that is here; one that will be made has a number below zero."""

    name, title, section = "queues", "Queues", "queues"
    labels = {
        "name": "Name",
        "rule": "Who gets a conversation",
        "answer_seconds": "Rings for, in seconds",
        "everybody": "Everybody who may answer",
        "members": "Members",
    }

    def __init__(self, by: Importer, people: People) -> None:
        self.people = people
        super().__init__(by)
        self.references = {fold(row.name): row.id for row in self.rows}
        self.names = {row.id: row.name for row in self.rows}
        self.made: dict[int, Queue] = {}
        self.general = next((row for row in self.rows if row.general), None)
        self.general_id = self.general.id if self.general else None

    def load(self) -> Iterable[Queue]:
        return db.session.scalars(Queue.of(self.by.tenant).options(selectinload(Queue.members)))

    def entry_of(self, row: Queue) -> QueueEntry:
        members = tuple(sorted(user.email for user in row.members))
        return QueueEntry(row.name, row.general, row.rule, row.answer_seconds, row.everybody, members)  # type: ignore[arg-type]

    def find(self, entry: QueueEntry) -> Queue | None:
        if entry.general:
            return self.general
        found = super().find(entry)
        return None if found is None or found.general else found

    def check(self, entry: QueueEntry, row: Queue | None, item: Item) -> QueueEntry:
        name, members = one_line(entry.name), tuple(sorted({email.lower() for email in entry.members}))
        item.reasons += wrong_name(name, LONGEST_NAME)
        namesake = self.named.get(fold(name))
        if namesake is not None and namesake is not row:
            which = "the general" if namesake.general else "another"
            item.reasons.append(f"Here {which} queue has this name.")
        if not SHORTEST <= entry.answer_seconds <= LONGEST:
            item.reasons.append(f"It rings for {entry.answer_seconds} seconds. {SECONDS}")
        if not entry.everybody and not members:
            item.reasons.append("Nobody is in it, nor everybody: nobody would be asked.")
        held = {user.email for user in row.members} if row else set()
        found = (self.people.obstacle(email) for email in members if email not in held)
        item.reasons += [obstacle for obstacle in found if obstacle]
        return QueueEntry(name, entry.general, entry.rule, entry.answer_seconds, entry.everybody, members)

    def words(self, field: str, entry: QueueEntry) -> str:
        return RULES[entry.rule] if field == "rule" else super().words(field, entry)

    def planned(self, entry: QueueEntry, after: QueueEntry, row: Queue | None, item: Item) -> None:
        """In a file its own queues count before those that are here."""
        if row is not None:
            reference = row.id
        elif item.verdict == "added":
            reference = -len(self.names) - 1
        else:
            return
        self.references[fold(entry.name)] = reference
        self.names[reference] = row.name if row is not None and item.verdict == "refused" else after.name

    def write(self, entry: QueueEntry, row: Queue | None) -> None:
        queue = row or Queue(tenant_id=self.by.tenant.id)
        if row is None:
            db.session.add(queue)
            self.made[self.references[fold(entry.name)]] = queue
        queue.name, queue.rule, queue.everybody = entry.name, entry.rule, entry.everybody
        queue.answer_seconds = entry.answer_seconds
        queue.members = [self.people.found[email] for email in entry.members]

    def refer(self, name: str) -> int | None:
        """None where there is no such queue, neither here nor in the file."""
        return self.references.get(fold(name))

    def settle(self, reference: int) -> int:
        """The id, once all are written."""
        return self.made[reference].id if reference in self.made else reference


def missing(name: str) -> str:
    return f"The queue “{name[:120]}” is neither here nor among those that the file brings."
