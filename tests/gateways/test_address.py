"""A new URI, a new verify token."""

import pytest


@pytest.mark.parametrize("part", ["uri", "verify-token"])
def test_a_new_one_is_registered_at_once(as_ada, visitor, meta, gateway, part):
    before = gateway.uri, gateway.verify_token
    answer = as_ada.post(f"/gateways/{gateway.id}/{part}")
    assert (answer.status_code, answer.location) == (303, f"/gateways/{gateway.id}")
    changed = [old != new for old, new in zip(before, (gateway.uri, gateway.verify_token), strict=True)]
    assert changed == [part == "uri", part == "verify-token"]
    assert meta.webhooks["page"]["callback_url"] == gateway.public_uri
    assert gateway.enabled


def test_the_old_uri_works_no_longer(as_ada, visitor, meta, gateway):
    old = gateway.uri
    as_ada.post(f"/gateways/{gateway.id}/uri")
    assert visitor.post(f"/meta/{old}", json={}).status_code == 404


def test_when_meta_refuses_the_new_uri_it_is_off_with_the_reason(as_ada, meta, gateway):
    meta.refuses = {"page": (200, "(#200) Not allowed")}
    answer = as_ada.post(f"/gateways/{gateway.id}/uri")
    assert not gateway.enabled
    assert "State is off now" in as_ada.get(answer.location).text


def test_while_meta_is_silent_a_new_uri_switches_it_off(as_ada, meta, gateway):
    meta.reachable = False
    as_ada.post(f"/gateways/{gateway.id}/uri")
    assert (gateway.enabled, gateway.webhook) == (False, "unknown")
    assert "Meta could not be reached" in gateway.webhook_error


def test_the_warning_names_the_fields_to_paste_again(as_ada, gateway):
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    dialog = shown[shown.index('<dialog id="change-uri"') :]
    for field in (
        "Valid OAuth Redirect URIs",
        "Deauthorize callback URL",
        "Data deletion request URL",
        "Webhook callback URL",
    ):
        assert field in dialog


def test_renewing_needs_sign_in_the_right_and_the_tenant(visitor, as_sam, as_rita, meta, gateway):
    before = gateway.uri, gateway.verify_token
    for part in ("uri", "verify-token"):
        assert "/login" in visitor.post(f"/gateways/{gateway.id}/{part}").location
        assert as_sam.post(f"/gateways/{gateway.id}/{part}").status_code == 403
        assert as_rita.post(f"/gateways/{gateway.id}/{part}").status_code == 404
    assert (gateway.uri, gateway.verify_token) == before
