"""Who a customer is, and what was said (contract 7.3, 8)."""

import pytest

from webgateway.simulator import seed


def test_a_customer_has_a_name_and_a_picture(meta, client):
    psid = seed.psid(seed.PETER, seed.PAGE_ID)
    _, answer = meta.get(psid, meta.page_token(), fields="id,name,profile_pic")
    assert (answer["id"], answer["name"]) == (psid, "Peter Chang")
    assert client.get(answer["profile_pic"]).mimetype == "image/png"


def test_a_person_without_profile_is_an_error(meta):
    _, answer = meta.get(seed.psid(seed.GHOST, seed.PAGE_ID), meta.page_token())
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 2018218)


def test_an_empty_profile_is_an_empty_object(meta):
    meta.fault("profile_empty", count=1)
    assert meta.get(seed.psid(seed.PETER, seed.PAGE_ID), meta.page_token()) == (200, {})


def test_another_pages_psid_means_nothing_here(meta):
    _, answer = meta.get(seed.psid(seed.PETER, seed.PAGE_SHARED_ID), meta.page_token())
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 33)


def test_on_instagram_a_profile_wants_consent_first(meta):
    igsid, token = seed.psid(seed.LUCIA, seed.INSTAGRAM_ID), meta.page_token(seed.PAGE_INSTAGRAM_ID)
    assert meta.get(igsid, token)[1]["error"]["code"] == 230
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    assert meta.get(igsid, token, fields="name,username")[1]["username"] == "lucia.fdz"


@pytest.fixture
def talk(meta):
    meta.say("Hello")
    meta.say("Hi", person=seed.MAYA)
    token = meta.page_token()
    meta.send(token, text="Good day")
    return token


def test_conversations_come_newest_first_with_their_messages(meta, talk):
    fields = "participants,updated_time,messages.limit(1){id,message,from,created_time}"
    rows = meta.get("me/conversations", talk, fields=fields, platform="messenger")[1]["data"]
    assert [row["participants"]["data"][0]["name"] for row in rows] == ["Peter Chang", "Maya Lindqvist"]
    assert [message["message"] for message in rows[0]["messages"]["data"]] == ["Good day"]


def test_one_persons_conversation_is_found_by_psid(meta, talk):
    rows = meta.get(f"{seed.PAGE_ID}/conversations", talk, user_id=seed.psid(seed.MAYA, seed.PAGE_ID))[1][
        "data"
    ]
    _, messages = meta.get(f"{rows[0]['id']}/messages", talk, fields="message,from")
    assert [row["message"] for row in messages["data"]] == ["Hi"]


def test_a_thread_is_closed_to_other_pages(meta, talk):
    thread = meta.get("me/conversations", talk)[1]["data"][0]["id"]
    assert meta.get(thread, meta.page_token(seed.PAGE_SHARED_ID))[1]["error"]["code"] == 100
