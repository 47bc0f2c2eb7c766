"""A file is looked at, then brought in: all of it or nothing."""

import io
import json
from datetime import timedelta

import pytest

from tests import cast
from tests.configuration.files import (
    bring,
    confirm,
    exported,
    field_of,
    file,
    look,
    parsed,
    text_of,
    verdicts,
)
from tests.configuration.test_export import furnished  # noqa: F401
from webgateway.configuration.reading import LARGEST, MOST_HELD
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow
from webgateway.flows.definition import Agents, Definition
from webgateway.flows.models import Flow, FlowVersion
from webgateway.gateways.models import Gateway
from webgateway.pages.models import AuditEntry
from webgateway.queues.models import Agent, Queue
from webgateway.users import joining
from webgateway.users.models import EVERYTHING, Role, User
from webgateway.workspace.canned import CannedAnswer

QUEUE = {"name": "Sales", "everybody": True}
FLOW = {"name": "Welcome", "live": {"opening_message": "Hello!"}}
TO_SALES = {"kind": "agents", "id": "a", "queue": "Sales"}
GATEWAY = {"name": "Support", "app_id": "99", "flow": "Welcome"}
EVERYTHING_OF_SALES = file(
    roles=[{"name": "Night shift", "permissions": ["journal:edit"]}],
    queues=[{**QUEUE, "rule": "by_hand", "answer_seconds": 20}],
    agents=[{"email": "rita@example.com", "most": 7}],
    flows=[
        {**FLOW, "refs": ["spring"], "live": {"parts": [{"kind": "agents", "id": "a", "queue": "sales"}]}}
    ],
    canned_answers=[{"shortcut": "hi", "text": "Hello!", "queue": "Sales"}],
    closing_reasons=[{"name": "Solved"}],
    gateways=[{**GATEWAY, "api_version": "v24.0", "instagram_media": "inline", "late_answers": "agents"}],
)


def one(model, tenant: str = "Acme", **values):  # type: ignore[no-untyped-def]
    return db.session.scalars(
        db.select(model).filter_by(tenant_id=cast.tenant(tenant).id, **values)
    ).one_or_none()


def everything() -> list[tuple[object, ...]]:
    tables = (Role, Queue, Agent, Flow, FlowVersion, CannedAnswer, ClosingReason, Gateway, AuditEntry)
    return [row for model in tables for row in db.session.execute(db.select(model.__table__)).all()]


class TestThePreview:
    def test_it_says_what_will_be_and_nothing_is_written(self, as_rita):
        before = everything()
        answer = look(as_rita, EVERYTHING_OF_SALES)
        assert answer.status_code == 200
        assert set(verdicts(answer.text).values()) == {"Will be added"}
        assert "7 will be added" in text_of(answer.text)
        assert "Import 7 entries" in answer.text
        assert everything() == before

    def test_a_change_is_shown_as_it_was_and_as_it_will_be(self, as_ada):
        cast.queue("Sales", cast.person("Gail"), answer_seconds=45)
        page = look(as_ada, file(queues=[{**QUEUE, "answer_seconds": 20}])).text
        assert verdicts(page) == {"Sales": "Will be changed"}
        for words in ("Rings for, in seconds", "45", "20", "Everybody who may answer", "gail@example.com"):
            assert words in text_of(page)

    def test_a_flows_changes_are_told_as_before_publishing(self, as_ada):
        cast.flow("Welcome", opening_message="Old words")
        text = text_of(look(as_ada, file(flows=[FLOW])).text)
        assert "Opening message" in text
        assert "Old words" in text
        assert "Hello!" in text

    def test_what_is_the_same_has_nothing_to_do(self, as_ada, furnished):  # noqa: F811
        page = look(as_ada, exported(as_ada)).text
        assert verdicts(page) == {}
        assert "There is nothing to do: everything in the file is here already." in text_of(page)
        assert ">Import 0" not in page
        assert 'class="button primary"' not in page

    def test_names_that_differ_in_case_are_one_record(self, as_ada):
        cast.queue("Sales", everybody=True)
        bring(as_ada, file(queues=[{"name": "SALES", "everybody": True}]))
        assert [queue.name for queue in db.session.scalars(Queue.of(cast.tenant()))] == ["General", "SALES"]

    def test_an_entry_that_stands_there_twice_counts_once(self, as_ada):
        page = look(as_ada, file(queues=[QUEUE, {**QUEUE, "name": "sales"}])).text
        assert verdicts(page) == {"Sales": "Will be added", "sales": "Cannot be imported"}
        assert "It stands in the file twice." in page


