"""Whether an API version may be used: the shipped table says, or Meta where it is silent. Contract 1.3."""

from datetime import date

from ..meta import versions
from ..meta.app import Served, probe_version
from ..meta.errors import Unreachable
from ..settings import current_settings
from .graph import OutsideTransaction

SOON = 90
"""Days before the end of a version when we begin to say so."""


def refusal(name: str, today: date) -> str | None:
    """Why it may not be used. May ask Meta: no transaction may be open."""
    if not versions.SYNTAX.match(name):
        return "Write it as vXX.X, for example v24.0."
    known = versions.find(name)
    if known is not None and known.expired(today):
        return f"Meta stopped serving {name} on {day(known.until)}. {_instead()}"
    return None if known else _ask_meta(name)


def _ask_meta(name: str) -> str | None:
    try:
        answer = probe_version(current_settings().graph_url, name, session=OutsideTransaction())
    except Unreachable:
        return f"{name} is not a version we know, and Meta could not be reached to ask. {_instead()}"
    if not isinstance(answer, Served):
        return f"Meta has no version {name}. {_instead()}"
    if answer.expired_as:
        return f"Meta no longer serves {name}; it answers with {answer.expired_as}. {_instead()}"
    return None


def _instead() -> str:
    return f"Use {versions.NEWEST}, the newest, or leave this empty."


def ending(name: str, today: date) -> str | None:
    """What to say of a version that has ended or ends soon."""
    known = versions.find(name)
    left = known.days_left(today) if known else None
    if known is None or left is None or left > SOON:
        return None
    verb = "expires" if left > 0 else "expired"
    return f"API version {name} {verb} on {day(known.until)}. Choose {versions.NEWEST}, the newest."


def day(of: date | None) -> str:
    return f"{of.day} {of:%B %Y}" if of else ""
