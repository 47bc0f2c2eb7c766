"""Attachments: contract 6.6, 6.7."""

from collections.abc import Callable
from typing import Any

import pytest

from webgateway.meta.attachments import read
from webgateway.meta.events import Attachment, Event

Of = Callable[[str], Event]
LIKE = {"url": "https://media.example/like.png", "sticker_id": 369239263222822}


def only(event: Event) -> Attachment:
    (attachment,) = event.attachments
    return attachment


@pytest.mark.parametrize(
    "name", ["attachment_sticker", "attachment_sticker_legacy_image", "attachment_sticker_transition"]
)
def test_a_sticker_is_one_sticker_in_every_shape_it_had(name: str, event: Of) -> None:
    sticker = only(event(f"page/messages/{name}"))
    assert (sticker.type, sticker.sticker_id) == ("sticker", "369239263222822")
    assert sticker.url is not None


def test_the_twin_of_a_sticker_goes_in_either_order_and_takes_no_picture_with_it() -> None:
    twin, sticker = {"type": "image", "payload": LIKE}, {"type": "sticker", "payload": LIKE}
    picture = {"type": "image", "payload": {"url": "https://media.example/pear.jpg"}}
    assert [one.type for one in read([sticker, picture, twin], "https://x.test")] == ["sticker", "image"]
    assert [one.type for one in read([picture, twin, sticker], "https://x.test")] == ["image", "sticker"]


def test_several_pictures_stay_several(event: Of) -> None:
    urls = [picture.url for picture in event("page/messages/attachment_multiple_images").attachments]
    assert urls == ["https://media.example/v/a.jpg", "https://media.example/v/b.jpg"]


def test_a_link_has_its_title_and_address_wherever_they_stand(event: Of) -> None:
    inside, beside = (
        event("page/messages/attachment_fallback"),
        event("page/messages/attachment_fallback_no_payload"),
    )
    assert only(inside).title == "How pears grow"
    assert (only(beside).title, only(beside).url) == ("Old link", "https://orchard.example/shop")


def test_a_reel_given_as_a_path_gets_a_whole_address(event: Of) -> None:
    reel = only(event("page/messages/attachment_ig_reel"))
    assert reel.url == "https://www.facebook.com/reel/440000000000017/"
    assert reel.media_id == "440000000000017"


def test_a_story_has_its_link_and_number(event: Of) -> None:
    story = only(event("instagram/messages/attachment_ig_story"))
    assert story.media_id == "440000000000011"
    assert story.url is not None
    assert only(event("instagram/messages/attachment_ig_post")).media_id == "440000000000010"


@pytest.mark.parametrize("name", ["attachment_like_heart", "attachment_ephemeral"])
def test_an_attachment_without_content_is_kept_by_its_type(name: str, event: Of) -> None:
    attachment = only(event(f"instagram/messages/{name}"))
    assert attachment.type == name.removeprefix("attachment_")
    assert (attachment.url, attachment.payload) == (None, {})


def test_a_place_has_its_coordinates(event: Of) -> None:
    place = only(event("page/messages/attachment_location_legacy"))
    assert (place.latitude, place.longitude) == (50.4501, 30.5234)


def test_a_template_keeps_all_it_holds(event: Of) -> None:
    assert only(event("page/message_echoes/template_button")).payload["buttons"][0]["title"] == "See the shop"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "words", "", 5, "http://[x"]
)
def test_what_is_no_web_address_is_not_offered_as_one(url: Any) -> None:
    (attachment,) = read([{"type": "file", "payload": {"url": url}}], "https://x.test")
    assert attachment.url is None
    assert attachment.payload == {"url": url}


@pytest.mark.parametrize("value", [None, 5, "x", {}, [None, 5, "x"]])
def test_attachments_of_another_shape_are_none(value: Any) -> None:
    assert read(value, "https://x.test") == ()


@pytest.mark.parametrize(
    "item", [{}, {"type": None}, {"payload": "x"}, {"payload": {"coordinates": {"lat": "x", "long": True}}}]
)
def test_an_attachment_of_no_known_type_is_kept(item: dict[str, Any]) -> None:
    (attachment,) = read([item], "https://x.test")
    assert (attachment.type, attachment.latitude) == ("unknown", None)


@pytest.mark.parametrize("degrees", [10**400, -(10**400), 1e300, 361], ids=["vast", "low", "float", "361"])
def test_a_place_that_is_nowhere_on_earth_is_left_out(degrees: float) -> None:
    place = {"type": "location", "payload": {"coordinates": {"lat": degrees, "long": 8.5}}}
    (found,) = read([place], "https://www.facebook.com")
    assert (found.latitude, found.longitude) == (None, 8.5)
