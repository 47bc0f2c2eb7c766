"""Finding pages: /me/accounts, business portfolios, single pages (contract 3.1 to 3.3)."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from webgateway.simulator import seed


def every_page(meta, client, token, **query):
    found = []
    _, answer = meta.get("me/accounts", token, **query)
    while True:
        found += answer["data"]
        following = answer.get("paging", {}).get("next")
        if not following:
            return found
        answer = json.loads(client.get(following).data)


def test_pages_come_25_at_a_time_and_next_leads_to_the_rest(meta, client):
    token = meta.login()
    _, first = meta.get("me/accounts", token)
    assert len(first["data"]) == 25
    assert parse_qs(urlsplit(first["paging"]["next"]).query)["access_token"] == [token]
    ids = [row["id"] for row in every_page(meta, client, token)]
    assert ids == [*seed.PAGE_IDS, seed.PAGE_PORTFOLIO_ID]


def test_a_page_of_results_holds_at_most_a_hundred(meta, client):
    client.post("/_sim/seed", json={"pages": 1000})
    token = meta.login()
    assert len(meta.get("me/accounts", token, limit=500, fields="id")[1]["data"]) == 100
    assert len(every_page(meta, client, token, limit=100, fields="id")) == 1001


def test_without_fields_a_row_holds_the_documented_six(meta):
    row = meta.get("me/accounts", meta.login(), limit=1)[1]["data"][0]
    assert set(row) == {"access_token", "category", "category_list", "name", "id", "tasks"}


def test_only_ticked_pages_are_listed(meta, client):
    token = meta.login(_sim_pages=seed.PAGE_SHARED_ID)
    assert [row["id"] for row in every_page(meta, client, token)] == [seed.PAGE_SHARED_ID]


def test_without_business_management_the_portfolio_page_is_missing_but_readable(meta, client):
    token = meta.login(scope="pages_show_list,pages_messaging")
    assert seed.PAGE_PORTFOLIO_ID not in [row["id"] for row in every_page(meta, client, token)]
    _, page = meta.get(seed.PAGE_PORTFOLIO_ID, token, fields="id,name,access_token")
    assert page["access_token"]


def test_without_pages_show_list_the_list_is_empty_not_an_error(meta):
    assert meta.get("me/accounts", meta.login(scope="pages_messaging"))[1] == {"data": []}


def test_a_newcomer_has_no_pages(meta):
    assert meta.get("me/accounts", meta.login(seed.ADA))[1] == {"data": []}


def test_tasks_tell_a_page_without_messaging(meta, client):
    rows = {row["id"]: row["tasks"] for row in every_page(meta, client, meta.login())}
    assert "MESSAGING" not in rows[seed.PAGE_NO_MESSAGING_ID]
    assert "MESSAGING" in rows[seed.PAGE_ID]


def test_subfields_and_instagram_are_expanded(meta):
    fields = "id,picture.type(large){url,width},instagram_business_account{id,username}"
    _, page = meta.get(seed.PAGE_INSTAGRAM_ID, meta.login(), fields=fields)
    assert page["instagram_business_account"] == {"id": seed.INSTAGRAM_ID, "username": "harbour.coffee"}
    assert set(page["picture"]["data"]) == {"url", "width"}
    assert page["picture"]["data"]["width"] == 200


def test_instagram_is_left_out_without_its_permission(meta):
    token = meta.login(scope="pages_show_list")
    assert meta.get(seed.PAGE_INSTAGRAM_ID, token, fields="id,instagram_business_account")[1] == {
        "id": seed.PAGE_INSTAGRAM_ID
    }


def test_an_unknown_field_fails_the_whole_call(meta):
    status, answer = meta.get(seed.PAGE_ID, meta.login(), fields="id,nonsense")
    assert status == 400
    assert (
        answer["error"]["message"]
        == "(#100) Tried accessing nonexisting field (nonsense) on node type (Page)"
    )


def test_a_page_outside_the_grant_does_not_exist(meta):
    _, answer = meta.get(seed.PAGE_ID, meta.login(_sim_pages=seed.PAGE_SHARED_ID))
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 33)


def test_portfolios_list_their_pages(meta):
    token = meta.login()
    assert meta.get("me/businesses", token)[1]["data"] == [
        {"id": seed.BUSINESS_ID, "name": "Northwind Group"}
    ]
    _, owned = meta.get(f"{seed.BUSINESS_ID}/owned_pages", token, fields="id,name,access_token,tasks")
    assert [row["id"] for row in owned["data"]] == [seed.PAGE_PORTFOLIO_ID]
    assert meta.get(f"{seed.BUSINESS_ID}/client_pages", token)[1] == {"data": []}


def test_portfolios_want_business_management(meta):
    status, answer = meta.get("me/businesses", meta.login(scope="pages_show_list"))
    assert (status, answer["error"]["code"]) == (403, 200)


@pytest.mark.parametrize("token", ["", "EAAgarbage"])
def test_me_wants_a_token(meta, token):
    _, answer = meta.get("me", token)
    assert answer["error"]["code"] == (190 if token else 2500)


def test_a_picture_is_a_redirect_or_its_description(meta, client):
    token = meta.page_token()
    answer = client.get(f"/v26.0/{seed.PAGE_ID}/picture?access_token={token}")
    assert answer.status_code == 302
    picture = client.get(urlsplit(answer.location).path)
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    _, described = meta.get(f"{seed.PAGE_ID}/picture", token, redirect="0")
    assert described["data"]["url"].endswith(".png")


def test_me_with_a_page_token_is_the_page(meta):
    assert meta.get("me", meta.page_token(), fields="id,name")[1] == {
        "id": seed.PAGE_ID,
        "name": "Acme Bakery",
    }


def test_the_instagram_account_can_be_read(meta):
    _, answer = meta.get(seed.INSTAGRAM_ID, meta.login(), fields="id,username,profile_picture_url")
    assert answer["username"] == "harbour.coffee"


def test_an_empty_page_of_results_with_a_next_leads_on(meta, client):
    token = meta.login()
    meta.fault("paging_empty_with_next", count=1)
    assert len(every_page(meta, client, token)) == 31
