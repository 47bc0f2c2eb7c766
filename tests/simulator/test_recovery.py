"""What a gap in the webhooks leaves, and how it is found again (contract 7.3)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from webgateway.simulator import seed

PAGE, ACCOUNT = seed.PAGE_ID, seed.INSTAGRAM_ID
FIELDS = "id,created_time,from,to,message,attachments"


@pytest.fixture
def token(hearing):
    return hearing[PAGE]


def messages(meta, token, fields=FIELDS, **query):
    thread = meta.get("me/conversations", token, **query)[1]["data"][0]["id"]
    return meta.get(f"{thread}/messages", token, fields=fields)[1]["data"]


def followed(meta, answer):
    """The page of the list that `paging.next` names."""
    url = urlsplit(answer["paging"]["next"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    return meta.get(url.path.removeprefix("/v26.0/"), **query)[1]


def test_what_an_outage_swallowed_is_in_the_conversation(meta, client, token, here):
    meta.say("heard")
    posted = len(here.world.deliveries)
    assert client.post("/_sim/outage").get_json() == {"on": True, "lost": 0}
    lost = meta.say("lost")
    assert client.delete("/_sim/outage").get_json() == {"on": True, "lost": 1}
    assert client.get("/_sim/outage").get_json() == {"on": False, "lost": 0}
    assert len(here.world.deliveries) == posted
    newest = messages(meta, token)[0]
    assert (newest["id"], newest["message"]) == (lost["mid"], "lost")


def test_an_outage_can_concern_one_page(meta, client, token, here):
    client.post("/_sim/outage", json={"page": seed.PAGE_INSTAGRAM_ID})
    meta.say("heard")
    meta.say("lost", page=seed.PAGE_INSTAGRAM_ID)
    assert len(here.world.deliveries) == 1


def test_a_message_says_who_wrote_it_to_whom_and_when(meta, token):
    meta.say("Hello")
    row = messages(meta, token)[0]
    person = {"name": "Peter Chang", "id": seed.psid(seed.PETER, PAGE)}
    assert row["from"] == person | {"email": f"{person['id']}@facebook.com"}
    assert row["to"]["data"][0]["id"] == PAGE
    assert row["created_time"].endswith("+0000")
    assert "attachments" not in row


def test_attachments_carry_their_addresses(meta, token):
    meta.say("", kind="picture", url="http://127.0.0.1/a.png")
    meta.say("", kind="audio", url="http://127.0.0.1/a.wav")
    meta.say("", kind="video", url="http://127.0.0.1/a.mp4")
    video, audio, picture = (row["attachments"]["data"][0] for row in messages(meta, token))
    assert picture["image_data"]["url"] == "http://127.0.0.1/a.png"
    assert audio["file_url"] == "http://127.0.0.1/a.wav"
    assert video["video_data"]["url"] == "http://127.0.0.1/a.mp4"


def test_stickers_shares_and_reactions_have_fields_of_their_own(meta, token):
    meta.say("", kind="sticker")
    shared = meta.say("", kind="post", url="http://127.0.0.1/post", title="Cake")["mid"]
    meta.say(kind="reaction", mid=shared)
    share, sticker = messages(meta, token, "sticker,shares,reactions")
    assert sticker["sticker"].endswith(".png")
    assert share["shares"]["data"] == [{"link": "http://127.0.0.1/post", "name": "Cake"}]
    assert share["reactions"]["data"][0]["reaction"] == "\u2764\ufe0f"


def test_what_the_page_wrote_in_metas_inbox_is_there_and_echoed(meta, token, last_entry):
    meta.say("Hello")
    made = meta.say("We are closed", kind="inbox_answer")["mid"]
    row = messages(meta, token)[0]
    assert (row["id"], row["from"]["id"]) == (made, PAGE)
    assert last_entry()["messaging"][0]["delivery"]["mids"] == [made]


def test_what_was_taken_back_is_gone(meta, token):
    meta.say("kept")
    mid = meta.say("regretted")["mid"]
    meta.say(kind="unsend", mid=mid)
    assert [row["message"] for row in messages(meta, token)] == ["kept"]
    assert meta.get(mid, token)[1]["error"]["code"] == 100


def test_on_instagram_people_have_usernames(meta, hearing):
    meta.say("Ciao", page=ACCOUNT, person=seed.LUCIA)
    token = hearing[seed.PAGE_INSTAGRAM_ID]
    row = messages(meta, token, platform="instagram")[0]
    assert row["from"] == {"username": "lucia.fdz", "id": seed.psid(seed.LUCIA, ACCOUNT)}
    assert row["to"]["data"] == [{"username": "harbour.coffee", "id": ACCOUNT}]


def test_what_was_shared_on_instagram_comes_back_empty(meta, hearing):
    meta.say("", kind="post", page=ACCOUNT, person=seed.LUCIA)
    token = hearing[seed.PAGE_INSTAGRAM_ID]
    row = messages(meta, token, "message,attachments,shares", platform="instagram")[0]
    assert (row["message"], "attachments" in row, "shares" in row) == ("", False, False)


def test_lists_are_paged_and_the_next_page_keeps_the_question(meta, hearing):
    token = hearing[seed.PAGE_INSTAGRAM_ID]
    for person in (seed.LUCIA, seed.NOOR, seed.TOMAS):
        meta.say("Ciao", page=ACCOUNT, person=person)
    _, first = meta.get("me/conversations", token, platform="instagram", limit=2, fields="id,participants")
    second = followed(meta, first)
    names = [row["participants"]["data"][0]["username"] for row in first["data"] + second["data"]]
    assert names == ["tomas_silva", "noor.haddad", "lucia.fdz"]


def test_older_messages_are_behind_the_link_of_the_newest(meta, token):
    for number in range(5):
        meta.say(str(number))
    fields = "messages.limit(2){message}"
    thread = meta.get("me/conversations", token, fields=fields)[1]["data"][0]
    found = thread["messages"]["data"]
    older = followed(meta, thread["messages"])
    found += older["data"]
    found += followed(meta, older)["data"]
    assert [row["message"] for row in found] == ["4", "3", "2", "1", "0"]


def test_one_message_can_be_asked_for(meta, token):
    mid = meta.say("Hello")["mid"]
    assert meta.get(mid, token, fields="message")[1] == {"message": "Hello", "id": mid}
    other = meta.page_token(seed.PAGE_SHARED_ID)
    assert meta.get(mid, other)[1]["error"]["error_subcode"] == 33


def test_an_unknown_platform_is_refused(meta, token):
    assert meta.get("me/conversations", token, platform="pigeon")[1]["error"]["code"] == 100


def test_with_the_limit_on_the_third_call_within_a_second_is_refused(meta, token):
    meta.say("Hello")
    meta.fault("conversations_limited")
    answers = [meta.get("me/conversations", token)[1] for _ in range(3)]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, None, 613]
    meta.client.post("/_sim/faults", json={"off": "all"})
    assert "data" in meta.get("me/conversations", token)[1]
