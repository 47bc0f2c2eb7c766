"""Files to customers: uploaded once, sent like every other message, kept no longer than needed."""

from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from tests import cast
from tests.conversations.filing import PDF, PNG, UPLOAD, upload, write
from tests.conversations.sending import SEND, refusal, send
from tests.deliveries import PAGE, PETER, just_now
from webgateway.conversations import forgetting, pace, writing
from webgateway.conversations.models import Part
from webgateway.conversations.uploads import Upload
from webgateway.db import db, utcnow
from webgateway.pages import erasing


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def meta(requests_mock):
    """Meta takes every file and message and numbers them."""
    ids, mids = iter(range(1, 1000)), iter(range(1, 1000))
    requests_mock.post(UPLOAD, json=lambda *_: {"attachment_id": f"18{next(ids)}"})
    requests_mock.post(SEND, json=lambda *_: {"recipient_id": PETER, "message_id": f"m_{next(mids)}"})
    return requests_mock


def calls(meta) -> list[str]:
    return [request.path.rpartition("/")[2] for request in meta.request_history]


def kept() -> bytes | None:
    db.session.expire_all()
    return db.session.scalar(select(Upload.content))


def echo(part: Part, attachment: dict, **message) -> dict:
    said = {"mid": "m_1", "is_echo": True, "metadata": part.key, "attachments": [attachment], **message}
    return {"sender": {"id": PAGE}, "recipient": {"id": PETER}, "timestamp": just_now(), "message": said}


