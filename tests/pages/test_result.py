"""The result of a login, and its OK."""

import pytest

from tests import cast
from tests.conftest import Client
from webgateway.db import db, utcnow
from webgateway.pages.models import Grant, Page


@pytest.fixture
def lost(as_ada, gateway, meta, log_in):
    """A page that Olena's second login no longer covers; the result waits for OK."""
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Blue Door Books")
    meta.subscriptions["1081"] = ["messages"]
    log_in(as_ada, gateway)
    del meta.pages["1081"]
    log_in(as_ada, gateway)
    return db.session.scalars(db.select(Page).filter_by(meta_id="1081")).one()


def ok(client, gateway, *remove, login=2):
    return client.post(f"/gateways/{gateway.id}/logins/{login}/confirmation", data={"remove": list(remove)})


def test_ok_removes_what_is_ticked(as_ada, gateway, meta, lost):
    answer = ok(as_ada, gateway, lost.id)
    assert answer.status_code == 303
    assert lost.removed_at is not None
    assert not lost.subscribed
    assert (lost.removed_by, lost.removed_switches) == ("Ada", ["messenger"])
    assert "1081" not in meta.subscriptions, "Meta is told to stop"
    assert "1 page removed." in as_ada.get(answer.headers["Location"]).text


def test_ok_keeps_what_is_not_ticked(as_ada, gateway, meta, lost):
    ok(as_ada, gateway)
    assert lost.removed_at is None
    assert lost.subscribed
    assert "1081" in meta.subscriptions


def test_ok_removes_no_page_that_was_not_lost(as_ada, gateway, lost):
    other = cast.page(gateway, "Untouched", "1099")
    ok(as_ada, gateway, other.id)
    assert other.removed_at is None


def test_a_dead_page_token_does_not_stop_the_unsubscription(as_ada, gateway, meta, lost):
    meta.dead.add("EAA-page-1081")
    ok(as_ada, gateway, lost.id)
    assert "1081" not in meta.subscriptions


def test_a_page_is_removed_although_meta_cannot_be_told(as_ada, gateway, lost, requests_mock):
    requests_mock.post("http://127.0.0.1:9/v26.0/", status_code=502, text="<html>")
    assert ok(as_ada, gateway, lost.id).status_code == 303
    assert lost.removed_at is not None


def test_a_second_ok_does_nothing_and_leads_on(as_ada, gateway, lost):
    ok(as_ada, gateway)
    assert ok(as_ada, gateway, lost.id).status_code == 303
    assert lost.removed_at is None


def test_somebody_else_cannot_press_ok(app, as_ada, gateway, lost):
    cast.person("Sam").roles = list(cast.person("Ada").roles)
    db.session.commit()
    sam = Client(app, "Sam")
    assert "only they can press OK" in sam.get(f"/gateways/{gateway.id}/logins/2").text
    answer = ok(sam, gateway, lost.id)
    assert answer.status_code == 403
    assert "not yours" in answer.text
    assert lost.removed_at is None


def test_a_page_granted_again_meanwhile_is_kept(as_ada, gateway, lost):
    lost.grants[0].granted_at = utcnow()
    ok(as_ada, gateway, lost.id)
    assert lost.removed_at is None


def test_ok_takes_the_person_from_pages_that_others_keep(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    books = db.session.scalars(db.select(Page).filter_by(meta_id="1081")).one()
    marcos = cast.grant(books, cast.account(gateway, "Marco Rossi", "4705278912843592"))
    del meta.pages["1081"]
    log_in(as_ada, gateway)
    ok(as_ada, gateway)
    assert books.removed_at is None
    assert [grant.id for grant in db.session.scalars(db.select(Grant).filter_by(page_id=books.id))] == [
        marcos.id
    ]


def test_the_page_after_ok_tells_and_closes_the_popup(as_ada, gateway, lost):
    answer = ok(as_ada, gateway)
    assert answer.headers["Location"] == f"/gateways/{gateway.id}/pages?connected=2"
    after = as_ada.get(answer.headers["Location"])
    assert "data-popup-finished" in after.text
    assert after.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert "data-popup-finished" not in as_ada.get(f"/gateways/{gateway.id}/pages").text


def test_the_result_may_be_looked_at_again(as_ada, gateway, lost):
    ok(as_ada, gateway, lost.id)
    text = as_ada.get(f"/gateways/{gateway.id}/logins/2").text
    assert "Blue Door Books: removed" in text
    assert ">OK<" not in text


def test_an_interrupted_login_says_so_and_cannot_be_confirmed(as_ada, gateway, start):
    start(as_ada, gateway)
    assert "did not finish" in as_ada.get(f"/gateways/{gateway.id}/logins/1").text
    assert ok(as_ada, gateway, login=1).status_code == 303


@pytest.mark.parametrize("login", [2, 999])
def test_who_may_come_here(visitor, as_sam, as_rita, as_ada, gateway, lost, login):
    url = f"/gateways/{gateway.id}/logins/{login}"
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_sam.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get(url).status_code == (200 if login == 2 else 404)
    assert visitor.post(f"{url}/confirmation").headers["Location"].startswith("/login")
    assert as_sam.post(f"{url}/confirmation").status_code == 403
    assert as_rita.post(f"{url}/confirmation").status_code == 404


def test_a_login_of_another_gateway_is_not_found(as_ada, lost):
    other = cast.gateway("Sales", app_id="2")
    assert as_ada.get(f"/gateways/{other.id}/logins/2").status_code == 404
