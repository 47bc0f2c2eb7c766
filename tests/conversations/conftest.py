import re

import pytest

from tests.conversations.receiving import conversation
from tests.deliveries import delivery, post
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
