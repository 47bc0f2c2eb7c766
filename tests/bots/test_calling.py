"""A call is made once if it can be, in order, signed, and tried again while that may help."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook

from tests import cast
from tests.bots.conftest import SECRET
from webgateway.bots import calling, outcome, signing, wire
from webgateway.conversations import bot_calls, idling
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.models import Message, Part
from webgateway.db import db, utcnow
from webgateway.flows.definition import Bot
from webgateway.flows.models import Flow
from webgateway.pages.notices import Notice


def answers() -> list[str]:
    of_flow = select(Message.text).where(Message.author == "flow").order_by(Message.id)
    return list(db.session.scalars(of_flow))


def due(call: BotCall) -> None:
    call.next_try_at = utcnow()
    db.session.commit()


def test_the_bot_is_told_and_its_answer_is_said(robot, tell, step):
    robot.answers = [
        {"messages": [{"text": "On its way.", "quick_replies": ["Thanks", "human"]}, {"text": "Bye"}]}
    ]
    tell()
    call = step()
    assert (call.state, call.status, call.attempts) == ("done", 200, 1)
    assert call.done_at is not None
    assert call.leased_until is None
    assert answers() == ["On its way.", "Bye"]
    offered = db.session.scalars(select(Message).where(Message.text == "On its way.")).one()
    assert [one["title"] for one in offered.quick_replies] == ["Thanks", "human"]
    assert {part.state for part in db.session.scalars(select(Part))} == {"waiting"}
    assert step() is None


def test_the_call_is_signed_as_standard_webhooks_has_it(robot, tell, step):
    call = tell()
    step()
    ((headers, body),) = robot.told
    assert headers["webhook-id"] == call.key
    assert headers["Content-Type"] == "application/json"
    assert Webhook(SECRET).verify(body, headers)["data"]["message"]["text"] == "Where is my order?"


def test_a_flow_without_a_secret_gets_one(robot, flow, tell, step):
    flow.bot_secret = None
    db.session.commit()
    tell()
    tell()
    step()
    step()
    made = signing.kept(flow.id)
    assert made.startswith("whsec_")
    for headers, body in robot.told:
        Webhook(made).verify(body, headers)


def test_no_answer_is_nothing_to_say_and_the_customers_turn(talk, robot, tell, step):
    tell()
    assert step().state == "done"
    assert (answers(), talk.part, talk.tries) == ([], "robot", 0)


def test_a_promise_to_answer_later_keeps_the_bots_turn(talk, robot, tell, step):
    robot.answers = [202]
    tell()
    call = step()
    assert (call.state, call.status) == ("done", 202)
    assert (answers(), talk.part, talk.tries) == ([], "robot", 1)


def test_calls_of_a_conversation_go_one_after_another(robot, tell, step):
    first, second = tell("one"), tell("two")
    assert calling.claim() == first.id
    assert calling.claim() is None
    calling.work(first.id)
    assert calling.claim() == second.id


def test_what_is_tried_again_holds_up_its_own_conversation_only(page, flow, robot, tell, step):
    robot.answers = [500, 204]
    first, second = tell("one"), tell("two")
    maya = cast.contact(page, "Maya", "7392015648120395")
    other = cast.conversation(maya, flow=flow, flow_version=flow.live, part="robot")
    third = calling_for(other)
    assert step().id == first.id
    assert step().id == third.id
    assert step() is None
    due(first)
    assert [step().id, step().id] == [first.id, second.id]


def test_a_dead_bot_does_not_hold_up_the_next_one_of_its_conversation(talk, robot, tell, step):
    robot.answers = [503, 204]
    tell(None, "conversation.handed_over")
    assert step().state == "waiting"
    second = Bot(id="second", url=robot.url)
    call = bot_calls.tell(talk, second, "message.received", cast.message(talk, "Anybody?"))
    db.session.commit()
    assert calling.claim() == call.id


def calling_for(conversation) -> BotCall:

    call = bot_calls.tell(
        conversation, conversation.does.part("robot"), "message.received", cast.message(conversation)
    )
    db.session.commit()
    return call


def test_the_next_call_is_found_by_what_waits_however_many_are_done(app, tell):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on its statistics")
    due = calling._due().params(calling._asked()).compile(db.engine, compile_kwargs={"literal_binds": True})
    steps = [row.detail for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {due}")]
    plan = "\n".join(steps)
    for index in ("ix_bot_calls_due", "ix_bot_calls_waiting", "ix_bot_calls_leased"):
        assert index in plan, plan
    assert "SCAN bot_calls\n" not in plan + "\n"


def test_a_slow_bot_leaves_the_others_their_turn(page, flow, talk, tell, monkeypatch):
    monkeypatch.setattr(calling, "AT_ONCE", 2)
    for number in range(3):
        contact = cast.contact(page, f"Customer {number}", f"10{number}")
        calling_for(cast.conversation(contact, flow=flow, flow_version=flow.live, part="robot"))
    other = cast.flow("Others", parts=flow.definition.parts)
    ada = cast.contact(page, "Ada", "200")
    last = calling_for(cast.conversation(ada, flow=other, flow_version=other.live, part="robot"))
    taken = [calling.claim() for _ in range(4)]
    assert taken[2] == last.id
    assert taken[3] is None


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503])
def test_what_passes_is_tried_again(talk, robot, tell, step, status):
    robot.answers = [status]
    tell()
    call = step()
    assert (call.state, call.status, call.error) == ("waiting", status, f"It answered {status}.")
    assert timedelta(seconds=4) < call.next_try_at - utcnow() < timedelta(seconds=6)
    assert call.leased_until is None
    assert talk.part == "robot"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "It refused the call (400)."),
        (401, "It refused the call (401)."),
        (404, "It refused the call (404)."),
        (410, "410 Gone"),
        (301, "redirect (301), which is not followed"),
        (307, "redirect (307), which is not followed"),
    ],
)
def test_what_is_final_hands_over_to_agents(talk, robot, tell, step, status, words):
    robot.headers = {"Location": "http://127.0.0.1:9/elsewhere"}
    robot.answers = [status]
    tell()
    call = step()
    assert (call.state, call.status) == ("failed", status)
    assert words in call.error
    assert (talk.part, talk.queue.name) == (None, "General")
    assert len(robot.told) == 1


def test_the_bot_says_itself_when_to_try_again(robot, tell, step):
    robot.answers, robot.headers = [503], {"Retry-After": "20"}
    tell()
    assert timedelta(seconds=18) < step().next_try_at - utcnow() <= timedelta(seconds=20)


def test_pauses_grow_and_come_to_an_end(robot, tell, step):
    robot.answers = [500]
    call = tell(None, "conversation.closed")
    for seconds in (5, 30, 120, 600):
        step()
        assert seconds - 1 < (call.next_try_at - utcnow()).total_seconds() < seconds * 1.1
        due(call)
    step()
    assert (call.state, call.attempts) == ("failed", 5)
    assert call.error == "It answered 500. It was called 5 times."


def test_no_longer_than_the_flow_waits(talk, robot, tell, step):
    robot.answers = [500]
    call = tell()
    for _ in range(2):
        step()
        due(call)
    call.created_at -= timedelta(seconds=35)
    db.session.commit()
    step()
    assert (call.state, call.error) == (
        "failed",
        "It answered 500. The flow waits no longer than 60 seconds for it.",
    )
    assert talk.queue.name == "General"


def test_what_only_informs_is_tried_longer_and_hands_nothing_over(talk, robot, tell, step):
    robot.answers = [500]
    call = tell(None, "conversation.closed")
    call.created_at -= timedelta(hours=1)
    db.session.commit()
    assert step().state == "waiting"
    robot.answers = [400]
    due(call)
    assert step().state == "failed"
    assert talk.part == "robot"


class TestNoAnswer:
    def test_nobody_listens(self, talk, tell, step):
        call = tell()
        call.url = "http://127.0.0.1:9/"
        db.session.commit()
        assert (step().state, call.error) == ("waiting", "No connection to it: Connection refused.")

    def test_it_takes_too_long(self, robot, tell, step, monkeypatch):
        monkeypatch.setattr(wire.post, "__defaults__", (0.3,))
        robot.pause = 1
        tell()
        call = step()
        assert (call.state, call.error, call.status) == ("waiting", wire.TOO_LATE, None)


def test_a_wrong_answer_is_final_and_told_in_words(talk, robot, tell, step):
    robot.answers = [{"messages": [{"txt": "Hi"}]}]
    tell()
    call = step()
    assert call.state == "failed"
    assert "Its answer cannot be used (/messages/0)" in call.error
    assert "txt" in call.error
    assert (answers(), talk.queue.name) == ([], "General")


def test_after_an_agent_took_over_nothing_is_told_or_said(talk, robot, tell, step):
    tell()
    talk.agent, talk.part = cast.person("Gail"), None
    db.session.commit()
    assert (step().state, robot.told) == ("dropped", [])


def test_an_answer_that_comes_after_an_agent_took_over_is_not_sent(talk, robot, tell, monkeypatch):
    robot.answers = [{"messages": [{"text": "Too late"}], "hand_over": True}]
    call = tell()
    honest = wire.post

    def meanwhile(*asked):
        reply = honest(*asked)
        talk.agent, talk.part = cast.person("Gail"), None
        db.session.commit()
        return reply

    monkeypatch.setattr(calling.wire, "post", meanwhile)
    calling.work(calling.claim())
    db.session.expire_all()
    assert (call.state, answers()) == ("dropped", [])
    assert call.error == "An agent has the conversation. Nothing of its answer was sent."
    assert talk.agent.name == "Gail"


def test_a_bot_whose_words_were_not_sent_still_owes_them(talk, page, robot, tell, step, work):
    robot.answers = [{"messages": [{"text": "It is here."}]}]
    blocked = {"kind": "policy", "subject": "blocked", "state": "blocked", "since": utcnow(), "at": utcnow()}
    db.session.add(Notice(page=page, **blocked))
    tell()
    talk.idle_at = utcnow() + timedelta(seconds=60)
    db.session.commit()
    assert (step().state, talk.tries) == ("dropped", 1)
    talk.idle_at = utcnow()
    db.session.commit()
    work(idling)
    assert (talk.part, talk.queue.name) == (None, "General")


def test_an_answer_after_the_24_hours_is_not_sent(talk, robot, tell, step):
    robot.answers = [{"messages": [{"text": "Too late"}]}]
    talk.customer_wrote_at -= timedelta(hours=24)
    tell()
    call = step()
    assert (call.state, answers()) == ("dropped", [])
    assert "more than 24 hours ago" in call.error
    assert "Its messages were not sent" in call.error


def test_without_a_login_an_answer_waits_as_all_others_do(talk, page, robot, tell, step):
    robot.answers = [{"messages": [{"text": "Hello"}]}]
    page.grants[0].dead_at = utcnow()
    db.session.delete(page.grants[0])
    tell()
    assert step().state == "done"
    assert answers() == ["Hello"]


def test_a_killed_workers_call_is_made_again_with_the_same_id(robot, tell, step):
    call = tell()
    assert calling.claim() == call.id
    assert step() is None
    call.leased_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    step()
    assert (call.state, call.attempts) == ("done", 2)
    assert [headers["webhook-id"] for headers, _ in robot.told] == [call.key]


def test_an_answer_takes_effect_once_however_many_ask(robot, tell, step):
    robot.answers = [{"messages": [{"text": "Hello"}]}]
    call = tell()
    job = calling.claim()
    calling.work(job)
    calling.work(job)
    assert answers() == ["Hello"]
    assert db.session.get(BotCall, call.id).state == "done"


def test_effect_and_end_are_one_transaction(talk, robot, tell, monkeypatch):
    robot.answers = [{"messages": [{"text": "Hello"}]}]
    call = tell()

    def broken(_call):
        raise ValueError("a defect of ours")

    monkeypatch.setattr(outcome, "_turn", broken)
    with pytest.raises(ValueError, match="a defect"):
        calling.work(calling.claim())
    db.session.rollback()
    assert answers() == []
    calling.fail(call.id, ValueError())
    db.session.expire_all()
    assert (call.state, call.leased_until, call.error) == ("waiting", None, calling.NOT_DONE)


def test_a_database_that_took_no_work_costs_no_attempt(tell):
    call = tell()
    calling.claim()
    busy = OperationalError("", None, Exception("database is locked"))
    calling.fail(call.id, busy)
    db.session.expire_all()
    assert (call.state, call.attempts, call.leased_until) == ("waiting", 0, None)


def test_a_lease_is_renewed_while_it_lasts(tell):
    call = tell()
    calling.claim()
    call.leased_until = soon = utcnow() + timedelta(seconds=1)
    db.session.commit()
    calling.renew(call.id)
    db.session.expire_all()
    assert call.leased_until > soon


def test_a_deleted_flow_has_no_bot_and_agents_get_who_waits_for_it(flow, talk, robot, tell, step, work):
    tell()
    talk.flow = talk.flow_version = None
    talk.idle_at = utcnow() + timedelta(seconds=60)
    db.session.commit()
    db.session.delete(db.session.get_one(Flow, flow.id))
    db.session.commit()
    assert (step().state, robot.told) == ("dropped", [])
    talk.idle_at = utcnow()
    db.session.commit()
    work(idling)
    assert (talk.part, talk.queue.name) == (None, "General")


def test_no_transaction_is_open_while_a_bot_is_asked(robot, tell, step, monkeypatch):
    honest, open_ones = wire.post, []

    def watched(*asked):
        open_ones.append(db.session().in_transaction())
        return honest(*asked)

    monkeypatch.setattr(calling.wire, "post", watched)
    tell()
    step()
    assert open_ones == [False]


def test_no_log_holds_what_is_said_or_the_secret(robot, tell, step, caplog):
    caplog.set_level("DEBUG")
    robot.answers = [{"messages": [{"text": "Confidential answer"}]}]
    tell("Confidential question")
    step()
    assert "bot call done" in caplog.text
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for secret in ("Confidential", SECRET, "who=bot"):
        assert secret not in logged
