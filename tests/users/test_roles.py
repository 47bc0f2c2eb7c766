import pytest

from tests import cast
from webgateway.db import db
from webgateway.users.models import EVERYTHING, Role, User

READER = {"name": "Reader", "rights": ["gateways:read"]}


def role(name: str = "Trainee", *rights: str, tenant: str = "Acme") -> Role:
    kept = Role(name=name, tenant_id=cast.tenant(tenant).id, permissions=list(rights or ["flows:read"]))
    db.session.add(kept)
    db.session.commit()
    return kept


def named(name: str) -> Role | None:
    return db.session.scalars(db.select(Role).filter_by(name=name)).one_or_none()


class TestTheList:
    def test_it_shows_built_in_and_own_roles_with_what_they_may(self, as_ada):
        role("Trainee", "flows:read", "flows:edit")
        page = as_ada.get("/roles/").text
        assert "<h1>Roles</h1>" in page
        for words in (
            "System administrator",
            "Supervisor",
            "Built-in",
            "Chat gateways",
            ">All<",
            "Read, edit",
        ):
            assert words in page

    def test_it_counts_the_people_of_this_tenant_only(self, as_ada):
        page = as_ada.get("/roles/").text
        row = page[page.index(">Administrator</a>") :]
        assert row[row.index('data-label="People"') :].startswith('data-label="People">1<')

    def test_another_tenants_roles_are_not_in_it(self, as_rita):
        assert "nothing" not in as_rita.get("/roles/").text

    def test_more_roles_do_not_mean_more_queries(self, as_ada, count_queries):
        with count_queries() as few:
            as_ada.get("/roles/")
        for number in range(10):
            role(f"Role {number}")
        with count_queries() as many:
            as_ada.get("/roles/")
        assert len(many) == len(few)

    def test_built_in_roles_and_ones_own_offer_no_change(self, as_ada):
        page = as_ada.get("/roles/").text
        offered = {line for line in page.splitlines() if "Edit<" in line}
        assert len(offered) == 1
        assert f'href="/roles/{named("nothing").id}"' in offered.pop()

    def test_who_may_only_read_is_offered_nothing_else(self, as_sam):
        role()
        page = as_sam.get("/roles/").text
        for control in ("/roles/new", "Edit<", "Delete<"):
            assert control not in page


class TestTheMatrix:
    def test_each_box_has_a_name_of_its_own(self, as_ada):
        page = as_ada.get("/roles/new").text
        for name in ("Chat gateways: edit", "Flows: delete", "Journal: read", "Users: create"):
            assert f'aria-label="{name}"' in page
        assert page.count('type="checkbox"') == len(EVERYTHING)

    def test_a_built_in_role_is_shown_and_cannot_be_changed(self, as_ada):
        agent = named("agent").id
        page = as_ada.get(f"/roles/{agent}").text
        assert page.count(" checked disabled>") == 2
        assert ">Save</button>" not in page
        assert as_ada.post(f"/roles/{agent}", data=READER).status_code == 409
        assert as_ada.delete(f"/roles/{agent}").status_code == 409
        assert named("agent").permissions == ["conversations:read", "conversations:edit"]

    def test_who_may_only_read_cannot_tick(self, as_sam):
        page = as_sam.get(f"/roles/{role().id}").text
        assert ">Save</button>" not in page
        assert page.count("disabled>") == len(EVERYTHING)


