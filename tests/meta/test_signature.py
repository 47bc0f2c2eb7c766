import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from webgateway.meta.signature import SHA1_HEADER, SHA256_HEADER, appsecret_proof, sign, verdict

SECRET = "0123456789abcdef0123456789abcdef"
BODY = b'{"object":"page","entry":[]}'


def sha1(body: bytes) -> str:
    return "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


# computed by hand with contract 6.3 over a body with umlauts, an emoji and slashes in Meta's escaped form
VECTOR_BODY = (
    rb'{"object":"page","entry":[{"id":"102938475610293","time":1785312004871,"messaging":[{"sender":{"id":'
    rb'"7392015648120394"},"recipient":{"id":"102938475610293"},"timestamp":1785312004523,"message":{"mid":'
    rb'"m_AbC1dEf2GhI3jKl4MnO5pQ6rSt7UvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUv","text":"\u041f\u0440\u0438'
    rb"\u0432\u0456\u0442, \u00e4\u00f6\u00e5 \ud83d\udc4b \/ \"quoted\" <b>"
    rb'"}}]}]}'
)
VECTOR = "sha256=2a2241ff0a41c8fe19f0b49f88f041077af160d5b0cab796630470c6430e5788"
VECTOR_SHA1 = "sha1=00cafa2d13551f75828e1cbb227d49a8e327073e"


def test_the_known_signature_of_an_escaped_body_is_made() -> None:
    assert sign(VECTOR_BODY, SECRET) == VECTOR


def test_both_known_signatures_are_recognised() -> None:
    assert verdict(VECTOR_BODY, {SHA256_HEADER: VECTOR}, SECRET) == "sha256"
    assert verdict(VECTOR_BODY, {SHA1_HEADER: VECTOR_SHA1}, SECRET, allow_sha1=True) == "sha1"


def test_a_signature_over_the_same_words_written_otherwise_is_refused(
    wire: Callable[[Any], bytes],
) -> None:
    escaped, plain = wire({"text": "grüß dich"}), '{"text":"grüß dich"}'.encode()
    assert verdict(escaped, {SHA256_HEADER: sign(plain, SECRET)}, SECRET) is None


def test_one_changed_byte_is_refused() -> None:
    assert verdict(BODY + b" ", {SHA256_HEADER: sign(BODY, SECRET)}, SECRET) is None


def test_another_apps_secret_is_refused() -> None:
    assert verdict(BODY, {SHA256_HEADER: sign(BODY, "other")}, SECRET) is None


def test_a_delivery_without_a_signature_is_refused() -> None:
    assert verdict(BODY, {}, SECRET, allow_sha1=True) is None


def test_without_a_secret_nothing_is_genuine() -> None:
    assert verdict(BODY, {SHA256_HEADER: sign(BODY, "")}, "") is None


def test_sha1_alone_counts_only_where_it_is_allowed() -> None:
    assert verdict(BODY, {SHA1_HEADER: sha1(BODY)}, SECRET) is None
    assert verdict(BODY, {SHA1_HEADER: sha1(BODY)}, SECRET, allow_sha1=True) == "sha1"


def test_a_good_sha1_does_not_excuse_a_wrong_sha256() -> None:
    headers = {SHA1_HEADER: sha1(BODY), SHA256_HEADER: "sha256=" + "0" * 64}
    assert verdict(BODY, headers, SECRET, allow_sha1=True) is None


def test_the_names_of_headers_have_no_case() -> None:
    assert verdict(BODY, {"x-hub-signature-256": sign(BODY, SECRET)}, SECRET) == "sha256"


@pytest.mark.parametrize(
    "value", ["", "sha256=", "sha256", "sha256=zz", "грушка", "sha256=\udcff", "=" * 5000]
)
def test_a_malformed_signature_is_refused_calmly(value: str) -> None:
    assert verdict(BODY, {SHA256_HEADER: value}, SECRET) is None
    assert verdict(BODY, {SHA1_HEADER: value}, SECRET, allow_sha1=True) is None


def test_the_known_proofs_of_a_token_are_made() -> None:
    plain = "b230ef1212e4f3ff5fb550c0eac2a2e97e21fd8ab718f938346364b64199bdf2"
    timed = "cba5de021e40386624f8758af230fb965f801e9de51ad2a20490e180284ba160"
    assert appsecret_proof("EAAdummyTOKEN123", SECRET) == plain
    assert appsecret_proof("EAAdummyTOKEN123", SECRET, at=1795219200) == timed
