"""Whether one may write in a conversation now, and writing there. Meta is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask import url_for
from sqlalchemy import Select, bindparam, select

from ..db import db, row, utcnow
from ..meta import messages
from ..pages import silence
from ..pages.models import Page
from ..pages.notices import Notice
from ..users.models import User
from . import asking, late_answers, ownership, queueing, surfaces, writing
from .models import Conversation, Message
from .uploads import Upload


@dataclass(frozen=True)
class Lock:
    """Why nobody may write, and what helps; `popup`: through a dialog in a window of its own, `verb`: by a
    form. `stranded`: what is written already waits for a login."""

    reason: str
    remedy: str
    action_url: str | None = None
    action_label: str | None = None
    popup: bool = False
    verb: str | None = None
    code: str | None = None
    """What Meta would refuse it with, as the catalogue of errors names it."""
    stranded: bool = False


CLOSED = Lock("This conversation is closed.", "A new message from the customer opens a new conversation.")
NOT_REOPENED = "This one cannot be reopened."
REOPENED = "Reopen it to write to the customer, and it is yours. When they write first, a new one opens."
REMOVED = Lock("This page is no longer connected.", "An administrator can connect it again.")
DELETED = Lock(
    "The chat gateway of this page was deleted.", "An administrator can connect the page through another one."
)
SWITCHED_OFF = Lock(
    "The chat gateway is switched off.", "An administrator can switch it on. Messages still arrive."
)
WINDOW_CLOSED = Lock(
    "The customer wrote more than 24 hours ago, and Meta allows no answer after that.",
    "You can answer again as soon as the customer writes.",
)
FEATURE_REFUSED = (
    "The customer wrote more than 24 hours ago, and Meta says that the app is not approved to answer then."
)
APPEAL = "A page administrator can appeal in the page's support home at Meta. Messages still arrive."
DEAD, BLOCKED = "190", "10/1893063"
NEVER_WROTE = Lock(
    "The customer has not written here yet, and Meta allows no answer before that.",
    "You can write as soon as the customer does. A private reply to a comment is all that goes before.",
)
ERASED = Lock(
    "The customer's data was deleted at their wish.", "Should they write again, they are somebody new."
)
NO_TOKEN = "Facebook no longer lets us write for this page."  # noqa: S105


def lock(conversation: Conversation, user: User | None = None) -> Lock | None:
    """None when one may write: `user`, who is offered a way out, or without one a flow or a bot."""
    if not conversation.is_open:
        return _closed(conversation, user)
    of_page = page_lock(conversation.page, conversation.channel, user)
    if of_page is not None:
        return of_page
    if conversation.owner_app_id is not None:
        return _owned(conversation, user)
    return window_lock(conversation, user) or _somebodys(conversation, user)


def window_lock(conversation: Conversation, user: User | None = None) -> Lock | None:
    """Why Meta would take nothing at this time."""
    if conversation.customer_wrote_at is None:
        return NEVER_WROTE
    window = messages.window(conversation.customer_wrote_at, utcnow())
    if window == "open" or (user is not None and late_answers.possible(conversation)):
        return None
    return _too_late(conversation, user)


def out_of_reach(conversation: Conversation, user: User | None = None) -> Lock | None:
    """Why nobody could write, were it open and ours."""
    if conversation.contact.is_erased:
        return ERASED
    of_page = page_lock(conversation.page, conversation.channel, user)
    return of_page or window_lock(conversation, user)


def follower_of(conversation: Conversation) -> int | None:
    """The id of the talk in which its customer goes on, once it is closed."""
    found = row(_open_one(), {"contact": conversation.contact_id})
    return found.id if found else None


@cache
def _open_one() -> Select[int]:
    theirs = Conversation.contact_id == bindparam("contact")
    return select(Conversation.id).where(theirs, Conversation.closed_at.is_(None))


def page_lock(page: Page, channel: str, user: User | None = None) -> Lock | None:
    """Why nobody may write through the page."""
    if page.gateway.deleted_at:
        return DELETED
    if page.removed_at:
        return REMOVED
    if not page.gateway.enabled:
        return SWITCHED_OFF
    covered, notice = silence.of(page, channel)
    if not covered:
        return _no_token(page, channel, user)
    return _silenced(page, notice, user) if notice else None


def closes_at(conversation: Conversation) -> datetime | None:
    """When Meta stops taking answers: contract 7.4."""
    wrote = conversation.customer_wrote_at
    length = messages.HUMAN_AGENT if late_answers.possible(conversation) else messages.WINDOW
    return wrote + length - messages.MARGIN if wrote else None


def write(
    conversation: Conversation, text: str, user: User, key: str | None, uploads: Sequence[Upload] = ()
) -> Message:
    """Write once for each `key`: a form sent twice gives the message it gave before. A keyword asks the
    customer in its place. Whoever answers first has the conversation."""
    known = db.session.scalar(_written(), {"conversation": conversation.id, "key": key}) if key else None
    if known is not None:
        return known
    what = None if uploads else asking.KEYWORDS.get(text.strip())
    if what:
        message = asking.ask(conversation, what, user, key=key or None)
    else:
        message = writing.write(conversation, text, "agent", user, uploads=uploads, key=key or None)
    if conversation.agent_id is None:
        queueing.assign(conversation, user)
    return message


@cache
def _written() -> Select[Message]:
    of_it = Message.conversation_id == bindparam("conversation")
    return select(Message).where(of_it, Message.key == bindparam("key"))


def _closed(conversation: Conversation, user: User | None) -> Lock:
    """With the way to the talk that goes on, when the customer has written again; else with the way back."""
    follower = follower_of(conversation)
    if follower is not None:
        url = surfaces.address("show", conversation_id=follower)
        return Lock(CLOSED.reason, "The customer has written again.", url, "Go to the open conversation")
    if user is None or not user.may("conversations", "edit"):
        return CLOSED
    if obstacle := out_of_reach(conversation, user):
        return Lock(CLOSED.reason, f"{CLOSED.remedy} {NOT_REOPENED} {obstacle.reason}")
    url = surfaces.address("reopen", conversation_id=conversation.id)
    return Lock(CLOSED.reason, REOPENED, url, "Reopen", verb="DELETE")


def _somebodys(conversation: Conversation, user: User | None) -> Lock | None:
    """Somebody else's, where only they write."""
    if user is None or conversation.agent_id in (None, user.id) or not surfaces.only_whose_it_is():
        return None
    assert conversation.agent is not None
    name = conversation.agent.display_name
    return Lock(f"{name} has this conversation.", "You can read along and leave a note.")