class TestTheImport:
    def test_everything_is_there_afterwards(self, as_rita):
        answer = bring(as_rita, EVERYTHING_OF_SALES)
        assert (answer.status_code, answer.location) == (303, "/configuration/")
        assert "7 items added, 0 changed." in as_rita.get("/configuration/").text
        rival = {"tenant": "Rival"}
        assert one(Role, **rival).permissions == ["journal:read", "journal:edit"]
        queue = one(Queue, name="Sales", **rival)
        assert (queue.rule, queue.answer_seconds, queue.everybody) == ("by_hand", 20, True)
        assert one(Agent, **rival).most == 7
        flow = one(Flow, **rival)
        assert flow.definition.parts == (Agents(id="a", queue_id=queue.id),)
        assert flow.live.published_by == cast.person("Rita")
        assert [ref.value for ref in flow.refs] == ["spring"]
        assert one(CannedAnswer, **rival).queue == queue
        assert one(ClosingReason, **rival).offered
        gateway = one(Gateway, **rival)
        assert (gateway.flow_id, gateway.app_id, gateway.api_version) == (flow.id, "99", "v24.0")
        assert (gateway.instagram_inline, gateway.human_agent) == (True, True)

    def test_the_second_time_there_is_nothing_to_do(self, as_rita):
        bring(as_rita, EVERYTHING_OF_SALES)
        before = everything()
        again = look(as_rita, EVERYTHING_OF_SALES)
        assert verdicts(again.text) == {}
        assert "There is nothing to do" in again.text
        assert confirm(as_rita, again).status_code == 303
        assert [row for row in everything() if row not in before and "imported" not in repr(row)] == []

    def test_what_is_exported_here_is_the_same_there(self, as_ada, as_rita, furnished):  # noqa: F811
        given = json.loads(exported(as_ada))
        given["roles"] = [role for role in given["roles"] if role["permissions"]]
        given["queues"][1]["members"] = ["rita@example.com"]
        given["agents"][0]["email"] = "rita@example.com"
        given["gateways"][0]["app_id"] = "99"
        assert bring(as_rita, json.dumps(given).encode()).status_code == 303
        taken = parsed(as_rita)
        assert {**taken, "webgateway": None} == {**given, "webgateway": None}

    def test_what_is_here_and_not_in_the_file_stays(self, as_ada, furnished):  # noqa: F811
        before = parsed(as_ada)
        bring(as_ada, file(queues=[{"name": "Orders", "everybody": True}]))
        after = parsed(as_ada)
        assert [queue["name"] for queue in after["queues"]] == ["General", "Orders", "Sales"]
        assert {**after, "queues": [], "webgateway": {}} == {**before, "queues": [], "webgateway": {}}

    def test_who_imported_how_much_is_kept(self, as_ada):
        cast.queue("Sales", cast.person("Gail"))
        bring(as_ada, file(queues=[QUEUE, {"name": "Orders", "everybody": True}]))
        (entry,) = db.session.scalars(db.select(AuditEntry))
        assert (entry.kind, entry.user_id) == ("configuration imported", cast.person("Ada").id)
        assert (entry.tenant_id, entry.counts) == (cast.tenant().id, {"added": 1, "changed": 1})

    def test_another_tenant_has_nothing_of_it(self, as_rita, as_ada):
        cast.queue("Sales", cast.person("Gail"))
        bring(as_rita, file(queues=[QUEUE]))
        assert not one(Queue, name="Sales").everybody
        assert one(Queue, "Rival", name="Sales").everybody

    def test_the_rest_is_imported_without_what_cannot_be(self, as_ada):
        answer = bring(as_ada, file(queues=[QUEUE, {"name": "Nobody's"}]))
        assert answer.status_code == 303
        assert one(Queue, name="Sales")
        assert not one(Queue, name="Nobody's")
        assert "1 could not be imported." in as_ada.get("/configuration/").text


