import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from webgateway.meta.signed_request import InvalidSignedRequest, make, parse

SECRET = "0123456789abcdef0123456789abcdef"


def signed(payload: bytes) -> str:
    """Any payload, rightly signed."""
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=")
    signature = hmac.new(SECRET.encode(), encoded, hashlib.sha256).digest()
    return (base64.urlsafe_b64encode(signature).rstrip(b"=") + b"." + encoded).decode()


def test_a_known_request_of_a_person_is_read() -> None:
    request = parse(
        "rZjDgUKlSgH3C27H8SldtVj77-1GA_oJDvQttRhi7uQ.eyJ1c2VyX2lkIjoiNDcwNTI3ODkxMjg0MzU5MSIsImFsZ29yaXRobSI6Ik"
        "hNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNjQyNTA5NTk3fQ",
        SECRET,
    )
    assert (request.user_id, request.profile_id) == ("4705278912843591", None)
    assert (request.issued_at, request.expires) == (1642509597, None)


def test_a_known_request_of_a_page_is_read() -> None:
    request = parse(
        "Vj1lFwOO1uFGJfkk2T2PHPzVMKzD_oSsICt1EYnQDmo.eyJwcm9maWxlX2lkIjoiMTEyMzcxOTcxMjc4MTk4IiwidXNlcl9pZCI6IiI"
        "sImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNjQyNDIyNzA1fQ",
        SECRET,
    )
    assert (request.user_id, request.profile_id) == (None, "112371971278198")


@pytest.mark.parametrize(
    ("name", "user_id", "profile_id", "expires"),
    [
        ("callbacks/deauthorize/user_removed_app", "880000000000008", None, None),
        ("callbacks/deauthorize/page_unsubscribed", None, "210000000000003", None),
        ("callbacks/deauthorize/page_unsubscribed_old", None, "210000000000004", None),
        ("callbacks/data_deletion/request", "880000000000008", None, 1793503600),
    ],
)
def test_every_callback_is_read_back(
    name: str,
    user_id: str | None,
    profile_id: str | None,
    expires: int | None,
    payload: Callable[[str], Any],
) -> None:
    request = parse(make(payload(name), SECRET), SECRET)
    assert (request.user_id, request.profile_id, request.expires) == (user_id, profile_id, expires)
    assert isinstance(request.issued_at, int)


def test_a_request_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(InvalidSignedRequest, match="signature"):
        parse(make({"algorithm": "HMAC-SHA256", "user_id": "1"}, "other"), SECRET)


def test_a_request_whose_payload_was_exchanged_is_refused() -> None:
    mine = make({"algorithm": "HMAC-SHA256", "user_id": "1"}, SECRET)
    other = make({"algorithm": "HMAC-SHA256", "user_id": "2"}, SECRET)
    with pytest.raises(InvalidSignedRequest):
        parse(mine.split(".")[0] + "." + other.split(".")[1], SECRET)


@pytest.mark.parametrize(
    "request_",
    ["", ".", "nodot", "a.b.c", "!!!.###", "грушка.слива", "\udcff.x", "a" * 9 + ".x", signed(b"x") + ".y"],
)
def test_a_request_of_another_shape_is_refused(request_: str) -> None:
    with pytest.raises(InvalidSignedRequest):
        parse(request_, SECRET)


@pytest.mark.parametrize(
    "payload",
    [
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'"HMAC-SHA256"',
        b"null",
        b"{}",
        b'{"algorithm":"none"}',
        b'{"algorithm":null,"user_id":"1"}',
        b"[" * 100_000,
    ],
)
def test_a_signed_payload_of_another_shape_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidSignedRequest):
        parse(signed(payload), SECRET)


def test_the_algorithm_has_no_case() -> None:
    assert parse(signed(b'{"algorithm":"hmac-sha256","user_id":7}'), SECRET).user_id == "7"


@pytest.mark.parametrize("value", [b'"soon"', b"null", b"[1]", b"true", b"1e999"])
def test_a_strange_time_is_no_time(value: bytes) -> None:
    body = b'{"algorithm":"HMAC-SHA256","issued_at":' + value + b"}"
    assert parse(signed(body), SECRET).issued_at is None


def test_without_a_secret_nothing_is_genuine() -> None:
    with pytest.raises(InvalidSignedRequest):
        parse(make({"algorithm": "HMAC-SHA256"}, ""), "")
