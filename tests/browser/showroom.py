"""A lived-in installation: what the screenshots show and what every screen is checked with."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from flask import Flask

from tests import cast
from tests.browser import desk
from tests.browser.gallery import bubbles
from tests.conversations.filing import upload
from tests.deliveries import delivery, post, text
from tests.working import until_done
from webgateway.bots import tokens
from webgateway.conversations import bot_calls, private_reply, writing
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Comparison, Conversation, Recovery
from webgateway.conversations.offers import Offer
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Close, Holiday, Hours, Menu, Say, Span
from webgateway.gateways.models import Gateway
from webgateway.heartbeat import Heartbeat
from webgateway.journal import reading, taking
from webgateway.journal.arrivals import Arrival, hour_of
from webgateway.meta.oauth import PAGE_PERMISSIONS
from webgateway.meta.pages import APP_FIELDS
from webgateway.pages import audit
from webgateway.pages.models import DataDeletion, Page
from webgateway.pages.notices import Notice
from webgateway.queues.models import Queue
from webgateway.records import days
from webgateway.simulator import seed
from webgateway.simulator.pictures import png
from webgateway.workspace.canned import CannedAnswer

TALKS = [
    ("Maya Lindqvist", ["Hello, I ordered on Monday", "Order 48-1204", "When will it arrive?"]),
    ("Jonas Weber", ["Do you have the blue one in size 42?"]),
    ("Amina Haddad", ["Thank you, that was quick!"]),
    ("Lucía Fernández", ["Can I change the delivery address?", "Calle Mayor 12, 3º B, Madrid"]),
    (None, ["👍"]),
]
WORKERS = ("Ida Holm", "Ben Okafor", "Chiara Conti", "Dmytro Bondar", "Elif Kaya", "Farid Nasser")


def furnish(app: Flask, simulator: str) -> dict[str, Any]:
    """Fill the database; the ids of what the addresses of the screens need."""
    with app.app_context():
        gateway = cast.gateway(
            "Harbour support", flow=cast.flow("Welcome", closing_message="Until next time!")
        )
        cast.gateway("Northwind sales", app_id="2029384756102930", enabled=False, webhook="refused",
                     webhook_error="Meta could not reach our URI.", credentials="unverified")  # fmt: skip
        cast.flow("Night shift", opening_message="We are back at eight.")
        olena = cast.account(
            gateway,
            picture_url=f"{simulator}/scontent/person/olena.png",
            scopes=list(PAGE_PERMISSIONS),
        )
        marco = cast.account(
            gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow() - timedelta(days=9)
        )
        pages = [cast.page(gateway, found.name, found.id, category=found.category, subscribed=number < 3)
                 for number, found in enumerate(list(seed.seeded_world().pages.values())[:12])]  # fmt: skip
        for number, page in enumerate(pages):
            cast.grant(page, olena)
            # Nobody at Meta knows these logins: no customer is told that somebody reads.
            page.next_send_at = utcnow() + timedelta(days=1)
            if number < 2:
                cast.grant(page, marco)
        shop = _instagram(pages)
        pages[3].problem = "The account lacks the task MESSAGING on this page."
        for number, since in ((10, timedelta(minutes=4)), (11, timedelta(days=40))):
            pages[number].removed_at, pages[number].removed_by = utcnow() - since, "Ada"
        db.session.delete(pages[11].grants[0])
        pages[5].subscription_error = "Meta refused: a permission is missing (pages_messaging)."
        _troubles(pages)
        db.session.commit()
        talk = _long_talk(pages[0])
        _other_talks(app, gateway, pages[0])
        _weeks(pages)
        ids = {"gateway": gateway.id, "page": pages[0].id, "conversation": talk.id, "flow": gateway.flow_id}
        ids["direct"], ids["account"] = shop.id, olena.id
        ids["bot_call"] = _bot_calls(talk)
        ids["late"] = _late(pages[0]).id
        ids |= _flow(pages[0].meta_id)
        ids["recovery"] = _recovery(pages[0], pages[5]).id
        ids |= {"elsewhere": _elsewhere(pages[1]).id, "bubbles": bubbles(pages[0], simulator).id}
        ids |= _comments(pages[2]) | _desk(pages[0])
        # Nothing is at work here, and no screen has to say so.
        db.session.add(Heartbeat(worker="showroom", seen_at=utcnow() + timedelta(hours=1)))
        ids["mine"] = desk.furnish(pages[0])
        ids |= _supervised(pages[0])
        ids |= {"role": cast.person("Nora").roles[0].id, "code": _ends(gateway)}
        db.session.remove()
    return ids


def _supervised(page: Page) -> dict[str, int]:
    """An answer of one queue, a reason that is not offered; and a talk to reopen."""
    queue = db.session.scalars(db.select(Queue).filter_by(name="Sales")).one()
    text = "Hello {{ contact.first_name | there }}, we are open again at {{ next_opening }}."
    answer = CannedAnswer(tenant=cast.tenant(), shortcut="opening", text=text, queue=queue)
    reason = ClosingReason(tenant=cast.tenant(), name="Wrong number", offered=False)
    db.session.add_all([answer, reason])
    sold = db.session.scalars(db.select(ClosingReason).filter_by(name="Order placed")).one()
    closed = cast.conversation(
        cast.contact(page, "Chiara Conti", "7392015648129004"),
        closed_at=utcnow(), closed_by=cast.person("Gail"), closed_how="agent", closing_reason=sold,
    )  # fmt: skip
    cast.message(closed, "Wonderful, thank you!")
    db.session.commit()
    return {"answer": answer.id, "reason": reason.id, "closed": closed.id}


def _bot_calls(talk: Conversation) -> int:
    """One of each state; the id of one that failed."""
    bot = Bot(id="bot", url="https://bots.example.com/orders")
    said = cast.message(talk, "Where is my order?")
    for kind, state, status, error in (
        ("conversation.started", "done", 200, None),
        ("message.received", "done", 204, None),
        ("message.received", "waiting", 503, "It answered 503."),
        ("message.received", "failed", 401, "It refused the call (401)."),
        ("conversation.handed_over", "dropped", None, "The conversation was closed."),
    ):
        call = bot_calls.tell(talk, bot, kind, said)
        call.state, call.status, call.error, call.attempts = state, status, error, 1
        if state == "failed":
            failed = call
    db.session.commit()
    return failed.id


def _ends(gateway: Gateway) -> str:
    """What the audit trail has to tell of; the code of a deletion."""
    counts = {"accounts": 1, "grants": 12, "logins": 2}
    code = "9f2c41d07ab85e3360c4e1d7a5b80f12"
    audit.note("deauthorized", gateway.id, counts)
    audit.note("page left", gateway.id, {"pages": 1})
    audit.note("data deletion requested", gateway.id, counts | {"grants": 1}, code)
    erased = {"contacts": 1, "conversations": 2, "messages": 34, "deliveries": 12, "events": 15}
    audit.note("data deleted", gateway.id, erased, code)
    db.session.add(DataDeletion(gateway_id=gateway.id, code=code, started_at=utcnow(), done_at=utcnow()))
    db.session.commit()
    return code


def _desk(page: Page) -> dict[str, int]:
    """A busy queue, one by hand in which nobody is ready, the general one; and who works in them."""
    now = utcnow()
    names = (
        "Gail",
        "Hugo Almeida",
        "Iris Nakamura",
        "Bo",
        "Katarzyna Nowak-Brzęczyszczykiewicz",
        "Tim",
        "Zoë",
    )
    here = {"seen_at": now + timedelta(hours=1)}
    people = [cast.agent(name, **here) for name in names]
    missed, lunch = now - timedelta(minutes=4), now - timedelta(minutes=26)
    cast.agent("Iris Nakamura", "not_ready", state_reason="Missed a call", state_at=missed, **here)
    cast.agent("Bo", "not_ready", state_reason="Lunch", state_at=lunch, **here)
    cast.agent("Tim", "not_ready", state_reason="Workspace closed", seen_at=now - timedelta(hours=3))
    sales = cast.queue("Sales", *people[:5])
    orders = cast.queue("Orders and returns", people[5], rule="by_hand")
    for number in range(9):
        where, minutes = (orders, 71) if number > 6 else (sales, 3 * number + 1)
        contact = cast.contact(page, f"Customer {number}", f"7392015648121{number:03}")
        told = {"preview": "Are you there?", "last_message_at": now - timedelta(days=1)}
        talk = cast.conversation(contact, **told, agent=people[number % 2] if number < 3 else None)
        talk.queue, talk.queued_at = where, now - timedelta(minutes=minutes)
        if number == 6:
            db.session.add(Offer(**Offer.ringing(talk.id, people[1].id, sales, now + timedelta(days=1))))
        db.session.commit()
    db.session.commit()
    return {"queue": sales.id, "agent": people[1].id}


def _flow(page: str) -> dict[str, int]:
    """One with a part of each kind, hours, holidays and a draft that is not published yet."""
    day = (Span("09:00", "12:30"), Span("13:30", "18:00"))
    week = (day, day, day, day, (Span("09:00", "16:00"),), (), ())
    hours = Hours("Europe/Kyiv", week, (Holiday("2026-12-25", "Christmas"),))
    parts = (
        Say(id="thanks", text="Thank you for writing to us."),
        Menu(
            id="topic",
            name="Topic",
            text="What may we help you with?",
            choices=(Choice("An order", "mail"), Choice("A bill", "bot"), Choice("Something else", "agents")),
            otherwise="agents",
        ),
        Ask(
            id="mail",
            what="email",
            text="Which address did you order with?",
            skip="Rather not",
            then="agents",
        ),
        Bot(id="bot", name="Billing bot", url="https://bot.example.com/hook", then="agents"),
        Agents(id="agents", text="A colleague will be with you in a moment."),
    )
    does = {
        "hours": hours,
        "page_hours": {page: hours},
        "closing_message": "Until next time, {{ contact.first_name | friend }}!",
    }
    flow = cast.flow(
        "Orders and bills",
        opening_message="Hello {{ contact.first_name | there }}, this is {{ page.name }}.",
        offline_message="We are closed. We are back: {{ next_opening }}.",
        parts=parts,
        **does,
    )
    flow.live.published_by = cast.person("Sam")
    tokens.make(flow)
    flow.save_draft(
        msgspec.structs.replace(
            flow.definition, opening_message="Good day!", parts=(*parts, Close(id="lost"))
        )
    )
    db.session.commit()
    return {"flow": flow.id, "version": flow.live.id}


def _recovery(whole: Page, refused: Page) -> Recovery:
    """After a night without a worker; of one page Meta told nothing."""
    since = utcnow() - timedelta(hours=9)
    recovery = Recovery(gateway_id=whole.gateway_id, reason="stood_still", since=since)
    db.session.add(recovery)
    for page, told in (
        (whole, {"state": "done", "looked": 214, "brought": 37, "settled": 1}),
        (refused, {"state": "failed", "error": "Meta refused: a permission is missing (pages_messaging)."}),
    ):
        made = {"recovery": recovery, "page": page, "channel": "messenger", "since": since, "until": utcnow()}
        db.session.add(Comparison(**made, **told, finished_at=utcnow()))
    whole.drift, whole.drift_since = "Meta had unsubscribed this page", since
    whole.drift_mended_at = utcnow() - timedelta(hours=1)
    db.session.commit()
    return recovery


def _instagram(pages: list[Page]) -> Conversation:
    """An account that is on, one that nobody hears, one that failed, one without permissions; and a talk."""
    for number, name in enumerate(("harbour.coffee", "blue.door", "books.and.tea", "museum"), start=1):
        page = pages[number]
        page.instagram_id, page.instagram_username = f"1784140572665302{number}", name
        page.instagram_name = name.replace(".", " ").title()
        page.subscribed_fields = ["messages"] if page.subscribed else []
        page.grants[0].instagram_suffices = number != 4
    pages[2].instagram_muted = True
    pages[3].instagram_error = "Meta refused: a permission is missing (pages_manage_metadata)."
    olha = cast.contact(pages[1], "Olha K.", "6841100000000001", channel="instagram", username="olha.k")
    talk = cast.conversation(olha, preview="Mention in a story")
    url = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"
    cast.message(talk, "", attachments=[{"type": "story_mention", "url": url, "title": None}])
    return talk


def _troubles(pages: list[Page]) -> None:
    """What a health board has to show: a warning, a block, Meta's list of the webhook, a weekly rhythm."""
    now, gateway = utcnow(), pages[0].gateway
    gateway.webhook_at_meta = [
        {"object": name, "callback_url": gateway.public_uri, "fields": list(fields), "missing": []}
        for name, fields in APP_FIELDS.items()
    ]
    gateway.webhook_checked_at = gateway.credentials_checked_at = now - timedelta(minutes=20)
    blocked = {
        "kind": "policy",
        "subject": "blocked",
        "state": "blocked",
        "what": "Too many spammy messages.",
    }
    warned = {
        "kind": "integrity",
        "subject": "page",
        "state": "warning",
        "what": "A post broke the spam policy.",
    }
    for page, notice in ((pages[6], blocked), (pages[0], warned)):
        since = now - timedelta(days=2)
        db.session.add(Notice(page_id=page.id, since=since, at=since, **notice))
    for page in pages:
        page.integrity_checked_at = now - timedelta(minutes=25)
    for back in range(4, 24 * 7 * 3):
        hour = hour_of(now) - timedelta(hours=back)
        for page_id in (None, pages[0].id):
            count = {"gateway_id": gateway.id, "page_id": page_id, "number": 12}
            db.session.add(Arrival(hour=hour, last_at=hour + timedelta(minutes=40), **count))


