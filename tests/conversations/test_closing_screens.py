"""Closing a conversation."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from webgateway.conversations.models import Message
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow


@pytest.fixture
def peter(page):
    welcome = cast.flow(closing_message="Goodbye!")
    return cast.conversation(cast.contact(page), flow=welcome)


def said() -> list[tuple[str, str]]:
    return [(message.author, message.text) for message in db.session.scalars(select(Message))]


def test_closing_says_farewell_and_remembers_who(as_gail, peter):
    answer = as_gail.post(f"/conversations/{peter.id}/closure")
    assert (answer.status_code, answer.location) == (303, f"/conversations/{peter.id}")
    assert said() == [("flow", "Goodbye!")]
    assert peter.closed_by.name == "Gail"
    page = as_gail.get(f"/conversations/{peter.id}").text
    assert "by Gail" in page
    assert "Close conversation" not in page


def test_closing_twice_changes_nothing(as_gail, as_sam, peter):
    as_gail.post(f"/conversations/{peter.id}/closure")
    closed_at = peter.closed_at
    assert as_sam.post(f"/conversations/{peter.id}/closure").status_code == 303
    assert (peter.closed_at, peter.closed_by.name) == (closed_at, "Gail")
    assert said() == [("flow", "Goodbye!")]


def test_where_nobody_may_write_there_is_no_farewell(as_gail, peter):
    peter.customer_wrote_at = utcnow() - timedelta(days=2)
    as_gail.post(f"/conversations/{peter.id}/closure")
    assert peter.closed_at
    assert said() == []


def test_without_a_closing_message_nothing_is_said(as_gail, peter):
    peter.flow_version = cast.flow("Silent").live
    db.session.commit()
    as_gail.post(f"/conversations/{peter.id}/closure")
    assert peter.closed_at
    assert said() == []


def test_where_the_tenant_names_reasons_one_is_asked_for(as_gail, peter):
    url = f"/conversations/{peter.id}/closure"
    assert "Close…" not in as_gail.get(f"/conversations/{peter.id}").text
    found = ClosingReason(tenant_id=cast.tenant().id, name="Order found")
    db.session.add(found)
    db.session.commit()
    assert "Close…" in as_gail.get(f"/conversations/{peter.id}").text
    assert "Order found" in as_gail.get(url).text
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
        answer = as_gail.post(url, data={"reason_id": "4711"}, headers=headers)
        assert answer.status_code == 422
        assert "Choose why it ends." in answer.text
    assert peter.is_open
    assert as_gail.post(url, data={"reason_id": found.id}).status_code == 303
    assert peter.closing_reason == found
    assert as_gail.post(url).status_code == 303, "twice changes nothing"


def test_strangers_and_those_without_the_right_cannot_close(as_rita, as_nora, visitor, peter):
    url = f"/conversations/{peter.id}/closure"
    assert as_rita.post(url).status_code == 404
    assert as_nora.post(url).status_code == 403
    assert "/login" in visitor.post(url).location
    assert peter.closed_at is None


def test_a_missing_conversation_is_not_found(as_gail):
    assert as_gail.post("/conversations/4711/closure").status_code == 404
