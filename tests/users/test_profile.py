import pytest

from tests import cast
from tests.conftest import Client

NEW = {"current": cast.PASSWORD, "password": "a new password"}


def test_everybody_has_one_even_without_any_right(as_nora):
    page = as_nora.get("/profile").text
    assert "Your profile" in page
    assert 'value="Nora"' in page


def test_name_and_time_zone_are_kept(as_gail):
    assert (
        as_gail.post("/profile", data={"name": " Gail  Groom ", "time_zone": "Asia/Tokyo"}).status_code == 303
    )
    gail = cast.person("Gail Groom")
    assert gail.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "given", [{"name": "", "time_zone": "UTC"}, {"name": "Gail", "time_zone": "../etc/passwd"}]
)
def test_wrong_input_is_refused_and_nothing_is_saved(as_gail, given):
    answer = as_gail.post("/profile", data=given)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert cast.person("Gail").time_zone == ""


def test_rights_email_and_roles_are_not_changed_here(as_gail):
    as_gail.post(
        "/profile", data={"name": "Gail", "time_zone": "UTC", "email": "x@example.com", "roles": ["1"]}
    )
    assert cast.person("Gail").email == "gail@example.com"
    assert [role.name for role in cast.person("Gail").roles] == ["agent"]


def test_a_changed_password_ends_every_other_session(app, as_gail, visitor):
    elsewhere = Client(app, "Gail")
    assert as_gail.post("/profile/password", data=NEW).status_code == 303
    assert as_gail.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302
    given = {"email": "gail@example.com", "password": NEW["password"]}
    assert visitor.post("/login", data=given).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"current": "not hers"}, "This is not your current password."),
        ({"current": ""}, "Say your current password."),
        ({"password": "short"}, "A password needs 8 to 200 characters."),
    ],
)
def test_a_password_is_not_changed_without_the_current_one_or_to_a_short_one(as_gail, changes, words):
    before = cast.person("Gail").password
    answer = as_gail.post("/profile/password", data={**NEW, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Gail"' in answer.text
    assert cast.person("Gail").password == before


@pytest.mark.parametrize(
    ("verb", "path"), [("get", "/profile"), ("post", "/profile"), ("post", "/profile/password")]
)
def test_nobody_signed_in_is_sent_to_the_sign_in_page(visitor, verb, path):
    assert getattr(visitor, verb)(path).location.startswith("/login")
