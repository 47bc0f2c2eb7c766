"""Token and secret of a flow's bot: made, shown once, replaced, revoked."""

import re

import pytest
from standardwebhooks import Webhook

from tests import cast
from webgateway.bots import signing, tokens
from webgateway.db import db
from webgateway.flows.definition import Agents, Bot, Definition


@pytest.fixture
def flow(app):
    return cast.flow("Orders")


def value(page: str, of: str) -> str | None:
    found = re.search(rf'id="bot-{of}"[^>]*value="([^"]+)"', page)
    return found[1] if found else None


def test_a_token_is_shown_once(as_ada, flow):
    answer = as_ada.post(f"/flows/{flow.id}/bot-token")
    assert answer.status_code == 200
    token = value(answer.text, "token")
    assert tokens.flow_of(token).id == flow.id
    assert "It is not shown again" in answer.text
    for page in (f"/flows/{flow.id}/bot-access", f"/flows/{flow.id}"):
        shown = as_ada.get(page).text
        assert token not in shown
        assert "Replace the token" in shown
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_flows_page_has_the_panel_where_there_is_a_bot(as_ada, flow):
    assert "Bot access" not in as_ada.get(f"/flows/{flow.id}").text
    flow.save_draft(Definition(parts=(Bot(id="robot", url="https://bot.example/"), Agents(id="people"))))
    db.session.commit()
    assert "Bot access" in as_ada.get(f"/flows/{flow.id}").text


def test_a_new_one_takes_the_place_of_the_one_before(as_ada, flow):
    first = value(as_ada.post(f"/flows/{flow.id}/bot-token").text, "token")
    second = value(as_ada.post(f"/flows/{flow.id}/bot-token").text, "token")
    assert first != second
    assert tokens.flow_of(first) is None
    assert tokens.flow_of(second).id == flow.id


def test_it_is_revoked(as_ada, flow):
    token = value(as_ada.post(f"/flows/{flow.id}/bot-token").text, "token")
    answer = as_ada.delete(f"/flows/{flow.id}/bot-token")
    assert (answer.status_code, answer.location) == (303, f"/flows/{flow.id}/bot-access")
    assert tokens.flow_of(token) is None
    page = as_ada.get(answer.location).text
    assert "The token is revoked" in page
    assert "Make a token" in page
    assert as_ada.delete(f"/flows/{flow.id}/bot-token").status_code == 303


def test_a_secret_is_shown_once_and_kept_encrypted(as_ada, flow):
    answer = as_ada.post(f"/flows/{flow.id}/bot-secret")
    secret = value(answer.text, "secret")
    assert secret.startswith("whsec_")
    Webhook(secret)
    assert signing.kept(flow.id) == secret
    assert secret not in str(db.session.execute(db.text("SELECT bot_secret FROM flows")).all())
    shown = as_ada.get(f"/flows/{flow.id}/bot-access").text
    assert secret not in shown
    assert "Calls are signed with it" in shown
    assert value(as_ada.post(f"/flows/{flow.id}/bot-secret").text, "secret") != secret


def test_a_part_is_answered_with_the_panel_alone(as_ada, flow):
    for verb in ("bot-token", "bot-secret"):
        answer = as_ada.post(
            f"/flows/{flow.id}/{verb}", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
        )
        assert answer.text.lstrip().startswith('<section id="bot-access"')
        assert "<html" not in answer.text
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = as_ada.delete(f"/flows/{flow.id}/bot-token", headers=htmx)
    assert (answer.status_code, "Make a token" in answer.text) == (200, True)


def test_without_either_the_panel_says_what_that_means(as_ada, flow):
    page = as_ada.get(f"/flows/{flow.id}/bot-access").text
    for words in (
        "Make a token",
        "Make a secret",
        "not call back",
        "http://localhost/api/v1",
        'href="/api/"',
    ):
        assert words in page
    assert "Revoke" not in page


ROUTES = [("get", "bot-access"), ("post", "bot-token"), ("delete", "bot-token"), ("post", "bot-secret")]


@pytest.mark.parametrize(("verb", "path"), ROUTES)
def test_the_ladder(visitor, as_rita, as_gail, as_ada, flow, verb, path):
    where = f"/flows/{flow.id}/{path}"
    assert "/login" in getattr(visitor, verb)(where).location
    assert getattr(as_rita, verb)(where).status_code == 404
    assert getattr(as_gail, verb)(where).status_code == 403
    assert getattr(as_ada, verb)(f"/flows/4711/{path}").status_code == 404
    assert (flow.bot_token_hash, signing.kept(flow.id)) == (None, None)


def test_the_first_secret_of_a_flow_is_made_once(flow):
    assert signing.first(flow.id) == signing.first(flow.id) == signing.kept(flow.id)


def test_a_secret_that_a_person_made_is_kept(as_ada, flow):
    made = value(as_ada.post(f"/flows/{flow.id}/bot-secret").text, "secret")
    assert signing.first(flow.id) == made
