"""What an event says, as the message that is kept of it."""

from dataclasses import asdict
from typing import Any

from ..logs import bound_id
from ..meta.events import Attachment, Event
from . import attachments
from .models import Conversation, Message
from .taken import moment

UNSUPPORTED = "Sent something that Meta does not pass on to apps."
KINDS = ("postback", "referral", "order", "optin")
WITHDRAWN = "Message withdrawn"
WORDLESS = {"referral": "Came through a link", "optin": "Opted in on a website", "withdrawn": WITHDRAWN}


def message(event: Event, conversation: Conversation, author: str) -> Message:
    return Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author=author,
        app_id=event.echo_app_id,
        mid=event.mid,
        kind=_kind(event),
        text=_text(event),
        attachments=[*map(attachment, event.attachments), *_story(event)],
        reply_to_mid=event.reply_to_mid,
        payload=event.quick_reply_payload or event.postback_payload,
        referral=event.referral,
        delivery_id=bound_id("delivery"),
        occurred_at=moment(event),
    )


def preview(message: Message) -> str:
    """For the list of conversations."""
    if message.text:
        return message.text[:200]
    if message.attachments:
        return attachments.word(message.attachments[0])
    return WORDLESS.get(message.kind, "")


def show(message: Message) -> None:
    """Its conversation stands in the list with its newest message."""
    conversation = message.conversation
    if message.occurred_at >= conversation.last_message_at:
        conversation.last_message_at = message.occurred_at
        conversation.preview = preview(message)


def attachment(found: Attachment) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": found.type, "url": found.url, "title": found.title}
    if found.latitude is not None and found.longitude is not None:
        kept |= {"latitude": found.latitude, "longitude": found.longitude}
    if found.sticker_id:
        kept["sticker_id"] = found.sticker_id
    if found.template:
        kept["template"] = found.template
    if found.cards:
        kept["cards"] = [asdict(card) for card in found.cards]
    return kept


def _story(event: Event) -> list[dict[str, Any]]:
    """The story it answers; a link that lasts 24 hours (contract 6.7)."""
    if not (event.story_id or event.story_url):
        return []
    return [{"type": "story_reply", "url": event.story_url, "title": None}]


def _kind(event: Event) -> str:
    if event.is_unsupported:
        return "unsupported"
    if event.quick_reply_payload is not None:
        return "quick_reply"
    return event.kind if event.kind in KINDS else "text"


def _text(event: Event) -> str:
    if event.is_unsupported:
        return UNSUPPORTED
    if event.answers:
        return "\n".join(f"{question} {answer}" for question, answer in event.answers)
    return event.text or event.postback_title or ""