class TestTheConfirmation:
    def test_what_has_changed_meanwhile_is_shown_again(self, as_ada):
        preview = look(as_ada, file(queues=[QUEUE]))
        cast.queue("Sales", cast.person("Gail"))
        answer = confirm(as_ada, preview)
        assert answer.status_code == 422
        assert "Something has changed here meanwhile" in answer.text
        assert verdicts(answer.text) == {"Sales": "Will be changed"}
        assert not one(Queue, name="Sales").everybody
        assert confirm(as_ada, answer).status_code == 303
        assert one(Queue, name="Sales").everybody

    def test_pressing_twice_imports_once(self, as_ada):
        preview = look(as_ada, file(queues=[QUEUE], flows=[FLOW]))
        assert confirm(as_ada, preview).status_code == 303
        again = confirm(as_ada, preview)
        assert again.status_code == 422
        assert "There is nothing to do" in again.text
        assert [version.number for version in one(Flow).versions] == [1]

    @pytest.mark.parametrize("text", ["", "{", "null", '{"webgateway": {"format": 1}, "queues": 5}'])
    def test_a_text_that_was_tampered_with_is_refused(self, as_ada, text):
        answer = as_ada.post("/configuration/import", data={"text": text, "seen": "0"})
        assert answer.status_code == 422
        assert "file-error" in answer.text

    def test_rights_that_were_taken_away_meanwhile_count(self, as_nora):
        role = cast.person("Nora").roles[0]
        role.permissions = ["configuration:read", "configuration:edit", "queues:create"]
        db.session.commit()
        preview = look(as_nora, file(queues=[QUEUE]))
        role.permissions = ["configuration:read", "configuration:edit"]
        db.session.commit()
        assert verdicts(confirm(as_nora, preview).text) == {"Sales": "Cannot be imported"}
        assert one(Queue, name="Sales") is None

    def test_a_file_of_the_largest_size_comes_back_whole(self, as_ada):
        answers = [{"shortcut": f"{number}", "text": "<&\"'> é" * 90} for number in range(900)]
        content = json.dumps(
            {"webgateway": {"format": 1}, "canned_answers": answers}, ensure_ascii=False
        ).encode()
        assert MOST_HELD * 0.6 < len(content) <= MOST_HELD
        assert bring(as_ada, content).status_code == 303
        assert db.session.scalar(db.select(db.func.count(CannedAnswer.id))) == 900


class TestRoles:
    ROLE = {"name": "Night shift", "permissions": ["journal:read"]}

    def test_a_role_is_changed_and_counts_at_once(self, as_ada):
        role = Role(tenant_id=cast.tenant().id, name="Night shift", permissions=["flows:read"])
        db.session.add(role)
        db.session.commit()
        bring(as_ada, file(roles=[self.ROLE]))
        assert role.permissions == ["journal:read"]

    def test_who_may_answer_no_longer_keeps_nothing(self, as_ada):
        role = Role(tenant_id=cast.tenant().id, name="Night shift", permissions=["conversations:edit"])
        hugo = cast.agent()
        hugo.roles = [role]
        talk = cast.conversation(cast.contact(cast.page(cast.gateway())), agent=hugo)
        bring(as_ada, file(roles=[self.ROLE]))
        db.session.refresh(talk)
        assert talk.agent_id is None

    @pytest.mark.parametrize(
        ("role", "reason"),
        [
            ({"name": "Agent", "permissions": ["flows:read"]}, "A built-in role has this name."),
            (
                {"name": "system-administrator", "permissions": ["flows:read"]},
                "A built-in role has this name.",
            ),
            ({"name": "x", "permissions": ["gateways:fly"]}, "There is no right gateways:fly."),
            ({"name": "x", "permissions": []}, "It has no right at all."),
            ({"name": " ", "permissions": ["flows:read"]}, "Its name needs 1 to 80 characters."),
            ({"name": "x" * 81, "permissions": ["flows:read"]}, "Its name needs 1 to 80 characters."),
        ],
    )
    def test_what_cannot_be_says_why(self, as_ada, role, reason):
        answer = look(as_ada, file(roles=[role]))
        assert answer.status_code == 200
        assert list(verdicts(answer.text).values()) == ["Cannot be imported"]
        assert reason in text_of(answer.text)

    @pytest.fixture
    def personnel(self) -> Role:
        """Nora may import, and change roles; nothing else."""
        role = cast.person("Nora").roles[0]
        role.permissions = [right for right in EVERYTHING if right.startswith(("users:", "configuration:"))]
        db.session.commit()
        return role

    def test_nobody_gives_a_right_that_they_do_not_have(self, as_nora, personnel):
        answer = bring(as_nora, file(roles=[{"name": "Mine", "permissions": ["gateways:delete"]}]))
        assert answer.status_code == 303
        assert one(Role, name="Mine") is None

    def test_nobody_changes_their_own_role(self, as_nora, personnel):
        page = look(as_nora, file(roles=[{"name": "nothing", "permissions": ["users:read"]}])).text
        assert "This is your own role." in page
        bring(as_nora, file(roles=[{"name": "nothing", "permissions": EVERYTHING}]))
        db.session.refresh(personnel)
        assert "gateways:delete" not in personnel.permissions

    def test_nobody_takes_a_right_that_they_do_not_have(self, as_nora, personnel):
        powerful = Role(tenant_id=cast.tenant().id, name="Powerful", permissions=["gateways:delete"])
        db.session.add(powerful)
        db.session.commit()
        bring(as_nora, file(roles=[{"name": "Powerful", "permissions": ["users:read"]}]))
        db.session.refresh(powerful)
        assert powerful.permissions == ["gateways:delete"]


