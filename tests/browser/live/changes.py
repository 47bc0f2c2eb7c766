"""What happens while the workspace is open, and how soon it is seen."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, Route

from tests import cast
from tests.bench.installation import Installation
from tests.databases import in_its_own
from webgateway.conversations.models import Conversation
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page as FacebookPage
from webgateway.queues.models import Queue

SOON = 3_000  # milliseconds: a busy machine is slower than a second


def change(installation: Installation, work: Callable[[], object]) -> None:
    in_its_own(installation.app, work)


def while_brought(desk: Page, what: str, installation: Installation, work: Callable[[], object]) -> None:
    """The next answer from an address with `what` in it comes late: `work` is done, and told of, before."""

    def slow(route: Route) -> None:
        answer = route.fetch()
        change(installation, work)
        time.sleep(1)  # until the screen was told of it
        route.fulfill(response=answer)

    desk.route(re.compile(what), slow, times=1)


def says(name: str, text: str, at: datetime | None = None) -> None:
    talk = next(one for one in db.session.scalars(db.select(Conversation)) if one.contact.name == name)
    cast.message(talk, text, occurred_at=at or utcnow())
    talk.last_message_at, talk.preview = utcnow(), text


def ring() -> None:
    page = db.session.scalars(db.select(FacebookPage)).one()
    queue = cast.queue("Sales")
    talk = cast.conversation(cast.contact(page, "Noor", "12"), queue=queue, queued_at=utcnow())
    db.session.add(Offer(**Offer.ringing(talk.id, cast.person("Gail").id, queue, utcnow())))


def waits(meta_id: str) -> None:
    page = db.session.scalars(db.select(FacebookPage)).one()
    sales = db.session.scalars(db.select(Queue)).first() or cast.queue("Sales", cast.person("Gail"))
    customer, at = cast.contact(page, f"Customer {meta_id}", meta_id), utcnow() - timedelta(minutes=1)
    cast.conversation(customer, queue=sales, queued_at=at)
