"""Answering a customer: what is sent, what is refused, and when nobody can write."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from webgateway.conversations import outgoing
from webgateway.conversations.models import Message, Part
from webgateway.db import db, utcnow


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page))


def key(answer) -> str:
    return re.search(r'name="key"[^>]*value="([^"]+)"', answer.text)[1]


def texts() -> list[str]:
    return list(
        db.session.scalars(select(Message.text).where(Message.author == "agent").order_by(Message.id))
    )


def test_an_answer_is_written_in_the_agents_name_and_waits_for_the_worker(as_gail, peter):
    answer = as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "It is.\nUntil six."})
    assert (answer.status_code, answer.location) == (303, f"/conversations/{peter.id}")
    message = db.session.scalars(select(Message)).one()
    assert (message.text, message.author, message.user.name) == ("It is.\nUntil six.", "agent", "Gail")
    assert [part.state for part in message.parts] == ["waiting"]


def test_the_page_takes_the_answer_in_and_offers_an_empty_box(as_gail, peter):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "It is."}, headers=headers)
    assert answer.status_code == 200
    assert "<p>It is.</p>" in answer.text
    assert re.search(r"<textarea[^>]*>\s*</textarea>", answer.text)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 20_001])
def test_an_empty_or_endless_answer_is_refused_beside_the_box(as_gail, peter, text):
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
        answer = as_gail.post(f"/conversations/{peter.id}/messages", data={"text": text}, headers=headers)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert 'aria-describedby="text-error"' in answer.text
        assert text.strip() in answer.text
    assert texts() == []


@pytest.mark.parametrize("text", ["\u200b", " \u2060\u00a0\u200e", "\0", "\ufeff\n"])
def test_what_nobody_could_see_is_no_answer(as_gail, peter, text):
    assert as_gail.post(f"/conversations/{peter.id}/messages", data={"text": text}).status_code == 422
    assert texts() == []


@pytest.mark.parametrize(
    "text", ["👍\U0001f3fd", "\u05e9\u05dc\u05d5\u05dd", "<script>alert(1)</script>", "?"]
)
def test_whatever_can_be_seen_is_sent_as_it_is(as_gail, peter, text):
    assert as_gail.post(f"/conversations/{peter.id}/messages", data={"text": text}).status_code == 303
    assert texts() == [text]
    assert "<script>alert" not in as_gail.get(f"/conversations/{peter.id}").text


def test_line_breaks_of_browsers_and_what_no_database_takes_are_left_out(as_gail, peter):
    as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "It is.\r\nUntil\0 six."})
    assert texts() == ["It is.\nUntil six."]


def test_a_form_sent_twice_is_one_message(as_gail, peter):
    drawn = key(as_gail.get(f"/conversations/{peter.id}"))
    for _ in range(2):
        as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "It is.", "key": drawn})
    assert texts() == ["It is."]
    assert key(as_gail.get(f"/conversations/{peter.id}")) != drawn


def test_the_same_words_in_two_forms_are_two_messages(as_gail, peter):
    for _ in range(2):
        drawn = key(as_gail.get(f"/conversations/{peter.id}"))
        as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "Yes.", "key": drawn})
    assert texts() == ["Yes.", "Yes."]


def test_who_may_only_read_is_offered_no_box(as_nora, peter):
    cast.person("Nora").roles[0].permissions = ["conversations:read"]
    page = as_nora.get(f"/conversations/{peter.id}")
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert "Close conversation" not in page.text
    assert as_nora.post(f"/conversations/{peter.id}/messages", data={"text": "Hi"}).status_code == 403
    assert texts() == []


def test_strangers_and_missing_conversations_are_not_found(as_rita, as_gail, visitor, peter):
    assert as_rita.post(f"/conversations/{peter.id}/messages", data={"text": "Hi"}).status_code == 404
    assert as_gail.post("/conversations/4711/messages", data={"text": "Hi"}).status_code == 404
    assert "/login" in visitor.post(f"/conversations/{peter.id}/messages", data={"text": "Hi"}).location
    assert texts() == []


def test_the_end_of_the_window_is_counted_down(as_gail, peter):
    wrote = peter.customer_wrote_at
    ends = (wrote + timedelta(hours=24) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f'<time datetime="{ends}" data-countdown>' in as_gail.get(f"/conversations/{peter.id}").text


class TestLock:
    """The reason stands where the form would; the same check refuses what is sent all the same."""

    def refused(self, client, talk, reason: str) -> str:
        db.session.commit()
        page = client.get(f"/conversations/{talk.id}")
        assert reason in page.text
        assert 'name="text"' not in page.text
        sent = client.post(f"/conversations/{talk.id}/messages", data={"text": "What I typed"})
        assert sent.status_code == 422
        assert reason in sent.text
        assert "What I typed" in sent.text
        assert texts() == []
        return page.text

    def test_a_closed_conversation(self, as_gail, peter):
        peter.closed_at = utcnow()
        self.refused(as_gail, peter, "This conversation is closed.")

    def test_a_closed_conversation_leads_to_the_one_that_goes_on(self, as_gail, peter):
        peter.closed_at = utcnow()
        follower = cast.conversation(peter.contact)
        page = self.refused(as_gail, peter, "This conversation is closed.")
        assert f'href="/conversations/{follower.id}">Go to the open conversation</a>' in page

    def test_a_window_that_has_closed(self, as_gail, peter):
        peter.customer_wrote_at = utcnow() - timedelta(hours=23, minutes=59, seconds=30)
        self.refused(as_gail, peter, "more than 24 hours ago")

    def test_a_window_that_is_still_open(self, as_gail, peter):
        peter.customer_wrote_at = utcnow() - timedelta(hours=23, minutes=58)
        as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "In time"})
        assert texts() == ["In time"]

    def test_a_customer_who_never_wrote(self, as_gail, peter):
        peter.customer_wrote_at = None
        self.refused(as_gail, peter, "Meta allows no answer")

    def test_a_removed_page(self, as_gail, peter):
        peter.page.removed_at = utcnow()
        self.refused(as_gail, peter, "This page is no longer connected.")

    def test_a_deleted_gateway(self, as_gail, peter):
        peter.page.gateway.deleted_at = utcnow()
        self.refused(as_gail, peter, "The chat gateway of this page was deleted.")

    def test_a_gateway_that_is_switched_off(self, as_gail, peter):
        peter.page.gateway.enabled = False
        self.refused(as_gail, peter, "The chat gateway is switched off.")

    def test_a_dead_token_offers_an_administrator_to_reconnect(self, as_ada, peter):
        peter.page.grants[0].dead_since = utcnow()
        page = self.refused(as_ada, peter, "Facebook no longer lets us write for this page.")
        link = re.search(r'<a class="button" role="button" href="([^"]+)" hx-get="[^>]+>Reconnect</a>', page)
        assert link[1] == f"/gateways/{peter.page.gateway_id}/pages/login?reconnect={peter.page.id}"

    def test_an_open_conversation_keeps_its_box_and_one_cannot_write_in_it(self, as_gail, peter):
        peter.page.grants[0].dead_since = utcnow()
        page = self.refused(as_gail, peter, "Facebook no longer lets us write for this page.")
        assert f'<textarea id="text-{peter.id}" rows="2" disabled></textarea>' in page

    def test_a_dead_token_sends_an_agent_to_the_administrator(self, as_gail, peter):
        peter.page.grants[0].dead_since = utcnow()
        page = self.refused(as_gail, peter, "Facebook no longer lets us write for this page.")
        assert "Ask an administrator" in page
        assert "Reconnect</a>" not in page

    def test_a_second_persons_token_keeps_it_open(self, as_gail, peter, page):
        page.grants[0].dead_since = utcnow()
        cast.grant(page, cast.account(page.gateway, "Ivan Petrov", "4705278912843592"))
        as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "Hello"})
        assert texts() == ["Hello"]

    def test_unlocking_is_news_and_brings_the_form(self, as_gail, peter, page):
        page.gateway.enabled = False
        db.session.commit()
        shown = as_gail.get(f"/conversations/{peter.id}").text
        url = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', shown)[1].replace("&amp;", "&")
        page.gateway.enabled = True
        db.session.commit()
        assert 'name="text"' in as_gail.fragment(url).text


class TestSendAgain:
    @pytest.fixture
    def message(self, peter):
        message = outgoing.write(peter, "x" * 3000, "agent")
        message.parts[0].state = "sent"
        message.parts[1].state = "failed"
        db.session.commit()
        return message

    def states(self) -> list[str]:
        return list(db.session.scalars(select(Part.state).order_by(Part.position)))

    def test_only_what_did_not_arrive_is_sent_again(self, as_gail, message):
        answer = as_gail.post(f"/conversations/{message.conversation_id}/messages/{message.id}/retry")
        assert answer.status_code == 303
        assert self.states() == ["sent", "waiting"]

    def test_while_nobody_may_write_nothing_is_sent_again(self, as_gail, message):
        message.conversation.closed_at = utcnow()
        db.session.commit()
        assert "Try again" not in as_gail.get(f"/conversations/{message.conversation_id}").text
        url = f"/conversations/{message.conversation_id}/messages/{message.id}/retry"
        assert as_gail.post(url).status_code == 422
        assert self.states() == ["sent", "failed"]

    def test_strangers_and_those_without_the_right_cannot(self, as_rita, as_nora, visitor, message):
        url = f"/conversations/{message.conversation_id}/messages/{message.id}/retry"
        assert as_rita.post(url).status_code == 404
        assert as_nora.post(url).status_code == 403
        assert "/login" in visitor.post(url).location
        assert self.states() == ["sent", "failed"]

    def test_a_message_of_another_conversation_is_not_found(self, as_gail, message, page):
        other = cast.conversation(cast.contact(page, "Maya Ruiz", "7392015648120395"))
        assert as_gail.post(f"/conversations/{other.id}/messages/{message.id}/retry").status_code == 404
        assert as_gail.post(f"/conversations/{other.id}/messages/4711/retry").status_code == 404
        assert self.states() == ["sent", "failed"]


class TestItDidArrive:
    @pytest.fixture
    def message(self, peter):
        message = outgoing.write(peter, "x" * 5000, "agent")
        for part, state in zip(message.parts, ("sent", "unclear", "held"), strict=True):
            part.state = state
        message.parts[1].error = "Meta's answer did not arrive."
        db.session.commit()
        return message

    def url(self, message: Message) -> str:
        return f"/conversations/{message.conversation_id}/messages/{message.id}/arrival"

    def states(self) -> list[str]:
        return list(db.session.scalars(select(Part.state).order_by(Part.position)))

    def test_what_somebody_saw_at_meta_counts_as_sent_and_the_rest_goes_out(self, as_gail, message):
        answer = as_gail.post(self.url(message))
        assert (answer.status_code, answer.location) == (303, f"/conversations/{message.conversation_id}")
        assert self.states() == ["sent", "sent", "waiting"]
        assert message.parts[1].error is None
        assert message.parts[1].sent_at

    def test_the_thread_is_answered_where_htmx_asks(self, as_gail, message):
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
        answer = as_gail.post(self.url(message), headers=headers)
        assert answer.status_code == 200
        assert "2 of 3 sent" in answer.text

    def test_the_echo_that_comes_after_all_changes_nothing_but_the_name(self, as_gail, message):
        as_gail.post(self.url(message))
        outgoing.arrived(message.parts[1], "m_2", utcnow())
        db.session.commit()
        assert self.states() == ["sent", "sent", "waiting"]
        assert message.parts[1].mid == "m_2"

    def test_it_can_be_said_when_nobody_may_write_any_more(self, as_gail, message):
        message.conversation.closed_at = utcnow()
        db.session.commit()
        shown = as_gail.get(f"/conversations/{message.conversation_id}").text
        assert "It did arrive" in shown
        assert "Send again" not in shown
        as_gail.post(self.url(message))
        assert self.states()[1] == "sent"

    @pytest.mark.parametrize("state", ["failed", "waiting", "read"])
    def test_what_is_not_unclear_stays_as_it_is(self, as_gail, message, state):
        for part in message.parts:
            part.state = state
        db.session.commit()
        as_gail.post(self.url(message))
        assert self.states() == [state] * 3

    def test_it_is_not_offered_where_nothing_is_unclear(self, as_gail, message):
        message.parts[1].state = message.parts[2].state = "failed"
        db.session.commit()
        shown = as_gail.get(f"/conversations/{message.conversation_id}").text
        assert "It did arrive" not in shown
        assert "Try again" in shown

    def test_strangers_and_those_without_the_right_cannot(self, as_rita, as_nora, visitor, message):
        assert as_rita.post(self.url(message)).status_code == 404
        assert as_nora.post(self.url(message)).status_code == 403
        assert "/login" in visitor.post(self.url(message)).location
        assert self.states() == ["sent", "unclear", "held"]

    def test_a_message_of_another_conversation_is_not_found(self, as_gail, message, page):
        other = cast.conversation(cast.contact(page, "Maya Ruiz", "7392015648120395"))
        assert as_gail.post(f"/conversations/{other.id}/messages/{message.id}/arrival").status_code == 404
        assert as_gail.post(f"/conversations/{other.id}/messages/4711/arrival").status_code == 404
        assert self.states() == ["sent", "unclear", "held"]
