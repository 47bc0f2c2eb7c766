"""The deauthorize callback: a person takes the app back, or a page does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.pages.leaving import MARCO, OLENA, form
from webgateway.db import db, utcnow
from webgateway.meta import signed_request
from webgateway.pages.models import Account, AuditEntry, Login


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    olena = cast.account(gateway, logged_in_at=utcnow() - timedelta(hours=1))
    cast.grant(page, olena)
    return page


def accounts():
    return {account.name for account in db.session.scalars(select(Account))}


def audit():
    return [(entry.kind, entry.counts) for entry in db.session.scalars(select(AuditEntry))]


class TestPerson:
    def test_the_login_goes_with_its_tokens_and_the_page_asks_for_another(self, visitor, gateway, page):
        assert form(visitor, gateway, user_id=OLENA).status_code == 200
        assert accounts() == set()
        assert page.grants == []
        assert page.removed_at is None
        assert page.obstacle == (
            "No working login covers this page. The person whose login covered it has taken it back at "
            "Facebook. Reconnect it with Add or Remove Pages."
        )

    def test_another_persons_login_takes_over(self, visitor, gateway, page):
        cast.grant(page, cast.account(gateway, "Marco Rossi", MARCO), "EAA-marco")
        form(visitor, gateway, user_id=OLENA)
        assert accounts() == {"Marco Rossi"}
        assert page.obstacle is None

    def test_another_login_that_lacks_rights_says_what(self, visitor, gateway, page):
        marco = cast.account(gateway, "Marco Rossi", MARCO)
        cast.grant(page, marco, "EAA-marco", suffices=False, shortcoming="The task MODERATE is missing.")
        form(visitor, gateway, user_id=OLENA)
        assert page.obstacle == "The task MODERATE is missing."

    def test_the_page_keeps_its_subscription_and_its_conversations(self, visitor, gateway, page):
        talk = cast.conversation(cast.contact(page))
        form(visitor, gateway, user_id=OLENA)
        assert page.subscribed
        assert talk.is_open

    def test_a_login_newer_than_the_request_stays_and_meta_is_asked_about_it(self, visitor, gateway, page):
        account = page.grants[0].account
        account.check_at = utcnow() + timedelta(days=1)
        long_ago = int((utcnow() - timedelta(days=1)).timestamp())
        assert form(visitor, gateway, user_id=OLENA, issued_at=long_ago).status_code == 200
        assert page.grants[0].works
        assert account.check_at is None
        assert audit() == []

    def test_a_request_of_the_second_of_the_login_counts(self, visitor, gateway, page):
        page.grants[0].account.logged_in_at = utcnow().replace(microsecond=700_000)
        at = int(page.grants[0].account.logged_in_at.timestamp())
        form(visitor, gateway, user_id=OLENA, issued_at=at)
        assert accounts() == set()

    @pytest.mark.parametrize("issued_at", [None, "nonsense"])
    def test_a_request_without_a_time_counts(self, visitor, gateway, page, issued_at):
        form(visitor, gateway, user_id=OLENA, issued_at=issued_at)
        assert accounts() == set()

    def test_twice_is_once(self, visitor, gateway, page):
        for _ in range(2):
            assert form(visitor, gateway, user_id=OLENA).status_code == 200
        assert audit() == [("deauthorized", {"accounts": 1, "grants": 1, "logins": 0})]

    def test_a_stranger_to_us_is_harmless(self, visitor, gateway, page):
        assert form(visitor, gateway, user_id="999").status_code == 200
        assert accounts() == {"Olena Kovalenko"}
        assert audit() == []

    def test_the_same_person_at_another_gateway_stays(self, visitor, gateway, page):
        other = cast.gateway("Sales", app_id="2")
        cast.account(other, "Olena K.")
        form(visitor, gateway, user_id=OLENA)
        assert accounts() == {"Olena K."}

    def test_her_name_goes_from_the_results_of_logins_too(self, visitor, gateway, page):
        words = "Olena Kovalenko may not act for this page. Ask a page administrator for access."
        result = {
            "kept": [{"page": page.id, "through": "Olena Kovalenko"}],
            "unusable": [
                {"name": "Cat Shelter", "reason": words},
                {"name": "Olena Kovalenkos", "reason": "x"},
            ],
        }
        login = Login(
            gateway_id=gateway.id,
            user_id=cast.person("Ada").id,
            state_hash="0",
            redirect_uri="",
            result=result,
        )
        page.problem = "Olena Kovalenko may not receive messages on this page."
        db.session.add(login)
        form(visitor, gateway, user_id=OLENA)
        assert login.result["kept"][0]["through"] == "somebody"
        assert login.result["unusable"][0]["reason"].startswith("somebody may not act")
        assert login.result["unusable"][1]["name"] == "Olena Kovalenkos"
        assert "Olena" not in page.problem

    def test_she_comes_back_and_nothing_is_lost(self, visitor, gateway, page, as_ada, meta, log_in):
        talk = cast.conversation(cast.contact(page))
        form(visitor, gateway, user_id=OLENA)
        meta.page(page.meta_id, page.name)
        meta.subscriptions[page.meta_id] = ["messages"]
        log_in(as_ada, gateway)
        assert page.obstacle is None
        assert page.subscribed
        assert talk.page_id == page.id


class TestPage:
    def left(self, visitor, gateway, page, **payload):
        return form(visitor, gateway, profile_id=page.meta_id, **{"user_id": "", **payload})

    @pytest.mark.parametrize("user", [{"user_id": ""}, {"user_id": None}])
    def test_it_is_subscribed_no_longer_and_its_logins_stay(self, visitor, gateway, page, user):
        page.subscribed_fields = ["messages"]
        assert self.left(visitor, gateway, page, **user).status_code == 200
        assert (page.subscribed, page.subscribed_fields) == (False, [])
        assert accounts() == {"Olena Kovalenko"}
        assert audit() == [("page left", {"pages": 1})]

    def test_meta_is_asked_soon_whether_its_tokens_still_work(self, visitor, gateway, page):
        page.grants[0].check_at = utcnow() + timedelta(days=1)
        self.left(visitor, gateway, page)
        assert page.grants[0].check_at is None

    def test_the_echo_of_our_own_unsubscribing_changes_nothing_more(self, visitor, gateway, page):
        page.subscribed, page.checked_at = False, utcnow()
        assert self.left(visitor, gateway, page).status_code == 200
        assert audit() == []

    def test_an_echo_that_comes_late_does_not_end_a_newer_subscription(self, visitor, gateway, page):
        page.checked_at = utcnow()
        before = int((utcnow() - timedelta(seconds=10)).timestamp())
        self.left(visitor, gateway, page, issued_at=before)
        assert page.subscribed

    def test_an_unknown_page_or_one_of_another_gateway_is_harmless(self, visitor, gateway, page):
        other = cast.gateway("Sales", app_id="2", app_secret="another secret")
        assert form(visitor, gateway, user_id="", profile_id="999").status_code == 200
        assert form(visitor, other, user_id="", profile_id=page.meta_id).status_code == 200
        assert page.subscribed


class TestForgery:
    @pytest.mark.parametrize("signed", ["", "nodot", "a.b", "é.ü", ".", "a.b.c"])
    def test_a_bad_shape_is_400(self, visitor, gateway, signed):
        assert visitor.post(f"/meta/{gateway.uri}", data={"signed_request": signed}).status_code == 400

    @pytest.mark.parametrize("path", ["", "/data-deletion"])
    def test_a_wrong_signature_changes_nothing(self, visitor, gateway, page, path):
        answer = form(visitor, gateway, path, secret="other secret", user_id=OLENA)
        assert answer.status_code == 400
        assert page.grants[0].works

    @pytest.mark.parametrize("path", ["", "/data-deletion"])
    def test_another_gateways_secret_does_not_count_here(self, visitor, gateway, page, path):
        rival = cast.gateway("Rival", app_id="2", app_secret="rivals secret", tenant=cast.tenant("Rival"))
        assert form(visitor, gateway, path, secret=rival.app_secret, user_id=OLENA).status_code == 400
        assert form(visitor, rival, path, user_id=OLENA).status_code == 200
        assert page.grants[0].works

    @pytest.mark.parametrize("algorithm", ["none", "", "HMAC-SHA1"])
    def test_another_algorithm_is_refused(self, visitor, gateway, page, algorithm):
        assert form(visitor, gateway, user_id=OLENA, algorithm=algorithm).status_code == 400
        assert page.grants[0].works

    def test_a_payload_of_one_request_with_the_signature_of_another_is_refused(self, visitor, gateway, page):
        mine = signed_request.make({"algorithm": "HMAC-SHA256", "user_id": "1"}, gateway.app_secret)
        hers = signed_request.make({"algorithm": "HMAC-SHA256", "user_id": OLENA}, gateway.app_secret)
        mixed = f"{mine.partition('.')[0]}.{hers.partition('.')[2]}"
        answer = visitor.post(f"/meta/{gateway.uri}", data={"signed_request": mixed})
        assert answer.status_code == 400
        assert page.grants[0].works