def _long_talk(page: Page) -> Conversation:
    now = utcnow()
    peter = cast.contact(page)
    talk = cast.conversation(peter, flow=page.gateway.flow, opened_at=now - timedelta(minutes=42),
                             customer_wrote_at=now - timedelta(minutes=3), last_message_at=now,
                             preview="Perfect, see you on Sunday.")  # fmt: skip

    def said(words: str, minutes: int, author: str = "customer", **values: object) -> None:
        user = cast.person("Gail") if author == "agent" else None
        cast.message(talk, words, author, occurred_at=now - timedelta(minutes=minutes), user=user, **values)

    said("Get started", 42, kind="postback", payload="GET_STARTED")
    said("Hello! We are reading.", 41, "flow")
    said("Is the shop open on Sunday? I would like to bring the dog, too.", 40, mid="m_show_1")
    said("Yes, from ten to four.\nDogs are welcome on the terrace: https://example.com/terrace", 35, "agent")
    said("", 30, attachments=[{"type": "file", "url": "https://example.com/menu.pdf", "title": "menu.pdf"}])
    said("Came through a link", 20, kind="referral", referral={"ref": "summer-menu", "source": "SHORTLINK"})
    said("A table for two is noted.", 10, "page")
    said("Perfect, see you on Sunday.", 3)
    _sent(talk)
    facts = {"contact": peter, "source": "quick_reply"}
    db.session.add(Fact(kind="email", value="peter.chang@example.com", **facts))
    db.session.add(Fact(kind="phone", value="+4917012345678", **facts))
    db.session.commit()
    return talk


