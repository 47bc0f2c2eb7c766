"""The public URI: verification, signatures, sizes. The callbacks of people who leave: tests/pages."""

import hashlib
import hmac
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.deliveries import delivery, post, text, wire
from webgateway.db import db, utcnow
from webgateway.journal.models import Delivery
from webgateway.meta.signature import sign

VERIFY = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery))


class TestVerification:
    def test_the_right_token_gets_the_challenge_back_as_plain_text(self, visitor, gateway):
        query = {**VERIFY, "hub.verify_token": gateway.verify_token}
        answer = visitor.get(f"/meta/{gateway.uri}", query_string=query)
        assert answer.status_code == 200
        assert answer.data == b"1158201444"
        assert answer.content_type.startswith("text/plain")

    def test_it_is_remembered_that_meta_reached_us(self, visitor, gateway):
        assert gateway.webhook_verified_at is None
        visitor.get(f"/meta/{gateway.uri}", query_string={**VERIFY, "hub.verify_token": gateway.verify_token})
        assert utcnow() - gateway.webhook_verified_at < timedelta(minutes=1)

    @pytest.mark.parametrize("token", ["wrong", "", "ü", None])
    def test_a_wrong_token_gets_403_and_no_challenge(self, visitor, gateway, token):
        query = {**VERIFY, "hub.verify_token": token} if token is not None else VERIFY
        answer = visitor.get(f"/meta/{gateway.uri}", query_string=query)
        assert answer.status_code == 403
        assert b"1158201444" not in answer.data

    def test_another_gateways_token_does_not_pass(self, visitor, gateway):
        other = cast.gateway("Other", app_id="2", tenant=cast.tenant("Rival"))
        query = {**VERIFY, "hub.verify_token": other.verify_token}
        assert visitor.get(f"/meta/{gateway.uri}", query_string=query).status_code == 403

    def test_an_empty_stored_token_never_passes(self, visitor, gateway):
        gateway.verify_token = ""
        db.session.commit()
        query = {**VERIFY, "hub.verify_token": ""}
        assert visitor.get(f"/meta/{gateway.uri}", query_string=query).status_code == 403

    def test_another_mode_is_refused(self, visitor, gateway):
        query = {**VERIFY, "hub.mode": "unsubscribe", "hub.verify_token": gateway.verify_token}
        assert visitor.get(f"/meta/{gateway.uri}", query_string=query).status_code == 403

    def test_a_challenge_is_not_rendered_as_html(self, visitor, gateway):
        query = {**VERIFY, "hub.challenge": "<script>", "hub.verify_token": gateway.verify_token}
        answer = visitor.get(f"/meta/{gateway.uri}", query_string=query)
        assert answer.data == b"<script>"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.content_type.startswith("text/plain")


