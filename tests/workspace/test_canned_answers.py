"""Canned answers in the composer: found as one types, filled with the customer's fields."""

import pytest

from tests import cast
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.flows.definition import Hours, Span
from webgateway.workspace.canned import CannedAnswer

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def peter(page) -> Conversation:
    gail = cast.agent("Gail")
    talk = cast.conversation(
        cast.contact(page), agent=gail, assigned_at=utcnow(), queue=cast.queue("Sales", gail)
    )
    answer("hi", "Hello {{ contact.first_name }}, this is {{ agent.name }} of {{ page.name }}.")
    answer("hours", "We are open from nine to five.")
    answer("bye", "Good bye, hi to all!")
    answer("refund", "Within a week.", queue=cast.queue("Claims"))
    answer("theirs", "Of another tenant", tenant=cast.tenant("Rival"))
    return talk


def answer(shortcut: str, text: str, **values: object) -> CannedAnswer:
    made = CannedAnswer(**{"tenant": cast.tenant(), "shortcut": shortcut, "text": text, **values})
    db.session.add(made)
    db.session.commit()
    return made


def found(client, peter, q: str) -> str:
    return client.get(f"/workspace/{peter.id}/answers?q={q}", headers=PART).text


def test_they_are_filled_with_what_is_known(as_gail, peter):
    assert "Hello Peter, this is Gail of Cisco Dogs." in found(as_gail, peter, "hi")


def test_an_agent_without_a_name_is_called_as_everywhere(as_gail, peter):
    gail = cast.person("Gail")
    gail.name = ""
    db.session.commit()
    assert f"this is {gail.display_name} of Cisco Dogs." in found(as_gail, peter, "hi")


def test_they_say_when_the_page_opens_next(as_gail, peter):
    spans = ((Span("00:00", "00:01"),),) * 7
    peter.flow_version = cast.flow(hours=Hours("UTC", spans)).live
    answer("open", "We open at {{ next_opening.time }}.")
    assert "We open at 00:00." in found(as_gail, peter, "open")


def test_they_are_found_by_shortcut_first_then_by_words(as_gail, peter):
    text = found(as_gail, peter, "/hi")
    assert text.index("/hi<") < text.index("/bye<")
    assert "/hours<" not in text
    assert "/hours<" in found(as_gail, peter, "NINE")
    assert "Nothing matches" in found(as_gail, peter, "nothing like it")


def test_those_of_other_queues_and_tenants_are_not_offered(as_gail, peter):
    text = found(as_gail, peter, "")
    assert "/hi<" in text
    assert "/refund<" not in text
    assert "/theirs<" not in text


def test_without_scripts_a_page_leads_back_with_the_words_in_the_box(as_gail, peter):
    page = as_gail.get(f"/workspace/{peter.id}/answers")
    assert "<html" in page.text
    hours = db.session.scalars(db.select(CannedAnswer).filter_by(shortcut="hours")).one()
    link = f"/workspace/{peter.id}?answer={hours.id}"
    assert link in page.text
    assert ">We are open from nine to five.</textarea>" in as_gail.get(link).text.replace("\n", "")


def test_one_that_is_not_offered_leaves_the_box_empty(as_gail, peter):
    refund = db.session.scalars(db.select(CannedAnswer).filter_by(shortcut="refund")).one()
    assert "Within a week." not in as_gail.get(f"/workspace/{peter.id}?answer={refund.id}").text


def test_without_any_there_is_no_button(as_gail, page):
    talk = cast.conversation(cast.contact(page), agent=cast.agent("Gail"), assigned_at=utcnow())
    assert "data-answers" not in as_gail.get(f"/workspace/{talk.id}").text


def test_it_needs_the_right_and_the_tenant(as_nora, as_rita, visitor, peter):
    path = f"/workspace/{peter.id}/answers"
    assert as_nora.get(path).status_code == 403
    assert as_rita.get(path).status_code == 404
    assert "/login" in visitor.get(path).location
