import re

import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from webgateway.db import db
from webgateway.users import joining
from webgateway.users.models import Role, User

FRANK = {
    "name": "Frank",
    "email": "frank@example.com",
    "time_zone": "Europe/Kyiv",
    "password": "a good password",
}


def role_id(name: str) -> int:
    return db.session.scalars(db.select(Role.id).filter_by(name=name)).one()


def frank(**changes: object) -> dict:
    return {**FRANK, "roles": [role_id("agent")], **changes}


def described(who: str, **changes: object) -> dict:
    person = cast.person(who)
    given = {
        "name": person.name,
        "email": person.email,
        "time_zone": "UTC",
        "roles": [r.id for r in person.roles],
    }
    return {**given, **changes}


def custom(name: str, *rights: str) -> Role:
    role = Role(name=name, tenant_id=cast.tenant().id, permissions=list(rights))
    db.session.add(role)
    db.session.commit()
    return role


def unseen(name: str, *roles: Role) -> None:
    """Somebody who never signs in: their password need not be hashed."""
    email = name.replace(" ", ".") + "@example.com"
    db.session.add(
        User(
            tenant=cast.tenant(), name=name, email=email, password="x", fs_uniquifier=name, roles=list(roles)
        )
    )
    db.session.commit()


class TestTheList:
    def test_it_shows_the_tenants_people_with_their_roles(self, as_ada):
        page = as_ada.get("/users/").text
        assert "<h1>Users</h1>" in page
        for words in ("Ada", "gail@example.com", "Supervisor", "Agent", "Active", "1–4 of 4"):
            assert words in page

    def test_another_tenants_people_are_not_in_it(self, as_ada):
        assert "rita@example.com" not in as_ada.get("/users/").text

    def test_htmx_gets_the_list_alone(self, as_ada):
        fragment = as_ada.fragment("/users/").text
        assert 'id="list"' in fragment
        assert "<h1>" not in fragment

    def test_search_looks_at_names_and_emails(self, as_ada):
        page = as_ada.get("/users/?q=GAIL").text
        assert "gail@example.com" in page
        assert "sam@example.com" not in page
        assert "Nobody found" in as_ada.get("/users/?q=zebra").text

    def test_it_sorts_both_ways(self, as_ada):
        up = as_ada.get("/users/?sort=email").text
        down = as_ada.get("/users/?sort=-email").text
        assert up.index("ada@example") < up.index("sam@example")
        assert down.index("ada@example") > down.index("sam@example")

    def test_it_is_cut_into_pages(self, as_ada):
        for number in range(21):
            unseen(f"Person {number:02}")
        assert "1–20 of 25" in as_ada.get("/users/").text
        assert "21–25 of 25" in as_ada.get("/users/?page=2").text

    def test_more_people_do_not_mean_more_queries(self, as_ada, count_queries):
        with count_queries() as few:
            as_ada.get("/users/")
        for number in range(10):
            unseen(f"Person {number}", joining.built_in("agent"), custom(f"role {number}", "flows:read"))
        with count_queries() as many:
            as_ada.get("/users/")
        assert len(many) == len(few)

    def test_who_may_only_read_is_offered_nothing_else(self, as_sam):
        page = as_sam.get("/users/").text
        for control in ("/users/new", "Edit<", "Delete<", 'role="switch"'):
            assert control not in page

    def test_nobody_is_offered_to_remove_themselves(self, as_ada):
        page = as_ada.get("/users/").text
        ada = cast.person("Ada").id
        assert f"delete-user-{ada}" not in page
        assert f"/users/{ada}/activation" not in page


