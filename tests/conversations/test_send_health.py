"""What was not sent, on the health board: by Meta's code, with its meaning and how often."""

from datetime import timedelta

import pytest
from flask_login import login_user

from tests import cast
from tests.conversations.sending import SEND, refusal, send, write
from webgateway.conversations import health, writing
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.pages import health as pages
from webgateway.pages import integrity


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def line(app, page):
    def now():
        with app.test_request_context():
            login_user(cast.person("Ada"))
            of_gateway, *_ = health.of_gateway(page.gateway)
            of_page, *_ = health.of_pages([page])[page.id]
            assert (of_gateway.state, of_gateway.meaning) == (of_page.state, of_page.meaning)
            return of_page

    return now


def failed(talk, code: int | None = 551, subcode: int | None = None, **values) -> Part:
    part = write(talk).parts[0]
    given = {"state": "failed", "failed_at": utcnow(), "error": "This person cannot receive messages."}
    for name, value in {**given, "error_code": code, "error_subcode": subcode, **values}.items():
        setattr(part, name, value)
    db.session.commit()
    return part


def test_nothing_refused_is_well(line):
    assert line().state == "ok"


def test_failures_are_counted_by_their_reason_the_most_frequent_first(talk, line):
    for _ in range(2):
        failed(talk)
    failed(talk, 10, 2018278, error="More than 24 hours have passed since the customer wrote.")
    found = line()
    assert found.meaning.startswith("3 messages not sent in the last 24 hours. This person cannot")
    assert found.details == (
        "2 times: This person cannot receive messages. (Meta's code 551)",
        "Once: More than 24 hours have passed since the customer wrote. (Meta's code 10/2018278)",
    )
    assert (found.state, found.action.url) == ("warn", "/errors/?q=551")


def test_what_somebody_must_act_on_is_bad_and_names_them(talk, line):
    failed(talk, 10, error="The app does not have the permission for this.")
    assert (line().state, line().who) == ("bad", "An administrator of the Meta app")


def test_our_own_reasons_have_no_code_and_no_page_of_the_catalogue(talk, line):
    failed(talk, None, error="The chat gateway is switched off.")
    assert line().action is None
    assert "Meta's code" not in line().meaning


def test_after_a_day_it_is_history(talk, line):
    failed(talk, failed_at=utcnow() - timedelta(hours=25))
    assert line().state == "ok"


def test_a_refusal_that_is_final_counts_from_then_on_until_it_is_sent_again(talk, page, line, requests_mock):
    requests_mock.post(SEND, **refusal(551, None, "not receiving"))
    message = write(talk)
    send()
    assert line().state == "warn"
    assert db.session.scalars(db.select(cast.Page).where(pages.troubled())).all() == [page]
    writing.send_again(message)
    db.session.commit()
    assert line().state == "ok"


def test_parts_that_only_follow_a_failed_one_are_not_counted(talk, line, requests_mock):
    requests_mock.post(SEND, **refusal(551, None, "not receiving"))
    write(talk, "x" * 3000)
    send()
    assert line().meaning.startswith("1 message not sent")


def test_the_pages_of_others_are_not_counted(app, talk, page):
    other = cast.page(page.gateway, "Other", "108001")
    failed(cast.conversation(cast.contact(other, meta_id="74")))
    with app.test_request_context():
        found = health.of_pages([page, other])
    assert [found[one.id][0].state for one in (page, other)] == ["ok", "warn"]


def test_a_page_that_meta_lets_send_nothing_is_asked_about_at_once(talk, page, requests_mock, monkeypatch):
    asked = []
    monkeypatch.setattr(integrity.look_up, "later", asked.append)
    requests_mock.post(SEND, **refusal(10, 1893063, "temporarily restricted"))
    write(talk)
    send()
    assert asked == [page.id]


def test_a_failed_message_leads_to_what_its_code_means(as_gail, talk):
    failed(talk, 10, 2018278)
    assert 'href="/errors/?q=10/2018278"' in as_gail.get(f"/conversations/{talk.id}").text


def test_open_conversations_that_another_app_has_are_counted_by_who_has_them(app, talk, page):
    def owners():
        with app.test_request_context():
            login_user(cast.person("Ada"))
            _, of_gateway = health.of_gateway(page.gateway)
            _, of_page = health.of_pages([page])[page.id]
        assert of_gateway == of_page
        return of_page

    assert owners().meaning == "No other app has an open conversation at Meta."
    for psid, owner, closed in (("1", "263902037430900", None), ("2", "77", None), ("3", "77", utcnow())):
        contact = cast.contact(page, meta_id=psid)
        cast.conversation(contact, owner_app_id=owner, closed_at=closed)
    found = owners()
    assert found.meaning.startswith("2 open conversations are with another app at Meta")
    assert (found.state, set(found.details)) == ("ok", {"Meta's inbox: 1", "Another app (77): 1"})
