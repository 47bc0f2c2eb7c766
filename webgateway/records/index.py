"""The full-text index of messages: FTS5 on SQLite, tsvector with GIN on PostgreSQL (migrations/full_text.py).

Each message stands in it with its words, its tenant and its conversation. So what is asked of the index reads
the fewest of the three, whatever the others have.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from ..conversations.models import Message
from ..db import db
from ..tasks import every
from .words import Term, Words

GIN = table("message_words", column("message_id"), column("words"))
FTS5 = table("message_words", column("rowid"), column("message_words"))
STEP = 200
"""Pages of the index that are merged at once; others may write in between."""


def of_tenant(tenant_id: int, words: Words, most: int | None = None) -> Select[int]:
    """Ids of the messages that hold the words; `most`: no more than so many of them."""
    return _holding(words, [f"t{tenant_id}"], most)


def in_conversations(conversation_ids: Sequence[int], words: Words) -> Select[int]:
    if db.engine.dialect.name == "postgresql" and any(term.begins for term in words.wanted):
        # GIN would first gather all messages with all words that begin so.
        said = select(Message.id).join(GIN, GIN.c.message_id == Message.id)
        said = said.where(Message.conversation_id.in_(conversation_ids))
        return said.where(GIN.c.words.op("@@")(_tsquery(words, [])))
    return _holding(words, [f"c{conversation_id}" for conversation_id in conversation_ids])


def _holding(words: Words, scope: list[str], most: int | None = None) -> Select[int]:
    if db.engine.dialect.name == "sqlite":
        found = select(FTS5.c.rowid).where(FTS5.c.message_words.op("MATCH")(_fts5(words, scope)))
        return found.limit(most) if most else found
    found_by_index: Any = func.message_words_found(_tsquery(words, scope), most, type_=BigInteger)
    return select(found_by_index.column_valued("message_id"))


def _fts5(words: Words, scope: list[str]) -> str:
    wanted = " AND ".join(map(_phrase, words.wanted))
    unwanted = "".join(f" NOT {_phrase(term)}" for term in words.unwanted)
    return f"scope : ({' OR '.join(scope)}) AND text : (({wanted}){unwanted})"


def _phrase(term: Term) -> str:
    said = term.said.replace('"', " ")
    return f'"{said}"{" *" if term.begins else ""}'


def _tsquery(words: Words, scope: list[str]) -> ColumnElement[object]:
    """Without a scope, of the words alone."""
    whose = " | ".join(f"'{name[0]}/{name[1:]}'" for name in scope)
    query: ColumnElement[object] = cast(cast(whose, Text), TSQUERY)
    for term in words.wanted:
        query = query.op("&&")(_sought(term))
    for term in words.unwanted:
        query = query.op("&&")(func.tsquery_not(_sought(term), type_=TSQUERY))
    return query


def _sought(term: Term) -> ColumnElement[object]:
    return func.message_words_sought(cast(term.said, Text), term.begins, type_=TSQUERY)


@every(hour="3", minute="41")
def tidy() -> None:
    """What is no longer said leaves the search at once; from FTS5's files it goes when they are merged, and a
    merged index is read faster. In steps, between which others write."""
    if db.engine.dialect.name != "sqlite":
        return
    size, written = -STEP, STEP
    while written:
        before = _changes()
        db.session.execute(
            text("INSERT INTO message_words (message_words, rank) VALUES ('merge', :size)"), {"size": size}
        )
        # FTS5 tells that there was nothing to do by changing no more than this very row.
        written, size = _changes() - before > 1, STEP
        db.session.commit()


def _changes() -> int:
    return db.session.scalar(text("SELECT total_changes()")) or 0
