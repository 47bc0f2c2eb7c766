"""What has changed for those who look: a token for each piece of each screen."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select

from ..conversations import thread_tokens
from ..conversations.facts import Fact
from ..conversations.models import Conversation
from ..conversations.thread_tokens import Shown
from ..db import rows
from ..pages.models import Page
from . import desk, details

Tokens = dict[str, str]


class Watch(NamedTuple):
    """A screen: whose, and a conversation that it shows; those of its agent are watched besides."""

    user_id: int
    shown: int | None


FACTS = len(thread_tokens.SHOWN)


class News(NamedTuple):
    user: Row[Any]
    tokens: Tokens


def look(watches: Collection[Watch]) -> dict[Watch, News]:
    """Of those whose users are still here."""
    desks = desk.look({watch.user_id for watch in watches})
    watched = {watch: _watched(watch, desks[watch.user_id]) for watch in watches if watch.user_id in desks}
    tokens = _of_conversations(list(set().union(*watched.values())))
    found = {}
    for watch, conversation_ids in watched.items():
        of_user = desks[watch.user_id]
        found[watch] = News(of_user.user, dict(of_user.tokens))
        for conversation_id in conversation_ids:
            found[watch].tokens.update(tokens.get(conversation_id, {}))
    return found


def _watched(watch: Watch, of_user: desk.Desk) -> set[int]:
    return {talk.id for talk in of_user.talks} | ({watch.shown} if watch.shown else set())


def _of_conversations(conversation_ids: Sequence[int]) -> dict[int, Tokens]:
    """The thread's and the details', and how far the newest answer has come, by the conversation's id."""
    if not conversation_ids:
        return {}
    found = rows(_shown(), {"shown": conversation_ids})
    threads = thread_tokens.of_all([Shown(row[:FACTS], row[FACTS:-1]) for row in found])
    facts = defaultdict(list)
    for fact in rows(_facts(), {"contacts": [one.contact_id for one in found]}):
        facts[fact.contact_id].append(fact)
    tokens = {}
    for one in found:
        tokens[one.id] = {
            f"thread-{one.id}": threads[one.id].news,
            f"details-{one.id}": details.token(one, facts[one.contact_id]),
        }
        if sent := threads[one.id].sent:
            tokens[one.id][f"sent-{one.id}"] = sent
    return tokens


@cache
def _facts() -> Any:
    asked: Any = bindparam("contacts", expanding=True)
    columns = (Fact.contact_id, Fact.id, Fact.value)
    return select(*columns).where(Fact.contact_id.in_(asked)).order_by(*details.IN_ORDER)


@cache
def _shown() -> Any:
    columns = (*thread_tokens.SHOWN, *thread_tokens.PAUSES, Conversation.contact_id)
    asked = Conversation.id.in_(bindparam("shown", expanding=True))
    joined = select(*columns).join(Conversation.contact).join(Conversation.page).join(Page.gateway)
    return joined.where(asked)