def test_an_entry_needs_the_right_of_its_section(as_nora):
    cast.queue("Sales", cast.person("Gail"))
    cast.person("Nora").roles[0].permissions = [
        *("configuration:read", "configuration:edit", "queues:read", "queues:edit", "flows:create"),
    ]
    db.session.commit()
    page = look(
        as_nora, file(queues=[QUEUE, {**QUEUE, "name": "New"}], flows=[FLOW], gateways=[GATEWAY])
    ).text
    assert verdicts(page) == {
        "Sales": "Will be changed",
        "New": "Cannot be imported",
        "Welcome": "Will be added",
        "Support": "Cannot be imported",
    }
    assert "Your role does not include the right Queues and agents: create." in page


class TestQueues:
    @pytest.mark.parametrize(
        ("queue", "reason"),
        [
            ({"members": ["zoe@example.com"]}, "There is nobody here with the address zoe@example.com."),
            ({"members": ["rita@example.com"]}, "There is nobody here with the address rita@example.com."),
            ({"members": ["nora@example.com"]}, "nora@example.com may not answer customers here."),
            ({}, "Nobody is in it, nor everybody"),
            ({"everybody": True, "answer_seconds": 4}, "Between 5 and 300 seconds."),
            ({"everybody": True, "name": "General"}, "Here the general queue has this name."),
            ({"everybody": True, "name": ""}, "Its name needs 1 to 120 characters."),
        ],
    )
    def test_what_cannot_be_says_why(self, as_ada, queue, reason):
        page = look(as_ada, file(queues=[{"name": "Sales", **queue}])).text
        assert list(verdicts(page).values()) == ["Cannot be imported"]
        assert reason in text_of(page)

    def test_the_general_one_is_the_general_one_whatever_it_is_called(self, as_ada):
        general = one(Queue, general=True)
        part = {"kind": "agents", "id": "a", "queue": "Front desk"}
        bring(
            as_ada,
            file(
                queues=[{"name": "Front desk", "general": True, "everybody": True}],
                flows=[{"name": "Welcome", "live": {"parts": [part]}}],
            ),
        )
        db.session.refresh(general)
        assert (general.name, general.general) == ("Front desk", True)
        assert one(Flow).definition.parts == (Agents(id="a"),)

    def test_it_does_not_take_the_name_of_another_one(self, as_ada):
        cast.queue("Front desk", everybody=True)
        page = look(as_ada, file(queues=[{"name": "Front desk", "general": True, "everybody": True}])).text
        assert "Here another queue has this name." in page


