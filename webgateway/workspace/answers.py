"""Canned answers in the composer: looked for as one types, filled with this customer's fields."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from .. import htmx
from ..conversations import saying
from ..conversations.models import Conversation
from ..db import db
from ..fields import whole
from ..flows import texts
from ..listing import holds
from ..users.rights import needs, signed_in
from .blueprint import blueprint, find
from .canned import CannedAnswer

LISTED = 20


@blueprint.get("/<int:conversation_id>/answers")
@needs("conversations", "edit")
def choose(conversation_id: int) -> ResponseReturnValue:
    """Without scripts a page, from which one goes back with the answer in the box."""
    conversation = find(conversation_id)
    q = request.args.get("q", "").strip().removeprefix("/")[:100]
    found = _found(conversation, q)
    listed = list(zip(found, _filled(conversation, [answer.text for answer in found]), strict=True))
    shown: dict[str, Any] = {"conversation": conversation, "answers": listed, "q": q}
    if htmx.wants_fragment() and "q" in request.args:
        return render_template("workspace/_answers_found.html", **shown)
    return htmx.keep_address(htmx.render("workspace/answers.html", "workspace/_answers.html", **shown))


def chosen(conversation: Conversation) -> str:
    """The words of the answer that the address names, filled; empty when it names none."""
    answer_id = request.args.get("answer", type=whole)
    if answer_id is None:
        return ""
    answer = db.session.scalar(_offered(conversation).where(CannedAnswer.id == answer_id))
    return _filled(conversation, [answer.text])[0] if answer else ""


def _filled(conversation: Conversation, said: Sequence[str]) -> list[str]:
    """As whoever asks would say it here."""
    names = {name for text in said for name in texts.of(text)}
    values = saying.fields(conversation, names) | {"agent.name": signed_in().display_name}
    return [texts.fill(text, values) for text in said]


def _offered(conversation: Conversation) -> Select[Any]:
    """Those of the conversation's queue and those of all."""
    here = or_(CannedAnswer.queue_id.is_(None), CannedAnswer.queue_id == conversation.queue_id)
    return select(CannedAnswer).where(CannedAnswer.tenant_id == conversation.tenant_id, here)


def _found(conversation: Conversation, q: str) -> Sequence[CannedAnswer]:
    """Shortcuts that begin so come first."""
    query = _offered(conversation)
    if q:
        query = query.where(or_(holds(CannedAnswer.shortcut, q), holds(CannedAnswer.text, q)))
    begins = CannedAnswer.shortcut.istartswith(q, autoescape=True)
    ordered = query.order_by(begins.desc(), CannedAnswer.shortcut)
    return db.session.scalars(ordered.limit(LISTED)).all()
