"""Which app at Meta has a conversation: ours, or another one, which alone may answer it. Contract 7.3."""

from datetime import datetime

from sqlalchemy import update

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..meta import thread_control
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..pages import tokens
from ..users.models import User
from .models import Conversation, Message

SOMEBODY = "0"
"""Another app; Meta did not say which."""
QUESTIONS = "messenger"
"""Messenger itself, while it asks the customer automatic questions: error 2018321."""
OURS = "webgateway"
NO_TOKEN = "Facebook no longer lets us act for this page. An administrator must reconnect it."  # noqa: S105

_NAMES: dict[str | None, str] = {SOMEBODY: "Another app", QUESTIONS: "Messenger", None: "Nobody"}
_NAMES |= dict.fromkeys(thread_control.INBOXES.values(), "Meta's inbox")


def name(app_id: str | None) -> str:
    return _NAMES.get(app_id) or f"Another app ({app_id})"


def change(conversation: Conversation, app_id: str | None, at: datetime) -> bool:
    """What Meta said at that time; False when it has said something newer since. Our own app is None."""
    if conversation.owner_at is not None and at < conversation.owner_at:
        return False
    ours = app_id == conversation.page.gateway.app_id
    conversation.owner_app_id = None if ours else app_id
    conversation.owner_at = at
    return True


def heard(conversation: Conversation, standby: bool, at: datetime) -> None:
    """The customer wrote: Meta delivers that to the owner, and to the others as standby."""
    if not standby:
        if conversation.owner_app_id is not None:
            change(conversation, None, at)
    elif conversation.owner_app_id is None:
        change(conversation, SOMEBODY, at)


def refused(conversation_id: int, error: GraphError) -> None:
    """Meta refused a send because we are not the owner; which app is, stays as known. At once, as others lock
    a conversation before its parts, too."""
    owner = QUESTIONS if error.code == 2018321 else SOMEBODY
    unknown = Conversation.owner_app_id.is_(None) | (Conversation.owner_app_id == QUESTIONS)
    changed = update(Conversation).where(Conversation.id == conversation_id, unknown)
    db.session.execute(changed.values(owner_app_id=owner, owner_at=utcnow()))


def note(conversation: Conversation, text: str, at: datetime, user: User | None = None) -> None:
    """A line in the conversation about who has it."""
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author="note",
        user=user,
        kind="handover",
        text=text,
        occurred_at=at,
    )
    db.session.add(message)


def obstacle(conversation: Conversation) -> str | None:
    """Why it can neither be taken nor passed."""
    page = conversation.page
    if not conversation.is_open:
        return "This conversation is closed."
    if page.removed_at or page.gateway.deleted_at:
        return "This page is no longer connected."
    return None


def take_over(conversation: Conversation, user: User) -> str | None:
    """Ask Meta for the conversation; why it was not given. Commits before and after."""
    before = conversation.owner_app_id
    if before is None:
        return None
    problem = _ask(conversation, "take")
    if problem is None:
        text = f"{user.display_name} took this conversation over from {name(before)}."
        _settle(conversation, None, text, user)
    return problem


def pass_to_inbox(conversation: Conversation, user: User) -> str | None:
    """Give the conversation to Meta's inbox; why it was not taken. Commits before and after."""
    if conversation.owner_app_id is not None:
        return None
    problem = _ask(conversation, "pass")
    if problem is None:
        inbox = thread_control.INBOXES[conversation.channel]
        text = f"{user.display_name} passed this conversation to {name(inbox)}."
        _settle(conversation, inbox, text, user)
    return problem


def _ask(conversation: Conversation, what: str) -> str | None:
    page, customer_id = conversation.page, conversation.contact.meta_id
    grant = tokens.live_grant(page)
    if grant is None:
        return NO_TOKEN
    graph, token = graph_of(page.gateway), grant.token or ""
    db.session.commit()
    try:
        if what == "take":
            thread_control.take(graph, page.meta_id, token, customer_id)
        else:
            inbox = thread_control.INBOXES[conversation.channel]
            thread_control.pass_on(graph, page.meta_id, token, customer_id, inbox)
    except GraphError as error:
        _look(graph, conversation, token)
        if error.token_dead:
            tokens.mark_dead(grant, error)
        db.session.commit()
        return f"Meta refused: {error.meaning} {error.remedy}"
    return None


def _look(graph: Graph, conversation: Conversation, token: str) -> None:
    """After a refusal, which may mean that we know the owner wrong. Meta is asked; no transaction is open."""
    page, customer_id = conversation.page, conversation.contact.meta_id
    try:
        owner = thread_control.owner(graph, page.meta_id, token, customer_id)
    except GraphError:
        return
    _lock(conversation)
    change(conversation, owner, utcnow())


def _settle(conversation: Conversation, app_id: str | None, text: str, user: User) -> None:
    _lock(conversation)
    at = utcnow()
    change(conversation, app_id, at)
    note(conversation, text, at, user)
    db.session.commit()


def _lock(conversation: Conversation) -> None:
    db.session.refresh(conversation, ["owner_app_id", "owner_at"], with_for_update=True)