class TestAdding:
    def test_somebody_added_can_sign_in_at_once(self, as_ada, visitor):
        answer = as_ada.post("/users/new", data=frank())
        assert answer.status_code == 303
        assert "Frank can sign in" in as_ada.get(answer.location).text
        person = cast.person("Frank")
        assert (person.tenant.name, person.time_zone) == ("Acme", "Europe/Kyiv")
        assert [role.name for role in person.roles] == ["agent"]
        signed_in = visitor.post("/login", data={"email": FRANK["email"], "password": FRANK["password"]})
        assert signed_in.status_code == 302

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"name": " "}, "Say who this is."),
            ({"name": "x" * 121}, "cannot be longer than 120"),
            ({"email": "frank"}, "This is not an email address."),
            ({"email": ""}, "Say which email they sign in with."),
            ({"email": "GAIL@example.com"}, "Somebody signs in with this email already."),
            ({"email": "rita@example.com"}, "Somebody signs in with this email already."),
            ({"password": "seven77"}, "A password needs 8 to 200 characters."),
            ({"password": ""}, "Choose a password."),
            ({"roles": []}, "Choose at least one role"),
            ({"roles": [987654]}, "is not a valid choice"),
            ({"roles": ["x"]}, "Invalid choice"),
            ({"time_zone": "Mars/Olympus"}, "valid choice"),
        ],
    )
    def test_wrong_input_is_refused_beside_its_field_and_nothing_is_saved(self, as_ada, changes, words):
        answer = as_ada.post("/users/new", data=frank(**changes))
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert db.session.scalar(db.select(db.func.count(User.id))) == 5

    def test_nothing_typed_is_lost_except_the_password(self, as_ada):
        page = as_ada.post("/users/new", data=frank(email="frank")).text
        assert 'value="Frank"' in page
        assert '<option selected value="Europe/Kyiv">' in page
        assert FRANK["password"] not in page

    def test_an_email_taken_in_the_same_moment_is_refused_and_not_a_failure(self, as_ada):
        take_in_the_same_moment("users")
        answer = as_ada.post("/users/new", data=frank())
        assert answer.status_code == 422
        assert "Somebody signs in with this email already." in answer.text

    def test_a_role_with_more_rights_than_ones_own_is_neither_offered_nor_taken(self, as_sam):
        cast.person("Sam").roles = [
            custom("personnel", "users:read", "users:create", "users:edit", "users:delete")
        ]
        db.session.commit()
        custom("reader", "users:read")
        page = as_sam.get("/users/new").text
        assert "reader" in page
        assert "Administrator" not in page
        answer = as_sam.post("/users/new", data=frank(roles=[role_id("administrator")]))
        assert answer.status_code == 422
        assert as_sam.post("/users/new", data=frank(roles=[role_id("reader")])).status_code == 303

    def test_only_a_system_administrator_makes_another(self, as_ada):
        system = role_id("system-administrator")
        assert "System administrator" not in as_ada.get("/users/new").text
        assert as_ada.post("/users/new", data=frank(roles=[system])).status_code == 422
        cast.person("Ada").roles = [joining.built_in("system-administrator")]
        db.session.commit()
        assert as_ada.post("/users/new", data=frank(roles=[system])).status_code == 303

    def test_another_tenants_role_cannot_be_given(self, as_rita):
        nothing = role_id("nothing")
        assert as_rita.post("/users/new", data=frank(roles=[nothing])).status_code == 422


