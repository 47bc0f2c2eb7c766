"""How tokens die, what each call then says, and that debug_token says the same (contract 2.4, 2.5, 13.5)."""

import pytest

from webgateway.simulator import seed

PAGE = seed.PAGE_ID


def die(meta, how, user=seed.OLENA, **more):
    assert meta.client.post("/_sim/token-deaths", json={"user": user, "how": how} | more).status_code == 200


def failure(answer):
    error = answer[1].get("error", {})
    return error.get("code"), error.get("error_subcode")


def debugged(meta, token):
    return meta.get("debug_token", meta.app_token, input_token=token)[1]["data"]


@pytest.fixture
def user_token(meta):
    return meta.long_lived(meta.login())


@pytest.fixture
def token(meta, user_token):
    return meta.get(PAGE, user_token, fields="access_token")[1]["access_token"]


@pytest.mark.parametrize(
    ("how", "subcode"),
    [
        ("expired", 463),
        ("password_changed", 460),
        ("logged_out", 467),
        ("app_removed", 458),
        ("checkpoint", 459),
        ("unconfirmed", 464),
    ],
)
def test_every_token_of_the_person_dies_and_debug_token_says_so(meta, user_token, token, how, subcode):
    die(meta, how)
    for value in (user_token, token):
        assert failure(meta.get("me", value)) == (190, subcode)
        told = debugged(meta, value)
        assert (told["is_valid"], told["error"]["code"], told["error"]["subcode"]) == (False, 190, subcode)
        assert told["scopes"] == []
    assert failure(meta.send(token, text="x")) == (190, subcode)


def test_the_tokens_of_others_go_on(meta, token):
    marcos = meta.page_token(PAGE, seed.MARCO)
    die(meta, "password_changed")
    assert meta.get("me", marcos)[0] == 200
    assert meta.get("me", meta.login())[0] == 200


def test_one_app_may_lose_its_sessions_alone(meta, user_token):
    die(meta, "expired", app=seed.OTHER_APP_ID)
    assert meta.get("me", user_token)[0] == 200
    die(meta, "expired", app=seed.APP_ID)
    assert failure(meta.get("me", user_token)) == (190, 463)


def test_a_lost_role_kills_the_tokens_of_that_page_only(meta, user_token, token, connected):
    other = meta.get(seed.PAGE_SHARED_ID, user_token, fields="access_token")[1]["access_token"]
    die(meta, "not_admin", page=PAGE)
    assert failure(meta.get("me", token)) == (190, 492)
    assert debugged(meta, token)["error"]["subcode"] == 492
    assert meta.get("me", other)[0] == 200
    ids = {row["id"] for row in meta.get("me/accounts", user_token, limit=100)[1]["data"]}
    assert PAGE not in ids
    assert seed.PAGE_SHARED_ID in ids


def test_a_page_without_administrators_is_no_longer_subscribed(meta, here, connected):
    assert here.world.page_subscriptions
    die(meta, "not_admin", page=PAGE)
    assert not here.world.page_subscriptions


def test_a_role_is_given_back(meta, client, token):
    die(meta, "not_admin")
    assert failure(meta.get("me", token)) == (190, 492)
    client.delete("/_sim/token-deaths", json={"user": seed.OLENA})
    assert meta.get("me", token)[0] == 200


def test_a_portfolio_role_is_taken_and_given_back(meta, client, here):
    die(meta, "not_admin", page=seed.PAGE_PORTFOLIO_ID)
    assert not here.world.tasks(seed.OLENA, seed.PAGE_PORTFOLIO_ID)
    client.delete("/_sim/token-deaths", json={"user": seed.OLENA})
    assert "MESSAGING" in here.world.tasks(seed.OLENA, seed.PAGE_PORTFOLIO_ID)


def test_a_permission_taken_back_refuses_the_call_and_leaves_the_token_alive(meta, token):
    meta.say("Hello")
    die(meta, "permission_lost", permission="pages_messaging")
    assert failure(meta.send(token, text="x")) == (200, None)
    told = debugged(meta, token)
    assert told["is_valid"]
    assert "pages_messaging" not in told["scopes"]


def test_on_instagram_a_missing_permission_is_code_10(meta):
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    token = meta.page_token(seed.PAGE_INSTAGRAM_ID)
    die(meta, "permission_lost", permission="instagram_manage_messages")
    to = {"person": seed.LUCIA, "page": seed.INSTAGRAM_ID}
    assert failure(meta.send(token, text="x", **to)) == (10, None)


def test_without_the_permission_for_messages_the_page_is_no_longer_subscribed(meta, here, connected):
    die(meta, "permission_lost", permission="business_management")
    assert here.world.page_subscriptions
    die(meta, "permission_lost", permission="pages_messaging")
    assert not here.world.page_subscriptions


def test_expired_data_access_closes_the_persons_data_and_not_the_page(meta, user_token, token, here):
    die(meta, "data_access_expired")
    assert failure(meta.get("me/accounts", user_token)) == (190, 493)
    assert meta.get(PAGE, token)[0] == 200
    told = debugged(meta, user_token)
    assert told["is_valid"]
    assert told["data_access_expires_at"] < here.clock.now()
    meta.login()
    assert meta.get("me/accounts", user_token)[0] == 200


def test_who_logs_in_has_passed_the_checkpoint(meta, user_token):
    die(meta, "checkpoint")
    assert failure(meta.get("me", user_token)) == (190, 459)
    assert meta.get("me", meta.login())[0] == 200


def test_a_fault_that_kills_tokens_shows_in_debug_token_too(meta, token):
    meta.fault("logged_out")
    assert failure(meta.get("me", token)) == (190, 467)
    assert debugged(meta, token)["error"]["subcode"] == 467


def test_a_fault_that_happens_once_leaves_the_token_alive(meta, token):
    meta.fault("token_expired", count=1)
    assert debugged(meta, token)["is_valid"]
    assert failure(meta.get("me", token)) == (190, 463)


def test_all_tokens_can_be_looked_at(meta, client, token):
    die(meta, "password_changed")
    rows = client.get("/_sim/tokens.json").get_json()
    assert {(row["type"], row["subcode"]) for row in rows} == {("USER", 460), ("PAGE", 460)}
    assert token not in str(rows)


@pytest.mark.parametrize(
    ("asked", "status"), [({"user": "olena", "how": "boredom"}, 400), ({"user": "x"}, 404)]
)
def test_an_unknown_death_or_person_is_refused(client, asked, status):
    assert client.post("/_sim/token-deaths", json=asked).status_code == status


def test_the_panel_shows_and_steers_it(meta, client, token):
    who = f"/_sim/pages/people/{seed.OLENA}"
    assert client.post(f"{who}/death", data={"how": "not_admin", "page": PAGE}).status_code == 303
    text = client.get("/_sim/pages/").text
    assert "1 dead with 492" in text
    assert "Lost the role on 1 page" in text
    client.post(f"{who}/recovery")
    assert "Lost the role" not in client.get("/_sim/pages/").text
    assert client.post(f"{who}/death", data={"how": "boredom"}).status_code == 404
