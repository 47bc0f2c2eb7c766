"""How long a worker has a row to itself."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_

from .db import NOW

LEASE = timedelta(seconds=60)
"""Longer than any work, and renewed while the work goes on: one that ran out means that whoever held the
row was killed or stands still."""


def free(leased_until: Any) -> ColumnElement[bool]:
    """Nobody has the row in hand, in a query that is asked with `now`."""
    return or_(leased_until.is_(None), leased_until < NOW)
