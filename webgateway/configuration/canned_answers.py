"""What agents say often."""

from collections.abc import Iterable

from ..db import db
from ..fields import paragraphs
from ..flows import texts
from ..flows.part_form import LONGEST
from ..workspace.canned import CannedAnswer
from ..workspace.canned_form import LONGEST_SHORTCUT, SHORTCUT, word
from .document import AnswerEntry
from .items import Importer, Item
from .kind import Kind
from .queues import Queues, missing


class CannedAnswers(Kind[AnswerEntry, CannedAnswer]):
    name, title, section = "canned_answers", "Canned answers", "queues"
    labels = {"shortcut": "Shortcut", "text": "Text", "queue": "Queue"}

    def __init__(self, by: Importer, queues: Queues) -> None:
        self.queues = queues
        super().__init__(by)

    def load(self) -> Iterable[CannedAnswer]:
        return db.session.scalars(CannedAnswer.of(self.by.tenant))

    def called(self, entry: AnswerEntry) -> str:
        return entry.shortcut

    def entry_of(self, row: CannedAnswer) -> AnswerEntry:
        queue = None if row.queue_id is None else self.queues.names.get(row.queue_id)
        return AnswerEntry(row.shortcut, row.text, queue)

    def check(self, entry: AnswerEntry, row: CannedAnswer | None, item: Item) -> AnswerEntry:
        shortcut, text = word(entry.shortcut), paragraphs(entry.text)
        if not SHORTCUT.match(shortcut) or len(shortcut) > LONGEST_SHORTCUT:
            item.reasons.append("A shortcut is one word of 40 characters at most, without slashes or braces.")
        if not 0 < len(text) <= LONGEST:
            item.reasons.append(f"Its text needs 1 to {LONGEST:,} characters.")
        item.reasons += texts.problems(text)
        queue = None
        if entry.queue is not None:
            reference = self.queues.refer(entry.queue)
            if reference is None:
                item.reasons.append(missing(entry.queue))
            queue = entry.queue if reference is None else self.queues.names[reference]
        return AnswerEntry(shortcut, text, queue)

    def words(self, field: str, entry: AnswerEntry) -> str:
        return (entry.queue or "All queues") if field == "queue" else super().words(field, entry)

    def write(self, entry: AnswerEntry, row: CannedAnswer | None) -> None:
        answer = row or CannedAnswer(tenant_id=self.by.tenant.id)
        answer.shortcut, answer.text = entry.shortcut, entry.text
        reference = None if entry.queue is None else self.queues.refer(entry.queue)
        answer.queue_id = None if reference is None else self.queues.settle(reference)
        db.session.add(answer)
