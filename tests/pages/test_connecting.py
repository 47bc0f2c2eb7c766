"""Out to Facebook Login, and what is refused when somebody comes back."""

import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from tests import cast
from tests.conftest import Client
from tests.working import until_done
from webgateway.db import db, utcnow
from webgateway.pages import completing
from webgateway.pages.models import Login, Page


def logins():
    return list(db.session.scalars(select(Login)))


def back(client, gateway, **query):
    return client.get(f"/meta/{gateway.uri}", query_string=query)


def test_the_button_leads_to_metas_dialog(as_ada, gateway):
    answer = as_ada.get(f"/gateways/{gateway.id}/pages/connect")
    assert answer.status_code == 302
    url = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert (url.netloc, url.path) == ("127.0.0.1:9", "/v26.0/dialog/oauth")
    assert asked["client_id"] == cast.APP_ID
    assert asked["redirect_uri"] == f"http://localhost/meta/{gateway.uri}"
    assert {"pages_show_list", "pages_messaging", "pages_manage_metadata"} <= set(asked["scope"].split(","))
    assert len(asked["state"]) >= 32


def test_a_configuration_takes_the_place_of_the_permissions(as_ada, gateway):
    gateway.config_id = "777"
    url = as_ada.get(f"/gateways/{gateway.id}/pages/connect").headers["Location"]
    assert "config_id=777" in url
    assert "scope=" not in url


def test_every_login_has_its_own_state_and_only_its_hash_is_kept(as_ada, gateway, start):
    states = {start(as_ada, gateway), start(as_ada, gateway)}
    assert len(states) == 2
    hashes = {hashlib.sha256(state.encode()).hexdigest() for state in states}
    assert {login.state_hash for login in logins()} == hashes


def test_who_may_start(visitor, as_sam, as_rita, as_ada, gateway):
    url = f"/gateways/{gateway.id}/pages/connect"
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_sam.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get("/gateways/999/pages/connect").status_code == 404
    assert logins() == []


@pytest.fixture
def refused(gateway, meta):
    """Comes back with a good code; whatever is wrong, Meta is not asked and nothing is joined."""
    meta.page("1080", "Cisco Dogs")

    def come(client, status, words, uri=gateway, **query):
        answer = back(client, uri, code="AQD", **query)
        assert answer.status_code == status
        assert words in answer.text
        assert until_done(completing) == 0
        assert meta.calls == []
        assert db.session.scalars(select(Page)).all() == []
        return answer

    return come


def test_a_missing_state_is_refused(as_ada, refused):
    refused(as_ada, 400, "incomplete")


def test_an_unknown_state_is_refused(as_ada, refused):
    refused(as_ada, 403, "not started here", state="guessed")


def test_nobody_signed_in_is_refused(as_ada, visitor, gateway, start, refused):
    refused(visitor, 403, "You are not signed in", state=start(as_ada, gateway))
    assert logins()[0].step == "started", "the login itself may still come back"


def test_another_session_of_the_same_person_is_refused(app, as_ada, gateway, start, refused):
    refused(Client(app, "Ada"), 403, "not started here", state=start(as_ada, gateway))


def test_another_persons_session_is_refused(as_ada, as_rita, gateway, start, refused):
    state = start(as_ada, gateway)
    answer = refused(as_rita, 403, "not started here", state=state)
    assert "Support" not in answer.text


def test_a_session_that_changed_hands_is_refused(app, as_ada, gateway, start, refused):
    state = start(as_ada, gateway)
    with as_ada.session_transaction() as session:
        remembered = session["logins"]
    rita = Client(app, "Rita")
    with rita.session_transaction() as session:
        session["logins"] = remembered
    refused(rita, 403, "not yours", state=state)


def test_the_uri_of_another_gateway_is_refused(as_ada, gateway, start, refused):
    refused(as_ada, 403, "not yours", cast.gateway("Sales", app_id="2"), state=start(as_ada, gateway))


def test_a_login_of_an_hour_ago_is_refused(as_ada, gateway, start, refused):
    state = start(as_ada, gateway)
    logins()[0].started_at = utcnow() - timedelta(hours=1, minutes=1)
    refused(as_ada, 400, "took too long", state=state)


