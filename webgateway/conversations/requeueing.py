"""What deleting a queue means for its conversations: they go on in the general one."""

from sqlalchemy import func, select, update

from ..db import db
from ..queues import removal
from ..queues.models import Queue
from ..views import count
from ..waking import wake
from .models import Conversation


def listen() -> None:
    removal.consequences.connect(consequences)
    removal.deleting.connect(move)


def consequences(queue: Queue) -> list[str]:
    of_it = Conversation.queue_id == queue.id, Conversation.closed_at.is_(None)
    number = db.session.scalar(select(func.count()).select_from(Conversation).where(*of_it))
    if not number:
        return []
    return [f"{count(number, 'open conversation')} {'goes' if number == 1 else 'go'} to the general queue."]


def move(queue: Queue, to: Queue) -> None:
    open_ones = update(Conversation).where(
        Conversation.queue_id == queue.id, Conversation.closed_at.is_(None)
    )
    db.session.execute(open_ones.values(queue_id=to.id))
    wake(Conversation.__tablename__)
