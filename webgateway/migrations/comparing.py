"""What Alembic compares with the models."""

from typing import Any

from . import full_text, trigrams


def of_the_models(name: str | None, kind: str, _parents: Any) -> bool:
    """As Alembic's `include_name`. FTS5 keeps tables of its own beside the full-text index."""
    if kind == "table":
        return not (name or "").startswith(full_text.TABLE)
    return kind != "index" or not (name or "").endswith(trigrams.SUFFIX)
