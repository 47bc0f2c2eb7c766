"""Templates, carts and appointments as cards: contract 6.6, 7.3."""

from typing import Any

import pytest

from webgateway.meta import cards
from webgateway.meta.cards import Card

SITE = "https://www.facebook.com"


def test_a_generic_template_is_a_card_for_each_element() -> None:
    link, answer = {"type": "web_url", "title": "Open"}, {"type": "postback", "title": "Buy"}
    first = {
        "title": "Pears",
        "subtitle": "Ripe",
        "image_url": "https://media.example/p.jpg",
        "default_action": {"type": "web_url", "url": "https://orchard.example/pears"},
        "buttons": [link, answer],
    }
    payload = {"template_type": "generic", "elements": [first, {"title": "Plums"}]}
    assert cards.of_template(payload, SITE) == (
        Card(
            "Pears",
            "Ripe",
            "https://media.example/p.jpg",
            "https://orchard.example/pears",
            ("Open", "Buy"),
        ),
        Card("Plums"),
    )


def test_a_receipt_has_its_number_its_sum_and_its_lines() -> None:
    line = {"title": "Pear basket", "quantity": 2, "price": 40.5, "currency": "USD"}
    payload = {"order_number": "A-17", "currency": "USD", "summary": {"total_cost": 81}, "elements": [line]}
    assert cards.of_template(payload, SITE) == (
        Card("A-17", "81 USD"),
        Card("Pear basket", "2 × 40.5 USD"),
    )


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"elements": "x", "product": 7},
        {"elements": [None, 5, {}], "buttons": "x"},
        {"elements": [{"title": 7, "image_url": "javascript:x", "buttons": [None, {"title": 5}]}]},
    ],
)
def test_what_cannot_be_shown_is_no_card(payload: dict[str, Any]) -> None:
    assert cards.of_template(payload, SITE) == ()


def test_there_is_an_end_to_them() -> None:
    assert len(cards.of_template({"elements": [{"title": "x"}] * 1000}, SITE)) == cards.MOST
    assert len(cards.of_template({"buttons": [{"title": "x"}] * 1000}, SITE)[0].buttons) == cards.MOST


@pytest.mark.parametrize("zone", [None, 7, "../etc/passwd", "Mars/Base", ""])
def test_an_appointment_in_a_zone_nobody_knows_is_told_in_utc(zone: Any) -> None:
    booked = {"status": "requested", "start_time": 1739612400, "timezone": zone}
    assert cards.of_appointment(booked) == (Card("requested", "15 February 2025, 09:40 UTC"),)
