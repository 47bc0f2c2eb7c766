"""What people write under a page's posts, and where they mention it: contract 6.6, 6.7."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..meta import messages
from ..pages.models import Page
from ..tenants.models import BelongsToTenant

if TYPE_CHECKING:
    from .models import Message

REPLIED = text("replied_at IS NOT NULL")

STATES = {
    "new": "New",
    "replied": "Answered in private",
    "expired": "Too old to be answered",
    "removed": "Removed",
    "all": "All comments",
}


class Comment(Model, BelongsToTenant):
    """`kind` is comment or mention; `meta_id` is Meta's id of the comment, or of the medium whose caption
    mentions the account.

    `at` is when it was written, by Meta's time; `text_at` and `hidden_at` are those of the newest word on its
    text and on whether the page hides it. The text of a removed comment is not kept. `live`: under a
    broadcast. `replied_at` is when somebody here wrote the private reply; there is one at most.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("page_id", "kind", "meta_id"),
        Index("ix_comments_tenant_id_at", "tenant_id", "at", "id"),
        # `tenant_id` stands in it so that SQLite takes it: an equality more than the one before.
        Index("ix_comments_page_id_at", "page_id", "tenant_id", "at", "id"),
        Index("ix_comments_page_id_parent_id", "page_id", "parent_id"),
        Index(
            "ix_comments_replied", *("page_id", "replied_at"), sqlite_where=REPLIED, postgresql_where=REPLIED
        ),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    channel: Mapped[str]
    kind: Mapped[str] = mapped_column(default="comment")
    meta_id: Mapped[str]
    post_id: Mapped[str | None]
    post_url: Mapped[str | None]
    parent_id: Mapped[str | None]
    author_id: Mapped[str | None]
    author_name: Mapped[str | None]
    text: Mapped[str] = mapped_column(default="")
    photo_url: Mapped[str | None]
    live: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    text_at: Mapped[datetime] = mapped_column(default=utcnow)
    edited_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    hidden_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    page: Mapped[Page] = relationship(Page)
    reply: Mapped["Message | None"] = relationship(back_populates="comment", uselist=False)

    @property
    def site(self) -> str:
        return "Instagram" if self.channel == "instagram" else "Facebook"

    @property
    def display_name(self) -> str:
        if self.author_name:
            return f"@{self.author_name}" if self.channel == "instagram" else self.author_name
        return f"{self.site} user …{self.author_id[-4:]}" if self.author_id else f"Somebody on {self.site}"

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.replied_at is not None:
            return "replied"
        if self.removed_at is not None:
            return "removed"
        return "new" if self.reply_until > utcnow() else "expired"

    @property
    def reply_until(self) -> datetime:
        return self.at + messages.PRIVATE_REPLY - messages.MARGIN


def in_state(state: str) -> list[ColumnElement[bool]]:
    """The same as Comment.state, as conditions."""
    if state == "all":
        return []
    if state == "replied":
        return [Comment.replied_at.is_not(None)]
    unanswered = Comment.replied_at.is_(None)
    if state == "removed":
        return [unanswered, Comment.removed_at.is_not(None)]
    oldest = utcnow() - messages.PRIVATE_REPLY + messages.MARGIN
    in_time = Comment.at > oldest if state == "new" else Comment.at <= oldest
    return [unanswered, Comment.removed_at.is_(None), in_time]