def test_a_person_who_lost_the_right_meanwhile_is_refused(as_ada, gateway, start, refused):
    state = start(as_ada, gateway)
    cast.person("Ada").roles = list(cast.person("Nora").roles)
    refused(as_ada, 403, "You may not connect pages", state=state)


def test_a_reused_state_is_refused_and_shows_the_first_result(as_ada, gateway, meta, start):
    meta.page("1080", "Cisco Dogs")
    state = start(as_ada, gateway)
    assert back(as_ada, gateway, code="AQD", state=state).status_code == 303
    for _ in ("while the first waits", "when the first has finished"):
        again = back(as_ada, gateway, code="AQD2", state=state)
        assert again.status_code == 400
        assert "already been used" in again.text
        assert f"/gateways/{gateway.id}/logins/1" in again.text
        until_done(completing)
        assert meta.calls.count(("POST", "oauth/access_token")) == 2, "one code, and the long-lived token"


def test_two_windows_may_be_under_way_at_once(as_ada, gateway, meta, start):
    meta.page("1080", "Cisco Dogs")
    first, second = start(as_ada, gateway), start(as_ada, gateway)
    assert back(as_ada, gateway, code="AQD", state=first).status_code == 303
    assert back(as_ada, gateway, code="AQE", state=second).status_code == 303
    assert until_done(completing) == 2
    assert [login.step for login in logins()] == ["finished", "finished"]
    assert len(db.session.scalars(select(Page)).all()) == 1


def test_cancelling_is_said_and_changes_nothing(as_ada, gateway, meta, start):
    page = cast.page(gateway)
    answer = back(
        as_ada, gateway, error="access_denied", error_reason="user_denied", state=start(as_ada, gateway)
    )
    assert "You cancelled" in answer.text
    assert logins()[0].step == "failed"
    assert page.removed_at is None
    assert until_done(completing) == 0
    assert meta.calls == []
    assert "You cancelled" in as_ada.get(f"/gateways/{gateway.id}/logins/1").text


def test_another_error_of_facebook_is_said(as_ada, gateway, meta, start):
    answer = back(as_ada, gateway, error="server_error", state=start(as_ada, gateway))
    assert answer.status_code == 400
    assert "Facebook could not finish the login" in answer.text
    assert "Try again" in answer.text


def test_an_answer_without_code_and_error_is_said(as_ada, gateway, start):
    assert "neither a code nor a reason" in back(as_ada, gateway, state=start(as_ada, gateway)).text


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("oauth/access_token", {"code": 100, "error_subcode": 36009, "message": "used"}, "already been used"),
        (
            "oauth/access_token",
            {"code": 1, "message": "Error validating client secret."},
            "App Secret is wrong",
        ),
        ("me/accounts", {"code": 4, "message": "limit"}, "limit of calls"),
        ("me", {"code": 190, "error_subcode": 460, "message": "changed"}, "No page has been changed."),
    ],
)
def test_what_meta_refuses_is_said_in_words_and_loses_nothing(
    as_ada, gateway, meta, log_in, path, error, words
):
    page = cast.page(gateway, meta_id="1099")
    cast.grant(page, cast.account(gateway))
    meta.refuses[path] = {"type": "OAuthException", **error}
    answer = log_in(as_ada, gateway)
    assert "The login did not finish" in answer.text
    assert words in answer.text
    assert "Try again" in answer.text
    assert logins()[0].step == "failed"
    assert page.removed_at is None
    assert len(page.grants) == 1


def test_the_pages_after_facebooks_keep_the_tie_to_the_window_behind(as_ada, gateway, meta, start):
    meta.page("1080", "Cisco Dogs")
    again = as_ada.get(f"/gateways/{gateway.id}/pages/connect")
    assert again.headers["Cross-Origin-Opener-Policy"] == "unsafe-none", "from the result page once more"
    answer = back(as_ada, gateway, code="AQD", state=start(as_ada, gateway))
    assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    under_way = as_ada.get(answer.headers["Location"])
    assert under_way.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    until_done(completing)
    finished = as_ada.get(answer.headers["Location"])
    assert finished.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert as_ada.get("/gateways/").headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    refused = back(as_ada, gateway, error="access_denied", state=start(as_ada, gateway))
    assert refused.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
