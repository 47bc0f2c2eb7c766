"""Every ten minutes wanted and actual fields are compared; what Meta dropped is subscribed again."""

from datetime import timedelta

import pytest

from tests import cast
from tests.pages.meta import Meta
from webgateway.db import db, utcnow
from webgateway.gateways.models import Gateway
from webgateway.meta.pages import MESSENGER_FIELDS
from webgateway.meta.signed_request import SignedRequest
from webgateway.pages import leaving, reconciling
from webgateway.pages.models import Page
from webgateway.pages.removal import remove
from webgateway.pages.subscribing import INSTAGRAM_ONLY

ALL = list(MESSENGER_FIELDS)


@pytest.fixture
def page(gateway, meta):
    """Switched on, and as Meta has it."""
    page = cast.page(gateway, "Cisco Dogs", "1080", subscribed_fields=sorted(ALL))
    cast.grant(page, cast.account(gateway), "EAA-olena")
    meta.page("1080", "Cisco Dogs")
    meta.subscriptions["1080"] = ALL
    return page


def a_round() -> None:
    """As if ten minutes had passed."""
    for page in db.session.query(Page):
        page.compared_at = page.compared_at and page.compared_at - timedelta(minutes=10)
    db.session.commit()
    reconciling.compare()
    db.session.expire_all()


def writes(meta: Meta) -> list[tuple[str, str]]:
    return [item for item in meta.items if item[0] != "GET"]


def test_what_is_as_wanted_is_left_alone(gateway, page, meta):
    a_round()
    assert writes(meta) == []
    assert page.drift_since is None
    assert utcnow() - page.checked_at < timedelta(minutes=1)


def test_a_page_that_meta_had_unsubscribed_is_subscribed_again(gateway, page, meta):
    del meta.subscriptions["1080"]
    a_round()
    assert set(meta.subscriptions["1080"]) == set(ALL)
    assert page.subscribed
    assert page.drift == "Meta had unsubscribed this page"
    assert utcnow() - page.drift_mended_at < timedelta(minutes=1)
    assert page.subscription_error is None


def test_the_register_says_so_quietly(as_ada, gateway, page, meta):
    url = f"/gateways/{gateway.id}/pages"
    a_round()
    assert "subscribed again" not in as_ada.get(url).text
    del meta.subscriptions["1080"]
    a_round()
    text = as_ada.get(url).text
    assert "Meta had unsubscribed this page; subscribed again" in text
    assert f'datetime="{page.drift_mended_at:%Y-%m-%dT%H:%M:%S}Z"' in text
    assert "aria-invalid" not in text
    page.drift_mended_at -= timedelta(days=8)
    assert "subscribed again" not in as_ada.get(url).text


def test_it_is_logged_without_names_or_tokens(gateway, page, meta, caplog):
    del meta.subscriptions["1080"]
    a_round()
    said = [record.message for record in caplog.records if record.name == "webgateway.pages.reconciling"]
    assert said == ["subscription drifted", "page subscribed again"]
    assert "EAA" not in caplog.text


def test_a_single_field_that_is_missing_is_mended_and_named(gateway, page, meta):
    meta.subscriptions["1080"] = [field for field in ALL if field != "message_echoes"]
    a_round()
    assert set(meta.subscriptions["1080"]) == set(ALL)
    assert page.drift == "Meta did not send message_echoes"
    assert page.missed_since is None, "the customers' messages came"


def test_what_may_have_been_missed_waits_for_its_recovery(gateway, page, meta):
    del meta.subscriptions["1080"]
    a_round()
    assert page.missed_since == page.drift_since


def test_more_fields_than_wanted_are_no_drift(gateway, page, meta):
    meta.subscriptions["1080"] = [*ALL, "feed"]
    a_round()
    assert writes(meta) == []


def test_a_page_that_was_switched_off_stays_off(gateway, page, meta):
    page.messenger_wanted = page.subscribed = False
    del meta.subscriptions["1080"]
    a_round()
    assert "1080" not in meta.subscriptions


def test_a_page_that_is_on_for_instagram_alone_gets_only_its_field_back(gateway, page, meta):
    page.instagram_id, page.instagram_wanted, page.messenger_wanted = "17841", True, False
    del meta.subscriptions["1080"]
    a_round()
    assert meta.subscriptions["1080"] == list(INSTAGRAM_ONLY)
    assert page.missed_since is not None


def test_a_removed_page_is_not_asked_about(gateway, page, meta):
    page.removed_at = utcnow()
    a_round()
    assert meta.items == []


def test_a_page_that_was_removed_and_came_back_is_off_until_somebody_switches_it_on(gateway, page, meta):
    remove(gateway, [page], "Ada")
    page.removed_at = None
    cast.grant(page, gateway_account(gateway), "EAA-olena")
    meta.items.clear()
    a_round()
    assert writes(meta) == []


