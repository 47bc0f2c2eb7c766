"""What customers do becomes visible: messages, answers, links, and what Meta says of our own messages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.conversations.receiving import INSTAGRAM, item, last_event, messages
from tests.deliveries import NOON, PETER, echo, text
from webgateway.conversations import outgoing
from webgateway.conversations.models import Contact, Conversation, Part
from webgateway.db import db, utcnow


def test_a_first_message_opens_a_conversation_with_a_new_contact(receive, page):
    receive(text("Is the shop open?", "m_1"))
    conversation = db.session.scalars(select(Conversation)).one()
    assert (conversation.page_id, conversation.contact.meta_id) == (page.id, PETER)
    assert conversation.contact.display_name == "Facebook user …0394"
    assert [message.text for message in messages()] == ["Is the shop open?"]
    assert conversation.preview == "Is the shop open?"
    assert int(messages()[0].occurred_at.timestamp() * 1000) == NOON


def test_the_next_message_joins_the_open_conversation(receive):
    receive(text("One", "m_1"))
    receive(text("Two", "m_2", at=NOON + 1000))
    assert len(db.session.scalars(select(Conversation)).all()) == 1


def test_after_closing_the_next_message_opens_a_new_one_with_the_same_contact(receive):
    receive(text("One", "m_1"))
    db.session.scalars(select(Conversation)).one().closed_at = utcnow()
    db.session.commit()
    receive(text("Two", "m_2"))
    assert len(db.session.scalars(select(Conversation)).all()) == 2
    assert len(db.session.scalars(select(Contact)).all()) == 1


def test_the_same_person_on_two_pages_is_two_contacts(receive, gateway):
    second = cast.page(gateway, "Harbour Coffee", "108001000000003")
    receive(text("One", "m_1"))
    receive(text("Two", "m_2", page=second.meta_id), page=second.meta_id)
    assert len(db.session.scalars(select(Contact)).all()) == 2


def test_messages_stand_in_metas_order_however_they_arrive(receive):
    receive(text("second", "m_2", at=NOON + 5000))
    receive(text("first", "m_1", at=NOON))
    assert [message.text for message in messages()] == ["first", "second"]
    assert db.session.scalars(select(Conversation)).one().preview == "second"


def test_attachments_keep_their_kind_and_address(receive):
    url = "https://scontent.xx.fbcdn.net/a.jpg"
    files = [{"type": "image", "payload": {"url": url}}, {"type": "file", "payload": {"url": url}}]
    receive(item(message={"mid": "m_1", "attachments": files}))
    assert [found["type"] for found in messages()[0].attachments] == ["image", "file"]
    assert messages()[0].attachments[0]["url"] == url
    assert db.session.scalars(select(Conversation)).one().preview == "Picture"


def test_a_postback_shows_its_title_and_keeps_its_payload(receive):
    receive(item(postback={"mid": "m_1", "title": "Get started", "payload": "START"}))
    assert (messages()[0].kind, messages()[0].text, messages()[0].payload) == (
        "postback",
        "Get started",
        "START",
    )


def test_a_quick_reply_answer_keeps_its_payload(receive):
    receive(text("Green", "m_1", quick_reply={"payload": "PICK_GREEN"}))
    assert (messages()[0].kind, messages()[0].text, messages()[0].payload) == (
        "quick_reply",
        "Green",
        "PICK_GREEN",
    )


def test_a_referral_alone_is_visible(receive):
    receive(item(referral={"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    assert messages()[0].kind == "referral"
    assert messages()[0].referral["ref"] == "summer"


def test_what_meta_does_not_pass_on_is_said_in_words(receive):
    receive(item(message={"mid": "m_1", "is_unsupported": True}))
    assert messages()[0].kind == "unsupported"
    assert messages()[0].text


def test_the_flow_greets_once_per_conversation(receive, gateway):
    gateway.flow = cast.flow()
    db.session.commit()
    receive(text("One", "m_1"))
    receive(text("Two", "m_2"))
    assert [message.text for message in messages() if message.author == "flow"] == ["Hello! We are reading."]


def test_a_new_conversation_is_greeted_again(receive, gateway):
    gateway.flow = cast.flow()
    db.session.commit()
    receive(text("One", "m_1"))
    db.session.scalars(select(Conversation)).one().closed_at = utcnow()
    db.session.commit()
    receive(text("Two", "m_2"))
    assert len([message for message in messages() if message.author == "flow"]) == 2


def test_a_switched_off_gateway_shows_the_message_and_stays_silent(receive, gateway):
    gateway.flow = cast.flow()
    gateway.enabled = False
    db.session.commit()
    receive(text("One", "m_1"))
    assert [message.author for message in messages()] == ["customer"]


def test_a_gateway_without_a_flow_says_nothing(receive):
    receive(text("One", "m_1"))
    assert [message.author for message in messages()] == ["customer"]


def test_a_kind_that_nobody_knows_is_ignored_with_a_reason(receive):
    receive(item(something_new_of_meta={}))
    assert last_event().outcome == "ignored"
    assert last_event().reason


def test_a_time_far_in_the_future_is_not_believed(receive):
    receive(text("Hi", "m_1", at=NOON * 10))
    assert messages()[0].occurred_at <= utcnow()


class TestOurOwnMessages:
    @pytest.fixture
    def sent(self, receive):
        """A message of ours that Meta has, in an open conversation."""
        receive(text("Hi", "m_1"))
        conversation = db.session.scalars(select(Conversation)).one()
        message = outgoing.write(conversation, "Hello Peter", "agent", cast.person("Gail"))
        part = message.parts[0]
        outgoing.arrived(part, "m_out", utcnow())
        db.session.commit()
        return part

    def at(self, moment) -> int:
        return int(moment.timestamp() * 1000)

    def test_the_echo_is_not_a_second_message(self, receive, sent):
        receive(echo("Hello Peter", "m_out", metadata=sent.key))
        assert len(messages()) == 2

    def test_the_echo_settles_an_unclear_send(self, receive, sent):
        sent.state, sent.mid = "unclear", None
        db.session.commit()
        receive(echo("Hello Peter", "m_late", metadata=sent.key))
        assert (sent.state, sent.mid) == ("sent", "m_late")

    def test_a_watermark_is_no_proof_that_an_unclear_send_arrived(self, receive, sent):
        """The customer may have read what was sent before it: only the echo or a person can tell."""
        sent.state, sent.mid, sent.sent_at = "unclear", None, None
        db.session.commit()
        receive(item(read={"watermark": self.at(utcnow())}))
        receive(item(delivery={"watermark": self.at(utcnow()), "mids": ["m_out"]}))
        assert sent.state == "unclear"

    def test_an_answer_from_metas_inbox_is_shown_as_the_pages(self, receive, sent):
        receive(echo("From the inbox", "m_inbox", at=NOON + 9000))
        assert [message.author for message in messages()] == ["customer", "page", "agent"]

    def test_delivered_and_read_move_on_and_never_back(self, receive, sent):
        later = self.at(sent.sent_at + timedelta(seconds=1))
        receive(item(read={"watermark": later}))
        assert sent.state == "read"
        receive(item(delivery={"watermark": later, "mids": ["m_out"]}))
        assert sent.state == "read"

    def test_a_delivery_note_names_mids_or_a_watermark(self, receive, sent):
        receive(item(delivery={"watermark": self.at(sent.sent_at + timedelta(seconds=1))}))
        assert sent.state == "delivered"

    def test_a_farewell_is_delivered_after_the_end(self, receive, sent):
        sent.conversation.closed_at = utcnow()
        db.session.commit()
        receive(item(delivery={"watermark": self.at(sent.sent_at + timedelta(seconds=1))}))
        assert sent.state == "delivered"

    def test_an_older_watermark_reaches_nothing(self, receive, sent):
        receive(item(read={"watermark": self.at(sent.sent_at - timedelta(minutes=1))}))
        assert sent.state == "sent"

    def test_anothers_metadata_moves_nothing_of_ours(self, receive, sent, gateway):
        other = cast.page(gateway, "Harbour Coffee", "108001000000003")
        sent.state = "unclear"
        db.session.commit()
        receive(echo("x", "m_x", page=other.meta_id, metadata=sent.key), page=other.meta_id)
        assert sent.state == "unclear"

    def test_parts_remember_their_sending(self, sent):
        assert db.session.scalars(select(Part)).one().sent_at is not None

    def test_a_delivery_note_that_names_some_reaches_all_up_to_its_watermark(self, receive, sent):
        later = self.at(sent.sent_at + timedelta(seconds=1))
        receive(item(delivery={"watermark": later, "mids": ["m_another"]}))
        assert sent.state == "delivered"


class TestReadOnInstagram:
    """Meta names the message that was read in place of a time."""

    @pytest.fixture
    def sent(self, receive, page):
        page.instagram_id = INSTAGRAM
        db.session.commit()
        receive(text("Hi", "m_1", page=INSTAGRAM), page=INSTAGRAM, object="instagram")
        talk = db.session.scalars(select(Conversation)).one()
        parts = []
        for number in range(3):
            message = outgoing.write(talk, f"Answer {number}", "agent", cast.person("Gail"))
            outgoing.arrived(message.parts[0], f"m_out{number}", utcnow() + timedelta(seconds=number))
            parts.append(message.parts[0])
        db.session.commit()
        return parts

    @pytest.fixture
    def read(self, receive):
        def reading_it(mid):
            receive(
                {**item(read={"mid": mid}), "recipient": {"id": INSTAGRAM}},
                page=INSTAGRAM,
                object="instagram",
            )

        return reading_it

    def test_it_and_all_before_it_are_read_and_nothing_after(self, read, sent):
        read("m_out1")
        assert [part.state for part in sent] == ["read", "read", "sent"]

    def test_it_never_goes_back(self, read, sent):
        read("m_out2")
        read("m_out0")
        assert [part.state for part in sent] == ["read", "read", "read"]
        assert sent[0].conversation.customer_read_at == sent[2].sent_at

    def test_after_the_end_too(self, read, sent):
        sent[0].conversation.closed_at = utcnow()
        db.session.commit()
        read("m_out2")
        assert sent[2].state == "read"

    def test_one_that_is_not_here_moves_nothing(self, read, sent):
        read("m_of_another")
        assert {part.state for part in sent} == {"sent"}
        assert last_event().reason == "It names a message that is not here."
