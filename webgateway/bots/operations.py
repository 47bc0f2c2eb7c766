"""What each route of the API says of itself, for its description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

Answers = Mapping[int, tuple[str, Any]]


@dataclass(frozen=True)
class Operation:
    """`answers`: what the status means, and the type of the body or None. `problems`: codes of PROBLEMS.
    `query` and `headers`: what may be given beside the path, with its schema and its meaning."""

    summary: str
    answers: Answers
    body: Any = None
    problems: tuple[str, ...] = ()
    query: Mapping[str, tuple[Mapping[str, Any], str]] = field(default_factory=dict)
    headers: Mapping[str, tuple[Mapping[str, Any], str]] = field(default_factory=dict)


OPERATIONS: dict[str, Operation] = {}
"""By the view's name, which is the operation's."""

PROBLEMS: dict[str, tuple[int, str]] = {
    "unauthorized": (401, "There is no token, or it is not known. WWW-Authenticate asks for one."),
    "not_found": (404, "There is no such conversation in this flow."),
    "not_with_bot": (409, "The bot does not have the conversation (any more): detail says who has it."),
    "cannot_write": (409, "Nothing may be written now: detail says why. The 24 hours may be over."),
    "bad_request": (400, "The body is not JSON."),
    "wrong_content_type": (415, "The body is not application/json."),
    "too_large": (413, "A body may have 64 KiB."),
    "invalid": (422, "The body is JSON, but not what is asked for: errors says what and where."),
    "key_reused": (422, "The Idempotency-Key was sent before with another message."),
    "too_many_requests": (429, "600 requests a minute are a bot's; Retry-After says how long to wait."),
}
ALWAYS = ("unauthorized", "not_found", "not_with_bot", "too_many_requests")
WITH_BODY = ("bad_request", "wrong_content_type", "too_large", "invalid")


def described(summary: str, answers: Answers, **more: Any) -> Callable[[View], View]:
    def mark(view: View) -> View:
        OPERATIONS[view.__name__] = Operation(summary, answers, **more)
        return view

    return mark