def _sent(talk: Conversation) -> None:
    """A picture and a list of prices, then a question with quick replies; Meta has them all."""
    picture = upload("terrace.png", png("photo", "terrace"))
    prices = upload("price list of the summer.pdf", b"%PDF-1.7", "file", "application/pdf", size=1_234_567)
    message = writing.write(
        talk, "This is our terrace.", "agent", cast.person("Gail"), uploads=[picture, prices]
    )
    offers = [
        {"type": "text", "title": title, "payload": title} for title in ("Yes, please", "No, thank you")
    ]
    asked = writing.write(talk, "Shall we call you?", "flow", quick_replies=[*offers, {"type": "phone"}])
    for part in (*message.parts, *asked.parts):
        part.state = "read"
    pressed = utcnow() + timedelta(seconds=1)
    cast.message(talk, "Yes, please", kind="quick_reply", payload="Yes, please", occurred_at=pressed)


def _late(page: Page) -> Conversation:
    """Asked two days ago; only a person may answer now."""
    page.gateway.human_agent = True
    asked = utcnow() - timedelta(days=2)
    ines = cast.contact(page, "Inês Duarte", "7392015648120444")
    talk = cast.conversation(ines, customer_wrote_at=asked, last_message_at=asked, preview="Is it open?")
    cast.message(talk, "Is it open?", occurred_at=asked)
    return talk


