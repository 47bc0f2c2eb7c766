"""A login for one page: to reconnect it, or to bring it back after it was removed."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from tests import cast
from webgateway.db import db, utcnow
from webgateway.meta.pages import MESSENGER_FIELDS
from webgateway.pages.models import Login, Page
from webgateway.pages.removal import remove


@pytest.fixture
def reconnect(as_ada, gateway, come_back):
    """Press Reconnect beside a page, go through Facebook; the result page."""

    def press(page):
        url = f"/gateways/{gateway.id}/pages/connect?reconnect={page.id}"
        state = parse_qs(urlsplit(as_ada.get(url).headers["Location"]).query)["state"][0]
        return come_back(as_ada, f"/meta/{gateway.uri}", code="AQD", state=state).text

    return press


@pytest.fixture
def pages(as_ada, gateway, meta, log_in):
    """Cisco Dogs and Blue Door Books, both on, through Olena's login."""
    for page_id, name in (("1080", "Cisco Dogs"), ("1081", "Blue Door Books")):
        meta.page(page_id, name)
        meta.subscriptions[page_id] = ["messages"]
    log_in(as_ada, gateway)
    return list(db.session.scalars(select(Page).order_by(Page.meta_id)))


@pytest.fixture
def books(pages):
    return pages[1]


def ok(client, gateway, **data):
    login = db.session.scalars(select(Login).order_by(Login.id.desc())).first()
    return client.post(f"/gateways/{gateway.id}/logins/{login.id}/confirmation", data=data)


def test_a_login_that_leaves_out_the_very_page_says_so(reconnect, gateway, meta, books):
    books.grants[0].dead_since = utcnow()
    del meta.pages["1081"]
    text = reconnect(books)
    assert "<h1>Blue Door Books was left out</h1>" in text
    assert "Blue Door Books is not reconnected" in text
    assert f'/pages/connect?reconnect={books.id}">Log in again' in text


def test_the_page_that_should_be_reconnected_is_not_ticked_for_removal(reconnect, meta, pages, books):
    meta.page("1082", "Cat Shelter")
    meta.pages.pop("1080")
    meta.pages.pop("1081")
    text = reconnect(books)
    assert f'name="remove" value="{pages[0].id}" checked' in text
    assert f'name="remove" value="{books.id}">' in text


def test_a_login_that_brings_the_page_warns_of_nothing(reconnect, meta, books):
    books.grants[0].dead_since = utcnow()
    assert "left out" not in reconnect(books)
    assert books.grants[0].works


def test_a_page_that_came_without_a_token_was_left_out_too(reconnect, meta, books):
    del meta.pages["1081"]["access_token"]
    text = reconnect(books)
    assert "Blue Door Books was left out" in text
    assert "may not act for this page" in text


def test_an_ordinary_login_warns_of_no_page(as_ada, gateway, meta, log_in, books):
    del meta.pages["1081"]
    assert "left out" not in log_in(as_ada, gateway).text


def test_a_login_brings_a_removed_page_back_with_its_subscription(as_ada, gateway, meta, reconnect, books):
    remove(gateway, [books], "Ada")
    text = reconnect(books)
    assert "its conversations go on, and OK switches on what was on" in text
    assert books.removed_at is None
    assert "1081" not in meta.subscriptions, "not before OK"
    answer = ok(as_ada, gateway)
    assert meta.subscriptions["1081"] == list(MESSENGER_FIELDS)
    assert books.subscribed
    assert "1 page brought back." in as_ada.get(answer.headers["Location"]).text


def test_a_login_for_nothing_in_particular_subscribes_nothing(as_ada, gateway, meta, log_in, books):
    remove(gateway, [books], "Ada")
    text = log_in(as_ada, gateway).text
    assert "It was here before: its conversations go on." in text
    ok(as_ada, gateway)
    assert books.removed_at is None
    assert "1081" not in meta.subscriptions


def test_a_removed_page_that_the_login_leaves_out_stays_removed(reconnect, gateway, meta, books):
    remove(gateway, [books], "Ada")
    del meta.pages["1081"]
    assert "Blue Door Books is still removed" in reconnect(books)
    assert books.removed_at is not None


def test_who_else_covered_a_removed_page_does_not_come_back_with_it(as_ada, gateway, meta, log_in, books):
    cast.grant(books, cast.account(gateway, "Marco Rossi", "4705278912843592"), "EAA-marco")
    remove(gateway, [books], "Ada")
    log_in(as_ada, gateway)
    assert [grant.account.name for grant in books.grants] == ["Olena Kovalenko"]


def test_a_page_of_another_gateway_or_tenant_cannot_be_named(as_ada, as_rita, gateway, books):
    other = cast.page(cast.gateway("Sales", app_id="2"), "Elsewhere", "1099")
    rivals = cast.gateway("Rival desk", tenant=cast.tenant("Rival"), app_id="3")
    assert as_ada.get(f"/gateways/{gateway.id}/pages/connect?reconnect={other.id}").status_code == 404
    assert as_rita.get(f"/gateways/{rivals.id}/pages/connect?reconnect={books.id}").status_code == 404
    assert len(db.session.scalars(select(Login)).all()) == 1
