"""A stranger's records are not there, each right is asked for by itself, and no number breaks a page."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests import cast
from tests.conversations.filing import upload
from tests.test_url_map import SIGNED_IN_ONLY, rules
from webgateway.conversations import bot_calls, writing
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Recovery
from webgateway.conversations.offers import Offer
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow
from webgateway.flows.definition import Bot
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import Login
from webgateway.users.models import EVERYTHING, Role
from webgateway.workspace.canned import CannedAnswer

TOO_LARGE = 2**63
QUERIES = [
    "/conversations/?page_id={}",
    "/conversations/?open={}",
    "/conversations/?shown={}",
    "/conversations/{conversation_id}?shown={}",
    "/conversations/{conversation_id}?first={}",
    "/conversations/{conversation_id}/messages?first={}&shown={}",
    "/conversations/comments/?page_id={}",
    "/workspace/{conversation_id}?others={}&answer={}",
    "/workspace/news?shown={}",
    "/conversations/comments/?page={}&size={}",
    "/records/?page_id={}&agent_id={}&after={}&skip={}&size={}",
    "/records/{conversation_id}?first={}&shown={}",
    "/figures/?page={}&agent={}&within={}",
    "/figures/export.csv?queue={}",
    "/journal/?gateway={}",
    "/journal/?page={}&size={}",
    "/gateways/?page={}&size={}",
    "/gateways/{gateway_id}/pages?page={}&size={}",
    "/gateways/{gateway_id}/pages?connected={}",
    "/gateways/{gateway_id}/health?page={}&size={}",
    "/flows/?page={}",
    "/users/?page={}",
    "/agents/?page={}&size={}",
    "/canned-answers/?page={}&size={}",
    "/closing-reasons/?page={}&size={}",
]


@pytest.fixture
def acme(app) -> dict[str, int]:
    """The ids of one record of each kind, by the names they have in addresses."""
    gateway, flow = cast.gateway(), cast.flow()
    page = cast.page(gateway)
    account = cast.account(gateway)
    cast.grant(page, account)
    conversation = cast.conversation(cast.contact(page))
    message = cast.message(conversation)
    delivery = Delivery(
        tenant_id=gateway.tenant_id,
        gateway_id=gateway.id,
        body=b'{"object":"page","entry":[]}',
        size=28,
        signature="sha256",
        state="read",
    )
    login = Login(
        gateway_id=gateway.id, user_id=cast.person("Ada").id, state_hash="a", redirect_uri="", step="finished"
    )
    login.result = {name: [] for name in ("added", "unchanged", "lost", "kept", "unusable", "declined")}
    login.finished_at = utcnow()
    role = Role(tenant_id=gateway.tenant_id, name="Night shift", permissions=["journal:read"])
    recovery = Recovery(gateway_id=gateway.id, since=utcnow())
    db.session.add_all([delivery, login, role, recovery])
    db.session.flush()
    event = Event(
        tenant_id=gateway.tenant_id, delivery_id=delivery.id, gateway_id=gateway.id, page_id=page.id,
        position=0, kind="message", account_id=page.meta_id, dedupe_key="a", talk="a", outcome="failed",
    )  # fmt: skip
    offer = Offer(conversation_id=conversation.id, user_id=cast.person("Gail").id, expires_at=utcnow())
    fact = Fact(contact=conversation.contact, kind="email", value="peter@example.com", source="agent")
    reason = ClosingReason(tenant_id=gateway.tenant_id, name="Done")
    answer = CannedAnswer(tenant_id=gateway.tenant_id, shortcut="hi", text="Hello!")
    db.session.add_all([event, offer, fact, reason, answer])
    db.session.commit()
    part = writing.write(conversation, "", "agent", uploads=[upload("a.png", b"...")]).parts[0]
    call = bot_calls.tell(conversation, Bot(id="bot", url="https://bot.example/"), "message.received")
    db.session.commit()
    return {
        "gateway_id": gateway.id,
        "page_id": page.id,
        "account_id": account.id,
        "login_id": login.id,
        "recovery_id": recovery.id,
        "flow_id": flow.id,
        "queue_id": cast.queue().id,
        "version_id": flow.live.id,
        "conversation_id": conversation.id,
        "message_id": message.id,
        "upload_id": part.upload_id,
        "call_id": call.id,
        "offer_id": offer.id,
        "fact_id": fact.id,
        "comment_id": cast.comment(page).id,
        "delivery_id": delivery.id,
        "event_id": event.id,
        "user_id": cast.person("Gail").id,
        "role_id": role.id,
        "reason_id": reason.id,
        "answer_id": answer.id,
    }


def address(app: Flask, rule: Rule, ids: dict[str, int]) -> str:
    given = {name: ids[name] for name in rule.arguments - set(rule.defaults or {})}
    return app.url_map.bind("localhost").build(rule.endpoint, {**given, **(rule.defaults or {})})


def verbs(rule: Rule) -> set[str]:
    return rule.methods - {"HEAD", "OPTIONS"}


def about_a_record(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app) if rule.arguments - set(rule.defaults or {})]


def test_the_records_of_another_tenant_are_not_there(app, as_rita, acme):
    asked = 0
    for rule in about_a_record(app):
        for verb in verbs(rule):
            answer = as_rita.open(address(app, rule, acme), method=verb)
            assert answer.status_code == 404, f"{verb} {rule.rule} answered {answer.status_code}"
            asked += 1
    assert asked > 25


def test_a_record_of_one_gateway_is_not_found_through_another(app, as_ada, acme):
    ids = {**acme, "gateway_id": cast.gateway("Second", app_id="2").id}
    for rule in about_a_record(app):
        if "gateway_id" in rule.arguments and len(rule.arguments) > 1 and not rule.defaults:
            for verb in verbs(rule):
                assert as_ada.open(address(app, rule, ids), method=verb).status_code == 404, rule.rule


def test_every_right_but_the_one_asked_for_is_not_enough(app, as_nora, acme):
    role = cast.person("Nora").roles[0]
    for rule in rules(app):
        if rule.endpoint in SIGNED_IN_ONLY:
            continue
        section, action = app.view_functions[rule.endpoint].right  # type: ignore[attr-defined]
        role.permissions = [right for right in EVERYTHING if right != f"{section}:{action}"]
        db.session.commit()
        for verb in verbs(rule):
            answer = as_nora.open(address(app, rule, acme), method=verb)
            assert answer.status_code == 403, f"{verb} {rule.rule} answered {answer.status_code}"


@pytest.mark.parametrize("number", [TOO_LARGE, 10**30])
def test_an_id_that_no_database_could_hold_is_not_there(app, as_ada, acme, number):
    for rule in about_a_record(app):
        for name in rule.arguments - set(rule.defaults or {}):
            for verb in verbs(rule):
                answer = as_ada.open(address(app, rule, {**acme, name: number}), method=verb)
                assert answer.status_code in (404, 405), f"{verb} {rule.rule} answered {answer.status_code}"


@pytest.mark.parametrize("number", [TOO_LARGE, TOO_LARGE - 1, -TOO_LARGE, 10**30, 0, -1, "١", "x", "%00"])
def test_no_number_in_a_query_breaks_a_page(as_ada, acme, number):
    for query in QUERIES:
        answer = as_ada.get(query.replace("{}", str(number)).format(**acme))
        assert answer.status_code in (200, 404), f"{query} answered {answer.status_code}"


def test_ids_in_forms_that_no_database_could_hold_are_nobodys(as_ada, acme):
    url = f"/gateways/{acme['gateway_id']}/pages"
    answer = as_ada.post(url, data={"shown": [TOO_LARGE, "x"], "on": [TOO_LARGE]})
    assert answer.status_code == 303
    assert as_ada.get(f"/gateways/deletions/new?ids={TOO_LARGE}").status_code == 404
    assert as_ada.post("/gateways/deletions", data={"ids": [TOO_LARGE]}).status_code == 404
    confirmation = f"/gateways/{acme['gateway_id']}/logins/{acme['login_id']}/confirmation"
    assert as_ada.post(confirmation, data={"remove": [TOO_LARGE]}).status_code == 303


def test_a_form_cannot_reach_into_another_tenant(as_rita, acme):
    """Ids in bodies, where no address is guarded."""
    answer = as_rita.post("/gateways/deletions", data={"ids": [acme["gateway_id"]]})
    assert answer.status_code == 404
    flow = {"name": "Mine", "app_id": "77", "app_secret": "secret", "flow_id": acme["flow_id"]}
    assert as_rita.post("/gateways/new", data=flow).status_code == 422
    role = {"name": "Eve", "email": "eve@example.com", "time_zone": "UTC", "password": "long enough"}
    assert as_rita.post("/users/new", data={**role, "roles": [acme["role_id"]]}).status_code == 422
