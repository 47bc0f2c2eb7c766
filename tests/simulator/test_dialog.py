"""The login dialog, screen by screen (contract 2.1, 2.2, 2.6)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.simulator.conftest import ALL, BACK
from webgateway.simulator import seed


def address(**query):
    asked = {"client_id": seed.APP_ID, "redirect_uri": BACK, "state": "S", "scope": ALL} | query
    return "/v26.0/dialog/oauth?" + urlencode(asked)


def back(answer):
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def test_the_three_screens_lead_back_with_code_and_state(client, here):
    page = client.get(address()).text
    assert "Continue as Olena Kovalenko" in page
    assert "Simulated Facebook" in page
    page = client.post(address(), data={"person": seed.OLENA}).text
    assert page.count('type="checkbox" name="page"') == 31
    assert "@harbour.coffee" in page
    form = {
        "person": seed.OLENA,
        "page": [seed.PAGE_ID, seed.PAGE_INSTAGRAM_ID],
        "instagram": seed.INSTAGRAM_ID,
    }
    page = client.post(address(), data=form | {"step": "pages"}).text
    assert "pages_messaging" in page
    answer = client.post(address(), data=form | {"step": "permissions", "permission": ["pages_show_list"]})
    assert back(answer)["state"] == "S"
    assert answer.location.startswith(BACK + "?code=AQD")
    grant = here.world.grants[f"{seed.APP_ID}:{seed.OLENA}"]
    assert grant.pages == [seed.PAGE_ID, seed.PAGE_INSTAGRAM_ID]
    assert grant.instagram == [seed.INSTAGRAM_ID]
    assert grant.permissions["pages_show_list"] == "granted"
    assert grant.permissions["pages_messaging"] == "declined"


@pytest.mark.parametrize(
    "step", [{}, {"person": seed.OLENA, "step": "pages"}, {"person": seed.OLENA, "step": "permissions"}]
)
def test_cancel_leads_back_with_the_denial_from_every_screen(client, here, step):
    query = back(client.post(address(), data=step | {"answer": "cancel"}))
    assert query["error"] == "access_denied"
    assert query["error_reason"] == "user_denied"
    assert query["state"] == "S"
    assert here.world.grants == {}


def test_what_was_granted_before_is_ticked(meta, client):
    meta.login(_sim_pages=seed.PAGE_SHARED_ID)
    page = client.post(address(), data={"person": seed.OLENA}).text
    assert f'value="{seed.PAGE_SHARED_ID}" checked' in page
    assert f'value="{seed.PAGE_ID}" checked' not in page


def test_select_all_ticks_every_page(client):
    page = client.post(address(), data={"person": seed.OLENA, "step": "pages", "tick": "all"}).text
    assert page.count(" checked") == 32


def test_a_declined_permission_is_asked_again_only_on_rerequest(meta, client):
    meta.login(_sim_answer="partial")
    form = {"person": seed.OLENA, "step": "pages", "page": seed.PAGE_ID}
    assert 'value="pages_messaging"' not in client.post(address(), data=form).text
    assert 'value="pages_messaging"' in client.post(address(auth_type="rerequest"), data=form).text


def test_with_a_configuration_all_permissions_are_granted_together(client, here):
    form = {"person": seed.OLENA, "step": "permissions", "page": seed.PAGE_ID}
    client.post(address(config_id="77", scope=""), data=form)
    permissions = here.world.grants[f"{seed.APP_ID}:{seed.OLENA}"].permissions
    assert permissions["pages_messaging"] == permissions["business_management"] == "granted"


def test_instagram_accounts_are_offered_only_when_asked_for(client):
    page = client.post(address(scope="pages_show_list"), data={"person": seed.OLENA}).text
    assert "@harbour.coffee" not in page


def test_a_newcomer_is_told_that_there_are_no_pages(client):
    assert "do not manage any Page" in client.post(address(), data={"person": seed.ADA}).text


@pytest.mark.parametrize("redirect_uri", ["https://evil.example/x", "", "javascript:alert(1)"])
def test_a_foreign_redirect_is_blocked_without_a_way_back(client, redirect_uri):
    answer = client.get(address(redirect_uri=redirect_uri))
    assert answer.status_code == 200
    assert "URL Blocked" in answer.text


def test_a_registered_redirect_must_match_exactly(client):
    client.post("/_sim/app", json={"redirect_uris": ["https://gw.example/meta/x"]})
    assert "Continue as" in client.get(address(redirect_uri="https://gw.example/meta/x")).text
    assert "URL Blocked" in client.get(address(redirect_uri="https://gw.example/meta/x?y=1")).text


def test_loopback_is_refused_for_live_apps_and_in_strict_mode(client, here):
    here.settings.strict_redirects = True
    assert "URL Blocked" in client.get(address()).text
    here.settings.strict_redirects = False
    here.world.apps[seed.APP_ID].mode = "live"
    assert "URL Blocked" in client.get(address()).text


def test_an_unknown_app_is_refused(client):
    assert "Invalid App ID" in client.get(address(client_id="1")).text


def test_a_person_without_a_role_cannot_use_an_app_in_development(client, here):
    del here.world.apps[seed.APP_ID].roles[seed.ADA]
    assert "App not active" in client.post(address(), data={"person": seed.ADA}).text


def test_the_shortcut_denies_and_grants_in_part(meta):
    assert meta.dialog(_sim_user=seed.OLENA, _sim_answer="deny")["error"] == "access_denied"
    assert meta.dialog(_sim_user="Marco Rossi", _sim_answer="partial")["code"]


def test_granted_scopes_come_back_when_asked_for(meta):
    query = meta.dialog(_sim_user=seed.OLENA, _sim_answer="partial", response_type="code,granted_scopes")
    assert query["denied_scopes"] == "pages_messaging"
    assert "pages_show_list" in query["granted_scopes"]


def test_the_address_may_carry_a_query_of_its_own(client):
    answer = client.get(address(redirect_uri=BACK + "?a=1", _sim_user=seed.OLENA))
    assert answer.location.startswith(BACK + "?a=1&code=")


def test_no_policy_stands_in_the_way_back(client):
    policy = client.get(address()).headers["Content-Security-Policy"]
    assert "form-action" not in policy
    assert "script-src" not in policy
