"""The flow tried out beside its form: nothing is kept, nothing is sent."""

from bs4 import BeautifulSoup

from tests import cast
from tests.flows.sent import fields_of
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Close, Hours, Menu, Say, Span
from webgateway.queues.founding import general

PARTS = (
    Menu(id="m", text="What?", choices=(Choice("Mail", "q"), Choice("Bot", "b"), Choice("Bye", "c"))),
    Ask(id="q", what="email", text="Your address?", again="That is none.", skip="Rather not", then="a"),
    Bot(id="b", name="Billing bot", url="https://bot.example.com", then="a"),
    Agents(id="a", text="One moment, {{ contact.email | friend }}."),
    Close(id="c"),
)
HOURS = Hours("Europe/Kyiv", ((Span("09:00", "18:00"),),) * 5 + ((), ()))


class Phone:
    """What a person does with the panel; with `scripts` off, the page is a whole one anyway."""

    def __init__(self, client, **does):
        self.client, self.flow = client, cast.flow(parts=PARTS, **does)
        self.page = client.get(f"/flows/{self.flow.id}").text

    def press(self, value: str, **typed: str) -> "Phone":
        fields = {**fields_of(self.page), **typed, "try": value}
        answer = self.client.post(f"/flows/{self.flow.id}/trial", data=fields)
        assert answer.status_code == 200
        self.page = answer.text
        return self

    def say(self, text: str) -> "Phone":
        return self.press("say", trial_text=text)

    @property
    def lines(self) -> list[str]:
        lines = BeautifulSoup(self.page, "html.parser").select("#try .line")
        return [line.get_text().strip() for line in lines]

    @property
    def replies(self) -> list[str]:
        buttons = BeautifulSoup(self.page, "html.parser").select("#try [aria-label='Quick replies'] button")
        return [button.text for button in buttons]


def test_the_page_comes_with_a_talk_that_has_begun(as_ada):
    phone = Phone(as_ada, opening_message="Hello {{ contact.first_name }} of {{ page.name }}!")
    assert phone.lines == ["Flow: Hello Maria of Your page!", "Flow: What?"]
    assert phone.replies == ["Mail", "Bot", "Bye"]


def test_quick_replies_are_pressed_and_asks_answered(as_ada):
    phone = Phone(as_ada, opening_message="").press("reply:0")
    assert phone.lines[1:] == ["Customer: Mail", "Flow: Your address?"]
    assert phone.replies == ["maria@example.com", "Rather not"]
    assert phone.say("no idea").lines[-1] == "Flow: That is none."
    phone.say("me@example.org")
    assert phone.lines[-3:] == [
        "Note: E-mail address kept: me@example.org",
        "Flow: One moment, me@example.org.",
        "Note: Handed over to the agents of General.",
    ]
    assert "trial_text" not in fields_of(phone.page)


def test_what_meta_knows_is_pressed(as_ada):
    phone = Phone(as_ada).press("reply:0").press("reply:0")
    assert "Note: E-mail address kept: maria@example.com" in phone.lines


def test_a_bot_is_not_called(as_ada):
    phone = Phone(as_ada).press("reply:1")
    assert phone.lines[-1] == "Note: The bot has the conversation: Billing bot. It is not called here."
    assert phone.say("help").lines[-1] == "Note: The bot is told: Billing bot. It is not called here."
    phone.press("bot")
    assert phone.lines[-3:] == [
        "Note: The bot hands over.",
        "Flow: One moment, friend.",
        "Note: Handed over to the agents of General.",
    ]


def test_it_closes_with_the_closing_message(as_ada):
    phone = Phone(as_ada, closing_message="Until next time!").press("reply:2")
    assert phone.lines[-2:] == ["Flow: Until next time!", "Note: The conversation is closed."]


