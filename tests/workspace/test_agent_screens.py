"""The agents as a supervisor sees and sets them."""

import re
from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, agent_of, busy, outcomes, waits
from webgateway.db import db, utcnow


def row(page: str, user) -> dict[str, str]:
    markup = page[page.index(f'id="agent-{user.id}"') :]
    cells = re.findall(r'<td data-label="([^"]+)".*?>(.*?)</td>', markup[: markup.index("</tr>")], re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for name, cell in cells}


@pytest.fixture
def gail(app):
    return cast.agent("Gail", most=3)


class TestTheList:
    def test_it_shows_what_each_does(self, as_sam, page, gail):
        busy(page, gail)
        waits(page, cast.queue("Sales", gail))
        a_round()
        shown = row(as_sam.get("/agents/").text, gail)
        assert (shown["State"], shown["Conversations"]) == ("Ready", "2 of 3")

    def test_it_shows_why_somebody_is_not_ready(self, as_sam, app):
        hugo = cast.agent("Hugo", "not_ready", state_reason="Lunch")
        assert row(as_sam.get("/agents/").text, hugo)["State"] == "Not ready Lunch"

    def test_whose_workspace_is_closed_is_offline(self, as_sam, app):
        gone = cast.agent("Hugo", seen_at=utcnow() - timedelta(minutes=2))
        page = as_sam.get("/agents/").text
        assert row(page, gone)["State"] == "Offline"
        never = row(page, cast.person("Ada"))
        assert (never["State"], never["Last seen"], never["Conversations"]) == ("Offline", "Never", "0 of 4")

    def test_only_who_may_answer_is_in_it(self, as_sam, gail):
        page = as_sam.get("/agents/").text
        assert "Nora" not in page
        assert "Rita" not in page

    def test_it_is_searched_and_narrowed(self, as_sam, gail):
        cast.agent("Hugo", "not_ready")
        for query, found in (("q=hug", "Hugo"), ("state=ready", "Gail"), ("state=not_ready", "Hugo")):
            page = as_sam.fragment(f"/agents/?{query}").text
            assert re.findall(r'data-label="Name">(\w+)', page) == [found], query
        assert "Nobody found" in as_sam.get("/agents/?q=nobody+like+this").text
        assert "Gail" in as_sam.get("/agents/?state=asleep").text

    def test_it_is_sorted(self, as_sam, gail):
        names = re.findall(r'data-label="Name">(\w+)', as_sam.get("/agents/?sort=-name").text)
        assert names == sorted(names, reverse=True)
        for sort in ("since", "-since", "seen", "-seen"):
            assert as_sam.get(f"/agents/?sort={sort}").status_code == 200

    def test_it_asks_again_and_is_told_nothing_while_nothing_changed(self, as_sam, gail):
        token = re.search(r"token=(\w+)", as_sam.get("/agents/").text)[1]
        assert as_sam.fragment(f"/agents/?token={token}").status_code == 204
        cast.agent("Gail", "not_ready")
        assert as_sam.fragment(f"/agents/?token={token}").status_code == 200

    def test_its_cost_does_not_grow(self, as_sam, page, gail, count_queries):
        with count_queries() as few:
            as_sam.get("/agents/")
        for number in range(12):
            busy(page, cast.agent(f"Agent {number}"))
        with count_queries() as many:
            as_sam.get("/agents/")
        assert len(many) == len(few)

    def test_agents_do_not_see_it(self, as_gail):
        assert as_gail.get("/agents/").status_code == 403

    def test_who_may_only_read_is_offered_nothing(self, as_nora, gail):
        cast.person("Nora").roles[0].permissions = ["queues:read"]
        db.session.commit()
        page = as_nora.get("/agents/").text
        assert 'role="switch"' not in page
        assert ">Edit<" not in page


class TestTheNumber:
    def test_it_is_set_also_for_who_never_was_an_agent(self, as_sam):
        ada = cast.person("Ada")
        assert 'value="4"' in as_sam.get(f"/agents/{ada.id}").text
        answer = as_sam.post(f"/agents/{ada.id}", data={"most": "12"})
        assert answer.location == "/agents/"
        assert agent_of(ada).most == 12

    @pytest.mark.parametrize("most", ["0", "51", "", "many", "-3"])
    def test_what_cannot_be_is_refused_beside_its_field(self, as_sam, gail, most):
        answer = as_sam.post(f"/agents/{gail.id}", data={"most": most})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert agent_of(gail).most == 3

    def test_less_than_they_have_takes_nothing_away(self, as_sam, page, gail):
        talks = busy(page, gail, 3)
        as_sam.post(f"/agents/{gail.id}", data={"most": "1"})
        assert all(talk.agent == gail for talk in talks)

    def test_strangers_and_who_may_not_answer_are_not_there(self, as_sam, as_rita, gail):
        assert as_rita.get(f"/agents/{gail.id}").status_code == 404
        assert as_rita.post(f"/agents/{gail.id}", data={"most": "1"}).status_code == 404
        assert as_sam.get(f"/agents/{cast.person('Nora').id}").status_code == 404

    def test_agents_set_nothing(self, as_gail, gail):
        assert as_gail.get(f"/agents/{gail.id}").status_code == 403
        assert as_gail.post(f"/agents/{gail.id}", data={"most": "1"}).status_code == 403


class TestReadiness:
    def test_a_supervisor_sets_somebody_not_ready_and_what_rings_goes_on(self, as_sam, page, gail):
        talk = waits(page, cast.queue("Sales", gail))
        a_round()
        answer = as_sam.delete(f"/agents/{gail.id}/readiness")
        assert answer.location == "/agents/"
        assert (agent_of(gail).state, agent_of(gail).state_reason) == ("not_ready", "By Sam")
        assert outcomes(talk) == [("Gail", "declined")]
        assert "Gail is not ready, and gets no new conversations." in as_sam.get("/agents/").text

    def test_and_ready_again(self, as_sam, gail):
        cast.agent("Gail", "not_ready", state_reason="Missed a call")
        as_sam.post(f"/agents/{gail.id}/readiness")
        assert (agent_of(gail).state, agent_of(gail).state_reason) == ("ready", None)

    def test_the_row_comes_back_changed(self, as_sam, gail):
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
        answer = as_sam.delete(f"/agents/{gail.id}/readiness", headers=headers)
        assert answer.status_code == 200
        assert row(answer.text, gail)["State"] == "Not ready By Sam"
        assert "Gail is not ready" in answer.text

    def test_nobody_is_ready_whose_workspace_is_closed(self, as_sam, gail):
        cast.agent("Gail", "not_ready", seen_at=None)
        answer = as_sam.post(f"/agents/{gail.id}/readiness")
        assert answer.status_code == 409
        assert "Their workspace is closed." in answer.text
        assert agent_of(gail).state == "not_ready"
        assert f"/agents/{gail.id}/readiness" not in as_sam.get("/agents/").text

    def test_strangers_are_not_there_and_agents_set_nobody(self, as_rita, as_gail, gail):
        assert as_rita.post(f"/agents/{gail.id}/readiness").status_code == 404
        assert as_rita.delete(f"/agents/{gail.id}/readiness").status_code == 404
        assert as_gail.post(f"/agents/{gail.id}/readiness").status_code == 403
        assert as_gail.delete(f"/agents/{gail.id}/readiness").status_code == 403
