"""What a flow does, and what it makes of what the customer says."""

from datetime import UTC, datetime, timedelta

import pytest

from webgateway.flows import steps
from webgateway.flows.definition import (
    Agents,
    Ask,
    Bot,
    Choice,
    Close,
    Definition,
    Hours,
    Menu,
    Say,
    Span,
)
from webgateway.flows.steps import CallBot, HandOver, Know, QuickReply, Turn

OPEN = datetime(2026, 11, 30, 10, tzinfo=UTC)
CLOSED = datetime(2026, 11, 30, 20, tzinfo=UTC)
MORNING = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOURS = Hours("UTC", ((Span("09:00", "18:00"),),) * 7)
MENU = Menu(
    id="topic",
    text="What is it about?",
    choices=(Choice("Sales", "sales"), Choice("A bill", "bills"), Choice("Bye", "bye"), Choice("Other")),
)
FLOW = Definition(
    opening_message="Hello {{ contact.name }}!",
    hours=HOURS,
    offline_message="Closed until {{ next_opening }}.",
    parts=(
        MENU,
        Say(id="next", text="Fine."),
        Ask(id="mail", what="email", text="Your address?", again="That is none.", skip="Rather not"),
        Agents(id="sales", queue_id=7, priority=1, text="A colleague comes."),
        Bot(id="bills", url="https://bot.example", then="sales"),
        Close(id="bye"),
    ),
)
BUTTONS = tuple(
    QuickReply("text", title, f"wg:topic:{place}")
    for place, title in enumerate(["Sales", "A bill", "Bye", "Other"])
)


def hear(text, position="topic", payload=None, tries=0, at=OPEN, does=FLOW, **known):
    return steps.heard(does, position, text, payload, tries, at, **known)


class TestTheBeginning:
    def test_it_greets_and_goes_to_its_first_part(self):
        turn = steps.begin(FLOW, OPEN)
        greeting, question = turn.actions
        assert greeting == steps.Say("Hello {{ contact.name }}!")
        assert question == steps.Say("What is it about?", BUTTONS)
        assert (turn.part, turn.tries, turn.offline) == ("topic", 0, False)

    def test_the_first_part_may_be_named(self):
        assert steps.begin(Definition(first="b", parts=(Close(id="a"), Agents(id="b"))), OPEN) == Turn(
            (HandOver(),)
        )

    def test_while_closed_the_offline_message_follows_the_greeting(self):
        turn = steps.begin(FLOW, CLOSED)
        assert [action.text for action in turn.actions] == [
            "Hello {{ contact.name }}!",
            "Closed until {{ next_opening }}.",
            "What is it about?",
        ]
        assert turn.offline

    def test_while_closed_it_may_go_elsewhere(self):
        does = Definition(
            hours=HOURS, closed_first="b", parts=(Close(id="a"), Say(id="b", text="Bye", then="a"))
        )
        assert steps.begin(does, CLOSED).actions == (steps.Say("Bye"), steps.Close())

    def test_the_page_may_have_hours_of_its_own(self):
        does = Definition(hours=HOURS, page_hours={"77": Hours("UTC", ((Span("00:00", "24:00"),),) * 7)})
        assert steps.begin(does, CLOSED, "77").actions == (HandOver(),)
        assert steps.begin(does, CLOSED, "78").actions == (HandOver(held_until=MORNING),)

    def test_a_flow_without_parts_leaves_nobody_alone(self):
        assert steps.begin(Definition(parts=()), OPEN) == Turn((HandOver(),))


class TestAgents:
    def test_they_get_queue_priority_and_announcement(self):
        assert steps.enter(FLOW, "sales", OPEN) == Turn((HandOver(7, 1, None, "A colleague comes."),))

    def test_while_closed_they_get_it_in_the_morning_and_the_customer_learns_it_once(self):
        turn = steps.enter(FLOW, "sales", CLOSED)
        assert turn.actions == (steps.Say("Closed until {{ next_opening }}."), HandOver(7, 1, MORNING))
        assert turn.offline
        turn = steps.enter(FLOW, "sales", CLOSED, offline_said=True)
        assert turn == Turn((HandOver(7, 1, MORNING),))

    def test_without_an_offline_message_the_announcement_is_said(self):
        does = Definition(hours=HOURS, parts=(Agents(id="a", text="Tomorrow."),))
        assert steps.begin(does, CLOSED).actions == (HandOver(held_until=MORNING, text="Tomorrow."),)


