"""The items Meta puts into `messaging` (contract 6.5 to 6.7)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.state.threads import Message, Thread

Item = dict[str, Any]


def from_person(thread: Thread, timestamp: int, **parts: Any) -> Item:
    return {
        "sender": {"id": thread.scoped_id},
        "recipient": {"id": thread.asset},
        "timestamp": timestamp,
        **parts,
    }


def _content(thread: Thread, message: Message) -> Item:
    content: Item = {"mid": message.mid}
    if message.text:
        content["text"] = message.text
    if message.attachments:
        content["attachments"] = message.attachments
    if message.reply_to:
        content["reply_to"] = _quote(thread, message)
    return content


def _quote(thread: Thread, message: Message) -> Item:
    """On a page it says whether people quote themselves."""
    quote: Item = {"mid": message.reply_to}
    if not thread.on_instagram:
        quoted = thread.find(message.reply_to)
        quote["is_self_reply"] = quoted is not None and quoted.inbound == message.inbound
    return quote


def message(thread: Thread, written: Message) -> Item:
    content = _content(thread, written)
    if written.payload:
        content["quick_reply"] = {"payload": written.payload}
    if written.story:
        content["reply_to"] = {"story": written.story}
    if written.referral:
        content["referral"] = written.referral
    if written.unsupported:
        content["is_unsupported"] = True
    return from_person(thread, written.timestamp, message=content)


def postback(thread: Thread, tapped: Message) -> Item:
    parts: Item = {"mid": tapped.mid, "title": tapped.text, "payload": tapped.payload}
    if tapped.referral:
        parts["referral"] = tapped.referral
    return from_person(thread, tapped.timestamp, postback=parts)


def referral(thread: Thread, followed: Message) -> Item:
    return from_person(thread, followed.timestamp, referral=followed.referral)


def reaction(thread: Thread, target: Message, name: str, emoji: str, timestamp: int) -> Item:
    parts = {"mid": target.mid, "action": "react" if name else "unreact"}
    if name:
        parts |= {"reaction": name, "emoji": emoji}
    return from_person(thread, timestamp, reaction=parts)


def edit(thread: Thread, edited: Message, timestamp: int) -> Item:
    number: int | str = edited.edits
    if thread.on_instagram and assumptions.INSTAGRAM_COUNTS_EDITS_IN_WORDS:
        number = str(number)
    parts = {"mid": edited.mid, "text": edited.text, "num_edit": number}
    return from_person(thread, timestamp, message_edit=parts)


def unsend(thread: Thread, deleted: Message, timestamp: int) -> Item:
    return from_person(thread, timestamp, message={"mid": deleted.mid, "is_deleted": True})


def echo(thread: Thread, sent: Message) -> Item:
    """Sender and recipient swap; `app_id` is a number, and absent on Instagram."""
    content = _content(thread, sent) | {"is_echo": True}
    if not thread.on_instagram and sent.app:
        content["app_id"] = int(sent.app)
    if sent.metadata:
        content["metadata"] = sent.metadata
    return {
        "sender": {"id": thread.asset},
        "recipient": {"id": thread.scoped_id},
        "timestamp": sent.timestamp,
        "message": content,
    }


def delivery(thread: Thread, sent: Message) -> Item:
    return from_person(thread, sent.timestamp, delivery={"mids": [sent.mid], "watermark": sent.timestamp})


def read(thread: Thread, last: Message, timestamp: int) -> Item:
    """A watermark on Messenger, a mid on Instagram."""
    parts: Item = {"mid": last.mid} if thread.on_instagram else {"watermark": last.timestamp}
    return from_person(thread, timestamp, read=parts)
