"""The API is for a flow's bot, which has its token and nothing else."""

import pytest

from tests import cast
from tests.bots.conftest import TOKEN
from webgateway.bots import guard, tokens
from webgateway.db import db

ROUTES = [
    ("GET", ""),
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("POST", "/hand-over"),
    ("POST", "/closure"),
    ("POST", "/facts"),
]
BODIES = {"/messages": {"text": "Hello"}, "/facts": {"email": "peter@example.com"}}


def problem(answer) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    assert body["type"].endswith("/api/#" + body["code"].replace("_", "-"))
    return answer.status_code, body["code"]


@pytest.mark.parametrize(("verb", "path"), ROUTES)
class TestEveryRoute:
    def test_without_a_token_it_is_asked_for(self, api, talk, verb, path):
        answer = api(verb, f"/conversations/{talk.id}{path}", token=None)
        assert problem(answer) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="webgateway"'

    @pytest.mark.parametrize("token", ["", "wrong", "wgbot_only-for-tests ", "ünknown", "x" * 5000])
    def test_a_wrong_one_is_refused(self, api, talk, verb, path, token):
        answer = api(verb, f"/conversations/{talk.id}{path}", token=token + "x" if token else "")
        assert problem(answer) == (401, "unauthorized")
        assert "Bearer" in answer.headers["WWW-Authenticate"]

    def test_a_revoked_one_is_refused(self, api, flow, talk, verb, path):
        tokens.revoke(flow)
        db.session.commit()
        answer = api(verb, f"/conversations/{talk.id}{path}", json=BODIES.get(path, {}))
        assert problem(answer) == (401, "unauthorized")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]

    def test_a_replaced_one_is_refused_and_the_new_one_taken(self, api, flow, talk, verb, path):
        new = tokens.make(flow)
        db.session.commit()
        where = f"/conversations/{talk.id}{path}"
        assert api(verb, where, json=BODIES.get(path, {})).status_code == 401
        body = BODIES.get(path) if verb == "POST" else None
        assert api(verb, where, json=body, token=new).status_code < 300

    def test_another_flows_conversation_is_not_there(self, api, talk, verb, path):
        talk.flow = cast.flow("Another")
        db.session.commit()
        answer = api(verb, f"/conversations/{talk.id}{path}", json=BODIES.get(path))
        assert problem(answer) == (404, "not_found")

    def test_nor_is_a_missing_one(self, api, verb, path):
        answer = api(verb, f"/conversations/4711{path}", json=BODIES.get(path))
        assert problem(answer) == (404, "not_found")

    def test_one_the_bot_has_lost_is_refused_with_the_reason(self, api, talk, verb, path):
        where = f"/conversations/{talk.id}{path}"
        talk.agent, talk.part = cast.person("Gail"), None
        db.session.commit()
        answer = api(verb, where, json=BODIES.get(path))
        assert problem(answer) == (409, "not_with_bot")
        assert answer.get_json()["detail"] == "An agent has the conversation."
        talk.agent, talk.queue = None, cast.queue()
        db.session.commit()
        assert "waits for an agent" in api(verb, where, json=BODIES.get(path)).get_json()["detail"]
        talk.queue = None
        db.session.commit()
        assert "gone on without" in api(verb, where, json=BODIES.get(path)).get_json()["detail"]
        talk.closed_at = talk.opened_at
        db.session.commit()
        assert "was closed" in api(verb, where, json=BODIES.get(path)).get_json()["detail"]

    def test_a_session_is_none_of_its_business(self, api, talk, as_ada, verb, path):
        assert as_ada.open(f"/api/v1/conversations/{talk.id}{path}", method=verb).status_code == 401

    def test_another_way_to_say_who_one_is_is_none(self, visitor, talk, api, verb, path):
        where = f"/api/v1/conversations/{talk.id}{path}"
        for how in (f"Basic {TOKEN}", TOKEN, f"Token {TOKEN}"):
            assert visitor.open(where, method=verb, headers={"Authorization": how}).status_code == 401
        assert visitor.open(f"{where}?access_token={TOKEN}", method=verb).status_code == 401


def test_only_a_hash_of_a_token_is_kept(app, flow):
    token = tokens.make(flow)
    db.session.commit()
    assert token.startswith("wgbot_")
    assert len(token) > 40
    assert token not in str(db.session.execute(db.text("SELECT * FROM flows")).all())
    assert tokens.flow_of(token) is flow
    assert tokens.flow_of(flow.bot_token_hash) is None


def test_too_many_requests_wait(api, talk, monkeypatch):
    assert guard.PER_BOT == "600 per minute"
    for _ in range(600):
        answer = api("GET", "/conversations/4711")
        assert answer.status_code == 404
    answer = api("GET", "/conversations/4711")
    assert problem(answer) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_stranger_may_not_guess_for_long_and_keeps_no_bot_from_its_work(api, talk):
    for _ in range(60):
        assert api("GET", f"/conversations/{talk.id}", token="wgbot_guess").status_code == 401
    answer = api("GET", f"/conversations/{talk.id}", token="wgbot_guess")
    assert problem(answer) == (429, "too_many_requests")
    assert api("GET", f"/conversations/{talk.id}").status_code == 200


@pytest.mark.parametrize(
    ("verb", "path", "found"),
    [
        ("GET", "/api/v1/", (404, "not_found")),
        ("GET", "/api/v2/conversations/1", (404, "not_found")),
        ("DELETE", "/api/v1/conversations/1", (405, "not_allowed")),
        ("GET", "/api/v1/conversations/99999999999999999999", (404, "not_found")),
    ],
)
def test_what_is_not_there_is_told_as_a_problem(visitor, verb, path, found):
    assert problem(visitor.open(path, method=verb)) == found


def test_no_log_holds_a_token(api, talk, caplog):
    caplog.set_level("DEBUG")
    api("GET", f"/conversations/{talk.id}")
    api("GET", f"/conversations/{talk.id}", token="wgbot_wrong")
    assert TOKEN not in caplog.text
    assert "wgbot_wrong" not in caplog.text
    assert any(getattr(record, "bound", {}).get("flow") == talk.flow_id for record in caplog.records)
