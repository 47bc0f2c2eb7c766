"""The State switch."""

import pytest

from webgateway.meta.pages import APP_FIELDS, INSTAGRAM_FIELDS

AS_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def off(gateway):
    gateway.enabled, gateway.webhook = False, "unknown"
    return gateway


def test_switching_on_registers_page_and_instagram_and_reads_back(as_ada, meta, off):
    answer = as_ada.post(f"/gateways/{off.id}/activation")
    assert (answer.status_code, answer.location) == (303, f"/gateways/{off.id}")
    assert (off.enabled, off.webhook, off.webhook_error) == (True, "registered", None)
    assert {row["object"] for row in off.webhook_at_meta} == {"page", "instagram"}
    assert off.webhook_at_meta[0]["missing"] == []
    assert {field["name"] for field in meta.webhooks["page"]["fields"]} == set(APP_FIELDS["page"])


def test_htmx_gets_the_row_as_it_is_now(as_ada, meta, off):
    answer = as_ada.post(f"/gateways/{off.id}/activation", headers=AS_HTMX)
    assert answer.text.lstrip().startswith(f'<tr id="gateway-{off.id}">')
    assert 'aria-checked="true"' in answer.text


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (2200, "(#2200) Callback verification failed", "Meta could not confirm our address"),
        (190, "Invalid OAuth access token signature.", "does not accept the App ID with this App Secret"),
        (200, "(#200) This app has API access to settings disabled", "Allow API access to app settings"),
    ],
)
def test_a_refused_registration_leaves_it_off_and_says_why(as_ada, meta, off, code, message, told):
    meta.refuses = {"page": (code, message)}
    row = as_ada.post(f"/gateways/{off.id}/activation", headers=AS_HTMX)
    assert row.status_code == 422
    assert 'aria-checked="false"' in row.text
    assert told in row.text
    tab = as_ada.post(f"/gateways/{off.id}/activation")
    assert tab.status_code == 422
    assert told in tab.text
    assert (off.enabled, off.webhook) == (False, "refused")


def test_while_meta_is_silent_it_stays_off(as_ada, meta, off):
    meta.reachable = False
    answer = as_ada.post(f"/gateways/{off.id}/activation", headers=AS_HTMX)
    assert answer.status_code == 422
    assert "Meta could not be reached" in answer.text
    assert (off.enabled, off.webhook) == (False, "unknown")


def test_while_meta_is_silent_what_is_on_stays_on(as_ada, meta, gateway):
    meta.reachable = False
    assert as_ada.post(f"/gateways/{gateway.id}/activation").status_code == 422
    assert gateway.enabled


def test_instagrams_refusal_does_not_stop_the_pages(as_ada, meta, off):
    meta.refuses = {"instagram": (100, "(#100) Param object must be one of {page}")}
    assert as_ada.post(f"/gateways/{off.id}/activation").status_code == 303
    assert off.enabled
    assert "choose the object Instagram, paste the webhook callback URL" in off.webhook_error
    assert "Param object must be one of {page}" in off.webhook_error
    assert "One thing is left" in as_ada.get(f"/gateways/{off.id}").text
    text = as_ada.get(f"/gateways/{off.id}/instagram").text
    assert "messages do not arrive" in text
    assert "choose the object Instagram" in text


def test_instagrams_webhook_set_by_hand_counts_although_the_api_refuses(as_ada, meta, off):
    fields = [{"name": name} for name in INSTAGRAM_FIELDS]
    meta.webhooks["instagram"] = {"callback_url": off.public_uri, "active": True, "fields": fields}
    meta.refuses = {"instagram": (100, "(#100) Param object must be one of {page}")}
    as_ada.post(f"/gateways/{off.id}/activation")
    assert off.enabled
    assert off.webhook_error is None
    assert not off.instagram_unheard


@pytest.mark.parametrize(
    ("callback_url", "fields", "told"),
    [
        ("https://else.example", ["messages"], "another address, https://else.example"),
        (None, ["messaging_seen"], "the field messages is not subscribed"),
    ],
)
def test_what_meta_lists_of_instagram_counts(as_ada, meta, off, callback_url, fields, told):
    meta.webhooks = Fixed(
        instagram={
            "callback_url": callback_url or off.public_uri,
            "active": True,
            "fields": [{"name": name} for name in fields],
        }
    )
    as_ada.post(f"/gateways/{off.id}/activation")
    assert off.enabled, "pages are delivered"
    assert told in off.webhook_error
    assert off.instagram_unheard


