"""Contacts by what a person knows of them: name, username, e-mail, telephone."""

import re

from sqlalchemy import ColumnElement, func, or_, select

from ..conversations.facts import Fact
from ..conversations.models import Contact
from ..db import db
from ..listing import holds

NAMESAKES = 100
NOT_DIALLED = re.compile(r"[\s()/.-]")


def called(tenant_id: int, who: str) -> list[int]:
    """Ids of those whose whole name, username, e-mail or telephone it is, found in all of them."""
    name = who.removeprefix("@").lower()
    of_tenant = select(Contact.id).where(Contact.tenant_id == tenant_id).limit(NAMESAKES)
    known = {who, who.lower(), NOT_DIALLED.sub("", who)}
    # Asked of each fact that is found: joined, SQLite would go through all contacts to look for their facts.
    tenant = select(Contact.tenant_id).where(Contact.id == Fact.contact_id).scalar_subquery()
    facts = select(Fact.contact_id).where(Fact.value.in_(known), tenant == tenant_id)
    queries = [
        of_tenant.where(func.lower(Contact.name) == func.lower(who)),
        of_tenant.where(func.lower(Contact.username) == func.lower(name)),
        facts.distinct().limit(NAMESAKES),
    ]
    return [contact_id for query in queries for contact_id in db.session.scalars(query)]


def resembling(who: str) -> ColumnElement[bool]:
    """In whose name it stands somewhere."""
    return or_(*(holds(column, who.removeprefix("@")) for column in (Contact.name, Contact.username)))
