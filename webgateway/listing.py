"""A list as a person sees it: searched, sorted, cut into pages, kept in the URL."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Select, SQLColumnExpression, func, literal, or_, select

from .db import db
from .fields import whole

SIZES = (20, 50, 100)


class View:
    """One page of `query`. `sorts`: the columns one may sort by; `default`: a name, with - for descending.

    A long list is counted and paged no further than `most`, and `more` says that it goes on.

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
    ) -> None:
        self.target = target
        self.default = default
        self.q = request.args.get("q", "").strip()[:200]
        self.filters = {name: value for name in filters if (value := request.args.get(name, ""))}
        wanted = request.args.get("sort", default)
        self.sort = wanted if wanted.removeprefix("-") in sorts else default
        size = request.args.get("size", SIZES[0], type=whole)
        self.size = min(size, SIZES[-1]) if size > 0 else SIZES[0]

        if self.q and search:
            query = query.where(or_(*(column.icontains(self.q, autoescape=True) for column in search)))
        # Of no column and limited: so that what is joined only to be shown is not looked up.
        counted = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
        counted = counted.limit(most + 1)
        total = db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
        self.total: int = min(total, most)
        self.more = total > self.total
        self.pages = max(1, -(-self.total // self.size))
        self.page = min(max(1, request.args.get("page", 1, type=whole)), self.pages)

        column = sorts[self.sort.removeprefix("-")]
        descending = self.sort.startswith("-")
        order = [column.desc() if descending else column.asc()]
        if tie is not None:
            order.append(tie.desc() if descending else tie.asc())
        offset = (self.page - 1) * self.size
        self.items = list(db.session.scalars(query.order_by(*order).limit(self.size).offset(offset)).unique())
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
