"""A lived-in installation: what the screenshots show and what every screen is checked with."""

from datetime import datetime, timedelta

from flask import Flask

from tests import cast
from tests.deliveries import delivery, post, text
from tests.working import until_done
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking
from webgateway.pages.models import Page
from webgateway.simulator import seed

TALKS = [
    ("Maya Lindqvist", ["Hello, I ordered on Monday", "Order 48-1204", "When will it arrive?"]),
    ("Jonas Weber", ["Do you have the blue one in size 42?"]),
    ("Amina Haddad", ["Thank you, that was quick!"]),
    ("Lucía Fernández", ["Can I change the delivery address?", "Calle Mayor 12, 3º B, Madrid"]),
    (None, ["👍"]),
]


def furnish(app: Flask, simulator: str) -> dict[str, int]:
    """Fill the database; the ids of what the addresses of the screens need."""
    with app.app_context():
        gateway = cast.gateway(
            "Harbour support", flow=cast.flow("Welcome", closing_message="Until next time!")
        )
        cast.gateway("Northwind sales", app_id="2029384756102930", enabled=False, webhook="refused",
                     webhook_error="Meta could not reach our URI.", credentials="unverified")  # fmt: skip
        cast.flow("Night shift", opening_message="We are back at eight.")
        olena = cast.account(gateway, picture_url=f"{simulator}/scontent/user/olena.png")
        marco = cast.account(
            gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow() - timedelta(days=9)
        )
        pages = [cast.page(gateway, found.name, found.id, category=found.category, subscribed=number < 3)
                 for number, found in enumerate(list(seed.seeded_world().pages.values())[:12])]  # fmt: skip
        for number, page in enumerate(pages):
            cast.grant(page, olena)
            if number < 2:
                cast.grant(page, marco)
        pages[2].instagram_id, pages[2].instagram_username = "17841405726653026", "harbour.coffee"
        pages[3].problem = "The account lacks the task MESSAGING on this page."
        pages[5].subscription_error = "Meta refused: a permission is missing (pages_messaging)."
        db.session.commit()
        talk = _long_talk(pages[0])
        _other_talks(app, gateway, pages[0])
        ids = {"gateway": gateway.id, "page": pages[0].id, "account": olena.id}
        ids |= {"conversation": talk.id, "flow": gateway.flow_id}
        db.session.remove()
    return ids


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
    return talk


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
