"""Meta as these tests need it, behind requests-mock: one person, their pages, what they granted."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

GRAPH = "http://127.0.0.1:9"
PERMISSIONS = (
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "business_management",
    "pages_read_engagement",
)
DEAD = {
    "message": "Error validating access token: Session has expired",
    "type": "OAuthException",
    "code": 190,
}
EVERYTHING = ["MANAGE", "MODERATE", "MESSAGING"]


class Meta:
    """`calls` are (method, path) of what came over the wire, `items` those of the batches.

    `meanwhile`, by path: what happens elsewhere while Meta is asked this.
    """

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
        self.person = {"id": "4705278912843591", "name": "Olena Kovalenko"}
        self.pages: dict[str, dict[str, Any]] = {}
        self.hidden: dict[str, dict[str, Any]] = {}
        self.portfolio: dict[str, dict[str, Any]] = {}
        self.granted = list(PERMISSIONS)
        self.declined: list[str] = []
        self.ticked: list[str] | None = []
        self.subscriptions: dict[str, list[str]] = {}
        self.app_subscriptions: list[dict[str, Any]] = []
        self.statuses: dict[str, dict[str, Any]] = {}
        self.dead: set[str] = set()
        self.refuses: dict[str, dict[str, Any]] = {}
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.calls: list[tuple[str, str]] = []
        self.items: list[tuple[str, str]] = []

    def page(self, page_id: str, name: str, tasks: list[str] | None = None, **fields: Any) -> dict[str, Any]:
        node = {"id": page_id, "name": name, "category": "Shop", "access_token": f"EAA-page-{page_id}"}
        self.pages[page_id] = node | {"tasks": EVERYTHING if tasks is None else tasks} | fields
        return self.pages[page_id]

    def answer(self, request: Any, context: Any) -> Any:
        path = urlsplit(request.url).path.split("/", 2)[2]
        form = dict(parse_qsl(request.text or ""))
        self.calls.append((request.method, path))
        self.meanwhile.get(path, bool)()
        if "batch" in form:
            return [self._item(row) for row in json.loads(form["batch"])]
        token = bytes(request.headers.get("Authorization", b"")).decode().removeprefix("Bearer ")
        query = dict(parse_qsl(urlsplit(request.url).query))
        context.status_code, body = self._node(request.method, path, token, query | form)
        return body

    def _item(self, row: dict[str, str]) -> dict[str, Any]:
        url = urlsplit(row["relative_url"])
        query = dict(parse_qsl(url.query)) | dict(parse_qsl(row.get("body", "")))
        self.items.append((row["method"], url.path))
        status, body = self._node(row["method"], url.path, query.get("access_token", ""), query)
        return {"code": status, "body": json.dumps(body)}

    def _node(self, method: str, path: str, token: str, query: dict[str, str]) -> tuple[int, Any]:
        if path in self.refuses:
            return 400, {"error": self.refuses[path]}
        if token in self.dead:
            return 400, {"error": DEAD}
        if path.endswith("/subscribed_apps"):
            return self._subscription(method, path.split("/")[0], query)
        if path.endswith("/page_status"):
            page_id = path.split("/")[0]
            well = {"id": page_id, "timestamp": int(time.time()), "status": "ok"}
            return 200, self.statuses.get(page_id, well)
        fixed = {
            "oauth/access_token": self._token,
            "debug_token": self._debug,
            f"{self.app_id}/subscriptions": lambda _: {"data": self.app_subscriptions},
            self.app_id: lambda _: {"id": self.app_id, "name": "Support app"},
            "me": lambda _: self.person,
            "me/permissions": self._permissions,
            "me/accounts": lambda asked: self._list(self.pages, asked),
            "me/businesses": lambda _: {"data": [{"id": "3050", "name": "Group"}] if self.portfolio else []},
            "3050/owned_pages": lambda asked: self._list(self.portfolio, asked),
            "3050/client_pages": lambda asked: self._list({}, asked),
        }
        if path in fixed:
            return 200, fixed[path](query)
        known = self.pages | self.hidden | self.portfolio
        if path in known:
            return 200, {key: value for key, value in known[path].items() if key != "tasks"}
        return 400, {"error": {"message": "Unsupported get request", "code": 100, "error_subcode": 33}}

    def _token(self, query: dict[str, str]) -> dict[str, Any]:
        kind = "long" if query.get("grant_type") else "short"
        return {"access_token": f"EAA-user-{kind}", "token_type": "bearer", "expires_in": 5_000_000}

    def _debug(self, _: dict[str, str]) -> dict[str, Any]:
        targets: dict[str, Any] = (
            {} if self.ticked is None else {"target_ids": self.ticked or list(self.pages)}
        )
        scopes = [{"scope": name, **targets} for name in self.granted if name.startswith("pages_")]
        return {"data": {"is_valid": True, "type": "USER", "scopes": self.granted, "granular_scopes": scopes}}

    def _permissions(self, _: dict[str, str]) -> dict[str, Any]:
        rows = [{"permission": name, "status": "granted"} for name in self.granted]
        return {"data": rows + [{"permission": name, "status": "declined"} for name in self.declined]}

    def _list(self, pages: dict[str, dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        start, size = int(query.get("after", 0)), int(query.get("limit", 25))
        rows = list(pages.values())[start : start + size]
        more = start + size < len(pages)
        return {
            "data": rows,
            "paging": {"cursors": {"after": str(start + size)}, "next": "x"} if more else {},
        }

    def _subscription(self, method: str, page_id: str, query: dict[str, str]) -> tuple[int, Any]:
        if method == "POST":
            self.subscriptions[page_id] = query["subscribed_fields"].split(",")
        elif method == "DELETE":
            if self.subscriptions.pop(page_id, None) is None:
                return 400, {"error": {"message": f"(#100) App is not installed: {self.app_id}", "code": 100}}
        else:
            fields = self.subscriptions.get(page_id)
            return 200, {"data": [{"id": self.app_id, "subscribed_fields": fields}] if fields else []}
        return 200, {"success": True}
