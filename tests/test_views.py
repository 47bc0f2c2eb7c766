"""What templates make of a text."""

import pytest
from jinja2.utils import urlize
from markupsafe import escape

from webgateway.views import linked


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.com/shop?a=1&b=2.",
        "http://127.0.0.1/menu",
        "(www.example.org)",
        "example.com, please",
        "Write to peter@example.com",
        "mailto:peter@example.com",
    ],
)
def test_a_link_in_a_text_can_be_followed(text):
    found = linked(text)
    assert found == urlize(text, rel="noopener noreferrer nofollow", target="_blank")
    assert "<a href=" in found


@pytest.mark.parametrize(
    "text", ["Where is my order? It was <b>blue</b>.", "3.50 & more...", "", "javascript:x"]
)
def test_a_text_without_one_is_shown_as_it_is(text):
    assert linked(text) == escape(text)
