"""How a person joins a tenant."""

import secrets

from flask_security import hash_password
from sqlalchemy import select

from ..db import db
from ..tenants.models import Tenant
from .models import BUILT_IN, Role, User

SHORTEST_PASSWORD = 8


def built_in(name: str) -> Role:
    """A built-in role; all of them are there afterwards, up to date with what this version ships."""
    roles = {role.name: role for role in db.session.scalars(select(Role).where(Role.tenant_id.is_(None)))}
    for missing in [known for known in BUILT_IN if known not in roles]:
        roles[missing] = Role(name=missing)
        db.session.add(roles[missing])
    for known, rights in BUILT_IN.items():
        if roles[known].permissions != rights:
            roles[known].permissions = rights
    return roles[name]


def join(tenant: Tenant, email: str, password: str, *roles: Role, name: str = "") -> User:
    user = User(
        tenant=tenant,
        email=email,
        name=name,
        password=hash_password(password),
        fs_uniquifier=secrets.token_hex(32),
        roles=list(roles),
    )
    db.session.add(user)
    return user
