"""What a bot does through the API in a conversation it has."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.bots.test_guard import problem
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow


def said() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.author == "flow").order_by(Message.id)))


@pytest.fixture
def here(talk) -> str:
    return f"/conversations/{talk.id}"


class TestLooking:
    def test_the_conversation(self, api, here, talk):
        answer = api("GET", here)
        assert answer.status_code == 200
        body = answer.get_json()
        assert (body["id"], body["contact"]["name"], body["page"]["name"]) == (
            talk.id,
            "Peter Chang",
            "Cisco Dogs",
        )
        assert body["window_closes_at"].endswith("Z")

    def test_what_was_said_without_notes(self, api, here, talk):
        first = cast.message(talk, "Hello")
        cast.message(talk, "He is angry", "note", kind="colleague", user=cast.person("Gail"))
        cast.message(talk, "", "note", kind="optin")
        last = cast.message(talk, "Anybody there?")
        body = api("GET", f"{here}/messages").get_json()
        assert [(one["id"], one["text"]) for one in body["messages"]] == [
            (first.id, "Hello"),
            (last.id, "Anybody there?"),
        ]
        assert body["more"] is False

    def test_what_is_new_and_a_hundred_at_once(self, api, here, talk):
        for number in range(102):
            db.session.add(
                Message(conversation=talk, page_id=talk.page_id, author="customer", text=str(number))
            )
        db.session.commit()
        body = api("GET", f"{here}/messages").get_json()
        assert (len(body["messages"]), body["more"]) == (100, True)
        rest = api("GET", f"{here}/messages?after={body['messages'][-1]['id']}").get_json()
        assert ([one["text"] for one in rest["messages"]], rest["more"]) == (["100", "101"], False)

    @pytest.mark.parametrize("after", ["x", "-1", "99999999999999999999", ""])
    def test_nonsense_does_no_harm(self, api, here, talk, after):
        cast.message(talk)
        assert api("GET", f"{here}/messages?after={after}").status_code == 200

    def test_more_messages_do_not_mean_more_queries(self, api, here, talk, count_queries):
        cast.message(talk)
        with count_queries() as few:
            api("GET", f"{here}/messages")
        for _ in range(5):
            cast.message(talk)
        with count_queries() as many:
            api("GET", f"{here}/messages")
        assert len(many) == len(few)


class TestSaying:
    def test_it_is_written_for_the_worker(self, api, here, talk):
        answer = api("POST", f"{here}/messages", {"text": "On its way.", "quick_replies": ["Thanks"]})
        assert answer.status_code == 201
        message = db.session.get_one(Message, answer.get_json()["id"])
        assert (message.text, message.author, message.user_id) == ("On its way.", "flow", None)
        assert message.parts[0].quick_replies[0]["title"] == "Thanks"
        assert (message.parts[0].state, talk.tries) == ("waiting", 0)

    def test_with_a_key_it_is_said_once(self, api, here):
        key = {"Idempotency-Key": "order-1"}
        first = api("POST", f"{here}/messages", {"text": "Hello"}, **key)
        again = api("POST", f"{here}/messages", {"text": "Hello"}, **key)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.get_json() == again.get_json()
        assert said() == ["Hello"]
        api("POST", f"{here}/messages", {"text": "Hello"}, **{"Idempotency-Key": "order-2"})
        assert said() == ["Hello", "Hello"]

    def test_another_message_under_the_same_key_is_refused(self, api, here):
        key = {"Idempotency-Key": "order-1"}
        api("POST", f"{here}/messages", {"text": "Hello"}, **key)
        answer = api("POST", f"{here}/messages", {"text": "Goodbye"}, **key)
        assert problem(answer) == (422, "key_reused")
        assert said() == ["Hello"]

    def test_a_key_is_not_taken_for_that_of_an_agents_form(self, api, here, talk):
        cast.message(talk, "Hello", "agent", key="order-1")
        assert (
            api("POST", f"{here}/messages", {"text": "Hello"}, **{"Idempotency-Key": "order-1"}).status_code
            == 201
        )

    def test_after_24_hours_nothing_is_written(self, api, here, talk):
        talk.customer_wrote_at = utcnow() - timedelta(hours=24)
        db.session.commit()
        answer = api("POST", f"{here}/messages", {"text": "Hello"})
        assert problem(answer) == (409, "cannot_write")
        assert "24 hours" in answer.get_json()["detail"]
        assert said() == []

    def test_nor_while_the_gateway_is_switched_off(self, api, here, talk):
        talk.page.gateway.enabled = False
        db.session.commit()
        assert problem(api("POST", f"{here}/messages", {"text": "Hello"})) == (409, "cannot_write")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"text": ""}, "/text"),
            ({"text": "x" * 4001}, "/text"),
            ({"text": 7}, "/text"),
            ({"text": "x", "tag": "HUMAN_AGENT"}, ""),
            ({"text": "x", "quick_replies": "Yes"}, "/quick_replies"),
            ({"text": "x", "quick_replies": ["Yes", "x" * 21]}, "/quick_replies/1"),
            ([], ""),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, api, here, body, pointer):
        answer = api("POST", f"{here}/messages", body)
        assert problem(answer) == (422, "invalid")
        (fault,) = answer.get_json()["errors"]
        assert fault["pointer"] == pointer
        assert fault["detail"]
        assert said() == []

    @pytest.mark.parametrize("place", range(2))
    def test_a_key_that_is_too_long_is_refused(self, api, here, place):
        answer = api("POST", f"{here}/messages", {"text": "x"}, **{"Idempotency-Key": "k" * (100 + place)})
        assert answer.status_code == (201, 422)[place]

    def test_a_body_that_is_not_json_is_told(self, visitor, api, here):
        where = f"/api/v1{here}/messages"
        headers = {"Authorization": "Bearer wgbot_only-for-tests"}
        answer = visitor.post(where, data=b"{", content_type="application/json", headers=headers)
        assert problem(answer) == (400, "bad_request")
        answer = visitor.post(where, data={"text": "Hello"}, headers=headers)
        assert problem(answer) == (415, "wrong_content_type")
        big = b'{"text": "' + b"x" * 70_000 + b'"}'
        answer = visitor.post(where, data=big, content_type="application/json", headers=headers)
        assert problem(answer) == (413, "too_large")
        assert said() == []


class TestLetting:
    def test_it_hands_over(self, api, here, talk):
        assert api("POST", f"{here}/hand-over").status_code == 204
        assert (talk.part, talk.queue.name) == (None, "General")
        assert problem(api("POST", f"{here}/hand-over")) == (409, "not_with_bot")

    def test_to_a_queue(self, api, here, talk):
        cast.queue("Returns")
        assert api("POST", f"{here}/hand-over", {"queue": "Returns", "priority": 1}).status_code == 204
        assert (talk.queue.name, talk.priority) == ("Returns", 1)

    def test_not_to_one_that_is_not_there(self, api, here, talk):
        answer = api("POST", f"{here}/hand-over", {"queue": "Nowhere"})
        assert problem(answer) == (422, "invalid")
        assert answer.get_json()["errors"] == [
            {"pointer": "/queue", "detail": "There is no queue “Nowhere”."}
        ]
        assert talk.part == "robot"

    def test_it_closes(self, api, here, talk):
        assert api("POST", f"{here}/closure").status_code == 204
        assert not talk.is_open
        assert problem(api("POST", f"{here}/closure")) == (409, "not_with_bot")


class TestKnowing:
    def test_it_is_kept_in_its_usual_form(self, api, here, talk):
        answer = api("POST", f"{here}/facts", {"email": "Peter@EXAMPLE.com", "phone": "+49 30 901820"})
        assert (answer.status_code, answer.get_json()) == (
            200,
            {"email": "Peter@example.com", "phone": "+4930901820"},
        )
        facts = db.session.scalars(select(Fact).order_by(Fact.kind)).all()
        assert [(fact.kind, fact.value, fact.source) for fact in facts] == [
            ("email", "Peter@example.com", "bot"),
            ("phone", "+4930901820", "bot"),
        ]
        assert api("GET", here).get_json()["contact"]["phone"] == "+4930901820"

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({}, [""]),
            ({"email": "peter"}, ["/email"]),
            ({"email": "peter@example.com", "phone": "12"}, ["/phone"]),
            ({"email": "", "phone": ""}, ["/email", "/phone"]),
            ({"name": "Peter"}, [""]),
        ],
    )
    def test_what_is_none_is_refused_and_nothing_is_kept(self, api, here, body, pointers):
        answer = api("POST", f"{here}/facts", body)
        assert problem(answer) == (422, "invalid")
        assert [fault["pointer"] for fault in answer.get_json()["errors"]] == pointers
        assert db.session.scalars(select(Fact)).all() == []
