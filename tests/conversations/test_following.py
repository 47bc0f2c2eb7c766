"""A conversation follows its flow: it is greeted, asked, led on, handed to agents, closed."""

import threading
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests import cast
from tests.conversations.receiving import conversation, item, messages, offered, said
from tests.deliveries import delivery, echo, post
from webgateway import metrics
from webgateway.conversations import composer, following
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Conversation, Part
from webgateway.conversations.offers import Offer
from webgateway.conversations.writing import write
from webgateway.db import db
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Close, Hours, Menu, Say, Span
from webgateway.flows.models import Ref
from webgateway.journal import reading, taking
from webgateway.queues import founding
from webgateway.users.models import User

AGENTS = Agents(id="agents")
MENU = Menu(
    id="menu",
    text="What is it about?",
    choices=(Choice("An order", "order"), Choice("Something else", "agents")),
    otherwise="agents",
)
ORDER = Say(id="order", text="We look for your order.", then="agents")
BOT = Bot(id="bot", url="https://bot.example/hook", patience=60)
WEEK = (((Span("09:00", "17:00"),),) * 5) + ((), ())
OFFICE = Hours(time_zone="Europe/Kyiv", week=WEEK)  # two hours before UTC in winter


def answer(text="I am Gail", name="Gail"):
    composer.write(conversation(), text, cast.person(name), None)
    db.session.commit()


def withdrawn() -> float:
    """Calls that this process took back."""
    [counted] = metrics.offers.collect()
    totals = [one for one in counted.samples if one.name.endswith("_total")]
    return sum(one.value for one in totals if one.labels["outcome"] == "withdrawn")


class TestTheBeginning:
    def test_it_greets_says_its_first_part_and_hands_over(self, follow, peter):
        follow(Say(id="say", text="One moment."), AGENTS, opening_message="Hello!")
        peter()
        assert said() == ["Hello!", "One moment."]
        talk = conversation()
        assert (talk.queue.name, talk.part, talk.agent) == ("General", None, None)
        assert talk.queued_at
        assert talk.greeted_at

    def test_without_a_flow_it_goes_to_the_general_queue_without_a_word(self, page, peter):
        peter()
        assert said() == []
        assert conversation().queue.general

    def test_a_second_message_is_not_greeted(self, follow, peter):
        follow(AGENTS, opening_message="Hello!")
        peter()
        peter("Anybody?")
        assert said() == ["Hello!"]

    def test_agents_are_announced_and_get_it_by_queue_and_priority(self, follow, peter):
        sales = cast.queue("Sales")
        follow(Agents(id="agents", queue_id=sales.id, priority=1, text="Somebody is coming."))
        peter()
        assert said() == ["Somebody is coming."]
        assert (conversation().queue, conversation().priority) == (sales, 1)

    @pytest.mark.parametrize("rival", [True, False])
    def test_a_queue_that_is_gone_or_anothers_is_the_general_one(self, follow, peter, rival):
        theirs = cast.queue("Theirs", tenant=cast.tenant("Rival")).id
        follow(Agents(id="agents", queue_id=theirs if rival else 4711))
        peter()
        assert conversation().queue is founding.general(cast.tenant().id)

    def test_texts_know_the_customer_and_the_page(self, follow, page, peter):
        cast.contact(page, "Peter Chang")
        follow(AGENTS, opening_message="Hello {{ contact.first_name | there }}, this is {{ page.name }}.")
        peter()
        assert said() == ["Hello Peter, this is Cisco Dogs."]

    def test_a_text_of_which_nothing_is_left_is_not_said(self, follow, peter):
        follow(Say(id="say", text="{{ contact.email }}"), AGENTS, opening_message="  ")
        peter()
        assert said() == []
        assert conversation().queue.general

    def test_a_flow_that_ends_closes_with_its_closing_message(self, follow, peter):
        follow(Close(id="close"), closing_message="Write again any time.")
        peter()
        assert said() == ["Write again any time."]
        talk = conversation()
        assert (talk.closed_how, talk.closed_by, talk.part) == ("flow", None, None)
        assert talk.closed_at is not None

    def test_whoever_writes_after_that_begins_anew(self, follow, peter):
        follow(Close(id="close"), opening_message="Hello!")
        peter()
        peter()
        assert db.session.query(Conversation).count() == 2
        assert said() == ["Hello!", "Hello!"]


