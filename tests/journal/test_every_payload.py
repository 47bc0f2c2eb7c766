"""Every shape Meta sends goes through the whole system: accepted, each event accounted for, and what it does
to the screen seen there."""

import html
import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, post, text
from tests.journal import effects
from tests.test_architecture import ROOT
from webgateway.conversations import outgoing
from webgateway.conversations.models import Conversation
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.journal.models import Delivery, Event
from webgateway.journal.words import KINDS
from webgateway.meta import events, signed_request
from webgateway.pages.models import Page

EFFECTS = effects.table()
BEFORE = 1_661_000_000_000  # milliseconds: earlier than all of the samples
DOCUMENT = (ROOT / "docs" / "events.md").read_text()


@pytest.fixture
def connected(gateway):
    """Connect every page and Instagram account a payload speaks of."""

    def connect(body):
        ids = {str(entry["id"]) for entry in body.get("entry", []) if "id" in entry}
        for number, meta_id in enumerate(sorted(ids)):
            if body.get("object") == "instagram":
                cast.page(gateway, f"Page {number}", f"90000{number}", instagram_id=meta_id)
            else:
                cast.page(gateway, f"Page {number}", meta_id)

    return connect


@pytest.fixture
def deliver(visitor, gateway, work):
    def delivering(body):
        assert post(visitor, gateway, body).status_code == 200
        work(reading, taking)

    return delivering


@pytest.fixture
def articles(as_gail, as_ada):
    """The words of all messages and comments, and of what Meta holds against a page."""

    def shown() -> list[str]:
        found = []
        for talk in db.session.scalars(select(Conversation.id)).all():
            page = as_gail.get(f"/conversations/{talk}").text
            found += re.findall(r'<article id="message-\d+".*?</article>', page, re.S)
        comments = as_gail.get("/conversations/comments/?state=all").text
        found += re.findall(r'<tr id="comment-\d+".*?</tr>', comments, re.S)
        for page in db.session.scalars(select(Page)).all():
            board = as_ada.get(f"/gateways/{page.gateway_id}/pages/{page.id}/health").text
            found += re.findall(
                r"<li class=\"(?:bad|warn)\">(?:(?!</li>).)*Meta&#39;s rules.*?</li>", board, re.S
            )
        return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]

    return shown


def earlier(body, about):
    """A message of the customer the payload speaks of, in the same envelope; `about`: with its mid."""
    event = next(event for event in events.parse(json.dumps(body).encode()) if event.user_id)
    mid = event.mid or next(iter(event.mids), "m_about")
    words = text("Earlier words", mid if about else "m_earlier", event.user_id, event.account_id, BEFORE)
    return delivery(words, page=event.account_id, object=body["object"]), mid


def loved(body):
    """The same customer's reaction to the same message, a little before."""
    entry = json.loads(json.dumps(body["entry"][0]))
    item = entry["messaging"][0]
    item["reaction"] |= {"action": "react", "reaction": "love", "emoji": "❤️"}
    item["timestamp"] -= 1000
    return {**body, "entry": [entry]}


def prepare(into, body, deliver):
    if into in ("nothing", "before"):
        return
    message, mid = earlier(body, about=into in ("about", "loved"))
    deliver(message)
    if into == "loved":
        deliver(loved(body))
    if into == "sent":
        talk = db.session.scalars(select(Conversation)).one()
        part = outgoing.write(talk, "Our answer", "agent", cast.person("Gail")).parts[0]
        outgoing.arrived(part, mid, datetime(2026, 10, 31, tzinfo=UTC))
        db.session.commit()


@pytest.mark.parametrize("name", EFFECTS)
def test_a_sample_has_its_outcome_and_its_effect(connected, deliver, articles, name):
    body, effect = effects.body(name), EFFECTS[name]
    connected(body)
    prepare(effect.into, body, deliver)
    was = articles()
    deliver(body)
    last = select(Delivery.id).order_by(Delivery.id.desc()).limit(1).scalar_subquery()
    told = db.session.scalars(select(Event).where(Event.delivery_id == last).order_by(Event.position))
    journal = [": ".join(filter(None, (event.outcome, event.reason))) for event in told]
    if effect.into == "before":
        deliver(earlier(body, about=True)[0])
    new = " | ".join(one for one in articles() if one not in was)
    assert journal == effect.journal
    for words in effect.screen:
        assert (words[1:] not in new) if words.startswith("!") else (words in new), (words, new)
    assert bool(new) == bool(effect.screen)
    seen = articles()
    deliver(body)
    assert articles() == seen, "delivered again it shows nothing twice"


@pytest.mark.parametrize("name", [name for name, effect in EFFECTS.items() if effect.into != "nothing"])
def test_a_sample_that_comes_first_is_accepted_and_accounted_for(connected, deliver, name):
    body = effects.body(name)
    connected(body)
    deliver(body)
    assert db.session.scalars(select(Delivery.state)).all() == ["read"]
    for event in db.session.scalars(select(Event)):
        assert event.outcome in ("done", "duplicate", "ignored")
        assert event.reason or (event.outcome == "done" and event.conversation_id)


def test_every_sample_is_in_the_table_and_in_the_documentation():
    assert list(EFFECTS) == effects.NAMES
    beneath = DOCUMENT[DOCUMENT.index("## By sample") :]
    assert [line for line in beneath.splitlines() if line.startswith("| `")] == effects.rows()


def test_every_kind_and_field_is_told_of():
    by_event = DOCUMENT[: DOCUMENT.index("## Order")]
    assert [kind for kind in KINDS if f"| `{kind}` |" not in by_event] == []
    fields = {name.split("/")[1] for name in effects.NAMES if name.startswith(("page/", "instagram/"))}
    fields -= {"messaging_handover"}
    assert [field for field in sorted(fields) if f"`{field}`" not in by_event] == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("deauthorize/user_removed_app", ""),
        ("deauthorize/page_unsubscribed", ""),
        ("deauthorize/page_unsubscribed_old", ""),
        ("data_deletion/request", "/data-deletion"),
    ],
)
def test_a_callback_is_accepted(visitor, gateway, name, path):
    payload = {"algorithm": "HMAC-SHA256", **effects.body(f"callbacks/{name}")}
    signed = signed_request.make(payload, gateway.app_secret)
    answer = visitor.post(f"/meta/{gateway.uri}{path}", data={"signed_request": signed})
    assert answer.status_code == 200
    if path:
        assert answer.json.keys() == effects.body("callbacks/data_deletion/response").keys()
