"""Versions, tokens, proofs, headers, batches, and what is not there (contract 1, 5, 11)."""

import hashlib
import hmac
import json

import pytest

from webgateway.simulator import seed


@pytest.mark.parametrize(("asked", "served"), [("v26.0", "v26.0"), ("v22.0", "v22.0"), ("v18.0", "v21.0")])
def test_an_expired_version_is_served_as_the_oldest_usable(client, asked, served):
    answer = client.get(f"/{asked}/me")
    assert answer.headers["facebook-api-version"] == served
    assert "An active access token" in answer.get_json(force=True)["error"]["message"]


@pytest.mark.parametrize("asked", ["v99.0", "v27.0", "vXYZ"])
def test_an_unknown_version_is_read_as_a_path(client, asked):
    answer = client.get(f"/{asked}/me")
    assert answer.status_code == 400
    assert answer.headers["facebook-api-version"] == "v21.0"
    assert answer.get_json(force=True)["error"]["message"] == "Unknown path components: /me"


def test_versions_expire_as_time_passes(client, here):
    here.clock.advance(120 * 86400)
    assert client.get("/v21.0/me").headers["facebook-api-version"] == "v22.0"


def test_a_token_travels_in_query_body_or_header(meta, client):
    token = meta.login()
    assert client.get("/v26.0/me", query_string={"access_token": token}).status_code == 200
    assert client.get("/v26.0/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    records = client.get("/_sim/calls").get_json()
    assert [call["token_in"] for call in records[-3:]] == ["query", "header", "header"]
    assert token not in json.dumps(records)


def proof(token, moment=None):
    message = f"{token}|{moment}" if moment else token
    return hmac.new(seed.APP_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()


def test_both_forms_of_the_proof_are_accepted_and_wrong_ones_refused(meta, here):
    token, now = meta.login(), int(here.clock.now())
    assert meta.get("me", token, appsecret_proof=proof(token))[0] == 200
    assert meta.get("me", token, appsecret_proof=proof(token, now), appsecret_time=now)[0] == 200
    old = now - 301
    for query in (
        {"appsecret_proof": "0" * 64},
        {"appsecret_proof": proof(token, old), "appsecret_time": old},
    ):
        status, answer = meta.get("me", token, **query)
        assert (status, answer["error"]["type"]) == (400, "GraphMethodException")


def test_an_app_that_demands_the_proof_gets_it_or_refuses(meta, client):
    token = meta.login()
    client.post("/_sim/app", json={"require_proof": True})
    _, answer = meta.get("me", token)
    assert answer["error"]["message"] == "API calls from the server require an appsecret_proof argument"
    assert meta.get("me", token, appsecret_proof=proof(token))[0] == 200
    assert meta.get(seed.APP_ID, meta.app_token)[0] == 200


def test_answers_are_compact_javascript_with_metas_headers(client):
    answer = client.get("/v26.0/me")
    assert answer.headers["Content-Type"] == "text/javascript; charset=UTF-8"
    assert answer.headers["WWW-Authenticate"].startswith('OAuth "Facebook Platform" "invalid_request"')
    assert "x-fb-trace-id" in answer.headers
    assert b'": ' not in answer.data
    asked = client.get("/v26.0/me", headers={"Accept": "application/json"})
    assert asked.headers["Content-Type"] == "application/json; charset=UTF-8"


def batch(client, token, *items, **more):
    form = {"access_token": token, "batch": json.dumps(items)} | more
    return json.loads(client.post("/v26.0/", data=form).data)


def test_a_batch_answers_in_order_with_strings_as_bodies(meta, client):
    token, page_token = meta.login(), meta.page_token()
    answers = batch(
        client,
        token,
        {"method": "GET", "relative_url": f"{seed.PAGE_ID}?fields=name"},
        {"method": "GET", "relative_url": "v26.0/nonsense/edge"},
        {
            "method": "POST",
            "relative_url": f"{seed.PAGE_ID}/subscribed_apps?access_token={page_token}",
            "body": "subscribed_fields=name",
        },
    )
    assert [answer["code"] for answer in answers] == [200, 400, 200]
    assert json.loads(answers[0]["body"])["name"] == "Acme Bakery"
    assert answers[0]["headers"]
    assert "headers" not in batch(client, token, {"relative_url": "me"}, include_headers="false")[0]


def test_a_batch_holds_at_most_fifty(meta, client):
    token = meta.login()
    assert len(batch(client, token, *[{"relative_url": "me"}] * 50)) == 50
    assert batch(client, token, *[{"relative_url": "me"}] * 51)["error"]["code"] == 100


def test_a_part_with_its_own_token_needs_its_own_proof(meta, client, here):
    here.world.apps[seed.APP_ID].require_proof = False
    token = meta.login()
    wrong = {"relative_url": f"me?access_token={token}&appsecret_proof={proof('another')}"}
    right = {"relative_url": f"me?access_token={token}&appsecret_proof={proof(token)}"}
    assert [answer["code"] for answer in batch(client, token, wrong, right)] == [400, 200]


def test_the_root_ids_query_is_gone(meta):
    status, answer = meta.get("", meta.login(), ids="1,2")
    assert (status, answer["error"]["code"]) == (500, 100)
    assert answer["error"]["message"] == "The ids query parameter is deprecated in v26.0+"


def test_an_unknown_call_is_refused_and_remembered(meta, client):
    assert meta.post(f"{seed.PAGE_ID}/photos", meta.page_token())[1]["error"]["code"] == 2500
    assert client.get("/_sim/unimplemented").get_json() == [f"POST /{seed.PAGE_ID}/photos"]


def test_a_post_with_method_delete_deletes(meta, connected):
    answer = meta.post(f"{seed.PAGE_ID}/subscribed_apps", connected, method="delete")
    assert answer == (200, {"success": True})


def test_a_bad_gateway_answers_html(meta, client):
    meta.fault("html_502", count=1)
    answer = client.get("/v26.0/me")
    assert (answer.status_code, answer.mimetype) == (502, "text/html")


def test_a_cut_off_answer_is_no_json(meta, client):
    meta.fault("truncated_json", count=1)
    with pytest.raises(json.JSONDecodeError):
        json.loads(client.get("/v26.0/me").data)


def test_a_missing_permission_empties_the_list_and_refuses_the_call(meta, connected):
    token = meta.login()
    meta.fault("permission_missing", argument="pages_show_list")
    assert meta.get("me/accounts", token)[1] == {"data": []}
    meta.fault("permission_missing", argument="pages_manage_metadata")
    assert meta.get(f"{seed.PAGE_ID}/subscribed_apps", connected)[0] == 403
