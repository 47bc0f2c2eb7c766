"""/{page}/subscribed_apps and page_status (contract 3.4)."""

import pytest

from webgateway.simulator import seed

EDGE = f"{seed.PAGE_ID}/subscribed_apps"


def test_a_page_is_subscribed_read_back_and_unsubscribed(meta):
    token = meta.page_token()
    assert meta.get(EDGE, token)[1] == {"data": []}
    assert meta.post(EDGE, token, subscribed_fields="messages,feed")[1] == {"success": True}
    row = meta.get(EDGE, token)[1]["data"][0]
    assert (row["id"], row["subscribed_fields"]) == (seed.APP_ID, ["messages", "feed"])
    assert meta.delete(EDGE, token)[1] == {"success": True}
    assert meta.get(EDGE, token)[1] == {"data": []}


def test_a_second_post_replaces_the_fields(meta):
    token = meta.page_token()
    meta.post(EDGE, token, subscribed_fields="messages,feed")
    meta.post(EDGE, token, subscribed_fields="name")
    assert meta.get(EDGE, token)[1]["data"][0]["subscribed_fields"] == ["name"]


def test_one_field_without_permission_refuses_all_of_them(meta):
    token = meta.page_token(_sim_answer="partial")
    status, answer = meta.post(EDGE, token, subscribed_fields="feed,messages")
    assert (status, answer["error"]["code"]) == (403, 200)
    assert answer["error"]["message"] == (
        "(#200) To subscribe to the messages field, one of these permissions is needed: pages_messaging"
    )
    assert meta.get(EDGE, token)[1] == {"data": []}


def test_a_field_that_needs_no_messaging_goes_through(meta):
    token = meta.page_token(_sim_answer="partial")
    assert meta.post(EDGE, token, subscribed_fields="name")[0] == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("", "(#100) The parameter subscribed_fields is required."),
        ("nonsense", "(#100) Param subscribed_fields[0]"),
    ],
)
def test_fields_are_checked(meta, fields, words):
    _, answer = meta.post(EDGE, meta.page_token(), subscribed_fields=fields)
    assert answer["error"]["message"].startswith(words)


def test_only_the_pages_own_token_will_do(meta):
    assert meta.get(EDGE, meta.login())[1]["error"]["code"] == 210
    assert meta.get(EDGE, meta.app_token)[1]["error"]["code"] == 102
    assert meta.get(EDGE, meta.page_token(seed.PAGE_SHARED_ID))[1]["error"]["code"] == 210


def test_reading_wants_pages_manage_metadata(meta):
    status, answer = meta.get(EDGE, meta.page_token(scope="pages_show_list,pages_messaging"))
    assert (status, answer["error"]["code"]) == (403, 200)
    assert "pages_manage_metadata" in answer["error"]["message"]


def test_the_moderate_task_is_needed(meta):
    token = meta.page_token(seed.PAGE_NO_MESSAGING_ID)
    status, answer = meta.post(
        f"{seed.PAGE_NO_MESSAGING_ID}/subscribed_apps", token, subscribed_fields="messages"
    )
    assert (status, answer["error"]["code"]) == (403, 200)


def test_deleting_twice_says_that_the_app_is_not_installed(meta):
    token = meta.page_token()
    assert meta.delete(EDGE, token)[1]["error"]["message"] == f"(#100) App is not installed: {seed.APP_ID}"


def test_a_healthy_and_a_restricted_page_tell_their_status(meta, client):
    token = meta.page_token()
    assert meta.get(f"{seed.PAGE_ID}/page_status", token)[1]["status"] == "ok"
    client.post("/_sim/page-restrict", json={"page": seed.PAGE_ID})
    _, answer = meta.get(f"{seed.PAGE_ID}/page_status", token)
    assert answer["status"] == "restricted"
    assert answer["restrictions"][0]["feature"] == "page_messaging_api"