class TestWorkingHours:
    def test_while_open_nothing_is_different(self, follow, peter):
        follow(AGENTS, hours=OFFICE, offline_message="We are away.")
        peter()
        assert said() == []
        assert conversation().held_until is None

    def test_while_closed_it_says_when_it_opens_and_holds_it_until_then(self, follow, peter, clock):
        clock.forward(hours=9)  # 21:00 in Kyiv
        follow(
            AGENTS,
            hours=OFFICE,
            offline_message="We are back {{ next_opening.weekday }} at {{ next_opening.time }}.",
        )
        peter()
        assert said() == ["We are back Tuesday at 09:00."]
        talk = conversation()
        assert talk.held_until == datetime(2030, 1, 8, 7, tzinfo=UTC)
        assert talk.offline_at is not None
        assert talk.queue.general

    def test_it_is_said_once_in_a_conversation(self, follow, peter, clock):
        clock.forward(hours=9)
        follow(MENU, ORDER, AGENTS, hours=OFFICE, offline_message="We are away.")
        peter()
        peter("An order")
        assert said() == ["We are away.", "What is it about?", "We look for your order."]

    def test_a_page_may_have_its_own(self, follow, page, peter, clock):
        clock.forward(hours=9)
        follow(
            AGENTS,
            hours=OFFICE,
            page_hours={page.meta_id: Hours(week=((Span("00:00", "24:00"),),) * 7)},
            offline_message="We are away.",
        )
        peter()
        assert said() == []

    def test_while_closed_another_part_may_come_first(self, follow, peter, clock):
        clock.forward(hours=9)
        follow(AGENTS, Say(id="night", text="Good night.", then="agents"), hours=OFFICE, closed_first="night")
        peter()
        assert said() == ["Good night."]


class TestAMenu:
    @pytest.fixture(autouse=True)
    def menu(self, follow, peter):
        follow(MENU, ORDER, AGENTS)
        peter()

    def test_it_offers_its_choices_as_quick_replies(self):
        assert said() == ["What is it about?"]
        assert offered() == [
            {"type": "text", "title": "An order", "payload": "wg:menu:0"},
            {"type": "text", "title": "Something else", "payload": "wg:menu:1"},
        ]
        assert db.session.query(Part).one().quick_replies == offered()
        assert (conversation().part, conversation().queue) == ("menu", None)

    @pytest.mark.parametrize("words", ["An order", " an  ORDER ", "1", "an order."])
    def test_a_choice_may_be_typed(self, peter, words):
        peter(words)
        assert said()[-1] == "We look for your order."
        assert conversation().queue.general

    def test_a_press_leads_on(self, peter):
        peter("An order", "wg:menu:0")
        assert said()[-1] == "We look for your order."

    def test_a_button_with_its_payload_leads_on_too(self, receive, clock):
        receive(item(clock.milliseconds + 1, postback={"mid": "m_p", "title": "x", "payload": "wg:menu:0"}))
        assert said()[-1] == "We look for your order."

    def test_other_words_are_asked_again_and_then_lead_elsewhere(self, peter):
        peter("What?")
        assert (said(), conversation().tries) == (["What is it about?"] * 2, 1)
        assert len(offered()) == 2
        peter("Whatever")
        assert (said(), conversation().queue.name) == (["What is it about?"] * 2, "General")

    def test_a_picture_is_no_choice(self, peter):
        peter.sends_a_picture()
        assert said() == ["What is it about?"] * 2

    def test_a_link_that_was_followed_is_no_answer(self, receive, clock):
        receive(item(clock.milliseconds + 1, referral={"ref": "x", "type": "OPEN_THREAD"}))
        assert said() == ["What is it about?"]
        assert conversation().tries == 0

    def test_a_press_comes_too_late_when_agents_have_it(self, peter):
        peter("Something else", "wg:menu:1")
        peter("An order", "wg:menu:0")
        assert said() == ["What is it about?"]

    def test_running_conversations_finish_on_their_version(self, gateway, peter):
        gateway.flow.go_live(
            msgspec.structs.replace(gateway.flow.definition, parts=(Say(id="order", text="New words."),))
        )
        db.session.commit()
        peter("1")
        assert said()[-1] == "We look for your order."

    def test_one_whose_flow_was_deleted_goes_to_the_agents(self, peter, gateway):
        flow, gateway.flow = gateway.flow, None
        db.session.delete(flow)
        db.session.commit()
        db.session.expire_all()
        peter("1")
        assert (conversation().queue.general, conversation().part) == (True, None)

    def test_a_choice_of_an_older_menu_leads_there_while_the_flow_has_it(self, follow, peter, gateway):
        conversation().closed_at = peter.clock.now
        again = Menu(id="more", text="Which?", choices=(Choice("This", "agents"),))
        follow(MENU, again, ORDER, AGENTS, name="Two menus")
        peter()
        peter("x", "wg:menu:7")  # no such choice
        conversations = db.session.query(Conversation).order_by(Conversation.id).all()
        following.enter(conversations[-1], "more")
        db.session.commit()
        peter("An order", "wg:menu:0")
        assert said()[-2:] == ["Which?", "We look for your order."]


