"""Which queue a conversation goes to."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from ..db import db
from .models import Queue


class Queues:
    """The queues of tenants, each tenant's looked up once."""

    def __init__(self) -> None:
        self._found: dict[int, dict[int, Queue]] = {}

    def choose(self, tenant_id: int, queue_id: int | None = None) -> Queue:
        """The tenant's general one where none is named, or one that is gone."""
        queues = self._of(tenant_id)
        named = queues.get(queue_id or 0)
        return named or next(queue for queue in queues.values() if queue.general)

    def _of(self, tenant_id: int) -> dict[int, Queue]:
        if tenant_id not in self._found:
            with db.session.no_autoflush:
                found = db.session.scalars(_theirs(), {"tenant": tenant_id})
                self._found[tenant_id] = {queue.id: queue for queue in found}
        return self._found[tenant_id]


@cache
def _theirs() -> Any:
    """Made once: it is asked for each batch of events."""
    return select(Queue).where(Queue.tenant_id == bindparam("tenant"))
