"""What has changed for those who look: a token for each piece of each screen."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import joinedload, load_only

from ..conversations import thread
from ..conversations.models import Contact, Conversation
from ..db import db
from ..gateways.models import Gateway
from ..pages.models import Page
from . import desk

Tokens = dict[str, str]


class Watch(NamedTuple):
    """A screen: whose, and the conversation that it shows."""

    user_id: int
    shown: int | None


class News(NamedTuple):
    user: Row[Any]
    tokens: Tokens


def look(watches: Collection[Watch]) -> dict[Watch, News]:
    """Of those whose users are still here."""
    desks = desk.look({watch.user_id for watch in watches})
    threads = _threads({watch.shown for watch in watches if watch.shown})
    return {
        watch: News(
            desks[watch.user_id].user,
            desks[watch.user_id].tokens | {"thread": threads.get(watch.shown, "")},
        )
        for watch in watches
        if watch.user_id in desks
    }


def _threads(conversation_ids: Collection[int]) -> dict[int | None, str]:
    if not conversation_ids:
        return {}
    return dict(thread.tokens(db.session.scalars(_shown(), {"shown": list(conversation_ids)}).all()).items())


@cache
def _shown() -> Any:
    of_page = joinedload(Conversation.page).load_only(Page.sends_paused_until)
    return (
        select(Conversation)
        .where(Conversation.id.in_(bindparam("shown", expanding=True)))
        .options(
            load_only(
                *(Conversation.changes, Conversation.closed_at, Conversation.owner_app_id),
                *(Conversation.queue_id, Conversation.agent_id),
            ),
            joinedload(Conversation.contact).load_only(Contact.name, Contact.username, Contact.picture_url),
            of_page.joinedload(Page.gateway).load_only(Gateway.calls_paused_until),
        )
        .execution_options(populate_existing=True)
    )
