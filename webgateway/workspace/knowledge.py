"""What an agent writes down about the customer: an e-mail address, a telephone number."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from .. import htmx
from ..conversations import knowing
from ..conversations import routes as inbox
from ..conversations.facts import Fact
from ..conversations.models import Conversation
from ..db import db, find_or_404, wrote
from ..users.rights import needs, signed_in
from .blueprint import blueprint, find
from .screen import Screen

WRONG = {
    "email": "This is no e-mail address: it looks like name@example.com.",
    "phone": "This is no telephone number. Write it with the country's code, such as +44 20 7946 0958.",
}
KNOWN = "This is written down already."


@blueprint.get("/<int:conversation_id>/details")
@needs("conversations", "edit")
def details(conversation_id: int) -> ResponseReturnValue:
    return _details(find(conversation_id))


@blueprint.post("/<int:conversation_id>/facts")
@needs("conversations", "edit")
def add(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    kind, text = request.form.get("kind", ""), request.form.get("value", "")
    value = knowing.valid(kind, text) if kind in WRONG else None
    if value is None:
        return _refused(conversation, WRONG.get(kind, WRONG["email"]))
    knowing.know(conversation.contact, kind, value, "agent")
    wrote()
    return _details(conversation)


@blueprint.post("/<int:conversation_id>/facts/<int:fact_id>")
@needs("conversations", "edit")
def correct(conversation_id: int, fact_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    fact = _find_fact(conversation, fact_id)
    value = knowing.valid(fact.kind, request.form.get("value", ""))
    if value is None:
        return _refused(conversation, WRONG[fact.kind], fact)
    if value != fact.value:
        db.session.delete(fact)
        db.session.flush()
        knowing.know(conversation.contact, fact.kind, value, "agent")
        wrote()
    return _details(conversation)


@blueprint.delete("/<int:conversation_id>/facts/<int:fact_id>")
@needs("conversations", "edit")
def remove(conversation_id: int, fact_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    db.session.delete(_find_fact(conversation, fact_id))
    wrote()
    return _details(conversation)


def _find_fact(conversation: Conversation, fact_id: int) -> Fact:
    of_contact = select(Fact).where(Fact.contact_id == conversation.contact_id)
    found: Fact = find_or_404(of_contact.where(Fact.id == fact_id))
    return found


def _details(conversation: Conversation) -> ResponseReturnValue:
    if not htmx.wants_fragment():
        return htmx.go_to(url_for(".show", conversation_id=conversation.id) + "#details")
    screen = Screen(signed_in(), conversation)
    return render_template("workspace/_details.html", screen=screen, conversation=conversation)


def _refused(conversation: Conversation, problem: str, fact: Fact | None = None) -> ResponseReturnValue:
    """The form again, with what was typed."""
    wrong = {"problem": problem, "fact_id": fact.id if fact else None, "kind": request.form.get("kind")}
    wrong["value"] = request.form.get("value", "")
    if not htmx.wants_fragment():
        return inbox.open_at(conversation, status=422, wrong=wrong)
    screen = Screen(signed_in(), conversation)
    shown = {"screen": screen, "conversation": conversation, "wrong": wrong}
    return render_template("workspace/_details.html", **shown), 422
