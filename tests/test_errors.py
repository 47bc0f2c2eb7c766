import logging

import pytest
from flask import abort

from tests.conftest import Client
from webgateway.errors import Refused

SECRET = "the inside of the machine"
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def failing(app, as_nora, caplog):
    """A page that answers with any status, or breaks."""
    caplog.set_level(logging.CRITICAL)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False

    @app.get("/fail/<int:code>")
    def fail(code: int) -> None:
        if code == 500:
            raise RuntimeError(SECRET)
        if code == 409:
            raise Refused("Welcome cannot be deleted", "It is used by Support.")
        abort(code)

    return as_nora


WORDS = {
    400: "That request was not understood",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That does not work here",
    409: "It is used by Support.",
    413: "That is too large",
    415: "That kind of content is not accepted",
    418: "Go back and try again.",
    429: "Wait a few minutes, then try again.",
    500: "Something went wrong on our side",
}


@pytest.mark.parametrize("code", WORDS)
def test_a_person_gets_a_page_that_says_what_happened_and_leads_on(failing, code):
    answer = failing.get(f"/fail/{code}")
    assert answer.status_code == code
    assert answer.mimetype == "text/html"
    assert WORDS[code] in answer.text
    assert 'href="/"' in answer.text


def test_a_refusal_leads_back_to_where_it_was_asked(failing):
    page = failing.get("/fail/409", headers={"Referer": "http://localhost/flows/?q=w"}).text
    assert 'href="http://localhost/flows/?q=w">Go back</a>' in page
    assert "evil.example" not in failing.get("/fail/409", headers={"Referer": "http://evil.example/"}).text


@pytest.mark.parametrize("code", WORDS)
def test_htmx_gets_a_part_of_a_page(failing, code):
    answer = failing.get(f"/fail/{code}", headers=HTMX)
    assert answer.status_code == code
    assert WORDS[code] in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("code", WORDS)
def test_a_program_gets_json(failing, code):
    answer = failing.get(f"/fail/{code}", headers=JSON)
    assert answer.status_code == code
    assert set(answer.json) == {"error", "what_to_do"}


@pytest.mark.parametrize("headers", [{}, JSON, HTMX])
def test_nothing_of_our_insides_is_shown(failing, headers):
    answer = failing.get("/fail/500", headers=headers)
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text


def test_meta_and_strangers_get_a_plain_line(failing):
    answer = failing.put("/meta/anything", headers=JSON)
    assert answer.status_code == 405
    assert answer.mimetype == "text/plain"
    assert answer.text == "That does not work here\n"


def test_an_address_that_is_not_there_says_so_to_anybody(visitor):
    answer = visitor.get("/no/such/page")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_the_wrong_verb_says_so(visitor):
    assert visitor.delete("/login").status_code == 405


def test_too_large_a_form_is_refused(as_ada):
    answer = as_ada.post("/flows/new", data={"name": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_a_field_that_would_fill_the_memory_is_refused(as_ada):
    answer = as_ada.post("/flows/new", data={"name": "x" * 2_000_000}, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_somebody_without_the_right_learns_who_can_help(as_nora):
    answer = as_nora.get("/users/")
    assert answer.status_code == 403
    assert "An administrator can change your role." in answer.text


@pytest.mark.parametrize("path", ["/login", "/profile", "/no/such/page", "/static/css/base.css"])
def test_every_answer_keeps_the_browser_on_our_side(app, path):
    headers = Client(app, "Ada").get(path).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_answers_to_htmx_and_to_a_browser_are_kept_apart(as_ada):
    assert "HX-Request" in as_ada.get("/flows/").headers["Vary"]