class TestAdding:
    def test_a_role_is_there_for_the_tenant(self, as_ada, as_rita):
        answer = as_ada.post("/roles/new", data=READER)
        assert answer.status_code == 303
        assert "Reader" in as_ada.get(answer.location).text
        assert "Reader" in as_ada.get("/users/new").text
        assert "Reader" not in as_rita.get("/roles/").text

    def test_create_edit_and_delete_include_read(self, as_ada):
        as_ada.post("/roles/new", data={"name": "Writer", "rights": ["flows:edit", "journal:delete"]})
        assert named("Writer").permissions == ["flows:read", "flows:edit", "journal:read", "journal:delete"]

    def test_a_role_counts_from_the_next_page_on(self, as_ada, as_gail):
        assert as_gail.get("/flows/").status_code == 403
        trainee = role("Trainee", "journal:read")
        cast.person("Gail").roles = [trainee]
        db.session.commit()
        as_ada.post(f"/roles/{trainee.id}", data={"name": "Trainee", "rights": ["flows:read"]})
        assert as_gail.get("/flows/").status_code == 200

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({**READER, "name": " "}, "Give the role a name."),
            ({**READER, "name": "x" * 81}, "longer than 80"),
            ({**READER, "name": "NOTHING"}, "There is a role of this name already."),
            ({**READER, "name": "system administrator"}, "There is a role of this name already."),
            ({**READER, "rights": []}, "Choose at least one right."),
            ({**READER, "rights": ["gateways:fly"]}, "not a valid choice"),
        ],
    )
    def test_wrong_input_is_refused_beside_its_field_and_nothing_is_saved(self, as_ada, given, words):
        before = db.session.scalar(db.select(db.func.count(Role.id)))
        answer = as_ada.post("/roles/new", data=given)
        assert answer.status_code == 422
        assert words in answer.text
        assert db.session.scalar(db.select(db.func.count(Role.id))) == before

    def test_what_was_ticked_is_still_ticked_after_a_refusal(self, as_ada):
        page = as_ada.post("/roles/new", data={"name": "", "rights": ["flows:read", "flows:edit"]}).text
        assert 'value="flows:edit" aria-label="Flows: edit" checked' in page

    def test_two_tenants_may_use_the_same_name(self, as_rita):
        assert as_rita.post("/roles/new", data={**READER, "name": "nothing"}).status_code == 303

    def test_nobody_gives_a_right_that_they_do_not_have(self, as_sam):
        cast.person("Sam").roles = [
            role("personnel", "users:read", "users:create", "users:edit", "users:delete")
        ]
        db.session.commit()
        page = as_sam.get("/roles/new").text
        assert 'value="gateways:delete" aria-label="Chat gateways: delete" disabled' in page
        answer = as_sam.post("/roles/new", data=READER)
        assert answer.status_code == 422
        assert "Nobody gives a right that they do not have themselves." in answer.text
        powerful = role("Powerful", "gateways:delete").id
        assert (
            as_sam.post(f"/roles/{powerful}", data={"name": "x", "rights": ["users:read"]}).status_code == 403
        )
        assert as_sam.delete(f"/roles/{powerful}").status_code == 403


class TestEditing:
    def test_name_and_rights_are_kept(self, as_ada):
        trainee = role()
        page = as_ada.get(f"/roles/{trainee.id}").text
        assert 'value="flows:read" aria-label="Flows: read" checked>' in page
        assert as_ada.post(f"/roles/{trainee.id}", data=READER).status_code == 303
        assert (trainee.name, trainee.permissions) == ("Reader", ["gateways:read"])

    def test_a_refused_change_saves_nothing(self, as_ada):
        trainee = role()
        assert as_ada.post(f"/roles/{trainee.id}", data={**READER, "name": "Nothing"}).status_code == 422
        assert (trainee.name, trainee.permissions) == ("Trainee", ["flows:read"])

    def test_nobody_changes_their_own_role(self, as_sam):
        mine = role("personnel", "users:read", "users:edit", "users:delete")
        cast.person("Sam").roles = [mine]
        db.session.commit()
        answer = as_sam.post(f"/roles/{mine.id}", data={"name": "personnel", "rights": ["users:read"]})
        assert answer.status_code == 409
        assert "This is your own role" in answer.text
        assert as_sam.delete(f"/roles/{mine.id}").status_code == 409
        assert "users:edit" in mine.permissions


class TestDeleting:
    def test_a_role_nobody_has_is_deleted(self, as_ada):
        assert as_ada.delete(f"/roles/{role().id}").status_code == 303
        assert named("Trainee") is None

    def test_a_role_in_use_stays_and_says_by_how_many(self, as_ada):
        nothing = named("nothing").id
        answer = as_ada.delete(f"/roles/{nothing}")
        assert answer.status_code == 409
        assert "1 person has it." in answer.text
        cast.person("Gail").roles = [named("nothing")]
        db.session.commit()
        assert "2 people have it." in as_ada.delete(f"/roles/{nothing}").text
        assert named("nothing") is not None
        assert db.session.scalars(db.select(User).where(User.roles.any(id=nothing))).all()


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", "/roles/"),
        ("get", "/roles/new"),
        ("post", "/roles/new"),
        ("get", "/roles/{role}"),
        ("post", "/roles/{role}"),
        ("delete", "/roles/{role}"),
    ],
)
def test_the_ladder(visitor, as_nora, as_rita, as_ada, verb, path):
    def ask(client, role_id):
        return getattr(client, verb)(path.format(role=role_id))

    trainee = role().id
    assert ask(visitor, trainee).location.startswith("/login")
    assert ask(as_nora, trainee).status_code == 403
    if "{role}" in path:
        assert ask(as_rita, trainee).status_code == 404
        assert ask(as_ada, 987654).status_code == 404
    assert named("Trainee") is not None
