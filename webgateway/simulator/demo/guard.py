"""The /_sim face is for this machine alone."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import abort, request

NAMES = ("localhost", "127.0.0.1", "::1")
OPEN_ENDPOINTS = ("demo.static", "demo.vendor")


def this_machine_only() -> None:
    """Strangers, other host names (DNS rebinding) and posts from other sites get 403; styles are free."""
    if request.endpoint in OPEN_ENDPOINTS:
        return
    client = ip_address((request.remote_addr or "0.0.0.0").removeprefix("::ffff:"))
    origin = request.headers.get("Origin")
    if not client.is_loopback or urlsplit(request.host_url).hostname not in NAMES:
        abort(403)
    if request.method != "GET" and origin and origin.rstrip("/") != request.host_url.rstrip("/"):
        abort(403)