class TestAsking:
    @pytest.fixture
    def ask(self, follow, peter):
        def asking(what="email", **more):
            follow(Ask(id="ask", what=what, text="How do we reach you?", **more), AGENTS)
            peter()

        return asking

    def facts(self):
        return [(fact.kind, fact.value, fact.source) for fact in db.session.query(Fact)]

    def test_the_customer_may_press_what_meta_offers(self, ask, peter):
        ask()
        assert offered() == [{"type": "email"}]
        peter("box@example.com", "box@example.com")
        assert self.facts() == [("email", "box@example.com", "quick_reply")]
        fact = db.session.query(Fact).one()
        assert (fact.contact, fact.message.text) == (conversation().contact, "box@example.com")
        assert fact.gathered_at
        assert conversation().queue.general

    def test_or_type_it(self, ask, peter):
        ask("phone")
        peter("+380 50 123-45-67, please")
        assert self.facts() == [("phone", "+380501234567", "text")]

    def test_what_is_none_is_asked_for_again_and_then_it_goes_on(self, ask, peter):
        ask(again="Once more, please.")
        peter("no@")
        assert said() == ["How do we reach you?", "Once more, please."]
        assert offered() == [{"type": "email"}]
        peter("never")
        assert self.facts() == []
        assert conversation().queue.general

    @pytest.mark.parametrize(("what", "word"), [("email", "name@example.com"), ("phone", "country code")])
    def test_without_words_for_that_it_says_what_is_missing(self, ask, peter, what, word):
        ask(what)
        peter("050 123 45 67")
        assert word in said()[-1]
        assert self.facts() == []

    def test_who_would_rather_not_skips_it(self, ask, peter):
        ask(skip="Rather not")
        assert offered()[-1] == {"type": "text", "title": "Rather not", "payload": "wg:ask:skip"}
        peter("Rather not", "wg:ask:skip")
        assert self.facts() == []
        assert conversation().queue.general

    def test_the_same_address_is_kept_once(self, ask, peter):
        ask()
        peter("box@example.com")
        conversation().closed_at = peter.clock.now
        db.session.commit()
        peter()
        peter("Box@EXAMPLE.com is still right, box@example.com")
        assert [kind for kind, *_ in self.facts()].count("email") <= 2
        peter("box@example.com", "box@example.com")
        assert [value for _, value, _ in self.facts()].count("box@example.com") == 1

    def test_it_is_known_to_later_texts(self, follow, peter):
        follow(Ask(id="ask", what="email", text="?"), Say(id="say", text="We write to {{ contact.email }}."))
        peter()
        peter("box@example.com")
        assert said()[-1] == "We write to box@example.com."

    def test_instagram_has_no_quick_reply_for_it(self, follow, page, receive, clock, peter):
        page.instagram_id = "17841405726653026"
        follow(Ask(id="ask", what="email", text="Your e-mail?", skip="Rather not"), AGENTS)
        body = peter.writes()
        body["recipient"]["id"] = page.instagram_id
        receive(body, page=page.instagram_id, object="instagram")
        assert conversation().channel == "instagram"
        assert [one["type"] for one in db.session.query(Part).one().quick_replies] == ["text"]

    def test_what_the_customer_withdraws_is_forgotten(self, ask, peter, receive, clock):
        ask()
        peter("box@example.com")
        mid = messages()[-1].mid if messages()[-1].from_customer else messages()[-2].mid
        receive(item(clock.milliseconds, message={"mid": mid, "is_deleted": True}))
        assert self.facts() == []


