"""Contacts by what a person knows of them: name, username, e-mail, telephone."""

import re

from sqlalchemy import ColumnElement, func, or_, select

from ..conversations.facts import Fact
from ..conversations.models import Contact
from ..db import db
from ..listing import holds

NAMESAKES = 100
FACTS = 1000
NOT_DIALLED = re.compile(r"[\s()/.-]")


def called(tenant_id: int, who: str) -> list[int]:
    """Ids of those whose whole name, username, e-mail or telephone it is, found in all of them."""
    name = who.removeprefix("@").lower()
    of_tenant = select(Contact.id).where(Contact.tenant_id == tenant_id).limit(NAMESAKES)
    queries = [
        of_tenant.where(func.lower(Contact.name) == func.lower(who)),
        of_tenant.where(func.lower(Contact.username) == func.lower(name)),
    ]
    # By themselves, or SQLite would go through all contacts to look for the facts of each.
    known = {who, who.lower(), NOT_DIALLED.sub("", who)}
    facts = db.session.scalars(select(Fact.contact_id).where(Fact.value.in_(known)).limit(FACTS)).all()
    if facts:
        queries.append(of_tenant.where(Contact.id.in_(facts)))
    return [contact_id for query in queries for contact_id in db.session.scalars(query)]


def resembling(who: str) -> ColumnElement[bool]:
    """In whose name it stands somewhere."""
    return or_(*(holds(column, who.removeprefix("@")) for column in (Contact.name, Contact.username)))
