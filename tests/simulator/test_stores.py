"""What a page keeps at Meta: files, personas, its Messenger profile (contract 7.2, 7.3)."""

import io
import json

import pytest

from webgateway.simulator import seed

PAGE = seed.PAGE_ID


@pytest.fixture
def token(meta):
    meta.say("Hello")
    return meta.page_token()


def upload(
    meta,
    token,
    kind="image",
    content=b"PNG",
    mimetype="image/png",
    path=f"{PAGE}/message_attachments",
    **more,
):
    form = {
        "access_token": token,
        "message": json.dumps({"attachment": {"type": kind, "payload": {"is_reusable": True}}}),
        "filedata": (io.BytesIO(content), "x", mimetype),
    } | more
    return meta.client.post(f"/v26.0/{path}", data=form).get_json(force=True)


def last(here):
    return here.world.threads[f"{PAGE}:{seed.psid(seed.PETER, PAGE)}"].messages[-1]


def test_a_file_is_uploaded_and_sent_by_its_id(meta, client, here, token):
    number = upload(meta, token)["attachment_id"]
    attachment = {"type": "image", "payload": {"attachment_id": number}}
    assert meta.send(token, attachment=attachment)[0] == 200
    url = last(here).attachments[0]["payload"]["url"]
    answer = client.get(url)
    assert (answer.data, answer.mimetype) == (b"PNG", "image/png")


def test_an_address_is_uploaded_too(meta, token, here):
    message = json.dumps({"attachment": {"type": "image", "payload": {"url": "https://a.example/x.png"}}})
    _, answer = meta.post(f"{PAGE}/message_attachments", token, message=message)
    assert here.world.uploads[answer["attachment_id"]].url == "https://a.example/x.png"


def test_a_file_may_travel_with_its_message(meta, client, here, token):
    to = json.dumps({"id": seed.psid(seed.PETER, PAGE)})
    answer = upload(meta, token, path=f"{PAGE}/messages", recipient=to)
    assert {"message_id", "attachment_id"} <= set(answer)
    assert client.get(last(here).attachments[0]["payload"]["url"]).data == b"PNG"


@pytest.mark.parametrize(
    ("more", "subcode"),
    [
        ({"mimetype": "text/html"}, 2018047),
        ({"kind": "file", "mimetype": "text/plain", "content": b"x" * (25 * 1024 * 1024 + 1)}, 2018109),
    ],
    ids=["not what it says", "too large"],
)
def test_a_file_that_does_not_fit_is_refused(meta, token, more, subcode):
    assert upload(meta, token, **more)["error"]["error_subcode"] == subcode


def test_a_page_sends_its_own_files_only(meta, token):
    other = meta.page_token(seed.PAGE_SHARED_ID)
    number = upload(meta, other, path=f"{seed.PAGE_SHARED_ID}/message_attachments")["attachment_id"]
    for wanted in (number, "123"):
        answer = meta.send(token, attachment={"type": "image", "payload": {"attachment_id": wanted}})
        assert answer[1]["error"]["error_subcode"] == 2018074


def test_a_persona_speaks_for_the_page(meta, client, token):
    picture = "https://a.example/ada.png"
    _, made = meta.post(f"{PAGE}/personas", token, name="Ada", profile_picture_url=picture)
    assert meta.get(f"{PAGE}/personas", token)[1]["data"][0]["name"] == "Ada"
    assert meta.send(token, text="Hi", params={"persona_id": made["id"]})[0] == 200
    phone = client.get("/_sim/phone/thread", query_string={"person": seed.PETER, "page": PAGE})
    assert ">Ada<" in phone.text
    assert meta.delete(made["id"], token) == (200, {"success": True})
    assert meta.get(made["id"], token)[1]["error"]["code"] == 100
    assert meta.send(token, text="Hi", params={"persona_id": made["id"]})[0] == 400


def test_a_persona_belongs_to_one_page_and_has_a_short_name(meta, token):
    picture = "https://a.example/ada.png"
    _, made = meta.post(f"{PAGE}/personas", token, name="Ada", profile_picture_url=picture)
    assert meta.get(made["id"], meta.page_token(seed.PAGE_SHARED_ID))[1]["error"]["error_subcode"] == 33
    assert meta.post(f"{PAGE}/personas", token, name="x" * 51, profile_picture_url=picture)[0] == 400


def test_a_messenger_profile_is_kept_per_platform(meta, token):
    starts = json.dumps({"payload": "START"})
    assert meta.post(f"{PAGE}/messenger_profile", token, get_started=starts)[1] == {"result": "success"}
    assert meta.get(f"{PAGE}/messenger_profile", token, fields="get_started,greeting")[1] == {
        "data": [{"get_started": {"payload": "START"}}]
    }
    assert meta.get(f"{PAGE}/messenger_profile", token, platform="instagram")[1] == {"data": []}
    assert meta.delete(f"{PAGE}/messenger_profile", token, fields="get_started")[0] == 200
    assert meta.get(f"{PAGE}/messenger_profile", token)[1] == {"data": []}


def test_five_ice_breakers_are_too_many(meta, token):
    five = json.dumps([{"question": "?", "payload": "X"}] * 5)
    assert meta.post(f"{PAGE}/messenger_profile", token, ice_breakers=five)[0] == 400
