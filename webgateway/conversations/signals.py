"""What the customer sees beside messages: that somebody types, that it was read (contract 7.3). Side work:
when one is lost nobody misses it, and none of it stands in the way of a message."""

import time
from collections import OrderedDict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db, looking, utcnow
from ..gateways.graph import graph_of
from ..meta import sender_actions
from ..meta.errors import GraphError
from ..meta.sender_actions import Action
from ..pages import tokens
from ..pages.models import Grant, Page
from ..tasks import side_work
from . import composer, pace
from .models import Conversation

OFTEN = 10.0
"""Seconds between two of the same kind in one conversation: typing lasts 20 at Meta."""
MOST = 10_000
"""Conversations remembered."""


class Lately:
    """What this process did in the last OFTEN seconds."""

    def __init__(self) -> None:
        self.done: OrderedDict[tuple[int, str], float] = OrderedDict()

    def again(self, conversation_id: int, action: str) -> bool:
        """Whether it was done lately; from now on it was."""
        key, now = (conversation_id, action), time.monotonic()
        if now - self.done.get(key, -OFTEN) < OFTEN:
            return True
        self.done[key] = now
        self.done.move_to_end(key)
        while len(self.done) > MOST:
            self.done.popitem(last=False)
        return False


asked, told = Lately(), Lately()
"""In a web process, so that the queue is spared; in the worker, whoever asked."""


def seen(conversation: Conversation) -> None:
    """The customer's messages were read."""
    _ask(conversation, "mark_seen")


def typing(conversation: Conversation, on: bool) -> None:
    """Somebody is writing an answer, or no longer."""
    _ask(conversation, "typing_on" if on else "typing_off")


def _ask(conversation: Conversation, action: Action) -> None:
    """Commits: nothing is held while it is put in the queue."""
    repeated = action != "mark_seen" and asked.again(conversation.id, action)
    wanted = not repeated and composer.lock(conversation) is None
    db.session.commit()
    if wanted:
        show.later(conversation.id, action)


@side_work
def show(conversation_id: int, action: Action) -> None:
    """Asks Meta, unless the page has something better to do. Commits."""
    with looking():
        conversation = db.session.scalar(
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .options(joinedload(Conversation.page).joinedload(Page.gateway), joinedload(Conversation.contact))
        )
        grant = _login(conversation) if conversation is not None else None
    if conversation is None or grant is None or grant.token is None:
        return
    if action == "mark_seen" or not told.again(conversation_id, action):
        _show(conversation, grant, grant.token, action)


def _login(conversation: Conversation) -> Grant | None:
    """None when there is none, or now is not the time."""
    if not conversation.is_open or composer.lock(conversation) or _busy(conversation.page):
        return None
    return tokens.live_grant(conversation.page, conversation.channel)


def _busy(page: Page) -> bool:
    """Messages wait, or Meta wants a pause: they go first."""
    waiting = page.next_send_at is not None and page.next_send_at > utcnow() + pace.STEP
    return waiting or pace.paused_until(page) is not None


def _show(conversation: Conversation, grant: Grant, token: str, action: Action) -> None:
    page, graph = conversation.page, graph_of(conversation.page.gateway)
    _take_a_place(page.id)
    try:
        sender_actions.show(graph, page.meta_id, token, conversation.contact.meta_id, action)
    except GraphError as error:
        _refused(page, grant, error)
    pace.heed(page, graph.usage)
    db.session.commit()


def _take_a_place(page_id: int) -> None:
    """It counts at Meta as a message does."""
    held = select(Page).where(Page.id == page_id).with_for_update(key_share=True)
    page = db.session.scalars(held.execution_options(populate_existing=True)).one()
    place = pace.place(page.next_send_at)
    page.next_send_at = place + pace.STEP
    db.session.commit()
    time.sleep(max(0.0, (place - utcnow()).total_seconds()))


def _refused(page: Page, grant: Grant, error: GraphError) -> None:
    """Nobody is told, but what it says of the login or of a pause holds for messages, too."""
    if error.token_dead:
        tokens.mark_dead(grant, error)
    elif error.kind == "throttled":
        asked_for = timedelta(minutes=error.wait_minutes or 0)
        pace.pause(page, error.bucket == "app", max(asked_for, pace.SHORTEST))
