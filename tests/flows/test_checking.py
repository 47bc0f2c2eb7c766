"""What is wrong, or odd, about a flow as a whole."""

import pytest

from webgateway.flows.checking import circles, oddities
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Close, Definition, Hours, Menu, Say

AGENTS = Agents(id="a")
CLOSE = Close(id="c")
WEEK = Hours()


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((Say(id="s", text="Hi", then="s"),), ["s"]),
        ((Say(id="s", text="Hi"), Say(id="t", text="Hi", then="s")), ["s", "t"]),
        ((Say(id="s", text="Hi"), Bot(id="b", url="", then="s")), ["s", "b"]),
        ((Bot(id="b", url="", then="b"),), ["b"]),
        ((Say(id="s", text="Hi"), Ask(id="q", what="email", text="?", then="s")), []),
        ((Say(id="s", text="Hi"), Menu(id="m", text="?", otherwise="s")), []),
        ((Say(id="s", text="Hi", then="gone"), AGENTS), []),
    ],
)
def test_circles_in_which_nothing_waits_for_the_customer(parts, found):
    assert circles(Definition(parts=parts)) == found


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ({"parts": (AGENTS, CLOSE)}, "“2. Close” is never reached"),
        ({"parts": (CLOSE, AGENTS), "first": "a"}, "“1. Close” is never reached"),
        ({"parts": (Say(id="s", text="Hi"),)}, "Nothing follows “1. Message”"),
        (
            {"parts": (Menu(id="m", text="?", choices=(Choice("A", "m"),), otherwise="m"),)},
            "neither to agents",
        ),
        ({"hours": WEEK}, "no offline message"),
        ({"page_hours": {"7": WEEK}}, "no offline message"),
        ({"offline_message": "Closed"}, "it is never said"),
        ({"opening_message": "{{ next_opening }}"}, "the field stays empty"),
        ({"parts": (Bot(id="b", url="http://bot", then="a"), AGENTS)}, "told over http"),
    ],
)
def test_what_is_hardly_meant_is_said(does, words):
    (only,) = oddities(Definition(**does))
    assert words in only


@pytest.mark.parametrize(
    "does",
    [
        {},
        {"parts": ()},
        {"parts": (Menu(id="m", text="?", choices=(Choice("A", "c"),)), AGENTS, CLOSE)},
        {"hours": WEEK, "offline_message": "Closed, {{ next_opening }}"},
        {"hours": WEEK, "offline_message": "-", "closed_first": "c", "parts": (AGENTS, CLOSE)},
        {"parts": (Bot(id="b", url="https://bot", then="a"), AGENTS)},
    ],
)
def test_nothing_is_odd_about_these(does):
    assert oddities(Definition(**does)) == []


def test_a_part_for_closed_hours_is_odd_where_it_is_always_open():
    assert "never reached" in oddities(Definition(closed_first="c", parts=(AGENTS, CLOSE)))[0]
