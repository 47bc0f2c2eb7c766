"""The Meta tab of a saved gateway."""

import re

import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def shown_values(gateway):
    """What the form shows and a browser sends back unchanged."""
    return {"name": "Support", "flow_id": "", "app_id": cast.APP_ID, "app_secret": "", "api_version": "",
            "config_id": "", "instagram_media": "links"}  # fmt: skip


@pytest.fixture
def save(as_ada, gateway, shown_values):
    return lambda **typed: as_ada.post(f"/gateways/{gateway.id}", data=shown_values | typed)


def test_the_tab_shows_the_values_and_never_the_secret(as_ada, gateway):
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    assert f'value="{gateway.public_uri}"' in shown
    assert f'data-copy="{gateway.public_uri}" title="Copy URI"' in shown
    assert f'value="{gateway.verify_token}"' in shown
    assert cast.APP_SECRET not in shown
    assert re.search(r'role="tab" [^>]*aria-selected="true">Meta<', shown)
    for tab in ("Facebook pages", "Instagram"):
        assert f">{tab}</a>" in shown


def test_the_guide_has_this_gateways_values_ready_to_copy(as_ada, gateway):
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    for field, value in (
        ("Valid OAuth Redirect URIs", gateway.public_uri),
        ("Deauthorize callback URL", gateway.public_uri),
        ("Data deletion request URL", gateway.data_deletion_uri),
        ("Webhook callback URL", gateway.public_uri),
        ("Webhook verify token", gateway.verify_token),
    ):
        assert f'data-copy="{value}" title="Copy {field}"' in shown


def test_a_rename_or_another_flow_never_asks_meta(save, meta, gateway):
    meta.reachable = False
    flow = cast.flow()
    assert save(name="Help desk", flow_id=flow.id).status_code == 303
    assert (gateway.name, gateway.flow_id) == ("Help desk", flow.id)
    assert gateway.credentials == "verified"
    assert not meta.asked


def test_an_empty_secret_keeps_the_stored_one(save, meta, gateway):
    save(name="Help desk")
    assert gateway.app_secret == cast.APP_SECRET


def test_a_form_without_some_fields_blanks_nothing(as_ada, meta, gateway):
    gateway.flow_id, gateway.api_version = cast.flow().id, "v25.0"
    assert as_ada.post(f"/gateways/{gateway.id}", data={"name": "Help desk"}).status_code == 303
    assert (gateway.name, gateway.api_version, gateway.app_secret) == ("Help desk", "v25.0", cast.APP_SECRET)
    assert gateway.flow_id is not None


def test_stories_and_posts_stay_links_until_an_administrator_wants_pictures(as_ada, save, meta, gateway):
    assert not gateway.instagram_inline
    assert save(instagram_media="inline").status_code == 303
    assert gateway.instagram_inline
    assert 'selected value="inline"' in as_ada.get(f"/gateways/{gateway.id}").text
    as_ada.post(f"/gateways/{gateway.id}", data={"name": "Help desk"})
    assert gateway.instagram_inline, "what was not sent stays"
    assert save(instagram_media="whatever").status_code == 422
    assert not meta.asked


def test_a_new_secret_is_checked_and_the_webhook_registered_again(save, meta, gateway):
    meta.secret = "f" * 32
    assert save(app_secret="f" * 32).status_code == 303
    assert gateway.app_secret == "f" * 32
    assert meta.webhooks["page"]["callback_url"] == gateway.public_uri


def test_a_wrong_new_secret_is_refused_and_the_old_one_stays(save, meta, gateway):
    answer = save(app_secret="wrong", name="Typed")
    assert answer.status_code == 422
    assert "App Secret is wrong" in answer.text
    assert 'value="Typed"' in answer.text
    assert (gateway.name, gateway.app_secret) == ("Support", cast.APP_SECRET)


def test_another_version_registers_the_webhook_again(save, meta, gateway):
    save(api_version="v25.0")
    assert "POST 1029384756102930/subscriptions" in meta.asked
    assert "GET oauth/access_token" not in meta.asked
    assert "POST oauth/access_token" not in meta.asked
    assert gateway.enabled


