import hashlib
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests import cast
from tests.bots.robot import Robot, listening
from tests.conftest import settings_in
from webgateway.bots import calling
from webgateway.conversations import bot_calls
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.flows.definition import Agents, Bot
from webgateway.flows.models import Flow
from webgateway.settings import Settings

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
TOKEN = "wgbot_only-for-tests"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Bots on this machine may be called."""
    return settings_in(tmp_path, database_url=database_url, bot_networks=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def robot() -> Iterator[Robot]:
    with listening() as robot:
        yield robot


@pytest.fixture
def flow(app, robot) -> Flow:
    """A bot, then agents."""
    return cast.flow(
        "Orders",
        opening_message="",
        closing_message="",
        bot_secret=SECRET,
        parts=(Bot(id="robot", name="Robot", url=robot.url), Agents(id="people", name="People")),
    )


@pytest.fixture
def talk(flow, page) -> Conversation:
    """The bot has it."""
    return cast.conversation(
        cast.contact(page), flow=flow, flow_version=flow.live, part="robot", part_at=utcnow(), tries=1
    )


@pytest.fixture
def tell(talk) -> Callable[..., BotCall]:
    """What the customer said, or what happened, is told to the bot."""

    def told(text: str | None = "Where is my order?", kind: str = "message.received", **message) -> BotCall:
        said = cast.message(talk, text, **message) if text is not None else None
        call = bot_calls.tell(talk, talk.does.part("robot") or Bot(id="robot", url=""), kind, said)
        db.session.commit()
        return call

    return told


@pytest.fixture
def step() -> Callable[[], BotCall | None]:
    """One step of one worker."""

    def once() -> BotCall | None:
        job = calling.claim()
        if job is None:
            return None
        calling.work(job)
        db.session.expire_all()
        return db.session.get_one(BotCall, job)

    return once


@pytest.fixture
def api(app, flow, visitor):
    """As the flow's bot, by its token."""
    flow.bot_token_hash, flow.bot_token_made_at = hashlib.sha256(TOKEN.encode()).hexdigest(), utcnow()
    db.session.commit()

    def call(verb: str, path: str, json=None, token: str | None = TOKEN, **headers):  # type: ignore[no-untyped-def]
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return visitor.open(f"/api/v1{path}", method=verb, json=json, headers=headers)

    return call
