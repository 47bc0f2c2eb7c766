"""Templates, products, carts and appointments as cards: contract 6.6, 7.3."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from .values import dict_of, id_of, instant, list_of, text_of, web_address

MOST = 30
"""Three times of what Meta puts into one template."""


@dataclass(frozen=True)
class Card:
    title: str | None = None
    subtitle: str | None = None
    picture_url: str | None = None
    url: str | None = None
    buttons: tuple[str, ...] = ()


def of_template(payload: dict[str, Any], base: str) -> tuple[Card, ...]:
    """The template's own words first, then its elements; a product stands a level deeper."""
    inside = dict_of(payload.get("product")).get("elements")
    elements = list_of(payload.get("elements")) or list_of(inside)
    return _worth(_card(dict_of(item), base) for item in [payload, *elements[:MOST]])


def of_order(order: dict[str, Any], base: str) -> tuple[Card, ...]:
    products = list_of(order.get("products"))[:MOST]
    return _worth(_card(dict_of(item), base) for item in products)


def of_appointment(payload: dict[str, Any]) -> tuple[Card, ...]:
    begins, ends = instant(payload.get("start_time")), instant(payload.get("end_time"))
    zone, name = _zone(payload.get("timezone"))
    times = [begins.astimezone(zone).strftime("%-d %B %Y, %H:%M")] if begins else []
    times += [ends.astimezone(zone).strftime("%H:%M")] if begins and ends else []
    when = f"{' – '.join(times)} {name}" if times else None
    return _worth([Card(title=text_of(payload.get("status")), subtitle=when)])


def _worth(cards: Iterable[Card]) -> tuple[Card, ...]:
    return tuple(card for card in cards if card != Card())


def _card(item: dict[str, Any], base: str) -> Card:
    titles = (item.get("title"), item.get("text"), item.get("name"), item.get("order_number"))
    address = dict_of(item.get("default_action")).get("url") or item.get("url")
    buttons = (dict_of(button) for button in list_of(item.get("buttons"))[:MOST])
    return Card(
        title=next(filter(None, map(text_of, titles)), None),
        subtitle=" · ".join(filter(None, (text_of(item.get("subtitle")), _price(item)))) or None,
        picture_url=web_address(item.get("image_url"), base),
        url=web_address(address, base),
        buttons=tuple(filter(None, (text_of(button.get("title")) for button in buttons))),
    )


def _price(item: dict[str, Any]) -> str | None:
    """Of a cart's line `2 × 11 THB`; of a receipt, its sum."""
    summary = dict_of(item.get("summary"))
    amount = next(filter(None, map(_number, (item.get("unit_price"), item.get("price")))), None)
    amount = amount or _number(summary.get("total_cost"))
    if amount is None:
        return None
    quantity = _number(item.get("quantity"))
    return " ".join(
        filter(None, (f"{quantity} ×" if quantity else None, amount, text_of(item.get("currency"))))
    )


def _number(value: Any) -> str | None:
    return str(value) if isinstance(value, float) else id_of(value)


def _zone(value: Any) -> tuple[tzinfo, str]:
    """UTC where Meta names none that is known here."""
    name = text_of(value) or "UTC"
    try:
        return ZoneInfo(name), name
    except (ValueError, KeyError, OSError):
        return UTC, "UTC"
