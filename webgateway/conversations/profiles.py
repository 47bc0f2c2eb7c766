"""A contact's name and picture, looked up apart: a message never waits for it."""

from datetime import timedelta

from sqlalchemy import and_, or_, select

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..meta import profiles
from ..meta.errors import GraphError
from ..pages import tokens
from ..tasks import every, side_work
from .models import Contact, Conversation

# Pictures expire after days; whoever Meta would not show is asked for again an hour later. Contract 8.
FRESH = timedelta(hours=24)
AGAIN = timedelta(hours=1)
ROUND = 50
NO_CONSENT = 230
"""Meta's code for somebody who has not written yet: not asked again until they do. Contract 8.2."""


@side_work
def look_up(*contact_ids: int) -> None:
    for contact_id in contact_ids:
        _look_up(contact_id)


def _look_up(contact_id: int) -> None:
    contact = db.session.get(Contact, contact_id)
    if contact is None or not _due(contact):
        return
    grant = tokens.live_grant(contact.page, contact.channel)
    if grant is None or grant.token is None:
        return
    graph = graph_of(contact.page.gateway)
    contact.profile_checked_at = utcnow()
    db.session.commit()
    try:
        profile = profiles.fetch(graph, contact.channel, contact.meta_id, grant.token)
    except GraphError as error:
        # Reviewers and privacy settings have none (contract 8); the contact keeps its plain name.
        if error.code == NO_CONSENT:
            contact.consented_at = None
            db.session.commit()
        return
    contact.name = profile.name or contact.name
    contact.username = profile.username or contact.username
    contact.picture_url = profile.picture_url or contact.picture_url
    db.session.commit()


@every(minute="*/5")
def look_up_the_missed() -> None:
    """Contacts of open conversations whose profile was never read, or whose task was lost. Who only commented
    has not agreed to be asked for: contract 8.2."""
    never = Contact.profile_checked_at.is_(None)
    nameless = and_(Contact.name.is_(None), Contact.username.is_(None))
    nameless &= Contact.profile_checked_at < utcnow() - AGAIN
    missed = db.session.scalars(
        select(Contact.id)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .where(Conversation.closed_at.is_(None), Contact.consented_at.is_not(None), or_(never, nameless))
        .order_by(Contact.id.desc())
        .limit(ROUND)
    ).all()
    db.session.rollback()
    if missed:
        look_up.later(*missed)


def _due(contact: Contact) -> bool:
    """Who only commented has not consented, and Meta shows nothing of them."""
    checked, known = contact.profile_checked_at, contact.name or contact.username
    return contact.consented_at is not None and (
        checked is None or checked < utcnow() - (FRESH if known else AGAIN)
    )
