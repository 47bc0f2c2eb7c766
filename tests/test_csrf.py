"""Every address that writes wants the token of the session, except where Meta or a bot is the one who asks:
they have no session."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests import cast
from tests.conftest import Client
from tests.test_url_map import WRITING, address
from webgateway import create_app
from webgateway.db import db

FOR_META = {"public.deliver", "public.delete_data"}
FOR_BOTS = {"bot_api.say", "bot_api.hand_over", "bot_api.close", "bot_api.keep"}


@pytest.fixture
def app(settings) -> Iterator[Flask]:
    """With CSRF protection, as in production."""
    app = create_app(settings)
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def writing(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        for verb in rule.methods & WRITING:
            yield rule.endpoint, verb, address(app, rule)


def token(client: Client, page: str) -> str:
    return token_in(client.get(page).text)


def token_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_a_write_without_the_token_is_refused_everywhere(app, as_ada):
    asked = [(verb, url) for endpoint, verb, url in writing(app) if endpoint not in FOR_META | FOR_BOTS]
    assert len(asked) > 10
    for verb, url in asked:
        answer = as_ada.open(url, method=verb)
        assert answer.status_code == 400, f"{verb} {url} answered {answer.status_code}"
        assert "This page was open too long" in answer.text


def test_meta_has_no_token_and_is_heard(app, visitor):
    for endpoint, verb, url in writing(app):
        if endpoint in FOR_META:
            answer = visitor.open(url, method=verb, json={})
            assert "This page was open too long" not in answer.text
            assert answer.status_code == 404, "nobody has the URI 1"


def test_a_session_helps_nobody_to_act_as_a_bot(app, as_ada):
    found = [(verb, url) for endpoint, verb, url in writing(app) if endpoint in FOR_BOTS]
    assert len(found) == len(FOR_BOTS)
    for verb, url in found:
        assert as_ada.open(url, method=verb, json={}).status_code == 401


def test_with_the_token_of_the_page_a_form_is_taken(as_ada):
    given = {"name": "Night", "destination": "agents", "csrf_token": token(as_ada, "/flows/new")}
    assert as_ada.post("/flows/new", data=given).status_code == 303


def test_htmx_sends_the_token_in_a_header(as_ada):
    flow = cast.flow().id
    page = as_ada.get("/flows/new").text
    assert f'"X-CSRFToken": "{token_in(page)}"' in page
    answer = as_ada.delete(f"/flows/{flow}", headers={"X-CSRFToken": token(as_ada, "/flows/new")})
    assert answer.status_code == 303


def test_the_token_of_somebody_elses_session_is_refused(as_ada, as_sam):
    given = {"name": "Night", "destination": "agents", "csrf_token": token(as_sam, "/flows/new")}
    assert as_ada.post("/flows/new", data=given).status_code == 400


def test_a_delete_by_form_needs_the_token_too(as_ada):
    flow = cast.flow().id
    assert as_ada.post(f"/flows/{flow}?_method=DELETE").status_code == 400
    given = {"csrf_token": token(as_ada, "/flows/new")}
    assert as_ada.post(f"/flows/{flow}?_method=DELETE", data=given).status_code == 303


def test_the_sign_in_works_with_its_token(visitor):
    given = {"email": "ada@example.com", "password": cast.PASSWORD, "csrf_token": token(visitor, "/login")}
    assert visitor.post("/login", data=given).status_code == 302
