"""Facebook pages of a gateway, the accounts whose grant covers them, and the logins that brought them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Select, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Encrypted, Model, utcnow
from ..gateways.models import Gateway
from ..tenants.models import BelongsToTenant

CONNECTED = text("removed_at IS NULL")

UNDER_WAY = ("waiting", "asking")
CODE_LIVES = timedelta(minutes=10)
"""Of the code that Facebook Login brings: contract 2.3."""
GATEWAY_GONE = "The chat gateway was deleted meanwhile."
INTERRUPTED = "The background worker stopped while it asked Meta, and Facebook's answer counts only once."
DAILY = timedelta(days=1)
"""Between two questions to Meta whether a token works."""
WARNING = timedelta(days=7)
"""So long before a login ends it is said who must renew it."""
FOREVER = datetime.max.replace(tzinfo=UTC)
WITH = "with Add or Remove Pages"
RECONNECT = f"Reconnect it {WITH}."
TOO_LATE = "No background worker took Facebook's answer within ten minutes, and it does not live longer."


class Page(Model, BelongsToTenant):
    """A Facebook Page, perhaps with an Instagram account.

    `meta_id` and `instagram_id` are Meta's ids, `tasks` Meta's names for what the accounts may do on it.
    `subscribed` is the truth as Meta last told it, never a wish; `problem` says why it cannot be used.
    A removed page keeps its row, for the conversations that happened on it. `next_send_at` keeps the pace of
    what is sent through it, `sends_paused_until` the pause that Meta asked for: contract 7.6.
    """

    __tablename__ = "pages"
    __table_args__ = (
        Index(
            "uq_pages_connected_meta_id",
            "meta_id",
            unique=True,
            sqlite_where=CONNECTED,
            postgresql_where=CONNECTED,
        ),
        UniqueConstraint("gateway_id", "meta_id"),
        Index("ix_pages_gateway_id_name", "gateway_id", "name"),
        Index("ix_pages_tenant_id_name", "tenant_id", "name"),
        # As the register sorts them, with all that it searches in.
        Index(
            "ix_pages_by_name",
            *("gateway_id", text("lower(name)"), "id", "name", "meta_id", "instagram_username"),
            sqlite_where=CONNECTED,
            postgresql_where=CONNECTED,
        ),
    )

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"))
    meta_id: Mapped[str]
    name: Mapped[str]
    category: Mapped[str | None]
    picture_url: Mapped[str | None]
    instagram_id: Mapped[str | None] = mapped_column(index=True)
    instagram_username: Mapped[str | None]
    instagram_name: Mapped[str | None]
    instagram_picture_url: Mapped[str | None]
    subscribed: Mapped[bool] = mapped_column(default=False)
    subscribed_fields: Mapped[list[str]] = mapped_column(default=list)
    subscription_error: Mapped[str | None]
    problem: Mapped[str | None]
    next_send_at: Mapped[datetime | None]
    sends_paused_until: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]

    gateway: Mapped[Gateway] = relationship(Gateway)
    grants: Mapped[list["Grant"]] = relationship(
        back_populates="page", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def connected_to(cls, gateway: Gateway) -> Select["Page"]:
        return select(cls).where(cls.gateway_id == gateway.id, cls.removed_at.is_(None))

    @property
    def newest_grants(self) -> list["Grant"]:
        """One per account, the person who logged in last first."""
        return sorted(self.grants, key=lambda grant: (grant.account.logged_in_at, grant.id), reverse=True)

    @property
    def reachable(self) -> bool:
        return any(grant.works for grant in self.grants)

    @property
    def ending(self) -> str | None:
        """The last of its logins ends soon: when, and who must act."""
        accounts = [grant.account for grant in self.newest_grants if grant.works]
        last = max(accounts, key=lambda account: account.ends_at or FOREVER, default=None)
        return last.ending if last is not None else None

    @property
    def obstacle(self) -> str | None:
        """Why its webhook subscription cannot be switched on."""
        if self.reachable:
            return self.problem
        words = ("No working login covers this page.", self.problem, RECONNECT)
        return " ".join(filter(None, words))

    @property
    def instagram_subscribed(self) -> bool:
        """Instagram's events come as soon as the page is subscribed to any field: contract 3.6."""
        return self.subscribed or bool(self.subscribed_fields)

    @property
    def instagram_in_use(self) -> bool:
        return bool(self.instagram_id) and any(
            grant.works and "instagram_manage_messages" in grant.account.scopes for grant in self.grants
        )


