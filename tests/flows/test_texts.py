import pytest

from webgateway.flows.texts import fill, of, problems

PETER = {
    "contact.first_name": "Peter",
    "contact.name": "Peter Chang",
    "page.name": "Cisco Dogs",
    "contact.email": "",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{ contact.first_name }}!", "Hello Peter!"),
        ("{{contact.name}} at {{  page.name  }}", "Peter Chang at Cisco Dogs"),
        ("Hello {{ contact.email | there }}!", "Hello there!"),
        ("Hello {{ contact.first_name | there }}!", "Hello Peter!"),
        ("Hello, {{ contact.email }}!", "Hello!"),
        ("We write to {{ contact.email }}.", "We write to."),
        ("Line\n{{ contact.email }}\nline", "Line\n\nline"),
        ("{{ nobody.knows }}", ""),
        ("{single} { { not } } one", "{single} { { not } } one"),
        ("", ""),
    ],
)
def test_fields_are_filled_with_what_is_known(text, said):
    assert fill(text, PETER) == said


def test_what_a_customer_calls_themselves_is_never_read():
    trick = {"contact.name": "{{ page.name }} {% raw %} \\1 {{ 7 * 7 }}", "page.name": "secret"}
    assert fill("Hi {{ contact.name }}", trick) == "Hi " + trick["contact.name"]


@pytest.mark.parametrize("text", ["", "Hello", "{{ contact.name }}", "{{ next_opening | soon }}", "50 {a} }"])
def test_nothing_is_wrong_with_these(text):
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ contact.nmae }}", "There is no field {{ contact.nmae }}. Did you mean {{ contact.name }}?"),
        ("{{ zebra }}", "There is no field {{ zebra }}."),
        ("{{ }}", "There is a field without a name: {{ }}."),
        ("Hello {{ contact.name", "A field begins with {{ and is not closed by }}."),
        ("{{ contact.name }} {{ page.name }", "A field begins with {{ and is not closed by }}."),
        ("Hello contact.name }}", "There is a }} where no field begins with {{."),
        ("{{ 7 * 7 }}", "There is no field {{ 7 * 7 }}."),
    ],
)
def test_what_is_wrong_is_said(text, words):
    assert problems(text) == [words]


def test_the_same_mistake_is_said_once():
    assert len(problems("{{ a }} {{ a }} {{ b }}")) == 2


def test_only_fields_that_are_known_there_may_be_used():
    assert problems("{{ agent.name }}", known={"page.name"}) == [
        "{{ agent.name }} is not known yet when this is said."
    ]


def test_which_fields_a_text_has():
    assert of("{{ a }} {{b|x}}") == {"a", "b"}
