"""Files of configurations, and what the screens do with them."""

import io
import json
from typing import Any

from bs4 import BeautifulSoup

HEAD = {"format": 1, "exported_at": "2026-11-26T07:00:00Z", "tenant": "Test"}


def file(**kinds: Any) -> bytes:
    return json.dumps({"webgateway": HEAD, **kinds}).encode()


def exported(client, *kinds: str) -> bytes:  # type: ignore[no-untyped-def]
    chosen = {"chosen": "y", "kinds": list(kinds)} if kinds else {}
    answer = client.get("/configuration/export.json", query_string=chosen)
    assert answer.status_code == 200
    return answer.data


def parsed(client, *kinds: str) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    found: dict[str, Any] = json.loads(exported(client, *kinds))
    return found


def look(client, content: bytes):  # type: ignore[no-untyped-def]
    """Upload it; the preview."""
    return client.post("/configuration/preview", data={"file": (io.BytesIO(content), "test.json")})


def confirm(client, preview):  # type: ignore[no-untyped-def]
    """Press the button of the preview."""
    data = {name: field_of(preview.text, name) for name in ("text", "seen")}
    return client.post("/configuration/import", data=data, content_type="multipart/form-data")


def bring(client, content: bytes):  # type: ignore[no-untyped-def]
    return confirm(client, look(client, content))


def field_of(page: str, name: str) -> str:
    control = BeautifulSoup(page, "html.parser").select_one(f"form.form-foot input[name={name}]")
    assert control is not None
    return str(control["value"])


def verdicts(page: str) -> dict[str, str]:
    """What becomes of each entry, by its name; those that are the same are told in one line."""
    soup = BeautifulSoup(page, "html.parser")
    found = {}
    for head in soup.select("section.panel h3"):
        badge = head.select_one(".badge")
        assert badge is not None
        verdict = badge.extract().get_text(strip=True)
        found[head.get_text(strip=True)] = verdict
    return found


def text_of(page: str) -> str:
    return BeautifulSoup(page, "html.parser").select_one("main").get_text(" ", strip=True)  # type: ignore[union-attr]
