"""How a page stands with Meta's rules, from the webhook and from page_status: contract 3.4, 6.6."""

import json
from datetime import UTC, datetime
from pathlib import Path

from webgateway.meta import events
from webgateway.meta.integrity import standing

SAMPLES = Path(__file__).parent / "payloads" / "page" / "business_integrity"


def told(name: str):
    (event,) = events.parse((SAMPLES / f"{name}.json").read_bytes())
    return standing(event.raw)


def test_a_restriction_comes_with_its_feature_its_words_and_its_time():
    found = told("full_restricted")
    assert (found.status, found.violations) == (
        "restricted",
        ("Too many equal posts",),
    )
    (restriction,) = found.restrictions
    assert (restriction.feature, restriction.lifted) == ("page_messaging_api", False)
    assert restriction.description == "No messages for three days"
    assert restriction.applied == datetime.fromtimestamp(1793499999, UTC)
    assert restriction.expires == datetime.fromtimestamp(1793759199, UTC)
    assert found.help_url == "https://www.facebook.com/business-support-home/"


def test_seconds_are_read_as_seconds():
    assert told("min").at == datetime.fromtimestamp(1793499999, UTC)


def test_a_lifted_restriction_is_told_as_such():
    assert [one.lifted for one in told("lifted").restrictions] == [True]


def test_a_restriction_beside_the_item_belongs_to_it():
    assert [one.feature for one in told("restrictions_beside_messaging").restrictions] == ["page_messaging"]


def test_what_page_status_lists_is_in_force_although_it_has_no_status():
    answer = {"status": "restricted", "restrictions": [{"feature": "page_messaging"}]}
    assert not standing(answer).restrictions[0].lifted


def test_only_a_site_of_metas_is_offered_for_help():
    for url in ("https://evil.example/", "http://www.facebook.com/", "https://facebook.com.evil.example/", 7):
        assert standing({"recommended_actions": [{"url": url}]}).help_url is None
    assert standing({"recommended_actions": [{"url": "https://business.facebook.com/x"}]}).help_url


def test_whatever_is_of_another_shape_says_nothing():
    for answer in ({}, {"status": 7, "violations": "x", "restrictions": [None, {"feature": 1}]}):
        found = standing(answer)
        assert (found.status, found.violations, found.restrictions) == (None, (), ())
    assert json.dumps(standing({"status": "NEW WORD"}).status) == "null"
