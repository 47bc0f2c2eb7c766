import re

import pytest

from tests import cast
from tests.conversations.receiving import Clock, Customer, conversation
from tests.deliveries import delivery, post
from webgateway.db import db
from webgateway.journal import reading, taking


@pytest.fixture
def receive(visitor, gateway, page, work):
    """Deliver items and let them take effect; sending is left alone."""

    def receiving(*items, **envelope):
        post(visitor, gateway, delivery(*items, **envelope))
        work(reading, taking)

    return receiving


@pytest.fixture
def screen(as_gail):
    """The words of the conversation's articles, in their order."""

    def shown(of=None) -> list[str]:
        page = as_gail.get(f"/conversations/{(of or conversation()).id}").text
        articles = re.findall(r'<article id="message-\d+".*?</article>', page, re.S)
        return [" ".join(re.sub(r"<[^>]+>", " ", article).split()) for article in articles]

    return shown


@pytest.fixture
def clock(app, monkeypatch):
    """Stands still at ten in the morning of a Monday to come, in UTC, until it is moved."""
    return Clock(monkeypatch)


@pytest.fixture
def peter(receive, clock):
    """The customer: `peter("Hi")` writes, `peter("Order", "wg:menu:0")` presses a quick reply."""
    return Customer(receive, clock)


@pytest.fixture
def follow(gateway):
    """The gateway's flow does what is told, and greets nobody unless told."""

    def following(*parts, **does):
        gateway.flow = cast.flow(**{"opening_message": "", "parts": parts, **does})
        db.session.commit()
        return gateway.flow

    return following
