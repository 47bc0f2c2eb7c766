"""One HTTP exchange with Meta: what went wrong below HTTP, and whether the request may have arrived."""

import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .errors import GraphError, Unreachable, from_answer, passed_on
from .multipart import Body
from .values import dict_of, id_of, storable

MOST_BYTES = 16 * 2**20
"""Of an answer; the longest of Meta's are a few hundred KiB."""

_NEVER_LEFT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    ConnectTimeoutError,
    NewConnectionError,  # covers a name that does not resolve
    ssl.SSLCertVerificationError,
    ValueError,  # requests refuses an address it cannot call
)


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    data: Mapping[str, Any] | Body | None = None,
    **options: Any,
) -> tuple[requests.Response | None, Any, GraphError | None]:
    """The raw answer if there was one, what it says, and what was wrong. Redirects are not followed."""
    if isinstance(data, Body):
        options["headers"] = {**options["headers"], "Content-Type": data.content_type}
        options["data"] = data
    elif data is not None:
        options["data"] = encode(data)
    options |= {"allow_redirects": False, "stream": True}
    response = None
    try:
        with session.request(method, url, **options) as response:
            return response, read(response, "Authorization" in options["headers"]), None
    except requests.RequestException as problem:
        return response, None, failure(problem)
    except GraphError as problem:
        return response, None, problem


def failure(error: requests.RequestException) -> Unreachable:
    """Says nothing of the address: its query may hold a secret."""
    left = not any(isinstance(cause, _NEVER_LEFT) for cause in _causes(error))
    return Unreachable(f"No answer from Meta: {type(error).__name__}.", sent_unclear=left)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """urllib3 hides the first cause in `reason` and in arguments."""
    if error is None:
        return
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def read(response: requests.Response, had_token: bool) -> Any:
    """The decoded answer. Content decides, not status or content type (contract 1.6, 10).

    Raises GraphError, or Unreachable when the answer cannot be read (a gateway's HTML page, half a body).
    """
    try:
        body = storable(json.loads(_content(response)))
    except (ValueError, RecursionError):
        body = None
    status = response.status_code
    if status == 429 or (isinstance(body, dict) and (body.get("error") or status >= 400)):
        raise from_answer(status, body if isinstance(body, dict) else {}, response.headers, had_token)
    if status >= 300 or not isinstance(body, (dict, list, bool)):
        message = f"Meta's answer cannot be read (HTTP {status})."
        raise Unreachable(message, sent_unclear=passed_on(status), http_status=status)
    return {"success": body} if isinstance(body, bool) else body


def _content(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(2**16):
        content += chunk
        if len(content) > MOST_BYTES:
            raise Unreachable("Meta's answer does not end.", sent_unclear=True)
    return bytes(content)


def expect_success(answer: Mapping[str, Any]) -> None:
    """Some edges print the word instead of the value: contract 3.4, 4.2."""
    if str(answer.get("success", True)).lower() == "false":
        raise GraphError("Meta answered without success.", http_status=200)


def encode(params: Mapping[str, Any]) -> dict[str, str]:
    """Lists joined by commas, objects as JSON, None left out."""
    encoded = {}
    for name, value in params.items():
        if isinstance(value, bool):
            encoded[name] = str(value).lower()
        elif isinstance(value, (list, tuple)):
            encoded[name] = ",".join(map(str, value))
        elif isinstance(value, dict):
            encoded[name] = json.dumps(value)
        elif value is not None:
            encoded[name] = str(value)
    return encoded


def after_cursor(paging: Any) -> str | None:
    """The cursor of the next page; None on the last one, which has no `next` (contract 3.1)."""
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    after = id_of(dict_of(paging.get("cursors")).get("after"))
    return after or next(iter(parse_qs(urlsplit(str(paging["next"])).query).get("after", [])), None)
