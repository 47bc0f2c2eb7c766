"""The OpenAPI description is valid, tells of every route and of no other, and answers are as it says."""

import json
import re

import jsonschema
import pytest
from bs4 import BeautifulSoup
from openapi_spec_validator import validate
from openapi_spec_validator.versions import OPENAPIV31, get_spec_version

from tests import cast
from tests.test_url_map import READING
from webgateway.bots.operations import OPERATIONS
from webgateway.bots.pages import word


@pytest.fixture
def document(visitor):
    return visitor.get("/api/openapi.json").get_json()


def test_it_is_valid_openapi_3_1(document):
    assert get_spec_version(document) == OPENAPIV31
    validate(document)


def test_every_route_is_described_and_every_described_one_is_there(app, document):
    described = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("bot_api.")]
    there = {
        (verb, re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        for verb in rule.methods - (READING - {"GET"})
    }
    assert described == there
    assert {rule.endpoint.partition(".")[2] for rule in rules} == set(OPERATIONS)
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_says_what_can_go_wrong(document):
    for verbs in document["paths"].values():
        for operation in verbs.values():
            assert {"401", "404", "409", "429"} <= set(operation["responses"])
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= set(operation["responses"])


class Described:
    """Real answers, held against what is written of them."""

    def __init__(self, document, api) -> None:  # type: ignore[no-untyped-def]
        self.document, self.api = document, api

    def check(self, schema, body) -> None:  # type: ignore[no-untyped-def]
        whole = {**schema, "components": self.document["components"]}
        jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(body)

    def __call__(self, verb: str, path: str, talk: int, json=None, **headers):  # type: ignore[no-untyped-def]
        answer = self.api(verb, path.replace("{conversation_id}", str(talk)), json, **headers)
        told = self.document["paths"]["/api/v1" + path][verb.lower()]["responses"][str(answer.status_code)]
        if answer.status_code == 204:
            assert "content" not in told
            return answer
        kind = answer.content_type
        self.check(told["content"][kind]["schema"], answer.get_json())
        return answer


@pytest.fixture
def described(document, api):
    return Described(document, api)


def test_answers_are_as_described(described, talk):
    here = "/conversations/{conversation_id}"
    cast.message(talk, "Hi", attachments=[{"type": "image", "url": "https://x.fbcdn.net/1", "title": None}])
    assert described("GET", here, talk.id).status_code == 200
    assert described("GET", f"{here}/messages", talk.id).status_code == 200
    once = {"Idempotency-Key": "1"}
    for status in (201, 200):
        assert described("POST", f"{here}/messages", talk.id, {"text": "Hello"}, **once).status_code == status
    assert described("POST", f"{here}/messages", talk.id, {"text": "Bye"}, **once).status_code == 422
    assert described("POST", f"{here}/messages", talk.id, {"txt": "Hello"}).status_code == 422
    assert described("POST", f"{here}/facts", talk.id, {"email": "a@example.com"}).status_code == 200
    assert described("POST", f"{here}/facts", talk.id, {"email": "a"}).status_code == 422
    assert described("GET", here, 4711).status_code == 404
    assert described("GET", here, talk.id, token="wrong").status_code == 401
    assert described("POST", f"{here}/hand-over", talk.id).status_code == 204
    assert described("POST", f"{here}/closure", talk.id).status_code == 409


def test_a_call_is_as_described(described, document, talk, robot, tell, step):
    call = document["webhooks"]["event"]["post"]
    schema = call["requestBody"]["content"]["application/json"]["schema"]
    tell("Hi", attachments=[{"type": "fallback", "url": None, "title": "A link"}])
    tell(None, "conversation.closed")
    step()
    step()
    assert len(robot.told) == 2
    for headers, body in robot.told:
        described.check(schema, json.loads(body))
        assert {one["name"] for one in call["parameters"]} <= set(headers)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ({"messages": [{"text": "Hi", "quick_replies": ["Yes"]}], "hand_over": {"queue": "x"}}, True),
        ({"hand_over": True}, True),
        ({"close": True}, True),
        ({"messages": [{"text": "x" * 4001}]}, False),
        ({"say": "Hi"}, False),
        ({"hand_over": {"priority": 9}}, False),
    ],
)
def test_a_bots_answer_is_checked_as_it_is_described(described, document, answer, right):
    told = document["webhooks"]["event"]["post"]["responses"]["200"]
    schema = told["content"]["application/json"]["schema"]
    if right:
        described.check(schema, answer)
    else:
        with pytest.raises(jsonschema.ValidationError):
            described.check(schema, answer)


class TestPage:
    def test_people_read_the_same_without_signing_in(self, visitor, document):
        answer = visitor.get("/api/")
        assert answer.status_code == 200
        words = " ".join(BeautifulSoup(answer.text, "html.parser").get_text().split())
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                assert f"{verb.upper()} {path}" in words
                assert operation["summary"] in words
        for name in document["components"]["schemas"]:
            assert f'id="schema-{name}"' in answer.text

    def test_every_link_leads_to_something_on_it(self, visitor):
        page = BeautifulSoup(visitor.get("/api/").text, "html.parser")
        ids = {tag["id"] for tag in page.find_all(id=True)}
        links = {tag["href"][1:] for tag in page.find_all("a", href=re.compile("^#"))}
        assert links
        assert links <= ids

    def test_where_a_problems_type_leads_it_is_explained(self, visitor, api):
        where = api("GET", "/conversations/1", token="wrong").get_json()["type"]
        assert f'id="{where.partition("#")[2]}"' in visitor.get("/api/").text

    def test_its_policy_is_as_strict_as_everywhere(self, visitor):
        assert "script-src 'self'" in visitor.get("/api/").headers["Content-Security-Policy"]

    @pytest.mark.parametrize(
        ("schema", "words"),
        [
            ({"type": "string", "format": "date-time"}, "string (date-time)"),
            ({"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Flow"}]}, "null, or Flow"),
            ({"enum": ["a", "b"]}, "a | b"),
            ({"type": "array", "items": {"type": "integer"}, "maxItems": 3}, "list of integer, 3 at most"),
            ({}, "any"),
        ],
    )
    def test_a_schema_is_told_in_a_few_words(self, schema, words):
        assert word(schema) == words
