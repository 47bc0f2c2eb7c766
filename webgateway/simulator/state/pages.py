from dataclasses import dataclass, field

ALL_TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]


@dataclass
class InstagramAccount:
    id: str
    username: str
    name: str
    messages_allowed: bool = True


@dataclass
class Business:
    id: str
    name: str
    owned_pages: list[str] = field(default_factory=list)
    client_pages: list[str] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        return self.owned_pages + self.client_pages


@dataclass
class Page:
    id: str
    name: str
    category: str
    username: str = ""
    instagram: InstagramAccount | None = None
    business: str = ""
    published: bool = True
    status: str = "ok"
    """ok, warning, restricted or suspended (contract 3.4)"""
    judged_at: float = 0.0
    restricted_until: float = 0.0

    @property
    def restricted(self) -> bool:
        return self.status in ("restricted", "suspended")
