"""A new chat gateway."""

import re

import pytest

from tests import cast
from webgateway.db import db
from webgateway.gateways import forms
from webgateway.gateways.models import Gateway


def beside(answer, field):
    """The error beside the field, which the field's control points to."""
    control = re.search(
        rf'<(?:input|select)[^>]* id="{field}"[^>]*>|<(?:input|select)[^>]*id="{field}"[^>]*>', answer.text
    )
    assert control
    assert f"{field}-error" in control[0]
    assert 'aria-invalid="true"' in control[0]
    return re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', answer.text, re.S)[1]


def test_the_form_offers_the_meta_tab_alone(as_ada):
    shown = as_ada.get("/gateways/new").text
    assert ">Meta</a>" in shown
    assert ">Instagram</a>" not in shown
    for label in ("Name", "Flow", "App ID", "App Secret", "API Version"):
        assert f">{label}</label>" in shown
    assert "vXX.X, for example v24.0" in shown


def test_a_saved_gateway_is_checked_registered_and_on(as_ada, meta, typed, only_gateway):
    flow = cast.flow()
    answer = as_ada.post("/gateways/new", data=typed | {"flow_id": flow.id, "name": " Support "})
    gateway = only_gateway()
    assert (answer.status_code, answer.location) == (303, f"/gateways/{gateway.id}")
    assert (gateway.name, gateway.flow_id, gateway.tenant.name) == ("Support", flow.id, "Acme")
    assert (gateway.credentials, gateway.app_name) == ("verified", "Acme support")
    assert (gateway.webhook, gateway.enabled) == ("registered", True)
    assert meta.webhooks["page"]["callback_url"] == f"http://localhost/meta/{gateway.uri}"
    assert meta.settings["deauth_callback_url"] == gateway.public_uri
    shown = as_ada.get(answer.location).text
    assert "is saved and on" in shown
    assert ">Facebook pages</a>" in shown
    assert cast.APP_SECRET not in shown


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", " ", "Give the gateway a name."),
        ("name", "x" * 201, "200"),
        ("name", "a\x00b", "invisible"),
        ("flow_id", "999", "Not a valid choice."),
        ("app_id", "", "Enter the App ID"),
        ("app_id", "12a", "digits only"),
        ("app_id", "١٢٣", "digits only"),
        ("app_secret", "", "Enter the App Secret"),
        ("api_version", "24", "vXX.X"),
        ("api_version", "v19.0", "21 May 2026"),
        ("config_id", "x", "digits only"),
    ],
)
def test_wrong_input_is_refused_beside_its_field(as_ada, meta, typed, only_gateway, field, value, told):
    answer = as_ada.post("/gateways/new", data={**typed, "name": "Kept", field: value})
    assert answer.status_code == 422
    assert told in beside(answer, field)
    assert only_gateway() is None
    assert field == "name" or 'value="Kept"' in answer.text
    assert cast.APP_SECRET not in answer.text
    assert not meta.asked


def test_spaces_around_pasted_values_do_no_harm(as_ada, meta, typed, only_gateway):
    pasted = {"app_id": f" {cast.APP_ID}\n", "app_secret": f"\t{cast.APP_SECRET} "}
    as_ada.post("/gateways/new", data=typed | pasted)
    assert (only_gateway().app_id, only_gateway().app_secret) == (cast.APP_ID, cast.APP_SECRET)


def test_a_wrong_secret_is_told_from_a_wrong_id(as_ada, meta, typed, only_gateway):
    answer = as_ada.post("/gateways/new", data=typed | {"app_secret": "wrong"})
    assert answer.status_code == 422
    assert "App Secret is wrong" in beside(answer, "app_secret")
    answer = as_ada.post("/gateways/new", data=typed | {"app_id": "404"})
    assert answer.status_code == 422
    assert "App ID is wrong" in beside(answer, "app_id")
    assert only_gateway() is None


def test_while_meta_is_silent_it_is_saved_as_not_verified(as_ada, meta, typed, only_gateway):
    meta.reachable = False
    answer = as_ada.post("/gateways/new", data=typed)
    assert answer.status_code == 303
    assert (only_gateway().credentials, only_gateway().enabled) == ("unverified", False)
    assert "check again in the background" in as_ada.get(answer.location).text


def test_a_refused_webhook_leaves_it_saved_and_off_with_the_reason(as_ada, meta, typed, only_gateway):
    meta.refuses = {"page": (2200, "(#2200) Callback verification failed")}
    answer = as_ada.post("/gateways/new", data=typed)
    assert answer.status_code == 303
    assert (only_gateway().credentials, only_gateway().enabled) == ("verified", False)
    assert "Meta could not confirm our address" in as_ada.get(answer.location).text


