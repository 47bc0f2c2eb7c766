"""The parts of a flow as they are filled in."""

import pytest

from tests import cast
from tests.flows.sent import errors_of, fields_of
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Close, Menu, Say

WHOLE = (
    Menu(
        id="m", name="Topic", text="What?", choices=(Choice("Sales", "a"), Choice("Bot", "b")), otherwise="q"
    ),
    Say(id="s", text="Wait, {{ contact.first_name | you }}", then="q"),
    Ask(id="q", what="phone", text="Your number?", again="Again?", skip="No", tries=3, then="a"),
    Bot(id="b", url="https://bot.example.com/hook?key=1", patience=30, then="a"),
    Agents(id="a", name="Sales", priority=1, text="Coming."),
    Close(id="c"),
)


def numbered(place: int = 0, **values: str) -> dict[str, str]:
    return {f"parts-{place}-{name}": value for name, value in {"id": f"p{place}", **values}.items()}


@pytest.fixture
def add(as_ada):
    """Add a flow with these fields; the answer."""
    return lambda **fields: as_ada.post("/flows/new", data={"name": "Night", **fields})


def test_every_kind_is_shown_and_kept_as_it_was(as_ada):
    queue = cast.queue("Sales desk")
    parts = (*WHOLE, Agents(id="z", queue_id=queue.id, priority=-1))
    flow = cast.flow(parts=parts, first="m", closed_first="q", opening_message="")
    fields = fields_of(as_ada.get(f"/flows/{flow.id}").text)
    as_ada.post(f"/flows/{flow.id}", data={**fields, "closing_message": "Bye"})
    assert flow.draft.definition.parts == parts
    assert (flow.draft.definition.first, flow.draft.definition.closed_first) == ("m", "q")


def test_parts_are_chosen_by_their_place_and_name(as_ada):
    page = as_ada.get(f"/flows/{cast.flow(parts=WHOLE).id}").text
    for words in (
        "1. Topic",
        "2. Message",
        "3. Question",
        "The next one: 2. Message",
        "The first one: 1. Topic",
    ):
        assert words in page


def test_queues_are_chosen_by_name_and_a_strangers_is_none_of_them(as_ada):
    cast.queue("Sales desk")
    cast.queue("Theirs", tenant=cast.tenant("Rival"))
    page = as_ada.get(f"/flows/{cast.flow().id}").text
    assert "Sales desk" in page
    assert "Theirs" not in page


SAY = {"kind": "say", "text": "Hi"}
MENU = {"kind": "menu", "text": "What?", "choices-0-title": "Sales", "choices-0-then": "", "tries": "2"}
ASK = {"kind": "ask", "what": "email", "text": "Address?", "tries": "2"}
BOT = {"kind": "bot", "url": "https://bot.example.com", "patience": "60"}


@pytest.mark.parametrize(
    ("part", "field", "words"),
    [
        (SAY | {"text": " "}, "text", "Write what is said."),
        (SAY | {"text": "x" * 4001}, "text", "At most 4,000 characters."),
        (SAY | {"text": "{{ contact.nmae }}"}, "text", "Did you mean {{ contact.name }}?"),
        (SAY | {"name": "x" * 61}, "name", "longer than 60"),
        (SAY | {"then": "gone"}, "then", "The part it led to is gone."),
        (MENU | {"choices-0-title": ""}, "choices-0-title", "Write what stands on it, or remove it."),
        (MENU | {"choices-0-title": "x" * 21}, "choices-0-title", "At most 20 characters"),
        (MENU | {"choices-0-then": "gone"}, "choices-0-then", "The part it led to is gone."),
        (MENU | {"choices-1-title": "SALES"}, "choices-1-title", "Another one says the same."),
        (MENU | {"tries": "0"}, "tries", "Write a number from 1 to 5."),
        (MENU | {"tries": "often"}, "tries", "Write a number from 1 to 5."),
        (MENU | {"otherwise": "gone"}, "otherwise", "The part it led to is gone."),
        (ASK | {"what": "shoe size"}, "what", "Not a valid choice"),
        (ASK | {"text": ""}, "text", "Write what is said."),
        (ASK | {"again": "{{"}, "again", "is not closed by }}"),
        (ASK | {"skip": "x" * 21}, "skip", "At most 20 characters"),
        (BOT | {"url": ""}, "url", "Write the bot's address"),
        (BOT | {"url": "bot.example.com"}, "url", "Write the bot's address"),
        (BOT | {"url": "ftp://bot.example.com"}, "url", "Write the bot's address"),
        (BOT | {"url": "https://"}, "url", "Write the bot's address"),
        (BOT | {"url": "https://[bot"}, "url", "Write the bot's address"),
        (BOT | {"url": "https://bot.example.com:port/"}, "url", "Write the bot's address"),
        (BOT | {"url": "https://me:secret@bot.example.com"}, "url", "Leave out the name and password"),
        (BOT | {"url": "https://@bot.example.com"}, "url", "Leave out the name and password"),
        (BOT | {"patience": "4"}, "patience", "Write a number from 5 to 600."),
        ({"kind": "agents", "queue_id": "999"}, "queue_id", "This queue is gone. Choose another."),
        ({"kind": "agents", "queue_id": "x"}, "queue_id", "This queue is gone. Choose another."),
        ({"kind": "agents", "priority": "9"}, "priority", "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field_with_all_that_was_typed(add, part, field, words):
    answer = add(**numbered(**part))
    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == [f"parts-0-{field}"]
    assert words in errors_of(answer.text)[f"parts-0-{field}"]
    assert f'href="#parts-0-{field}"' in answer.text
    shown = fields_of(answer.text)
    for name, value in numbered(**part).items():
        if name not in ("parts-0-queue_id", "parts-0-priority", "parts-0-what", "parts-0-text"):
            assert shown[name] == value


def test_a_menu_needs_a_quick_reply(add):
    answer = add(**numbered(kind="menu", text="What?", tries="2"))
    assert answer.status_code == 422
    assert "A menu needs at least one quick reply." in answer.text


def test_a_menu_takes_thirteen(add):
    titles = {f"choices-{place}-title": f"Number {place}" for place in range(13)}
    assert add(**numbered(**MENU | titles)).status_code == 303


@pytest.mark.parametrize("kind", ["say", "bot"])
def test_a_circle_in_which_nobody_waits_for_the_customer_is_refused(add, kind):
    first = SAY if kind == "say" else BOT
    answer = add(**numbered(0, **first), **numbered(1, **SAY, then="p0"))
    assert answer.status_code == 422
    assert set(errors_of(answer.text)) == {"parts-0-then", "parts-1-then"}
    assert "It leads back to itself" in answer.text


def test_a_circle_with_a_question_in_it_is_none(add):
    assert add(**numbered(0, **MENU), **numbered(1, **SAY, then="p0")).status_code == 303


def test_an_unknown_kind_becomes_agents(add):
    answer = add(**numbered(kind="rocket"))
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "junk", ["parts-0", "parts-x-kind", "parts-0-choices-0", "hours-mon", "hours-mon-spans-0-opens-x"]
)
def test_junk_breaks_nothing(add, junk):
    assert add(**numbered(**SAY), **{junk: "x"}).status_code in (303, 422)
