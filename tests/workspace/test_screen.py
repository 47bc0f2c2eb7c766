"""The agent's screen: what is theirs, what waits, what is open; nothing of others' tenants."""

import re
from threading import Thread

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event

from tests import cast
from tests.databases import in_its_own
from tests.workspace.desk import busy
from tests.workspace.reader import the
from webgateway.conversations import queueing, thread_tokens
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db, utcnow
from webgateway.workspace import desk


@pytest.fixture
def peter(page, gail) -> Conversation:
    """His conversation is Gail's."""
    talk = cast.conversation(
        cast.contact(page), agent=gail, assigned_at=utcnow(), preview="Is the shop open?"
    )
    cast.message(talk)
    return talk


def test_without_anything_to_do_it_says_what_to_do_next(as_gail):
    answer = as_gail.get("/workspace/")
    assert answer.status_code == 200
    assert "You are not ready" in answer.text
    cast.agent("Gail")
    assert "You are ready" in as_gail.get("/workspace/").text


def test_it_lists_the_agents_own_conversations_with_what_is_unread_and_waits(as_gail, peter):
    text = as_gail.get("/workspace/").text
    assert 'data-unread="1"' in text
    for words in ("Peter Chang", "Is the shop open?", "Cisco Dogs", "data-countdown", "1</span> of 4"):
        assert words in text


@pytest.mark.parametrize(("beyond", "told"), [(0, None), (1, "1 more is yours"), (2, "2 more are yours")])
def test_who_has_more_than_are_listed_is_told_how_many(as_gail, page, gail, beyond, told):
    busy(page, gail, desk.MOST + beyond)
    text = as_gail.get("/workspace/").text
    assert text.count('data-talk="') == desk.MOST
    assert f"{desk.MOST + beyond}</span> of 4" in text
    assert told in text if told else "yours. Close what is done" not in text


def test_a_colleagues_conversation_and_a_closed_one_are_not_listed(as_gail, peter):
    peter.agent = cast.agent("Hugo")
    db.session.commit()
    assert 'data-talk="' not in as_gail.get("/workspace/").text
    peter.agent, peter.closed_at = cast.person("Gail"), utcnow()
    db.session.commit()
    assert 'data-talk="' not in as_gail.get("/workspace/").text


def test_what_the_customer_wrote_since_one_looked_is_unread(as_gail, peter):
    seen = cast.message(peter, "Hello?")
    peter.agent_read_at = seen.created_at
    cast.message(peter, "Anybody?")
    cast.message(peter, "A moment, please", author="agent")
    db.session.commit()
    assert 'data-unread="1"' in as_gail.get("/workspace/desk", headers=PART).text


def test_an_answer_ends_the_customers_wait(as_gail, peter):
    assert "data-age" in as_gail.get("/workspace/desk", headers=PART).text
    cast.message(peter, "Yes, it is.", author="agent", occurred_at=utcnow())
    assert "data-age" not in as_gail.get("/workspace/desk", headers=PART).text


def test_a_conversation_opens_beside_the_list_with_its_customers_details(as_gail, peter):
    text = as_gail.get(f"/workspace/{peter.id}").text
    assert "<html" in text
    for words in ("Is the shop open?", 'id="details"', "Transfer…", "Ask for e-mail", "Add note", "Opened"):
        assert words in text


def test_opened_from_the_list_only_its_part_and_the_lists_are_sent(as_gail, peter):
    answer = as_gail.fragment(f"/workspace/{peter.id}")
    assert "<html" not in answer.text
    for piece in ('id="talk"', 'id="desk"', 'id="offers"', 'id="bar"'):
        assert piece in answer.text


def test_its_forms_lead_back_to_the_workspace(as_gail, peter):
    text = as_gail.get(f"/workspace/{peter.id}").text
    assert f'action="/workspace/{peter.id}/messages"' in text
    assert f"/conversations/{peter.id}/messages" not in text
    answer = as_gail.post(f"/workspace/{peter.id}/messages", data={"text": "Yes, until six."})
    assert answer.location == f"/workspace/{peter.id}"
    assert "Yes, until six." in as_gail.get(answer.location).text


