"""fbmq's receiver as its README shows it. It checks no signature, so the view does. Stores nothing."""

import hashlib
import hmac
import os

from fbmq import Page
from flask import Flask, request

SECRET = os.environ["APP_SECRET"].encode()
app = Flask(__name__)
page = Page("unused")
texts = 0


@page.handle_message
def message(event) -> None:  # type: ignore[no-untyped-def]
    global texts
    texts += bool(event.text)


@app.post("/hook")
def hook() -> tuple[str, int]:
    raw = request.get_data()
    expected = "sha256=" + hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Hub-Signature-256", ""), expected):
        return "", 403
    page.handle_webhook(raw.decode())
    return "EVENT_RECEIVED", 200
