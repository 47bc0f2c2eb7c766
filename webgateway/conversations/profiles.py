"""A contact's name and picture, looked up apart: a message never waits for it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from ..db import db, looking, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import profiles
from ..meta.batch import SIZE
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..meta.profiles import Profile
from ..pages import tokens
from ..pages.asking import MOST_PEOPLE
from ..pages.models import Page
from ..tasks import every, side_work
from .models import Contact, Conversation

# Pictures expire after days; whoever Meta would not show is asked for again an hour later. Contract 8.
FRESH = timedelta(hours=24)
AGAIN = timedelta(hours=1)
ROUND = 50
Answers = Mapping[str, Profile | GraphError]
"""By the customer's id at Meta."""
NO_CONSENT = 230
"""Meta's code for somebody who has not written yet: not asked again until they do. Contract 8.2."""


@side_work
def look_up(*contact_ids: int) -> None:
    contacts = select(Contact).where(Contact.id.in_(contact_ids)).order_by(Contact.id)
    pages = joinedload(Contact.page).load_only(Page.meta_id, Page.gateway_id)
    of_app = pages.joinedload(Page.gateway).load_only(Gateway.app_id, Gateway.app_secret, Gateway.api_version)
    together: dict[tuple[Page, str], list[Contact]] = {}
    with looking():
        for contact in db.session.scalars(contacts.options(of_app)):
            if _due(contact):
                together.setdefault((contact.page, contact.channel), []).append(contact)
    for (page, channel), due in together.items():
        for first in range(0, len(due), SIZE):
            _look_up(page, channel, due[first : first + SIZE])


def _look_up(page: Page, channel: str, contacts: Sequence[Contact]) -> None:
    """With the next person's token when Meta refuses one; without any, later: messages come all the same."""
    graph, before = graph_of(page.gateway), {contact.id: contact.profile_checked_at for contact in contacts}
    waiting = list(contacts)
    for _ in range(MOST_PEOPLE):
        with looking():
            grant = tokens.live_grant(page, channel)
        if grant is None or grant.token is None:
            break
        # Before it is asked, so that nobody else does meanwhile, nor at once again where this goes wrong.
        for contact in waiting:
            contact.profile_checked_at = utcnow()
        db.session.commit()
        answers = _ask(graph, channel, [contact.meta_id for contact in waiting], grant.token)
        dead = [error for error in answers.values() if isinstance(error, GraphError) and error.token_dead]
        still_here = _locked(waiting)
        for contact in waiting:
            if contact.id in still_here:
                _keep(contact, answers[contact.meta_id])
        waiting = [contact for contact in waiting if answers[contact.meta_id] in dead]
        if not dead:
            break
        tokens.mark_dead(grant, dead[0])
    for contact in waiting:
        contact.profile_checked_at = before[contact.id]
    db.session.commit()


def _locked(contacts: Sequence[Contact]) -> set[int]:
    """The ids of those who are still who was asked for: who was erased meanwhile has no name again."""
    asked = {contact.id: contact.meta_id for contact in contacts}
    locked = select(Contact.id, Contact.meta_id).where(Contact.id.in_(asked)).with_for_update(key_share=True)
    return {contact_id for contact_id, meta_id in db.session.execute(locked) if asked[contact_id] == meta_id}


def _ask(graph: Graph, channel: str, user_ids: Sequence[str], token: str) -> Answers:
    try:
        if len(user_ids) == 1:
            return {user_ids[0]: profiles.fetch(graph, channel, user_ids[0], token)}
        return profiles.fetch_many(graph, channel, user_ids, token)
    except GraphError as error:
        return dict.fromkeys(user_ids, error)


def _keep(contact: Contact, answer: Profile | GraphError) -> None:
    if isinstance(answer, Profile):
        contact.name = answer.name or contact.name
        contact.username = answer.username or contact.username
        contact.picture_url = answer.picture_url or contact.picture_url
    # Reviewers and privacy settings have none (contract 8); the contact keeps its plain name.
    elif answer.code == NO_CONSENT:
        contact.consented_at = None


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
        .join(Contact.page)
        .where(Conversation.closed_at.is_(None), Contact.consented_at.is_not(None), or_(never, nameless))
        .where(tokens.covered())
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
