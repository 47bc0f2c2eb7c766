"""/{page}/conversations and /{thread}/messages: what recovery reads (contract 7.3)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.comments import written_time
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import Field, parse_fields, pick
from webgateway.simulator.graph.paging import edge, one_page, pages_link
from webgateway.simulator.graph.thread_messages import message_fields, party, written
from webgateway.simulator.graph.tokens import grant_of, page_token, require, token_of
from webgateway.simulator.state.threads import Message, Thread

THREAD_FIELDS = "id,link,updated_time"
MESSAGE_FIELDS = "id,created_time"
DEFAULT_MESSAGES = 25


def read_conversations(call: Call) -> dict[str, Any]:
    """Newest first; `platform=instagram` shows the account's threads, `user_id` one person's."""
    token = page_token(call, call.node)
    _keep_to_the_limit(call, call.node)
    platform = call.text("platform").lower() or "messenger"
    if platform not in ("messenger", "instagram"):
        raise GraphError(100, "(#100) Param platform must be one of {INSTAGRAM, MESSENGER}")
    on_instagram = platform == "instagram"
    require(call, grant_of(call, token), _permission(on_instagram=on_instagram))
    threads = [
        thread
        for thread in call.world.threads.values()
        if thread.page == call.node
        and thread.on_instagram == on_instagram
        and thread.messages
        and call.text("user_id") in ("", thread.scoped_id)
    ]
    # Of the same millisecond, the one begun last.
    threads.sort(key=lambda thread: thread.messages[-1].timestamp)
    threads.reverse()
    chosen, paging = one_page(call, threads)
    fields = parse_fields(call.text("fields") or THREAD_FIELDS)
    return edge(call, [_thread_fields(call, thread, fields) for thread in chosen], paging, len(threads))


def read_messages(call: Call) -> dict[str, Any]:
    thread = _thread(call)
    newest_first = written(thread)
    chosen, paging = one_page(call, newest_first)
    fields = parse_fields(call.text("fields") or MESSAGE_FIELDS)
    rows = [message_fields(call, thread, message, fields) for message in chosen]
    return edge(call, rows, paging, len(newest_first))


def read_thread(call: Call) -> dict[str, Any]:
    return _thread_fields(call, _thread(call), parse_fields(call.text("fields") or THREAD_FIELDS))


def read_message(call: Call) -> dict[str, Any]:
    """`GET /{mid}`. One that was taken back is no longer there."""
    thread, message = _message(call)
    _check(call, thread)
    return message_fields(call, thread, message, parse_fields(call.text("fields") or MESSAGE_FIELDS))


def _thread(call: Call) -> Thread:
    thread = next((thread for thread in call.world.threads.values() if thread.id == call.node), None)
    if thread is None:
        raise unknown_object(call.node)
    _check(call, thread)
    return thread


def _message(call: Call) -> tuple[Thread, Message]:
    for thread in call.world.threads.values():
        message = thread.find(call.node)
        if message and not message.deleted:
            return thread, message
    raise unknown_object(call.node)


def _check(call: Call, thread: Thread) -> None:
    token = token_of(call)
    if token.type != "PAGE" or token.page != thread.page:
        raise unknown_object(call.node)
    _keep_to_the_limit(call, thread.page)
    require(call, grant_of(call, token), _permission(on_instagram=thread.on_instagram))


def _permission(*, on_instagram: bool) -> str:
    return "instagram_manage_messages" if on_instagram else "pages_messaging"


def _keep_to_the_limit(call: Call, page_id: str) -> None:
    """With the fault on, so many calls a second for one page, and no more (contract 7.6)."""
    fault = next((fault for fault in call.world.faults if fault.name == "conversations_limited"), None)
    if fault is None or not fault.matches(call.method, "/".join(call.path), page_id):
        return
    if not call.platform.within_limit(f"conversations:{page_id}", int(fault.argument or 2)):
        fault.hit()
        raise GraphError(assumptions.CONVERSATIONS_LIMIT_CODE, assumptions.CONVERSATIONS_LIMIT_MESSAGE)


def _thread_fields(call: Call, thread: Thread, fields: list[Field]) -> dict[str, Any]:
    readers = {
        "id": lambda _: thread.id,
        "link": lambda _: f"/{thread.page}/inbox/{thread.id}/",
        "updated_time": lambda _: written_time(thread.messages[-1].timestamp / 1000),
        "message_count": lambda _: len(written(thread)),
        "unread_count": lambda _: sum(message.timestamp > thread.seen_until for message in _said(thread)),
        "snippet": lambda _: thread.messages[-1].text,
        "participants": lambda _: {
            "data": [party(call, thread, inbound=True), party(call, thread, inbound=False)]
        },
        "messages": lambda asked: _first_messages(call, thread, asked),
        "can_reply": lambda _: (
            call.platform.clock.now() - thread.last_inbound < assumptions.HUMAN_AGENT_WINDOW
        ),
    }
    return pick("UnifiedThread", fields, readers)


def _said(thread: Thread) -> list[Message]:
    return [message for message in written(thread) if message.inbound]


def _first_messages(call: Call, thread: Thread, asked: Field) -> dict[str, Any]:
    """`messages.limit(10){…}`: the newest, and where the older ones are."""
    limit = int(asked.modifiers.get("limit", DEFAULT_MESSAGES))
    rows = written(thread)
    fields = asked.children or parse_fields(MESSAGE_FIELDS)
    answer: dict[str, Any] = {
        "data": [message_fields(call, thread, message, fields) for message in rows[:limit]]
    }
    if len(rows) > limit:
        names = ",".join(field.name for field in fields)
        answer["paging"] = {"next": pages_link(call, (thread.id, "messages"), limit, limit - 1, fields=names)}
    return answer