def _elsewhere(page: Page) -> Conversation:
    """Meta's inbox has it."""
    now = utcnow()
    tomas = cast.contact(page, "Tomás Ribeiro", "7392015648120499")
    inbox = "263902037430900"
    talk = cast.conversation(tomas, owner_app_id=inbox, owner_at=now, preview="Thank you, Maria!")
    cast.message(talk, "I was talking to Maria", mid="m_else_1")
    cast.message(talk, "Meta's inbox took this conversation over.", "note", kind="handover")
    cast.message(talk, "Maria is here again.", "page", mid="m_else_2", app_id=inbox)
    return talk


def _comments(page: Page) -> dict[str, int]:
    """A new one, an answered one, one under a broadcast and a mention."""
    first = cast.comment(page, "How much is a crate of the small ones? " * 4, author_name="Joan Doe")
    answered = cast.comment(
        page, "Is there one left?", meta_id="2", author_name="Ann Lee", edited_at=utcnow()
    )
    private_reply.write(answered, "One is left. Shall we keep it for you?", cast.person("Gail"), None)
    answered.reply.parts[0].state = "unclear"
    instagram = {"channel": "instagram", "post_url": None}
    cast.comment(page, "Hello from Kyiv", meta_id="3", author_name="petro.m", live=True, **instagram)
    cast.comment(page, "", meta_id="4", kind="mention", author_name=None, author_id=None, **instagram)
    cast.comment(page, "", meta_id="5", removed_at=utcnow())
    db.session.commit()
    return {"comment": first.id, "answered": answered.id}


