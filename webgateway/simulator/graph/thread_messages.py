"""The messages of a thread as the Conversations API shows them: not as webhooks carry them (contract 7.3)."""

from collections.abc import Iterator
from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.comments import written_time
from webgateway.simulator.graph.errors import unknown_field
from webgateway.simulator.graph.fields import Field, Reader
from webgateway.simulator.ids import scoped
from webgateway.simulator.reactions import emoji_of
from webgateway.simulator.state.threads import Message, Thread

SHARES = ("share", "fallback", "post", "reel", "ig_post", "ig_reel")
MIME = {"image": "image/png", "video": "video/mp4", "audio": "audio/wav", "file": "text/plain"}


def written(thread: Thread) -> list[Message]:
    """Newest first; neither links that were followed nor messages taken back."""
    return [
        message for message in reversed(thread.messages) if message.kind != "referral" and not message.deleted
    ]


def message_fields(call: Call, thread: Thread, message: Message, fields: list[Field]) -> dict[str, Any]:
    readers: dict[str, Reader] = {
        "id": lambda _: message.mid,
        "created_time": lambda _: written_time(message.timestamp / 1000),
        "from": lambda _: party(call, thread, inbound=message.inbound),
        "to": lambda _: {"data": [party(call, thread, inbound=not message.inbound)]},
        "message": lambda _: message.text,
        "attachments": lambda _: _attachments(message),
        "shares": lambda _: _shares(thread, message),
        "sticker": lambda _: next((item["payload"]["url"] for item in _items(message, ("sticker",))), None),
        "reactions": lambda _: _reactions(call, thread, message),
        "story": lambda _: (
            {"reply_to": {"link": message.story["url"], "id": message.story["id"]}} if message.story else None
        ),
        "is_unsupported": lambda _: message.unsupported or None,
        "tags": lambda _: {"data": [{"name": "inbox"}]},
    }
    for asked in fields:
        if asked.name not in readers:
            raise unknown_field(asked.name, "Message")
    found = {asked.name: readers[asked.name](asked) for asked in fields}
    return {name: value for name, value in found.items() if value is not None} | {"id": message.mid}


def party(call: Call, thread: Thread, *, inbound: bool) -> dict[str, str]:
    """A name on Messenger, a username on Instagram."""
    person, page = call.world.people[thread.person], call.world.pages[thread.page]
    scoped_id = thread.scoped_id if inbound else thread.asset
    if thread.on_instagram and page.instagram:
        username = person.instagram or person.key
        return {"username": username if inbound else page.instagram.username, "id": scoped_id}
    name = person.name if inbound else page.name
    return {"name": name, "email": f"{scoped_id}@facebook.com", "id": scoped_id}


def _items(message: Message, kinds: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    return (item for item in message.attachments if item["type"] in kinds and item.get("payload"))


def _attachments(message: Message) -> dict[str, Any] | None:
    rows = [_attachment(item) for item in _items(message, tuple(MIME))]
    return {"data": rows} if rows else None


def _attachment(item: dict[str, Any]) -> dict[str, Any]:
    url = str(item["payload"].get("url", ""))
    kind = item["type"]
    row = {
        "id": scoped("attachment", url, length=15),
        "mime_type": MIME[kind],
        "name": url.rsplit("/", 1)[-1],
    }
    if kind == "image":
        return row | {
            "size": 1000,
            "image_data": {"width": 480, "height": 320, "url": url, "preview_url": url},
        }
    if kind == "video":
        return row | {"size": 1000, "video_data": {"width": 480, "height": 320, "url": url}}
    return row | {"size": 1000, "file_url": url}


def _shares(thread: Thread, message: Message) -> dict[str, Any] | None:
    """What is shared on Instagram comes back empty."""
    if thread.on_instagram and assumptions.INSTAGRAM_SHARES_COME_BACK_EMPTY:
        return None
    rows = [
        {"link": item["payload"].get("url"), "name": item["payload"].get("title", "")}
        for item in _items(message, SHARES)
    ]
    return {"data": rows} if rows else None


def _reactions(call: Call, thread: Thread, message: Message) -> dict[str, Any] | None:
    rows = [
        {"reaction": emoji_of(name), "users": [party(call, thread, inbound=inbound)]}
        for name, inbound in ((message.reaction, True), (message.page_reaction, False))
        if name
    ]
    return {"data": rows} if rows else None
