"""What stands in an exported file, and what never does."""

import json
import re

import pytest

from tests import cast
from tests.configuration.files import exported, parsed
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow
from webgateway.flows.definition import Agents, Bot, Choice, Definition, Hours, Menu
from webgateway.pages.models import AuditEntry
from webgateway.queues.models import Queue
from webgateway.users.models import Role
from webgateway.workspace.canned import CannedAnswer

SECRETS = {
    "app_secret": "app-secret-5d41402a",
    "verify_token": "verify-token-7d793037",
    "user_token": "EAA-user-token-9a0364b9",
    "page_token": "EAA-page-token-fb99dedc",
    "bot_secret": "bot-secret-c3fcd3d7",
    "bot_token_hash": "bot-token-hash-8277e091",
}


@pytest.fixture
def furnished(app) -> None:
    """Acme with a bit of everything, and with a secret wherever there can be one."""
    gail = cast.agent("Gail", most=6)
    sales = cast.queue("Sales", gail, rule="round_robin", answer_seconds=45)
    flow = cast.flow(
        "Welcome",
        parts=(
            Menu(id="m", text="Що потрібно?", choices=(Choice("Замовлення", "a"),)),
            Bot(id="b", url="https://bot.example/hook"),
            Agents(id="a", queue_id=sales.id, priority=1),
        ),
        bot_secret=SECRETS["bot_secret"],
        bot_token_hash=SECRETS["bot_token_hash"],
    )
    flow.save_draft(Definition(opening_message="Soon", hours=Hours(time_zone="Europe/Kyiv")))
    gateway = cast.gateway(
        flow=flow, app_secret=SECRETS["app_secret"], verify_token=SECRETS["verify_token"], api_version="v24.0"
    )
    page = cast.page(gateway, meta_id="7700112233")
    cast.grant(page, cast.account(gateway, token=SECRETS["user_token"]), token=SECRETS["page_token"])
    acme = cast.tenant().id
    db.session.add_all(
        [
            Role(tenant_id=acme, name="Night shift", permissions=["journal:read"]),
            CannedAnswer(tenant_id=acme, shortcut="hi", text="Hello!", queue=sales),
            ClosingReason(tenant_id=acme, name="Solved"),
        ]
    )
    db.session.commit()


class TestTheFile:
    def test_it_has_a_name_with_the_date_and_says_what_it_is(self, as_ada):
        answer = as_ada.get("/configuration/export.json")
        assert answer.status_code == 200
        assert answer.content_type == "application/json; charset=utf-8"
        wanted = f'attachment; filename="webgateway-{utcnow():%Y-%m-%d}.json"'
        assert answer.headers["Content-Disposition"] == wanted
        head = answer.json["webgateway"]
        assert (head["format"], head["tenant"]) == (1, "Acme")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", head["exported_at"])

    def test_records_are_known_by_names(self, as_ada, furnished):
        found = parsed(as_ada)
        assert found["roles"] == [
            {"name": "Night shift", "permissions": ["journal:read"]},
            {"name": "nothing", "permissions": []},
        ]
        assert [queue["name"] for queue in found["queues"]] == ["General", "Sales"]
        assert found["queues"][1] == {
            "name": "Sales",
            "general": False,
            "rule": "round_robin",
            "answer_seconds": 45,
            "everybody": False,
            "members": ["gail@example.com"],
        }
        assert found["agents"] == [{"email": "gail@example.com", "most": 6}]
        (flow,) = found["flows"]
        assert (flow["name"], flow["draft"]["opening_message"]) == ("Welcome", "Soon")
        assert flow["live"]["parts"][1]["url"] == "https://bot.example/hook"
        assert flow["live"]["parts"][2] == {"kind": "agents", "id": "a", "queue": "Sales", "priority": 1}
        assert found["canned_answers"] == [{"shortcut": "hi", "text": "Hello!", "queue": "Sales"}]
        assert found["closing_reasons"] == [{"name": "Solved", "offered": True}]
        (gateway,) = found["gateways"]
        assert gateway == {
            "name": "Support",
            "app_id": cast.APP_ID,
            "api_version": "v24.0",
            "config_id": None,
            "flow": "Welcome",
            "instagram_media": "links",
            "late_answers": "none",
        }

    def test_it_holds_no_secret_and_nothing_of_pages(self, as_ada, furnished):
        content = exported(as_ada).decode()
        kept = [*SECRETS.values(), cast.person("Ada").password, "7700112233", "Cisco Dogs"]
        assert not [secret for secret in kept if secret in content]
        assert not re.search(r"secret|token", content)

    def test_people_can_read_it_and_compare_it(self, as_ada, furnished):
        content = exported(as_ada).decode()
        assert "Що потрібно?" in content
        assert '\n  "queues": [\n    {\n      "name": "General",\n' in content
        rest = re.compile(r'"exported_at": ".*?"')
        assert rest.sub("", content) == rest.sub("", exported(as_ada).decode())

    def test_a_queue_that_is_gone_is_the_general_one(self, as_ada, furnished):
        sales = db.session.scalars(Queue.of(cast.tenant()).filter_by(name="Sales")).one()
        db.session.delete(sales)
        db.session.commit()
        assert "queue" not in parsed(as_ada)["flows"][0]["live"]["parts"][2]

    def test_another_tenants_are_not_in_it(self, as_rita, furnished):
        found = parsed(as_rita)
        assert [queue["name"] for queue in found["queues"]] == ["General"]
        assert set(found) == {"webgateway", "queues"}

    def test_who_exported_how_much_is_kept(self, as_ada, furnished):
        exported(as_ada, "queues", "flows")
        (entry,) = db.session.scalars(db.select(AuditEntry))
        assert (entry.kind, entry.user_id) == ("configuration exported", cast.person("Ada").id)
        assert entry.counts == {"queues": 2, "flows": 1}


