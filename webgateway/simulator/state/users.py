from dataclasses import dataclass, field

from webgateway.simulator.ids import scoped


@dataclass
class User:
    """A person who can log in through the dialog and may administer pages."""

    key: str
    name: str
    tasks: dict[str, list[str]] = field(default_factory=dict)
    """page id → tasks held directly"""
    businesses: list[str] = field(default_factory=list)
    problem: int = 0
    """subcode every token of this person fails with: 459, 460, 464, 467; 0 = none"""
    ids: dict[str, str] = field(default_factory=dict)
    """app id → app-scoped id; others are derived"""
    lost_tasks: dict[str, list[str]] = field(default_factory=dict)
    """page id → tasks that were taken away; they may be given back"""

    def id_for(self, app_id: str) -> str:
        return self.ids.get(app_id) or scoped("user", self.key, app_id)

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def last_name(self) -> str:
        return self.name.split(" ", 1)[-1]
