"""One private reply to a comment: written once, sent once, and then part of the customer's conversation."""

import re
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from tests import cast
from tests.conversations.sending import SEND, refusal, send
from tests.deliveries import PETER, delivery, echo, just_now, post, text
from webgateway.conversations import private_reply
from webgateway.conversations.models import Conversation, Message, Part
from webgateway.db import db, utcnow
from webgateway.flows.definition import Bot, Idle
from webgateway.journal import reading, taking
from webgateway.meta import messages

LIST = "/conversations/comments/"


@pytest.fixture
def joan(page):
    return cast.comment(page)


@pytest.fixture
def meta(requests_mock):
    """Meta takes the reply, and says whom it reached."""
    requests_mock.post(SEND, json={"recipient_id": PETER, "message_id": "m_out"})
    return requests_mock


def answer(client, comment, words="Three euros.", **data):
    return client.post(f"{LIST}{comment.id}/reply", data={"text": words, **data})


def written(comment, words="Three euros.") -> Message:
    message = private_reply.write(comment, words, cast.person("Gail"), None)
    db.session.commit()
    return message


def reply() -> Message:
    return db.session.scalars(select(Message).where(Message.comment_id.is_not(None))).one()


def talks() -> list[Conversation]:
    return list(db.session.scalars(select(Conversation)))


class TestWriting:
    def test_it_waits_for_the_worker_in_the_agents_name(self, as_gail, joan):
        got = answer(as_gail, joan)
        assert (got.status_code, got.location) == (303, f"{LIST}{joan.id}")
        assert (reply().text, reply().author, reply().user.name) == ("Three euros.", "agent", "Gail")
        assert [part.state for part in reply().parts] == ["waiting"]
        assert joan.state == "replied"
        assert talks() == []
        shown = as_gail.get(f"{LIST}{joan.id}").text
        assert "Three euros." in shown
        assert "Waiting" in shown
        assert "<textarea" not in shown

    @pytest.mark.parametrize(
        ("channel", "words", "told"),
        [
            ("messenger", " ", "Write something first."),
            ("messenger", "x" * 2001, "2,001 of 2,000 characters at most"),
            ("instagram", "ї" * 501, "1,002 of 1,000 bytes at most"),
        ],
    )
    def test_what_is_no_single_message_is_refused_beside_the_box(self, as_gail, joan, channel, words, told):
        joan.channel = channel
        db.session.commit()
        got = answer(as_gail, joan, words)
        assert got.status_code == 422
        assert told in got.text
        assert 'aria-invalid="true"' in got.text
        assert words.strip() in got.text
        assert db.session.scalars(select(Message)).all() == []

    @pytest.mark.parametrize(("channel", "words"), [("messenger", "ї" * 2000), ("instagram", "ї" * 500)])
    def test_what_just_fits_is_one_part(self, as_gail, joan, channel, words):
        joan.channel = channel
        db.session.commit()
        assert answer(as_gail, joan, words).status_code == 303
        assert [part.text for part in reply().parts] == [words]

    def test_a_second_reply_is_refused_and_what_was_typed_is_not_lost(self, as_gail, as_sam, joan):
        answer(as_gail, joan)
        got = answer(as_sam, joan, "Four euros.")
        assert got.status_code == 422
        assert "This comment has been answered in private already." in got.text
        assert "Four euros." in got.text
        assert reply().text == "Three euros."

    def test_the_same_form_sent_twice_is_one_reply(self, as_gail, joan):
        key = re.search(r'name="key"[^>]*value="([^"]+)"', as_gail.get(f"{LIST}{joan.id}").text)[1]
        for _ in range(2):
            assert answer(as_gail, joan, key=key).status_code == 303
        assert reply().text == "Three euros."

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"at": timedelta(days=6, hours=23, minutes=59, seconds=30)}, "older than seven days"),
            ({"removed_at": timedelta()}, "This comment has been removed."),
            ({"kind": "mention"}, "Meta offers no private reply to a mention."),
        ],
    )
    def test_what_meta_would_not_take_is_refused_with_the_reason(self, as_gail, joan, change, reason):
        for name, value in change.items():
            setattr(joan, name, utcnow() - value if isinstance(value, timedelta) else value)
        db.session.commit()
        got = answer(as_gail, joan)
        assert got.status_code == 422
        assert reason in got.text
        assert "Three euros." in got.text
        assert db.session.scalars(select(Message)).all() == []

    def test_six_days_later_it_is_still_taken(self, as_gail, joan):
        joan.at = utcnow() - timedelta(days=6, hours=23, minutes=58)
        db.session.commit()
        assert answer(as_gail, joan).status_code == 303

    def test_a_page_that_cannot_write_says_what_helps(self, as_gail, as_ada, joan, page):
        page.grants[0].dead_since = utcnow()
        db.session.commit()
        got = answer(as_gail, joan)
        assert got.status_code == 422
        assert "Facebook no longer lets us write for this page." in got.text
        assert re.search(
            r'href="/gateways/\d+/pages/login[^"]*"[^>]*>Reconnect</a>', as_ada.get(f"{LIST}{joan.id}").text
        )

    def test_a_gateway_that_is_off_is_silent(self, as_gail, joan, gateway):
        gateway.enabled = False
        db.session.commit()
        assert answer(as_gail, joan).status_code == 422

    def test_nobody_without_the_right(self, as_nora, visitor, joan):
        cast.person("Nora").roles[0].permissions = ["conversations:read"]
        db.session.commit()
        assert answer(as_nora, joan).status_code == 403
        assert "/login" in answer(visitor, joan).location
        assert db.session.scalars(select(Message)).all() == []


