"""What happens while the workspace is open, and how soon it is seen."""

from datetime import datetime, timedelta

from tests import cast
from tests.bench.installation import Installation
from webgateway.conversations.models import Conversation
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page as FacebookPage
from webgateway.queues.models import Queue

SOON = 3_000  # milliseconds: a busy machine is slower than a second


def change(installation: Installation, work) -> None:  # type: ignore[no-untyped-def]
    with installation.app.app_context():
        work()
        db.session.commit()
        db.session.remove()


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
