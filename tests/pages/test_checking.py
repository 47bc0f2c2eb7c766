"""Every day Meta is asked whether the logins and the pages' tokens still work."""

from datetime import timedelta

import pytest

from tests import cast
from tests.pages.meta import DEAD, PERMISSIONS
from webgateway.db import db, utcnow
from webgateway.pages import checking

REQUIRED = ("pages_show_list", "pages_messaging", "pages_manage_metadata")
USER, TOKEN = "EAA-user-token", "EAA-page-token"
YESTERDAY = timedelta(days=1)
IN_TWO_MONTHS = int(utcnow().timestamp()) + 60 * 86400


def works(*pages: str, scopes=PERMISSIONS, **more):
    """What debug_token says of a token that works; without `pages`, for all pages."""
    targets = {"target_ids": list(pages)} if pages else {}
    return {
        "is_valid": True,
        "scopes": list(scopes),
        "granular_scopes": [{"scope": name, **targets} for name in scopes if name.startswith("pages_")],
        "expires_at": IN_TWO_MONTHS,
        "data_access_expires_at": IN_TWO_MONTHS + 30 * 86400,
        **more,
    }


def refused(subcode):
    error = {"code": 190, "message": "Error validating access token", "subcode": subcode}
    return {"is_valid": False, "scopes": [], "error": error}


@pytest.fixture
def page(gateway):
    page = cast.page(gateway, "Cisco Dogs", "1080")
    account = cast.account(gateway, logged_in_at=utcnow() - 2 * YESTERDAY)
    cast.grant(page, account, granted_at=utcnow() - 2 * YESTERDAY)
    return page


@pytest.fixture
def olena(page):
    return page.grants[0].account


@pytest.fixture
def marco(gateway, page):
    """Logged in before Olena; covers the page, too."""
    account = cast.account(
        gateway,
        "Marco Rossi",
        "4705278912843592",
        token="EAA-marco",
        logged_in_at=utcnow() - 3 * YESTERDAY,
        check_at=utcnow() + YESTERDAY,
    )
    cast.grant(page, account, "EAA-marcos-page", check_at=utcnow() + YESTERDAY)
    return account


@pytest.fixture
def check(meta):
    """A round, with these words of Meta about the tokens."""

    def one_round(said=None):
        meta.said = {USER: works("1080"), TOKEN: works("1080")} | (said or {})
        meta.items.clear()
        db.session.commit()
        checking.check()
        db.session.expire_all()

    return one_round


def due(*records):
    for record in records:
        record.check_at = None
    db.session.commit()


def test_what_meta_says_of_a_login_is_kept(page, olena, check):
    check({USER: works("1080", scopes=REQUIRED)})
    assert olena.scopes == sorted(REQUIRED)
    assert 59 <= (olena.expires_at - utcnow()).days <= 60
    assert 89 <= (olena.data_access_expires_at - utcnow()).days <= 90
    assert utcnow() - olena.checked_at < timedelta(minutes=1)
    assert page.grants[0].works
    assert page.problem is None


def test_logins_and_pages_tokens_are_asked_about_together_with_the_apps_token(
    page, check, meta, requests_mock
):
    check()
    assert meta.items == [("GET", "debug_token")] * 2
    assert len(meta.calls) == 2
    for request in requests_mock.request_history:
        assert f"access_token={cast.APP_ID}%7C{cast.APP_SECRET}" in request.text
        assert USER not in request.url


def test_nobody_is_asked_about_twice_a_day(page, olena, check, meta):
    check()
    check()
    assert meta.items == []
    assert timedelta(hours=21) < olena.check_at - utcnow() <= YESTERDAY
    olena.check_at = page.grants[0].check_at = utcnow() - timedelta(seconds=1)
    check()
    assert len(meta.items) == 2


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (458, "removed the app"),
        (459, "asks the person to confirm something"),
        (460, "changed their Facebook password"),
        (464, "not confirmed"),
        (467, "logged out"),
        (None, "no longer valid"),
    ],
)
def test_a_dead_login_dies_with_its_reason_and_its_pages_ask_for_another(page, olena, check, subcode, words):
    check({USER: refused(subcode)})
    assert olena.dead_since
    assert words in olena.dead_reason
    assert not page.grants[0].works
    assert words in page.obstacle
    assert "Reconnect it with Add or Remove Pages." in page.obstacle


