"""App ID and App Secret, the app's own node and its webhooks (contract 2.3, 4)."""

import pytest

from webgateway.simulator import seed

RIGHT = {"client_id": seed.APP_ID, "client_secret": seed.APP_SECRET, "grant_type": "client_credentials"}


def test_the_right_pair_gets_an_app_token(meta):
    status, answer = meta.get("oauth/access_token", **RIGHT)
    assert status == 200
    assert answer["token_type"] == "bearer"
    assert answer["access_token"].startswith(seed.APP_ID + "|")


def test_a_post_gets_one_too(meta):
    assert meta.post("oauth/access_token", **RIGHT)[0] == 200


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"client_secret": "wrong"}, 1, "Error validating client secret."),
        ({"client_id": "999"}, 101, "Error validating application"),
        ({"client_id": ""}, 101, "Missing client_id parameter."),
    ],
)
def test_a_wrong_pair_says_which_half_is_wrong(meta, changed, code, words):
    status, answer = meta.get("oauth/access_token", **(RIGHT | changed))
    assert (status, answer["error"]["code"]) == (400, code)
    assert answer["error"]["message"].startswith(words)


def test_the_app_tells_its_name_to_its_own_token(meta):
    assert meta.get(seed.APP_ID, meta.app_token, fields="id,name")[1] == {
        "id": seed.APP_ID,
        "name": "Acme Support",
    }


def test_a_literal_token_with_a_wrong_secret_is_refused(meta):
    status, answer = meta.get(seed.APP_ID, f"{seed.APP_ID}|nonsense")
    assert (status, answer["error"]["code"]) == (400, 190)


def test_settings_are_written_and_read_back(meta):
    assert meta.post(seed.APP_ID, meta.app_token, deauth_callback_url="http://127.0.0.1/d")[1] == {
        "success": True
    }
    _, answer = meta.get(seed.APP_ID, meta.app_token, fields="deauth_callback_url")
    assert answer["deauth_callback_url"] == "http://127.0.0.1/d"


def test_locked_settings_are_not_written(meta, here):
    here.world.apps[seed.APP_ID].api_settings_allowed = False
    assert meta.post(seed.APP_ID, meta.app_token, deauth_callback_url="x")[0] == 403


def subscribe(meta, receiver, **changed):
    asked = {
        "object": "page",
        "fields": "messages",
        "callback_url": receiver.url,
        "verify_token": "right",
    } | changed
    return meta.post(f"{seed.APP_ID}/subscriptions", meta.app_token, **asked)


def test_a_callback_that_answers_the_challenge_is_stored(meta, receiver):
    assert subscribe(meta, receiver) == (200, {"success": True})
    _, answer = meta.get(f"{seed.APP_ID}/subscriptions", meta.app_token)
    fields = [{"name": "messages", "version": "v26.0"}]
    assert answer["data"] == [
        {"object": "page", "callback_url": receiver.url, "active": True, "fields": fields}
    ]


def test_a_callback_that_refuses_is_not_stored(meta, receiver):
    status, answer = subscribe(meta, receiver, verify_token="wrong")
    assert (status, answer["error"]["code"]) == (400, 2200)
    assert "HTTP Status Code = 403; HTTP Message = Forbidden" in answer["error"]["message"]
    assert meta.get(f"{seed.APP_ID}/subscriptions", meta.app_token)[1] == {"data": []}


def test_a_callback_that_answers_too_late_is_not_stored(meta, receiver):
    receiver.pause = 0.5
    status, answer = subscribe(meta, receiver)
    assert (status, answer["error"]["code"]) == (400, 2200)
    assert "curl_errno = 28" in answer["error"]["message"]


def test_other_calls_are_answered_while_a_callback_is_verified(meta, receiver, client):
    """The receiver may itself call us during the verification."""
    receiver.pause = 0.2
    from threading import Thread

    thread = Thread(target=subscribe, args=(meta, receiver))
    thread.start()
    assert client.get("/v26.0/me").status_code == 400
    assert thread.is_alive()
    thread.join()


def test_a_second_subscription_moves_the_address(meta, receiver):
    subscribe(meta, receiver)
    subscribe(meta, receiver, callback_url=receiver.url + "/new", fields="message_echoes")
    _, answer = meta.get(f"{seed.APP_ID}/subscriptions", meta.app_token)
    assert [row["callback_url"] for row in answer["data"]] == [receiver.url + "/new"]


def test_subscriptions_are_deleted_by_object(meta, receiver):
    subscribe(meta, receiver)
    assert meta.delete(f"{seed.APP_ID}/subscriptions", meta.app_token, object="page")[1] == {"success": True}
    assert meta.get(f"{seed.APP_ID}/subscriptions", meta.app_token)[1] == {"data": []}


def test_an_unknown_object_or_field_is_refused(meta, receiver):
    assert subscribe(meta, receiver, object="planet")[1]["error"]["code"] == 100
    assert subscribe(meta, receiver, fields="nonsense")[1]["error"]["code"] == 100


def test_subscriptions_want_the_apps_own_token(meta):
    _, answer = meta.get(f"{seed.APP_ID}/subscriptions", f"{seed.OTHER_APP_ID}|{seed.OTHER_APP_SECRET}")
    assert answer["error"]["code"] == 15