def gateway_account(gateway: Gateway):
    return cast.account(gateway, "Taras", "77")


@pytest.mark.parametrize("column", ["enabled", "deleted_at"])
def test_a_gateway_that_is_off_or_deleted_is_left_alone(gateway, page, meta, column):
    setattr(gateway, column, False if column == "enabled" else utcnow())
    del meta.subscriptions["1080"]
    a_round()
    assert meta.items == []


def asked(page_id: str) -> SignedRequest:
    """A deauthorize callback of a page, of this moment."""
    return SignedRequest(user_id=None, profile_id=page_id, issued_at=int(utcnow().timestamp()), expires=None)


def test_a_page_that_removed_the_app_at_meta_is_not_subscribed_again(as_ada, gateway, page, meta):
    leaving.deauthorize(gateway, asked("1080"))
    del meta.subscriptions["1080"]
    a_round()
    assert "1080" not in meta.subscriptions
    assert not page.messenger_wanted
    assert "The page removed this app at Meta" in as_ada.get(f"/gateways/{gateway.id}/pages").text
    a_round()
    assert "1080" not in meta.subscriptions


def test_a_late_callback_of_our_own_unsubscribing_switches_nothing_off(gateway, page, meta):
    leaving.deauthorize(gateway, asked("1080"))
    a_round()
    assert page.messenger_wanted
    assert page.subscribed
    del meta.subscriptions["1080"]
    a_round()
    assert set(meta.subscriptions["1080"]) == set(ALL), "that was Meta's doing"


def test_what_cannot_be_mended_says_who_must_act_until_it_is(as_ada, gateway, page, meta):
    del meta.subscriptions["1080"]
    post = meta._subscription

    def refusing(method, page_id, query):
        if method == "POST":
            return 403, {"error": {"message": "(#200) needs pages_messaging", "code": 200}}
        return post(method, page_id, query)

    meta._subscription = refusing
    a_round()
    noticed = page.drift_since
    assert page.drift_mended_at is None
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "Meta had unsubscribed this page" in text
    assert "app administrator" in text
    assert page.missed_since is None
    a_round()
    assert page.drift_since == noticed
    meta._subscription = post
    a_round()
    assert page.drift_mended_at is not None
    assert page.missed_since == noticed


def test_what_somebody_mended_by_hand_is_recovered_too(gateway, page, meta):
    page.drift, page.drift_since = reconciling.UNSUBSCRIBED, utcnow() - timedelta(hours=1)
    a_round()
    assert page.drift_mended_at is not None
    assert page.missed_since == page.drift_since


def test_a_dead_token_makes_room_for_the_next_persons(gateway, page, meta):
    cast.grant(
        page, cast.account(gateway, "Taras", "77", logged_in_at=utcnow() - timedelta(days=9)), "EAA-taras"
    )
    meta.dead.add("EAA-olena")
    del meta.subscriptions["1080"]
    a_round()
    assert set(meta.subscriptions["1080"]) == set(ALL)


def test_without_a_token_nothing_is_said_of_the_subscription(gateway, page, meta):
    meta.dead.add("EAA-olena")
    del meta.subscriptions["1080"]
    a_round()
    assert page.drift_since is None
    assert page.subscribed, "what Meta last said"


def test_meta_that_cannot_be_reached_changes_nothing(gateway, page, meta):
    meta.refuses["1080/subscribed_apps"] = {"message": "try later", "code": 2}
    a_round()
    assert (page.drift_since, page.subscription_error) == (None, None)


def test_fifty_pages_are_asked_about_in_one_call(gateway, meta):
    account = cast.account(gateway)
    for number in range(60):
        page = cast.page(gateway, f"Page {number}", f"{2000 + number}")
        cast.grant(page, account, f"EAA-{number}")
    a_round()
    assert len(meta.calls) == 2 + 2 + 2, "asked, subscribed, read back: each in two calls"
    assert len(meta.subscriptions) == 60


def test_those_not_compared_for_longest_come_first_and_each_once_in_a_round(gateway, page, meta, monkeypatch):
    second = cast.page(gateway, "Books", "1081", compared_at=utcnow() - timedelta(days=1))
    cast.grant(second, page.grants[0].account, "EAA-books")
    page.compared_at = utcnow() - timedelta(hours=1)
    db.session.commit()
    monkeypatch.setattr(reconciling, "AT_ONCE", 1)
    reconciling.compare()
    assert [path for _, path in meta.items if "subscribed_apps" in path][:1] == ["1081/subscribed_apps"]
    assert page.compared_at > utcnow() - timedelta(minutes=1)
    meta.items.clear()
    reconciling.compare()
    assert meta.items == []


def test_the_pages_of_an_app_that_pauses_are_left_alone(gateway, page, meta):
    gateway.calls_paused_until = utcnow() + timedelta(minutes=5)
    a_round()
    assert meta.items == []