class Fixed(dict):  # type: ignore[type-arg]
    """Meta says yes and keeps what it has of Instagram."""

    def __setitem__(self, name: str, row: object) -> None:
        if name != "instagram":
            super().__setitem__(name, row)


def test_instagram_that_meta_does_not_list_is_told(as_ada, meta, off):
    meta.webhooks = Fixed()
    as_ada.post(f"/gateways/{off.id}/activation")
    assert "Meta took the webhook, but does not list it." in off.webhook_error


def test_another_address_at_meta_is_not_taken_for_ours(as_ada, meta, off):
    meta.refuses = {"page": (200, "(#200) Not allowed")}
    meta.webhooks["page"] = {"callback_url": "https://else.example", "active": True, "fields": []}
    assert as_ada.post(f"/gateways/{off.id}/activation").status_code == 422
    assert off.webhook_at_meta[0]["callback_url"] == "https://else.example"


def test_a_webhook_set_by_hand_counts_when_the_api_refuses(as_ada, visitor, meta, off):
    meta.refuses, meta.readable = {"page": (200, "(#200) Not allowed")}, False
    assert as_ada.post(f"/gateways/{off.id}/activation").status_code == 422
    query = {"hub.mode": "subscribe", "hub.verify_token": off.verify_token, "hub.challenge": "7"}
    assert visitor.get(f"/meta/{off.uri}", query_string=query).text == "7"
    assert as_ada.post(f"/gateways/{off.id}/activation").status_code == 303
    assert (off.enabled, off.registered_by_hand) == (True, True)


def test_metas_question_in_a_refused_call_is_no_sign_of_a_hand(as_ada, visitor, meta, off):
    class AsksThenRefuses(dict):
        def __contains__(self, name):
            with meta.app.app_context():
                query = {"hub.mode": "subscribe", "hub.verify_token": off_token, "hub.challenge": "7"}
                assert meta.app.test_client().get(f"/meta/{off_uri}", query_string=query).text == "7"
            return super().__contains__(name)

    off_token, off_uri = off.verify_token, off.uri
    meta.refuses, meta.readable = AsksThenRefuses(page=(200, "(#200) Not allowed")), False
    for _ in range(2):
        assert as_ada.post(f"/gateways/{off.id}/activation").status_code == 422
    assert not off.enabled


def test_switching_off_takes_only_our_webhook_away(as_ada, meta, gateway):
    as_ada.post(f"/gateways/{gateway.id}/activation")
    meta.webhooks["instagram"]["callback_url"] = "https://else.example"
    answer = as_ada.delete(f"/gateways/{gateway.id}/activation", headers=AS_HTMX)
    assert answer.status_code == 200
    assert 'aria-checked="false"' in answer.text
    assert list(meta.webhooks) == ["instagram"]
    assert (gateway.enabled, gateway.webhook) == (False, "unknown")


def test_switching_off_works_while_meta_is_silent(as_ada, meta, gateway):
    meta.reachable = False
    answer = as_ada.delete(f"/gateways/{gateway.id}/activation", headers=AS_HTMX)
    assert answer.status_code == 200
    assert "still registered there" in answer.text
    assert not gateway.enabled


def test_without_scripts_the_switch_is_a_form(as_ada, meta, gateway):
    answer = as_ada.post(f"/gateways/{gateway.id}/activation?_method=DELETE", data={"_method": "DELETE"})
    assert answer.status_code == 303
    assert not gateway.enabled


def test_the_switch_needs_sign_in_the_right_and_the_tenant(visitor, as_sam, as_rita, as_ada, meta, off):
    for send in ("post", "delete"):
        assert "/login" in getattr(visitor, send)(f"/gateways/{off.id}/activation").location
        assert getattr(as_sam, send)(f"/gateways/{off.id}/activation").status_code == 403
        assert getattr(as_rita, send)(f"/gateways/{off.id}/activation").status_code == 404
        assert getattr(as_ada, send)("/gateways/404/activation").status_code == 404
    assert not off.enabled
    assert not meta.asked
