"""The worker asks Meta what a login brought: once, whatever is killed, deleted or late meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.working import until_done
from webgateway.db import db, utcnow
from webgateway.pages import completing
from webgateway.pages.models import Account, Grant, Login, Page

EXCHANGE = ("POST", "oauth/access_token")


class Killed(BaseException):
    """The worker is no more."""


@pytest.fixture
def login(as_ada, gateway, meta, start) -> Login:
    """Came back from Facebook and waits; it would bring Cisco Dogs."""
    meta.page("1080", "Cisco Dogs")
    query = {"code": "AQD-the-code", "state": start(as_ada, gateway)}
    assert as_ada.get(f"/meta/{gateway.uri}", query_string=query).status_code == 303
    return db.session.scalars(select(Login)).one()


@pytest.fixture
def page_of(as_ada, gateway):
    return lambda login: as_ada.get(f"/gateways/{gateway.id}/logins/{login.id}").text


def nothing_joined() -> bool:
    return not any(db.session.scalars(select(model)).all() for model in (Account, Grant, Page))


def let_the_lease_run_out(login: Login) -> None:
    db.session.rollback()
    login.leased_until = utcnow() - timedelta(seconds=1)
    db.session.commit()


def kill_the_worker() -> None:
    raise Killed


def test_the_callback_does_not_wait_for_meta(login, meta):
    assert meta.calls == []
    assert login.step == "waiting"
    assert until_done(completing) == 1
    assert login.step == "finished"
    assert db.session.scalars(select(Page)).one().name == "Cisco Dogs"


def test_the_code_is_kept_encrypted_and_gone_before_it_is_used(login, meta):
    def stored():
        code = db.session.scalar(db.text("SELECT code FROM logins"))
        db.session.rollback()
        return code

    assert login.code == "AQD-the-code"
    assert "AQD" not in stored()
    seen = []
    meta.meanwhile["oauth/access_token"] = lambda: seen.append(stored())
    until_done(completing)
    assert seen[0] is None


def test_two_workers_do_not_take_the_same_login(login):
    assert completing.claim() == login.id
    assert completing.claim() is None


def test_a_worker_killed_before_the_code_was_used_leaves_the_login_to_another(login, meta):
    completing.claim()
    let_the_lease_run_out(login)
    assert until_done(completing) == 1
    assert login.step == "finished"
    assert meta.calls.count(EXCHANGE) == 2, "one code, and the long-lived token"


@pytest.mark.parametrize("path", ["oauth/access_token", "me/accounts"])
def test_a_worker_killed_after_that_ends_the_login_in_words_and_nothing_is_asked_twice(
    login, meta, page_of, path
):
    meta.meanwhile[path] = kill_the_worker
    with pytest.raises(Killed):
        until_done(completing)
    db.session.rollback()
    meta.meanwhile.clear()
    asked = len(meta.calls)
    assert until_done(completing) == 0, "its lease holds"

    let_the_lease_run_out(login)
    until_done(completing)
    assert login.step == "failed"
    text = page_of(login)
    assert "The background worker stopped while it asked Meta" in text
    assert "No page has been changed." in text
    assert "Try again" in text
    assert len(meta.calls) == asked
    assert nothing_joined()


def test_what_no_worker_will_finish_is_said_without_any_worker(login, page_of):
    login.step, login.leased_until = "asking", utcnow() - timedelta(seconds=1)
    assert "The background worker stopped" in page_of(login)
    login.step, login.leased_until = "waiting", None
    login.came_back_at = utcnow() - timedelta(minutes=11)
    assert "within ten minutes" in page_of(login)


def test_an_answer_that_waited_longer_than_its_code_lives_is_not_tried(login, meta, page_of):
    login.came_back_at = utcnow() - timedelta(minutes=10, seconds=1)
    db.session.commit()
    until_done(completing)
    assert (login.step, login.code) == ("failed", None)
    assert "within ten minutes" in page_of(login)
    assert meta.calls == []


def test_a_login_is_held_as_long_as_it_is_renewed(login):
    completing.claim()
    let_the_lease_run_out(login)
    completing.renew(login.id)
    assert completing.claim() is None


def test_renewing_what_has_ended_changes_nothing(login):
    until_done(completing)
    completing.renew(login.id)
    db.session.refresh(login)
    assert login.leased_until is None


def test_a_login_given_up_while_meta_was_asked_stays_so(login, meta):
    meta.meanwhile["me/accounts"] = lambda: let_the_lease_run_out(login) or completing.claim()
    until_done(completing)
    assert login.step == "failed"
    assert nothing_joined()


def test_a_defect_of_ours_is_said(login, page_of):
    completing.claim()
    completing.fail(login.id, ValueError("a secret of ours"))
    assert (login.step, login.code) == ("failed", None)
    text = page_of(login)
    assert "webgateway made a mistake" in text
    assert "secret" not in text


def test_a_defect_after_the_end_leaves_the_result(login):
    until_done(completing)
    completing.fail(login.id, ValueError())
    assert login.step == "finished"


def test_a_gateway_deleted_before_is_not_asked_for(as_ada, gateway, login, meta):
    as_ada.delete(f"/gateways/{gateway.id}")
    asked = len(meta.calls)
    until_done(completing)
    assert (login.step, login.code) == ("failed", None)
    assert len(meta.calls) == asked
    assert nothing_joined()


def test_a_gateway_deleted_meanwhile_gets_no_pages_and_no_tokens(gateway, login, meta):
    def delete():
        gateway.deleted_at = utcnow()
        db.session.commit()

    meta.meanwhile["me/accounts"] = delete
    until_done(completing)
    assert login.step == "failed"
    assert "deleted" in login.error
    assert nothing_joined()


def test_a_page_that_another_gateway_joins_meanwhile_is_seen_as_theirs(login, meta):
    meta.meanwhile["me/accounts"] = lambda: cast.page(cast.gateway("Sales", app_id="2"), meta_id="1080")
    until_done(completing)
    assert login.step == "finished"
    assert "Used by the gateway Sales." in login.result["unusable"][0]["reason"]


def test_a_login_that_is_gone_is_no_trouble(login):
    login_id = completing.claim()
    db.session.delete(login)
    db.session.commit()
    completing.work(login_id)
    completing.fail(login_id, ValueError())


def test_the_number_found_grows_in_steps_while_meta_is_asked(login, meta, count_queries):
    for number in range(340):
        meta.page(f"2{number:04}", f"Page {number}")
    seen = []

    def look():
        seen.append(db.session.scalar(select(Login.found)))
        db.session.rollback()

    meta.meanwhile["me/accounts"] = meta.meanwhile[""] = look
    with count_queries() as queries:
        until_done(completing)
    assert seen[:4] == [0, 100, 200, 300]
    assert len([query for query in queries if "found=" in query.replace(" ", "")]) <= 341 / 50
