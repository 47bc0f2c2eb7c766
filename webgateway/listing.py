"""A list as a person sees it: searched, sorted, cut into pages, kept in the URL."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, or_, select

from .db import db
from .fields import whole

SIZES = (20, 50, 100)
IN_MENU = 100
FOUND = 200
"""Of a search; whoever sees that there are more types more."""


class View:
    """One page of `query`. `sorts`: the columns one may sort by; `default`: a name, with - for descending.

    A long list is counted and paged no further than `most`, what is found in `search` no further than FOUND,
    and `more` says that it goes on. `meant`: what of the words typed is looked for; without `search` the
    query has been narrowed to them. `counted`: the same rows without what is joined only to be shown, where
    that makes an index enough to count them. A column's info tells as "written" how all is written in it:
    words that are not are not looked for there.

    Wrong values in the URL fall back to the nearest sensible one instead of failing.
    """

    def __init__(
        self,
        query: Select[Any],
        sorts: Mapping[str, SQLColumnExpression[Any]],
        default: str,
        search: Sequence[SQLColumnExpression[Any]] = (),
        filters: Sequence[str] = (),
        target: str = "#list",
        tie: SQLColumnExpression[Any] | None = None,
        most: int = 1_000_000,
        meant: Callable[[str], str] = str,
        counted: Select[Any] | None = None,
    ) -> None:
        self.target = target
        self.default = default
        self.q = request.args.get("q", "").strip()[:200]
        self.filters = {name: value for name in filters if (value := request.args.get(name, ""))}
        wanted = request.args.get("sort", default)
        self.sort = wanted if wanted.removeprefix("-") in sorts else default
        size = request.args.get("size", SIZES[0], type=whole)
        self.size = min(size, SIZES[-1]) if size > 0 else SIZES[0]

        columns = [sorts[self.sort.removeprefix("-")], *([] if tie is None else [tie])]
        order, backwards = [one.asc() for one in columns], [one.desc() for one in columns]
        if self.sort.startswith("-"):
            order, backwards = backwards, order
        # Of ids alone: what is joined only to be shown is looked up for the rows of this page.
        entity = query.column_descriptions[0]["entity"]
        ids = query.with_only_columns(entity.id, maintain_column_froms=True)
        in_order = ids.order_by(*order)
        found: Sequence[int] | None = None
        if self.q:
            # The table is read once, not to count and again to show.
            if search:
                words = meant(self.q)
                able = (one for one in search if _may_hold(one, words))
                in_order = in_order.where(or_(*(holds(column, words) for column in able)))
                most = min(most, FOUND)
            found = db.session.scalars(in_order.limit(min(most, FOUND) + 1)).all()
            if not search and len(found) > FOUND:
                found = None
        if found is None:
            counted = ids if counted is None else counted.with_only_columns(entity.id)
            total = _count(counted.limit(most + 1))
        else:
            total = len(found)
        self.total: int = min(total, most)
        self.more = total > self.total
        self.pages = max(1, -(-self.total // self.size))
        self.page = min(max(1, request.args.get("page", 1, type=whole)), self.pages)

        offset = (self.page - 1) * self.size
        if found is not None:
            shown = found[offset : min(offset + self.size, self.total)]
        elif offset > self.total // 2 and not self.more:
            # From the nearer end: the last page is as quick as the first.
            length = min(self.size, self.total - offset)
            nearer = ids.order_by(*backwards).limit(length).offset(self.total - offset - length)
            shown = db.session.scalars(nearer).all()[::-1]
        else:
            shown = db.session.scalars(in_order.limit(self.size).offset(offset)).all()
        # Put in order here: asked for an order, SQLite reads an index of the whole list for it.
        place = {shown_id: number for number, shown_id in enumerate(shown)}
        rows = db.session.scalars(query.where(entity.id.in_(shown))).unique() if shown else ()
        self.items = sorted(rows, key=lambda row: place[row.id])
        self.first = offset + 1 if self.items else 0
        self.last = offset + len(self.items)

    def url(self, **changes: Any) -> str:
        """This list with q, sort, page, size or a filter changed; all but page start at page 1 again."""
        values: dict[str, Any] = {
            "q": self.q,
            **self.filters,
            "sort": self.sort,
            "page": self.page,
            "size": self.size,
        }
        values |= {"page": 1} | changes if set(changes) != {"page"} else changes
        plain = {"sort": self.default, "page": 1, "size": SIZES[0]}
        kept = {
            name: value
            for name, value in values.items()
            if value not in ("", None) and value != plain.get(name)
        }
        return request.path + ("?" + urlencode(kept) if kept else "")

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.filters)


def menu(named: Select[Any], chosen_id: int | None) -> list[Any]:
    """Ids and names for a menu: the first of `named` by name, and the chosen one wherever it stands."""
    entity = named.column_descriptions[0]["entity"]
    named = named.with_only_columns(entity.id, entity.name)
    first = list(db.session.execute(named.order_by(entity.name).limit(IN_MENU)))
    if chosen_id is None or any(one.id == chosen_id for one in first):
        return first
    return [*first, *db.session.execute(named.where(entity.id == chosen_id))]


def _count(rows: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _may_hold(column: SQLColumnExpression[Any], words: str) -> bool:
    written = getattr(column, "info", {}).get("written")
    return written is None or re.fullmatch(written, words) is not None


def holds(column: SQLColumnExpression[Any], words: str) -> ColumnElement[bool]:
    """Whatever the case. SQLite's LIKE minds none by itself, and is slowed down by `lower`. PostgreSQL finds
    what is written so in an index where there is one (migrations/trigrams.py)."""
    if db.engine.dialect.name == "sqlite":
        return column.contains(words, autoescape=True)
    return func.lower(column).contains(words.lower(), autoescape=True)
