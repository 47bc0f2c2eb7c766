"""What of the comments a person asks for: `q, state, page_id` of the URL."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from ..db import db
from ..digests import digest
from ..fields import whole
from ..listing import View, holds, menu
from ..pages.models import Page
from ..tenants.models import Tenant
from .comments import STATES, Comment, in_state
from .models import Message

MOST = 10_000
RECENT = 20_000
"""Comments in which words are looked for."""


class Search:
    def __init__(self, tenant: Tenant, args: MultiDict[str, str]) -> None:
        self.tenant = tenant
        self.q = args.get("q", "").strip()[:200]
        self.state = args["state"] if args.get("state") in STATES else "new"
        self.page_id = args.get("page_id", type=whole)

    @property
    def view(self) -> View:
        return View(
            self._query(), {"at": Comment.at}, "-at", filters=("state", "page_id"), tie=Comment.id, most=MOST
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.page_id or self.state not in ("new", "all"))

    @property
    def pages(self) -> list[Any]:
        """For the menu, which is no use with thousands."""
        return menu(Page.of(self.tenant), self.page_id)

    @property
    def ever_written(self) -> bool:
        return bool(db.session.scalar(select(exists(Comment.of(self.tenant)))))

    def _query(self) -> Select[tuple[Comment]]:
        query = Comment.of(self.tenant).where(*in_state(self.state))
        if self.page_id:
            query = query.where(Comment.page_id == self.page_id)
        if self.q:
            query = query.where(*self._words())
        reply = selectinload(Comment.reply)
        return query.options(
            joinedload(Comment.page).joinedload(Page.gateway),
            reply.selectinload(Message.parts),
            reply.joinedload(Message.user),
        )

    def _words(self) -> list[ColumnElement[bool]]:
        newest = select(Comment.at).where(Comment.tenant_id == self.tenant.id).order_by(Comment.at.desc())
        before = db.session.scalar(newest.offset(RECENT).limit(1))
        sought = (Comment.text, Comment.author_name)
        words = [or_(*(holds(column, self.q) for column in sought))]
        return words if before is None else [*words, Comment.at > before]


def token(comments: list[Comment], total: int = 0) -> str:
    """Changes when something in the list does."""
    seen = [
        (
            *(one.id, one.text, one.author_name, one.state, one.hidden, one.edited_at, one.removed_at),
            [(part.state, part.attempts) for part in one.reply.parts] if one.reply else None,
            one.reply.conversation_id if one.reply else None,
        )
        for one in comments
    ]
    return digest(seen, total)
