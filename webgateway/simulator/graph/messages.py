"""POST /{page}/messages (contract 7)."""

from typing import Any

from webgateway.simulator import assumptions, ids
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_parameter
from webgateway.simulator.graph.message_content import message_from
from webgateway.simulator.graph.sending_window import check_window
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.state.pages import Page
from webgateway.simulator.state.threads import Message, Thread
from webgateway.simulator.threads import thread_with
from webgateway.simulator.webhooks import events
from webgateway.simulator.webhooks.emission import emit

ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


def send(call: Call) -> dict[str, Any]:
    page = call.world.pages[call.node]
    token = page_token(call, page.id)
    recipient = call.data("recipient")
    if not isinstance(recipient, dict):
        raise missing_parameter("recipient")
    thread = _thread(call, page, recipient)
    require(
        call, grant_of(call, token), "instagram_manage_messages" if thread.on_instagram else "pages_messaging"
    )
    if "MESSAGING" not in call.world.tasks(token.user, page.id):
        raise GraphError(200, assumptions.MISSING_TASK_MESSAGE, status=403)
    _refuse_for_recipient(call, token.app, page, thread)
    action = call.text("sender_action").lower()
    if action and call.params.get("message"):
        raise GraphError(100, "Cannot send both message and state at the same time.", 2018014)
    if action:
        return _act(call, thread, action)
    message = message_from(call, thread)
    check_window(call, call.world.apps[token.app], thread)
    message.app = token.app
    _keep(call, thread, message)
    return {"recipient_id": thread.scoped_id, "message_id": message.mid}


def _thread(call: Call, page: Page, recipient: dict[str, Any]) -> Thread:
    scoped_id = str(recipient.get("id", ""))
    if not scoped_id:
        raise GraphError(100, "(#100) Parameter error: You cannot send messages to this id.")
    for asset in (page.id, page.instagram.id if page.instagram else ""):
        person = call.world.person_by_id(asset, scoped_id) if asset else None
        if person:
            return thread_with(call.platform, person.key, asset)
    raise GraphError(100, "No matching user found", 2018001)


def _refuse_for_recipient(call: Call, app_id: str, page: Page, thread: Thread) -> None:
    path = "/".join(call.path)
    if call.platform.fault("send_rate_limited", call.method, path, page.id):
        raise GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")
    if page.restricted or call.platform.fault("blocked_page", call.method, path, page.id):
        raise GraphError(10, "You are temporarily restricted from sending messages.", 1893063)
    if thread.blocked or call.platform.fault("person_unavailable", call.method, path, page.id):
        raise GraphError(551, "This person isn't available right now.", 1545041)
    if not call.world.apps[app_id].serves(thread.person):
        words = "(#200) Cannot message users who are not admins, developers or testers of the app until "
        raise GraphError(
            200, words + "pages_messaging permission is reviewed and the app is live.", status=403
        )
    if thread.owner_app not in ("", app_id):
        raise GraphError(
            100 if thread.on_instagram else 2018300,
            "Message failed to send because another app is controlling this thread now.",
            2534037 if thread.on_instagram else 0,
        )


def _act(call: Call, thread: Thread, action: str) -> dict[str, Any]:
    if action not in ACTIONS:
        raise GraphError(100, f"(#100) Param sender_action must be one of {{{', '.join(ACTIONS).upper()}}}")
    now = call.platform.clock.now()
    if action in ("typing_on", "typing_off"):
        thread.typing_until = now + assumptions.TYPING_SECONDS if action == "typing_on" else 0.0
    elif action == "mark_seen":
        thread.seen_until = int(now * 1000)
    else:
        _react(call, thread, action)
    return {"recipient_id": thread.scoped_id}


def _react(call: Call, thread: Thread, action: str) -> None:
    asked = call.data("payload")
    target = thread.find(str(asked.get("message_id", ""))) if isinstance(asked, dict) else None
    if target is None:
        raise GraphError(100, "(#100) Invalid parameter")
    target.reaction = str(asked.get("reaction", "love")) if action == "react" else ""


def _keep(call: Call, thread: Thread, message: Message) -> None:
    message.mid = ids.mid(thread.on_instagram)
    message.timestamp = max(
        call.platform.clock.now_ms(), thread.messages[-1].timestamp + 1 if thread.messages else 0
    )
    message.delivered = True
    thread.typing_until = 0.0
    thread.messages.append(message)
    emit(call.platform, thread, "message_echoes", events.echo(thread, message))
    emit(call.platform, thread, "message_deliveries", events.delivery(thread, message))