class TestABot:
    @pytest.fixture(autouse=True)
    def bot(self, follow, peter):
        follow(BOT, Say(id="sorry", text="Our bot is tired."), AGENTS)
        peter("Hi bot")

    def calls(self):
        return [(call.kind, call.part) for call in db.session.query(BotCall).order_by(BotCall.id)]

    def test_it_is_told_that_it_has_the_conversation(self):
        assert self.calls() == [("conversation.started", "bot")]
        assert conversation().part == "bot"

    def test_and_what_the_customer_says(self, peter):
        peter("And?")
        assert self.calls()[1:] == [("message.received", "bot")]

    def test_it_has_its_patience_to_answer(self, clock):
        assert conversation().idle_at == clock.now + timedelta(seconds=60)

    def test_when_it_is_done_the_flow_goes_on(self):
        following.leave_bot(conversation())
        db.session.commit()
        assert said() == ["Our bot is tired."]
        assert (conversation().queue.name, conversation().part) == ("General", None)

    def test_a_second_time_that_changes_nothing(self):
        following.leave_bot(conversation())
        following.leave_bot(conversation())
        assert said() == ["Our bot is tired."]

    def test_an_agent_who_answers_is_not_interrupted(self, peter):
        answer()
        following.leave_bot(conversation())
        peter("Thanks")
        assert said() == []
        assert self.calls() == [("conversation.started", "bot"), ("conversation.handed_over", "bot")]


class TestPeople:
    @pytest.fixture(autouse=True)
    def menu(self, follow, peter):
        follow(MENU, ORDER, AGENTS)
        peter()

    def test_an_agents_answer_ends_the_flows_turn(self, peter, clock):
        answer()
        assert (conversation().part, conversation().answered_at) == (None, clock.now)
        peter("An order", "wg:menu:0")
        assert said() == ["What is it about?"]

    def test_so_does_an_answer_in_metas_inbox(self, peter, receive, clock):
        receive(echo("I am Maria", "m_inbox", at=clock.milliseconds))
        assert (conversation().part, conversation().answered_at) == (None, clock.now)
        peter("1")
        assert said() == ["What is it about?"]

    def test_then_the_customers_next_word_goes_to_the_agents(self, peter, receive, clock):
        receive(echo("I am Maria", "m_inbox", at=clock.milliseconds))
        assert conversation().queue is None
        peter("Are you there?")
        assert conversation().queue.general

    def test_what_another_program_writes_does_not(self, peter, receive, clock):
        receive(echo("Your parcel left.", "m_app", at=clock.milliseconds, app_id=1517776481860111))
        peter("1")
        assert said()[-1] == "We look for your order."

    def test_the_first_answer_counts(self, clock):
        answer()
        first = clock.now
        clock.forward(minutes=5)
        answer("Still here")
        assert conversation().answered_at == first

    def test_an_agent_who_has_the_conversation_ends_it_too(self, peter):
        conversation().agent = cast.agent()
        db.session.commit()
        peter("1")
        assert said() == ["What is it about?"]


