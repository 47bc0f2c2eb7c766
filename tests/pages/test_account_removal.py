"""Removing a person's login on purpose, from the Accounts dialog."""

import pytest
import requests
from sqlalchemy import select

from tests import cast
from tests.pages.leaving import MARCO, OLENA, form
from webgateway.db import db, utcnow
from webgateway.pages.models import Account, AuditEntry

REVOKE = "http://127.0.0.1:9/v26.0/me/permissions"


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway))
    return page


@pytest.fixture
def olena(page):
    return page.grants[0].account


@pytest.fixture
def url(gateway, olena):
    return f"/gateways/{gateway.id}/accounts/{olena.id}"


@pytest.fixture
def revoked(requests_mock):
    return requests_mock.delete(REVOKE, json={"success": True})


def test_the_dialog_of_accounts_offers_it_to_whom_may_edit(as_ada, as_sam, gateway, page, url):
    accounts = f"/gateways/{gateway.id}/pages/{page.id}/accounts"
    assert f'href="{url}/removal"' in as_ada.get(accounts).text
    assert "/removal" not in as_sam.get(accounts).text


def test_it_asks_first_and_names_what_it_costs(as_ada, url, page):
    text = as_ada.get(f"{url}/removal").text
    assert "Remove Olena Kovalenko?" in text
    assert "Nobody else's login covers Cisco Dogs" in text
    assert "must be reconnected" in text
    assert page.grants, "nothing is removed yet"


def test_it_is_a_dialog_where_scripts_run(as_ada, url):
    answer = as_ada.fragment(f"{url}/removal")
    assert answer.text.lstrip().startswith('<dialog id="account-removal"')
    assert answer.headers["HX-Push-Url"] == "false"


def test_a_page_that_others_cover_is_not_named(as_ada, gateway, page, url):
    marco = cast.grant(page, cast.account(gateway, "Marco Rossi", MARCO), "EAA-marco")
    assert "nothing changes for them" in as_ada.get(f"{url}/removal").text
    marco.dead_since = utcnow()
    assert "Cisco Dogs" in as_ada.get(f"{url}/removal").text


def test_facebook_is_told_with_the_persons_own_token_then_it_is_erased(as_ada, gateway, page, url, revoked):
    answer = as_ada.delete(url)
    assert answer.status_code == 303
    assert answer.location == f"/gateways/{gateway.id}/pages"
    assert revoked.last_request.headers["Authorization"] == b"Bearer EAA-user-token"
    assert db.session.scalars(select(Account)).all() == []
    assert page.grants == []
    assert "Reconnect it" in page.obstacle
    assert "Olena Kovalenko is removed, and Facebook was told." in as_ada.get(answer.location).text


def test_a_form_without_scripts_removes_too(as_ada, url, revoked):
    assert as_ada.post(f"{url}?_method=DELETE").status_code == 303
    assert db.session.scalars(select(Account)).all() == []


@pytest.mark.parametrize(
    "refusal",
    [{"exc": requests.exceptions.ConnectTimeout}, {"status_code": 400, "json": {"error": {"code": 190}}}],
)
def test_when_facebook_cannot_be_told_it_is_removed_all_the_same_and_said(
    as_ada, gateway, url, requests_mock, refusal
):
    requests_mock.delete(REVOKE, **refusal)
    answer = as_ada.delete(url)
    assert db.session.scalars(select(Account)).all() == []
    assert "Facebook could not be told" in as_ada.get(answer.location).text


def test_metas_callback_may_come_before_its_answer(as_ada, visitor, gateway, page, url, requests_mock):
    def revoke(*_):
        form(visitor, gateway, user_id=OLENA)
        return {"success": True}

    requests_mock.delete(REVOKE, json=revoke)
    assert as_ada.delete(url).status_code == 303
    assert db.session.scalars(select(Account)).all() == []


def test_that_it_was_done_is_kept_without_a_name(as_ada, url, revoked):
    as_ada.delete(url)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.kind, entry.counts) == ("account removed", {"accounts": 1, "grants": 1, "logins": 0})


def test_who_may(visitor, as_sam, as_gail, as_rita, as_ada, gateway, url, revoked):
    for verb in ("get", "delete"):
        address = f"{url}/removal" if verb == "get" else url
        assert getattr(visitor, verb)(address).location.startswith("/login")
        assert getattr(as_sam, verb)(address).status_code == 403
        assert getattr(as_gail, verb)(address).status_code == 403
        assert getattr(as_rita, verb)(address).status_code == 404
    assert as_ada.delete(f"/gateways/{gateway.id}/accounts/999").status_code == 404
    assert not revoked.called
    assert db.session.scalars(select(Account)).one()


def test_an_account_of_another_gateway_is_not_found(as_ada, gateway, url, revoked):
    other = cast.gateway("Sales", app_id="2")
    twin = cast.account(other)
    assert as_ada.delete(f"/gateways/{gateway.id}/accounts/{twin.id}").status_code == 404
    assert not revoked.called