def test_an_answer_sent_by_htmx_brings_thread_head_and_list(as_gail, peter):
    answer = as_gail.post(f"/workspace/{peter.id}/messages", data={"text": "Yes."}, headers=PART)
    for piece in ("Yes.", f'id="head-{peter.id}"', 'id="desk"', "hx-swap-oob"):
        assert piece in answer.text
    assert "Close conversation" not in answer.text, "the head is the inbox's"


def test_what_is_said_while_a_conversation_is_looked_up_is_shown_or_brought_later(app, as_gail, peter):
    talk_id, said = peter.id, []
    db.session.commit()

    def says() -> None:
        cast.message(the(Conversation, talk_id), "Hello?")

    def customer_writes(_connection, _cursor, statement, *_):
        if "FROM messages" not in statement or said:
            return
        said.append(statement)
        writing = Thread(
            target=in_its_own, args=(app, lambda: cast.message(the(Conversation, talk_id), "Hello?"))
        )
        writing.start()
        writing.join()

    event.listen(db.engine, "after_cursor_execute", customer_writes)
    try:
        page = as_gail.get(f"/workspace/{talk_id}").text
    finally:
        event.remove(db.engine, "after_cursor_execute", customer_writes)
    assert said
    shown = BeautifulSoup(page, "html.parser").select_one("[role=log]")
    db.session.expire_all()
    now = thread_tokens.of(the(Conversation, talk_id)).news
    assert "Hello?" in shown.text or shown["data-token"] != now


def test_the_inbox_stays_as_it_is(as_gail, peter):
    answer = as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "Yes."}, headers=PART)
    assert "Close conversation" in answer.text
    assert 'id="desk"' not in answer.text


def test_an_empty_answer_is_refused_in_the_workspace(as_gail, peter):
    for headers in ({}, PART):
        answer = as_gail.post(f"/workspace/{peter.id}/messages", data={"text": " "}, headers=headers)
        assert answer.status_code == 422
        assert "Write something first." in answer.text
        assert f'action="/workspace/{peter.id}/messages"' in answer.text


@pytest.mark.parametrize("piece", ["desk", "offers", "waiting"])
def test_a_piece_that_did_not_change_is_not_sent_again(as_gail, peter, piece):
    answer = as_gail.get(f"/workspace/{piece}", headers=PART)
    token = re.search(r'data-token="(\w+)"', answer.text)[1]
    assert as_gail.get(f"/workspace/{piece}?token={token}", headers=PART).status_code == 204


def test_a_new_message_changes_the_list(as_gail, peter):
    token = re.search(r'data-token="(\w+)"', as_gail.get("/workspace/desk", headers=PART).text)[1]
    peter.last_message_at = utcnow()
    cast.message(peter, "Hello?")
    assert as_gail.get(f"/workspace/desk?token={token}", headers=PART).status_code == 200


def test_a_conversation_of_nobodys_is_read_and_taken_but_not_answered(as_gail, page, gail):
    queue = cast.queue("Sales", gail)
    talk = cast.conversation(cast.contact(page), queue=queue, queued_at=utcnow())
    text = as_gail.get(f"/workspace/{talk.id}").text
    assert "This conversation waits for an agent." in text
    assert "data-send-on-enter" not in text


def test_what_neither_a_flow_nor_a_queue_has_is_nobodys_and_may_be_taken(as_gail, page, gail):
    talk = cast.conversation(cast.contact(page))
    text = as_gail.get(f"/workspace/{talk.id}").text
    assert "Nobody has this conversation." in text
    assert "The flow is talking" not in text
    assert f'action="/workspace/{talk.id}/assignment"' in text
    as_gail.post(f"/workspace/{talk.id}/assignment")
    assert talk.agent == gail


def test_while_the_flow_talks_it_is_said_and_not_offered(as_gail, page, gail):
    talk = cast.conversation(cast.contact(page), flow=cast.flow(), part="ask")
    text = as_gail.get(f"/workspace/{talk.id}").text
    assert "The flow is talking to this customer." in text
    assert "/assignment" not in text


