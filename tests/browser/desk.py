"""Ada at work, for the screens of the workspace: one rings, two are hers, one of them well under way."""

from datetime import timedelta

from tests import cast
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Conversation
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page
from webgateway.workspace.canned import CannedAnswer

SAID = [
    ("customer", "Hello, my parcel has not come. The app says it was delivered on Tuesday."),
    ("flow", "Hello! Thank you for writing to us. A colleague will answer you in a moment."),
    ("agent", "Hello Maya, I am sorry to hear that. I look for it right now."),
    ("customer", "Thank you. It is order 48-1204."),
]
ANSWERS = {
    "hi": "Hello {{ contact.first_name | there }}, this is {{ agent.name }}. How can I help?",
    "hours": "We are here from Monday to Friday, nine to five.",
    "refund": "The money is back on your account within a week.",
}


def furnish(page: Page) -> int:
    """The id of the conversation that is under way."""
    now = utcnow()
    ada = cast.agent("Ada", seen_at=now + timedelta(hours=1))
    maya = cast.contact(page, "Maya Okafor", "7392015648129001", username="maya.o")
    mine = {"agent": ada, "assigned_at": now - timedelta(minutes=14)}
    talk = cast.conversation(maya, preview="Thank you. It is order 48-1204.", **mine)
    for number, (author, text) in enumerate(SAID):
        at = now - timedelta(minutes=15 - 3 * number)
        came = None if number else {"source": "ADS", "ad_id": "6045246247433", "ref": "spring"}
        by = ada if author == "agent" else None
        cast.message(talk, text, author, occurred_at=at, user=by, referral=came)
    note = {"author": "note", "kind": "colleague", "user": ada, "occurred_at": now}
    cast.message(talk, "She rang yesterday, too: see the order.", **note)
    fact = {"kind": "email", "value": "maya.okafor@example.com", "source": "quick_reply"}
    db.session.add(Fact(contact=maya, **fact))
    for number in range(7):
        closed = now - timedelta(days=9 * (number + 1))
        cast.conversation(maya, closed_at=closed, opened_at=closed, preview=f"Question number {number + 1}")
    other = cast.conversation(cast.contact(page, "Tomás Silva", "7392015648129002"), preview="Hello?", **mine)
    cast.message(other, "Hello?")
    _ring(page, ada.id)
    for shortcut, text in ANSWERS.items():
        db.session.add(CannedAnswer(tenant=cast.tenant(), shortcut=shortcut, text=text))
    db.session.commit()
    return talk.id


def _ring(page: Page, user_id: int) -> None:
    queue = cast.queue("Parcels", cast.person("Ada"))
    calling: Conversation = cast.conversation(cast.contact(page, "Noor van Dijk", "7392015648129003"))
    cast.message(calling, "Can I still change the address of my order?")
    calling.queue, calling.queued_at = queue, utcnow()  # from now on a worker would ring
    db.session.add(Offer(**Offer.ringing(calling.id, user_id, queue, utcnow() + timedelta(minutes=4))))
