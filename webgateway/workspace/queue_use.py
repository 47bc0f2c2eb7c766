"""What deleting a queue means for the canned answers that are offered in it alone."""

from sqlalchemy import func, select

from ..db import db
from ..queues import removal
from ..queues.models import Queue
from ..views import count
from .canned import CannedAnswer


def listen() -> None:
    removal.consequences.connect(consequences)


def consequences(queue: Queue) -> list[str]:
    of_it = select(func.count()).select_from(CannedAnswer).where(CannedAnswer.queue_id == queue.id)
    number = db.session.scalar(of_it) or 0
    words = count(number, "canned answer is", "canned answers are")
    return [f"{words} offered in all queues from then on."] if number else []
