"""Deleting a queue: what waits in it goes to the general one. The parts to the right know what uses it."""

from blinker import Signal
from sqlalchemy import select

from ..db import db
from . import founding
from .models import Queue

consequences = Signal("(queue) -> sentences: what deleting it costs, with numbers")
deleting = Signal("(queue, to=the general one): in the transaction that deletes it")


def costs(queue: Queue) -> list[str]:
    return [sentence for _, sentences in consequences.send(queue) for sentence in sentences]


def delete(queue: Queue) -> None:
    """Locked first: whoever hands something over to it in this moment comes before or fails."""
    db.session.execute(select(Queue.id).where(Queue.id == queue.id).with_for_update())
    deleting.send(queue, to=founding.general(queue.tenant_id))
    db.session.delete(queue)
