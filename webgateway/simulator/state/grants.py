from dataclasses import dataclass, field

GRANTED, DECLINED = "granted", "declined"


@dataclass
class Grant:
    """What one person allowed one app: the outcome of the dialog."""

    app: str
    user: str
    permissions: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    instagram: list[str] = field(default_factory=list)
    all_pages: bool = False
    """The person opted in to all current and future pages: `granular_scopes` carries no target_ids."""
    last_login: float = 0.0

    @property
    def granted(self) -> list[str]:
        return [name for name, status in self.permissions.items() if status == GRANTED]

    def allows(self, permission: str) -> bool:
        return self.permissions.get(permission) == GRANTED

    def covers(self, page_id: str) -> bool:
        return self.all_pages or page_id in self.pages


@dataclass
class Code:
    value: str
    app: str
    user: str
    redirect_uri: str
    issued: float
    used: bool = False


@dataclass
class Token:
    value: str
    type: str
    """USER, PAGE or APP"""
    app: str
    user: str = ""
    page: str = ""
    issued: float = 0.0
    expires: float = 0.0
    """0 = never"""
    invalid: int = 0
    """190 subcode this one token fails with; 0 = none"""
