"""Tells of every attempt to send a part: one line and one count, by ids and Meta's codes alone."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .. import logs, metrics
from ..meta.errors import GraphError
from .models import Part

log = logging.getLogger(__name__)

RESULTS = {"waiting": "again", "failed": "failed", "unclear": "unclear"}


class Attempt:
    """`answered` is called when Meta's answer, or its refusal, is there."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.seconds: float | None = None
        self.error: GraphError | None = None

    def answered(self, error: GraphError | None = None) -> None:
        self.seconds, self.error = time.monotonic() - self.began, error


@contextmanager
def attempt(part: Part) -> Iterator[Attempt]:
    """What is logged meanwhile carries the part's ids; afterwards its state tells what became of it."""
    with logs.bound(**_ids(part)):
        made = Attempt()
        yield made
        tell(part, made.error, seconds=made.seconds)


def tell(part: Part, error: GraphError | None = None, kind: str = "", seconds: float | None = None) -> None:
    """`kind`: why there was nothing to hear from Meta."""
    result = RESULTS.get(part.state, "sent")
    metrics.sends.labels(result, error.known_code if error else "", error.kind if error else kind).inc()
    facts: dict[str, object] = {"result": result, "kind": error.kind if error else kind or None}
    if error:
        facts |= {"code": error.code, "subcode": error.subcode, "fbtrace_id": error.fbtrace_id}
    if seconds is not None:
        facts["seconds"] = round(seconds, 3)
    level = logging.INFO if result == "sent" else logging.WARNING
    with logs.bound(**_ids(part)):
        log.log(level, "part %s", result, extra=facts)


def _ids(part: Part) -> dict[str, int | None]:
    message = part.message
    return {
        "part": part.id,
        "message_id": message.id,
        "conversation": part.conversation_id,
        "delivery": message.delivery_id,
        "user": message.user_id,
    }
