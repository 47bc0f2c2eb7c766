"""What is said to programs that something went wrong: application/problem+json, RFC 9457."""

from typing import Any

from flask import Response, json

from .settings import current_settings

API = "/api/"


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    """`code` names the kind for programs; `type` leads to where people read of it."""
    where = f"{current_settings().public_url}{API}#{code.replace('_', '-')}"
    body = {"type": where, "title": title, "status": status, "detail": detail, "code": code, **more}
    return Response(json.dumps(body), status, content_type="application/problem+json")
