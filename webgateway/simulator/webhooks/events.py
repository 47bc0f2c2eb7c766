"""The items Meta puts into `messaging` (contract 6.5 to 6.7)."""

from typing import Any

from webgateway.simulator.state.threads import Message, Thread

Item = dict[str, Any]


def _from_person(thread: Thread, timestamp: int, **parts: Any) -> Item:
    return {
        "sender": {"id": thread.scoped_id},
        "recipient": {"id": thread.asset},
        "timestamp": timestamp,
        **parts,
    }


def _content(message: Message) -> Item:
    content: Item = {"mid": message.mid}
    if message.text:
        content["text"] = message.text
    if message.attachments:
        content["attachments"] = message.attachments
    if message.reply_to:
        content["reply_to"] = {"mid": message.reply_to}
    return content


def message(thread: Thread, written: Message) -> Item:
    content = _content(written)
    if written.payload:
        content["quick_reply"] = {"payload": written.payload}
    return _from_person(thread, written.timestamp, message=content)


def postback(thread: Thread, tapped: Message) -> Item:
    parts = {"mid": tapped.mid, "title": tapped.text, "payload": tapped.payload}
    return _from_person(thread, tapped.timestamp, postback=parts)


def referral(thread: Thread, ref: str, timestamp: int) -> Item:
    source = "IGME-SOURCE-LINK" if thread.on_instagram else "SHORTLINK"
    return _from_person(thread, timestamp, referral={"ref": ref, "source": source, "type": "OPEN_THREAD"})


def reaction(thread: Thread, target: Message, name: str, emoji: str, timestamp: int) -> Item:
    parts = {"mid": target.mid, "action": "react" if name else "unreact"}
    if name:
        parts |= {"reaction": name, "emoji": emoji}
    return _from_person(thread, timestamp, reaction=parts)


def edit(thread: Thread, edited: Message, count: int, timestamp: int) -> Item:
    return _from_person(
        thread, timestamp, message_edit={"mid": edited.mid, "text": edited.text, "num_edit": count}
    )


def unsend(thread: Thread, deleted: Message, timestamp: int) -> Item:
    return _from_person(thread, timestamp, message={"mid": deleted.mid, "is_deleted": True})


def echo(thread: Thread, sent: Message) -> Item:
    """Sender and recipient swap; `app_id` is a number, and absent on Instagram."""
    content = _content(sent) | {"is_echo": True}
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
    return _from_person(thread, sent.timestamp, delivery={"mids": [sent.mid], "watermark": sent.timestamp})


def read(thread: Thread, last: Message, timestamp: int) -> Item:
    """A watermark on Messenger, a mid on Instagram."""
    parts: Item = {"mid": last.mid} if thread.on_instagram else {"watermark": last.timestamp}
    return _from_person(thread, timestamp, read=parts)
