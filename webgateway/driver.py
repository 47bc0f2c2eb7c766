"""Queries for columns in the driver's own words. What SQLAlchemy does whenever it is asked a small one takes
several times as long as the database; here most of it is done once for each query."""

from collections import namedtuple
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

FEW = 8
"""Values of a list; each length has words of its own, so longer ones are asked SQLAlchemy's way."""
QUERIES = 500


def ask(connection: Connection, query: Any, asked: dict[str, Any]) -> list[Any]:
    """Its rows. `query` was made once and is kept for good."""
    lengths = tuple((name, len(asked[name])) for name in _lists(query) if name in asked)
    if all(0 < length <= FEW for _, length in lengths):
        return _words(query, connection.dialect, lengths, tuple(asked)).ask(connection, asked)
    return list(map(_row(query)._make, connection.execute(query, asked)))


class Words:
    """A query's, for lists of these lengths."""

    def __init__(self, query: Any, dialect: Dialect, lengths: dict[str, int], names: Iterable[str]) -> None:
        compiled = query.compile(dialect=dialect)
        given = {name: [None] * lengths[name] if name in lengths else None for name in names}
        state = compiled.construct_expanded_state(given)
        self.statement, self.places = state.statement, state.positiontup
        self.lists = state.parameter_expansion
        bound = {name: parameter for parameter, name in compiled.bind_names.items()}
        write = {name: _writing(parameter.type, dialect) for name, parameter in bound.items()}
        self.given = [(name, write[name]) for name in given if name in bound]
        self.constants: dict[str, Any] = {}
        for name in bound.keys() - given.keys():
            self._put(self.constants, name, write[name], bound[name].effective_value)

        self.row = _row(query)
        types = [column.type.dialect_impl(dialect) for column in query.selected_columns]
        read = [type_.result_processor(dialect, None) for type_ in types]
        self.read = [(place, one) for place, one in enumerate(read) if one is not None]

    def ask(self, connection: Connection, asked: dict[str, Any]) -> list[Any]:
        values = dict(self.constants)
        for name, write in self.given:
            self._put(values, name, write, asked[name])
        places = self.places
        given: Any = values if places is None else tuple([values[place] for place in places])
        result = connection.exec_driver_sql(self.statement, given)
        error_of_driver = connection.dialect.loaded_dbapi.Error
        try:
            found = result.cursor.fetchall()
        except error_of_driver as error:
            raise DBAPIError.instance(
                self.statement, None, error, error_of_driver, hide_parameters=True
            ) from error
        finally:
            result.close()
        return [self._shown(one) for one in found] if self.read else list(map(self.row._make, found))

    def _put(self, values: dict[str, Any], name: str, write: Any, value: Any) -> None:
        if name in self.lists:
            values.update(zip(self.lists[name], map(write, value), strict=True))
        else:
            values[name] = write(value)

    def _shown(self, found: Iterable[Any]) -> Any:
        cells = list(found)
        for place, read in self.read:
            cells[place] = read(cells[place])
        return self.row._make(cells)


@lru_cache(maxsize=QUERIES)
def _words(
    query: Any, dialect: Dialect, lengths: tuple[tuple[str, int], ...], names: tuple[str, ...]
) -> Words:
    return Words(query, dialect, dict(lengths), names)


@lru_cache(maxsize=QUERIES)
def _lists(query: Any) -> tuple[str, ...]:
    """The names of what stands for several values."""
    found = (one for one in visitors.iterate(query) if isinstance(one, BindParameter))
    return tuple(sorted({one.key for one in found if one.expanding}))


@lru_cache(maxsize=QUERIES)
def _row(query: Any) -> Any:
    return namedtuple("Row", [column.key for column in query.selected_columns], rename=True)  # type: ignore[misc]


def _writing(type_: TypeEngine[Any], dialect: Dialect) -> Any:
    return type_.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
