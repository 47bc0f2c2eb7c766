"""What people send that is not text, in the shapes of Messenger and of Instagram (contract 6.6, 6.7)."""

from collections.abc import Callable
from typing import Any

from webgateway.simulator.ids import scoped
from webgateway.simulator.pictures import picture_url

Item = dict[str, Any]
Maker = Callable[[str, str], Item]
"""From an address for pictures and what it is called to the attachment."""

LIKE = 369239263222822
HEART = 126361874215276


def _media(kind: str) -> Maker:
    def make(url: str, title: str) -> Item:
        return {"type": kind, "payload": {"url": url}}

    return make


def _sticker(number: int) -> Maker:
    def make(url: str, title: str) -> Item:
        return {"type": "sticker", "payload": {"url": url, "sticker_id": number}}

    return make


def _bare(kind: str) -> Maker:
    def make(url: str, title: str) -> Item:
        return {"type": kind}

    return make


def _number(url: str) -> str:
    return scoped("media", url, length=17)


def _link(url: str, title: str) -> Item:
    return {"type": "fallback", "payload": {"url": url, "title": title}}


def _post(url: str, title: str) -> Item:
    return {"type": "post", "payload": {"url": url, "title": title, "id": int(_number(url))}}


def _reel(url: str, title: str) -> Item:
    return {"type": "reel", "payload": {"url": url, "title": title, "reel_video_id": int(_number(url))}}


def _product(url: str, title: str) -> Item:
    element = {
        "id": _number(url),
        "retailer_id": "sku-1",
        "image_url": url,
        "title": title,
        "subtitle": "$40",
    }
    return {"type": "template", "payload": {"product": {"elements": [element]}}}


def _location(url: str, title: str) -> Item:
    return {"type": "location", "payload": {"coordinates": {"lat": 50.4501, "long": 30.5234}}}


def _instagram_post(url: str, title: str) -> Item:
    return {"type": "ig_post", "payload": {"url": url, "title": title, "ig_post_media_id": _number(url)}}


def _instagram_reel(url: str, title: str) -> Item:
    return {"type": "ig_reel", "payload": {"reel_video_id": _number(url), "title": title, "url": url}}


def _instagram_story(url: str, title: str) -> Item:
    return {"type": "ig_story", "payload": {"story_media_id": _number(url), "story_media_url": url}}


EVERYWHERE: dict[str, Maker] = {
    "picture": _media("image"),
    "audio": _media("audio"),
    "video": _media("video"),
    "file": _media("file"),
}
MESSENGER: dict[str, Maker] = EVERYWHERE | {
    "sticker": _sticker(HEART),
    "like": _sticker(LIKE),
    "share": _link,
    "post": _post,
    "reel": _reel,
    "product": _product,
    "location": _location,
}
INSTAGRAM: dict[str, Maker] = EVERYWHERE | {
    "like": _bare("like_heart"),
    "share": _media("share"),
    "post": _instagram_post,
    "reel": _instagram_reel,
    "story": _instagram_story,
    "story_mention": _media("story_mention"),
    "ephemeral": _bare("ephemeral"),
}
SAMPLES = {"sticker": ("sticker", "heart"), "like": ("sticker", "like")}


def attachment(kind: str, on_instagram: bool, base: str, url: str, title: str, number: int) -> Item | None:
    """None when this platform has no such kind. `number` makes one sample differ from the next."""
    maker = (INSTAGRAM if on_instagram else MESSENGER).get(kind)
    return maker(url or _sample(kind, base, number), title or f"A {kind}") if maker else None


def _sample(kind: str, base: str, number: int) -> str:
    """Audio and files are served; videos are not, as after a link has expired."""
    if kind in ("audio", "video", "file"):
        return f"{base}/scontent/{kind}/{number}"
    return picture_url(base, *SAMPLES.get(kind, ("photo", str(number))))
