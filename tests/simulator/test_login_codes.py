"""From the dialog's code to a long-lived token (contract 2.3 to 2.7)."""

import pytest

from webgateway.simulator import seed


def test_a_code_becomes_a_short_token_and_that_a_long_one(meta):
    _, answer = meta.redeem(meta.dialog(_sim_user=seed.OLENA)["code"])
    assert answer["expires_in"] == 3600
    pair = {"client_id": seed.APP_ID, "client_secret": seed.APP_SECRET}
    short = answer["access_token"]
    _, longer = meta.get(
        "oauth/access_token", grant_type="fb_exchange_token", fb_exchange_token=short, **pair
    )
    assert longer["expires_in"] == 60 * 86400
    assert meta.get("me", longer["access_token"])[1] == {"id": seed.OLENA_ID, "name": "Olena Kovalenko"}


def test_a_code_works_once(meta):
    code = meta.dialog(_sim_user=seed.OLENA)["code"]
    meta.redeem(code)
    _, answer = meta.redeem(code)
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 36009)


def test_a_code_is_good_for_ten_minutes(meta, here):
    code = meta.dialog(_sim_user=seed.OLENA)["code"]
    here.clock.advance(601)
    assert meta.redeem(code)[1]["error"]["error_subcode"] == 36007


@pytest.mark.parametrize(
    ("changed", "code", "subcode"),
    [
        ({"redirect_uri": "http://127.0.0.1:8000/meta/other"}, 100, 36008),
        ({"client_secret": "wrong"}, 1, None),
        ({"client_id": "1"}, 101, None),
        ({"redirect_uri": ""}, 191, None),
    ],
)
def test_a_code_is_refused_with_its_reason(meta, changed, code, subcode):
    status, answer = meta.redeem(meta.dialog(_sim_user=seed.OLENA)["code"], **changed)
    assert (status, answer["error"]["code"], answer["error"].get("error_subcode")) == (400, code, subcode)


def test_a_code_that_was_never_issued_is_refused(meta):
    assert meta.redeem("garbage")[1]["error"]["code"] == 100


def test_a_short_token_expires_after_an_hour_and_a_page_token_of_a_long_one_never(meta, here):
    short = meta.login()
    page_token = meta.page_token()
    here.clock.advance(3601)
    assert meta.get("me", short)[1]["error"]["error_subcode"] == 463
    here.clock.advance(100 * 86400)
    assert meta.get("me", page_token)[0] == 200


def test_a_page_token_of_a_short_token_dies_with_it(meta, here):
    _, answer = meta.get(seed.PAGE_ID, meta.login(), fields="access_token")
    here.clock.advance(3601)
    assert meta.get("me", answer["access_token"])[1]["error"]["error_subcode"] == 463


def test_debug_token_names_scopes_and_ticked_pages(meta):
    user = meta.long_lived(meta.login(_sim_pages=f"{seed.PAGE_ID},{seed.PAGE_SHARED_ID}"))
    data = meta.get("debug_token", meta.app_token, input_token=user)[1]["data"]
    assert data["is_valid"] is True
    assert (data["type"], data["user_id"], data["app_id"]) == ("USER", seed.OLENA_ID, seed.APP_ID)
    granular = {row["scope"]: row.get("target_ids") for row in data["granular_scopes"]}
    assert granular["pages_messaging"] == [seed.PAGE_ID, seed.PAGE_SHARED_ID]


def test_debug_token_leaves_out_target_ids_for_all_current_and_future_pages(meta):
    user = meta.login(_sim_pages="all")
    data = meta.get("debug_token", meta.app_token, input_token=user)[1]["data"]
    assert {"scope": "pages_messaging"} in data["granular_scopes"]


def test_debug_token_tells_a_page_token_and_its_page(meta):
    data = meta.get("debug_token", meta.app_token, input_token=meta.page_token())[1]["data"]
    assert (data["type"], data["profile_id"], data["expires_at"]) == ("PAGE", seed.PAGE_ID, 0)


def test_debug_token_answers_200_for_a_dead_token(meta, here):
    short = meta.login()
    here.clock.advance(3601)
    status, answer = meta.get("debug_token", meta.app_token, input_token=short)
    assert status == 200
    assert answer["data"]["is_valid"] is False
    assert answer["data"]["error"]["subcode"] == 463


def test_permissions_show_what_was_declined(meta):
    token = meta.login(_sim_answer="partial")
    rows = {row["permission"]: row["status"] for row in meta.get("me/permissions", token)[1]["data"]}
    assert rows["pages_messaging"] == "declined"
    assert rows["pages_show_list"] == "granted"


def test_removing_all_permissions_kills_every_token_of_the_person(meta):
    token, page_token = meta.login(), meta.page_token()
    assert meta.delete("me/permissions", token)[1] == {"success": True}
    for dead in (token, page_token):
        assert meta.get("me", dead)[1]["error"]["error_subcode"] == 458
    meta.login()
    assert meta.get("me", token)[1]["error"]["error_subcode"] == 458


def test_removing_one_permission_leaves_the_others(meta):
    token = meta.login()
    meta.delete("me/permissions/pages_messaging", token)
    rows = {row["permission"]: row["status"] for row in meta.get("me/permissions", token)[1]["data"]}
    assert (rows["pages_messaging"], rows["pages_show_list"]) == ("declined", "granted")


def test_a_lost_role_kills_the_page_token_with_492(meta, here):
    token = meta.page_token()
    del here.world.users[seed.OLENA].tasks[seed.PAGE_ID]
    assert meta.get("me", token)[1]["error"]["error_subcode"] == 492


def test_an_unticked_page_loses_its_token_and_its_subscription(meta, here, connected):
    meta.login(_sim_pages=seed.PAGE_SHARED_ID)
    assert meta.get("me", connected)[1]["error"]["code"] == 190
    assert f"{seed.APP_ID}:{seed.PAGE_ID}" not in here.world.page_subscriptions
