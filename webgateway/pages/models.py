"""Facebook pages of a gateway, the accounts whose grant covers them, and the logins that brought them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Select, UniqueConstraint, select, text
from sqlalchemy.orm import (
    Mapped,
    defer,
    joinedload,
    mapped_column,
    query_expression,
    relationship,
    selectinload,
    with_expression,
)
from sqlalchemy.orm.interfaces import ORMOption

from ..db import Encrypted, Model, db, utcnow
from ..gateways.models import Gateway
from ..tenants.models import BelongsToTenant

CONNECTED = text("removed_at IS NULL")
REMOVED = text("removed_at IS NOT NULL")
SWITCHES = {"messenger": "messenger_wanted", "instagram": "instagram_wanted", "muted": "instagram_muted"}

UNDER_WAY = ("waiting", "asking")
DONE = ("finished", "confirmed")
CODE_LIVES = timedelta(minutes=10)
"""Of the code that Facebook Login brings: contract 2.3."""
TOLD_FOR = timedelta(days=7)
NO_LOGIN = "No working login covers this page."
GATEWAY_GONE = "The chat gateway was deleted meanwhile."
INTERRUPTED = "The background worker stopped while it asked Meta, and Facebook's answer counts only once."
DAILY = timedelta(days=1)
"""Between two questions to Meta whether a token works."""
WARNING = timedelta(days=7)
"""So long before a login ends it is said who must renew it."""
FOREVER = datetime.max.replace(tzinfo=UTC)
WITH = "with Add or Remove Pages"
WITH_INSTAGRAM = "with Add or Remove Instagram Accounts"
RECONNECT = f"Reconnect it {WITH}."
TOO_LATE = "No background worker took Facebook's answer within ten minutes, and it does not live longer."
NO_INSTAGRAM_LOGIN = (
    "Nobody who logged in has given Instagram's permissions. "
    "Press Add or Remove Instagram Accounts and log in."
)


class Page(Model, BelongsToTenant):
    """A Facebook Page, perhaps with an Instagram account.

    `meta_id` and `instagram_id` are Meta's ids, `tasks` Meta's names for what the accounts may do on it.
    `subscribed` is the truth as Meta last told it, never a wish; `problem` says why it cannot be used.
    `drift` is what Meta did not send although it was wanted, noticed at `drift_since` (pages/reconciling.py);
    `missed_since`: messages may be missing, and a recovery is due. `left_at`: the page removed the app.
    `messenger_wanted` and `instagram_wanted` are the wishes: what an administrator switched on. Page and
    account share one subscription (contract 3.6), so an account may be `instagram_muted`: switched off while
    its page stays on, it is heard by nobody. `subscription_error` and `instagram_error` say why the last
    Save failed.
    A removed page keeps its row, for the conversations that happened on it, and for a while its grants:
    `removed_by` is the name of who removed it, `removed_switches` what was on then (messenger, instagram,
    muted). `next_send_at` keeps the pace of what is sent through it, `sends_paused_until` the pause that Meta
    asked for: contract 7.6. `integrity_error` is why Meta did not say how the page stands with its rules
    (pages/notices.py).
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
        Index(
            "ix_pages_removed",
            *("gateway_id", "removed_at", "id"),
            sqlite_where=REMOVED,
            postgresql_where=REMOVED,
        ),
    )

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"))
    meta_id: Mapped[str] = mapped_column(info={"written": r"\d*"})
    name: Mapped[str]
    category: Mapped[str | None]
    picture_url: Mapped[str | None]
    instagram_id: Mapped[str | None] = mapped_column(index=True, info={"written": r"\d*"})
    instagram_username: Mapped[str | None] = mapped_column(info={"written": r"[\w.]*"})
    instagram_name: Mapped[str | None]
    instagram_picture_url: Mapped[str | None]
    subscribed: Mapped[bool] = mapped_column(default=False)
    subscribed_fields: Mapped[list[str]] = mapped_column(default=list)
    messenger_wanted: Mapped[bool] = mapped_column(default=False)
    instagram_wanted: Mapped[bool] = mapped_column(default=False)
    instagram_muted: Mapped[bool] = mapped_column(default=False)
    subscription_error: Mapped[str | None]
    instagram_error: Mapped[str | None]
    problem: Mapped[str | None]
    instagram_problem: Mapped[str | None]
    next_send_at: Mapped[datetime | None]
    sends_paused_until: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    drift: Mapped[str | None]
    drift_since: Mapped[datetime | None]
    drift_mended_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    missed_since: Mapped[datetime | None]
    integrity_checked_at: Mapped[datetime | None]
    integrity_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]
    removed_switches: Mapped[list[str]] = mapped_column(default=list)

    gateway: Mapped[Gateway] = relationship(Gateway)
    grants: Mapped[list["Grant"]] = relationship(
        back_populates="page", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def connected_to(cls, gateway: Gateway) -> Select["Page"]:
        return select(cls).where(cls.gateway_id == gateway.id, cls.removed_at.is_(None))

    @classmethod
    def removed_from(cls, gateway: Gateway) -> Select["Page"]:
        return select(cls).where(cls.gateway_id == gateway.id, cls.removed_at.is_not(None))

    @classmethod
    def any_connected_to(cls, gateway: Gateway) -> bool:
        return bool(db.session.scalar(select(cls.connected_to(gateway).exists())))

    @classmethod
    def accounts_shown(cls) -> ORMOption:
        """For lists: their grants and accounts, but no token, because to decrypt hundreds takes its time."""
        account = joinedload(Grant.account).defer(Account.token)
        has_token = with_expression(Grant.has_token, Grant.token.is_not(None))
        return selectinload(cls.grants).options(defer(Grant.token), has_token, account)

    @property
    def newest_grants(self) -> list["Grant"]:
        """One per account, the person who logged in last first."""
        return sorted(self.grants, key=lambda grant: (grant.account.logged_in_at, grant.id), reverse=True)

    @property
    def keepers(self) -> list[str]:
        """The people through whose logins it works, the newest first."""
        return [grant.account.name for grant in self.newest_grants if grant.works]

    @property
    def switches(self) -> list[str]:
        """What administrators have switched, by name."""
        return [name for name, attribute in SWITCHES.items() if getattr(self, attribute)]

    def switch_to(self, names: list[str]) -> None:
        for name, attribute in SWITCHES.items():
            setattr(self, attribute, name in names)

    @property
    def reachable(self) -> bool:
        return any(grant.works for grant in self.grants)

    @property
    def ending(self) -> str | None:
        """The last of its logins ends soon: when, and who must act."""
        last = _last_to_end([grant for grant in self.newest_grants if grant.works])
        return last.ending if last is not None else None

    @property
    def instagram_ending(self) -> str | None:
        """The same of those that have what Instagram asks for."""
        grants = [grant for grant in self.newest_grants if grant.works and grant.instagram_suffices]
        last = _last_to_end(grants)
        return last.ends(WITH_INSTAGRAM) if last is not None else None

    @property
    def obstacle(self) -> str | None:
        """Why its webhook subscription cannot be switched on."""
        if self.reachable:
            return self.problem
        return " ".join(filter(None, (NO_LOGIN, self.problem, RECONNECT)))

    @property
    def drift_told(self) -> bool:
        """Whether a drift is worth a line: while it lasts, and for a week after it was mended."""
        mended_at = self.drift_mended_at
        return self.drift is not None and (mended_at is None or utcnow() - mended_at < TOLD_FOR)

    @property
    def instagram_subscribed(self) -> bool:
        """Instagram's messages come as soon as the page is subscribed to any field: contract 3.6."""
        received = self.subscribed or bool(self.subscribed_fields)
        return bool(self.instagram_id) and received and not self.instagram_muted

    @property
    def instagram_usable(self) -> bool:
        """A login gave us what Instagram asks for."""
        return bool(self.instagram_id) and any(
            grant.works and grant.instagram_suffices for grant in self.grants
        )

    @property
    def instagram_obstacle(self) -> str | None:
        """Why the webhook subscription of its Instagram account cannot be switched on."""
        if not self.reachable:
            return "No working login covers this account. Reconnect it with Add or Remove Instagram Accounts."
        return None if self.instagram_usable else self.instagram_problem or NO_INSTAGRAM_LOGIN


class Account(Model):
    """A person who logged in through Facebook; `facebook_id` is the app-scoped id, `token` long-lived.

    `purpose` is what they logged in for last, pages or instagram. When `token` has expired (`expires_at`) the
    tokens of the pages may live on; when it is dead (`dead_since`) they are, too. Contract 2.4. Meta said so
    at `checked_at`, and is asked again from `check_at` on.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("gateway_id", "facebook_id"),
        Index("ix_accounts_gateway_id_logged_in_at", "gateway_id", "logged_in_at"),
    )

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
        return self.ends(WITH)

    def ends(self, renewed: str) -> str | None:
        """The same; `renewed` says how."""
        if self.ends_at is None or not self.ends_soon:
            return None
        day = f"{self.ends_at.day} {self.ends_at:%b %Y}"
        if self.ends_at > utcnow():
            return f"{self.name}'s login ends on {day}. {self.name} must reconnect before, {renewed}."
        return (
            f"{self.name}'s login ended on {day}. Messages go on as long as Facebook lets them; "
            f"{self.name} must reconnect soon, {renewed}."
        )


class Grant(Model):
    """One account's grant of one page: the page token it brought and the tasks it may do.

    `suffices`: the tasks and permissions are enough to receive the page's messages and to answer them;
    `shortcoming` says what is missing. `instagram_suffices`: those of its Instagram account. From `check_at`
    on Meta is asked whether the token works. `has_token` is known where Page.accounts_shown left it unread.
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
    instagram_suffices: Mapped[bool] = mapped_column(default=False)
    granted_at: Mapped[datetime] = mapped_column(default=utcnow)
    dead_since: Mapped[datetime | None]
    dead_reason: Mapped[str | None]
    has_token: Mapped[bool | None] = query_expression()

    page: Mapped[Page] = relationship(back_populates="grants")
    account: Mapped[Account] = relationship(back_populates="grants")

    @property
    def works(self) -> bool:
        has_token = self.token is not None if self.has_token is None else self.has_token
        return has_token and self.dead_since is None and self.account.dead_since is None

    @property
    def death(self) -> str | None:
        """Why its token does not work."""
        if self.works:
            return None
        return self.dead_reason or self.account.dead_reason or "Facebook gave no token for this page."


def _last_to_end(grants: list[Grant]) -> Account | None:
    accounts = [grant.account for grant in grants]
    return max(accounts, key=lambda account: account.ends_at or FOREVER, default=None)


class Login(Model):
    """One trip through Facebook Login. `state_hash` is SHA-256 of the single-use state bound to the session.

    `step` is started, waiting (came back with `code`), asking (the code is used and Meta is asked; `found`
    pages so far), finished, confirmed or failed. A worker holds it until `leased_until`. `page` is the one
    that it shall reconnect or bring back. `result` is what it found, for the result page:
    {"added": [page id], "returned": [those of them that were removed before], "unchanged": [page id],
    "lost": [page id], "declined": [permission],
    "kept": [{"page": page id, "through": name}],
    "unusable": [{"id": Meta's, "name", "reason", "page": page id where it is connected all the same}]}.
    """

    __tablename__ = "logins"

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"), index=True)
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
    page: Mapped[Page | None] = relationship(Page)

    @property
    def under_way(self) -> bool:
        return self.step in UNDER_WAY

    @property
    def leaves_out(self) -> Page | None:
        """The very page it was started for, when it brought others at most."""
        brought = {*self.result.get("added", ()), *self.result.get("unchanged", ())}
        return self.page if self.step in DONE and self.page_id not in brought else None

    @property
    def restores(self) -> list[int]:
        """The pages whose subscription comes back with OK: all it brought back, if it was started for one."""
        returned: list[int] = self.result.get("returned", [])
        return returned if self.page_id in returned else []

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
    """That a login ended, data was deleted or records were exported, and how much; nothing tells of whom.
    `code`: a DataDeletion's. `user_id` is the colleague who exported, for their `tenant_id`."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_tenant_id", "tenant_id", "id"),)

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("gateways.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    code: Mapped[str | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=utcnow)

    gateway: Mapped[Gateway | None] = relationship(Gateway)