class TestSending:
    def test_it_goes_to_the_comment_with_our_id_and_no_window(self, joan, meta):
        part = written(joan).parts[0]
        assert send().state == "sent"
        assert meta.last_request.json() == {
            "recipient": {"comment_id": joan.meta_id},
            "message": {"text": "Three euros.", "metadata": part.key},
        }

    def test_it_opens_the_conversation_of_whom_meta_names(self, as_gail, joan, meta):
        written(joan)
        send()
        (talk,) = talks()
        assert (talk.contact.meta_id, talk.contact.display_name) == (PETER, "Joan Doe")
        assert (talk.preview, reply().conversation, reply().parts[0].conversation) == (
            "Three euros.",
            talk,
            talk,
        )
        shown = as_gail.get(f"/conversations/{talk.id}").text
        assert "Private reply to a comment" in shown
        assert "How much is a crate?" in shown
        assert "The customer has not written here yet" in shown
        assert (
            f'href="/conversations/{talk.id}">Go to the conversation' in as_gail.get(f"{LIST}{joan.id}").text
        )

    def test_it_joins_the_conversation_that_is_open(self, joan, page, meta):
        peter = cast.conversation(cast.contact(page))
        written(joan)
        send()
        assert talks() == [peter]
        assert reply().conversation == peter
        assert peter.contact.name == "Peter Chang"

    def test_from_then_on_the_customers_word_is_awaited_and_no_bots(self, joan, page, meta):
        flow = cast.flow(parts=(Bot(id="bot", url="https://bot.example/"),), idle=Idle(close_after=60))
        soon = utcnow() + timedelta(seconds=30)
        peter = cast.conversation(cast.contact(page), flow=flow, part="bot", tries=1, idle_at=soon)
        written(joan)
        send()
        assert (peter.part, peter.idle_at > utcnow() + timedelta(minutes=59)) == (None, True)

    def test_an_instagram_author_is_known_by_username(self, joan, meta):
        joan.channel, joan.author_name = "instagram", "joan.doe"
        written(joan)
        send()
        (talk,) = talks()
        assert (talk.channel, talk.contact.username, talk.contact.name) == ("instagram", "joan.doe", None)

    def test_what_the_customer_answers_follows_and_the_flow_does_not_greet(
        self, visitor, gateway, joan, work, meta, requests_mock
    ):
        requests_mock.get(f"http://127.0.0.1:9/v26.0/{PETER}", json={})
        gateway.flow = cast.flow()
        db.session.commit()
        written(joan)
        send()
        post(visitor, gateway, delivery(text("Thank you!", "m_1", at=just_now() + 1000)))
        work(reading, taking)
        (talk,) = talks()
        said = db.session.scalars(select(Message).order_by(Message.occurred_at)).all()
        assert [(one.author, one.text) for one in said] == [
            ("agent", "Three euros."),
            ("customer", "Thank you!"),
        ]
        assert {one.conversation for one in said} == {talk}

    def test_the_echo_tells_whose_it_is_when_the_answer_did_not(
        self, visitor, gateway, joan, work, requests_mock
    ):
        requests_mock.post(SEND, json={"message_id": "m_out"})
        part = written(joan).parts[0]
        send()
        assert talks() == []
        post(visitor, gateway, delivery(echo("Three euros.", "m_out", metadata=part.key)))
        work(reading, taking)
        assert [talk.contact.meta_id for talk in talks()] == [PETER]
        assert len(db.session.scalars(select(Message)).all()) == 1

    def test_without_an_answer_it_is_unclear_and_never_repeated(self, as_gail, joan, requests_mock):
        requests_mock.post(SEND, exc=requests.exceptions.ReadTimeout)
        written(joan)
        assert send().state == "unclear"
        assert send() is None
        shown = as_gail.get(f"{LIST}{joan.id}").text
        assert "It did arrive" in shown
        assert "Send this reply again?" in shown
        assert as_gail.post(f"{LIST}{joan.id}/reply/arrival").status_code == 303
        assert reply().parts[0].state == "sent"

    def test_the_echo_settles_what_was_unclear(self, visitor, gateway, joan, work, requests_mock):
        requests_mock.post(SEND, exc=requests.exceptions.ReadTimeout)
        part = written(joan).parts[0]
        send()
        post(visitor, gateway, delivery(echo("Three euros.", "m_late", metadata=part.key)))
        work(reading, taking)
        assert (part.state, part.mid) == ("sent", "m_late")
        assert reply().conversation == talks()[0]

    def test_instagrams_echo_settles_it_by_its_words(self, visitor, gateway, page, joan, work, requests_mock):
        """It carries no metadata."""
        page.instagram_id, joan.channel = "17841405726653026", "instagram"
        db.session.commit()
        requests_mock.post(SEND, exc=requests.exceptions.ReadTimeout)
        part = written(joan).parts[0]
        send()
        told = echo("Three euros.", "aWdf1", to=joan.author_id, page=page.instagram_id, at=just_now())
        post(visitor, gateway, delivery(told, page=page.instagram_id, object="instagram"))
        work(reading, taking)
        assert (part.state, part.mid) == ("sent", "aWdf1")
        assert [talk.contact.meta_id for talk in talks()] == [joan.author_id]

    def test_a_refusal_is_final_and_told(self, as_gail, joan, requests_mock):
        requests_mock.post(SEND, **refusal(100, 2534025, "The comment is invalid for a private reply"))
        written(joan)
        assert send().state == "failed"
        shown = as_gail.get(f"{LIST}{joan.id}").text
        assert "This comment cannot be answered in private, or has been already." in shown
        assert "Not sent" in as_gail.get(f"{LIST}?state=replied").text

    def test_after_a_broadcast_the_refusal_is_explained(self, as_gail, joan, requests_mock):
        joan.live = True
        requests_mock.post(SEND, **refusal(100, 2534025))
        written(joan)
        send()
        assert "After a live broadcast has ended" in as_gail.get(f"{LIST}{joan.id}").text

    def test_what_failed_can_be_tried_again(self, as_gail, joan, meta):
        written(joan).parts[0].state = "failed"
        db.session.commit()
        assert "Try again" in as_gail.get(f"{LIST}{joan.id}").text
        assert as_gail.post(f"{LIST}{joan.id}/reply/retry").status_code == 303
        assert send().state == "sent"

    def test_what_failed_is_not_tried_after_seven_days(self, as_gail, joan):
        written(joan).parts[0].state = "failed"
        joan.at -= timedelta(days=7)
        db.session.commit()
        assert "Try again" not in as_gail.get(f"{LIST}{joan.id}").text
        got = as_gail.post(f"{LIST}{joan.id}/reply/retry")
        assert got.status_code == 422
        assert "older than seven days" in got.text
        assert reply().parts[0].state == "failed"

    @pytest.mark.parametrize("late", [{"removed_at": timedelta()}, {"at": timedelta(days=7)}])
    def test_what_waited_too_long_is_not_sent(self, joan, meta, late):
        written(joan)
        for name, passed in late.items():
            setattr(joan, name, utcnow() - passed)
        db.session.commit()
        part = send()
        assert part.state == "failed"
        assert part.error
        assert meta.call_count == 0

    def test_a_worker_that_was_killed_leaves_it_unclear(self, joan, meta):
        part = written(joan).parts[0]
        part.leased_until = utcnow() - timedelta(seconds=1)
        db.session.commit()
        assert send().state == "unclear"
        assert meta.call_count == 0

    def test_two_replies_do_not_wait_for_each_other(self, page, joan, meta):
        written(joan).parts[0].next_try_at += timedelta(hours=1)
        written(cast.comment(page, meta_id="2"), "Yes.")
        assert send().text == "Yes."

    def test_no_more_in_an_hour_than_meta_takes(self, as_gail, page, joan, meta, monkeypatch):
        monkeypatch.setattr(messages, "PRIVATE_REPLIES_PER_HOUR", 1)
        written(joan)
        assert send().state == "sent"
        written(cast.comment(page, meta_id="2"), "Yes.")
        part = send()
        assert (part.state, part.attempts) == ("waiting", 0)
        assert part.next_try_at > utcnow() + timedelta(minutes=59)
        assert "750 private replies" in as_gail.get(f"{LIST}{part.message.comment_id}").text
        assert meta.call_count == 1

    def test_another_pages_replies_do_not_count(self, gateway, page, joan, meta, monkeypatch):
        monkeypatch.setattr(messages, "PRIVATE_REPLIES_PER_HOUR", 1)
        written(joan)
        send()
        cats = cast.page(gateway, "Cisco Cats", "102938475610294")
        cast.grant(cats, cast.account(gateway, "Ivan Petrov", "4705278912843592"))
        meta.post(SEND.replace(page.meta_id, cats.meta_id), json={"message_id": "m_2"})
        written(cast.comment(cats))
        assert send().state == "sent"


@pytest.mark.parametrize("verb", ["retry", "arrival"])
def test_nobody_settles_what_is_not_theirs_or_was_not_written(as_rita, as_nora, as_gail, joan, verb):
    assert as_gail.post(f"{LIST}{joan.id}/reply/{verb}").status_code == 404
    written(joan).parts[0].state = "unclear"
    db.session.commit()
    assert as_rita.post(f"{LIST}{joan.id}/reply/{verb}").status_code == 404
    assert as_nora.post(f"{LIST}{joan.id}/reply/{verb}").status_code == 403
    assert db.session.scalars(select(Part)).one().state == "unclear"


def test_a_customer_who_writes_while_meta_is_asked_has_one_conversation(joan, page, requests_mock):
    def meanwhile(_request, _context):
        cast.conversation(cast.contact(page))
        return {"recipient_id": PETER, "message_id": "m_out"}

    requests_mock.post(SEND, json=meanwhile)
    written(joan)
    assert send().state == "sent"
    assert len(talks()) == 1
    assert reply().conversation == talks()[0]
