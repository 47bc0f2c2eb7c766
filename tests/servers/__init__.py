"""PostgreSQL and Redis for tests and benchmarks: what an installation that outgrew one machine runs on.

The test run starts its own and stops them. `python -m tests.servers` finds the programs, or installs them.
"""

from tests.servers import postgresql, redis

MISSING = (
    f"PostgreSQL and Redis are not installed (Debian: {postgresql.PACKAGE}, {redis.PACKAGE}): "
    "the tests run on SQLite alone."
)


def found() -> bool:
    return postgresql.programs() is not None and redis.program() is not None
