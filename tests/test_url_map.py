"""Every address is guarded, or on the short list of public ones."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from webgateway.users.models import ACTIONS, SECTIONS

PUBLIC = {
    "static",
    "home",  # only leads on to a guarded page
    "public.dispatch",
    "public.deliver",
    "public.delete_data",
    "health.alive",
    "health.ready",
    "health.measured",
    "leaving.status",
    "security.login",
    "bot_pages.show",
    "bot_pages.openapi",
    # guarded by the flow's token, see tests/bots/test_guard.py
    "bot_api.show",
    "bot_api.messages",
    "bot_api.say",
    "bot_api.hand_over",
    "bot_api.close",
    "bot_api.keep",
}
SIGNED_IN_ONLY = {
    "catalogue.index",
    "profile.show",
    "profile.update",
    "profile.change_password",
    "security.logout",
}
READING, WRITING = {"GET", "HEAD", "OPTIONS"}, {"POST", "PUT", "PATCH", "DELETE"}
BOTH_BY_DESIGN = {"security.login"}
WRITES = ("create", "edit", "delete")


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in PUBLIC]


def address(app: Flask, rule: Rule) -> str:
    """One address under the rule; where only some words are taken, the first of them."""
    values = {name: sorted(getattr(kind, "items", [1]))[0] for name, kind in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, {**values, **(rule.defaults or {})})


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page_from_everywhere_else(app, visitor):
    for rule in rules(app):
        for verb in rule.methods - {"HEAD", "OPTIONS"}:
            answer = visitor.open(address(app, rule), method=verb)
            assert answer.status_code == 302, f"{verb} {rule.rule} answered {answer.status_code}"
            assert answer.location.startswith("/login"), f"{verb} {rule.rule} led to {answer.location}"


def test_every_guarded_view_names_its_right(app):
    for rule in rules(app):
        if rule.endpoint in SIGNED_IN_ONLY:
            continue
        section, action = getattr(app.view_functions[rule.endpoint], "right", (None, None))
        assert section in SECTIONS, f"{rule.endpoint} has no right"
        assert action in ACTIONS


def test_whoever_has_no_right_at_all_gets_nowhere(app, as_nora):
    for rule in rules(app):
        if rule.endpoint in SIGNED_IN_ONLY:
            continue
        for verb in rule.methods - {"HEAD", "OPTIONS"}:
            answer = as_nora.open(address(app, rule), method=verb)
            assert answer.status_code == 403, f"{verb} {rule.rule} answered {answer.status_code}"


def test_what_writes_never_answers_a_get(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in BOTH_BY_DESIGN:
            assert rule.methods <= READING or not rule.methods & READING - {"OPTIONS"}, rule.endpoint


def test_what_writes_asks_for_more_than_the_right_to_read(app):
    for rule in rules(app):
        right = getattr(app.view_functions[rule.endpoint], "right", None)
        if right and rule.methods & WRITING:
            assert right[1] in WRITES, f"{rule.endpoint} writes with the right to read"


def test_the_public_list_holds_nothing_that_is_gone(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= PUBLIC | SIGNED_IN_ONLY


@pytest.mark.parametrize("path", ["/verify", "/register", "/reset", "/fs-static/css/base.css", "/tf-setup"])
def test_what_flask_security_could_also_do_is_not_there(visitor, path):
    assert visitor.get(path).status_code == 404
