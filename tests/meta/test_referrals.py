"""Where a customer came from, flat and with nothing that is no text, id or web address: contract 6.6."""

from typing import Any

import pytest

from webgateway.meta import referrals

SITE = "https://www.facebook.com"


def test_an_ad_is_told_in_one_level() -> None:
    advert = {"ad_title": "Harvest sale", "photo_url": "https://media.example/a.jpg", "product_id": 7}
    assert referrals.read({"ad_id": 33, "source": "ADS", "ads_context_data": advert}, SITE) == {
        "ad_id": "33",
        "source": "ADS",
        "ad_title": "Harvest sale",
        "picture_url": "https://media.example/a.jpg",
        "product_id": "7",
    }


@pytest.mark.parametrize("raw", [None, "x", [], {}, {"ref": ""}, {"ads_context_data": "x", "product": 1}])
def test_nothing_known_is_none(raw: Any) -> None:
    assert referrals.read(raw, SITE) is None


def test_an_address_is_one_of_the_web() -> None:
    raw = {"referer_uri": "javascript:alert(1)", "ads_context_data": {"photo_url": "data:text/html,x"}}
    assert referrals.read(raw, SITE) is None


@pytest.mark.parametrize("lead", [None, {"data": "x"}, {"data": [None, {"answer": "Yes"}, {"question": 1}]}])
def test_answers_without_questions_are_none(lead: Any) -> None:
    assert referrals.answers(lead) == ()


def test_a_question_may_stay_without_an_answer() -> None:
    assert referrals.answers({"data": [{"question": "Where?"}]}) == (("Where?", "–"),)
