"""Draft and live: what is published, thrown away and restored."""

from tests import cast
from tests.flows.sent import fields_of
from webgateway.db import db
from webgateway.flows.definition import Close, Say


def drafted(**does):
    flow = cast.flow()
    flow.save_draft(flow.definition.__class__(**{"opening_message": "Good morning!", **does}))
    db.session.commit()
    return flow


def publish(client, flow):
    page = client.get(f"/flows/{flow.id}/publication").text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return client.post(f"/flows/{flow.id}/publication", data={"seen": seen})


class TestPublishing:
    def test_the_page_says_what_changes(self, as_ada):
        flow = drafted(parts=(Say(id="s", name="Please wait", text="One moment"), Close(id="c")))
        cast.gateway(flow=flow)
        page = as_ada.get(f"/flows/{flow.id}/publication").text
        for words in ("1 chat gateway follows this flow", "4 changes to version 1", "Hello! We are reading.",
                      "Good morning!", "Part removed: Agents", "Part added: Please wait"):  # fmt: skip
            assert words in page

    def test_the_draft_becomes_live_with_its_number_and_name(self, as_sam):
        flow = drafted()
        answer = publish(as_sam, flow)
        assert answer.location == f"/flows/{flow.id}"
        assert "Version 2 of Welcome is live." in as_sam.get(answer.location).text
        assert flow.definition.opening_message == "Good morning!"
        assert flow.draft is None
        assert [(one.number, one.state) for one in flow.versions] == [(1, "past"), (2, "live")]
        assert flow.live.published_by.name == "Sam"

    def test_conversations_that_run_finish_on_theirs(self, as_ada):
        flow = drafted()
        talk = cast.conversation(cast.contact(cast.page(cast.gateway())), flow=flow, flow_version=flow.live)
        publish(as_ada, flow)
        assert talk.does.opening_message == "Hello! We are reading."

    def test_what_was_saved_after_the_page_was_opened_is_not_published_unseen(self, as_ada):
        flow = drafted()
        before = as_ada.get(f"/flows/{flow.id}/publication").text
        flow.save_draft(flow.definition.__class__(opening_message="Something else"))
        db.session.commit()
        seen = before.partition('name="seen" value="')[2].partition('"')[0]
        answer = as_ada.post(f"/flows/{flow.id}/publication", data={"seen": seen})
        assert answer.status_code == 409
        assert "Welcome has changed meanwhile" in answer.text
        assert flow.live.number == 1

    def test_twice_is_as_once(self, as_ada):
        flow = drafted()
        seen = (
            as_ada.get(f"/flows/{flow.id}/publication")
            .text.partition('name="seen" value="')[2]
            .partition('"')[0]
        )
        as_ada.post(f"/flows/{flow.id}/publication", data={"seen": seen})
        assert as_ada.post(f"/flows/{flow.id}/publication", data={"seen": seen}).status_code == 409
        assert len(flow.versions) == 2

    def test_without_a_draft_there_is_nothing_to_publish(self, as_ada):
        flow = cast.flow()
        answer = as_ada.get(f"/flows/{flow.id}/publication")
        assert "There is no draft" in as_ada.get(answer.location).text

    def test_save_can_lead_there_at_once(self, as_ada):
        flow = cast.flow()
        fields = fields_of(as_ada.get(f"/flows/{flow.id}").text)
        answer = as_ada.post(
            f"/flows/{flow.id}", data={**fields, "closing_message": "Bye", "next": "publication"}
        )
        assert answer.location == f"/flows/{flow.id}/publication"

    def test_a_version_that_went_live_past_the_draft_does_not_stand_in_its_way(self, as_ada):
        flow = drafted()
        flow.revise(closing_message="Imported")
        db.session.commit()
        publish(as_ada, flow)
        assert [(one.number, one.state) for one in sorted(flow.versions, key=lambda one: one.number)] == [
            (1, "past"),
            (3, "past"),
            (4, "live"),
        ]


class TestADraft:
    def test_saving_twice_keeps_one(self, as_ada):
        flow = drafted()
        fields = fields_of(as_ada.get(f"/flows/{flow.id}").text)
        assert fields["opening_message"] == "Good morning!"
        as_ada.post(f"/flows/{flow.id}", data={**fields, "opening_message": "Good evening!"})
        assert [one.state for one in flow.versions] == ["live", "draft"]
        assert flow.draft.definition.opening_message == "Good evening!"

    def test_one_that_became_as_live_again_goes(self, as_ada):
        flow = drafted()
        fields = fields_of(as_ada.get(f"/flows/{flow.id}").text)
        as_ada.post(f"/flows/{flow.id}", data={**fields, "opening_message": "Hello! We are reading."})
        assert flow.draft is None

    def test_it_is_thrown_away(self, as_ada):
        flow = drafted()
        assert as_ada.delete(f"/flows/{flow.id}/draft").location == f"/flows/{flow.id}"
        assert flow.draft is None
        assert "Hello! We are reading.</textarea>" in as_ada.get(f"/flows/{flow.id}").text

    def test_throwing_it_away_is_asked_once_more(self, as_ada):
        page = as_ada.get(f"/flows/{drafted().id}").text
        assert "Throw the draft away?" in page

    def test_what_is_odd_about_it_is_said(self, as_ada):
        flow = drafted(
            parts=(Say(id="s", text="One moment"), Close(id="c"), Say(id="lost", text="Lost", then="c"))
        )
        for path in (f"/flows/{flow.id}", f"/flows/{flow.id}/publication"):
            assert "“3. Message” is never reached" in as_ada.get(path).text


class TestEarlierVersions:
    def test_they_are_listed_newest_first(self, as_ada):
        flow = drafted()
        publish(as_ada, flow)
        page = as_ada.get(f"/flows/{flow.id}/versions").text
        assert page.index("Version 2") < page.index("Version 1<")
        for words in ("Live", "Past", "Ada", "Restore as draft"):
            assert words in page

    def test_one_is_shown_in_full(self, as_ada):
        flow = cast.flow(
            parts=(Say(id="s", name="Wait", text="One moment", then="c"), Close(id="c", name="End"))
        )
        page = as_ada.get(f"/flows/{flow.id}/versions/{flow.live.id}").text
        for words in ("Hello! We are reading.", "1. Wait", "Text: One moment", "Then: End", "Always open"):
            assert words in page

    def test_one_is_restored_as_the_draft_and_nothing_changes_for_customers(self, as_ada):
        flow = drafted()
        publish(as_ada, flow)
        first = flow.versions[0].id
        answer = as_ada.post(f"/flows/{flow.id}/versions/{first}/restoration")
        assert "Version 1 is the draft now." in as_ada.get(answer.location).text
        assert flow.draft.definition.opening_message == "Hello! We are reading."
        assert flow.definition.opening_message == "Good morning!"

    def test_more_versions_do_not_mean_more_queries(self, as_ada, count_queries):
        flow = cast.flow()
        flow.revise(opening_message="Hi")
        db.session.commit()
        with count_queries() as few:
            as_ada.get(f"/flows/{flow.id}/versions")
        for number in range(5):
            flow.revise(opening_message=f"Hello {number}")
            flow.live.published_by = cast.person("Ada" if number % 2 else "Sam")
        db.session.commit()
        with count_queries() as many:
            as_ada.get(f"/flows/{flow.id}/versions")
        assert len(many) == len(few)
