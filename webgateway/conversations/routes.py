"""The inbox: the list, a conversation, answering and closing it."""

import json
from dataclasses import asdict
from functools import cache, partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import db, find_or_404, looking, wrote
from ..digests import digest
from ..errors import Refused
from ..fields import whole
from ..meta import media
from ..meta.messages import LIMITS
from ..users.rights import current_tenant, needs, signed_in
from . import (
    closing,
    closure,
    composer,
    delivery,
    late_answers,
    ownership,
    received,
    showing,
    surfaces,
    thread,
    thread_tokens,
    writing,
)
from .finding import find, hold
from .forms import AnswerForm, EmptyAnswer
from .inbox import STATES, Inbox
from .models import Conversation, Message
from .surfaces import Surface
from .thread_tokens import Tokens

blueprint = Blueprint("conversations", __name__, url_prefix="/conversations")

PAGE = "conversations/index.html"


@blueprint.get("/")
@needs("conversations", "read")
def index() -> ResponseReturnValue:
    open_id = request.args.get("open", type=whole)
    view = Inbox(current_tenant, request.args, open_id)
    if request.args.get("token") == view.token:
        return "", 204
    shown: dict[str, Any] = {}
    if open_id is not None and not htmx.wants_fragment():
        conversation = find(open_id)
        shown = _pane(conversation, composer.lock(conversation, signed_in()))
    return htmx.render(PAGE, "conversations/_list.html", view=view, states=STATES, **shown)


@blueprint.get("/<int:conversation_id>")
@needs("conversations", "read")
def show(conversation_id: int) -> ResponseReturnValue:
    return _show(find(conversation_id))


@blueprint.get("/<int:conversation_id>/messages")
@needs("conversations", "read")
def messages(conversation_id: int) -> ResponseReturnValue:
    """What is new since `token`; the composer too when its `lock` is another one."""
    conversation = find(conversation_id)
    lock = composer.lock(conversation, signed_in())
    known = request.args.get("lock") == _lock_token(conversation, lock)
    tokens = thread_tokens.of(conversation)
    if known and request.args.get("token") == tokens.all:
        return "", 204
    if not htmx.wants_fragment():
        return _show(conversation)
    return _rendered(conversation, not known, _pane(conversation, lock, tokens=tokens))


@blueprint.post("/<int:conversation_id>/messages")
@needs("conversations", "edit")
def send(conversation_id: int) -> ResponseReturnValue:
    with looking():
        conversation = find(conversation_id, more=(Conversation.flow_version,))
        form = AnswerForm(conversation.channel)
        valid = form.validate_on_submit()
    if valid:
        hold(conversation)
    if not valid or composer.lock(conversation, signed_in()):
        return _show(conversation, form, 422, sent=True)
    uploads = [file.upload(conversation, signed_in().id) for file in form.received]
    composer.write(conversation, form.text.data or "", signed_in(), form.key.data, uploads)
    wrote()
    return _written(conversation, sent=True)


