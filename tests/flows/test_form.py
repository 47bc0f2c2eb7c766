import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from tests.flows.sent import errors_of, fields_of, parts_of
from webgateway.db import db
from webgateway.flows.definition import Agents, Definition
from webgateway.flows.models import Flow

NIGHT = {
    "name": "Night",
    "opening_message": "We sleep.\r\nWrite to you at nine.",
    "closing_message": "Good night!",
    "parts-0-id": "agents",
    "parts-0-kind": "agents",
    "parts-0-name": "Agents",
    "parts-0-priority": "0",
}


def kept() -> Flow | None:
    return db.session.scalars(db.select(Flow).filter_by(name="Night")).one_or_none()


class TestAdding:
    def test_the_flow_is_there_and_live(self, as_ada):
        answer = as_ada.post("/flows/new", data=NIGHT)
        assert answer.status_code == 303
        assert "The flow Night is there, and live." in as_ada.get(answer.location).text
        flow = kept()
        assert flow.tenant.name == "Acme"
        assert (flow.live.number, flow.live.published_by.name, flow.draft) == (1, "Ada", None)
        assert flow.definition == Definition(
            opening_message="We sleep.\nWrite to you at nine.",
            closing_message="Good night!",
            parts=(Agents(id="agents", name="Agents"),),
        )

    def test_the_page_as_it_comes_can_be_sent_with_a_name(self, as_ada):
        page = as_ada.get("/flows/new").text
        assert parts_of(page) == ["agents"]
        assert as_ada.post("/flows/new", data={**fields_of(page), "name": "Night"}).status_code == 303
        assert kept().definition == Definition()

    def test_both_messages_may_be_left_out(self, as_ada):
        assert as_ada.post("/flows/new", data={"name": "Night"}).status_code == 303
        assert (kept().definition.opening_message, kept().definition.closing_message) == ("", "")

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
            ({"opening_message": "Hi {{ contact.nmae }}"}, "Did you mean {{ contact.name }}?"),
            ({"opening_message": "Hi {{ contact.name"}, "is not closed by }}"),
            ({"opening_message": "I am {{ agent.name }}"}, "is not known yet when this is said"),
            ({"remind_after": "5"}, "A reminder needs both"),
            ({"reminder": "Still there?"}, "A reminder needs both"),
            ({"reminder": "Hm?", "remind_after": "1381"}, "Write a number from 1 to 1,380."),
            ({"reminder": "Hm?", "remind_after": "9", "close_after": "9"}, "Close later than you remind."),
            ({"close_after": "soon"}, "Write a number from 1 to 43,200."),
            ({"parts-1-id": "agents", "parts-1-kind": "close"}, "Two parts are mixed up."),
            ({"parts-1-id": "x" * 41, "parts-1-kind": "close"}, "Two parts are mixed up."),
        ],
    )
    def test_wrong_input_is_refused_beside_its_field_and_nothing_is_saved(self, as_ada, changes, words):
        cast.flow()
        answer = as_ada.post("/flows/new", data={**NIGHT, **changes})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text or "parts-1-id" in changes
        assert db.session.scalar(db.select(db.func.count(Flow.id))) == 1

    def test_nothing_typed_is_lost(self, as_ada):
        fields = fields_of(as_ada.post("/flows/new", data={**NIGHT, "name": ""}).text)
        assert fields["opening_message"] == "We sleep.\nWrite to you at nine."
        assert fields["closing_message"] == "Good night!"
        assert fields["parts-0-kind"] == "agents"

    def test_four_thousand_characters_fit_however_the_browser_writes_line_breaks(self, as_ada):
        long = "a\r\n" * 1999 + "a"
        assert as_ada.post("/flows/new", data={**NIGHT, "opening_message": long}).status_code == 303

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
        assert ">Save draft</button>" in page

    def test_what_was_changed_is_a_draft(self, as_ada):
        flow = cast.flow()
        answer = as_ada.post(f"/flows/{flow.id}", data=NIGHT)
        assert answer.location == f"/flows/{flow.id}"
        assert "The draft of Night is saved. Version 1 stays live" in as_ada.get(answer.location).text
        assert (flow.name, flow.draft.definition.closing_message) == ("Night", "Good night!")
        assert flow.definition.closing_message == ""

    def test_a_page_sent_as_it_came_changes_nothing(self, as_ada):
        flow = cast.flow(closing_message="Bye", closed_first="")
        answer = as_ada.post(f"/flows/{flow.id}", data=fields_of(as_ada.get(f"/flows/{flow.id}").text))
        assert "does what its live version 1 does" in as_ada.get(answer.location).text
        assert [version.state for version in flow.versions] == ["live"]

    def test_the_name_may_change_its_case(self, as_ada):
        flow = cast.flow()
        assert as_ada.post(f"/flows/{flow.id}", data={**NIGHT, "name": "WELCOME"}).status_code == 303

    def test_a_refused_change_saves_nothing(self, as_ada):
        cast.flow("Night")
        flow = cast.flow()
        answer = as_ada.post(f"/flows/{flow.id}", data=NIGHT)
        assert answer.status_code == 422
        assert errors_of(answer.text) == {"name": "There is a flow of this name already."}
        assert (flow.name, flow.draft) == ("Welcome", None)

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