def test_a_version_unknown_to_us_is_asked_from_meta(as_ada, meta, typed, only_gateway):
    unknown = as_ada.post("/gateways/new", data=typed | {"api_version": "v99.0"})
    assert "no version v99.0" in beside(unknown, "api_version")
    expired = as_ada.post("/gateways/new", data=typed | {"api_version": "v28.0"})
    assert "no longer serves v28.0" in beside(expired, "api_version")
    assert only_gateway() is None
    as_ada.post("/gateways/new", data=typed | {"api_version": "v27.0"})
    assert only_gateway().api_version == "v27.0"


def test_a_version_unknown_to_us_is_refused_while_meta_is_silent(as_ada, meta, typed, only_gateway):
    meta.reachable = False
    answer = as_ada.post("/gateways/new", data=typed | {"api_version": "v99.0"})
    assert answer.status_code == 422
    assert "could not be reached" in beside(answer, "api_version")
    assert only_gateway() is None


def test_a_version_that_expires_soon_is_taken_and_said(as_ada, meta, typed, on_21_november_2026):
    answer = as_ada.post("/gateways/new", data=typed | {"api_version": "v21.0"})
    assert answer.status_code == 303
    assert "API version v21.0 expires on 21 January 2027. Choose v26.0" in as_ada.get(answer.location).text


def test_an_app_id_in_use_elsewhere_is_refused_without_naming_where(as_rita, as_ada, meta, typed, gateway):
    answer = as_rita.post("/gateways/new", data=typed | {"name": "Mine"})
    assert answer.status_code == 422
    assert "already used by another chat gateway" in beside(answer, "app_id")
    assert "Acme" not in answer.text
    assert "Support" not in answer.text.replace("Acme support", "")


def test_two_who_take_the_same_app_id_at_once_do_not_both_get_it(as_ada, meta, typed, monkeypatch):
    ask = forms.GatewayForm.validate_app_id

    def as_if_free(self, field):
        ask(self, field)
        cast.gateway("Quicker", tenant=cast.tenant("Rival"))

    monkeypatch.setattr(forms.GatewayForm, "validate_app_id", as_if_free)
    answer = as_ada.post("/gateways/new", data=typed)
    assert answer.status_code == 422
    assert "already used" in beside(answer, "app_id")
    assert [gateway.name for gateway in db.session.scalars(db.select(Gateway))] == ["Quicker"]


def test_an_app_id_is_free_again_after_deletion(as_ada, meta, typed, gateway):
    as_ada.delete(f"/gateways/{gateway.id}")
    assert as_ada.post("/gateways/new", data=typed).status_code == 303


def test_the_secret_is_encrypted_where_it_is_stored(as_ada, meta, typed, only_gateway):
    as_ada.post("/gateways/new", data=typed)
    stored = db.session.execute(db.text("SELECT app_secret FROM gateways")).scalar_one()
    assert only_gateway().app_secret == cast.APP_SECRET
    assert cast.APP_SECRET not in stored


def test_another_tenants_flow_is_not_offered(as_ada, meta, typed):
    theirs = cast.flow("Theirs", tenant=cast.tenant("Rival"))
    assert "Theirs" not in as_ada.get("/gateways/new").text
    assert as_ada.post("/gateways/new", data=typed | {"flow_id": theirs.id}).status_code == 422


def test_adding_needs_sign_in_and_the_right(visitor, as_sam, typed, only_gateway):
    assert "/login" in visitor.get("/gateways/new").location
    assert as_sam.get("/gateways/new").status_code == 403
    assert as_sam.post("/gateways/new", data=typed).status_code == 403
    assert only_gateway() is None


def test_a_secret_typed_beside_another_error_is_asked_for_once_more(as_ada, meta, typed):
    answer = as_ada.post("/gateways/new", data=typed | {"api_version": "24"})
    assert "Type it once more" in answer.text
    control = re.search(r'<input[^>]* id="app_secret"[^>]*>', answer.text)[0]
    assert "app_secret-hint" in control
    assert "aria-invalid" not in control
    assert "Type it once more" not in as_ada.get("/gateways/new").text


def test_the_first_wrong_field_has_the_focus(as_ada, meta, typed):
    fresh = as_ada.get("/gateways/new").text
    assert re.findall(r"<input[^>]* autofocus[^>]* id=\"(\w+)\"", fresh) == ["name"]
    refused = as_ada.post("/gateways/new", data=typed | {"api_version": "24"}).text
    assert re.findall(r"<input[^>]* autofocus[^>]* id=\"(\w+)\"", refused) == ["api_version"]


def test_only_a_new_gateway_is_told_what_is_next(as_ada, meta, typed, only_gateway):
    address = as_ada.post("/gateways/new", data=typed).location
    assert "Next, add your pages" in as_ada.get(address).text
    as_ada.post(address, data=typed | {"name": "Help desk"})
    shown = as_ada.get(address).text
    assert "Help desk is saved" in shown
    assert "Next, add your pages" not in shown
