import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from webgateway.db import db
from webgateway.flows.models import Flow

NIGHT = {
    "name": "Night",
    "opening_message": "We sleep.\r\nWrite to you at nine.",
    "closing_message": "Good night!",
    "destination": "agents",
}


def kept() -> Flow | None:
    return db.session.scalars(db.select(Flow).filter_by(name="Night")).one_or_none()


class TestAdding:
    def test_the_flow_is_there(self, as_ada):
        answer = as_ada.post("/flows/new", data=NIGHT)
        assert answer.status_code == 303
        assert "The flow Night is there." in as_ada.get(answer.location).text
        flow = kept()
        assert flow.tenant.name == "Acme"
        assert flow.opening_message == "We sleep.\nWrite to you at nine."
        assert (flow.closing_message, flow.destination) == ("Good night!", "agents")

    def test_both_messages_may_be_left_out(self, as_ada):
        assert as_ada.post("/flows/new", data={"name": "Night", "destination": "agents"}).status_code == 303
        assert (kept().opening_message, kept().closing_message) == ("", "")

    def test_htmx_leaves_for_the_registry(self, as_ada):
        answer = as_ada.post("/flows/new", data=NIGHT, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"] == "/flows/"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"name": "  "}, "Give the flow a name."),
            ({"name": "x" * 121}, "longer than 120"),
            ({"name": "welcome"}, "There is a flow of this name already."),
            ({"opening_message": "x" * 4001}, "At most 4,000 characters. Shorten it."),
            ({"closing_message": "x" * 4001}, "At most 4,000 characters. Shorten it."),
            ({"destination": "bot"}, "Not a valid choice"),
        ],
    )
    def test_wrong_input_is_refused_beside_its_field_and_nothing_is_saved(self, as_ada, changes, words):
        cast.flow()
        answer = as_ada.post("/flows/new", data={**NIGHT, **changes})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert db.session.scalar(db.select(db.func.count(Flow.id))) == 1

    def test_nothing_typed_is_lost(self, as_ada):
        page = as_ada.post("/flows/new", data={**NIGHT, "name": ""}).text
        assert "Write to you at nine." in page
        assert "Good night!" in page

    def test_four_thousand_characters_fit_however_the_browser_writes_line_breaks(self, as_ada):
        assert (
            as_ada.post("/flows/new", data={**NIGHT, "opening_message": "a\r\n" * 1999 + "a"}).status_code
            == 303
        )

    def test_another_tenant_may_use_the_same_name(self, as_rita):
        cast.flow()
        assert as_rita.post("/flows/new", data={**NIGHT, "name": "Welcome"}).status_code == 303

    def test_a_name_taken_in_the_same_moment_is_refused_and_not_a_failure(self, as_ada):
        take_in_the_same_moment("flows")
        answer = as_ada.post("/flows/new", data=NIGHT)
        assert answer.status_code == 422
        assert "There is a flow of this name already." in answer.text


class TestEditing:
    def test_the_form_shows_what_is_kept(self, as_ada):
        page = as_ada.get(f"/flows/{cast.flow().id}").text
        assert 'value="Welcome"' in page
        assert "Hello! We are reading.</textarea>" in page
        assert ">Save</button>" in page

    def test_what_was_changed_is_kept(self, as_ada):
        flow = cast.flow()
        assert as_ada.post(f"/flows/{flow.id}", data=NIGHT).status_code == 303
        assert (flow.name, flow.closing_message) == ("Night", "Good night!")

    def test_the_name_may_change_its_case(self, as_ada):
        flow = cast.flow()
        assert as_ada.post(f"/flows/{flow.id}", data={**NIGHT, "name": "WELCOME"}).status_code == 303

    def test_a_refused_change_saves_nothing(self, as_ada):
        cast.flow("Night")
        flow = cast.flow()
        assert as_ada.post(f"/flows/{flow.id}", data=NIGHT).status_code == 422
        assert flow.name == "Welcome"

    @pytest.mark.parametrize(
        ("written", "words"),
        [
            ("Hello!", "above 2,000 characters, or 1,000 bytes on Instagram, it goes out in parts."),
            ("word " * 500, "It goes out in parts: 2 on Messenger, 3 on Instagram."),
            ("ї" * 900, "It goes out in parts: 1 on Messenger, 2 on Instagram."),
        ],
    )
    def test_it_says_in_how_many_parts_a_long_text_goes_out(self, as_ada, written, words):
        assert words in as_ada.get(f"/flows/{cast.flow(opening_message=written).id}").text


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", "/flows/"),
        ("get", "/flows/new"),
        ("post", "/flows/new"),
        ("get", "/flows/{flow}"),
        ("post", "/flows/{flow}"),
        ("delete", "/flows/{flow}"),
    ],
)
def test_the_ladder(visitor, as_nora, as_gail, as_rita, as_ada, verb, path):
    def ask(client, flow_id):
        return getattr(client, verb)(path.format(flow=flow_id))

    flow = cast.flow().id
    assert ask(visitor, flow).location.startswith("/login")
    assert ask(as_nora, flow).status_code == 403
    assert ask(as_gail, flow).status_code == 403
    if "{flow}" in path:
        assert ask(as_rita, flow).status_code == 404
        assert ask(as_ada, 987654).status_code == 404
    assert db.session.get(Flow, flow).name == "Welcome"


def test_who_may_only_read_is_offered_nothing_else(as_gail):
    cast.person("Gail").roles[0].permissions = ["flows:read"]
    db.session.commit()
    flow = cast.flow().id
    page = as_gail.get("/flows/").text
    assert "Welcome" in page
    for control in ("/flows/new", "Edit<", "Delete<", f'href="/flows/{flow}"'):
        assert control not in page
    assert as_gail.get(f"/flows/{flow}").status_code == 403
