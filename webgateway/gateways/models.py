"""A chat gateway: a named connection to Meta with its Meta app, its URI and its flow."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, false, text
from sqlalchemy.orm import Mapped, defer, mapped_column, relationship

from ..db import Encrypted, Model, utcnow
from ..flows.models import Flow
from ..meta import versions
from ..settings import current_settings
from ..tenants.models import BelongsToTenant, Tenant

PROVIDER = "Meta"
TOLD_FOR = timedelta(days=7)
"""How long it is told that something was mended by itself."""
KEPT = text("deleted_at IS NULL")
REFUSED = text("signature_refused_at IS NOT NULL")


def new_uri() -> str:
    """160 random bits: the public part of a gateway's address."""
    return secrets.token_urlsafe(20)


def new_verify_token() -> str:
    return secrets.token_urlsafe(24)


class Gateway(Model, BelongsToTenant):
    """`credentials` is what Meta said of App ID and App Secret: verified, unverified (not asked yet) or
    refused; missing while an imported one waits for its App Secret; wiped once a deleted one's secrets are
    gone.

    `webhook` is how Meta's webhook for the app stands: registered (Meta confirmed our URI), refused (with
    `webhook_error`) or unknown. `webhook_at_meta` is Meta's own list when it was last read, one {"object",
    "callback_url", "fields", "missing"} each. `webhook_drift` is how it differed when it was last
    registered again by itself (gateways/watching.py). `missed_since`: deliveries may be missing for the
    reason `missed_why`, and a recovery is due. `enabled` is the State switch; a disabled gateway stores and
    stays silent. `instagram_inline`: stories and posts are shown in conversations as pictures, not as
    links. `human_agent`: somebody says that Meta approved the app's Human Agent feature, which Meta's API
    does not tell; `human_agent_refused_at`: Meta said that it has not. `calls_paused_until` is the pause
    that Meta asked the app for: contract 7.6. A deleted gateway
    keeps its row without secrets, for the conversations that went through it.
    """

    __tablename__ = "gateways"
    __table_args__ = (
        Index("uq_gateways_app_id", "app_id", unique=True, sqlite_where=KEPT, postgresql_where=KEPT),
        # Small, for the registry to count them.
        Index(
            "ix_gateways_tenant_id_name",
            *("tenant_id", "name"),
            sqlite_where=KEPT,
            postgresql_where=KEPT,
        ),
        # As the registry sorts them, with all that it searches in.
        Index(
            "ix_gateways_by_name",
            *("tenant_id", text("lower(name)"), "id", "name", "uri", "app_id"),
            sqlite_where=KEPT,
            postgresql_where=KEPT,
        ),
        Index(
            "ix_gateways_refused",
            *("tenant_id", "signature_refused_at"),
            sqlite_where=REFUSED,
            postgresql_where=REFUSED,
        ),
    )

    name: Mapped[str]
    uri: Mapped[str] = mapped_column(unique=True, default=new_uri, info={"written": r"[\w-]*"})
    flow_id: Mapped[int | None] = mapped_column(ForeignKey("flows.id", ondelete="SET NULL"), index=True)
    app_id: Mapped[str] = mapped_column(info={"written": r"\d*"})
    app_secret: Mapped[str] = mapped_column(Encrypted("gateways.app_secret"))
    app_name: Mapped[str | None]
    api_version: Mapped[str | None]
    config_id: Mapped[str | None]
    verify_token: Mapped[str] = mapped_column(Encrypted("gateways.verify_token"), default=new_verify_token)
    enabled: Mapped[bool] = mapped_column(default=False)
    instagram_inline: Mapped[bool] = mapped_column(default=False)
    human_agent: Mapped[bool] = mapped_column(default=False, server_default=false())
    human_agent_refused_at: Mapped[datetime | None]
    credentials: Mapped[str] = mapped_column(default="unverified")
    credentials_error: Mapped[str | None]
    credentials_checked_at: Mapped[datetime | None]
    webhook: Mapped[str] = mapped_column(default="unknown")
    webhook_error: Mapped[str | None]
    webhook_checked_at: Mapped[datetime | None]
    webhook_at_meta: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    webhook_verified_at: Mapped[datetime | None]
    webhook_drift: Mapped[str | None]
    webhook_mended_at: Mapped[datetime | None]
    missed_since: Mapped[datetime | None]
    missed_why: Mapped[str | None]
    signature_refused_at: Mapped[datetime | None]
    calls_paused_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None]

    flow: Mapped[Flow | None] = relationship(Flow)

    @classmethod
    def of(cls, tenant: Tenant) -> Select["Gateway"]:
        return super().of(tenant).where(cls.deleted_at.is_(None))

    @classmethod
    def without_secrets(cls) -> tuple[Any, ...]:
        """Where a gateway is only shown."""
        return defer(cls.app_secret), defer(cls.verify_token)

    @property
    def may_answer_late(self) -> bool:
        """People may answer until 7 days after the customer wrote: contract 7.4."""
        return self.human_agent and self.human_agent_refused_at is None

    @property
    def version(self) -> str:
        """The Graph API version to call: the chosen one, or the newest we ship."""
        return self.api_version or versions.NEWEST

    @property
    def version_ends(self) -> date | None:
        version = versions.find(self.version)
        return version.until if version else None

    @property
    def public_uri(self) -> str:
        return f"{current_settings().public_url}/meta/{self.uri}"

    @property
    def data_deletion_uri(self) -> str:
        return f"{self.public_uri}/data-deletion"

    @property
    def registered_by_hand(self) -> bool:
        """Meta verified our URI, yet its own list could not be read."""
        return self.webhook == "registered" and not self.webhook_at_meta

    @property
    def webhook_drift_told(self) -> bool:
        return self.webhook_mended_at is not None and utcnow() - self.webhook_mended_at < TOLD_FOR

    def webhook_of(self, object: str) -> dict[str, Any] | None:
        """What Meta's list said of one object, `page` or `instagram`."""
        return next((row for row in self.webhook_at_meta if row["object"] == object), None)

    @property
    def instagram_unheard(self) -> bool:
        """Meta's list shows that it sends us pages' events, but not Instagram's messages."""
        row = self.webhook_of("instagram")
        ours = row is not None and row["callback_url"] == self.public_uri and "messages" in row["fields"]
        return self.webhook == "registered" and bool(self.webhook_at_meta) and not ours

    def forget_registration(self) -> None:
        """What Meta knew of our URI no longer holds."""
        self.webhook = "unknown"
        self.webhook_error = None
        self.webhook_at_meta = []
        self.webhook_verified_at = None
