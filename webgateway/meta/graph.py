"""The Graph API over HTTP. Nothing else here talks to Meta."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from . import batch, deadline, transport
from .batch import BatchItem as BatchItem
from .clock import clock
from .errors import GraphError, Unreachable, json_header
from .multipart import Body
from .signature import appsecret_proof
from .transport import after_cursor, encode

log = logging.getLogger(__name__)


def _without_query(record: logging.LogRecord) -> bool:
    """urllib3 quotes whole addresses, and the query of debug_token is a token."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_without_query)

PAGE_SIZE = 100
MAX_PAGES = 200


@dataclass(frozen=True)
class Answer:
    """For metrics: `path` with every id replaced, so that it is a label."""

    method: str
    path: str
    status: int | None
    seconds: float
    error: GraphError | None
    usage: dict[str, Any]
    version: str | None


class Graph:
    def __init__(
        self,
        base_url: str,
        version: str,
        app_id: str,
        app_secret: str,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3.05, 10),
        timed_proof: bool = True,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> None:
        """`timeout`: seconds to connect, seconds to wait for more of the answer (all of it: deadline.py)."""
        self.base_url, self.version = base_url.rstrip("/"), version
        self.app_id, self.app_secret = app_id, app_secret
        self.session = session or deadline.Session()
        self.timeout, self.timed_proof, self.on_answer = timeout, timed_proof, on_answer
        self.served_version: str | None = None
        self.usage: dict[str, Any] = {}

    @property
    def app_token(self) -> str:
        return f"{self.app_id}|{self.app_secret}"

    def get(self, path: str, token: str | None = None, **params: Any) -> dict[str, Any]:
        return self._object("GET", path, token, params)

    def post(
        self,
        path: str,
        token: str | None = None,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        return self._object("POST", path, token, params, json=json, data=data)

    def post_file(
        self,
        path: str,
        token: str,
        fields: Mapping[str, Any],
        file: tuple[str, str, bytes],
        patience: float,
    ) -> dict[str, Any]:
        """`file`: its name, MIME type and content. `patience`: seconds to wait for the answer, as Meta looks
        into files first."""
        body = Body(encode(fields), "filedata", *file)
        return self._object("POST", path, token, {}, data=body, timeout=(self.timeout[0], patience))

    def delete(self, path: str, token: str | None = None, **params: Any) -> dict[str, Any]:
        return self._object("DELETE", path, token, params)

    def pages_of(self, path: str, token: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of every page of results. Meta's `next` address is never called: it holds a token."""
        params = {"limit": PAGE_SIZE, **params}
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            answer = self.get(path, token, **params)
            data = answer.get("data")
            yield from (item for item in (data if isinstance(data, list) else ()) if isinstance(item, dict))
            after = after_cursor(answer.get("paging"))
            if after is None:
                return
            if after in seen:
                log.warning("Graph %s repeats a cursor", path)
                return
            seen.add(after)
            params["after"] = after
        log.warning("Graph %s has more than %d pages of results", path, MAX_PAGES)

    def batch(self, items: list[BatchItem]) -> list[dict[str, Any] | GraphError]:
        """The answers in the order of the items. Raises when the first request fails as a whole; when a later
        one does, its error stands for each of its items, so that what was done before is not forgotten."""
        answers: list[dict[str, Any] | GraphError] = []
        for start in range(0, len(items), batch.SIZE):
            chunk = items[start : start + batch.SIZE]
            try:
                answers += self._batch(chunk)
            except GraphError as error:
                if not answers:
                    raise
                answers += [error] * len(chunk)
        return answers

    def _batch(self, items: list[BatchItem]) -> list[dict[str, Any] | GraphError]:
        answers = self._batch_once(items, self.timed_proof)
        refused = [place for place, answer in enumerate(answers) if _proof_refused(answer)]
        if refused and self.timed_proof:
            again = self._batch_once([items[place] for place in refused], timed=False)
            for place, answer in zip(refused, again, strict=True):
                answers[place] = answer
        return answers

    def _batch_once(self, items: list[BatchItem], timed: bool) -> list[dict[str, Any] | GraphError]:
        rows = [batch.wire(item, self._proof(item.token, timed)) for item in items]
        form = {"access_token": self.app_token, "include_headers": "false", "batch": json.dumps(rows)}
        answer = self._call("POST", "", None, {}, data=form)
        found = answer if isinstance(answer, list) else []
        found += [None] * (len(items) - len(found))
        return [batch.outcome(row, bool(item.token)) for row, item in zip(found, items, strict=False)]

    def _object(
        self, method: str, path: str, token: str | None, params: Mapping[str, Any], **body: Any
    ) -> dict[str, Any]:
        try:
            answer = self._call(method, path, token, self._params(params, token, self.timed_proof), **body)
        except GraphError as error:
            if not (self.timed_proof and token and _proof_refused(error)):
                raise
            answer = self._call(method, path, token, self._params(params, token, timed=False), **body)
            self.timed_proof = False
        if not isinstance(answer, dict):
            raise Unreachable("Meta's answer is not an object.", sent_unclear=True)
        return answer

    def _params(self, params: Mapping[str, Any], token: str | None, timed: bool) -> dict[str, str]:
        return encode(params) | self._proof(token, timed)

    def _proof(self, token: str | None, timed: bool) -> dict[str, str]:
        # the app's own token needs none: contract 5
        if not token or token == self.app_token or not self.app_secret:
            return {}
        if not timed:
            return {"appsecret_proof": appsecret_proof(token, self.app_secret)}
        at = clock.now()
        proof = appsecret_proof(token, self.app_secret, at)
        return {"appsecret_proof": proof, "appsecret_time": str(at)}

    def _call(self, method: str, path: str, token: str | None, params: dict[str, str], **body: Any) -> Any:
        path = path.lstrip("/")
        url = f"{self.base_url}/{self.version}/{quote(path)}"
        # bytes: a secret typed wrong may hold letters that no header takes as text
        headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
        options = {"params": params, "headers": headers, "timeout": self.timeout, **body}
        started = time.monotonic()
        response, answer, error = transport.exchange(self.session, method, url, **options)
        self._record(method, path, response, time.monotonic() - started, error)
        if error is not None:
            raise error
        return answer

    def _record(
        self, method: str, path: str, got: requests.Response | None, seconds: float, error: GraphError | None
    ) -> None:
        headers: Mapping[str, str] = {} if got is None else got.headers
        clock.hear(headers.get("date"))
        self.served_version = headers.get("facebook-api-version")
        self.usage = {
            "app": json_header(headers, "x-app-usage"),
            "business": json_header(headers, "x-business-use-case-usage"),
        }
        if error is not None:
            log.warning(_FAILED, method, path, error.http_status, *_facts(error), self.served_version)
        if self.on_answer is not None:
            status, template = got.status_code if got is not None else None, _template(path)
            self.on_answer(Answer(method, template, status, seconds, error, self.usage, self.served_version))


_FAILED = "Graph %s /%s failed: http=%s code=%s subcode=%s type=%s fbtrace_id=%s version=%s"


def _facts(error: GraphError) -> tuple[object, ...]:
    """What Meta's support asks for. Never the query: it holds proofs and tokens (contract 10)."""
    return error.code, error.subcode, error.type, error.fbtrace_id


def _template(path: str) -> str:
    return "/" + "/".join("{id}" if any(map(str.isdigit, part)) else part for part in path.split("/"))


def _proof_refused(answer: object) -> bool:
    return (
        isinstance(answer, GraphError)
        and answer.code == 100
        and "invalid appsecret_proof" in answer.message.lower()
    )