class Account(Model):
    """A person who logged in through Facebook; `facebook_id` is the app-scoped id, `token` long-lived.

    `purpose` is what they logged in for last, pages or instagram. When `token` has expired (`expires_at`) the
    tokens of the pages may live on; when it is dead (`dead_since`) they are, too. Contract 2.4. Meta said so
    at `checked_at`, and is asked again from `check_at` on.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("gateway_id", "facebook_id"),)

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"))
    facebook_id: Mapped[str]
    name: Mapped[str]
    picture_url: Mapped[str | None]
    token: Mapped[str] = mapped_column(Encrypted("accounts.token"))
    expires_at: Mapped[datetime | None]
    data_access_expires_at: Mapped[datetime | None]
    scopes: Mapped[list[str]] = mapped_column(default=list)
    purpose: Mapped[str] = mapped_column(default="pages")
    checked_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None] = mapped_column(index=True)
    logged_in_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    dead_since: Mapped[datetime | None]
    dead_reason: Mapped[str | None]

    gateway: Mapped[Gateway] = relationship(Gateway)
    grants: Mapped[list["Grant"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def ends_at(self) -> datetime | None:
        """When the login, or Meta's leave to use its data, ends by itself."""
        return min(filter(None, (self.expires_at, self.data_access_expires_at)), default=None)

    @property
    def ends_soon(self) -> bool:
        """Or has ended."""
        return self.ends_at is not None and self.ends_at < utcnow() + WARNING

    @property
    def ending(self) -> str | None:
        """When the login ends or ended, and who must act; None while that is far away."""
        if self.ends_at is None or not self.ends_soon:
            return None
        day = f"{self.ends_at.day} {self.ends_at:%b %Y}"
        if self.ends_at > utcnow():
            return f"{self.name}'s login ends on {day}. {self.name} must reconnect before, {WITH}."
        return (
            f"{self.name}'s login ended on {day}. Messages go on as long as Facebook lets them; "
            f"{self.name} must reconnect soon, {WITH}."
        )


class Grant(Model):
    """One account's grant of one page: the page token it brought and the tasks it may do.

    `suffices`: the tasks and permissions are enough to receive the page's messages and to answer them;
    `shortcoming` says what is missing. From `check_at` on Meta is asked whether the token works.
    """

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("page_id", "account_id"),)

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token: Mapped[str | None] = mapped_column(Encrypted("grants.token"))
    tasks: Mapped[list[str]] = mapped_column(default=list)
    suffices: Mapped[bool] = mapped_column(default=True)
    shortcoming: Mapped[str | None]
    check_at: Mapped[datetime | None] = mapped_column(index=True)
    granted_at: Mapped[datetime] = mapped_column(default=utcnow)
    dead_since: Mapped[datetime | None]
    dead_reason: Mapped[str | None]

    page: Mapped[Page] = relationship(back_populates="grants")
    account: Mapped[Account] = relationship(back_populates="grants")

    @property
    def works(self) -> bool:
        return self.token is not None and self.dead_since is None and self.account.dead_since is None

    @property
    def death(self) -> str | None:
        """Why its token does not work."""
        if self.works:
            return None
        return self.dead_reason or self.account.dead_reason or "Facebook gave no token for this page."


class Login(Model):
    """One trip through Facebook Login. `state_hash` is SHA-256 of the single-use state bound to the session.

    `step` is started, waiting (came back with `code`), asking (the code is used and Meta is asked; `found`
    pages so far), finished, confirmed or failed. A worker holds it until `leased_until`. `result` is what it
    found, for the result page:
    {"added": [page id], "unchanged": [page id], "lost": [page id], "declined": [permission],
    "kept": [{"page": page id, "through": name}], "unusable": [{"name", "reason"}]}.
    """

    __tablename__ = "logins"

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    purpose: Mapped[str] = mapped_column(default="pages")
    state_hash: Mapped[str] = mapped_column(unique=True)
    redirect_uri: Mapped[str]
    step: Mapped[str] = mapped_column(default="started", index=True)
    code: Mapped[str | None] = mapped_column(Encrypted("logins.code"))
    found: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None]
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    came_back_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    gateway: Mapped[Gateway] = relationship(Gateway)
    account: Mapped[Account | None] = relationship(Account)

    @property
    def under_way(self) -> bool:
        return self.step in UNDER_WAY

    @property
    def given_up(self) -> str | None:
        """Why nobody goes on with a login that is under way."""
        if self.gateway.deleted_at is not None:
            return GATEWAY_GONE
        if self.step == "asking" and (self.leased_until is None or self.leased_until < utcnow()):
            return INTERRUPTED
        if self.step == "waiting" and (self.came_back_at or self.started_at) < utcnow() - CODE_LIVES:
            return TOO_LATE
        return None


class DataDeletion(Model):
    """A person asked Meta that their data be deleted. The row is the job. Contract 9.3.

    `person` is Meta's id of them until it is done, then nothing is kept of them; `issued_at` is Meta's time
    of the request, in seconds.
    """

    __tablename__ = "data_deletions"

    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("gateways.id", ondelete="SET NULL"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str | None] = mapped_column(Encrypted("data_deletions.person"))
    issued_at: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(default=utcnow)
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class AuditEntry(Model):
    """That a login ended or data was deleted, and how much; nothing tells whose. `code`: a DataDeletion's."""

    __tablename__ = "audit_entries"

    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("gateways.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    code: Mapped[str | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=utcnow)