class TestEditing:
    def test_what_was_changed_is_kept(self, as_ada):
        gail = cast.person("Gail")
        page = as_ada.get(f"/users/{gail.id}").text
        assert 'value="gail@example.com"' in page
        boxes = [box for box in re.findall(r"<input[^>]*type=.checkbox.[^>]*>", page) if "checked" in box]
        assert [re.search(r'value="(\d+)"', box)[1] for box in boxes] == [str(role_id("agent"))]
        given = described("Gail", name="Gail Groom", email="Groom@Example.com", roles=[role_id("supervisor")])
        answer = as_ada.post(f"/users/{gail.id}", data=given)
        assert answer.status_code == 303
        assert (gail.name, gail.email) == ("Gail Groom", "groom@example.com")
        assert [role.name for role in gail.roles] == ["supervisor"]

    def test_wrong_input_is_refused_and_nothing_is_saved(self, as_ada):
        gail = cast.person("Gail")
        answer = as_ada.post(
            f"/users/{gail.id}", data=described("Gail", name="Other", email="sam@example.com")
        )
        assert answer.status_code == 422
        assert "Somebody signs in with this email already." in answer.text
        assert gail.name == "Gail"

    def test_ones_own_roles_stay(self, as_ada):
        ada = cast.person("Ada")
        answer = as_ada.post(f"/users/{ada.id}", data=described("Ada", roles=[role_id("agent")]))
        assert answer.status_code == 422
        assert "Nobody changes their own roles." in answer.text
        assert [role.name for role in ada.roles] == ["administrator"]
        assert as_ada.post(f"/users/{ada.id}", data=described("Ada", name="Ada L.")).status_code == 303

    def test_whoever_has_less_rights_cannot_touch_an_administrator(self, as_sam):
        cast.person("Sam").roles = [
            custom("personnel", "users:read", "users:create", "users:edit", "users:delete")
        ]
        db.session.commit()
        ada = cast.person("Ada").id
        given = described("Ada", name="Mine")
        assert as_sam.get(f"/users/{ada}").status_code == 403
        assert as_sam.post(f"/users/{ada}", data=given).status_code == 403
        assert as_sam.post(f"/users/{ada}/password", data={"password": "mine now, thanks"}).status_code == 403
        assert as_sam.delete(f"/users/{ada}/activation").status_code == 403
        assert as_sam.delete(f"/users/{ada}").status_code == 403
        assert f'href="/users/{ada}"' not in as_sam.get("/users/").text


class TestResettingAPassword:
    def test_the_new_password_counts_and_running_sessions_end(self, as_ada, as_gail, visitor):
        gail = cast.person("Gail").id
        assert as_ada.post(f"/users/{gail}/password", data={"password": "a new password"}).status_code == 303
        assert as_gail.get("/profile").status_code == 302
        given = {"email": "gail@example.com", "password": cast.PASSWORD}
        assert visitor.post("/login", data=given).status_code == 422
        assert visitor.post("/login", data={**given, "password": "a new password"}).status_code == 302

    def test_a_short_one_is_refused(self, as_ada):
        gail = cast.person("Gail")
        before = gail.password
        answer = as_ada.post(f"/users/{gail.id}/password", data={"password": "short"})
        assert answer.status_code == 422
        assert "A password needs 8 to 200 characters." in answer.text
        assert 'value="gail@example.com"' in answer.text
        assert gail.password == before

    def test_ones_own_is_changed_in_the_profile_where_the_current_one_is_asked(self, as_ada):
        ada = cast.person("Ada")
        before = ada.password
        answer = as_ada.post(f"/users/{ada.id}/password", data={"password": "a new password"})
        assert answer.location == "/profile"
        assert ada.password == before


PAGES = [("get", "/users/"), ("get", "/users/new"), ("get", "/users/{gail}")]
WRITES = [
    ("post", "/users/new"),
    ("post", "/users/{gail}"),
    ("post", "/users/{gail}/password"),
    ("post", "/users/{gail}/activation"),
    ("delete", "/users/{gail}/activation"),
    ("delete", "/users/{gail}"),
]


@pytest.mark.parametrize(("verb", "path"), PAGES + WRITES)
def test_the_ladder(visitor, as_nora, as_rita, as_ada, verb, path):
    def ask(client, gail):
        return getattr(client, verb)(path.format(gail=gail))

    gail = cast.person("Gail").id
    assert ask(visitor, gail).location.startswith("/login")
    assert ask(as_nora, gail).status_code == 403
    if "{gail}" in path:
        assert ask(as_rita, gail).status_code == 404
        assert ask(as_ada, 987654).status_code == 404
        assert ask(as_ada, 2**63).status_code in (404, 405)
    assert cast.person("Gail").active
