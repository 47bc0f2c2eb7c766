from dataclasses import dataclass, field
from typing import Any


@dataclass
class Message:
    mid: str
    inbound: bool
    """True = the customer wrote it"""
    timestamp: int
    """milliseconds"""
    kind: str = "message"
    """message, postback, referral or action"""
    text: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)
    quick_replies: list[dict[str, Any]] = field(default_factory=list)
    payload: str = ""
    reply_to: str = ""
    story: dict[str, str] = field(default_factory=dict)
    """the story this answers: id and url (Instagram)"""
    referral: dict[str, Any] = field(default_factory=dict)
    """the ad, link or product that led to it"""
    metadata: str = ""
    app: str = ""
    persona: str = ""
    """name the page writes under"""
    unsupported: bool = False
    """of a kind the API cannot carry"""
    deleted: bool = False
    edits: int = 0
    reaction: str = ""
    """the customer's"""
    page_reaction: str = ""
    delivered: bool = False
    read: bool = False


@dataclass
class Thread:
    """One customer's talk with one Page or Instagram account."""

    id: str
    asset: str
    """id of the Page or Instagram account"""
    page: str
    person: str
    scoped_id: str
    last_inbound: float = 0.0
    """seconds; 0 = the person never did anything that opens the window"""
    consented: bool = False
    """The person wrote, or tapped: on Instagram the page may see their profile (contract 8.2)."""
    blocked: bool = False
    owner_app: str = ""
    """the app that may answer; empty = every one"""
    owner_until: float = 0.0
    """0 = until it is handed on"""
    typing_until: float = 0.0
    seen_until: int = 0
    messages: list[Message] = field(default_factory=list)

    @property
    def on_instagram(self) -> bool:
        return self.asset != self.page

    def find(self, mid: str) -> Message | None:
        return next((message for message in self.messages if message.mid == mid), None)
