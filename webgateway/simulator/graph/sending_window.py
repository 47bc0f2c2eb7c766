"""When a page may write to a person (contract 7.4)."""

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.state.apps import App
from webgateway.simulator.state.threads import Thread

TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
CLOSED = (
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview"
)


def check_window(call: Call, app: App, thread: Thread) -> None:
    kind, tag = call.text("messaging_type").upper() or "RESPONSE", call.text("tag").upper()
    if kind not in TYPES:
        raise GraphError(100, f"(#100) Param messaging_type must be one of {{{', '.join(TYPES)}}}")
    if kind == "UTILITY":
        raise GraphError(100, "(#100) Invalid parameter")
    if kind == "MESSAGE_TAG" or tag:
        _check_tag(call, app, tag)
    window = assumptions.HUMAN_AGENT_WINDOW if tag else assumptions.STANDARD_WINDOW
    age = call.platform.clock.now() - thread.last_inbound
    if age >= window or call.platform.fault("window_closed", call.method, "/".join(call.path), thread.page):
        raise _closed(thread)


def _check_tag(call: Call, app: App, tag: str) -> None:
    """HUMAN_AGENT alone is left since 2026-04-27."""
    if tag != "HUMAN_AGENT" or call.platform.fault("tag_removed", call.method):
        raise GraphError(100, assumptions.REMOVED_TAG_MESSAGE)
    if not app.human_agent:
        raise GraphError(100, assumptions.NO_HUMAN_AGENT_MESSAGE)


def _closed(thread: Thread) -> GraphError:
    if thread.on_instagram:
        return GraphError(10, "(#10) This message is sent outside of allowed window.", 2534022)
    return GraphError(10, CLOSED, 2018278)
