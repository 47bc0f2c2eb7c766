"""Deleting gateways."""

import pytest

from tests import cast
from webgateway.db import db
from webgateway.gateways import removal
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Account, Grant


@pytest.fixture
def busy(gateway):
    """Two pages, one open conversation, one closed."""
    page, olena = cast.page(gateway), cast.account(gateway)
    cast.grant(page, olena)
    cast.page(gateway, "Cisco Cats", "555")
    contact = cast.contact(page)
    talk = cast.conversation(contact)
    cast.message(talk)
    cast.conversation(cast.contact(page, "Closed", "9"), closed_at=talk.opened_at)
    return gateway


@pytest.fixture
def other(app):
    return cast.gateway("Sales", app_id="777")


def test_the_question_names_the_consequences_with_numbers(as_ada, busy):
    for answer in (
        as_ada.get(f"/gateways/deletions/new?ids={busy.id}"),
        as_ada.fragment(f"/gateways/deletions/new?ids={busy.id}"),
    ):
        assert "2 pages stop receiving messages." in answer.text
        assert "1 open conversation can no longer be answered." in answer.text
        assert "Conversations and the journal stay readable." in answer.text
    assert "<dialog" in answer.text
    assert "<html" not in answer.text


def test_deleting_takes_everything_back_at_meta_and_wipes_secrets(as_ada, meta, busy):
    as_ada.post(f"/gateways/{busy.id}/activation")
    answer = as_ada.delete(f"/gateways/{busy.id}")
    assert (answer.status_code, answer.location) == (303, "/gateways/")
    assert "Support is deleted." in as_ada.get("/gateways/").text
    assert meta.webhooks == {}
    assert "102938475610293%2Fsubscribed_apps" in sent(meta)
    assert (busy.enabled, busy.app_secret, busy.credentials) == (False, "", "wiped")
    assert busy.deleted_at is not None
    assert db.session.scalars(db.select(Account)).all() == []
    assert db.session.scalars(db.select(Grant)).all() == []


def sent(meta):
    return " ".join(call.text or "" for call in meta.mock.request_history)


def test_history_stays_and_pages_are_free(as_ada, meta, busy):
    as_ada.delete(f"/gateways/{busy.id}")
    assert db.session.scalar(db.text("SELECT count(*) FROM conversations")) == 2
    assert db.session.scalar(db.text("SELECT count(*) FROM messages")) == 1
    assert (
        db.session.scalar(db.text("SELECT count(*) FROM pages WHERE removed_at IS NULL OR subscribed")) == 0
    )
    cast.page(cast.gateway("Next"))


def test_meta_out_of_reach_does_not_hinder_it(as_ada, meta, busy):
    meta.reachable = False
    assert as_ada.delete(f"/gateways/{busy.id}").status_code == 303
    assert (busy.app_secret, busy.credentials) == ("", "wiped")
    assert db.session.scalars(db.select(Account)).all() == []


def test_a_page_connected_elsewhere_meanwhile_keeps_its_subscription(as_ada, meta, busy):
    at = busy.created_at
    busy.deleted_at = at
    db.session.execute(db.text("UPDATE pages SET removed_at = (SELECT deleted_at FROM gateways)"))
    db.session.commit()
    cast.page(cast.gateway("Next"))
    removal.clear_up(busy.id)
    assert "subscribed_apps" not in sent(meta)


def test_what_a_stopped_worker_left_is_swept_up(app, meta, gateway):
    gateway.deleted_at = gateway.created_at
    db.session.commit()
    removal.sweep()
    assert db.session.get(Gateway, gateway.id).credentials == "wiped"


def test_several_are_deleted_at_once_and_the_view_is_kept(as_ada, meta, busy, other):
    asked = as_ada.get(f"/gateways/deletions/new?ids={busy.id}&ids={other.id}&q=s&sort=-name")
    assert "2 chat gateways" in asked.text
    assert 'action="/gateways/deletions?q=s&amp;sort=-name"' in asked.text
    answer = as_ada.post("/gateways/deletions?q=s&sort=-name", data={"ids": [busy.id, other.id]})
    assert (answer.status_code, answer.location) == (303, "/gateways/?q=s&sort=-name")
    assert busy.deleted_at
    assert other.deleted_at


def test_nothing_chosen_or_only_strange_ids_is_not_found(as_ada, as_rita, meta, gateway):
    assert as_ada.post("/gateways/deletions").status_code == 404
    assert as_ada.post("/gateways/deletions", data={"ids": ["x", "-1", str(2**70)]}).status_code == 404
    assert as_rita.post("/gateways/deletions", data={"ids": gateway.id}).status_code == 404
    assert as_rita.get(f"/gateways/deletions/new?ids={gateway.id}").status_code == 404
    assert as_rita.delete(f"/gateways/{gateway.id}").status_code == 404
    assert gateway.deleted_at is None


def test_a_deleted_gateway_is_not_found_anywhere(as_ada, visitor, meta, gateway):
    as_ada.delete(f"/gateways/{gateway.id}")
    assert as_ada.get(f"/gateways/{gateway.id}").status_code == 404
    assert as_ada.delete(f"/gateways/{gateway.id}").status_code == 404
    assert as_ada.post(f"/gateways/{gateway.id}/activation").status_code == 404
    assert visitor.post(f"/meta/{gateway.uri}", json={}).status_code == 404


def test_deleting_needs_sign_in_and_the_right(visitor, as_sam, meta, gateway):
    assert "/login" in visitor.delete(f"/gateways/{gateway.id}").location
    assert as_sam.delete(f"/gateways/{gateway.id}").status_code == 403
    assert as_sam.post("/gateways/deletions", data={"ids": gateway.id}).status_code == 403
    assert as_sam.get(f"/gateways/deletions/new?ids={gateway.id}").status_code == 403
    assert gateway.deleted_at is None
