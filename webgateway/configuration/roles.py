"""Roles: nobody gives by a file what they could not give by the form."""

from collections.abc import Iterable

from ..db import db
from ..fields import one_line
from ..users import departure
from ..users.models import ACTIONS, EVERYTHING, SECTIONS, Role, with_reading
from ..users.role_form import LONGEST_NAME
from .document import RoleEntry
from .items import Importer, Item
from .kind import Kind, fold, wrong_name


class Roles(Kind[RoleEntry, Role]):
    name, title, section = "roles", "Roles", "users"
    labels = {"name": "Name", "permissions": "Rights"}

    def __init__(self, by: Importer) -> None:
        super().__init__(by)
        self.changed: list[Role] = []

    def load(self) -> Iterable[Role]:
        """The tenant's own; the built-in ones are the same everywhere."""
        offered = db.session.scalars(Role.offered_to(self.by.tenant)).all()
        built_in = [role for role in offered if role.built_in]
        self.built_in = {fold(name) for role in built_in for name in (role.name, role.display_name)}
        return [role for role in offered if not role.built_in]

    def entry_of(self, row: Role) -> RoleEntry:
        return RoleEntry(row.name, tuple(right for right in EVERYTHING if right in row.permissions))

    def check(self, entry: RoleEntry, row: Role | None, item: Item) -> RoleEntry:
        name = one_line(entry.name)
        item.reasons += wrong_name(name, LONGEST_NAME)
        if fold(name) in self.built_in:
            item.reasons.append("A built-in role has this name.")
        if unknown := sorted(set(entry.permissions) - set(EVERYTHING)):
            item.reasons.append(f"There is no right {', '.join(unknown)[:200]}.")
        elif not entry.permissions:
            item.reasons.append("It has no right at all.")
        if row is not None and row in self.by.own_roles:
            item.reasons.append("This is your own role. Another administrator can change it.")
        rights = with_reading(entry.permissions)
        has = set(rights) | set(row.permissions if row else ())
        if not has <= self.by.rights:
            item.reasons.append("Nobody gives or takes a right that they do not have themselves.")
        return RoleEntry(name, tuple(rights))

    def words(self, field: str, entry: RoleEntry) -> str:
        if field != "permissions":
            return super().words(field, entry)
        found = {
            name: [action for action in ACTIONS if f"{section}:{action}" in entry.permissions]
            for section, name in SECTIONS.items()
        }
        return "\n".join(f"{name}: {', '.join(actions)}" for name, actions in found.items() if actions)

    def write(self, entry: RoleEntry, row: Role | None) -> None:
        if row is None:
            db.session.add(
                Role(tenant_id=self.by.tenant.id, name=entry.name, permissions=list(entry.permissions))
            )
            return
        row.name, row.permissions = entry.name, list(entry.permissions)
        self.changed.append(row)

    def finish(self) -> None:
        super().finish()
        if self.changed:
            departure.check_all_with(*self.changed)
