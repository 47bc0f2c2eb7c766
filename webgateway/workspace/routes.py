"""The agent's screen: what rings, what is theirs, what waits, and the conversation that is open."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import routes as inbox
from ..conversations import surfaces
from ..conversations.models import Conversation
from ..conversations.surfaces import Surface
from ..conversations.thread import Thread
from ..users.rights import needs, signed_in
from . import answers
from .blueprint import blueprint, find
from .screen import Screen

PAGE = "workspace/index.html"
MINE = needs("conversations", "edit")
"""The workspace is for those who answer."""


@blueprint.get("/")
@MINE
def index() -> ResponseReturnValue:
    return htmx.render(PAGE, "workspace/_left.html", screen=Screen(signed_in()))


@blueprint.get("/<int:conversation_id>")
@MINE
def show(conversation_id: int) -> ResponseReturnValue:
    """With a canned answer in the box when `answer` names one."""
    conversation = find(conversation_id)
    return inbox.open_at(conversation, answers.chosen(conversation))


@blueprint.get("/desk")
@MINE
def my_desk() -> ResponseReturnValue:
    """The conversations of whoever asks, with their state; 204 while nothing changed."""
    return _piece("desk", "workspace/_my_desk.html")


@blueprint.get("/offers")
@MINE
def my_offers() -> ResponseReturnValue:
    return _piece("offers", "workspace/_offers.html")


@blueprint.get("/waiting")
@MINE
def waiting() -> ResponseReturnValue:
    return _piece("queued", "workspace/_waiting.html")


@blueprint.get("/shortcuts")
@MINE
def shortcuts() -> ResponseReturnValue:
    answer = htmx.render("workspace/shortcuts.html", "workspace/_shortcuts.html")
    return htmx.keep_address(answer)


def opened(conversation: Conversation, *, waited: bool = False) -> ResponseReturnValue:
    """After something was done that opens it: shown, under its own address. Who `waited` leaves the list of
    those who do."""
    url = url_for(".show", conversation_id=conversation.id)
    if not htmx.wants_fragment():
        return htmx.go_to(url)
    return htmx.now_at(url, inbox.open_at(conversation, waited=waited))


def changed() -> ResponseReturnValue:
    """After something was done that changes what is listed: each in its place."""
    if not htmx.wants_fragment():
        return htmx.go_to(url_for(".index"))
    return render_template("workspace/_changed.html", screen=Screen(signed_in()))


def left(closed: Conversation | None = None) -> ResponseReturnValue:
    """After something was done that ends one's work on a conversation: none is open. One that was `closed` by
    mistake is opened again from there."""
    url = url_for(".index")
    if not htmx.wants_fragment():
        return htmx.go_to(url)
    shown = render_template("workspace/_left.html", screen=Screen(signed_in()), closed=closed)
    return htmx.now_at(url, shown)


def _piece(name: str, template: str) -> ResponseReturnValue:
    screen = Screen(signed_in())
    if not htmx.wants_fragment():
        return htmx.go_to(url_for(".index"))
    if request.args.get("token") == screen.desk.tokens[name]:
        return "", 204
    return render_template(template, screen=screen)


def _around(conversation: Conversation, thread: Thread) -> dict[str, Any]:
    return {"screen": Screen(signed_in(), conversation, thread), "refresh": "news, every 60s"}


surfaces.SURFACES[blueprint.name] = Surface(
    PAGE, "workspace/_opened.html", "workspace/_news.html", _around, _around, own=True, place="#talk"
)
for rule, name, view, verb in (
    ("/messages", "messages", inbox.messages, "GET"),
    ("/messages", "send", inbox.send, "POST"),
    ("/messages/<int:message_id>/retry", "retry", inbox.retry, "POST"),
    ("/messages/<int:message_id>/arrival", "arrival", inbox.arrival, "POST"),
    ("/closure", "ask_why", inbox.ask_why, "GET"),
    ("/thread-control", "take_over", inbox.take_over, "POST"),
    ("/thread-control", "pass_on", inbox.pass_on, "DELETE"),
):
    blueprint.add_url_rule(f"/<int:conversation_id>{rule}", name, view, methods=[verb])
