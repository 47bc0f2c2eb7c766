"""The tenant's people by their e-mail address: a file names them, and never makes them."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..db import db
from ..tenants.models import Tenant
from ..users import departure
from ..users.models import User

UNKNOWN = "There is nobody here with the address {}. Add them under Users, or take them out of the file."
ANSWERS_NOT = "{} may not answer customers here. Give them a role that may, or take them out of the file."


class People:
    def __init__(self, tenant: Tenant) -> None:
        query = select(User).where(User.tenant_id == tenant.id).options(selectinload(User.roles))
        self.found = {user.email: user for user in db.session.scalars(query)}

    def obstacle(self, email: str) -> str | None:
        """Why they cannot be an agent."""
        user = self.found.get(email.lower())
        if user is None:
            return UNKNOWN.format(email[:120])
        if not (user.active and user.may(*departure.RIGHT)):
            return ANSWERS_NOT.format(user.email)
        return None
