"""Asks Meta for the next conversations of a page, as many as come in one answer, and for all that was said in
them since. Contract 7.3."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from ..meta import conversations
from ..meta.conversations import OFTEN, Said, Talk
from ..meta.event import Channel
from ..meta.graph import Graph
from .models import Comparison

MOST = 25
"""Answers read of one conversation: 2,500 messages."""


@dataclass
class Gathered:
    """`after`: the cursor to go on with, None at the end; `cut`: conversations not read far enough."""

    talks: list[Talk]
    after: str | None
    cut: int = 0


def gather(graph: Graph, comparison: Comparison, token: str) -> Gathered:
    """Raises GraphError. No transaction may be open."""
    page, since = comparison.page, comparison.since
    accounts = {page.meta_id, page.instagram_id or page.meta_id}
    channel = cast(Channel, comparison.channel)
    found = conversations.talks(graph, page.meta_id, token, channel, accounts, comparison.cursor)
    fresh = [talk for talk in found.talks if talk.updated_at is None or talk.updated_at >= since]
    past = bool(found.talks) and len(fresh) < len(found.talks)
    gathered = Gathered([], None if past else found.after)
    for talk in fresh:
        whole = _whole(graph, talk, token, accounts, since)
        gathered.cut += whole.more
        gathered.talks.append(whole)
    return gathered


def _whole(graph: Graph, talk: Talk, token: str, accounts: Collection[str], since: datetime) -> Talk:
    """With everything since then; `more` stays where that is too much."""
    said, after = list(talk.said), talk.after
    more = talk.more and not _reaches(said, since)
    for _ in range(MOST):
        if not more:
            break
        time.sleep(OFTEN)
        earlier, after = conversations.messages(graph, talk.id, token, accounts, after)
        said += earlier
        more = after is not None and not _reaches(said, since)
    return replace(talk, said=tuple(said), more=more)


def _reaches(said: list[Said], since: datetime) -> bool:
    return bool(said) and said[-1].at < since
