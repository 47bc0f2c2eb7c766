"""How long a worker has a row to itself."""

from datetime import timedelta

LEASE = timedelta(seconds=60)
"""Longer than any work, and renewed while the work goes on: one that ran out means that whoever held the
row was killed or stands still."""