def test_the_next_person_takes_over_a_dead_logins_pages(page, olena, marco, check):
    check({USER: refused(460)})
    assert olena.dead_since
    assert page.obstacle is None


def test_the_tokens_of_pages_outlive_a_login_that_only_expired(page, olena, check):
    """Page tokens of a long-lived login do not expire by time: contract 2.4."""
    check({USER: refused(463)})
    assert olena.dead_since is None
    assert page.grants[0].works
    assert "Olena Kovalenko's login ended on" in page.ending


def test_when_they_do_not_the_page_asks_for_a_login_in_the_same_round(page, olena, check):
    page.grants[0].check_at = utcnow() + YESTERDAY
    check({USER: refused(463), TOKEN: refused(463)})
    assert not page.grants[0].works
    assert "expired" in page.obstacle


def test_a_lost_role_kills_the_token_of_that_page_only(page, olena, gateway, check):
    other = cast.page(gateway, "Cat Shelter", "1081")
    cast.grant(other, olena, "EAA-cats")
    both = works("1080", "1081")
    check({USER: both, TOKEN: refused(492), "EAA-cats": both})
    assert not page.grants[0].works
    assert "no longer has a role on the page" in page.obstacle
    assert other.grants[0].works


def test_a_page_taken_out_of_the_login_loses_it(page, marco, check):
    check({USER: works("1099")})
    grant = next(grant for grant in page.grants if grant.account_id != marco.id)
    assert grant.dead_reason == "The page was taken out of this login at Facebook."
    assert page.obstacle is None, "Marco's login still covers it"


def test_a_grant_for_all_pages_names_none_and_covers_it(page, check):
    check({USER: works(), TOKEN: works()})
    assert page.grants[0].works
    assert page.problem is None


def test_a_permission_taken_back_is_named_at_the_page_and_comes_back(page, olena, check):
    lacking = works("1080", scopes=("pages_show_list", "pages_manage_metadata"))
    check({USER: lacking})
    assert (page.grants[0].works, page.grants[0].suffices) == (True, False)
    assert "pages_messaging was not given" in page.problem
    due(olena)
    check()
    assert page.grants[0].suffices
    assert page.problem is None


def test_somebody_elses_login_that_suffices_keeps_the_page_without_a_problem(page, marco, check):
    check({USER: works("1080", scopes=("pages_show_list",))})
    assert page.problem is None


def test_what_a_login_for_instagram_lacks_is_seen(page, olena, check):
    olena.purpose, page.grants[0].instagram_suffices = "instagram", True
    check()
    assert not page.grants[0].instagram_suffices
    assert "instagram_basic was not given" in page.instagram_problem
    assert page.problem is None


def test_a_task_that_the_person_lacked_at_login_is_still_lacking(page, check):
    page.grants[0].tasks = ["MESSAGING"]
    check()
    assert "the task MODERATE" in page.problem


def test_a_login_that_works_again_is_taken_up_again(page, olena, check):
    check({USER: refused(459)})
    due(olena)
    check()
    assert (olena.dead_since, olena.dead_reason) == (None, None)
    assert page.obstacle is None


def test_a_token_that_works_again_is_taken_up_again(page, check):
    check({TOKEN: refused(492)})
    due(page.grants[0])
    check()
    assert page.grants[0].works
    assert page.problem is None


def nothing_changed(page, olena):
    assert (olena.dead_since, olena.checked_at, olena.scopes) == (None, None, [])
    assert page.grants[0].works
    assert page.problem is None
    assert olena.check_at > utcnow() + timedelta(minutes=50)