class TestFlows:
    def test_a_change_is_a_new_version_and_who_follows_the_old_one_finishes_on_it(self, as_ada):
        flow = cast.flow("Welcome", opening_message="Old words")
        old = flow.live
        talk = cast.conversation(cast.contact(cast.page(cast.gateway(flow=flow))), flow=flow)
        bring(as_ada, file(flows=[FLOW]))
        db.session.refresh(talk)
        assert talk.flow_version_id == old.id
        versions = {version.number: version for version in one(Flow).versions}
        assert (versions[1].state, versions[1].definition.opening_message) == ("past", "Old words")
        assert (versions[2].state, versions[2].definition.opening_message) == ("live", "Hello!")
        assert versions[2].published_by == cast.person("Ada")
        assert utcnow() - versions[2].published_at < timedelta(minutes=1)

    def test_a_draft_comes_as_a_draft(self, as_ada):
        bring(as_ada, file(flows=[{**FLOW, "draft": {"opening_message": "Soon"}}]))
        flow = one(Flow)
        assert (flow.definition.opening_message, flow.drafted.opening_message) == ("Hello!", "Soon")

    def test_a_draft_that_is_here_stays_where_the_file_has_none(self, as_ada):
        flow = cast.flow("Welcome", opening_message="Old words")
        flow.save_draft(Definition(opening_message="Mine"))
        db.session.commit()
        bring(as_ada, file(flows=[FLOW]))
        db.session.expire_all()
        assert (flow.definition.opening_message, flow.drafted.opening_message) == ("Hello!", "Mine")
        assert verdicts(look(as_ada, file(flows=[FLOW])).text) == {}

    def test_the_keys_of_its_bots_stay(self, as_ada):
        flow = cast.flow("Welcome", bot_secret="keep me", bot_token_hash="and me")
        bring(as_ada, file(flows=[FLOW]))
        db.session.expire_all()
        assert (flow.bot_secret, flow.bot_token_hash) == ("keep me", "and me")

    @pytest.mark.parametrize(
        ("live", "reason"),
        [
            ({"opening_message": "{{ contact.nam }}"}, "Opening message: There is no field"),
            ({"opening_message": "x" * 4001}, "At most 4,000 characters."),
            ({"parts": [{"kind": "say", "id": "a", "text": ""}]}, "Write what is said."),
            ({"parts": [{"kind": "say", "id": "a", "text": "x", "then": "b"}]}, "The part it led to is gone"),
            ({"parts": [{"kind": "say", "id": "a", "text": "x", "then": "a"}]}, "It leads back to itself"),
            ({"parts": [{"kind": "bot", "id": "a", "url": "ftp://x"}]}, "Write the bot's address"),
            ({"parts": [{"kind": "agents", "id": "a", "priority": 9}]}, "Not a valid choice"),
            ({"parts": [{"kind": "ask", "id": "a", "what": "age", "text": "x"}]}, "Not a valid choice"),
            ({"parts": [{"kind": "menu", "id": "a", "text": "x"}]}, "A menu needs at least one quick reply."),
            ({"parts": [{"kind": "close", "id": "a"}] * 2}, "Two parts are mixed up."),
            ({"parts": [{"kind": "close", "id": f"{n}"} for n in range(51)]}, "It has 51 parts"),
            ({"parts": [{"kind": "agents", "id": "a", "queue": "Gone"}]}, "The queue “Gone” is neither here"),
            ({"hours": {"week": [[]]}}, "The week of its hours has 1 days"),
            ({"hours": {"time_zone": "Mars/Base"}}, "This time zone is not known here."),
            ({"hours": {"week": [[{"opens": "x", "closes": "y"}], *[[]] * 6]}}, "Write a time, as 09:00."),
            ({"hours": {"week": [[{"opens": "09:00", "closes": "10:00"}] * 7, *[[]] * 6]}}, "6 spans"),
            ({"idle": {"remind_after": 10**30, "reminder": "x"}}, "Write a number from 1 to 1,380."),
            ({"idle": {"close_after": -5}}, "Write a number from 1 to 43,200."),
            ({"page_hours": {f"{n}": {} for n in range(21)}}, "It has hours of 21 pages"),
        ],
    )  # fmt: skip
    def test_what_the_editor_would_refuse_cannot_be(self, as_ada, live, reason):
        for flow in ({"name": "A", "live": live}, {**FLOW, "draft": live}):
            answer = look(as_ada, file(flows=[flow]))
            assert answer.status_code == 200
            assert list(verdicts(answer.text).values()) == ["Cannot be imported"]
            assert reason in text_of(answer.text)

    def test_a_ref_value_leads_to_one_flow(self, as_ada):
        bring(as_ada, file(flows=[{**FLOW, "refs": ["spring"]}]))
        page = look(
            as_ada,
            file(
                flows=[
                    {"name": "A", "live": {}, "refs": ["spring"]},
                    {"name": "B", "live": {}, "refs": ["b"]},
                    {"name": "C", "live": {}, "refs": ["b", "two words"]},
                ]
            ),
        ).text
        assert list(verdicts(page).values()).count("Cannot be imported") == 2
        for words in ("leads to Welcome already", "Another flow of the file", "“two words” is no ref value"):
            assert words in page

    def test_what_is_odd_is_said_and_let_through(self, as_ada):
        page = look(as_ada, file(flows=[{**FLOW, "live": {"page_hours": {"77": {}}}}])).text
        assert verdicts(page) == {"Welcome": "Will be added"}
        for words in ("There are working hours and no offline message", "hours of page 77"):
            assert words in page


