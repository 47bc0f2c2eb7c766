"""docs/bots.md says what is so: its bot runs, its samples are as the code has them."""

import json
import re
import threading
from http.server import HTTPServer
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from tests.bots.conftest import SECRET
from webgateway.bots import guard, outcome, wire
from webgateway.bots.answers import LONGEST, MOST_MESSAGES, Answer, read
from webgateway.bots.calling import AT_ONCE
from webgateway.conversations.bot_calls import KINDS, STATES, Event
from webgateway.conversations.models import Message
from webgateway.db import db

DOC = (Path(__file__).parents[2] / "docs" / "bots.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", DOC, re.S)
EXAMPLE = next(code for kind, code in BLOCKS if kind == "python")
SAMPLES = [json.loads(code) for kind, code in BLOCKS if kind == "json"]


@pytest.fixture
def example(monkeypatch):
    """The bot of the page, listening."""
    monkeypatch.setenv("BOT_SECRET", SECRET)
    code: dict[str, type] = {}
    exec(EXAMPLE.partition("\n\nif __name__")[0], code)
    bot = code["Bot"]
    bot.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = HTTPServer(("127.0.0.1", 0), bot)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def said() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.author == "flow").order_by(Message.id)))


def test_its_bot_answers_and_hands_over(example, talk, tell, step):
    for text in ("Hello", "A person, please"):
        tell(text).url = example
        db.session.commit()
        call = step()
        assert (call.state, call.error) == ("done", None)
    assert said() == ["You said: Hello", "A moment, please."]
    assert talk.queue.name == "General"


def test_its_bot_refuses_what_is_not_signed(example, talk, flow, tell, step):
    flow.bot_secret = "whsec_" + "A" * 32
    tell("Hello").url = example
    db.session.commit()
    assert step().status == 401
    assert said() == []


def test_its_bot_has_hardly_more_than_twenty_lines():
    method = EXAMPLE.partition("class Bot")[2].partition("if __name__")[0]
    assert len(method.strip().splitlines()) <= 20


def test_its_samples_are_what_the_code_sends_and_takes():
    event, answer = SAMPLES
    assert msgspec.to_builtins(msgspec.convert(event, Event)) == event
    assert read(json.dumps(answer).encode(), Answer).messages[0].text == "On its way."


@pytest.mark.parametrize("word", [*KINDS, *STATES])
def test_it_names_every_kind_and_state(word):
    assert word in DOC


def test_its_numbers_are_those_of_the_code():
    assert [pause.total_seconds() for pause in outcome.BACK_OFF] == [5, 30, 120, 600]
    assert (wire.SECONDS, wire.MOST_BYTES, guard.BODY) == (10, 64 * 1024, 64 * 1024)
    assert (LONGEST, MOST_MESSAGES, AT_ONCE, guard.PER_BOT) == (4000, 10, 4, "600 per minute")
    for words in (
        "4,000 characters",
        "Within ten seconds",
        "ten at most",
        "Four calls",
        "600\nrequests a minute",
    ):
        assert words in DOC
