"""The least a receiver can do: check the HMAC, store nothing. What our door is measured against."""

import hashlib
import hmac

from flask import Flask, request

from tests.cast import APP_SECRET

app = Flask(__name__)


@app.post("/hook")
def hook() -> tuple[str, int]:
    expected = "sha256=" + hmac.new(APP_SECRET.encode(), request.get_data(), hashlib.sha256).hexdigest()
    right = hmac.compare_digest(request.headers.get("X-Hub-Signature-256", ""), expected)
    return ("EVENT_RECEIVED", 200) if right else ("", 403)
