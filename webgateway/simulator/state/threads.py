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
    metadata: str = ""
    app: str = ""
    deleted: bool = False
    reaction: str = ""
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
    """seconds; 0 = the person never wrote"""
    blocked: bool = False
    owner_app: str = ""
    typing_until: float = 0.0
    seen_until: int = 0
    messages: list[Message] = field(default_factory=list)

    @property
    def on_instagram(self) -> bool:
        return self.asset != self.page

    def find(self, mid: str) -> Message | None:
        return next((message for message in self.messages if message.mid == mid), None)
