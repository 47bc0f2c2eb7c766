import pytest

from webgateway.flows.answers import valid


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("peter@example.com", "peter@example.com"),
        ("It is Peter@Example.COM, thanks", "Peter@example.com"),
        ("<peter@example.com>.", "peter@example.com"),
        ("write to peter@example.com!", "peter@example.com"),
        ("a@b or peter@example.com", "peter@example.com"),
        ("peter@", None),
        ("no", None),
        ("", None),
        ("@" * 5000, None),
    ],
)
def test_an_address_is_found_in_what_was_written(text, address):
    assert valid("email", text) == address


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+380 50 123 45 67", "+380501234567"),
        ("my number: +1 (202) 555-0143.", "+12025550143"),
        ("00380501234567", "+380501234567"),
        ("050 123 45 67", "0501234567"),
        ("+1 2", None),
        ("+999 123 456 789", None),
        ("12345", None),
        ("1" * 40, None),
        ("call me", None),
        ("", None),
    ],
)
def test_a_number_is_found_in_what_was_written(text, number):
    assert valid("phone", text) == number
