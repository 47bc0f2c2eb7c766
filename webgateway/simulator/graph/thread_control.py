"""Who may answer in a thread: pass, take, request, release, extend, and who it is (contract 7.3)."""

from typing import Any

from webgateway.simulator import assumptions, handover
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_parameter
from webgateway.simulator.graph.recipients import recipient_of, thread_for
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.sending import INBOX_APP
from webgateway.simulator.state.threads import Thread


def pass_control(call: Call) -> dict[str, Any]:
    """From the owner, or from nobody while the thread is idle."""
    app, thread = _asked(call)
    target = call.required("target_app_id")
    if target not in call.world.apps and target != INBOX_APP:
        raise GraphError(100, "Incorrect App ID.", 2018164)
    _owner_only(thread, app)
    handover.pass_to(call.platform, thread, target, call.text("metadata"))
    return {"success": True}


def take_control(call: Call) -> dict[str, Any]:
    app, thread = _asked(call)
    if not assumptions.EVERY_APP_MAY_TAKE_CONTROL and thread.owner_app == INBOX_APP:
        raise GraphError(2018171, "Only available to Primary and Secondary Receivers.")
    if thread.owner_app != app:
        handover.take(call.platform, thread, app, call.text("metadata"))
    return {"success": True}


def request_control(call: Call) -> dict[str, Any]:
    app, thread = _asked(call)
    handover.request(call.platform, thread, app, call.text("metadata"))
    return {"success": True}


def release_control(call: Call) -> dict[str, Any]:
    app, thread = _asked(call)
    _owner_only(thread, app)
    thread.owner_app, thread.owner_until = "", 0.0
    return {"success": True}


def extend_control(call: Call) -> dict[str, Any]:
    """`duration` in seconds."""
    app, thread = _asked(call)
    _owner_only(thread, app)
    duration = call.text("duration")
    if not duration.isdigit():
        raise missing_parameter("duration")
    thread.owner_app, thread.owner_until = app, call.platform.clock.now() + int(duration)
    return {"success": True}


def read_owner(call: Call) -> dict[str, Any]:
    """`?recipient=PSID`. Nobody owns an idle thread: an empty list."""
    token = page_token(call, call.node)
    require(call, grant_of(call, token), "pages_messaging")
    thread = thread_for(call, call.world.pages[call.node], {"id": call.required("recipient")})
    owner: dict[str, Any] = {"app_id": handover.owner(call.platform, thread)}
    if not owner["app_id"]:
        return {"data": []}
    if thread.owner_until:
        owner["expiration"] = int(thread.owner_until)
    return {"data": [{"thread_owner": owner}]}


def _asked(call: Call) -> tuple[str, Thread]:
    """The app that asks, and the thread it is about."""
    token = page_token(call, call.node)
    thread, _ = recipient_of(call, call.world.pages[call.node])
    needed = "instagram_manage_messages" if thread.on_instagram else "pages_messaging"
    require(call, grant_of(call, token), needed)
    handover.owner(call.platform, thread)
    return token.app, thread


def _owner_only(thread: Thread, app: str) -> None:
    if thread.owner_app not in ("", app):
        raise not_the_owner(thread)


def not_the_owner(thread: Thread) -> GraphError:
    if thread.on_instagram:
        return GraphError(100, "The action is invalid since it's not the thread owner.", 2534037)
    return GraphError(2018300, "Message failed to send because another app is controlling this thread now.")
