"""A customer who falls silent is reminded once; then the conversation ends. Nobody we owe an answer is."""

import threading
from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.receiving import conversation, item, messages, said
from tests.deliveries import echo
from webgateway.conversations import closing, composer, idling, queueing
from webgateway.conversations.models import Conversation
from webgateway.db import db
from webgateway.flows.definition import Agents, Bot, Choice, Idle, Menu, Say
from webgateway.queues import founding

AGENTS = Agents(id="agents", text="Somebody is coming.")
MENU = Menu(id="menu", text="What?", choices=(Choice("An order", "agents"),))
IDLE = Idle(remind_after=10, reminder="Are you still there?", close_after=30)


@pytest.fixture
def later(clock, work):
    """So many minutes pass; how often a conversation was looked at."""

    def passing(minutes):
        clock.forward(minutes=minutes)
        return work(idling)

    return passing


def answers(text="Yes, it is."):
    composer.write(conversation(), text, cast.person("Gail"), None)
    db.session.commit()


class TestAFlowThatWaits:
    @pytest.fixture(autouse=True)
    def menu(self, page, follow, peter):
        cast.grant(page, cast.account(page.gateway, facebook_id="2"))
        follow(MENU, AGENTS, idle=IDLE, closing_message="Until next time!")
        peter()

    def test_reminds_once_and_then_closes(self, later):
        assert (later(9.9), said()) == (0, ["What?"])
        assert (later(0.1), said()) == (1, ["What?", "Are you still there?"])
        assert (later(19.9), said()[2:]) == (0, [])
        assert later(0.1) == 1
        talk = conversation()
        assert (said()[2:], talk.closed_how, talk.closed_by) == (["Until next time!"], "idle", None)
        assert talk.closed_at is not None
        assert (talk.part, talk.idle_at) == (None, None)
        assert later(60) == 0

    def test_a_word_of_the_customers_begins_it_anew(self, later, peter):
        later(10)
        peter("Well")
        assert conversation().reminded_at is None
        assert (later(9.9), later(0.1)) == (0, 1)
        assert said() == ["What?", "Are you still there?", "What?", "Are you still there?"]

    def test_a_link_that_was_followed_is_a_word_too(self, later, receive, clock):
        later(9)
        receive(item(clock.milliseconds, referral={"ref": "x"}))
        assert conversation().idle_at == clock.now + timedelta(minutes=10)

    def test_after_it_went_to_the_agents_they_owe_the_answer(self, later, peter):
        peter("1")
        assert conversation().queue.general
        assert (later(600), conversation().idle_at) == (0, None)

    def test_a_worker_that_was_down_leaves_time_after_the_reminder(self, later):
        assert (later(45), conversation().closed_at) == (1, None)
        later(20)
        assert conversation().closed_at

    def test_nothing_is_written_when_nobody_may(self, later, gateway):
        gateway.enabled = False
        db.session.commit()
        later(10)
        later(20)
        assert said() == ["What?"]
        assert conversation().closed_how == "idle"

    def test_two_workers_remind_once(self, clock):
        clock.forward(minutes=10)
        first, second = idling.claim(), idling.claim()
        assert first == second
        idling.work(first)
        idling.work(second)
        assert said() == ["What?", "Are you still there?"]

    def test_killed_in_the_middle_it_reminds_once(self, clock, monkeypatch):
        clock.forward(minutes=10)
        job = idling.claim()
        with monkeypatch.context() as cut:
            cut.setattr(db.session, "commit", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                idling.work(job)
        db.session.rollback()
        idling.work(idling.claim())
        assert said() == ["What?", "Are you still there?"]

    def test_one_that_fails_is_looked_at_later(self, clock, later):
        clock.forward(minutes=10)
        idling.fail(idling.claim(), ValueError())
        assert idling.claim() is None
        assert later(5) == 1

    def test_a_closed_one_is_left_alone(self, later, clock):
        talk = conversation()
        closing.close(talk, cast.person("Gail"))
        talk.idle_at = clock.now
        db.session.commit()
        assert (later(1), conversation().closed_how) == (1, "agent")


class TestAgents:
    @pytest.fixture(autouse=True)
    def agents(self, page, follow, peter):
        cast.grant(page, cast.account(page.gateway, facebook_id="2"))
        follow(AGENTS, idle=IDLE)
        peter()

    def test_a_customer_who_waits_for_them_is_never_idle(self, later):
        assert later(1000) == 0

    def test_after_their_answer_the_customers_silence_counts(self, later):
        answers()
        later(10)
        later(20)
        assert said() == ["Somebody is coming.", "Are you still there?"]
        assert conversation().closed_how == "idle"

    def test_so_it_does_after_one_in_metas_inbox(self, later, receive, clock):
        receive(echo("Hello", "m_inbox", at=clock.milliseconds))
        assert later(10) == 1

    def test_not_after_the_customers_next_question(self, later, peter):
        answers()
        peter("And tomorrow?")
        assert later(1000) == 0

    def test_not_while_they_wait_for_a_colleague(self, later, clock):
        answers()
        clock.forward(minutes=1)
        queueing.hand_over(conversation(), founding.general(cast.tenant().id))
        conversation().idle_at = clock.now + timedelta(minutes=1)
        db.session.commit()
        assert (later(2), said()) == (1, ["Somebody is coming."])
        assert conversation().closed_at is None

    def test_another_answer_after_the_reminder_gives_all_the_time(self, later):
        answers()
        later(10)
        answers("Hello?")
        assert (later(29), later(1)) == (0, 1)
        assert conversation().closed_how == "idle"


class TestOtherTimes:
    @pytest.mark.parametrize(
        ("idle", "looks"),
        [
            (Idle(), 0),
            (Idle(close_after=5), 1),
            (Idle(remind_after=5, reminder="Hello?"), 1),
            (Idle(remind_after=5, reminder=" "), 0),
            (Idle(remind_after=5, reminder="Hello?", close_after=5), 1),
        ],
    )
    def test_each_may_be_left_out(self, page, follow, peter, later, idle, looks):
        follow(MENU, AGENTS, idle=idle)
        peter()
        assert later(5) == looks
        assert later(1000) == 0
        reminded = bool(idle.reminder.strip()) and idle.close_after is None
        assert messages()[-1].text == ("Hello?" if reminded else "What?")
        assert bool(conversation().closed_at) == (idle.close_after is not None)

    def test_it_reads_one_small_index(self, app):
        if db.engine.dialect.name == "sqlite":
            due = db.select(Conversation.id).where(Conversation.idle_at <= cast.utcnow())
            query = str(
                due.order_by(Conversation.idle_at).limit(1).compile(compile_kwargs={"literal_binds": True})
            )
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
            assert [row.detail for row in plan] == [
                "SEARCH conversations USING COVERING INDEX ix_conversations_idle_at (idle_at<?)"
            ]


class TestABot:
    @pytest.fixture(autouse=True)
    def bot(self, page, follow, peter):
        cast.grant(page, cast.account(page.gateway, facebook_id="2"))
        follow(
            Bot(id="bot", url="https://bot.example/hook", patience=60),
            Say(id="sorry", text="Our bot is tired."),
            AGENTS,
            idle=IDLE,
        )
        peter()

    def test_that_says_nothing_loses_the_conversation(self, later):
        assert (later(0.9), said()) == (0, [])
        assert later(0.1) == 1
        assert said() == ["Our bot is tired.", "Somebody is coming."]
        assert conversation().queue.general

    def test_that_answers_waits_for_the_customer_as_any_part_does(self, later):
        composer.writing.write(conversation(), "I am a bot", "flow")
        db.session.commit()
        assert (later(9.9), later(0.1)) == (0, 1)
        assert said() == ["I am a bot", "Are you still there?"]
        assert conversation().part == "bot"

    def test_has_its_patience_for_each_of_the_customers_words(self, later, peter, clock):
        composer.writing.write(conversation(), "I am a bot", "flow")
        db.session.commit()
        peter("And?")
        assert conversation().idle_at == clock.now + timedelta(seconds=60)
        later(1)
        assert said()[1:] == ["Our bot is tired.", "Somebody is coming."]

    def test_while_the_gateway_is_off_nothing_happens(self, later, gateway, peter):
        gateway.enabled = False
        db.session.commit()
        later(1)
        assert said() == []
        assert conversation().part == "bot"
        gateway.enabled = True
        db.session.commit()
        peter("Still there?")
        assert later(1) == 1
        assert said()[0] == "Our bot is tired."


def test_two_workers_at_once_remind_once(app, page, follow, peter, clock):
    cast.grant(page, cast.account(page.gateway, facebook_id="2"))
    follow(MENU, AGENTS, idle=IDLE)
    peter()
    clock.forward(minutes=10)
    job, start = idling.claim(), threading.Barrier(2)
    db.session.remove()

    def look():
        with app.app_context():
            start.wait()
            idling.work(job)
            db.session.remove()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said() == ["What?", "Are you still there?"]
