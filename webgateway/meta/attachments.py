"""The attachments of a message: contract 6.6, 6.7."""

from typing import Any

from . import cards
from .event import Attachment
from .values import dict_of, id_of, list_of, text_of, web_address

_MEDIA_IDS = ("reel_video_id", "ig_post_media_id", "story_media_id", "attachment_id", "id")


def read(value: Any, base: str) -> tuple[Attachment, ...]:
    """`base`: where addresses that are only a path belong."""
    found = [_one(item, base) for item in list_of(value) if isinstance(item, dict)]
    typed = {one.sticker_id for kind, one in found if kind == "sticker" and one.sticker_id}
    # until 2026-08-30 one sticker came as two attachments, an image and itself
    return tuple(one for kind, one in found if kind == "sticker" or one.sticker_id not in typed)


def _one(item: dict[str, Any], base: str) -> tuple[str, Attachment]:
    """Meta's own type beside it."""
    payload = dict_of(item.get("payload"))
    kind = text_of(item.get("type")) or "unknown"
    product = "product" if "product" in payload else None
    sticker_id = id_of(payload.get("sticker_id"))
    place = dict_of(payload.get("coordinates"))
    url = payload.get("url") or payload.get("story_media_url") or item.get("url")
    return kind, Attachment(
        type="sticker" if sticker_id else kind,
        url=web_address(url, base),
        title=text_of(payload.get("title")) or text_of(item.get("title")),
        sticker_id=sticker_id,
        media_id=next(filter(None, (id_of(payload.get(name)) for name in _MEDIA_IDS)), None),
        latitude=_degrees(place.get("lat")),
        longitude=_degrees(place.get("long")),
        template=(text_of(payload.get("template_type")) or product) if kind == "template" else None,
        cards=_cards(kind, payload, base),
        payload=payload,
    )


def _cards(kind: str, payload: dict[str, Any], base: str) -> tuple[cards.Card, ...]:
    if kind == "template":
        return cards.of_template(payload, base)
    return cards.of_appointment(payload) if kind == "appointment_booking" else ()


def _degrees(value: Any) -> float | None:
    """None for what is no place on earth, too."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and -360 <= value <= 360 else None
