"""A token dies: the next person's takes over; when the last dies, what is written waits for Reconnect."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.conversations.sending import SEND, let_pass, refusal, send, write
from tests.deliveries import PETER, delivery, just_now, post, text
from webgateway.conversations import outgoing, profiles, stranded
from webgateway.conversations.models import Contact, Message, Part
from webgateway.db import db, utcnow
from webgateway.pages.models import Account, Grant

PASSWORD = refusal(190, 460, "The session has been invalidated because the user changed their password")
NO_PERMISSION = refusal(200, None, "(#200) Requires pages_messaging permission", 403)
TAKEN = {"json": {"recipient_id": "7392015648120394", "message_id": "m_1"}}


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def marco(gateway, page):
    """Logged in before Olena."""
    account = cast.account(
        gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow() - timedelta(days=1)
    )
    return cast.grant(page, account, "EAA-marco")


def reconnect(page):
    """As a login through Facebook renews the grant."""
    page.grants[0].token, page.grants[0].dead_since, page.grants[0].dead_reason = "EAA-fresh", None, None
    page.grants[0].granted_at = utcnow()
    db.session.commit()


def test_the_message_that_met_the_dead_token_waits_and_goes_out_after_reconnect(talk, page, requests_mock):
    requests_mock.post(SEND, **PASSWORD)
    part = write(talk).parts[0]
    assert send().state == "waiting"
    assert send() is None
    assert requests_mock.call_count == 1
    reconnect(page)
    requests_mock.post(SEND, **TAKEN)
    assert send().state == "sent"
    assert (part.mid, part.attempts) == ("m_1", 1)


def test_all_that_waits_goes_out_in_its_order(talk, page, requests_mock):
    requests_mock.post(SEND, **PASSWORD)
    write(talk, "first")
    write(talk, "second")
    send()
    reconnect(page)
    requests_mock.post(SEND, json=lambda request, _: {"message_id": request.json()["message"]["text"]})
    assert [send().text, send().text] == ["first", "second"]


def test_the_page_says_why_and_asks_for_a_login(talk, page, requests_mock):
    requests_mock.post(SEND, **PASSWORD)
    write(talk)
    send()
    assert "changed their Facebook password" in page.problem
    assert page.obstacle.startswith("No working login covers this page. The person has changed")
    assert page.obstacle.endswith("Reconnect it with Add or Remove Pages.")


def test_the_composer_locks_with_the_reason_and_a_way_out(as_ada, talk, requests_mock):
    requests_mock.post(SEND, **PASSWORD)
    write(talk)
    send()
    shown = as_ada.get(f"/conversations/{talk.id}").text
    assert "Facebook no longer lets us write for this page. The person has changed their Facebook" in shown
    assert ">Reconnect</a>" in shown
    assert "It goes out when the page is reconnected" in shown
    assert as_ada.post(f"/conversations/{talk.id}/messages", data={"text": "More"}).status_code == 422


def test_what_failed_is_not_said_to_wait(as_ada, talk, page):
    part = write(talk).parts[0]
    part.state, part.error = "failed", "The customer cannot receive it."
    page.grants[0].dead_since = utcnow()
    assert "It goes out when" not in as_ada.get(f"/conversations/{talk.id}").text


def test_nothing_goes_out_after_metas_24_hours_and_the_message_says_so(talk, page, requests_mock):
    requests_mock.post(SEND, **PASSWORD)
    message = write(talk, "a" * 1900 + "\n\n" + "b" * 1900)
    send()
    stranded.give_up()
    assert [part.state for part in message.parts] == ["waiting", "waiting"]
    let_pass(message, hours=24)
    stranded.give_up()
    db.session.expire_all()
    assert [part.state for part in message.parts] == ["failed", "failed"]
    assert "24 hours were over" in message.parts[0].error
    assert "reconnected" in message.parts[0].remedy
    reconnect(page)
    assert send() is None


def test_giving_up_leaves_alone_what_a_sender_may_still_send(talk, page):
    message = write(talk)
    let_pass(message, hours=24)
    stranded.give_up()
    db.session.expire_all()
    assert message.parts[0].state == "waiting", "its page has a login: a sender sees to it"


def test_giving_up_happens_by_the_clock(app):
    tasks = {task.name for task in app.extensions["huey"]._registry.periodic_tasks}
    assert "webgateway.conversations.stranded.give_up" in tasks


def test_however_many_wait_for_a_login_the_next_page_is_found_at_once(talk, page, gateway, count_queries):
    for number in range(20):
        write(talk, f"text {number}")
    page.grants[0].dead_since = utcnow()
    db.session.commit()
    with count_queries() as queries:
        assert outgoing.claim() is None
    assert len([query for query in queries if query != "BEGIN"]) == 1
    other = cast.page(gateway, "Cat Shelter", "5552")
    cast.grant(other, page.grants[0].account, "EAA-cats")
    part = write(cast.conversation(cast.contact(other)), "Hello").parts[0]
    assert outgoing.claim() == part.id


def test_a_dead_account_strands_its_pages_too(talk, page):
    write(talk)
    page.grants[0].account.dead_since = utcnow()
    db.session.commit()
    assert outgoing.claim() is None


def test_a_login_that_dies_between_claim_and_sending_costs_no_attempt(talk, page, requests_mock):
    part = write(talk).parts[0]
    claimed = outgoing.claim()
    page.grants[0].dead_since = utcnow()
    db.session.commit()
    outgoing.work(claimed)
    db.session.expire_all()
    assert (part.state, part.attempts, part.leased_until) == ("waiting", 0, None)
    assert requests_mock.call_count == 0


def test_what_a_killed_worker_held_is_unclear_after_reconnect_too(talk, page):
    part = write(talk).parts[0]
    outgoing.claim()
    page.grants[0].dead_since = utcnow()
    part.leased_until = utcnow() - timedelta(seconds=1)
    let_pass(part.message, hours=24)
    stranded.give_up()
    reconnect(page)
    assert send().state == "unclear"


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492, None])
def test_the_next_persons_token_takes_over_for_the_same_message(talk, page, marco, requests_mock, subcode):
    def answer(request, context):
        if b"EAA-marco" in request.headers["Authorization"]:
            return TAKEN["json"]
        context.status_code = 400
        return refusal(190, subcode)["json"]

    requests_mock.post(SEND, json=answer)
    write(talk)
    assert (send().state, send().state) == ("waiting", "sent")
    assert requests_mock.call_count == 2
    assert page.problem is None
    assert db.session.get(Grant, marco.id).works


def test_each_subcode_has_a_meaning_of_its_own(talk, page, requests_mock):
    reasons = set()
    for subcode in (458, 459, 460, 463, 464, 467, 492):
        reconnect(page)
        requests_mock.post(SEND, **refusal(190, subcode))
        write(talk)
        send()
        reasons.add(page.problem)
    assert len(reasons) == 7


@pytest.mark.parametrize("code", [10, 200, 210 + 7, 299])
def test_a_lost_permission_makes_room_for_a_login_that_has_it(talk, page, marco, requests_mock, code):
    def answer(request, context):
        if b"EAA-marco" in request.headers["Authorization"]:
            return TAKEN["json"]
        context.status_code = 403
        return refusal(code)["json"]

    requests_mock.post(SEND, json=answer)
    write(talk)
    assert (send().state, send().state) == ("waiting", "sent")
    olenas = next(grant for grant in page.grants if grant.id != marco.id)
    assert (olenas.works, olenas.suffices) == (True, False)
    assert olenas.shortcoming
    assert page.problem is None


def test_a_permission_that_nobody_has_fails_the_message_and_stands_at_the_page(talk, page, requests_mock):
    requests_mock.post(SEND, **NO_PERMISSION)
    write(talk)
    part = send()
    assert part.state == "failed"
    assert "pages_messaging" in part.error
    assert "pages_messaging" in page.problem
    assert page.reachable
    assert requests_mock.call_count == 1


def test_a_refusal_that_is_not_about_the_login_judges_no_login(talk, page, requests_mock):
    for code, subcode in ((10, 2018278), (200, 2018028), (551, None), (100, None)):
        requests_mock.post(SEND, **refusal(code, subcode))
        write(talk)
        send()
    grant = db.session.scalars(select(Grant)).one()
    assert grant.works
    assert grant.suffices
    assert page.problem is None


@pytest.mark.parametrize(
    "fault", [{"status_code": 500, "json": {}}, refusal(2), refusal(1, 1357046), refusal(4)]
)
def test_a_passing_or_unclear_answer_judges_no_login(talk, page, marco, requests_mock, fault):
    requests_mock.post(SEND, **fault)
    write(talk)
    send()
    assert all(grant.works and grant.suffices for grant in page.grants)
    assert requests_mock.call_count == 1


def test_an_unclear_answer_is_never_repeated_with_another_persons_token(talk, page, marco, requests_mock):
    requests_mock.post(SEND, **refusal(1, 1357046))
    write(talk)
    assert send().state == "unclear"
    assert send() is None
    assert db.session.scalars(select(Part)).one().state == "unclear"


class TestReceiving:
    """Never stops for a dead token."""

    @pytest.fixture(params=["dead", "gone"])
    def without_login(self, page, request):
        if request.param == "dead":
            page.grants[0].dead_since = utcnow()
        else:
            db.session.delete(page.grants[0].account)
        db.session.commit()

    def test_what_arrives_is_read_and_taken(self, visitor, gateway, page, work, without_login, requests_mock):
        gateway.flow = cast.flow()
        post(visitor, gateway, delivery(text("Is anybody there?", "m_1", at=just_now())))
        work()
        said = db.session.scalars(select(Message).order_by(Message.id)).all()
        assert [(message.author, message.text) for message in said] == [
            ("customer", "Is anybody there?"),
            ("flow", "Hello! We are reading."),
        ]
        assert [part.state for part in said[1].parts] == ["waiting"]
        assert requests_mock.call_count == 0

    def test_after_reconnect_the_flow_answers_and_the_name_is_read(
        self, visitor, as_ada, gateway, page, work, without_login, requests_mock
    ):
        gateway.flow = cast.flow()
        post(visitor, gateway, delivery(text("Is anybody there?", "m_1", at=just_now())))
        work()
        account = db.session.scalars(select(Account)).first() or cast.account(gateway)
        for grant in page.grants:
            db.session.delete(grant)
        db.session.commit()
        cast.grant(page, account, "EAA-fresh")
        requests_mock.post(SEND, **TAKEN)
        requests_mock.get(f"http://127.0.0.1:9/v26.0/{PETER}", json={"name": "Peter Chang"})
        profiles.look_up_the_missed()
        work()
        assert db.session.scalars(select(Part.state)).all() == ["sent"]
        assert db.session.scalars(select(Contact.name)).all() == ["Peter Chang"]