class TestGateways:
    def test_one_that_is_added_is_off_and_waits_for_its_secret(self, as_ada):
        bring(as_ada, file(gateways=[{"name": "Support", "app_id": "99"}]))
        gateway = one(Gateway)
        assert (gateway.enabled, gateway.app_secret, gateway.credentials) == (False, "", "missing")
        assert len(gateway.uri) > 20
        page = as_ada.get(f"/gateways/{gateway.id}").text
        assert "No App Secret" in page
        assert "Stored. Type to replace it." not in page
        assert "No App Secret" in as_ada.get("/gateways/").text
        assert "Enter it" in as_ada.get(f"/gateways/{gateway.id}/health").text
        given = {"name": "Support", "app_id": "99", "flow_id": ""}
        answer = as_ada.post(f"/gateways/{gateway.id}", data=given)
        assert answer.status_code == 422
        assert "Enter the App Secret" in answer.text

    def test_nobody_signs_deliveries_for_one_without_a_secret(self, as_ada, visitor):
        from webgateway.meta import signature

        bring(as_ada, file(gateways=[{"name": "Support", "app_id": "99"}]))
        body = b'{"object":"page","entry":[]}'
        headers = {"X-Hub-Signature-256": signature.sign(body, "")}
        answer = visitor.post(f"/meta/{one(Gateway).uri}", data=body, headers=headers)
        assert answer.status_code == 403

    def test_of_one_that_is_here_nothing_changes_that_meta_knows(self, as_ada):
        cast.flow("Welcome", opening_message="Hello!")
        gateway = cast.gateway(api_version=None)
        before = {name: getattr(gateway, name) for name in ("app_id", "app_secret", "verify_token", "uri")}
        given = {**GATEWAY, "api_version": "v24.0", "config_id": "7", "instagram_media": "inline"}
        preview = look(as_ada, file(gateways=[given]))
        assert "App ID, API version, Configuration ID of the file are another" in text_of(preview.text)
        confirm(as_ada, preview)
        db.session.expire_all()
        assert {name: getattr(gateway, name) for name in before} == before
        assert (gateway.api_version, gateway.config_id) == (None, None)
        assert (gateway.flow.name, gateway.instagram_inline, gateway.enabled) == ("Welcome", True, True)
        assert "There is nothing to do" in look(as_ada, file(gateways=[given])).text

    @pytest.mark.parametrize(
        ("gateway", "reason"),
        [
            ({"app_id": "x"}, "An App ID has digits only."),
            ({"app_id": cast.APP_ID}, "This App ID is already used by another chat gateway."),
            ({"config_id": "x"}, "A Configuration ID has digits only."),
            ({"api_version": "v1.0"}, "The API version v1.0 is not known here"),
            ({"flow": "Gone"}, "The flow “Gone” is neither here nor among those that the file brings."),
            ({"name": "a\u0007b"}, "all of them visible"),
            ({"name": ""}, "all of them visible"),
        ],
    )
    def test_what_cannot_be_says_why(self, as_rita, gateway, reason):
        cast.gateway("Acme's own")
        page = look(as_rita, file(gateways=[{"name": "Mine", "app_id": "99", **gateway}])).text
        assert list(verdicts(page).values()) == ["Cannot be imported"]
        assert reason in text_of(page)
        assert "Acme" not in page

    def test_a_flow_that_cannot_be_takes_its_gateway_along(self, as_ada):
        bad = {"name": "Welcome", "live": {"opening_message": "{{"}}
        page = look(as_ada, file(flows=[bad], gateways=[GATEWAY])).text
        assert set(verdicts(page).values()) == {"Cannot be imported"}

    def test_several_of_one_name_are_told_apart_by_their_app(self, as_ada):
        twins = [{"name": "Support", "app_id": "1"}, {"name": "Support", "app_id": "2"}]
        bring(as_ada, file(gateways=twins))
        assert sorted(gateway["app_id"] for gateway in parsed(as_ada)["gateways"]) == ["1", "2"]
        assert "There is nothing to do" in look(as_ada, file(gateways=twins)).text
        page = look(as_ada, file(gateways=[{"name": "Support", "app_id": "3"}])).text
        assert "Several chat gateways here have this name" in page


class TestAgentsAndWords:
    def test_agents_are_people_who_are_here(self, as_ada):
        given = [{"email": "GAIL@example.com", "most": 9}, {"email": "zoe@example.com", "most": 2}]
        page = look(as_ada, file(agents=given)).text
        assert verdicts(page) == {
            "GAIL@example.com": "Will be added",
            "zoe@example.com": "Cannot be imported",
        }
        bring(as_ada, file(agents=given))
        assert one(Agent, user_id=cast.person("Gail").id).most == 9

    def test_a_canned_answer_says_why_it_cannot_be(self, as_ada):
        page = look(
            as_ada,
            file(
                canned_answers=[
                    {"shortcut": "a", "text": "{{ contact.nam }}"},
                    {"shortcut": "b", "text": ""},
                    {"shortcut": "", "text": "x"},
                    {"shortcut": "c", "text": "x", "queue": "Gone"},
                ]
            ),
        ).text
        assert list(verdicts(page).values()) == ["Cannot be imported"] * 4
        for words in ("There is no field", "1 to 4,000", "A shortcut is one word", "“Gone” is neither here"):
            assert words in page


class TestAnUnreadableFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "The file is no JSON"),
            (b"\x00\x01", "The file is no JSON: invalid character (line 1, column 1)."),
            (b'{\n  "webgateway": {"format": 1},\n}', "(line 3, column 1)"),
            (b'{"webgateway": "\xff"}', "The file is not UTF-8: line 1, column 17."),
            (b"[]", "it does not begin with “webgateway”"),
            (b'{"name": "x"}', "it does not begin with “webgateway”"),
            (b'{"webgateway": {"format": 2}, "new": 1}', "A newer webgateway has written this file"),
            (b'{"webgateway": {"format": 0}}', "There is no format 0."),
            (file(secrets=[]), "There is no field “secrets”."),
            (file(queues={}), "queues: There should be a list, and there is an object."),
            (file(queues=[{"name": "Sales", "color": 1}]), "queues[0] (“Sales”): There is no field “color”."),
            (file(queues=[QUEUE, {"name": 5}]), "queues[1].name: There should be text"),
            (file(queues=[{"rule": "by_hand"}]), "queues[0]: The field “name” is missing."),
            (file(queues=[{**QUEUE, "rule": "luck"}]), "queues[0].rule (“Sales”): “luck” is none of"),
            (file(flows=[{**FLOW, "live": {"parts": [{"kind": "say", "id": 5}]}}]),
             "flows[0].live.parts[0].id (“Welcome”): There should be text, and there is a whole number."),
            (file(flows=[{**FLOW, "live": {"parts": [{"kind": "jump", "id": "a"}]}}]), "“jump” is none of"),
            (file(gateways=[{**GATEWAY, "app_secret": "x"}]), "There is no field “app_secret”."),
            (file(queues=[{"name": f"{n}"} for n in range(1001)]), "A file holds 1,000 of a kind at most."),
            (b'{"webgateway": {"format": 1}, "queues": ' + b"[" * 100_000, "nested too deeply"),
            (file(queues=[{**QUEUE, "name": "a\0b"}]), "A text in it holds the character"),
            (b'{"webgateway": {"format": ' + b"9" * 5000 + b"}}", "it does not begin with"),
            (file(closing_reasons=[{"name": "x" * 1100}] * 999), "The file holds more than 1,000,000 bytes."),
            (b" " * (LARGEST + 1), "The file holds more than 1,000,000 bytes."),
        ],
        ids=range(23),
    )  # fmt: skip
    def test_it_is_refused_in_words_that_say_where(self, as_ada, content, words):
        answer = look(as_ada, content)
        assert answer.status_code == 422
        assert words in text_of(answer.text)
        assert 'aria-invalid="true"' in answer.text
        assert "file-error" in answer.text

    def test_without_a_file_the_form_says_so(self, as_ada):
        for data in ({}, {"file": "text"}, {"file": (io.BytesIO(b""), "")}):
            answer = as_ada.post("/configuration/preview", data=data, content_type="multipart/form-data")
            assert answer.status_code == 422
            assert "Choose the file" in answer.text

    def test_one_that_is_far_too_large_is_not_even_read(self, as_ada):
        assert look(as_ada, b" " * (9 * 1024 * 1024)).status_code == 413

    def test_a_mark_of_utf_8_at_its_beginning_does_no_harm(self, as_ada):
        assert look(as_ada, b"\xef\xbb\xbf" + file(queues=[QUEUE])).status_code == 200