PICTURE = {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/pear.png"}}


def test_a_file_is_uploaded_and_then_sent_by_its_id_with_our_own(talk, meta):
    part = write(talk, "", upload()).parts[0]
    assert send().state == "sent"
    assert calls(meta) == ["message_attachments", "messages"]
    assert meta.last_request.json()["message"] == {
        "attachment": {"type": "image", "payload": {"attachment_id": "181"}},
        "metadata": part.key,
    }
    assert part.mid == "m_1"


def test_the_text_goes_first_then_file_after_file(talk, meta):
    message = write(talk, "Our prices", upload(), upload("menu.pdf", PDF, "file", "application/pdf"))
    assert [part.text or part.upload.name for part in message.parts] == ["Our prices", "pear.png", "menu.pdf"]
    for _ in range(3):
        assert send().state == "sent"
    assert calls(meta) == ["messages", *["message_attachments", "messages"] * 2]
    assert talk.preview == "Our prices"


def test_before_a_question_with_quick_replies_the_file_goes_first(talk):
    offers = [{"type": "text", "title": "Yes", "payload": "yes"}]
    message = writing.write(talk, "This one?", "flow", quick_replies=offers, uploads=[upload()])
    assert [(bool(part.upload), part.quick_replies) for part in message.parts] == [
        (True, None),
        (False, offers),
    ]


def test_without_a_text_the_list_names_the_kind(talk):
    write(talk, "", upload())
    assert talk.preview == "Picture"


@pytest.mark.parametrize(
    "fault", [{"exc": requests.exceptions.ReadTimeout}, {"status_code": 502, "text": "x"}]
)
def test_an_upload_that_got_no_answer_is_repeated_for_no_customer_has_it(talk, meta, fault):
    meta.post(UPLOAD, [fault, {"json": {"attachment_id": "181"}}])
    part = write(talk, "", upload()).parts[0]
    assert send().state == "waiting"
    part.next_try_at = utcnow()
    db.session.commit()
    assert send().state == "sent"
    assert calls(meta) == ["message_attachments", "message_attachments", "messages"]


def test_what_was_uploaded_is_not_uploaded_again_when_the_message_must_wait(talk, meta):
    meta.post(SEND, [refusal(2, status=500), {"json": {"message_id": "m_1"}}])
    part = write(talk, "", upload()).parts[0]
    assert send().state == "waiting"
    part.next_try_at = utcnow()
    db.session.commit()
    assert send().state == "sent"
    assert calls(meta) == ["message_attachments", "messages", "messages"]


def test_a_message_without_an_answer_stays_unclear_until_its_echo(talk, meta, receive):
    meta.post(SEND, exc=requests.exceptions.ReadTimeout)
    part = write(talk, "", upload()).parts[0]
    assert send().state == "unclear"
    receive(echo(part, PICTURE))
    db.session.expire_all()
    assert part.state == "sent"


def test_an_id_that_meta_forgot_is_asked_for_anew(talk, meta):
    meta.post(SEND, **refusal(100, 2018074))
    message = write(talk, "", upload(attachment_id="17"))
    assert send().state == "failed"
    meta.post(SEND, json={"message_id": "m_1"})
    writing.send_again(message)
    db.session.commit()
    assert send().state == "sent"
    assert calls(meta)[-2:] == ["message_attachments", "messages"]


def test_on_instagram_a_file_has_another_name(page, meta):
    contact = cast.contact(page, "Olha", "6841100000000001", channel="instagram")
    write(cast.conversation(contact), "", upload())
    assert send().state == "sent"
    assert meta.last_request.json()["message"]["attachment"] == {
        "type": "MEDIA_SHARE",
        "payload": {"id": "181"},
    }


def test_sound_and_video_leave_more_slowly_than_texts(talk, page, meta):
    write(talk, "", upload("a.mp4", b"....ftypisom", "video", "video/mp4"))
    before = utcnow()
    send()
    assert page.next_send_at - before >= timedelta(seconds=1) / pace.FILES_PER_SECOND


def test_the_echo_tells_where_meta_shows_it_and_nothing_is_kept_here(talk, meta, receive):
    message = write(talk, "", upload())
    send()
    assert kept() == PNG
    receive(echo(message.parts[0], PICTURE))
    assert kept() is None
    assert message.attachments[0]["url"] == PICTURE["payload"]["url"]
    assert message.attachments[0]["upload_id"] == message.parts[0].upload_id


def test_instagrams_echo_is_told_by_the_kind_of_file(page, meta, receive):
    page.instagram_id = "17841405726653026"
    contact = cast.contact(page, "Olha", "6841100000000001", channel="instagram")
    meta.post(SEND, exc=requests.exceptions.ReadTimeout)
    part = write(cast.conversation(contact), "", upload()).parts[0]
    assert send().state == "unclear"
    said = {"mid": "m_ig", "is_echo": True, "attachments": [PICTURE]}
    item = {
        "sender": {"id": page.instagram_id},
        "recipient": {"id": contact.meta_id},
        "timestamp": int(utcnow().timestamp() * 1000),
        "message": said,
    }
    receive(item, object="instagram", page=page.instagram_id)
    db.session.expire_all()
    assert (part.state, part.mid) == ("sent", "m_ig")


@pytest.mark.parametrize(
    ("sent", "written", "stays"),
    [
        (timedelta(minutes=50), timedelta(hours=1), True),
        (timedelta(minutes=70), timedelta(hours=2), False),
        (None, timedelta(days=6), True),
        (None, timedelta(days=8), False),
    ],
)
def test_what_nobody_needs_is_forgotten(talk, sent, written, stays):
    part = write(talk, "", upload(created_at=utcnow() - written)).parts[0]
    if sent:
        part.state, part.sent_at = "sent", utcnow() - sent
    db.session.commit()
    forgetting.forget()
    assert (kept() is not None) is stays
    assert part.upload.size == len(PNG)


def test_what_is_no_longer_kept_fails_in_words(talk, meta):
    message = write(talk, "", upload(content=None, size=3))
    assert send().error == "The file is no longer kept here."
    assert calls(meta) == []
    assert message.parts[0].state == "failed"


def test_at_the_customers_wish_files_and_their_names_are_erased(talk, gateway):
    write(talk, "", upload())
    erasing.erasing.send(gateway, meta_id=talk.contact.meta_id)
    assert db.session.scalar(select(Upload)) is None
    assert db.session.scalar(select(Part.state)) == "failed"