@pytest.mark.parametrize("refusal", [{"code": 2}, {"code": 4}, {"code": 100}, {"code": 190}, {"code": 1}])
def test_a_refusal_of_the_question_changes_nothing(page, olena, check, refusal):
    error = {"error": {"message": "words", **refusal}}
    check({USER: error, TOKEN: error})
    nothing_changed(page, olena)


@pytest.mark.parametrize("data", [{"scopes": []}, {"is_valid": "no"}, {"is_valid": None}])
def test_an_answer_that_says_nothing_changes_nothing(page, olena, check, data):
    check({USER: {**data, "scopes": ["x"]}, TOKEN: {**data, "scopes": ["x"]}})
    nothing_changed(page, olena)


@pytest.mark.parametrize(
    "answer", [{"status_code": 502, "text": "<html>"}, {"status_code": 400, "json": {"error": DEAD}}]
)
def test_without_an_answer_nothing_changes_and_it_is_asked_an_hour_later(page, olena, requests_mock, answer):
    """A wrong App Secret is a 190, too: of the app's token, not of the person's."""
    requests_mock.post("http://127.0.0.1:9/v26.0/", **answer)
    checking.check()
    db.session.expire_all()
    nothing_changed(page, olena)


def test_while_meta_is_away_one_question_is_enough(page, gateway, requests_mock):
    other = cast.gateway("Sales", app_id="2")
    cast.grant(cast.page(other, meta_id="1090"), cast.account(other), "EAA-sales")
    requests_mock.post("http://127.0.0.1:9/v26.0/", status_code=502, text="<html>")
    checking.check()
    assert requests_mock.call_count == 1


def test_a_login_renewed_meanwhile_is_not_judged_by_its_old_token(page, olena, check, meta):
    def again():
        fresh = {"token": "EAA-new", "logged_in_at": utcnow()}
        db.session.execute(
            db.update(type(olena)).values(**fresh).execution_options(synchronize_session=False)
        )
        db.session.execute(
            db.update(type(page.grants[0]))
            .values(token="EAA-new-page", granted_at=utcnow())
            .execution_options(synchronize_session=False)
        )
        db.session.commit()

    meta.meanwhile[""] = again
    page.grants[0].check_at = utcnow() + YESTERDAY
    check({USER: refused(458)})
    assert olena.dead_since is None
    assert page.grants[0].works


def test_what_left_meanwhile_is_no_defect(page, olena, check, meta):
    def leave():
        db.session.execute(db.delete(type(olena)))
        db.session.commit()

    meta.meanwhile[""] = leave
    check({USER: refused(458)})
    assert page.grants == []


def test_a_gateway_that_is_deleted_or_pauses_is_left_alone(page, gateway, check, meta):
    gateway.calls_paused_until = utcnow() + timedelta(minutes=5)
    check()
    gateway.calls_paused_until, gateway.deleted_at = None, utcnow()
    check()
    assert meta.items == []


def test_a_round_is_bounded_and_the_next_ones_go_on(gateway, check, meta, count_queries):
    olena = cast.account(gateway)
    for number in range(100):
        cast.grant(cast.page(gateway, f"Page {number}", f"2{number:04}"), olena, f"EAA-{number}")
    said = {f"EAA-{number}": works() for number in range(100)} | {USER: works()}
    asked = []
    for _ in range(4):
        check(said)
        asked.append(len(meta.items))
    assert asked == [41, 40, 20, 0]


def test_a_dead_token_met_elsewhere_has_the_whole_login_asked_about_soon(page, olena, check, requests_mock):
    from webgateway.meta.errors import GraphError
    from webgateway.pages import tokens

    check()
    assert olena.check_at is not None
    tokens.mark_dead(page.grants[0], GraphError("words", code=190, subcode=460))
    db.session.commit()
    db.session.expire_all()
    assert olena.check_at is None


def test_it_happens_by_the_clock(app):
    tasks = {task.name for task in app.extensions["huey"]._registry.periodic_tasks}
    assert "webgateway.pages.checking.check" in tasks


