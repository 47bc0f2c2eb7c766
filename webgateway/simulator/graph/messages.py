"""POST /{page}/messages (contract 7)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, send_limit
from webgateway.simulator.graph.message_content import message_from, reusable_id
from webgateway.simulator.graph.personas import persona_for
from webgateway.simulator.graph.recipients import recipient_of
from webgateway.simulator.graph.sending_window import check_window
from webgateway.simulator.graph.thread_control import not_the_owner
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.handover import owner
from webgateway.simulator.integrity import lift_expired, tell_of_restriction
from webgateway.simulator.sending import deliver
from webgateway.simulator.state.pages import Page
from webgateway.simulator.state.threads import Thread

ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


def send(call: Call) -> dict[str, Any]:
    page = call.world.pages[call.node]
    token = page_token(call, page.id)
    thread, answered = recipient_of(call, page)
    grant = grant_of(call, token)
    require(call, grant, "instagram_manage_messages" if thread.on_instagram else "pages_messaging")
    if answered and thread.on_instagram:
        require(call, grant, assumptions.COMMENTS_PERMISSION)
    if "MESSAGING" not in call.world.tasks(token.user, page.id):
        raise GraphError(200, assumptions.MISSING_TASK_MESSAGE, status=403)
    _refuse_for_recipient(call, token.app, page, thread)
    action = call.text("sender_action").lower()
    if action and call.params.get("message"):
        raise GraphError(100, "Cannot send both message and state at the same time.", 2018014)
    if action:
        return _act(call, thread, action)
    message = message_from(call, thread)
    if answered:
        answered.answered = True
    else:
        check_window(call, call.world.apps[token.app], thread)
    message.app, message.persona = token.app, persona_for(call, thread)
    deliver(call.platform, thread, message)
    return {"recipient_id": thread.scoped_id, "message_id": message.mid} | reusable_id(call, thread)


def _refuse_for_recipient(call: Call, app_id: str, page: Page, thread: Thread) -> None:
    path = "/".join(call.path)
    lift_expired(call.platform)
    limited = call.platform.fault("send_rate_limited", call.method, path, page.id)
    if limited:
        raise send_limit(int(limited.argument or 613))
    faulty = call.platform.fault("blocked_page", call.method, path, page.id)
    if faulty:
        tell_of_restriction(call.platform, page)
    if (faulty or page.restricted) and thread.on_instagram:
        words = "The business has been blocked from sending messages via the IG Messaging API"
        raise GraphError(100, words, 2534029)
    if faulty or page.restricted:
        raise GraphError(10, "You are temporarily restricted from sending messages.", 1893063)
    if thread.blocked or call.platform.fault("person_unavailable", call.method, path, page.id):
        raise GraphError(551, "This person isn't available right now.", 1545041)
    if not call.world.apps[app_id].serves(thread.person):
        words = "(#200) Cannot message users who are not admins, developers or testers of the app until "
        raise GraphError(
            200, words + "pages_messaging permission is reviewed and the app is live.", status=403
        )
    if owner(call.platform, thread) not in ("", app_id):
        raise not_the_owner(thread)


def _act(call: Call, thread: Thread, action: str) -> dict[str, Any]:
    if action not in ACTIONS:
        raise GraphError(100, f"(#100) Param sender_action must be one of {{{', '.join(ACTIONS).upper()}}}")
    now = call.platform.clock.now()
    if action in ("typing_on", "typing_off"):
        thread.typing_until = now + assumptions.TYPING_SECONDS if action == "typing_on" else 0.0
    elif action == "mark_seen":
        last = thread.messages[-1].timestamp if thread.messages else 0
        thread.seen_until = max(int(now * 1000), last)
    else:
        _react(call, thread, action)
    return {"recipient_id": thread.scoped_id}


def _react(call: Call, thread: Thread, action: str) -> None:
    asked = call.data("payload")
    target = thread.find(str(asked.get("message_id", ""))) if isinstance(asked, dict) else None
    if target is None:
        raise GraphError(100, "(#100) Invalid parameter")
    target.page_reaction = str(asked.get("reaction", "love")) if action == "react" else ""
