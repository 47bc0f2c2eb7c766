"""What the templates of the workspace ask for; each thing is looked up when the first of them does."""

from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Row, bindparam, exists, select

from ..conversations.models import Conversation, called
from ..conversations.reasons import ClosingReason
from ..conversations.thread import Thread
from ..db import row, utcnow
from ..meta import messages
from ..users.models import User
from . import waiting, words
from .canned import CannedAnswer
from .desk import Desk
from .desk import of as desk_of
from .details import Details

REASONS = ("Break", "Lunch", "Meeting", "Training", "Other work")
"""Why somebody is not ready."""


class Screen:
    """`thread`: of the conversation, where it is shown."""

    def __init__(
        self, user: User, conversation: Conversation | None = None, thread: Thread | None = None
    ) -> None:
        self.user = user
        self.conversation = conversation
        self.thread = thread
        self.reasons = REASONS

    called = staticmethod(called)

    @staticmethod
    def closes_at(talk: Row[Any]) -> datetime | None:
        """When Meta stops taking answers; None when it has."""
        wrote = talk.customer_wrote_at
        end = wrote + messages.WINDOW - messages.MARGIN if wrote else None
        return end if end and end > utcnow() else None

    @cached_property
    def desk(self) -> Desk:
        return desk_of(self.user)

    @cached_property
    def words(self) -> dict[int, words.Words]:
        """Of all that is listed."""
        return words.of([lying.id for lying in (*self.desk.talks, *self.desk.offers)])

    @cached_property
    def waiting(self) -> list[Row[Any]]:
        """The next in turn of the agent's queues."""
        return waiting.listed(self.desk.queued)

    @cached_property
    def details(self) -> Details:
        assert self.conversation is not None
        return Details(self.conversation, self.thread)

    @property
    def mine(self) -> bool:
        return self.conversation is not None and self.conversation.agent_id == self.user.id

    @property
    def closing_reasons(self) -> bool:
        """Some are named: one of them is asked for."""
        return bool(self._prepared.reasons)

    @property
    def canned(self) -> bool:
        return bool(self._prepared.answers)

    @cached_property
    def _prepared(self) -> Any:
        return row(_prepared(), {"tenant": self.user.tenant_id})


@cache
def _prepared() -> Any:
    """What the tenant has prepared for its agents; made once, as it is asked with every conversation."""
    offered = exists().where(ClosingReason.tenant_id == bindparam("tenant"), ClosingReason.offered)
    answers = exists().where(CannedAnswer.tenant_id == bindparam("tenant"))
    return select(offered.label("reasons"), answers.label("answers"))
