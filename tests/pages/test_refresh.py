import pytest

from tests import cast
from webgateway.db import utcnow
from webgateway.pages import refreshing


@pytest.fixture
def page(gateway, meta):
    page = cast.page(gateway, "Old name", "1080", subscribed=False)
    cast.grant(page, cast.account(gateway), "EAA-olena")
    meta.page("1080", "New name", picture={"data": {"url": "https://scontent.fbcdn.net/p.png"}})
    return page


def refresh(client, gateway, tab="pages"):
    answer = client.post(f"/gateways/{gateway.id}/{tab}/refresh")
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).text


def test_names_pictures_and_subscriptions_come_from_meta(as_ada, gateway, meta, page):
    meta.subscriptions["1080"] = ["messages", "message_echoes"]
    text = refresh(as_ada, gateway)
    assert "1 page refreshed from Meta." in text
    assert page.name == "New name"
    assert page.picture_url == "https://scontent.fbcdn.net/p.png"
    assert page.subscribed
    assert page.subscribed_fields == ["message_echoes", "messages"]
    assert page.checked_at is not None


def test_a_subscription_that_meta_dropped_is_shown_as_off(as_ada, gateway, meta, page):
    page.subscribed, page.subscribed_fields = True, ["messages"]
    refresh(as_ada, gateway)
    assert not page.subscribed


def test_a_new_instagram_account_appears(as_ada, gateway, meta, page):
    meta.pages["1080"]["instagram_business_account"] = {"id": "17841", "username": "cisco"}
    refresh(as_ada, gateway, "instagram")
    assert (page.instagram_id, page.instagram_username) == ("17841", "cisco")


def test_an_unlinked_instagram_account_goes_where_it_could_have_been_read(as_ada, gateway, meta, page):
    page.instagram_id = "17841"
    refresh(as_ada, gateway)
    assert page.instagram_id == "17841", "without instagram_basic Meta's silence says nothing"
    page.grants[0].account.scopes = ["instagram_basic"]
    refresh(as_ada, gateway)
    assert page.instagram_id is None


def test_dead_tokens_are_marked_and_said(as_ada, gateway, meta, page):
    meta.dead.add("EAA-olena")
    text = refresh(as_ada, gateway)
    assert "Reconnect" in text
    assert page.grants[0].dead_since is not None
    assert page.name == "Old name"


def test_pages_without_any_login_are_counted(as_ada, gateway, meta):
    cast.page(gateway, "Orphan", "1090")
    assert "1 page could not be asked: no login works there." in refresh(as_ada, gateway)


def test_what_meta_refuses_stands_in_the_list(as_ada, gateway, meta, page):
    meta.refuses["1080/subscribed_apps"] = {
        "message": "(#200) Requires",
        "type": "OAuthException",
        "code": 200,
    }
    text = refresh(as_ada, gateway)
    assert "Meta refused to answer for 1 page" in text
    assert page.subscription_error in text.replace("&#39;", "'")


def test_a_long_list_is_refreshed_in_bounded_steps(as_ada, gateway, meta, page, monkeypatch):
    monkeypatch.setattr(refreshing, "AT_ONCE", 1)
    page.checked_at = utcnow()
    second = cast.page(gateway, "Second", "1081")
    cast.grant(second, page.grants[0].account, "EAA-second")
    meta.page("1081", "Second")
    assert "1 of 2 pages refreshed. Press Refresh again" in refresh(as_ada, gateway)
    assert second.checked_at is not None, "what was not checked for longest comes first"
    assert page.name == "Old name"


def test_the_number_of_calls_is_that_of_the_batches(as_ada, gateway, meta):
    account = cast.account(gateway)
    for number in range(60):
        cast.grant(cast.page(gateway, f"P{number}", f"2{number:03}"), account, f"EAA-{number}")
        meta.page(f"2{number:03}", f"P{number}")
    refresh(as_ada, gateway)
    assert len(meta.calls) == 4