class TestSilence:
    def test_a_switched_off_gateway_says_nothing_and_later_goes_on(self, follow, peter, gateway):
        follow(MENU, ORDER, AGENTS)
        peter()
        gateway.enabled = False
        db.session.commit()
        peter("1")
        assert said() == ["What is it about?"]
        gateway.enabled = True
        db.session.commit()
        peter("1")
        assert said()[-1] == "We look for your order."

    def test_so_while_another_app_has_it(self, follow, peter):
        follow(MENU, ORDER, AGENTS)
        peter()
        conversation().owner_app_id, conversation().owner_at = "4711", peter.clock.now + timedelta(hours=1)
        db.session.commit()
        peter("1")
        assert said() == ["What is it about?"]
        conversation().owner_app_id = None
        db.session.commit()
        peter("1")
        assert said()[-1] == "We look for your order."

    def test_passed_to_us_it_begins(self, follow, peter, receive, gateway, clock):
        follow(MENU, ORDER, AGENTS, opening_message="Hello!")
        peter()
        talk = conversation()
        talk.greeted_at = talk.part = None
        talk.owner_app_id = "4711"
        db.session.commit()
        receive(
            item(
                clock.milliseconds + 1,
                pass_thread_control={"new_owner_app_id": gateway.app_id, "previous_owner_app_id": "4711"},
            )
        )
        assert said()[-2:] == ["Hello!", "What is it about?"]

    def test_passed_to_us_by_somebody_it_never_knew_it_waits_for_an_agent(
        self, follow, receive, gateway, clock
    ):
        follow(MENU, AGENTS)
        passed = {"new_owner_app_id": gateway.app_id, "previous_owner_app_id": "4711"}
        receive(item(clock.milliseconds, pass_thread_control=passed))
        assert said() == []
        assert conversation().queue.general

    def test_who_was_written_to_first_goes_to_the_agents_ungreeted(self, follow, page, peter):
        follow(MENU, AGENTS, opening_message="Hello!")
        cast.conversation(cast.contact(page), greeted_at=peter.clock.now, flow=page.gateway.flow)
        peter("Thank you for the private reply")
        assert said() == []
        assert conversation().queue.general


