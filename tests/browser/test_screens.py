"""Nothing that people look at is missing in the list of screens."""

from collections import defaultdict

from flask import Flask

from tests.browser.screens import SCREENS

PIECES = {
    "conversations.messages",
    "workspace.details",
    "workspace.messages",
    "workspace.my_desk",
    "workspace.my_offers",
    "workspace.waiting",
}
FILES = {
    "configuration.download",
    "exports.all_as_csv",
    "exports.all_as_json",
    "exports.one_as_csv",
    "exports.one_as_json",
    "figures.export",
    "journal.body",
    "static",
    "uploads.show",
}
FOR_PROGRAMS = {
    "bot_api.messages",
    "bot_api.show",
    "bot_pages.openapi",
    "health.alive",
    "health.measured",
    "health.ready",
    "public.dispatch",
    "workspace.asked",
    "workspace.stream",
}
LEADING_ON = {"connecting.start", "home"}
LOOKED_AT_ELSEWHERE = {
    "logins.show",  # Facebook's window, which needs a login: tests/browser/test_safe_login.py
    "security.login",  # before anybody has logged in
}


def test_every_page_is_among_the_screens(app: Flask):
    addresses = app.url_map.bind("localhost")
    bare = [path.format_map(defaultdict(lambda: 1)).split("?")[0].split("#")[0] for path in SCREENS.values()]
    shown = {addresses.match(path)[0] for path in bare}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - PIECES - FILES - FOR_PROGRAMS - LEADING_ON - LOOKED_AT_ELSEWHERE == shown