class TestTheChoice:
    def test_only_what_is_ticked_is_exported(self, as_ada, furnished):
        assert set(parsed(as_ada, "queues", "roles")) == {"webgateway", "queues", "roles"}

    def test_everything_is_ticked_at_first(self, as_ada):
        page = as_ada.get("/configuration/").text
        assert page.count('type="checkbox"') == page.count(" checked") == 7

    @pytest.mark.parametrize("kinds", [[], ["secrets"]])
    def test_without_a_choice_the_form_says_so(self, as_ada, kinds):
        answer = as_ada.get("/configuration/export.json", query_string={"chosen": "y", "kinds": kinds})
        assert answer.status_code == 422
        assert "kinds-error" in answer.text

    def test_nobody_exports_what_they_may_not_see(self, as_nora, furnished):
        cast.person("Nora").roles[0].permissions = ["configuration:read", "flows:read"]
        db.session.commit()
        page = as_nora.get("/configuration/").text
        assert page.count('type="checkbox"') == 1
        assert set(parsed(as_nora)) == {"webgateway", "flows"}
        asked = {"chosen": "y", "kinds": "roles"}
        assert as_nora.get("/configuration/export.json", query_string=asked).status_code == 422

    def test_who_may_see_nothing_gets_no_file(self, as_nora):
        cast.person("Nora").roles[0].permissions = ["configuration:read"]
        db.session.commit()
        assert as_nora.get("/configuration/").status_code == 200
        assert as_nora.get("/configuration/export.json").status_code == 403


class TestWho:
    def test_the_right_opens_it_and_its_place_in_the_menu(self, as_ada, as_sam):
        assert 'href="/configuration/"' in as_ada.get("/users/").text
        assert 'href="/configuration/"' not in as_sam.get("/users/").text
        assert as_sam.get("/configuration/").status_code == 403
        assert as_sam.get("/configuration/export.json").status_code == 403

    def test_who_may_only_export_is_offered_no_import(self, as_nora):
        cast.person("Nora").roles[0].permissions = ["configuration:read", "flows:read"]
        db.session.commit()
        assert 'type="file"' not in as_nora.get("/configuration/").text
        assert as_nora.post("/configuration/preview").status_code == 403
        assert as_nora.get("/", follow_redirects=True).request.path == "/flows/"


def test_more_records_do_not_mean_more_queries(as_ada, count_queries, furnished):
    with count_queries() as few:
        exported(as_ada)
    for number in range(8):
        queue = cast.queue(f"Queue {number}", cast.person("Gail"))
        flow = cast.flow(f"Flow {number}", parts=(Agents(id="a", queue_id=queue.id),))
        flow.save_draft(Definition(opening_message="Soon"))
        cast.gateway(f"Gateway {number}", app_id=f"{number}", flow=flow)
        cast.agent(f"Hugo {number}")
    with count_queries() as many:
        found = json.loads(exported(as_ada))
    assert len(found["flows"]) == 9
    assert len(many) == len(few)
