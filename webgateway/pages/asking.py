"""Asking Meta about many pages at once, each with a token that works."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..db import db
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta.errors import GraphError
from ..meta.graph import Graph
from .models import Grant, Page
from .sufficing import REQUIRED
from .tokens import bury, fall_short, live_grants

Answer = TypeVar("Answer")
Question = Callable[[Graph, Sequence[tuple[str, str]]], dict[str, Answer | GraphError]]

NEEDED = frozenset(REQUIRED["pages"])
"""Without these permissions a login does not suffice; others are only for what is nice to know."""
MOST_PEOPLE = 5
"""How many people's dead tokens are gone through before a page counts as failed this time."""


def ask(gateway: Gateway, pages: list[Page], question: Question[Answer]) -> dict[int, Answer | GraphError]:
    """What Meta answers, by page id; pages without a working token are left out.

    `question` gets (Meta's page id, token) of each. A token that Meta refuses is marked dead, and the next
    person's takes over; so it does where a login lacks a permission and the next one has it. Commits: no
    transaction is open while Meta is asked.
    """
    answers: dict[int, Answer | GraphError] = {}
    graph, waiting = graph_of(gateway), pages
    for _ in range(MOST_PEOPLE):
        grants = live_grants(waiting)
        waiting = [page for page in waiting if _worth_asking(grants.get(page.id), answers.get(page.id))]
        if not waiting:
            break
        answers |= _ask_once(graph, waiting, grants, question)
        refused = [(grants[page.id], answer) for page in waiting if (answer := _refusal(answers[page.id]))]
        bury([(grant, error.meaning) for grant, error in refused if error.token_dead])
        fall_short([(grant, in_words(error)) for grant, error in refused if not error.token_dead])
        again = {grant.page_id for grant, _ in refused}
        waiting = [page for page in waiting if page.id in again]
    db.session.commit()
    return answers


def in_words(error: GraphError) -> str:
    """What happened, who must act, what to do."""
    if error.who in ("you", "nobody", "Meta"):
        return f"{error.meaning} {error.remedy}"
    return f"{error.meaning} For the {error.who}: {error.remedy[0].lower()}{error.remedy[1:]}"


def _ask_once(
    graph: Graph, pages: list[Page], grants: dict[int, Grant], question: Question[Answer]
) -> dict[int, Answer | GraphError]:
    tokens = [(page.meta_id, grants[page.id].token or "") for page in pages]
    db.session.commit()
    try:
        found = question(graph, tokens)
    except GraphError as error:
        return {page.id: error for page in pages}
    return {page.id: found[page.meta_id] for page in pages}


def _worth_asking(grant: Grant | None, refused: object) -> bool:
    if grant is None:
        return False
    lacking = isinstance(refused, GraphError) and not refused.token_dead
    return grant.suffices or not lacking


def _refusal(answer: object) -> GraphError | None:
    """One that is about the person's login, so that another's may do."""
    if not isinstance(answer, GraphError):
        return None
    needed = bool(NEEDED.intersection(answer.permissions))
    return answer if answer.token_dead or (answer.permission_lost and needed) else None
