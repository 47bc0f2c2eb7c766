"""Graph API versions as shipped: contract 1.1."""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SYNTAX = re.compile(r"^v[1-9]\d*\.\d+\Z", re.ASCII)


@dataclass(frozen=True)
class Version:
    name: str
    released: date
    until: date | None
    """The first day Meta no longer serves it; None while Meta has not published one."""

    def expired(self, today: date) -> bool:
        return self.until is not None and today >= self.until

    def days_left(self, today: date) -> int | None:
        """Negative once expired; None while no end is known."""
        return None if self.until is None else (self.until - today).days


def _read() -> tuple[Version, ...]:
    rows = json.loads(Path(__file__).with_name("versions.json").read_text())["versions"]
    versions = [
        Version(
            row["name"],
            date.fromisoformat(row["released"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows
    ]
    return tuple(sorted(versions, key=lambda version: version.released, reverse=True))


_VERSIONS = _read()
NEWEST = _VERSIONS[0].name


def find(name: str) -> Version | None:
    return next((version for version in _VERSIONS if version.name == name), None)


def usable(today: date) -> list[Version]:
    """Newest first."""
    return [version for version in _VERSIONS if not version.expired(today)]
