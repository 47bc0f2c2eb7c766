"""What Meta keeps of a page's conversations, behind requests-mock: contract 7.3."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests_mock import ANY, Mocker

from tests.deliveries import PAGE, PETER
from webgateway.conversations import comparing, recovery
from webgateway.conversations.models import Comparison, Recovery
from webgateway.db import db, utcnow

GRAPH = "http://127.0.0.1:9"
INSTAGRAM = "17841400000000001"
DEAD = {"message": "Error validating access token", "type": "OAuthException", "code": 190}


def ago(**passed: float) -> datetime:
    """In whole seconds, as Meta keeps times."""
    return (datetime.now(UTC) - timedelta(**passed)).replace(microsecond=0)


class Kept:
    """`calls`: path and query of each question. `refusals`: answered first, one for each question.
    `meanwhile`: what happens elsewhere while the next question is asked."""

    def __init__(self, mocker: Mocker) -> None:
        self.talks: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.tokens: list[str] = []
        self.dead: set[str] = set()
        self.refusals: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.meanwhile: Callable[[], object] | None = None
        self.paging_in_talks = True
        mocker.register_uri(ANY, re.compile(f"^{GRAPH}/v"), json=self.answer)

    def says(
        self,
        text: str,
        mid: str,
        at: datetime,
        by: str = PETER,
        to: str = PAGE,
        name: str = "Peter Chang",
        channel: str = "messenger",
        **more: Any,
    ) -> None:
        """`by` and `to`: the customer's id, and the page's or Instagram account's, in either order."""
        account, customer = (by, to) if by in (PAGE, INSTAGRAM) else (to, by)
        talk = self.talks.setdefault(
            f"t_{customer}", {"account": account, "customer": customer, "name": name, "channel": channel}
        )
        row = {
            "id": mid,
            "created_time": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "from": {"id": by, "name": name},
            "message": text,
            **more,
        }
        talk.setdefault("rows", []).append((at, row))
        talk["rows"].sort(key=lambda pair: pair[0])

    def answer(self, request: Any, context: Any) -> Any:
        path = urlsplit(request.url).path.split("/", 2)[2]
        query = dict(parse_qsl(urlsplit(request.url).query))
        token = bytes(request.headers["Authorization"]).decode().removeprefix("Bearer ")
        self.calls.append((path, query))
        self.tokens.append(token)
        context.headers.update(self.headers)
        if self.meanwhile:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        if self.refusals or token in self.dead:
            context.status_code = 400
            return {"error": DEAD if token in self.dead else self.refusals.pop(0)}
        if path.endswith("/messages"):
            rows = self._rows(path.split("/")[0])
            return self._cut(rows, int(query["limit"]), int(query.get("after", 0)))
        return self._conversations(query)

    def _conversations(self, query: dict[str, str]) -> dict[str, Any]:
        found = [key for key, talk in self.talks.items() if talk["channel"] == query["platform"]]
        found.sort(key=lambda key: self.talks[key]["rows"][-1][0], reverse=True)
        inner = int(re.search(r"messages\.limit\((\d+)\)", query["fields"])[1])  # type: ignore[index]
        rows = [self._talk(key, inner) for key in found]
        return self._cut(rows, int(query["limit"]), int(query.get("after", 0)))

    def _talk(self, key: str, inner: int) -> dict[str, Any]:
        talk = self.talks[key]
        messages = self._cut(self._rows(key), inner, 0)
        if not self.paging_in_talks:
            messages.pop("paging")
        people = [{"id": talk["customer"], "name": talk["name"]}, {"id": talk["account"], "name": "Us"}]
        updated = talk["rows"][-1][1]["created_time"]
        return {"id": key, "updated_time": updated, "participants": {"data": people}, "messages": messages}

    def _rows(self, key: str) -> list[dict[str, Any]]:
        return [row for _, row in reversed(self.talks[key]["rows"])]

    def _cut(self, rows: list[dict[str, Any]], limit: int, after: int) -> dict[str, Any]:
        end = after + limit
        paging = {"cursors": {"after": str(end)}, "next": "x"} if end < len(rows) else {}
        return {"data": rows[after:end], "paging": paging}


def begin(gateway: Any, hours: float = 24, **values: Any) -> Recovery | None:
    begun = recovery.start(gateway, utcnow() - timedelta(hours=hours), **values)
    db.session.commit()
    return begun


def step() -> Comparison | None:
    """What is due next, pauses between two calls left out."""
    let_pass(seconds=1)
    job = comparing.claim()
    if job is None:
        return None
    comparing.work(job)
    db.session.expire_all()
    return db.session.get_one(Comparison, job)


def run(most: int = 100) -> list[Comparison]:
    """Until nothing is due."""
    done = []
    while len(done) < most and (comparison := step()):
        done.append(comparison)
    db.session.rollback()
    return done


def let_pass(**passed: float) -> None:
    earlier = timedelta(**passed)
    for comparison in db.session.query(Comparison).filter_by(state="waiting"):
        comparison.next_try_at -= earlier
    db.session.commit()
