from datetime import timedelta

import pytest

from tests import cast
from webgateway.db import utcnow


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    olena = cast.account(gateway, logged_in_at=utcnow() - timedelta(days=3))
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", token="EAA-secret-of-marco")
    cast.grant(page, olena, dead_since=utcnow(), dead_reason="The password was changed.")
    cast.grant(page, marco, "EAA-secret-of-the-page")
    return page


@pytest.fixture
def url(gateway, page):
    return f"/gateways/{gateway.id}/pages/{page.id}/accounts"


def test_the_dialog_lists_the_newest_first(as_ada, url):
    text = as_ada.fragment(url).text
    assert text.lstrip().startswith("<dialog")
    assert ">Accounts</h2>" in text
    assert 'aria-label="Search"' in text
    assert text.index("Marco Rossi") < text.index("Olena Kovalenko")


def test_it_says_whose_token_works(as_ada, url):
    text = as_ada.fragment(url).text
    assert "Token works" in text
    assert "Token does not work" in text
    assert "The password was changed." in text


def test_it_is_a_page_without_scripts(as_ada, url):
    text = as_ada.get(url).text
    assert "<html" in text
    assert "Marco Rossi" in text


def test_the_search_finds_names(as_ada, url):
    text = as_ada.fragment(f"{url}?q=olen").text
    assert "Olena Kovalenko" in text
    assert "Marco Rossi" not in text
    assert "Nobody matches" in as_ada.fragment(f"{url}?q=zebra").text


def test_the_address_of_the_page_behind_stays(as_ada, url):
    assert as_ada.fragment(url).headers["HX-Push-Url"] == "false"


def test_a_login_that_lacks_rights_says_so(as_ada, url, page):
    page.grants[1].suffices = False
    assert "Lacks rights" in as_ada.fragment(url).text


def test_many_accounts_are_paged(as_ada, gateway, page, url):
    for number in range(30):
        cast.grant(page, cast.account(gateway, f"Person {number:02}", f"9{number:03}"))
    assert "1–20 of 32" in as_ada.fragment(url).text
    assert "21–32 of 32" in as_ada.fragment(f"{url}?page=2").text


def test_a_page_without_accounts_says_what_to_do(as_ada, gateway):
    page = cast.page(gateway, meta_id="108")
    text = as_ada.fragment(f"/gateways/{gateway.id}/pages/{page.id}/accounts").text
    assert "Log in through Facebook with Add or Remove Pages" in text


def test_no_token_is_in_the_page(as_ada, url):
    assert "EAA" not in as_ada.get(url).text


def test_who_may_look(visitor, as_sam, as_gail, as_rita, as_ada, gateway, url):
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_sam.get(url).status_code == 200
    assert as_gail.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get(f"/gateways/{gateway.id}/pages/999/accounts").status_code == 404


def test_a_page_of_another_gateway_or_a_removed_one_is_not_found(as_ada, gateway, page, url):
    other = cast.gateway("Sales", app_id="2")
    assert as_ada.get(f"/gateways/{other.id}/pages/{page.id}/accounts").status_code == 404
    page.removed_at = utcnow()
    assert as_ada.get(url).status_code == 404
