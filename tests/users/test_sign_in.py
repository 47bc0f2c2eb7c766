from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import cast
from tests.conftest import Client
from webgateway import create_app
from webgateway.db import db

ADA = {"email": "ada@example.com", "password": cast.PASSWORD}
VISITED = "http://localhost/login"
WRONG = {"email": "ada@example.com", "password": "not her password"}


def test_the_page_has_the_labels_people_and_checks_look_for(visitor):
    page = visitor.get("/login").text
    assert '<label for="email">Email</label>' in page
    assert '<label for="password">Password</label>' in page
    assert ">Log in</button>" in page
    assert "Stay signed in" in page


def test_with_the_right_password_one_comes_to_the_start_page(visitor):
    answer = visitor.post("/login", data=ADA)
    assert answer.status_code == 302
    assert answer.location == "/"
    assert visitor.get("/profile").status_code == 200


def test_the_start_page_is_the_first_section_one_may_read(app, visitor, as_ada, as_nora):
    cast.person("Gail").roles[0].permissions = ["flows:read"]
    db.session.commit()
    assert visitor.get("/").location == "/login"
    assert as_ada.get("/").location == "/conversations/"
    assert Client(app, "Gail").get("/").location == "/flows/"
    assert as_nora.get("/").location == "/profile"


def test_the_case_of_the_email_does_not_matter(visitor):
    assert visitor.post("/login", data={**ADA, "email": "Ada@Example.com"}).status_code == 302


@pytest.mark.parametrize(
    "given",
    [
        WRONG,
        {"email": "nobody@example.com", "password": cast.PASSWORD},
        {"email": "not an email", "password": "x"},
        {"email": "", "password": ""},
        {},
    ],
)
def test_a_refused_sign_in_says_the_same_whatever_was_wrong(visitor, given):
    answer = visitor.post("/login", data=given)
    assert answer.status_code == 422
    assert "The email or the password is not right." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert visitor.get("/profile").status_code == 302


def test_a_refused_sign_in_keeps_the_email_and_forgets_the_password(visitor):
    page = visitor.post("/login", data=WRONG).text
    assert 'value="ada@example.com"' in page
    assert WRONG["password"] not in page


def test_passwords_are_kept_as_argon2(app):
    assert cast.person("Ada").password.startswith("$argon2id$")


def test_one_comes_back_to_the_page_one_wanted(visitor):
    asked = visitor.get("/users/?q=sam")
    assert asked.status_code == 302
    page = visitor.get(asked.location).text
    assert 'name="next" type="hidden" value="/users/?q=sam"' in page
    assert visitor.post("/login", data={**ADA, "next": "/users/?q=sam"}).location == "/users/?q=sam"


def test_an_address_that_writes_is_not_where_one_comes_back_to(visitor):
    assert visitor.post("/users/new").location == "/login"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://localhost@evil.example",
        "/\t/evil.example",
        "\t//evil.example",
    ],
)
@pytest.mark.parametrize("way", ["field", "query"])
def test_nobody_is_sent_to_a_foreign_page_after_the_sign_in(app: Flask, address, way):
    visitor = Client(app, None)
    given = {**ADA, "next": address} if way == "field" else ADA
    answer = visitor.post("/login", data=given, query_string={"next": address} if way == "query" else None)
    assert answer.status_code == 302
    assert urlsplit(urljoin(VISITED, answer.location)).hostname == "localhost"
    assert "\\" not in (answer.location or "")


def test_log_out_is_a_post_only(as_ada):
    assert as_ada.get("/logout").status_code == 405
    assert as_ada.get("/profile").status_code == 200
    assert as_ada.post("/logout").location == "/login"
    assert as_ada.get("/profile").status_code == 302


def test_somebody_switched_off_cannot_sign_in(visitor):
    cast.person("Ada").active = False
    db.session.commit()
    answer = visitor.post("/login", data=ADA)
    assert answer.status_code == 422
    assert "The email or the password is not right." in answer.text


def test_the_running_session_of_somebody_switched_off_ends(as_gail):
    assert as_gail.get("/profile").status_code == 200
    cast.person("Gail").active = False
    db.session.commit()
    assert as_gail.get("/profile").status_code == 302


def test_a_session_taken_to_another_browser_ends(as_ada):
    assert as_ada.get("/profile", headers={"User-Agent": "Somebody else's"}).status_code == 302


def test_an_ended_session_sends_htmx_to_the_sign_in_page_and_back_to_the_page_shown(visitor):
    answer = visitor.fragment("/users/?q=s", headers={"HX-Current-URL": "http://localhost/users/?page=2"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login?next=/users/?page%3D2"
    assert not answer.data


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor):
    cookie = visitor.post("/login", data={**ADA, "remember": "y"}).headers.getlist("Set-Cookie")
    assert {part.split("=")[0] for part in cookie} == {"session", "remember_token"}
    assert all("HttpOnly" in part and "SameSite=Lax" in part for part in cookie)


def test_the_sign_in_takes_forms_only(visitor):
    assert visitor.post("/login", json=ADA).status_code == 415
    assert visitor.post("/login", json=["ada"]).status_code == 415


class TestTooManyAttempts:
    @pytest.fixture
    def limited(self, settings) -> FlaskClient:
        app = create_app(settings)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        with app.app_context():
            yield Client(app, None)
            db.session.remove()
            db.engine.dispose()

    def test_the_eleventh_wrong_password_for_an_email_is_not_tried(self, limited):
        for number in range(10):
            answer = limited.post("/login", data=WRONG, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
            assert answer.status_code == 422
        answer = limited.post("/login", data={**ADA, "email": " ADA@example.com"})
        assert answer.status_code == 429
        assert "Wait a few minutes, then try again." in answer.text
        sam = {"email": "sam@example.com", "password": cast.PASSWORD}
        assert limited.post("/login", data=sam).status_code == 302

    def test_an_address_is_stopped_after_twenty_failures_whatever_the_email(self, limited):
        for number in range(20):
            given = {"email": f"guess-{number}@example.com", "password": ""}
            assert limited.post("/login", data=given).status_code == 422
        assert limited.post("/login", data=ADA).status_code == 429

    def test_successes_do_not_count(self, limited):
        for _ in range(25):
            assert limited.post("/login", data=ADA).status_code == 302
            limited.post("/logout")

    def test_looking_at_the_page_does_not_count(self, limited):
        for _ in range(25):
            assert limited.get("/login").status_code == 200


def test_no_token_is_handed_out_to_whoever_would_rather_have_json(visitor):
    given = {"email": "ada@example.com", "password": cast.PASSWORD}
    answer = visitor.post("/login?include_auth_token", data=given, headers={"Accept": "application/json"})
    assert answer.status_code == 302
    assert "token" not in answer.text
