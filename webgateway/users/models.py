"""People and their roles: who may do what in which section."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from flask_security import RoleMixin, UserMixin, hash_password
from sqlalchemy import Column, ForeignKey, Select, Table, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant, Tenant

SECTIONS = {
    "gateways": "Chat gateways",
    "flows": "Flows",
    "conversations": "Conversations",
    "queues": "Queues and agents",
    "records": "Records and figures",
    "journal": "Journal",
    "users": "Users",
    "configuration": "Import and export",
}
ACTIONS = ("read", "create", "edit", "delete")
EVERYTHING = [f"{section}:{action}" for section in SECTIONS for action in ACTIONS]

BUILT_IN = {
    "system-administrator": EVERYTHING,
    "administrator": EVERYTHING,
    "supervisor": [
        "gateways:read",
        *(f"flows:{action}" for action in ACTIONS),
        *(f"conversations:{action}" for action in ACTIONS),
        *(f"queues:{action}" for action in ACTIONS),
        "records:read",
        "journal:read",
        "users:read",
    ],
    "agent": ["conversations:read", "conversations:edit"],
}
AGENT_RIGHTS = frozenset(BUILT_IN["agent"])
SYSTEM_ADMINISTRATOR = "system-administrator"


def with_reading(rights: Iterable[str]) -> list[str]:
    """In the order of the matrix. Whoever may create, edit or delete may also read."""
    given = set(rights)
    wanted = given | {f"{right.partition(':')[0]}:read" for right in given}
    return [right for right in EVERYTHING if right in wanted]


users_roles = Table(
    "users_roles",
    Model.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class Role(Model, RoleMixin):
    """A set of rights. The built-in roles belong to no tenant and never change."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"), index=True)
    name: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(default=list)
    users: Mapped[list["User"]] = relationship(secondary=users_roles, back_populates="roles")

    @classmethod
    def offered_to(cls, tenant: Tenant) -> "Select[Role]":
        return select(cls).where(or_(cls.tenant_id.is_(None), cls.tenant_id == tenant.id))

    @property
    def built_in(self) -> bool:
        return self.tenant_id is None

    @property
    def display_name(self) -> str:
        return self.name.replace("-", " ").capitalize() if self.built_in else self.name

    def rights_in(self, section: str) -> list[str]:
        return [action for action in ACTIONS if f"{section}:{action}" in self.permissions]

    def get_permissions(self) -> set[str]:
        return set(self.permissions)


class User(Model, UserMixin, BelongsToTenant):
    __tablename__ = "users"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str] = mapped_column(default="")  # empty: the browser's, see zone.py
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=users_roles, back_populates="users"
    )

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def rights(self) -> set[str]:
        return {right for role in self.roles for right in role.permissions}

    def may(self, section: str, action: str) -> bool:
        return any(f"{section}:{action}" in role.permissions for role in self.roles)

    @property
    def answers_only(self) -> bool:
        """An agent: all they do is to talk to customers."""
        return self.may("conversations", "edit") and self.rights <= AGENT_RIGHTS

    def may_give(self, role: Role) -> bool:
        """Nobody gives more than they have; only a system administrator makes another one."""
        if role.built_in and role.name == SYSTEM_ADMINISTRATOR and role not in self.roles:
            return False
        return role.get_permissions() <= self.rights

    def may_manage(self, other: "User") -> bool:
        """Whoever could not have given somebody's roles must not change or lock them out either."""
        return all(self.may_give(role) for role in other.roles)

    def set_password(self, password: str) -> None:
        """Every session of theirs ends."""
        self.password = hash_password(password)
        self.fs_uniquifier = secrets.token_hex(32)

    @validates("email")
    def _lower(self, _key: str, email: str) -> str:
        """Stored in lower case, so that the unique column sees Ada@… and ada@… as one."""
        return email.lower()
