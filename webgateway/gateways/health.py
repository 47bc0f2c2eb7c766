"""The health board: its lines, and those about a gateway. All of it is what we know; Meta is not asked.

The parts to the right add lines of their own by `contribute`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from flask import url_for

from ..db import utcnow
from ..meta import versions
from ..meta.versions import Version
from ..views import count
from .api_version import ending
from .models import Gateway
from .troubles import signatures_refused

State = Literal["ok", "unknown", "warn", "bad"]
STATES: tuple[State, ...] = ("ok", "unknown", "warn", "bad")
"""From well to worst."""


@dataclass(frozen=True)
class Action:
    """The one button of a line: a link, or a form with these fields when it writes."""

    label: str
    url: str
    writes: bool = False
    popup: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """`meaning`: what it is and what it means, `who` must act, and `details` for whoever wants them.

    `since`: when the state began; `checked`: when it was last looked at. Both UTC.
    """

    name: str
    state: State
    meaning: str
    who: str | None = None
    action: Action | None = None
    since: datetime | None = None
    checked: datetime | None = None
    details: tuple[str, ...] = ()
    word: str | None = None
    """For the state, where the usual one does not fit."""

    @property
    def troubled(self) -> bool:
        return self.state in ("warn", "bad")


Lines = Callable[[Gateway], Iterable[Line]]
_further: dict[str, Lines] = {}


def contribute(lines: Lines) -> None:
    """Lines of a part to the right, under those before it; contributing again changes nothing."""
    _further[lines.__module__] = lines


def lines_of(gateway: Gateway) -> list[Line]:
    own = [_credentials(gateway), _state(gateway), *_webhook(gateway), _signatures(gateway)]
    own += [_version(gateway), _calls(gateway)]
    return own + [line for lines in _further.values() for line in lines(gateway)]


def worst(lines: Iterable[Line]) -> Line | None:
    """The gravest of them, the first among equals."""
    return max(lines, key=lambda line: STATES.index(line.state), default=None)


@dataclass(frozen=True)
class Served:
    """A row of the version calendar."""

    version: Version
    chosen: bool
    days_left: int | None
    advice: str


def calendar(gateway: Gateway, today: date) -> list[Served]:
    """The versions one may use, newest first, and the chosen one however old it is."""
    found = versions.usable(today)
    chosen = versions.find(gateway.version)
    if chosen is not None and chosen not in found:
        found.append(chosen)
    return [_served(version, version.name == gateway.version, today) for version in found]


def _served(version: Version, chosen: bool, today: date) -> Served:
    left = version.days_left(today)
    if not chosen:
        return Served(version, False, left, "")
    if left is not None and left <= 0:
        return Served(version, True, left, f"Choose {versions.NEWEST}: Meta no longer serves this one.")
    if version.name == versions.NEWEST:
        return Served(version, True, left, "Nothing to do.")
    said = ending(version.name, today)
    return Served(version, True, left, said or f"Nothing to do yet; {versions.NEWEST} is the newest.")


def _meta_tab(gateway: Gateway, label: str) -> Action:
    return Action(label, url_for("meta_tab.edit", gateway_id=gateway.id))


def _switch_on(gateway: Gateway, label: str) -> Action:
    return Action(label, url_for("activation.create", gateway_id=gateway.id), writes=True)


def _credentials(gateway: Gateway) -> Line:
    name, checked = "App ID and App Secret", gateway.credentials_checked_at
    if gateway.credentials == "verified":
        return Line(name, "ok", "Meta knows the App ID and takes the App Secret.", checked=checked)
    if gateway.credentials == "missing":
        text = "It was imported without its App Secret: a file holds no secrets."
        return Line(name, "bad", text, "An administrator here", _meta_tab(gateway, "Enter it"))
    if gateway.credentials == "refused":
        meaning = gateway.credentials_error or "Meta does not accept the App ID or the App Secret."
        action = _meta_tab(gateway, "Enter them again")
        return Line(name, "bad", meaning, "An administrator here", action, since=checked)
    check = Action("Check now", url_for("board.check", gateway_id=gateway.id), writes=True)
    text = "Meta has not yet confirmed them. We ask again every five minutes."
    return Line(name, "warn", text, "Nobody, unless it lasts", check, checked=checked)


def _state(gateway: Gateway) -> Line:
    if gateway.enabled:
        return Line("State", "ok", "On: messages are taken and answered.")
    text = "Off: what arrives is kept, and customers get no answer."
    return Line("State", "warn", text, "An administrator here", _switch_on(gateway, "Switch on"))


def _webhook(gateway: Gateway) -> list[Line]:
    checked = gateway.webhook_checked_at
    if gateway.webhook_at_meta:
        return [_at_meta(gateway, found) for found in gateway.webhook_at_meta]
    name = "App webhook"
    if gateway.registered_by_hand:
        text = "Meta has confirmed our URI. Its own list may not be read, so its fields are not known here."
        since = gateway.webhook_verified_at
        return [Line(name, "ok", text, since=since, checked=checked, details=(gateway.public_uri,))]
    if gateway.webhook == "refused":
        text = gateway.webhook_error or "Meta has no webhook of ours."
        again = _switch_on(gateway, "Register again")
        return [Line(name, "bad", text, "An administrator of the Meta app", again, since=checked)]
    text = gateway.webhook_error or "Not registered: it is when State is switched on."
    state: State = "warn" if gateway.webhook_error else "unknown"
    who = "An administrator here" if gateway.webhook_error else None
    return [Line(name, state, text, who, _switch_on(gateway, "Register now"), checked=checked)]


def _at_meta(gateway: Gateway, found: dict[str, Any]) -> Line:
    """One object's subscription, as Meta's own list has it: contract 4.2."""
    name = "App webhook, Facebook pages" if found["object"] == "page" else "App webhook, Instagram"
    state, text, action = _delivers(gateway, found)
    return Line(
        name,
        state,
        text,
        "An administrator here" if action else None,
        action,
        since=None if action else gateway.webhook_verified_at,
        checked=gateway.webhook_checked_at,
        details=(f"Address: {found['callback_url']}", f"Fields: {', '.join(found['fields']) or 'none'}"),
    )


def _delivers(gateway: Gateway, found: dict[str, Any]) -> tuple[State, str, Action | None]:
    again = _switch_on(gateway, "Register again")
    if found["callback_url"] != gateway.public_uri:
        return "bad", "Meta delivers to another address, so nothing arrives here.", again
    if found["missing"]:
        return "warn", f"Meta delivers here, except for {', '.join(found['missing'])}.", again
    told = f" {gateway.webhook_drift}; it was registered again." if gateway.webhook_drift_told else ""
    return "ok", f"Meta delivers {count(len(found['fields']), 'field')} to our URI.{told}", None


def _signatures(gateway: Gateway) -> Line:
    if not signatures_refused(gateway):
        return Line("Signatures", "ok", "No delivery came with a signature that does not fit.")
    text = "Deliveries arrive that the App Secret did not sign; they are not taken."
    action = _meta_tab(gateway, "Enter the App Secret")
    since = gateway.signature_refused_at
    return Line("Signatures", "bad", text, "An administrator here", action, since=since)


def _version(gateway: Gateway) -> Line:
    today, name = utcnow().date(), "API version"
    said, ends = ending(gateway.version, today), gateway.version_ends
    if said is None or ends is None:
        until = f"is served until {ends:%-d %B %Y}" if ends else "has no last day yet"
        return Line(name, "ok", f"{gateway.version} {until}.")
    state: State = "bad" if ends <= today else "warn"
    return Line(name, state, said, "An administrator here", _meta_tab(gateway, "Choose a version"))


def _calls(gateway: Gateway) -> Line:
    until = gateway.calls_paused_until
    if until is None or until <= utcnow():
        return Line("Meta's limits", "ok", "Meta takes this app's calls.")
    return Line("Meta's limits", "warn", paused("app", until), "Nobody")


def paused(whom: str, until: datetime) -> str:
    ends = f"{until:%-d %B %Y, %H:%M} UTC"
    return f"Meta asked this {whom} for a pause; it ends on {ends}. What waits is sent then."
