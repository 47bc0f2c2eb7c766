"""Contacts, their conversations, the messages in them, what becomes of those, the parts to be sent, and
recoveries."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..flows.definition import Definition
from ..flows.models import Flow, FlowVersion
from ..gateways.models import Gateway
from ..pages.models import Page
from ..queues.models import Queue
from ..tenants.models import BelongsToTenant
from ..users.models import User
from .comments import Comment
from .reasons import ClosingReason
from .uploads import Upload

if TYPE_CHECKING:
    from .facts import Fact

NOBODY = "erased:"
"""Begins the Meta id of a contact who was erased."""
OPEN = text("closed_at IS NULL")
OWNED = text("owner_app_id IS NOT NULL AND closed_at IS NULL")
WAITING = text("state = 'waiting'")
LEASED = text("leased_until IS NOT NULL")
UNCLEAR = text("state = 'unclear'")
FAILED = text("failed_at IS NOT NULL")
ANSWERING = text("comment_id IS NOT NULL")
QUEUED = text("queue_id IS NOT NULL AND agent_id IS NULL AND closed_at IS NULL")
ASSIGNED = text("agent_id IS NOT NULL AND closed_at IS NULL")
IDLE = text("idle_at IS NOT NULL")


def _of_some(table: str, column: str, *then: str) -> Index:
    """Of a column that few rows have filled."""
    filled = text(f"{column} IS NOT NULL")
    name = "_".join(("ix", table, column, *then[-1:]))
    return Index(name, column, *then, sqlite_where=filled, postgresql_where=filled)


def called(name: str | None, username: str | None, channel: str, meta_id: str) -> str:
    where = "Instagram" if channel == "instagram" else "Facebook"
    return name or username or f"{where} user …{meta_id[-4:]}"


class Contact(Model, BelongsToTenant):
    """A customer as one page sees them; `meta_id` is the PSID or the Instagram-scoped id.

    `consented_at`: when they wrote or pressed a button. Before that Instagram shows no profile: contract 8.2.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("page_id", "channel", "meta_id"),
        # For who looks for a whole name.
        Index("ix_contacts_by_name", "tenant_id", text("lower(name)")),
        Index("ix_contacts_by_username", "tenant_id", text("lower(username)")),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    channel: Mapped[str]
    meta_id: Mapped[str]
    name: Mapped[str | None] = mapped_column(index=True)
    username: Mapped[str | None]
    picture_url: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    profile_checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    page: Mapped[Page] = relationship(Page)
    facts: Mapped[list["Fact"]] = relationship(
        back_populates="contact",
        order_by="Fact.gathered_at, Fact.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def display_name(self) -> str:
        return called(self.name, self.username, self.channel, self.meta_id)

    @property
    def is_erased(self) -> bool:
        """At their wish (erasing.py): nobody at Meta is called so."""
        return self.meta_id.startswith(NOBODY)


CALLED_BY = (Contact.name, Contact.username, Contact.channel, Contact.meta_id)
"""What `called` makes a name of."""


class Conversation(Model, BelongsToTenant):
    """One contact's talk with one page, from opening to closing. A contact has one open conversation at most.

    `customer_wrote_at` starts Meta's 24 hour window; `last_message_at` orders the list; `changes` counts what
    was done to messages that stood in it already. `owner_app_id` is the app at Meta that has it, None when
    that is ours or nobody told otherwise (ownership.py), `owner_at` Meta's time of the newest word on that.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "uq_conversations_open_contact_id",
            "contact_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_conversations_tenant_id_last_message_at", "tenant_id", "last_message_at"),
        # `closed_at` stands in it so that SQLite takes it: an equality more than the next one.
        Index(
            "ix_conversations_open",
            *("tenant_id", "closed_at", "last_message_at"),
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index(
            "ix_conversations_owned",
            *("page_id", "owner_app_id"),
            sqlite_where=OWNED,
            postgresql_where=OWNED,
        ),
        # `tenant_id` stands in it for the same reason.
        Index("ix_conversations_page_id_last_message_at", "page_id", "tenant_id", "last_message_at"),
        Index("ix_conversations_contact_id", "contact_id", "tenant_id"),
        # `agent_id` and `closed_at` stand in them for the same reason.
        Index(
            "ix_conversations_queued",
            *("agent_id", "closed_at", "queue_id", "priority", "queued_at"),
            sqlite_where=QUEUED,
            postgresql_where=QUEUED,
        ),
        Index(
            "ix_conversations_assigned",
            *("agent_id", "closed_at", "last_message_at"),
            sqlite_where=ASSIGNED,
            postgresql_where=ASSIGNED,
        ),
        Index("ix_conversations_idle_at", "idle_at", sqlite_where=IDLE, postgresql_where=IDLE),
        Index("ix_conversations_tenant_id_opened_at", "tenant_id", "opened_at"),
        # For the records, which come in this order. `tenant_id` stands in them for the same reason.
        _of_some("conversations", "queue_id", "tenant_id", "opened_at"),
        _of_some("conversations", "agent_id", "tenant_id", "opened_at"),
        _of_some("conversations", "closing_reason_id", "tenant_id", "opened_at"),
        Index("ix_conversations_flow_id_opened_at", "flow_id", "tenant_id", "opened_at"),
        Index("ix_conversations_page_id_opened_at", "page_id", "tenant_id", "opened_at"),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    flow_id: Mapped[int | None] = mapped_column(ForeignKey("flows.id", ondelete="SET NULL"))
    channel: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    greeted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    customer_wrote_at: Mapped[datetime | None]
    customer_read_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=utcnow)
    preview: Mapped[str] = mapped_column(default="")
    changes: Mapped[int] = mapped_column(default=0, server_default="0")
    owner_app_id: Mapped[str | None]
    owner_at: Mapped[datetime | None]
    flow_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("flow_versions.id", ondelete="SET NULL"), index=True
    )
    part: Mapped[str | None]
    part_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    offline_at: Mapped[datetime | None]
    idle_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="SET NULL"))
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    queued_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    waited_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    assigned_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    agent_read_at: Mapped[datetime | None]
    closed_how: Mapped[str | None]
    closing_reason_id: Mapped[int | None] = mapped_column(
        ForeignKey("closing_reasons.id", ondelete="SET NULL")
    )
    reopened_at: Mapped[datetime | None]

    page: Mapped[Page] = relationship(Page)
    contact: Mapped[Contact] = relationship(Contact)
    flow: Mapped[Flow | None] = relationship(Flow)
    flow_version: Mapped[FlowVersion | None] = relationship(FlowVersion)
    queue: Mapped[Queue | None] = relationship(Queue)
    agent: Mapped[User | None] = relationship(User, foreign_keys=[agent_id])
    closed_by: Mapped[User | None] = relationship(User, foreign_keys=[closed_by_id])
    closing_reason: Mapped[ClosingReason | None] = relationship(ClosingReason)

    @classmethod
    def begin(
        cls, contact: Contact, page: Page, flow: Flow | None, at: datetime, **values: Any
    ) -> "Conversation":
        """At Meta's time `at`, on the flow's live version."""
        return cls(
            tenant_id=page.tenant_id,
            page=page,
            page_id=page.id,
            contact=contact,
            channel=contact.channel,
            flow=flow,
            flow_version=flow.live if flow else None,
            opened_at=at,
            **{"last_message_at": at, "changes": 0, **values},
        )

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def does(self) -> Definition:
        """What its flow's version does; without a flow, nothing but to wait for agents."""
        return self.flow_version.definition if self.flow_version else Definition()


class Message(Model):
    """`author` is customer, agent, flow, page (somebody who answered in Meta's own inbox or another app,
    `app_id`) or note (nobody said it: what the customer did beside writing, or who has the conversation).

    `kind` is text, postback, quick_reply, referral, order, optin, unsupported or withdrawn; of a note, the
    event's. `attachments` are [{"type", "url", "title", "cards" …}]; `occurred_at` is Meta's time, which
    orders a conversation; `key` comes from the form an agent wrote it in, so that a form sent twice is one
    message; `delivery_id` is the delivery that brought it or that the flow answers, for the logs;
    `recovered_at` is when a recovery brought it in, because no delivery had. A private reply answers
    `comment`; it stands in a conversation from when Meta tells whose (private_reply.py), as do its parts.
    `quick_replies` are those it offers, [{"type": "text", "title", "payload"}], or of type email or phone.
    Of a note, `kind` colleague is what a person wrote for colleagues only.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("page_id", "mid"),
        UniqueConstraint("conversation_id", "key"),
        Index("ix_messages_conversation_id_occurred_at", "conversation_id", "occurred_at", "id"),
        Index(
            "uq_messages_comment_id",
            "comment_id",
            unique=True,
            sqlite_where=ANSWERING,
            postgresql_where=ANSWERING,
        ),
    )

    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    author: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    app_id: Mapped[str | None]
    mid: Mapped[str | None]
    key: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="text")
    text: Mapped[str] = mapped_column(default="")
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reply_to_mid: Mapped[str | None]
    payload: Mapped[str | None]
    referral: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    quick_replies: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    occurred_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    recovered_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship(Conversation)
    user: Mapped[User | None] = relationship(User)
    comment: Mapped[Comment | None] = relationship(Comment, back_populates="reply")
    parts: Mapped[list["Part"]] = relationship(back_populates="message", order_by="Part.position")

    @property
    def from_customer(self) -> bool:
        return self.author == "customer"


class Wording(Model):
    """What a message said before and after an edit. `number` 0 is the original, the others are Meta's count.

    One without text: the message was withdrawn, and this is all that is left of it. Found by its `mid`,
    because it may come before its message.
    """

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("contact_id", "mid", "number"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    mid: Mapped[str]
    number: Mapped[int]
    text: Mapped[str | None]
    occurred_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship(Contact)


class Reaction(Model):
    """A customer's reaction to a message, by its `mid`; without `sign` it was taken back."""

    __tablename__ = "reactions"
    __table_args__ = (UniqueConstraint("contact_id", "mid"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    mid: Mapped[str]
    sign: Mapped[str | None]
    occurred_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship(Contact)


class Part(Model):
    """One call of Meta's Send API: a message longer than the channel's limit goes out in several.

    The row is the job. `state` is waiting, sent, delivered, read, failed, unclear (Meta may have it: never
    repeated blindly) or held (an earlier part of the message is unclear). `leased_until` says that a worker,
    `leased_by`, has it in hand; `attempts` counts the calls that Meta did not answer with a pause; `key`
    travels to Meta as metadata, so that the echo can be told. `failed_at`: when it failed by itself, and not
    because an earlier part did. With an `upload` it is that file, without text; `quick_replies` are the
    message's, on its last part.
    """

    __tablename__ = "parts"
    __table_args__ = (
        Index("ix_parts_waiting", "conversation_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_parts_due", "page_id", "next_try_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_parts_leased", "leased_by", "page_id", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_parts_failed", "page_id", "failed_at", sqlite_where=FAILED, postgresql_where=FAILED),
        Index("ix_parts_unclear", "state", "id", sqlite_where=UNCLEAR, postgresql_where=UNCLEAR),
        UniqueConstraint("message_id", "position"),
        _of_some("parts", "upload_id"),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    mid: Mapped[str | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
    remedy: Mapped[str | None]
    error_code: Mapped[int | None]
    error_subcode: Mapped[int | None]
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("uploads.id", ondelete="SET NULL"))
    quick_replies: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))

    upload: Mapped[Upload | None] = relationship(Upload)
    message: Mapped[Message] = relationship(back_populates="parts")
    conversation: Mapped[Conversation] = relationship(Conversation)
    page: Mapped[Page] = relationship(Page)

    @property
    def channel(self) -> str:
        comment = self.message.comment
        return comment.channel if comment is not None else self.conversation.channel


class Recovery(Model):
    """The conversations of a gateway's pages are compared with Meta's, and what is missing is brought in.

    `reason` is one of REASONS. Nobody's `user_id`: it began by itself.
    """

    __tablename__ = "recoveries"

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(default="asked")
    since: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    gateway: Mapped[Gateway] = relationship(Gateway)
    user: Mapped[User | None] = relationship(User)


class Comparison(Model):
    """One page's conversations on one channel, within a recovery. The row is the job.

    What was said from `since` to `until` is compared; `cursor` is Meta's, of the next conversations to ask
    for. `state` is waiting, done or failed (with `error`). `looked` counts conversations, `brought` messages,
    `settled` parts of ours that were unclear and are at Meta, `cut` conversations longer than is looked at.
    `leased_until`: a worker has it in hand; `attempts` counts those that came to nothing.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        Index(
            "uq_comparisons_waiting",
            *("page_id", "channel"),
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_comparisons_due", "next_try_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    recovery_id: Mapped[int] = mapped_column(ForeignKey("recoveries.id", ondelete="CASCADE"), index=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    cursor: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    looked: Mapped[int] = mapped_column(default=0)
    brought: Mapped[int] = mapped_column(default=0)
    settled: Mapped[int] = mapped_column(default=0)
    cut: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    recovery: Mapped[Recovery] = relationship(Recovery)
    page: Mapped[Page] = relationship(Page)