class TestRenewing:
    """A person's token that ends within a week is exchanged, as far as Facebook gives a longer one."""

    SOON = int(utcnow().timestamp()) + 3 * 86400

    def test_it_is_exchanged_with_the_apps_secret_and_kept(self, page, olena, check, meta):
        check({USER: works("1080", expires_at=self.SOON)})
        assert ("POST", "oauth/access_token") in meta.calls
        assert olena.token == "EAA-user-long"
        assert (olena.expires_at - utcnow()).days > 50
        assert page.ending is None
        assert page.grants[0].token == TOKEN

    def test_one_that_lasts_is_left_alone(self, olena, check, meta):
        check()
        assert ("POST", "oauth/access_token") not in meta.calls

    @pytest.mark.parametrize("seconds", [None, 3600])
    def test_one_that_is_no_longer_is_not_kept(self, page, olena, check, meta, monkeypatch, seconds):
        answer = {"access_token": "EAA-other", **({"expires_in": seconds} if seconds else {})}
        monkeypatch.setattr(meta, "_token", lambda _: answer)
        check({USER: works("1080", expires_at=self.SOON)})
        assert olena.token == USER
        assert "must reconnect" in page.ending

    def test_a_refusal_changes_nothing(self, page, olena, check, meta):
        meta.refuses["oauth/access_token"] = DEAD
        check({USER: works("1080", expires_at=self.SOON)})
        assert (olena.token, olena.dead_since) == (USER, None)
        assert page.grants[0].works

    def test_a_login_that_came_meanwhile_stays(self, olena, check, meta):
        def again():
            fresh = {"token": "EAA-new", "logged_in_at": utcnow()}
            newer = db.update(type(olena)).values(**fresh)
            db.session.execute(newer.execution_options(synchronize_session=False))
            db.session.commit()

        meta.meanwhile["oauth/access_token"] = again
        check({USER: works("1080", expires_at=self.SOON)})
        assert olena.token == "EAA-new"


class TestWarning:
    """A login that ends within a week: who must act, and until when."""

    def test_the_row_says_who_must_reconnect_and_when(self, as_ada, gateway, page, olena):
        olena.expires_at = utcnow() + timedelta(days=3)
        end = f"{olena.expires_at.day} {olena.expires_at:%b %Y}"
        text = as_ada.get(f"/gateways/{gateway.id}/pages").text
        assert f"Olena Kovalenko&#39;s login ends on {end}. Olena Kovalenko must reconnect before" in text
        assert "Reconnect<span" in text

    def test_the_end_of_data_access_counts_too(self, page, olena):
        olena.expires_at, olena.data_access_expires_at = None, utcnow() + timedelta(days=3)
        assert "login ends on" in page.ending

    def test_nothing_is_said_while_another_login_lasts(self, page, olena, marco):
        olena.expires_at = utcnow() + timedelta(days=3)
        assert page.ending is None
        marco.expires_at = utcnow() + timedelta(days=5)
        assert "Marco Rossi's login ends" in page.ending

    def test_nor_long_before(self, as_ada, gateway, page, olena):
        olena.expires_at = utcnow() + timedelta(days=8)
        assert "login ends" not in as_ada.get(f"/gateways/{gateway.id}/pages").text

    def test_the_accounts_dialog_says_it_of_each(self, as_ada, gateway, page, olena, marco):
        olena.expires_at = utcnow() + timedelta(days=3)
        text = as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/accounts").text
        assert "Olena Kovalenko&#39;s login ends on" in text
        assert "Marco Rossi&#39;s login ends" not in text

    def test_a_person_without_the_right_is_told_and_not_offered(self, as_sam, gateway, page, olena):
        olena.expires_at = utcnow() + timedelta(days=3)
        text = as_sam.get(f"/gateways/{gateway.id}/pages").text
        assert "login ends on" in text
        assert "Reconnect<span" not in text
