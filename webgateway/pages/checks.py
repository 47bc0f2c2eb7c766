"""Check now: Meta is asked about a gateway and its pages, within bounds."""

from collections.abc import Sequence

from ..db import db
from ..gateways import credentials, webhook
from ..gateways.models import Gateway
from ..meta.errors import GraphError
from ..meta.pages import subscribed_fields_many
from . import integrity
from .asking import ask, in_words
from .models import Page
from .subscribing import believe

AT_ONCE = 100
"""Pages asked about while a person waits, those not asked for longest first: 4 calls of 50."""


def gateway(of: Gateway) -> str | None:
    """App ID and App Secret, the webhook as Meta lists it, and some pages; what Meta would not answer, in
    words. Commits."""
    verdict = credentials.verify(of)
    if verdict.error is not None:
        return in_words(verdict.error)
    unread = webhook.read_back(of)
    unasked = pages(of, integrity.next_pages(of, AT_ONCE))
    return in_words(unread) if unread is not None else unasked


def pages(of: Gateway, some: Sequence[Page]) -> str | None:
    """Their subscriptions and how they stand with Meta's rules. Commits."""
    if not some:
        return None
    truth = ask(of, list(some), subscribed_fields_many)
    for page in some:
        believe(page, truth.get(page.id))
    db.session.commit()
    integrity.look(of, some)
    refused = next((answer for answer in truth.values() if isinstance(answer, GraphError)), None)
    if refused is not None:
        return in_words(refused)
    return next((page.integrity_error for page in some if page.integrity_error), None)