def _weeks(pages: list[Page]) -> None:
    """Five weeks of work, for the records and figures: quiet Sundays, a busy week, somebody who gave up."""
    people = [cast.agent("Gail"), cast.agent("Hugo")]
    queue, now = cast.queue("Orders", *people), utcnow()
    sold = ClosingReason(tenant=cast.tenant(), name="Order placed")
    for number in range(190):
        opened = now - timedelta(hours=4.5 * number + 3)
        if opened.weekday() == 6 and number % 3:
            continue
        minutes = (number * 7) % 23 + (25 if number % 11 == 0 else 1)
        talk = cast.conversation(
            cast.contact(pages[number % 3], f"{WORKERS[number % 6]} {number}", f"88{number:05}"),
            opened_at=opened, last_message_at=opened, queue=queue, queued_at=opened,
            closed_at=opened + timedelta(hours=1), closed_how=("agent", "agent", "idle")[number % 3],
            flow=pages[0].gateway.flow,
        )  # fmt: skip
        talk.offline_at = opened if number % 9 == 0 else None
        cast.message(talk, "Where is my order? I wrote on Sunday, too.", occurred_at=opened)
        if number % 8:
            talk.agent, talk.closed_by, talk.assigned_at = people[number % 2], people[number % 2], opened
            talk.answered_at, talk.waited_seconds = opened + timedelta(minutes=minutes), minutes * 40
            talk.closing_reason = sold if number % 2 else None
            said = {"user": people[number % 2], "occurred_at": talk.answered_at}
            cast.message(talk, "It is on its way.", "agent", **said)
    db.session.commit()
    days.count_what_changed()


def _other_talks(app: Flask, gateway, page: Page) -> None:  # type: ignore[no-untyped-def]
    client = app.test_client()
    now = utcnow()
    for number, (name, lines) in enumerate(TALKS):
        psid = f"73920156481204{number:02}"
        cast.contact(page, name, psid)
        began = _ms(now - timedelta(minutes=50 * number + 9))
        items = [
            text(line, f"m_{psid}_{n}", by=psid, page=page.meta_id, at=began + n * 60_000)
            for n, line in enumerate(lines)
        ]
        post(client, gateway, delivery(*items, page=page.meta_id))
        db.session.rollback()
    post(client, gateway, delivery(text("Hi", "m_x", page="999"), page="999"))
    post(client, gateway, b'{"object":"page"}')
    db.session.rollback()
    until_done(reading, taking)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