def test_at_a_time_that_is_chosen_it_is_closed(as_ada):
    phone = Phone(as_ada, hours=HOURS, offline_message="Back at {{ next_opening }}.")
    phone.press("start", trial_at="2026-11-28T12:00")
    assert "Flow: Back at 2026-11-30 09:00." in phone.lines
    assert "Time (Europe/Kyiv)" in phone.page
    assert fields_of(phone.page)["trial_at"] == "2026-11-28T12:00"
    phone.press("reply:1").press("bot")
    assert phone.lines[-1] == "Note: Handed over to the agents of General, held until 2026-11-30 09:00."


def test_a_page_has_its_own_hours(as_ada):
    cast.page(cast.gateway())
    always = Hours("UTC", ((Span("00:00", "24:00"),),) * 7)
    phone = Phone(
        as_ada, hours=HOURS, page_hours={"102938475610293": always}, opening_message="{{ page.name }}"
    )
    phone.press("start", trial_at="2026-11-28T12:00", trial_page="102938475610293")
    assert phone.lines == ["Flow: Cisco Dogs", "Flow: What?"]
    assert "Time (UTC)" in phone.page


def test_what_is_typed_and_not_saved_is_what_is_tried(as_ada):
    phone = Phone(as_ada).press("start", opening_message="Brand new")
    assert phone.lines[0] == "Flow: Brand new"
    assert fields_of(phone.page)["opening_message"] == "Brand new"
    assert phone.flow.draft is None


def test_while_something_is_wrong_it_says_so_and_the_talk_stays(as_ada):
    phone = Phone(as_ada).press("reply:0", opening_message="{{ wrong")
    assert "It cannot be tried yet" in phone.page
    assert phone.lines[0] == "Flow: Hello! We are reading."
    assert fields_of(phone.page)["opening_message"] == "{{ wrong"


def test_a_talk_that_was_not_sealed_here_begins_again(as_ada):
    phone = Phone(as_ada, opening_message="Hello").press("reply:0")
    assert phone.press("reply:0", trial="W10.forged").lines == ["Flow: Hello", "Flow: What?"]


def test_nonsense_changes_nothing(as_ada):
    phone = Phone(as_ada)
    before = phone.lines
    for act in ("reply:9", "reply:x", "say", "", "dance"):
        assert phone.press(act, trial_text=" ").lines == before
    assert phone.press("start", trial_at="never").lines == before


def test_a_flow_that_is_being_added_can_be_tried(as_ada):
    fields = fields_of(as_ada.get("/flows/new").text)
    answer = as_ada.post(
        "/flows/new/trial", data={**fields, "name": "N", "opening_message": "Hey", "try": "start"}
    )
    assert "Hey</p>" in answer.text


def test_nothing_is_kept_and_what_customers_say_is_only_text(as_ada):
    phone = Phone(as_ada).say("<b>{{ contact.name }}</b>")
    assert "Customer: <b>{{ contact.name }}</b>" in phone.lines
    assert db.session.query(Conversation).count() == db.session.query(Message).count() == 0


def test_where_meta_is_simulated_it_leads_to_the_phone(as_ada, app):
    phone = Phone(as_ada)
    cast.page(cast.gateway(flow=phone.flow))
    page = as_ada.get(f"/flows/{phone.flow.id}").text
    assert 'href="http://127.0.0.1:9/_sim/phone/?page=102938475610293"' in page


def test_a_queue_is_called_by_its_name(as_ada):
    queue = cast.queue("Sales desk")
    general(queue.tenant_id).name = "Front desk"
    db.session.commit()
    flow = cast.flow(parts=(Say(id="s", text="Hi"), Agents(id="a", queue_id=queue.id)))
    assert "Handed over to the agents of Sales desk." in as_ada.get(f"/flows/{flow.id}").text
    other = cast.flow("Other")
    assert "Handed over to the agents of Front desk." in as_ada.get(f"/flows/{other.id}").text


def test_htmx_gets_the_panel_alone(as_ada):
    phone = Phone(as_ada)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    fields = {**fields_of(phone.page), "try": "reply:2"}
    fragment = as_ada.post(f"/flows/{phone.flow.id}/trial", data=fields, headers=headers).text
    assert fragment.lstrip().startswith('<aside id="try"')
    assert "The conversation is closed." in fragment
