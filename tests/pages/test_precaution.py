"""The step before Facebook's window: what must stay ticked."""

import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def olena(gateway):
    return cast.account(gateway)


@pytest.fixture
def dogs(gateway, olena):
    """Covered by Olena alone."""
    page = cast.page(gateway, "Cisco Dogs", "1080", instagram_id="17841", instagram_username="cisco")
    cast.grant(page, olena)
    return page


@pytest.fixture
def books(gateway, olena):
    """Covered by Olena and Marco."""
    page = cast.page(gateway, "Blue Door Books", "1081")
    cast.grant(page, olena)
    cast.grant(page, cast.account(gateway, "Marco Rossi", "4705278912843592"))
    return page


def step(client, gateway, tab="pages", query="", part=False):
    ask = client.fragment if part else client.get
    return ask(f"/gateways/{gateway.id}/{tab}/login{query}")


def row(text, page):
    return text.partition(f'id="staying-{page.id}"')[2].partition("</li>")[0]


def test_every_connected_page_is_named_with_id_picture_and_instagram_account(as_ada, gateway, dogs, books):
    dogs.picture_url = "https://scontent.fbcdn.net/dogs.png"
    db.session.commit()
    text = step(as_ada, gateway).text
    assert "Cisco Dogs" in row(text, dogs)
    assert "1080" in row(text, dogs)
    assert "https://scontent.fbcdn.net/dogs.png" in row(text, dogs)
    assert "Instagram: cisco" in row(text, dogs)
    assert "Blue Door Books" in row(text, books)


def test_who_covers_a_page_and_what_becomes_of_it_is_said(as_ada, gateway, dogs, books):
    text = step(as_ada, gateway).text
    assert "lost if Olena Kovalenko logs in and leaves it out" in row(text, dogs)
    assert "Through Marco Rossi and Olena Kovalenko: stays if one of them leaves it out" in row(text, books)


def test_a_page_whose_logins_are_dead_asks_to_be_ticked(as_ada, gateway, dogs):
    dogs.grants[0].dead_since = utcnow()
    assert "Tick it to connect it again" in row(step(as_ada, gateway).text, dogs)


def test_a_login_that_died_keeps_nothing(as_ada, gateway, books):
    books.grants[1].account.dead_since = utcnow()
    assert "lost if Olena Kovalenko logs in" in row(step(as_ada, gateway).text, books)


def test_each_person_is_told_how_much_hangs_on_their_login_alone(as_ada, gateway, dogs, books):
    text = step(as_ada, gateway).text
    assert "2 pages, 1 through this login alone" in text
    assert '<li>Marco Rossi<span class="soft">1 page</span></li>' in text
    assert "pages of other people stay" in text


def test_the_way_through_facebooks_window_is_told_in_words(as_ada, gateway, dogs):
    text = step(as_ada, gateway).text
    assert "Edit previous settings" in text
    assert f'href="/gateways/{gateway.id}/pages/connect" data-popup>Continue to Facebook' in text


def test_a_part_of_the_page_is_a_dialog_and_the_address_stays(as_ada, gateway, dogs):
    answer = step(as_ada, gateway, part=True)
    assert answer.text.lstrip().startswith("<dialog")
    assert "<html" not in answer.text
    assert answer.headers["HX-Push-Url"] == "false"
    assert "Continue to Facebook" in answer.text


def test_the_button_opens_the_step_when_a_page_is_connected_and_facebook_when_none_is(as_ada, gateway):
    direct = f'href="/gateways/{gateway.id}/pages/connect" data-popup'
    first = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert direct in first
    cast.page(gateway)
    then = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert direct not in then
    assert f'href="/gateways/{gateway.id}/pages/login" hx-get="/gateways/{gateway.id}/pages/login"' in then
    nothing_found = as_ada.get(f"/gateways/{gateway.id}/pages?q=zebra").text
    assert f'href="/gateways/{gateway.id}/pages/login"' in nothing_found


def test_instagrams_button_does_the_same(as_ada, gateway):
    direct = f'href="/gateways/{gateway.id}/instagram/connect" data-popup'
    assert direct in as_ada.get(f"/gateways/{gateway.id}/instagram").text
    cast.page(gateway)
    then = as_ada.get(f"/gateways/{gateway.id}/instagram").text
    assert f'href="/gateways/{gateway.id}/instagram/login"' in then
    text = step(as_ada, gateway, "instagram").text
    assert "pages and Instagram accounts" in text
    assert f'href="/gateways/{gateway.id}/instagram/connect" data-popup>Continue to Facebook' in text


def test_with_no_page_connected_the_step_leads_straight_on(as_ada, gateway):
    cast.page(gateway, "Gone", removed_at=utcnow())
    cast.page(cast.gateway("Sales", app_id="2"), "Elsewhere", "1099")
    answer = step(as_ada, gateway)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/gateways/{gateway.id}/pages/connect"
    assert "Nothing can be lost" in step(as_ada, gateway, part=True).text


def test_reconnecting_names_the_page(as_ada, gateway, dogs, books):
    text = step(as_ada, gateway, query=f"?reconnect={dogs.id}").text
    assert "You reconnect Cisco Dogs" in text
    assert f"/pages/connect?reconnect={dogs.id}" in text
    dogs.grants[0].dead_since = utcnow()
    register = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert f'href="/gateways/{gateway.id}/pages/login?reconnect={dogs.id}"' in register


def test_hundreds_of_pages_are_searched_and_paged(as_ada, gateway, olena, count_queries):
    def queries():
        with count_queries() as asked:
            text = step(as_ada, gateway).text
        return len(asked), text

    cast.grant(cast.page(gateway, "Shop 000", "3000"), olena)
    few, _ = queries()
    for number in range(1, 60):
        cast.grant(cast.page(gateway, f"Shop {number:03}", f"3{number:03}"), olena)
    many, text = queries()
    assert many == few
    assert text.count('<li id="staying-') == 20
    assert "1–20 of 60" in text
    assert "60 pages, all through this login alone" in text
    found = step(as_ada, gateway, query="?q=Shop+059").text
    assert found.count('<li id="staying-') == 1
    assert "No page matches" in step(as_ada, gateway, query="?q=zebra").text


def test_who_may_come_here(visitor, as_sam, as_rita, as_ada, gateway, dogs):
    elsewhere = cast.page(cast.gateway("Sales", app_id="2"), "Elsewhere", "1099")
    for tab in ("pages", "instagram"):
        assert step(visitor, gateway, tab).headers["Location"].startswith("/login")
        assert step(as_sam, gateway, tab).status_code == 403
        assert step(as_rita, gateway, tab).status_code == 404
    assert as_ada.get("/gateways/999/pages/login").status_code == 404
    assert step(as_ada, gateway, query=f"?reconnect={elsewhere.id}").status_code == 404
    assert step(as_ada, gateway, query="?reconnect=zebra").status_code == 200
