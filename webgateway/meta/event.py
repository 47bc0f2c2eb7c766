"""One thing that happened, as a delivery told it: flat, whatever Meta's shape was."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .cards import Card

Channel = Literal["messenger", "instagram"]


@dataclass(frozen=True, slots=True)
class Attachment:
    type: str
    """Meta's word (`image`, `video`, `audio`, `file`, `template`, `fallback`, `reel`, `story_mention` …);
    `sticker` for every shape of a sticker."""
    url: str | None = None
    """Signed and expiring for media. May come from a customer: never call it with a token."""
    title: str | None = None
    sticker_id: str | None = None
    media_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    template: str | None = None
    """Which one: generic, button, media, receipt, product …"""
    cards: tuple[Card, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    object: str
    """`page`, `instagram`, or what else Meta reports on."""
    channel: Channel | None
    account_id: str
    """`entry.id`: the page, or the Instagram account (`17841…`); empty when missing.

    Route by it: contract 6.5.
    """
    position: int
    """Running number in the delivery."""
    kind: str
    """message, echo, postback, referral, reaction, delivery, read, edit, optin, account_linking, handover,
    policy, integrity, feedback, order, coupon, comment, mention, change or unknown."""
    raw: dict[str, Any]
    """The item as it came."""
    dedupe_key: str
    """Same for the same happening in two deliveries; at most 255 characters."""
    ignored: str | None = None
    """Why no use is made of it."""
    standby: bool = False
    """Another app holds the conversation."""
    at: datetime | None = None
    """UTC."""
    user_id: str | None = None
    """The customer, whoever sent; None when only `user_ref` is known, or nobody is concerned."""
    user_ref: str | None = None
    user_name: str | None = None
    """The name or username that comes with comments."""
    mid: str | None = None
    """The message; for a reaction, an edit or a read, the message it is about."""
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    quick_reply_payload: str | None = None
    postback_title: str | None = None
    postback_payload: str | None = None
    referral: dict[str, Any] | None = None
    """Flat, as referrals.read gives it: `ref`, `source`, `type`, `ad_id` …"""
    answers: tuple[tuple[str, str], ...] = ()
    """Questions, or their types, with what the customer answered."""
    reply_to_mid: str | None = None
    story_id: str | None = None
    story_url: str | None = None
    """The story it answers; gone after 24 hours."""
    echo_app_id: str | None = None
    """Who sent an echo; Meta's own inbox is 263902037430900 (contract 6.6)."""
    metadata: str | None = None
    """What the sender of an echo or handover attached."""
    is_deleted: bool = False
    is_unsupported: bool = False
    action: str | None = None
    """Reaction: react, unreact. Handover: pass_thread_control … Policy: warning, block, unblock.
    Account linking: linked, unlinked. Integrity: its status. Comment or change: the verb.
    Optin: its type, with `_stop` or `_resume` where notifications were."""
    reaction: str | None = None
    """Its name: love, smile, other …"""
    emoji: str | None = None
    watermark: datetime | None = None
    """UTC; everything up to it is delivered or read."""
    mids: tuple[str, ...] = ()
    num_edit: int | None = None
    previous_app_id: str | None = None
    new_app_id: str | None = None
    """Of a handover; for a request, the app that asks."""
    comment_id: str | None = None
    parent_id: str | None = None
    post_id: str | None = None
    """The post or medium that is commented on or mentions the account."""
    post_url: str | None = None
    photo_url: str | None = None
    """Of a comment; signed and expiring."""
    written_at: datetime | None = None
    """UTC; when a comment was written, while `at` is when this was done to it."""
    field: str | None = None
    """The name of a change: feed, comments, story_insights …"""
