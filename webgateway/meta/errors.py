"""What a refusal of the Graph API means, who can act, and whether to try again: contract 10."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import usage

_TABLE = json.loads(Path(__file__).with_name("errors.json").read_text())
_KINDS: dict[str, dict[str, Any]] = _TABLE["kinds"]
_ROWS: list[dict[str, Any]] = _TABLE["errors"]

# Meta quotes tokens back ("Malformed access token EAA…"); an app token is `ID|secret`
_SECRETS = re.compile(
    r"(?i)(?<=access_token=)[^\s&\"']+|(?<=bearer )\S+|\b(?:EAA|IGAA)[\w-]{8,}|\b\d{5,}\|[\w-]{8,}"
    r"|(?<=access token )[\w|-]{20,}"
)


_PERMISSION_NAMES = re.compile(r"\b(?:pages?|instagram)_[a-z]+(?:_[a-z]+)*\b|\bbusiness_management\b")


_RESPONSIBLE = {
    "nobody": "Nobody",
    "you": "You",
    "Meta": "Meta",
    "page administrator": "A page administrator",
    "app administrator": "An administrator of the Meta app",
    "developer": "The developers of this program",
}


@dataclass(frozen=True)
class Meaning:
    """A row of the catalogue: what a code and subcode mean, what helps, who can do it, and whether the same
    call may work later."""

    code: int
    subcode: int | None
    says: str | None
    """Words of Meta's that tell this one from others of the same code."""
    kind: str
    meaning: str
    remedy: str
    who: str
    retry: bool

    @property
    def responsible(self) -> str:
        return _RESPONSIBLE[self.who]

    @property
    def name(self) -> str:
        """`613`, `10/2018278`."""
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


def catalogue() -> list[Meaning]:
    """Every refusal we know, by code and subcode."""
    rows = sorted(_ROWS, key=lambda row: (row["code"], row.get("subcode", 0), row.get("says", "")))
    return [_meaning(row) for row in rows]


def explain(code: int | None, subcode: int | None = None, message: str = "") -> Meaning | None:
    """What we know of it; None for a code that is not in the catalogue."""
    row = _known(code, subcode, message)
    return _meaning(row) if row else None


def _meaning(row: dict[str, Any]) -> Meaning:
    texts = {**_KINDS[row["kind"]], **row}
    known = (texts[name] for name in ("kind", "meaning", "remedy", "who", "retry"))
    return Meaning(row["code"], row.get("subcode"), row.get("says"), *known)