@blueprint.post("/<int:conversation_id>/messages/<int:message_id>/retry")
@needs("conversations", "edit")
def retry(conversation_id: int, message_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    message = _find_message(conversation, message_id)
    if composer.lock(conversation, signed_in()):
        return _show(conversation, status=422)
    writing.send_again(message)
    wrote()
    return _news(conversation)


@blueprint.post("/<int:conversation_id>/messages/<int:message_id>/arrival")
@needs("conversations", "edit")
def arrival(conversation_id: int, message_id: int) -> ResponseReturnValue:
    """Somebody saw at Meta that an unclear message did arrive."""
    conversation = find(conversation_id, to_write=True)
    writing.seen_at_meta(_find_message(conversation, message_id))
    wrote()
    return _news(conversation)


@blueprint.get("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def ask_why(conversation_id: int) -> ResponseReturnValue:
    return htmx.keep_address(closure.ask(find(conversation_id)))


@blueprint.post("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def close(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    reason, problem = closure.given()
    if problem and conversation.is_open:
        return closure.ask(conversation, problem)
    closing.close(conversation, signed_in(), reason=reason)
    db.session.commit()
    flash("The conversation is closed.", "success")
    return htmx.go_to(url_for(".show", conversation_id=conversation.id))


@blueprint.delete("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def reopen(conversation_id: int) -> ResponseReturnValue:
    """It is whose who does it."""
    conversation = find(conversation_id, to_write=True)
    if problem := closing.reopen(conversation, signed_in()):
        raise Refused(closing.NOT_REOPENED, problem)
    db.session.commit()
    flash("The conversation is open again, and it is yours.", "ok")
    return htmx.go_to(url_for(".show", conversation_id=conversation.id))


@blueprint.post("/<int:conversation_id>/thread-control")
@needs("conversations", "edit")
def take_over(conversation_id: int) -> ResponseReturnValue:
    """From the app that has it at Meta."""
    conversation = find(conversation_id)
    problem = ownership.obstacle(conversation) or ownership.take_over(conversation, signed_in())
    return _settled(conversation, problem)


@blueprint.delete("/<int:conversation_id>/thread-control")
@needs("conversations", "edit")
def pass_on(conversation_id: int) -> ResponseReturnValue:
    """To Meta's inbox."""
    conversation = find(conversation_id)
    problem = ownership.obstacle(conversation) or ownership.pass_to_inbox(conversation, signed_in())
    return _settled(conversation, problem)


def _settled(conversation: Conversation, problem: str | None) -> ResponseReturnValue:
    if problem:
        flash(problem, "error")
        return _show(conversation, status=422)
    return htmx.go_to(url_for(".show", conversation_id=conversation.id))


def _find_message(conversation: Conversation, message_id: int) -> Message:
    of_it = db.select(Message).where(Message.conversation_id == conversation.id)
    found: Message = find_or_404(of_it.where(Message.id == message_id))
    return found


def _pane(
    conversation: Conversation,
    lock: composer.Lock | None,
    form: AnswerForm | None = None,
    tokens: Tokens | None = None,
) -> dict[str, Any]:
    """What the templates of one conversation need. `tokens` come first: what is said meanwhile is brought
    once more, and not missed."""
    return {
        "conversation": conversation,
        "tokens": tokens or thread_tokens.of(conversation),
        "thread": thread.Thread(conversation, _shown(conversation)),
        "lock": lock,
        "lock_token": _lock_token(conversation, lock),
        "closes_at": composer.closes_at(conversation),
        "answers_late": late_answers.possible(conversation),
        "form": form or EmptyAnswer(),
        "delivery_of": partial(delivery.of, stranded=lock is not None and lock.stranded),
        **showing.of(conversation),
        "asks_why": closure.asks,
        "limits": LIMITS,
        "kinds_of_files": _kinds_of_files(conversation.channel),
        "files_taken": media.taken(conversation.channel),
        "files_at_once": (received.MOST, received.TOGETHER),
    }


@cache
def _kinds_of_files(channel: str) -> str:
    """For the script that looks at files before they are sent."""
    return json.dumps([asdict(kind) for kind in media.KINDS[channel]])


def _shown(conversation: Conversation) -> int:
    first_id = request.args.get("first", type=whole)
    shown = request.args.get("shown", thread.STEP, type=whole)
    return max(shown, thread.length_from(conversation, first_id)) if first_id else shown


def _lock_token(conversation: Conversation, lock: composer.Lock | None) -> str:
    """Changes when the composer is another one; where only whose it is writes, with whose it is."""
    whose = (conversation.agent_id, conversation.queue_id, conversation.part is None)
    return digest(lock, late_answers.possible(conversation), whose if surfaces.only_whose_it_is() else None)


def _show(
    conversation: Conversation,
    form: AnswerForm | None = None,
    status: int = 200,
    text: str = "",
    **more: Any,
) -> ResponseReturnValue:
    lock = composer.lock(conversation, signed_in())
    surface, pane = surfaces.here(), _pane(conversation, lock, form) | more
    if text:
        pane["form"].text.data = text
    if status == 422 and htmx.wants_fragment():
        return _rendered(conversation, True, pane), 422
    around = surface.around(conversation, pane["thread"])
    return htmx.render(surface.page, surface.opened, status, **around, **pane)


def open_at(
    conversation: Conversation, text: str = "", status: int = 200, **more: Any
) -> ResponseReturnValue:
    """It is shown on the surface that was asked, with `text` in the box; `more` for its templates."""
    return _show(conversation, None, status, text, **more)


def news(conversation: Conversation, **more: Any) -> ResponseReturnValue:
    """Something was written in it; `more` for the surface's templates."""
    return _news(conversation, **more)


def _news(conversation: Conversation, **more: Any) -> ResponseReturnValue:
    return _written(conversation, composer.lock(conversation, signed_in()), **more)


def _written(
    conversation: Conversation, lock: composer.Lock | None = None, **more: Any
) -> ResponseReturnValue:
    """What is new after somebody wrote, who could, without a `lock`."""
    if not htmx.wants_fragment():
        return htmx.go_to(url_for(".show", conversation_id=conversation.id))
    return _rendered(conversation, True, _pane(conversation, lock) | more)


def _rendered(conversation: Conversation, foot: bool, pane: dict[str, Any]) -> str:
    surface = surfaces.here()
    beside = surface.beside(conversation, pane["thread"])
    return render_template(surface.news, foot=foot, **beside, **pane)


def _around(conversation: Conversation, _thread: thread.Thread) -> dict[str, Any]:
    return {"view": Inbox(current_tenant, request.args, conversation.id), "states": STATES}


surfaces.SURFACES[blueprint.name] = Surface(
    PAGE, "conversations/_opened.html", "conversations/_news.html", _around
)