class TestAMenu:
    def test_a_press_leads_to_its_part(self):
        assert hear("Sales", payload="wg:topic:0").actions[0].queue_id == 7

    @pytest.mark.parametrize("typed", ["a bill", " A BILL. ", "2"])
    def test_so_does_typing_its_title_or_its_number(self, typed):
        assert hear(typed) == Turn((CallBot("bills", begins=True),), "bills")

    def test_a_choice_that_names_no_part_goes_to_the_next(self):
        assert [type(action).__name__ for action in hear("Other").actions] == ["Say", "Ask"]

    def test_other_words_are_asked_again_and_then_it_goes_on(self):
        again = hear("Hm?")
        assert again == Turn((steps.Say("What is it about?", BUTTONS),), "topic", 1)
        assert hear("", tries=again.tries).part == "mail"

    def test_where_it_goes_on_may_be_named(self):
        does = Definition(
            parts=(Menu(id="m", text="?", choices=(Choice("A"),), tries=1, otherwise="z"), Close(id="z"))
        )
        assert hear("b", "m", does=does).actions == (steps.Close(),)

    @pytest.mark.parametrize(
        "payload", ["wg:topic:9", "wg:topic:x", "wg:gone:0", "wg:", "", "topic:0", "wg:topic:²"]
    )
    def test_a_payload_that_leads_nowhere_is_as_none(self, payload):
        assert hear("What?", payload=payload).part == "topic"

    def test_a_number_beyond_its_choices_is_other_words(self):
        assert hear("5").tries == 1


class TestAsking:
    BUTTONS = (QuickReply("email"), QuickReply("text", "Rather not", "wg:mail:skip"))

    def test_it_offers_what_meta_knows_and_a_way_round(self):
        assert steps.enter(FLOW, "mail", OPEN) == Turn(
            (steps.Ask("email", "Your address?", self.BUTTONS),), "mail"
        )

    def test_what_is_typed_is_known_and_it_goes_on(self):
        turn = hear("it's peter@example.com", "mail")
        assert turn.actions == (Know("email", "peter@example.com"), HandOver(7, 1, text="A colleague comes."))

    def test_what_is_pressed_is_the_payload(self):
        assert hear("Send my e-mail", "mail", payload="peter@example.com").actions[0] == Know(
            "email", "peter@example.com"
        )

    def test_another_answer_is_asked_again_once(self):
        again = hear("no idea", "mail")
        assert again == Turn((steps.Ask("email", "That is none.", self.BUTTONS),), "mail", 1)
        assert hear("no idea", "mail", tries=1).actions == (HandOver(7, 1, text="A colleague comes."),)

    @pytest.mark.parametrize(("text", "payload"), [("Rather not", "wg:mail:skip"), ("rather not", None)])
    def test_who_would_rather_not_goes_on(self, text, payload):
        assert isinstance(hear(text, "mail", payload).actions[0], HandOver)

    def test_a_press_on_an_older_menu_leads_where_it_says(self):
        assert hear("Bye", "mail", payload="wg:topic:2").actions == (steps.Close(),)


class TestABot:
    def test_it_hears_everything_even_presses_of_older_menus(self):
        assert hear("Sales", "bills", payload="wg:topic:0") == Turn((CallBot("bills"),), "bills")

    def test_when_it_is_done_the_flow_goes_on(self):
        assert steps.after(FLOW, "bills", OPEN).actions == (HandOver(7, 1, text="A colleague comes."),)

    def test_a_part_that_is_gone_leads_to_the_agents(self):
        assert steps.after(FLOW, "gone", OPEN) == Turn((HandOver(),))
        assert hear("hello", "gone") == Turn((HandOver(),))


def test_nothing_is_done_where_the_flow_is_done():
    assert hear("hello", None) == Turn()


def test_parts_that_lead_in_a_circle_end_with_the_agents():
    does = Definition(parts=(Say(id="a", text="A"), Say(id="b", text="B", then="a")))
    assert steps.begin(does, OPEN) == Turn((steps.Say("A"), steps.Say("B"), HandOver()))


def test_the_end_of_the_list_is_the_general_queue():
    assert steps.begin(Definition(parts=(Say(id="a", text="A"),)), OPEN).actions[-1] == HandOver()


def test_a_quick_reply_is_kept_as_messages_keep_it():
    assert BUTTONS[0].row() == {"type": "text", "title": "Sales", "payload": "wg:topic:0"}
    assert QuickReply("email").row() == {"type": "email"}


def test_hours_that_never_open_hold_nothing():
    does = Definition(hours=Hours())
    assert steps.begin(does, OPEN + timedelta(days=1)).actions == (HandOver(),)
