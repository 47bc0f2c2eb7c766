from datetime import timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def url(gateway):
    return f"/gateways/{gateway.id}/instagram"


@pytest.fixture
def page(gateway):
    page = cast.page(
        gateway,
        "Cisco Dogs",
        subscribed=False,
        instagram_id="17841405726653026",
        instagram_username="cisco.dogs",
        instagram_name="Cisco and friends",
    )
    cast.grant(page, cast.account(gateway), instagram_suffices=True)
    return page


def test_the_tab_shows_the_accounts_of_the_pages(as_ada, gateway, page, url):
    cast.page(gateway, "No Instagram here", "108")
    text = as_ada.get(url).text
    told = ("17841405726653026", "Copy ID", "Cisco and friends", "@cisco.dogs", "Cisco Dogs", "Olena")
    assert all(word in text for word in told)
    assert all(
        name in text for name in ("Add or Remove Instagram Accounts", "Refresh", "Save", "data-unsaved")
    )
    assert 'role="switch" name="on" value="1" aria-label="cisco.dogs" form="subscriptions">' in text
    assert "No Instagram here" not in text


def test_any_field_of_its_page_means_that_it_is_on(as_ada, page, url):
    page.subscribed_fields = ["name"]
    assert 'aria-label="cisco.dogs" form="subscriptions" checked' in as_ada.get(url).text


def test_an_account_nobody_gave_permissions_for_says_so_and_cannot_be_switched_on(as_ada, page, url):
    page.grants[0].instagram_suffices = False
    text = as_ada.get(url).text
    assert "Nobody who logged in has given Instagram&#39;s permissions." in text
    assert 'aria-describedby="instagram-1-reason" form="subscriptions" disabled' in text
    assert 'name="shown"' not in text
    assert "Reconnect<" in text
    page.instagram_problem = "The task MESSAGING is missing."
    assert "The task MESSAGING is missing." in as_ada.get(url).text


def test_a_login_that_ends_soon_says_when_and_who_must_act(as_ada, as_sam, page, url):
    page.grants[0].account.expires_at = ends = utcnow() + timedelta(days=3)
    told = "login ends on " + f"{ends.day} {ends:%b %Y}"
    shown = as_ada.get(url).text
    assert told in shown
    assert "must reconnect before, with Add or Remove Instagram Accounts." in shown
    assert "Reconnect<" in shown
    shown = as_sam.get(url).text
    assert told in shown
    assert "Reconnect<" not in shown


def test_a_login_that_has_instagrams_permissions_for_longer_makes_it_quiet(as_ada, gateway, page, url):
    page.grants[0].account.expires_at = utcnow() + timedelta(days=3)
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", expires_at=utcnow() + timedelta(days=50))
    other = cast.grant(page, marco, instagram_suffices=False)
    assert "login ends on" in as_ada.get(url).text, "his has no permissions for Instagram"
    other.instagram_suffices = True
    db.session.commit()
    assert "login ends on" not in as_ada.get(url).text


def test_why_a_wanted_account_could_not_be_subscribed_again_stands_beside_its_switch(as_ada, page, url):
    page.subscription_error = "Meta does not allow this app to do that."
    assert "Meta does not allow" not in as_ada.get(url).text, "that is about the page alone"
    page.instagram_wanted = True
    assert "Meta does not allow this app to do that." in as_ada.get(url).text


def test_the_columns_sort(as_ada, gateway, page, url):
    cast.page(
        gateway,
        "Books",
        "1081",
        instagram_id="1784",
        instagram_username="zebra.books",
        instagram_name="A to Z",
    )
    for sort, first, second in (
        ("name", "zebra.books", "cisco.dogs"),
        ("username", "cisco.dogs", "zebra.books"),
        ("id", "zebra.books", "cisco.dogs"),
        ("subscription", "cisco.dogs", "zebra.books"),
    ):
        text = as_ada.get(f"{url}?sort={sort}").text
        assert text.index(first) < text.index(second), sort


def test_the_fragment_is_the_list_alone(as_ada, page, url):
    text = as_ada.fragment(url).text
    assert text.lstrip().startswith('<div id="list"')
    assert "No account matches" in as_ada.fragment(f"{url}?q=zebra").text
    assert "cisco.dogs" in as_ada.fragment(f"{url}?q=dogs").text


def test_without_accounts_it_says_what_to_do(as_ada, url):
    assert "Press Add or Remove Instagram Accounts" in as_ada.get(url).text


def test_the_number_of_queries_does_not_grow_with_the_rows(as_ada, gateway, page, url, count_queries):
    with count_queries() as few:
        as_ada.get(url)
    for number in range(1, 20):
        row = cast.page(gateway, f"Page {number}", f"1080{number}", instagram_id=f"178{number}")
        cast.grant(row, page.grants[0].account)
    with count_queries() as many:
        as_ada.get(url)
    assert len(many) == len(few)


def test_a_reader_sees_no_controls(as_sam, gateway, page, url):
    text = as_sam.get(url).text
    assert "cisco.dogs" in text
    assert "Add or Remove" not in text
    assert as_sam.post(f"{url}/refresh").status_code == 403
    assert as_sam.get(f"{url}/connect").status_code == 403


def test_who_may_come_here(visitor, as_gail, as_rita, as_ada, url):
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_gail.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get("/gateways/999/instagram").status_code == 404


def test_the_login_asks_for_instagrams_permissions_and_comes_back_here(as_ada, gateway, meta, url, log_in):
    asked = as_ada.get(f"{url}/connect").headers["Location"]
    assert "instagram_manage_messages" in asked
    meta.granted += ["instagram_basic", "instagram_manage_messages"]
    meta.page("1080", "Dogs", instagram_business_account={"id": "17841", "username": "cisco"})
    log_in(as_ada, gateway, "instagram")
    answer = as_ada.post(f"/gateways/{gateway.id}/logins/2/confirmation")
    assert answer.headers["Location"].startswith(url)
    assert "cisco" in as_ada.get(answer.headers["Location"]).text