def test_a_colleagues_conversation_is_read_only_but_for_notes(as_gail, page):
    talk = cast.conversation(cast.contact(page), agent=cast.agent("Hugo"), assigned_at=utcnow())
    text = as_gail.get(f"/workspace/{talk.id}").text
    assert "Hugo has this conversation." in text
    assert "data-send-on-enter" not in text
    assert "Add note" in text


def test_a_conversation_that_became_a_colleagues_brings_the_news_and_takes_no_answer(as_gail, peter):
    opened = as_gail.get(f"/workspace/{peter.id}").text
    news = BeautifulSoup(opened, "html.parser").select_one("[role=log]")["hx-get"]
    assert as_gail.get(news, headers=PART).status_code == 204
    peter.agent = cast.agent("Hugo")
    db.session.commit()
    foot = as_gail.get(news, headers=PART).text
    assert "Hugo has this conversation." in foot
    assert "data-send-on-enter" not in foot
    for headers in ({}, PART):
        answer = as_gail.post(
            f"/workspace/{peter.id}/messages", data={"text": "Yes, until six."}, headers=headers
        )
        assert answer.status_code == 422
        assert "Hugo has this conversation." in answer.text
        assert "Yes, until six.</textarea>" in answer.text
    assert db.session.query(Message).filter_by(author="agent").count() == 0


def test_a_conversation_that_is_nobodys_again_may_be_answered_or_taken(as_gail, peter):
    news = BeautifulSoup(as_gail.get(f"/workspace/{peter.id}").text, "html.parser").select_one("[role=log]")
    queueing.release(peter)
    db.session.commit()
    foot = as_gail.get(news["hx-get"], headers=PART).text
    assert f'action="/workspace/{peter.id}/assignment"' in foot
    assert as_gail.post(f"/workspace/{peter.id}/messages", data={"text": "Yes."}).status_code == 303
    assert peter.agent == cast.person("Gail")


def test_in_the_inbox_a_colleagues_conversation_may_be_answered(as_sam, peter):
    answer = as_sam.post(f"/conversations/{peter.id}/messages", data={"text": "Yes."})
    assert answer.status_code == 303
    assert peter.agent == cast.person("Gail")


def test_a_hundred_conversations_cost_as_many_queries_as_one(as_gail, page, gail, count_queries):
    def queries(path: str) -> int:
        as_gail.get(path)
        with count_queries() as asked:
            assert as_gail.get(path).status_code == 200
        return len(asked)

    cast.conversation(cast.contact(page, meta_id="1"), agent=gail, assigned_at=utcnow())
    few = queries("/workspace/")
    for number in range(2, 30):
        customer = cast.contact(page, meta_id=str(number))
        cast.conversation(customer, agent=gail, assigned_at=utcnow())
    assert queries("/workspace/") == few


def test_nobody_signed_in_is_asked_to_sign_in(visitor, peter):
    assert "/login" in visitor.get("/workspace/").location


def test_without_the_right_it_is_refused(as_nora, peter):
    assert as_nora.get("/workspace/").status_code == 403
    assert as_nora.get(f"/workspace/{peter.id}").status_code == 403


def test_another_tenants_and_a_missing_one_are_not_found(as_rita, as_gail, peter):
    assert as_rita.get(f"/workspace/{peter.id}").status_code == 404
    assert "Peter" not in as_rita.get("/workspace/").text
    assert as_gail.get("/workspace/4711").status_code == 404


def test_agents_begin_in_their_workspace_and_others_where_they_did(as_gail, as_sam):
    assert as_gail.get("/").location == "/workspace/"
    assert as_sam.get("/").location == "/conversations/"


def test_the_workspace_stands_in_the_navigation_of_those_who_answer(as_gail, as_nora):
    link = 'href="/workspace/"'
    assert link in as_gail.get("/conversations/").text
    assert link not in as_nora.get("/profile").text


PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