HOSTILE = [
    "<script>alert(1)</script>",
    "\u202e",
    "a\\u0000b",
    "\ud7ff",
    "'; DROP TABLE queues; --",
    "x" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words(as_ada, text):
    queue, hours = {"name": text, "everybody": True, "members": [text]}, {"time_zone": text}
    parts = [
        {"kind": "bot", "id": text, "url": text, "name": text},
        {"kind": "agents", "id": "a", "queue": text},
    ]
    content = file(
        roles=[{"name": text, "permissions": [text]}],
        queues=[queue, {**queue, "members": []}],
        agents=[{"email": text, "most": 1}],
        flows=[
            {
                "name": text,
                "refs": [text],
                "live": {"parts": parts, "page_hours": {text: hours}},
            },
            {"name": "b", "live": {"opening_message": text, "parts": []}},
        ],
        canned_answers=[{"shortcut": text, "text": text, "queue": text}],
        closing_reasons=[{"name": text}],
        gateways=[{"name": text, "app_id": text, "api_version": text, "config_id": text, "flow": text}],
    )
    preview = look(as_ada, content)
    assert preview.status_code == 200
    assert "<script>alert" not in preview.text
    assert confirm(as_ada, preview).status_code == 303
    assert as_ada.get("/configuration/").status_code == 200
    assert "There is nothing to do" in look(as_ada, content).text


class TestCost:
    def content(self, number: int) -> bytes:
        names = [f"Name {n}" for n in range(number)]
        return file(
            roles=[{"name": name, "permissions": ["flows:read"]} for name in names],
            queues=[{"name": name, "members": ["gail@example.com"]} for name in names],
            flows=[
                {"name": name, "refs": [name[5:]], "live": {"parts": [{**TO_SALES, "queue": name}]}}
                for name in names
            ],
            canned_answers=[{"shortcut": name[5:], "text": "x", "queue": name} for name in names],
            closing_reasons=[{"name": name} for name in names],
            gateways=[{"name": name, "app_id": name[5:], "flow": name} for name in names],
        )  # fmt: skip

    def test_more_entries_do_not_mean_more_queries(self, as_ada, count_queries):
        few, many = self.content(2), self.content(20)
        with count_queries() as looked_at_few:
            look(as_ada, few)
        with count_queries() as looked_at_many:
            preview = look(as_ada, many)
        assert len(looked_at_many) == len(looked_at_few) < 25
        with count_queries() as applied:
            assert confirm(as_ada, preview).status_code == 303
        assert asked(applied) < 45
        with count_queries() as looked_at_known:
            assert "There is nothing to do" in look(as_ada, many).text
        assert len(looked_at_known) < 25

    def test_more_changes_do_not_mean_more_questions(self, as_ada, count_queries):
        bring(as_ada, self.content(12))
        counts = []
        for number in (2, 9):
            preview = look(as_ada, self.changed(number))
            with count_queries() as applied:
                assert confirm(as_ada, preview).status_code == 303
            counts.append(asked(applied))
        assert counts[0] == counts[1] < 45
        assert [flow.live.number for flow in db.session.scalars(Flow.of(cast.tenant()))].count(2) == 9

    def changed(self, number: int) -> bytes:
        content = self.content(number).replace(b'"id": "a"', b'"id": "b"')
        return content.replace(b'"flows:read"', b'"users:read"')


def asked(queries: list[str]) -> int:
    return sum(query.startswith("SELECT") for query in queries)


def test_nothing_of_it_is_written_when_a_part_cannot_be_kept(as_ada, app):
    """Somebody takes a name in the very moment in which it is written."""
    preview = look(as_ada, file(queues=[QUEUE], closing_reasons=[{"name": "Solved"}]))

    def take(session, _context, _instances):  # type: ignore[no-untyped-def]
        made = [one for one in session.new if isinstance(one, ClosingReason)]
        if made and not taken:
            taken.append(made[0].tenant_id)
            values = {"tenant_id": made[0].tenant_id, "name": "Solved", "offered": True}
            session.connection().execute(db.insert(ClosingReason).values(**values))

    taken: list[int] = []
    db.event.listen(db.session, "before_flush", take)
    try:
        answer = confirm(as_ada, preview)
    finally:
        db.event.remove(db.session, "before_flush", take)
    assert answer.status_code == 422
    assert "Something has changed here meanwhile" in answer.text
    assert one(Queue, name="Sales") is None


def test_users_and_built_in_roles_are_never_made(as_ada):
    joining.built_in("agent")
    before = db.session.scalar(db.select(db.func.count(User.id)))
    bring(as_ada, EVERYTHING_OF_SALES)
    assert db.session.scalar(db.select(db.func.count(User.id))) == before


def test_the_page_of_the_preview_carries_no_more_than_the_file(as_ada):
    preview = look(as_ada, b"\xef\xbb\xbf" + file(queues=[QUEUE]).replace(b"{", b"{\n   "))
    assert "\n" not in field_of(preview.text, "text")
    assert json.loads(field_of(preview.text, "text"))["queues"][0]["name"] == "Sales"
