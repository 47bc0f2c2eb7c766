"""Files on the phone and at Meta: both ways, within each platform's limits (contract 7.2, 7.3)."""

import io
import json

import pytest

from webgateway.simulator import seed

PAGE, INSTAGRAM_PAGE = seed.PAGE_ID, seed.PAGE_INSTAGRAM_ID
PHONE = {"person": seed.PETER, "page": PAGE}


@pytest.fixture
def token(meta):
    meta.say("Hello")
    return meta.page_token()


@pytest.fixture
def direct(meta):
    """Lucía has written on Instagram."""
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    return meta.page_token(INSTAGRAM_PAGE)


def upload(
    meta, token, kind="image", content=b"PNG", name="x.png", mimetype="image/png", platform="instagram"
):
    form = {
        "access_token": token,
        "platform": platform,
        "message": json.dumps({"attachment": {"type": kind, "payload": {"is_reusable": True}}}),
        "filedata": (io.BytesIO(content), name, mimetype),
    }
    return meta.client.post(f"/v26.0/{INSTAGRAM_PAGE}/message_attachments", data=form).get_json(force=True)


def test_on_instagram_an_uploaded_file_is_sent_as_media_share(meta, client, here, direct):
    number = upload(meta, direct)["attachment_id"]
    to = {"person": seed.LUCIA, "page": seed.INSTAGRAM_ID}
    attachment = {"type": "MEDIA_SHARE", "payload": {"id": number}}
    assert meta.send(direct, attachment=attachment, **to)[0] == 200
    thread = here.world.threads[f"{seed.INSTAGRAM_ID}:{seed.psid(seed.LUCIA, seed.INSTAGRAM_ID)}"]
    sent = thread.messages[-1].attachments[0]
    assert sent["type"] == "image"
    assert client.get(sent["payload"]["url"]).data == b"PNG"


def test_a_page_has_no_media_share(meta, token):
    attachment = {"type": "MEDIA_SHARE", "payload": {"id": "1"}}
    assert meta.send(token, attachment=attachment)[1]["error"]["code"] == 100


@pytest.mark.parametrize(
    ("changed", "subcode"),
    [
        ({"content": b"x" * (8 * 1024 * 1024 + 1)}, 2018109),
        ({"mimetype": "image/webp"}, 2018047),
        ({"kind": "audio", "mimetype": "audio/mpeg"}, 2018047),
        ({"kind": "file", "mimetype": "application/zip"}, 2018047),
        ({"name": "груша.png"}, None),
    ],
)
def test_instagram_takes_less_than_a_page(meta, direct, changed, subcode):
    assert upload(meta, direct, **changed)["error"].get("error_subcode") == subcode
    if subcode != 2018109:
        assert "attachment_id" in upload(meta, direct, platform="messenger", **changed)


def test_only_the_two_platforms_are_known(meta, direct):
    assert upload(meta, direct, platform="whatsapp")["error"]["code"] == 100


def write(client, name, mimetype, content=b"pears"):
    file = (io.BytesIO(content), name, mimetype)
    return client.post(f"/_sim/phone/messages?person={seed.PETER}&page={PAGE}", data={"file": file})


@pytest.mark.parametrize(
    ("name", "mimetype", "kind"),
    [
        ("pear.png", "image/png", "image"),
        ("pear.mp3", "audio/mpeg", "audio"),
        ("pear.mp4", "video/mp4", "video"),
        ("pear.pdf", "application/pdf", "file"),
    ],
)
def test_a_customer_sends_a_file_of_their_own(client, last_entry, hearing, name, mimetype, kind):
    assert write(client, name, mimetype).status_code == 303
    sent = last_entry()["messaging"][0]["message"]["attachments"][0]
    assert sent["type"] == kind
    answer = client.get(sent["payload"]["url"])
    assert (answer.data, answer.mimetype) == (b"pears", mimetype)
    assert f"filename={name}" in answer.headers["Content-Disposition"]


def test_a_page_of_html_is_saved_not_opened(client, last_entry, hearing):
    write(client, "x.html", "text/html", b"<script>alert(1)</script>")
    url = last_entry()["messaging"][0]["message"]["attachments"][0]["payload"]["url"]
    answer = client.get(url)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_phone_shows_that_its_message_was_seen_until_it_says_more(meta, client, token):
    where = "/_sim/phone/thread"
    assert b"Seen" not in client.get(where, query_string=PHONE).data
    to = {"id": seed.psid(seed.PETER, PAGE)}
    seen = {"recipient": to, "sender_action": "mark_seen"}
    client.post(f"/v26.0/me/messages?access_token={token}", json=seen)
    assert b"Seen" in client.get(where, query_string=PHONE).data
    meta.say("And on Sunday?")
    assert b"Seen" not in client.get(where, query_string=PHONE).data
