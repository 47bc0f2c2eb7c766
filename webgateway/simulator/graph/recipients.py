"""Whom a message is for: a person, or the writer of a comment or post (contract 7.1, 7.4)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_parameter
from webgateway.simulator.state.comments import Comment, Post
from webgateway.simulator.state.pages import Page
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.threads import thread_with

Written = Comment | Post


def recipient_of(call: Call, page: Page) -> tuple[Thread, Written | None]:
    """The thread, and what a private reply answers."""
    asked = call.data("recipient")
    if not isinstance(asked, dict):
        raise missing_parameter("recipient")
    for name, known in (("comment_id", call.world.comments), ("post_id", call.world.posts)):
        if asked.get(name):
            written = known.get(str(asked[name]))
            return _privately(call, page, written), written
    return thread_for(call, page, asked), None


def thread_for(call: Call, page: Page, asked: dict[str, Any]) -> Thread:
    scoped_id = str(asked.get("id", ""))
    if not scoped_id:
        raise GraphError(100, "(#100) Parameter error: You cannot send messages to this id.")
    for asset in (page.id, page.instagram.id if page.instagram else ""):
        person = call.world.person_by_id(asset, scoped_id) if asset else None
        if person:
            return thread_with(call.platform, person.key, asset)
    raise GraphError(100, "No matching user found", 2018001)


def _privately(call: Call, page: Page, written: Written | None) -> Thread:
    """One reply to each comment, within seven days."""
    if (
        written is None
        or written.page != page.id
        or not written.person
        or written.answered
        or (isinstance(written, Comment) and written.removed)
        or call.platform.clock.now() - written.created >= assumptions.PRIVATE_REPLY_WINDOW
    ):
        raise GraphError(100, "The comment is invalid for a private reply", 2534025)
    return thread_with(call.platform, written.person, written.asset)