class TestTwoAtOnce:
    def test_the_second_is_told_and_loses_nothing(self, as_ada, as_sam):
        flow = cast.flow()
        theirs = fields_of(as_ada.get(f"/flows/{flow.id}").text)
        mine = fields_of(as_sam.get(f"/flows/{flow.id}").text)
        as_ada.post(f"/flows/{flow.id}", data={**theirs, "opening_message": "Ada was quicker"})
        answer = as_sam.post(f"/flows/{flow.id}", data={**mine, "opening_message": "Sam's words"})
        assert answer.status_code == 422
        assert "Somebody saved this flow while you were editing it" in answer.text
        assert fields_of(answer.text)["opening_message"] == "Sam's words"
        assert flow.draft.definition.opening_message == "Ada was quicker"

    def test_who_saves_again_puts_theirs_in_its_place(self, as_ada, as_sam):
        flow = cast.flow()
        mine = fields_of(as_sam.get(f"/flows/{flow.id}").text)
        as_ada.post(f"/flows/{flow.id}", data={**mine, "opening_message": "Ada was quicker"})
        told = as_sam.post(f"/flows/{flow.id}", data={**mine, "opening_message": "Sam's words"})
        assert as_sam.post(f"/flows/{flow.id}", data=fields_of(told.text)).status_code == 303
        assert flow.draft.definition.opening_message == "Sam's words"

    def test_a_name_changed_meanwhile_counts_too(self, as_ada, as_sam):
        flow = cast.flow()
        mine = fields_of(as_sam.get(f"/flows/{flow.id}").text)
        as_ada.post(f"/flows/{flow.id}", data={**mine, "name": "Morning"})
        assert as_sam.post(f"/flows/{flow.id}", data=mine).status_code == 422
        assert flow.name == "Morning"


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", "/flows/"),
        ("get", "/flows/new"),
        ("post", "/flows/new"),
        ("post", "/flows/new/arrangement"),
        ("post", "/flows/new/trial"),
        ("get", "/flows/{flow}"),
        ("post", "/flows/{flow}"),
        ("post", "/flows/{flow}/arrangement"),
        ("post", "/flows/{flow}/trial"),
        ("get", "/flows/{flow}/versions"),
        ("get", "/flows/{flow}/versions/{version}"),
        ("post", "/flows/{flow}/versions/{version}/restoration"),
        ("delete", "/flows/{flow}/draft"),
        ("get", "/flows/{flow}/publication"),
        ("post", "/flows/{flow}/publication"),
        ("delete", "/flows/{flow}"),
    ],
)
def test_the_ladder(visitor, as_nora, as_gail, as_rita, as_ada, verb, path):
    flow = cast.flow()
    ids = {"flow": flow.id, "version": flow.live.id}

    def ask(client, **changes):
        return getattr(client, verb)(path.format(**{**ids, **changes}))

    assert ask(visitor).location.startswith("/login")
    assert ask(as_nora).status_code == 403
    assert ask(as_gail).status_code == 403
    if "{flow}" in path:
        assert ask(as_rita).status_code == 404
        assert ask(as_ada, flow=987654).status_code == 404
    if "{version}" in path:
        assert ask(as_ada, version=987654).status_code == 404
        assert ask(as_ada, version=cast.flow("Other").live.id).status_code == 404
    assert db.session.get(Flow, ids["flow"]).name == "Welcome"


def test_who_may_only_read_is_offered_nothing_else(as_gail):
    cast.person("Gail").roles[0].permissions = ["flows:read"]
    db.session.commit()
    flow = cast.flow()
    page = as_gail.get("/flows/").text
    assert "Welcome" in page
    for control in ("/flows/new", "Edit<", "Delete<", f'href="/flows/{flow.id}"'):
        assert control not in page
    assert as_gail.get(f"/flows/{flow.id}").status_code == 403
    flow.revise(opening_message="Hi")
    db.session.commit()
    versions = as_gail.get(f"/flows/{flow.id}/versions").text
    assert "Version 1" in versions
    assert "Restore" not in versions
    assert as_gail.get(f"/flows/{flow.id}/versions/{flow.live.id}").status_code == 200