class GraphError(Exception):
    """Meta refused. `kind`, `meaning`, `remedy`, `who` and `retry` are ours, the rest is Meta's.

    `retry`: the same call may work later. `sent_unclear`: a message may have gone out all the same, so a send
    is repeated only after its echo was looked for (contract 7.7). `bucket`: Meta wants no more calls for now,
    of the whole app or of the page (contract 7.6). `token_dead`: another person's token may do.
    `permission_lost`: so it may, if what is missing was given with that; `permissions`: those Meta names.
    `lacks_human_agent`: the app is not approved to answer after 24 hours (contract 7.4).
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        subcode: int | None = None,
        type: str | None = None,
        http_status: int | None = None,
        fbtrace_id: str | None = None,
        is_transient: bool = False,
        had_token: bool = False,
        wait_minutes: int | None = None,
        kind: str | None = None,
    ) -> None:
        """`kind`: when it is known better than from the code."""
        self.code, self.subcode, self.type = code, subcode, type
        self.message = _SECRETS.sub("…", message)
        self.permissions = list(dict.fromkeys(_PERMISSION_NAMES.findall(message)))
        self.http_status, self.fbtrace_id, self.wait_minutes = http_status, fbtrace_id, wait_minutes
        row: dict[str, Any] = {"kind": kind} if kind else self._row(is_transient, had_token)
        texts = {**_KINDS[row["kind"]], **row}
        self.kind: str = row["kind"]
        self.meaning: str = (
            self._naming(texts["meaning"]) if row["kind"] == "permission" else texts["meaning"]
        )
        self.remedy: str = texts["remedy"]
        self.who: str = texts["who"]
        self.retry: bool = texts["retry"]
        self.field: str | None = row.get("field")
        self.bucket: str | None = texts.get("bucket")
        self.token_dead: bool = texts.get("token_dead", False)
        self.permission_lost: bool = texts.get("permission_lost", False)
        self.lacks_human_agent: bool = texts.get("feature") == "human_agent"
        self.sent_unclear: bool = self.kind == "transient_maybe_sent"
        super().__init__(f"{self.message} (code {code}, subcode {subcode}, fbtrace_id {fbtrace_id})")

    @property
    def known_code(self) -> str:
        """`613`, `10/2018278`, as far as our table knows them, else `other`: few enough for a label."""
        row = _known(self.code, self.subcode, self.message)
        if row is None:
            return "" if self.code is None else "other"
        return "/".join(str(row[name]) for name in ("code", "subcode") if name in row)

    def _naming(self, meaning: str) -> str:
        """With the permissions that Meta names; it repeats one for each field: contract 3.4."""
        return f"{meaning.removesuffix('.')}: {', '.join(self.permissions)}." if self.permissions else meaning

    def _row(self, is_transient: bool, had_token: bool) -> dict[str, Any]:
        row = _known(self.code, self.subcode, self.message)
        if row is None:
            guess = _guess(self.code, self.http_status)
            row = {"kind": guess, "permission_lost": guess == "permission"}
        elif self.code == 2500 and had_token and "active access token" in self.message:
            row = {"kind": "reauth"}
        if is_transient and row["kind"] == "our_bug":
            row = {"kind": "transient"}
        return row


class Unreachable(GraphError):  # noqa: N818
    """No readable answer. `sent_unclear` tells whether Meta may have received the request."""

    def __init__(self, message: str, *, sent_unclear: bool = False, http_status: int | None = None) -> None:
        super().__init__(message, http_status=http_status, kind="unreachable")
        self.sent_unclear = sent_unclear


def from_answer(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str], had_token: bool = False
) -> GraphError:
    """`body`: the decoded answer, with or without Meta's `error` envelope."""
    given = body.get("error")
    error: Mapping[str, Any] = given if isinstance(given, Mapping) else {"message": given or f"HTTP {status}"}
    trace = error.get("fbtrace_id") or headers.get("x-fb-trace-id") or headers.get("x-fb-debug")
    refusal = GraphError(
        str(error.get("message") or f"HTTP {status}"),
        code=_int(error.get("code")),
        subcode=_int(error.get("error_subcode", error.get("subcode"))),
        type=str(error["type"]) if error.get("type") else None,
        http_status=status,
        fbtrace_id=str(trace) if trace else None,
        is_transient=error.get("is_transient") is True,
        had_token=had_token,
        wait_minutes=usage.wait_minutes(json_header(headers, "x-business-use-case-usage")),
    )
    # Without a code it is not Meta's envelope: whoever stands before the Graph API gave up waiting for it.
    refusal.sent_unclear |= refusal.code is None and passed_on(status)
    return refusal


def passed_on(status: int) -> bool:
    """Whether a request answered so, without a word of Meta's, may have reached the Graph API."""
    return not 400 <= status < 500 and status != 503


def _known(code: int | None, subcode: int | None, message: str) -> dict[str, Any] | None:
    """The most telling row: the subcode's, else the wording's, else the code's own."""
    rows = [row for row in _ROWS if row["code"] == code]
    of_subcode = [row for row in rows if subcode is not None and row.get("subcode") == subcode]
    of_code = [row for row in rows if "subcode" not in row]
    worded = [row for row in of_code if row.get("says") and row["says"] in message.lower()]
    plain = [row for row in of_code if "says" not in row]
    return next(iter(of_subcode + worded + plain), None)


def _guess(code: int | None, status: int | None) -> str:
    if code is not None and 200 <= code <= 299:
        return "permission"
    # 80000 and following: business use case limits, contract 7.6
    if status == 429 or (code is not None and 80000 <= code <= 80099):
        return "throttled"
    if status is not None and status >= 500:
        return "transient"
    return "our_bug"


def json_header(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        value = json.loads(headers.get(name) or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _int(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
