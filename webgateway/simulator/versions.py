import json
import re
from datetime import date
from pathlib import Path

TABLE: list[dict[str, str | None]] = json.loads(Path(__file__).with_name("versions.json").read_text())[
    "versions"
]


def looks_like_version(part: str) -> bool:
    """Whether this path part asks for a version; `vXYZ` does, a node id does not (contract 1.2)."""
    return re.fullmatch(r"v\w+(\.\w+)?", part) is not None


def usable(today: date) -> list[str]:
    """Versions served today, newest first."""
    return [
        str(row["version"])
        for row in TABLE
        if date.fromisoformat(str(row["released"])) <= today
        and (row["until"] is None or today < date.fromisoformat(str(row["until"])))
    ]


def served(asked: str, today: date) -> str | None:
    """The version that answers: `asked` itself, the oldest usable for an expired one, None if unknown."""
    live = usable(today)
    if asked in live:
        return asked
    known = any(
        row["version"] == asked and date.fromisoformat(str(row["released"])) <= today for row in TABLE
    )
    return live[-1] if known else None