def test_a_version_that_has_ended_since_does_not_stop_a_rename(save, meta, gateway):
    gateway.api_version = "v19.0"
    assert save(name="Help desk", api_version="v19.0").status_code == 303


def test_another_app_takes_our_webhook_off_the_old_one(save, meta, gateway):
    meta.webhooks["page"] = {"callback_url": gateway.public_uri, "active": True, "fields": []}
    gateway.app_id, gateway.credentials = "5", "verified"
    meta.secret = cast.APP_SECRET
    answer = save(app_id=cast.APP_ID)
    assert answer.status_code == 303
    assert "GET 5/subscriptions" in meta.asked
    assert gateway.app_id == cast.APP_ID


def test_without_a_change_save_asks_again_about_unverified_credentials(save, meta, gateway):
    gateway.credentials = "unverified"
    save()
    assert gateway.credentials == "verified"


def test_a_gateway_off_by_choice_is_not_registered_by_saving(save, meta, gateway):
    gateway.enabled, gateway.webhook = False, "unknown"
    meta.secret = "f" * 32
    save(app_secret="f" * 32)
    assert not gateway.enabled
    assert not meta.webhooks


def test_correcting_what_stopped_the_registration_switches_it_on(save, meta, gateway):
    gateway.enabled, gateway.webhook, gateway.webhook_error = False, "refused", "Meta refused."
    meta.secret = "f" * 32
    save(app_secret="f" * 32)
    assert gateway.enabled


def test_deleting_while_someone_saves_is_not_undone(save, meta, gateway):
    meta.secret = "f" * 32

    def deleted_meanwhile(request):
        with meta.app.app_context():
            db.session.execute(db.text("UPDATE gateways SET deleted_at = '2026-01-01 00:00:00.000000'"))
            db.session.commit()
        return False

    meta.mock.add_matcher(lambda request: deleted_meanwhile(request) or None)
    assert save(app_secret="f" * 32).status_code == 404
    assert gateway.app_secret == cast.APP_SECRET


def test_what_meta_has_is_shown_as_read_back(as_ada, gateway):
    row = {
        "object": "page",
        "callback_url": "https://else.example",
        "fields": ["messages"],
        "missing": ["standby"],
    }
    gateway.webhook_at_meta = [row]
    gateway.webhook_checked_at = utcnow()
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    assert "https://else.example" in shown
    assert "Another address" in shown
    assert "Not delivered: standby" in shown


def test_an_object_that_metas_list_does_not_name_is_told(as_ada, gateway):
    gateway.webhook_at_meta = [
        {"object": "page", "callback_url": gateway.public_uri, "fields": ["messages"], "missing": []}
    ]
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    assert "Meta has our URI" in shown
    assert "Meta&#39;s list does not name it." in shown or "Meta's list does not name it." in shown


def test_who_may_only_read_sees_it_and_cannot_save(as_sam, gateway, shown_values):
    shown = as_sam.get(f"/gateways/{gateway.id}").text
    assert "Support" in shown
    for offered in (">Save<", "Change URI", ">Register again<", gateway.verify_token, 'name="app_secret"'):
        assert offered not in shown
    assert as_sam.post(f"/gateways/{gateway.id}", data=shown_values | {"name": "Mine"}).status_code == 403
    assert gateway.name == "Support"


def test_strangers_and_missing_gateways_are_not_found(as_rita, as_ada, visitor, gateway, shown_values):
    assert as_rita.get(f"/gateways/{gateway.id}").status_code == 404
    assert as_rita.post(f"/gateways/{gateway.id}", data=shown_values).status_code == 404
    assert as_ada.get("/gateways/404").status_code == 404
    assert as_ada.get(f"/gateways/{2**70}").status_code == 404
    assert "/login" in visitor.get(f"/gateways/{gateway.id}").location


def test_the_journal_of_the_gateway_is_offered_to_who_may_read_it(as_ada, as_sam, gateway):
    address = f'href="/journal/?gateway={gateway.id}"'
    assert address in as_ada.get(f"/gateways/{gateway.id}").text
    cast.person("Sam").roles[0].permissions = ["gateways.read"]
    db.session.commit()
    assert address not in as_sam.get(f"/gateways/{gateway.id}").text
