from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock

from webgateway.meta import oauth
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0"
BACK = "https://gateway.example/meta/x?y=1"


def dialog(**options: Any) -> dict[str, str]:
    address = oauth.dialog_url(
        "https://www.facebook.test/", "v26.0", "1029", BACK, "s+/=", oauth.REQUIRED_FOR_PAGES, **options
    )
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("www.facebook.test", "/v26.0/dialog/oauth")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_the_dialog_asks_for_the_permissions_in_a_popup() -> None:
    assert dialog() == {
        "client_id": "1029",
        "redirect_uri": BACK,
        "state": "s+/=",
        "response_type": "code",
        "display": "popup",
        "scope": "pages_show_list,pages_messaging,pages_manage_metadata",
        "auth_type": "rerequest",
    }


def test_a_configuration_takes_the_place_of_the_permissions() -> None:
    query = dialog(config_id="77", rerequest=False)
    assert query["config_id"] == "77"
    assert query.keys().isdisjoint({"scope", "auth_type"})


def test_the_permissions_asked_for_hold_the_required_ones() -> None:
    assert set(oauth.PAGE_PERMISSIONS) > set(oauth.REQUIRED_FOR_PAGES)
    assert set(oauth.INSTAGRAM_PERMISSIONS) > {"instagram_basic", "instagram_manage_messages"}


def test_a_code_becomes_a_token_with_its_end(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/oauth/access_token", json={"access_token": "EAAshort", "expires_in": 5400})
    token = oauth.exchange_code(graph, "AQDcode", BACK)
    assert token.value == "EAAshort"
    assert token.expires_at is not None
    assert abs(token.expires_at - datetime.now(UTC) - timedelta(seconds=5400)) < timedelta(seconds=5)
    assert parse_qs(meta.request_history[-1].text) == {
        "client_id": ["1029"],
        "client_secret": ["orchard-secret"],
        "redirect_uri": [BACK],
        "code": ["AQDcode"],
    }
    assert meta.request_history[-1].qs == {}


@pytest.mark.parametrize("ending", [{}, {"expires_in": 0}, {"expires_in": None}])
def test_a_token_without_an_end_has_none(
    ending: dict[str, Any], meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/oauth/access_token", json={"access_token": "EAAlong"} | ending)
    assert oauth.long_lived(graph, "EAAshort").expires_at is None


def test_the_long_lived_token_is_asked_for_with_nothing_secret_in_the_address(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/oauth/access_token", json={"access_token": "EAAlong"})
    oauth.long_lived(graph, "EAAshort")
    form = parse_qs(meta.request_history[-1].text)
    assert form["grant_type"] == ["fb_exchange_token"]
    assert form["fb_exchange_token"] == ["EAAshort"]
    assert meta.request_history[-1].qs == {}


def test_a_token_is_not_shown_by_accident() -> None:
    assert "EAAlong" not in repr(oauth.UserToken("EAAlong", None))


def test_an_answer_without_a_token_is_a_failure(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/oauth/access_token", json={"token_type": "bearer"})
    with pytest.raises(GraphError, match="without a token"):
        oauth.exchange_code(graph, "AQDcode", BACK)


@pytest.mark.parametrize("subcode", [36007, 36008, 36009])
def test_a_spent_code_means_a_new_login(subcode: int, meta: requests_mock.Mocker, graph: Graph) -> None:
    body = {"error": {"code": 100, "error_subcode": subcode, "message": "x"}}
    meta.post(f"{URL}/oauth/access_token", json=body, status_code=400)
    with pytest.raises(GraphError) as caught:
        oauth.exchange_code(graph, "AQDcode", BACK)
    assert caught.value.kind == "restart_login"


def debugged(meta: requests_mock.Mocker, graph: Graph, data: dict[str, Any]) -> oauth.TokenInfo:
    meta.get(f"{URL}/debug_token", json={"data": data})
    return oauth.debug_token(graph, "EAAolena")


def test_a_token_is_examined_with_the_apps_own(meta: requests_mock.Mocker, graph: Graph) -> None:
    info = debugged(
        meta,
        graph,
        {
            "app_id": 1029,
            "type": "USER",
            "is_valid": True,
            "user_id": "8",
            "expires_at": 1795219200,
            "data_access_expires_at": 1802995200,
            "scopes": ["pages_show_list", "pages_messaging"],
            "granular_scopes": [
                {"scope": "pages_messaging", "target_ids": ["210", 211]},
                {"scope": "pages_show_list"},
                {"scope": "pages_manage_metadata", "target_ids": []},
            ],
        },
    )
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer 1029|orchard-secret"
    assert (info.is_valid, info.type, info.user_id, info.app_id) == (True, "USER", "8", "1029")
    assert info.scopes == {"pages_show_list", "pages_messaging"}
    assert info.expires_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert info.data_access_expires_at == datetime(2027, 2, 19, tzinfo=UTC)
    assert info.granular["pages_messaging"] == {"210", "211"}
    assert info.granular["pages_show_list"] is None, "all of them"
    assert info.granular["pages_manage_metadata"] == set(), "none of them"
    assert info.error is None


def test_a_token_that_never_ends_has_no_end(meta: requests_mock.Mocker, graph: Graph) -> None:
    info = debugged(meta, graph, {"is_valid": True, "type": "PAGE", "profile_id": "210", "expires_at": 0})
    assert (info.expires_at, info.profile_id) == (None, "210")


def test_a_dead_token_is_an_answer_with_its_cause(meta: requests_mock.Mocker, graph: Graph) -> None:
    cause = {"code": 190, "message": "Session has expired", "subcode": 463}
    info = debugged(meta, graph, {"is_valid": False, "scopes": [], "error": cause})
    assert not info.is_valid
    assert info.error is not None
    assert (info.error.subcode, info.error.kind) == (463, "reauth")


def test_an_empty_examination_is_not_a_valid_token(meta: requests_mock.Mocker, graph: Graph) -> None:
    assert not debugged(meta, graph, {}).is_valid


def test_what_the_person_declined_is_told_apart(meta: requests_mock.Mocker, graph: Graph) -> None:
    rows = [
        {"permission": "pages_messaging", "status": "granted"},
        {"permission": "business_management", "status": "declined"},
    ]
    meta.get(f"{URL}/me/permissions", json={"data": rows})
    granted = oauth.permissions(graph, "EAAolena")
    assert granted == {"pages_messaging": "granted", "business_management": "declined"}


def test_the_person_has_a_name_and_a_picture(meta: requests_mock.Mocker, graph: Graph) -> None:
    picture = {"data": {"url": "https://media.example/olena.jpg"}}
    meta.get(f"{URL}/me", json={"id": "8", "name": "Olena Kovalenko", "picture": picture})
    person = oauth.me(graph, "EAAolena")
    assert person == oauth.Person("8", "Olena Kovalenko", "https://media.example/olena.jpg")
    meta.get(f"{URL}/me", json={"id": "8"})
    assert oauth.me(graph, "EAAolena") == oauth.Person("8", None, None)


def test_a_grant_is_revoked_whole(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.delete(f"{URL}/me/permissions", json={"success": True})
    oauth.revoke(graph, "EAAolena")
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer EAAolena"