def _too_late(conversation: Conversation, user: User | None) -> Lock:
    """With the way to the switch, for who may turn it, while Meta would take a person's answer."""
    gateway = conversation.page.gateway
    if messages.window(conversation.customer_wrote_at, utcnow()) == "closed":
        return WINDOW_CLOSED
    reason = FEATURE_REFUSED if gateway.human_agent_refused_at else WINDOW_CLOSED.reason
    if user is None or not user.may("gateways", "edit"):
        return Lock(reason, WINDOW_CLOSED.remedy)
    url = url_for("meta_tab.edit", gateway_id=gateway.id)
    remedy = f"{WINDOW_CLOSED.remedy} With Meta's feature Human Agent people have 7 days."
    return Lock(reason, remedy, url, "Show the gateway's settings")


def _owned(conversation: Conversation, user: User | None) -> Lock:
    name = ownership.name(conversation.owner_app_id)
    reason = f"{name} has this conversation at Meta, so only it can answer."
    remedy = (
        f"You can read along. Take the conversation over to answer it from here; {name} then reads along."
    )
    if conversation.owner_app_id == ownership.QUESTIONS:
        reason = "Messenger is asking this customer automatic questions."
        remedy = "Wait until they are answered, or take the conversation over."
    if user is None or not user.may("conversations", "edit"):
        return Lock(reason, "You can read along.")
    url = surfaces.address("take_over", conversation_id=conversation.id)
    return Lock(reason, remedy, url, "Take over", verb="POST")


def _no_token(page: Page, channel: str, user: User | None) -> Lock:
    reason = f"{NO_TOKEN} {page.problem or ''}".rstrip()
    if user is None or not user.may("gateways", "edit"):
        remedy = "Ask an administrator to reconnect the page. Messages still arrive."
        return Lock(reason, remedy, code=DEAD, stranded=True)
    purpose = "instagram" if channel == "instagram" else "pages"
    url = url_for("precaution.show", gateway_id=page.gateway_id, purpose=purpose, reconnect=page.id)
    remedy = "Reconnect the page through Facebook. Messages still arrive."
    return Lock(reason, remedy, url, "Reconnect", popup=True, code=DEAD, stranded=True)


def _silenced(page: Page, notice: Notice, user: User | None) -> Lock:
    ends = f" It ends on {notice.until:%-d %B %Y, %H:%M} UTC." if notice.until else ""
    reason = f"{notice.says}{ends}"
    if user is None or not user.may("gateways", "read"):
        return Lock(reason, APPEAL, code=BLOCKED)
    url = url_for("board.page", gateway_id=page.gateway_id, page_id=page.id)
    return Lock(reason, APPEAL, url, "Show the page's health", code=BLOCKED)
