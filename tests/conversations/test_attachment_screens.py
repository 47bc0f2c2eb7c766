"""Stickers, cards, places and links: shown as what they are, and nothing of a customer's is loaded or raw."""

import re

import pytest

from tests.conversations.receiving import conversation, item, messages
from tests.deliveries import NOON, text

EVIL = "\"'><script>alert(1)</script>"
STICKER = {"url": "https://scontent.xx.fbcdn.net/sticker.png", "sticker_id": 4711}
LIKE = {"url": "https://scontent.xx.fbcdn.net/like.png", "sticker_id": 369239263222822}


@pytest.fixture
def shown(receive, as_gail):
    """The conversation's HTML after a message with these attachments."""

    def showing(*attachments, **more) -> str:
        receive(item(message={"mid": "m_1", "attachments": list(attachments), **more}))
        return as_gail.get(f"/conversations/{conversation().id}").text

    return showing


@pytest.mark.parametrize(
    "types", [["image"], ["sticker"], ["image", "sticker"], ["sticker", "image"]], ids="+".join
)
def test_a_sticker_is_shown_once_in_every_shape(shown, types):
    page = shown(*({"type": kind, "payload": STICKER} for kind in types))
    assert page.count('<img src="https://scontent.xx.fbcdn.net/sticker.png"') == 1
    assert 'alt="Sticker sent by' in page


def test_the_like_button_says_so(shown):
    assert 'alt="👍 Thumbs up sent by' in shown({"type": "sticker", "payload": LIKE})
    assert conversation().preview == "👍 Thumbs up"


def test_a_heart_is_a_heart(shown):
    assert "❤️ Heart" in shown({"type": "like_heart"})
    assert conversation().preview == "❤️ Heart"


def test_a_card_has_its_words_and_its_links_are_careful(shown):
    element = {
        "title": "Pears",
        "subtitle": "Ripe",
        "image_url": "https://scontent.xx.fbcdn.net/p.jpg",
        "default_action": {"url": "https://orchard.example/pears"},
        "buttons": [{"type": "web_url", "url": "https://orchard.example/buy", "title": "Buy"}],
    }
    page = shown({"type": "template", "payload": {"template_type": "generic", "elements": [element]}})
    for words in ("Card", "Pears", "Ripe", "Button: Buy"):
        assert words in page
    for address in ("https://orchard.example/pears", "https://scontent.xx.fbcdn.net/p.jpg"):
        link = re.search(rf'<a href="{re.escape(address)}"[^>]*>', page)[0]
        assert 'rel="noopener noreferrer nofollow"' in link
    assert "<img src" not in page[page.index('class="slip"') :].split("</article>")[0]


@pytest.mark.parametrize("kind", ["template", "fallback", "share", "ig_reel", "post", "location", EVIL])
def test_hostile_words_and_addresses_stay_harmless(shown, kind):
    element = {
        "title": EVIL,
        "subtitle": EVIL,
        "image_url": "javascript:alert(1)",
        "buttons": [{"title": EVIL}],
    }
    payload = {"url": "javascript:alert(1)", "title": EVIL, "elements": [element], "template_type": EVIL}
    page = shown({"type": kind, "payload": payload, "title": EVIL})
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_a_place_has_coordinates_and_a_map_that_is_only_a_link(shown):
    page = shown({"type": "location", "payload": {"coordinates": {"lat": 50.4501, "long": 30.5234}}})
    assert "Place (50.45010, 30.52340)" in page
    assert 'href="https://www.openstreetmap.org/?mlat=50.4501&amp;mlon=30.5234"' in page


def test_coordinates_that_are_none_are_no_map(shown):
    page = shown({"type": "location", "payload": {"coordinates": {"lat": EVIL, "long": 1e999}}})
    assert "openstreetmap" not in page


def test_an_answer_to_a_story_links_to_it(shown):
    page = shown(text="Still there?", reply_to={"story": {"id": "1", "url": "https://media.example/story"}})
    assert 'href="https://media.example/story"' in page
    assert "Answer to a story" in page


def test_a_story_with_another_kind_of_address_is_no_link(shown):
    assert 'href="javascript' not in shown(reply_to={"story": {"id": "1", "url": "javascript:alert(1)"}})


def test_an_ad_is_a_card_whose_pictures_are_links(receive, as_gail):
    advert = {"ad_title": EVIL, "photo_url": "https://evil.example/a.jpg", "video_url": "javascript:alert(1)"}
    referral = {"ref": EVIL, "source": "ADS", "ad_id": "33", "ads_context_data": advert}
    receive(text("Hi", "m_1", referral=referral))
    page = as_gail.get(f"/conversations/{conversation().id}").text
    assert "Came from an ad" in page
    assert 'href="https://evil.example/a.jpg"' in page
    assert 'src="https://evil.example' not in page
    assert "<script>alert" not in page
    assert "Video of the ad" not in page


def test_old_referrals_are_shown_as_before(receive, as_gail):
    receive(text("Hi", "m_1", at=NOON))
    (message,) = messages()
    message.referral = {"source": "ADS", "ad_id": "6001", "ref": "summer", "ads_context_data": {"x": 1}}
    assert "Came from an ad · ad 6001 · summer" in as_gail.get(f"/conversations/{conversation().id}").text
