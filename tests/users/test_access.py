from sqlalchemy import update

from tests import cast
from webgateway.db import db
from webgateway.users.models import User

UNSEEN = {"synchronize_session": False}  # by what this process has loaded already


def test_somebody_switched_off_is_signed_out_and_can_be_switched_on_again(as_ada, as_gail):
    url = f"/users/{cast.person('Gail').id}/activation"
    assert as_ada.delete(url).status_code == 303
    assert not cast.person("Gail").active
    assert as_gail.get("/profile").status_code == 302
    assert as_ada.post(url).status_code == 303
    assert cast.person("Gail").active


def test_htmx_gets_the_row_and_the_words_back(as_ada):
    gail = cast.person("Gail").id
    fragment = as_ada.delete(f"/users/{gail}/activation", headers={"HX-Request": "true"}).text
    assert f'<tr id="user-{gail}">' in fragment
    assert 'aria-checked="false"' in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert "Gail is signed out" in fragment


def test_without_scripts_a_form_does_the_same(as_ada):
    url = f"/users/{cast.person('Gail').id}/activation"
    assert f'action="{url}?_method=DELETE"' in as_ada.get("/users/").text
    assert as_ada.post(url + "?_method=DELETE").status_code == 303
    assert not cast.person("Gail").active


def test_somebody_deleted_is_gone_and_signed_out(as_ada, as_gail):
    gail = cast.person("Gail").id
    assert as_ada.delete(f"/users/{gail}").location == "/users/"
    assert db.session.get(User, gail) is None
    assert as_gail.get("/profile").status_code == 302
    assert "Gail is deleted." in as_ada.get("/users/").text


def test_a_conversation_outlives_whoever_closed_it(as_ada):
    talk = cast.conversation(cast.contact(cast.page(cast.gateway())), closed_by=cast.person("Gail"))
    as_ada.delete(f"/users/{cast.person('Gail').id}")
    assert talk.closed_by is None


def test_nobody_removes_their_own_access_so_an_administrator_always_stays(as_ada):
    ada = cast.person("Ada").id
    for url in (f"/users/{ada}", f"/users/{ada}/activation"):
        answer = as_ada.delete(url)
        assert answer.status_code == 409
        assert "Nobody removes their own access." in answer.text
    assert cast.person("Ada").active


def test_htmx_shows_a_refusal_where_the_last_action_speaks(as_ada):
    answer = as_ada.delete(f"/users/{cast.person('Ada').id}", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#flashes"
    assert "<html" not in answer.text


def test_an_administrator_removed_in_the_same_moment_removes_nobody(app, as_ada, monkeypatch):
    """On PostgreSQL two requests may both have been let in; the second one waits and then looks again."""

    @app.before_request
    def removed_meanwhile() -> None:
        from flask_login import current_user

        assert current_user.is_authenticated
        db.session.execute(
            update(User).where(User.name == "Ada").values(active=False), execution_options=UNSEEN
        )

    assert as_ada.delete(f"/users/{cast.person('Gail').id}").status_code == 403
    assert cast.person("Gail").active
