"""/{page}/conversations and /{thread}/messages: what recovery reads (contract 7.3)."""

from datetime import UTC, datetime
from typing import Any

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import Field, Reader, parse_fields, pick
from webgateway.simulator.graph.paging import edge, one_page
from webgateway.simulator.graph.tokens import grant_of, page_token, require, token_of
from webgateway.simulator.state.threads import Message, Thread


def read_conversations(call: Call) -> dict[str, Any]:
    """Newest first; `platform=instagram` shows the account's threads, `user_id` one person's."""
    token = page_token(call, call.node)
    platform = call.text("platform").lower() or "messenger"
    on_instagram = platform == "instagram"
    require(call, grant_of(call, token), "instagram_manage_messages" if on_instagram else "pages_messaging")
    threads = [
        thread
        for thread in call.world.threads.values()
        if thread.page == call.node
        and thread.on_instagram == on_instagram
        and thread.messages
        and call.text("user_id") in ("", thread.scoped_id)
    ]
    threads.sort(key=lambda thread: -thread.messages[-1].timestamp)
    chosen, paging = one_page(call, threads)
    fields = parse_fields(call.text("fields") or "id,link,updated_time")
    return edge(call, [_thread_fields(call, thread, fields) for thread in chosen], paging, len(threads))


def read_messages(call: Call) -> dict[str, Any]:
    thread = _thread(call)
    newest_first = _written(thread)
    chosen, paging = one_page(call, newest_first)
    fields = parse_fields(call.text("fields") or "id,created_time")
    return edge(
        call,
        [_message_fields(call, thread, message, fields) for message in chosen],
        paging,
        len(newest_first),
    )


def read_thread(call: Call) -> dict[str, Any]:
    return _thread_fields(call, _thread(call), parse_fields(call.text("fields") or "id,link,updated_time"))


def _thread(call: Call) -> Thread:
    thread = next((thread for thread in call.world.threads.values() if thread.id == call.node), None)
    if thread is None or token_of(call).type != "PAGE" or token_of(call).page != thread.page:
        raise unknown_object(call.node)
    return thread


def _written(thread: Thread) -> list[Message]:
    return [
        message for message in reversed(thread.messages) if message.kind != "referral" and not message.deleted
    ]


def _thread_fields(call: Call, thread: Thread, fields: list[Field]) -> dict[str, Any]:
    def messages(asked: Field) -> dict[str, Any]:
        limit = int(asked.modifiers.get("limit", "25"))
        inner = asked.children or parse_fields("id,created_time")
        return {
            "data": [_message_fields(call, thread, message, inner) for message in _written(thread)[:limit]]
        }

    readers = {
        "id": lambda _: thread.id,
        "link": lambda _: f"/{thread.page}/inbox/{thread.id}/",
        "updated_time": lambda _: _written_time(thread.messages[-1].timestamp) if thread.messages else None,
        "message_count": lambda _: len(thread.messages),
        "participants": lambda _: {
            "data": [_party(call, thread, inbound=True), _party(call, thread, inbound=False)]
        },
        "messages": messages,
        "can_reply": lambda _: True,
    }
    return pick("UnifiedThread", fields, readers)


def _message_fields(call: Call, thread: Thread, message: Message, fields: list[Field]) -> dict[str, Any]:
    readers: dict[str, Reader] = {
        "id": lambda _: message.mid,
        "created_time": lambda _: _written_time(message.timestamp),
        "from": lambda _: _party(call, thread, inbound=message.inbound),
        "to": lambda _: {"data": [_party(call, thread, inbound=not message.inbound)]},
        "message": lambda _: message.text,
        "attachments": lambda _: _attachments(message),
        "sticker": lambda _: next(_urls(message, "sticker"), None),
    }
    unknown = [asked.name for asked in fields if asked.name not in readers]
    if unknown:
        raise GraphError(
            100, f"(#100) Tried accessing nonexisting field ({unknown[0]}) on node type (Message)"
        )
    found = {asked.name: readers[asked.name](asked) for asked in fields}
    return {name: value for name, value in found.items() if value is not None} | {"id": message.mid}


def _urls(message: Message, kind: str) -> Any:
    return (item["payload"].get("url") for item in message.attachments if item["type"] == kind)


def _attachments(message: Message) -> dict[str, Any] | None:
    rows = [
        {"id": message.mid[-15:], "mime_type": "image/png", "image_data": {"url": url}}
        for url in _urls(message, "image")
    ]
    return {"data": rows} if rows else None


def _party(call: Call, thread: Thread, *, inbound: bool) -> dict[str, str]:
    if inbound:
        return {"id": thread.scoped_id, "name": call.world.people[thread.person].name}
    return {"id": thread.asset, "name": call.world.pages[thread.page].name}


def _written_time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
