import dataclasses
import types
import typing
from typing import Any


def revive(kind: Any, data: Any) -> Any:
    """The inverse of `dataclasses.asdict` for the kinds the world is made of."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{name: revive(hints[name], value) for name, value in data.items() if name in hints})
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        return {key: revive(arguments[1], value) for key, value in data.items()}
    if origin is list:
        return [revive(arguments[0], value) for value in data]
    if origin in (types.UnionType, typing.Union) and data is not None:
        return revive(next(part for part in arguments if part is not type(None)), data)
    return data
