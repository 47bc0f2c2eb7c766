"""The OpenAPI description of the API and of the calls that bots get, made from what the code checks by."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from flask import current_app
from werkzeug.routing import Rule

from ..conversations.bot_calls import Event
from ..settings import current_settings
from .answers import Answer
from .operations import ALWAYS, OPERATIONS, PROBLEMS, Operation
from .shapes import Problem

REF = "#/components/schemas/{name}"
JSON, PROBLEM = "application/json", "application/problem+json"
TITLE, VERSION = "webgateway: bots", "1"
ABOUT = (
    "By this API a flow's bot acts in the conversations it has: it reads, speaks, hands over, closes. "
    "What happens in them it is told by calls that follow Standard Webhooks. "
    "Times are UTC."
)
SIGNED = {
    "webhook-id": "The same at every attempt: what was seen before is answered again, or not at all",
    "webhook-timestamp": "Of this attempt, in seconds since 1970",
    "webhook-signature": "v1 and the signature by the flow's secret: Standard Webhooks has libraries for it",
}
REPLIES = {
    "200": "What to do; an empty body says nothing",
    "202": "The answer comes through the API, before the part's patience is over",
    "204": "Nothing to say",
    "410": "There is no bot any more. Final, as all of 3xx and 4xx but 408, 409, 425 and 429",
    "503": "Later, as all of 5xx: called again after 5 s, 30 s, 2 min, 10 min, or after Retry-After",
}


def document() -> dict[str, Any]:
    rules = routes()
    types = [
        *dict.fromkeys(kind for _, operation in rules for kind in _types(operation)),
        Problem,
        Event,
        Answer,
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for rule, operation in rules:
        paths.setdefault(path(rule), {})[method(rule).lower()] = _operation(rule, operation, of)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": ABOUT},
        "servers": [{"url": current_settings().public_url}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": {"event": {"post": _webhook(of)}},
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Of the flow"}},
        },
    }


def routes() -> list[tuple[Rule, Operation]]:
    found = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith("bot_api.")]
    described = [(rule, OPERATIONS[rule.endpoint.partition(".")[2]]) for rule in found]
    return sorted(described, key=lambda pair: (path(pair[0]), method(pair[0])))


def path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def method(rule: Rule) -> str:
    return next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def _types(operation: Operation) -> Iterator[Any]:
    yield from (kind for _, kind in operation.answers.values() if kind is not None)
    if operation.body is not None:
        yield operation.body


def _operation(rule: Rule, operation: Operation, of: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": operation.summary,
        "parameters": [*_parameters(rule, operation)],
        "responses": _answers(operation, of) | _problems(operation, of[Problem]),
    }
    if operation.body is not None:
        described["requestBody"] = {"content": {JSON: {"schema": of[operation.body]}}}
    return described


def _parameters(rule: Rule, operation: Operation) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    for place, given in (("query", operation.query), ("header", operation.headers)):
        for name, (schema, meaning) in given.items():
            yield {"name": name, "in": place, "schema": dict(schema), "description": meaning}


def _answers(operation: Operation, of: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(status): {"description": meaning, **({"content": {JSON: {"schema": of[kind]}}} if kind else {})}
        for status, (meaning, kind) in operation.answers.items()
    }


def _problems(operation: Operation, schema: Any) -> dict[str, Any]:
    """Several codes may share a status."""
    found: dict[str, dict[str, Any]] = {}
    for code in problems(operation):
        status, meaning = PROBLEMS[code]
        answer = found.setdefault(str(status), {"description": "", "content": {PROBLEM: {"schema": schema}}})
        answer["description"] = f"{answer['description']} `{code}`: {meaning}".strip()
    return dict(sorted(found.items()))


def problems(operation: Operation) -> tuple[str, ...]:
    return (*ALWAYS, *operation.problems)


def _webhook(of: dict[Any, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "operationId": "event",
        "summary": "Something happened in a conversation that the bot has, or lost",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": text, "description": meaning}
            for name, meaning in SIGNED.items()
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": of[Event]}}},
        "responses": {
            status: {
                "description": meaning,
                **({"content": {JSON: {"schema": of[Answer]}}} if status in ("200", "202") else {}),
            }
            for status, meaning in REPLIES.items()
        },
    }
