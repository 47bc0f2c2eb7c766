"""All deliveries of a commit in one statement, in the driver's own words: SQLAlchemy needs longer to make the
same one than the database to carry it out."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Engine, Table

from .models import Delivery

Row = dict[str, Any]
"""What the door knows of a delivery, by the names of COLUMNS."""
COLUMNS = (
    *("tenant_id", "gateway_id", "received_at", "body", "size", "signature"),
    *("state", "attempts", "next_try_at"),
)
TABLE = cast(Table, Delivery.__table__)


class Keeping:
    """For one database."""

    def __init__(self, engine: Engine) -> None:
        alone = engine.dialect.name == "postgresql"  # commits a statement by itself, in one round trip
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT") if alone else engine
        found = [TABLE.c[name].type.bind_processor(engine.dialect) for name in COLUMNS]
        self.written = [(name, write or _as_it_is) for name, write in zip(COLUMNS, found, strict=True)]
        place = "?" if engine.dialect.paramstyle == "qmark" else "%s"
        self.places = f"({', '.join([place] * len(COLUMNS))})"

    def keep(self, rows: Sequence[Row]) -> list[int]:
        """Commit all or raise SQLAlchemyError; their ids."""
        values = tuple(write(row[name]) for row in rows for name, write in self.written)
        with self.engine.begin() as connection:
            return list(connection.exec_driver_sql(self._insert(len(rows)), values).scalars())

    def _insert(self, count: int) -> str:
        into = f"INSERT INTO {TABLE.name} ({', '.join(COLUMNS)})"
        return f"{into} VALUES {', '.join([self.places] * count)} RETURNING id"


def _as_it_is(value: Any) -> Any:
    return value