class TestDelivery:
    def test_a_signed_delivery_is_one_committed_row_as_it_came(self, visitor, gateway):
        body = wire(delivery(text("Привіт 👋 /", "m_1")))
        answer = post(visitor, gateway, body)
        assert (answer.status_code, answer.data) == (200, b"EVENT_RECEIVED")
        stored = db.session.scalars(select(Delivery)).one()
        assert (stored.body, stored.size, stored.signature) == (body, len(body), "sha256")
        assert stored.tenant_id == gateway.tenant_id

    def test_a_bad_signature_stores_nothing_and_says_nothing(self, visitor, gateway):
        answer = post(
            visitor, gateway, delivery(text("Hi", "m_1")), **{"X-Hub-Signature-256": "sha256=" + "0" * 64}
        )
        assert answer.status_code == 403
        assert kept() == 0
        expected = hmac.new(gateway.app_secret.encode(), wire(delivery(text("Hi", "m_1"))), hashlib.sha256)
        assert expected.hexdigest().encode() not in answer.data

    def test_the_first_bad_signature_of_a_known_gateway_is_remembered(self, visitor, gateway):
        post(visitor, gateway, delivery(), **{"X-Hub-Signature-256": "sha256=nonsense"})
        assert gateway.signature_refused_at is not None

    def test_a_missing_signature_is_refused(self, visitor, gateway):
        answer = visitor.post(f"/meta/{gateway.uri}", data=b"{}", content_type="application/json")
        assert answer.status_code == 403

    def test_the_signature_of_reserialised_json_does_not_pass(self, visitor, gateway):
        sent = wire(delivery(text("äöå", "m_1")))
        other = sent.decode().encode().replace(b"\\u00e4", "ä".encode())
        signature = "sha256=" + hmac.new(gateway.app_secret.encode(), other, hashlib.sha256).hexdigest()
        assert post(visitor, gateway, sent, **{"X-Hub-Signature-256": signature}).status_code == 403

    def test_sha1_alone_is_refused_unless_a_setting_allows_it(self, visitor, gateway):
        body = wire(delivery(text("Hi", "m_1")))
        sha1 = "sha1=" + hmac.new(gateway.app_secret.encode(), body, hashlib.sha1).hexdigest()
        answer = visitor.post(
            f"/meta/{gateway.uri}",
            data=body,
            content_type="application/json",
            headers={"X-Hub-Signature": sha1},
        )
        assert answer.status_code == 403

    def test_signed_nonsense_is_400(self, visitor, gateway):
        assert post(visitor, gateway, b"not json").status_code == 400
        assert kept() == 0

    def test_signed_json_of_another_shape_is_kept(self, visitor, gateway):
        assert post(visitor, gateway, b'{"object":"page"}').status_code == 200
        assert kept() == 1

    def test_deep_nesting_is_refused_without_a_crash(self, visitor, gateway):
        assert post(visitor, gateway, b"[" * 100_000).status_code == 400

    def test_an_unknown_uri_is_404(self, visitor, gateway):
        assert visitor.post("/meta/nobody", data=b"{}", content_type="application/json").status_code == 404

    def test_a_deleted_gateways_uri_is_404(self, visitor, gateway):
        gateway.deleted_at = utcnow()
        db.session.commit()
        assert post(visitor, gateway, delivery()).status_code == 404

    def test_over_8_mib_is_413(self, visitor, gateway):
        assert post(visitor, gateway, b"x" * (8 * 1024 * 1024 + 1)).status_code == 413

    def test_8_mib_is_taken(self, visitor, gateway):
        body = wire({"object": "page", "entry": [], "filler": ""})
        body = body.replace(b'""', b'"' + b"x" * (8 * 1024 * 1024 - len(body)) + b'"')
        assert post(visitor, gateway, body).status_code == 200

    def test_a_disabled_gateway_keeps_what_arrives(self, visitor, gateway):
        gateway.enabled = False
        db.session.commit()
        assert post(visitor, gateway, delivery(text("Hi", "m_1"))).status_code == 200
        assert kept() == 1

    def test_meta_is_not_asked_while_a_delivery_waits(self, visitor, gateway, requests_mock):
        post(visitor, gateway, delivery(text("Hi", "m_1")))
        assert requests_mock.call_count == 0

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_other_methods_are_refused(self, visitor, gateway, method):
        assert getattr(visitor, method)(f"/meta/{gateway.uri}").status_code == 405

    def test_a_get_without_a_known_query_is_400(self, visitor, gateway):
        assert visitor.get(f"/meta/{gateway.uri}").status_code == 400


class TestBodies:
    """What a stranger may send, in any wrapping."""

    @pytest.mark.parametrize("size", [8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 9 * 1024 * 1024])
    def test_a_body_without_a_length_is_measured_too(self, visitor, gateway, size):
        body = b'{"a":"' + b"x" * (size - 8) + b'"}'
        answer = visitor.post(
            f"/meta/{gateway.uri}",
            input_stream=BytesIO(body),
            content_type="application/json",
            headers={"X-Hub-Signature-256": sign(body, gateway.app_secret)},
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
        assert answer.status_code == (200 if size == 8 * 1024 * 1024 else 413)

    @pytest.mark.parametrize("path", ["/meta/{}", "/meta/nobody", "/login"])
    def test_no_nesting_breaks_the_reading_of_a_request(self, visitor, gateway, path):
        answer = visitor.post(path.format(gateway.uri), data=b"[" * 200_000, content_type="application/json")
        assert answer.status_code in (400, 403, 404, 415)

    def test_a_token_in_the_body_signs_nobody_in(self, app, visitor, gateway):
        """Flask-Security would take one from every JSON body, and read each for it."""
        token = cast.person("Ada").get_auth_token()
        for given in ({"json": {"auth_token": token}}, {"query_string": {"auth_token": token}}):
            assert visitor.open("/", **given).location.startswith("/login")
