"""What an import would do with each entry of a file."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..flows.changes import Change
from ..tenants.models import Tenant
from ..users.models import EVERYTHING, Role, User

VERDICTS = {
    "refused": ("Cannot be imported", "bad"),
    "added": ("Will be added", "ok"),
    "changed": ("Will be changed", "warn"),
    "same": ("The same", "quiet"),
}
"""In words, with the tone of their badge."""


@dataclass
class Item:
    """`reasons`: why it cannot be; `remarks`: what else is to know."""

    name: str
    verdict: str = "same"
    changes: Sequence[Change] = ()
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def will_be(self) -> bool:
        return self.verdict in ("added", "changed")


@dataclass(frozen=True)
class Importer:
    """On whose behalf it happens: a person's, within their rights; None: whoever has the machine. `known` is
    what was found about definitions, for the next look at the same file."""

    tenant: Tenant
    user: User | None = None
    known: dict[Hashable, tuple[Any, list[str]]] = field(default_factory=dict)

    @property
    def rights(self) -> set[str]:
        return self.user.rights if self.user else set(EVERYTHING)

    @property
    def own_roles(self) -> Sequence[Role]:
        return self.user.roles if self.user else ()