class TestAnotherLink:
    @pytest.fixture(autouse=True)
    def returns(self, follow, gateway):
        follow(MENU, ORDER, AGENTS, opening_message="Hello!")
        other = cast.flow("Returns", parts=(Say(id="r", text="What do you return?"), AGENTS))
        db.session.add(Ref(tenant_id=other.tenant_id, flow=other, value="returns"))
        db.session.commit()

    def follow_it(self, peter):
        link = {"ref": "returns", "type": "OPEN_THREAD"}
        peter.receive(item(peter.clock.milliseconds + 500, referral=link))

    def test_it_begins_the_other_flow_without_greeting_again(self, peter):
        peter()
        self.follow_it(peter)
        assert said() == ["Hello!", "What is it about?", "What do you return?"]
        assert (conversation().flow.name, conversation().part) == ("Returns", None)

    def test_it_takes_it_back_out_of_a_queue(self, peter):
        peter()
        peter("2")
        first, talk = conversation().queued_at, conversation()
        db.session.add(
            Offer(conversation=talk, user=cast.agent(), expires_at=peter.clock.now + timedelta(seconds=30))
        )
        db.session.commit()
        before = withdrawn()
        self.follow_it(peter)
        assert said()[-1] == "What do you return?"
        assert withdrawn() == before + 1
        assert conversation().queued_at > first or conversation().queue.general
        assert db.session.query(Offer).one().outcome == "withdrawn"

    def test_not_from_an_agent_who_took_it(self, peter):
        peter()
        conversation().agent = cast.agent()
        db.session.commit()
        self.follow_it(peter)
        assert conversation().flow.name == "Welcome"

    def test_a_bot_that_had_it_is_told(self, gateway, peter):
        gateway.flow = cast.flow("Bot", parts=(BOT, AGENTS))
        db.session.commit()
        peter()
        self.follow_it(peter)
        assert conversation().flow.name == "Returns"
        told = [(call.kind, call.flow.name) for call in db.session.query(BotCall).order_by(BotCall.id)]
        assert told == [("conversation.started", "Bot"), ("conversation.handed_over", "Bot")]

    def test_not_while_the_flow_is_silent_then_it_goes_on_where_it_was(self, peter, gateway):
        peter()
        gateway.enabled = False
        db.session.commit()
        self.follow_it(peter)
        gateway.enabled = True
        db.session.commit()
        assert (conversation().flow.name, conversation().part) == ("Welcome", "menu")
        peter("1")
        assert said()[-1] == "We look for your order."

    def test_one_that_takes_the_conversation_back_from_another_app_begins_it(self, peter):
        peter()
        conversation().owner_app_id, conversation().owner_at = "4711", peter.clock.now
        db.session.commit()
        self.follow_it(peter)
        assert (conversation().flow.name, said()[-1]) == ("Returns", "What do you return?")

    def test_not_after_an_answer(self, peter):
        peter()
        answer()
        self.follow_it(peter)
        assert (conversation().flow.name, said()) == ("Welcome", ["Hello!", "What is it about?"])


class TestOnce:
    @pytest.fixture(autouse=True)
    def menu(self, follow):
        follow(MENU, ORDER, AGENTS)

    def test_a_press_delivered_twice_counts_once(self, peter, receive):
        peter()
        press = peter.writes("What?")
        receive(press)
        receive(press)
        assert conversation().tries == 1
        assert said() == ["What is it about?"] * 2

    def test_first_and_second_message_in_one_delivery_go_on_in_their_order(self, peter, receive):
        receive(peter.writes("Hi"), peter.writes("1"))
        assert said() == ["What is it about?", "We look for your order."]

    def test_out_of_order_each_is_heard_once(self, peter, receive):
        earlier, later = peter.writes("Hi"), peter.writes("1")
        receive(later)
        receive(earlier)
        assert said() == ["What is it about?"] * 2
        assert [message.text for message in messages() if message.from_customer] == ["Hi", "1"]

    def test_killed_in_the_middle_it_is_all_done_again_once(
        self, peter, receive, visitor, gateway, monkeypatch
    ):
        post(visitor, gateway, delivery(peter.writes()))
        reading.work(reading.claim())
        job = taking.claim()
        with monkeypatch.context() as cut:
            cut.setattr(db.session, "commit", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                taking.work(job)
        db.session.rollback()
        assert db.session.query(Conversation).count() == 0
        taking.work(job)
        assert said() == ["What is it about?"]

    def test_the_flow_that_waited_for_an_agents_answer_to_be_written_is_silent(
        self, app, peter, visitor, gateway
    ):
        """Both want the conversation at the same moment: the second sees what the first did."""
        peter()
        post(visitor, gateway, delivery(peter.writes("1")))
        reading.work(reading.claim())
        job, held = taking.claim(), threading.Event()
        talk_id, gail = conversation().id, cast.person("Gail").id
        db.session.remove()

        def answers_slowly():
            with app.app_context():
                talk = db.session.scalars(
                    db.select(Conversation).filter_by(id=talk_id).with_for_update()
                ).one()
                write(talk, "I am here", "agent", db.session.get(User, gail))
                db.session.flush()
                held.set()
                time.sleep(0.3)
                db.session.commit()
                db.session.remove()

        agent = threading.Thread(target=answers_slowly)
        agent.start()
        held.wait()
        taking.work(job)
        agent.join()
        assert said() == ["What is it about?"]
