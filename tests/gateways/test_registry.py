"""The registry of chat gateways."""

import re

import pytest

from tests import cast
from webgateway import listing
from webgateway.db import db
from webgateway.gateways.models import Gateway


@pytest.fixture
def support(app):
    return cast.gateway("Support", flow=cast.flow("Welcome"))


def names(answer):
    return re.findall(r'<a href="/gateways/\d+">([^<]+)</a>', answer.text)


def three():
    cast.gateway("bravo", app_id="1", flow=cast.flow("Zulu"), enabled=False)
    cast.gateway("Alpha", app_id="2")
    cast.gateway("Charlie", app_id="3", flow=cast.flow("Mike"), enabled=False)


def test_the_registry_shows_name_uri_flow_provider_and_state(as_ada, support):
    answer = as_ada.get("/gateways/")
    assert answer.status_code == 200
    assert "<h1>Chat gateways</h1>" in answer.text
    for shown in ("Support", f"http://localhost/meta/{support.uri}", "Welcome", "Meta"):
        assert shown in answer.text
    assert 'role="switch" aria-checked="true" aria-label="Support"' in answer.text


def test_a_fragment_is_the_list_alone(as_ada, support):
    answer = as_ada.fragment("/gateways/")
    assert "Support" in answer.text
    assert "<html" not in answer.text


def test_without_gateways_the_list_says_what_to_do(as_ada):
    assert "No chat gateways yet" in as_ada.get("/gateways/").text
    assert "Nothing matches the search" in as_ada.get("/gateways/?q=x").text


def test_of_many_that_are_found_the_first_are_counted(as_ada, monkeypatch):
    for number in range(6):
        cast.gateway(f"Shop {number}", app_id=str(7000 + number))
    monkeypatch.setattr(listing, "FOUND", 4)
    answer = as_ada.get("/gateways/?q=shop")
    assert "1–4 of more than 4" in answer.text
    assert names(answer) == ["Shop 0", "Shop 1", "Shop 2", "Shop 3"]


@pytest.mark.parametrize("searched", ["suPP", "1029384", "uri part", "whole uri"])
def test_search_finds_by_name_uri_and_app_id(as_ada, support, searched):
    cast.gateway("Other", app_id="777")
    searched = {"uri part": support.uri[3:12], "whole uri": support.public_uri}.get(searched, searched)
    assert names(as_ada.get("/gateways/", query_string={"q": searched})) == ["Support"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "Alpha"), ("-name", "Charlie"), ("flow", "Alpha"), ("-flow", "bravo"), ("-state", "Alpha"),
     ("created", "bravo"), ("-created", "Charlie")],
)  # fmt: skip
def test_the_list_is_sorted_as_asked(as_ada, sort, first):
    three()
    assert names(as_ada.get(f"/gateways/?sort={sort}"))[0] == first


def test_pages_are_cut_with_totals(as_ada):
    for number in range(25):
        cast.gateway(f"Branch {number:02}", app_id=str(5000 + number))
    second = as_ada.get("/gateways/?page=2")
    assert names(second) == [f"Branch {number}" for number in range(20, 25)]
    assert "21–25 of 25" in second.text


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_all_pages_together_are_the_whole_list_in_its_order(as_ada, sort):
    for number in range(23):
        cast.gateway(f"Branch {number:02}", app_id=str(5000 + number))
    pages = [names(as_ada.get(f"/gateways/?size=5&sort={sort}&page={page}")) for page in range(1, 6)]
    whole = sorted(f"Branch {number:02}" for number in range(23))
    assert [name for page in pages for name in page] == (whole if sort == "name" else whole[::-1])


@pytest.mark.parametrize(
    ("size", "shown"), [("2", ["Alpha", "bravo"]), ("0", None), ("-1", None), ("x", None), ("5000", None)]
)
def test_a_page_is_as_long_as_asked_within_reason(as_ada, size, shown):
    three()
    assert names(as_ada.get(f"/gateways/?size={size}")) == (shown or ["Alpha", "bravo", "Charlie"])


def test_a_short_page_has_a_next_one(as_ada):
    three()
    assert names(as_ada.get("/gateways/?size=2&page=2")) == ["Charlie"]
    assert "3–3 of 3" in as_ada.get("/gateways/?size=2&page=2").text
    assert "/gateways/?page=2&amp;size=2" in as_ada.get("/gateways/?size=2").text


def test_queries_do_not_grow_with_the_rows(as_ada, count_queries):
    counts = []
    for start in (0, 15):
        for number in range(start, start + 3 if not start else 20):
            cast.gateway(f"Branch {number}", app_id=str(5000 + number), flow=cast.flow(f"Flow {number}"))
        with count_queries() as queries:
            as_ada.get("/gateways/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_trouble_is_shown_under_the_name(as_ada):
    cast.gateway("New", credentials="unverified", webhook="unknown", api_version="v19.0", app_id="1")
    cast.gateway("Bad", credentials="refused", webhook="refused", webhook_error="Meta refused.", app_id="2")
    shown = as_ada.get("/gateways/").text
    for badge in ("Not verified", "v19.0 expired", "Secret refused", "Webhook not registered"):
        assert badge in shown


def test_strangers_gateways_are_not_listed(as_rita, support):
    assert "Support" not in as_rita.get("/gateways/").text


def test_deleted_gateways_are_not_listed(as_ada, support):
    support.deleted_at = support.created_at
    assert "Support" not in as_ada.get("/gateways/").text


def test_who_may_only_read_is_offered_nothing_to_change(as_sam, support):
    shown = as_sam.get("/gateways/").text
    assert "Support" in shown
    assert re.search(r'aria-label="Support"\s+disabled', shown)
    for offered in ("/gateways/new", "Delete", "data-select", ">Edit<"):
        assert offered not in shown


def test_the_registry_needs_sign_in_and_the_right(visitor, as_gail):
    assert visitor.get("/gateways/").status_code == 302
    assert "/login" in visitor.get("/gateways/").location
    assert as_gail.get("/gateways/").status_code == 403


def test_no_secret_reaches_the_list(as_ada, support):
    assert cast.APP_SECRET not in as_ada.get("/gateways/").text
    assert db.session.get(Gateway, support.id).verify_token not in as_ada.get("/gateways/").text
