"""Pages that were chosen and could not be connected are named in the register, with the reason."""

from datetime import timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.pages.models import Login, Page


@pytest.fixture
def register(as_ada, gateway):
    return lambda: as_ada.get(f"/gateways/{gateway.id}/pages").text


def test_a_page_whose_login_brought_no_token_is_named_with_the_reason(
    as_ada, as_sam, gateway, meta, log_in, register
):
    page = meta.page("1080", "Cisco Dogs", ["ANALYZE"])
    del page["access_token"]
    log_in(as_ada, gateway)
    for text in (register(), as_sam.get(f"/gateways/{gateway.id}/pages").text):
        assert "Chosen on Facebook, but not connected" in text
        assert "Cisco Dogs" in text
        assert "1080" in text
        assert "must give the task MESSAGING" in text
        assert "Olena Kovalenko logged in" in text


def test_it_holds_no_place_another_gateway_may_connect_it(as_ada, gateway, meta, log_in):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    assert db.session.scalars(db.select(Page)).all() == []


def test_it_goes_with_the_next_good_login(as_ada, gateway, meta, log_in, register):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert "not connected" not in register()


def test_it_goes_when_the_person_no_longer_chooses_it(as_ada, gateway, meta, log_in, register):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    del meta.pages["1080"]
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    assert "not connected" not in register()


def test_it_goes_when_somebody_elses_login_connects_it(as_ada, gateway, meta, log_in, register):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    meta.person = {"id": "4705278912843592", "name": "Marco Rossi"}
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert "not connected" not in register()


def test_another_persons_login_leaves_it_standing(as_ada, gateway, meta, log_in, register):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    meta.person = {"id": "4705278912843592", "name": "Marco Rossi"}
    del meta.pages["1080"]
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    assert "Olena Kovalenko logged in" in register()


def test_a_page_of_another_gateway_is_named_and_never_whose(as_ada, gateway, meta, log_in, register):
    cast.page(cast.gateway("Rival desk", tenant=cast.tenant("Rival"), app_id="2"), meta_id="1080")
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert "Used by another gateway." in register()
    assert "Rival" not in register()


def test_a_connected_page_without_a_token_in_the_new_login_says_why_beside_its_switch(
    as_ada, gateway, meta, log_in, register
):
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    page = meta.page("1080", "Cisco Dogs", ["ANALYZE"])
    del page["access_token"]
    text = log_in(as_ada, gateway).text
    assert "Connected, but this login gives no access" in text
    assert "Could not be added" not in text
    dogs = db.session.scalars(db.select(Page)).one()
    assert dogs.removed_at is None
    assert "must give the task MESSAGING" in dogs.obstacle
    assert "must give the task MESSAGING" in register()
    dogs.grants[0].dead_since = utcnow()
    db.session.commit()
    assert "No working login covers this page." in register()
    assert "must give the task MESSAGING" in register()


def test_a_connected_page_that_somebody_else_covers_well_stays_as_it_is(
    as_ada, gateway, meta, log_in, register
):
    dogs = cast.page(gateway, "Cisco Dogs", "1080")
    cast.grant(dogs, cast.account(gateway, "Marco Rossi", "4705278912843592"))
    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    assert dogs.obstacle is None


def test_a_page_that_only_could_not_be_read_keeps_its_state(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    meta.ticked = ["1080", "1081"]
    del meta.pages["1081"]
    assert "Connected, but this login gives no access" in log_in(as_ada, gateway).text
    books = db.session.scalars(db.select(Page).filter_by(meta_id="1081")).one()
    assert books.obstacle is None


def test_a_login_that_is_forgotten_is_forgotten_here_too(as_ada, gateway, meta, log_in, register):
    from webgateway.pages import states

    del meta.page("1080", "Cisco Dogs")["access_token"]
    log_in(as_ada, gateway)
    db.session.execute(db.update(Login).values(started_at=utcnow() - timedelta(days=31)))
    db.session.commit()
    states.forget()
    assert "not connected" not in register()
