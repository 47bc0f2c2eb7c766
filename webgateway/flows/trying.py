"""The preview beside the editor: what was asked of it, and what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from flask import current_app, request

from ..db import utcnow
from ..fields import place
from ..settings import current_settings
from ..users import zone
from . import trial
from .definition import Definition
from .forms import FlowForm
from .pages import Named
from .trial import Names, Trial

LONGEST = 1000
"""Of what is typed on the phone."""


@dataclass
class Preview:
    """`form` is the editor's: what is typed there is what is tried. While it cannot run, `broken` says so and
    the talk stays as it was."""

    form: FlowForm
    pages: list[Named]
    trial: Trial | None = None
    does: Definition | None = None
    broken: bool = False
    act: str = ""

    @property
    def goes_on_with(self) -> str:
        """What the keyboard goes on with: the box, the first quick reply, or the beginning; nothing before
        anything was asked."""
        if not self.act or self.broken or self.trial is None:
            return ""
        if self.trial.ended:
            return "start"
        return "replies" if self.trial.offers and self.act != "say" else "box"

    @property
    def typed(self) -> str:
        """What is still in the box: what could not be said."""
        return request.form.get("trial_text", "") if self.broken else ""

    @property
    def names(self) -> Names:
        queues = {
            int(value) if value else None: name
            for card in self.form.cards
            for value, name in card.queues.items()
        }
        return Names(queues, {page.meta_id: page.name for page in self.pages})

    @property
    def sealed(self) -> str:
        return trial.seal(self.trial, _secret()) if self.trial else ""

    @property
    def clock(self) -> str:
        """As a field for date and time holds it."""
        if self.trial is None or self.does is None:
            return request.form.get("trial_at", "")
        return f"{self.trial.at.astimezone(self._zone):%Y-%m-%dT%H:%M}"

    @property
    def zone_name(self) -> str:
        return str(self._zone)

    @property
    def waits_for_bot(self) -> bool:
        return bool(self.trial and self.does and trial.waits_for_bot(self.trial, self.does))

    @property
    def _zone(self):  # type: ignore[no-untyped-def]
        page = self.trial.page if self.trial else ""
        return trial.zone_of(self.does or Definition(), page, zone.viewers())

    def run(self, does: Definition) -> None:
        """From the beginning, now."""
        self.does = does
        self.trial = trial.begin(does, utcnow(), "", self.names)

    def go_on(self, asked: Mapping[str, str]) -> None:
        """As the buttons beside the form say: start, say, a quick reply's number, or that the bot is done."""
        before = trial.unseal(asked.get("trial", ""), _secret())
        self.trial = before
        self.broken = not self.form.validate()
        if self.broken:
            return
        self.does = self.form.definition
        self.act, _, last = asked.get("try", "").partition(":")
        act, number = self.act, place(last)
        if before is None or act == "start":
            self.trial = trial.begin(self.does, self._chosen(asked), asked.get("trial_page", ""), self.names)
        elif act == "bot":
            self.trial = trial.leave_bot(before, self.does, self.names)
        elif act == "reply" and number is not None and number < len(before.offers):
            offer = before.offers[number]
            self.trial = trial.say(before, self.does, offer.title, offer.payload, self.names)
        elif text := asked.get("trial_text", "").strip()[:LONGEST]:
            self.trial = trial.say(before, self.does, text, None, self.names)

    def _chosen(self, asked: Mapping[str, str]) -> datetime:
        place = trial.zone_of(self.does or Definition(), asked.get("trial_page", ""), zone.viewers())
        try:
            chosen = datetime.fromisoformat(asked.get("trial_at", "")).replace(tzinfo=place)
            return chosen.astimezone(UTC)
        except (ValueError, OverflowError):
            return utcnow()


def phone_of(page: Named) -> str | None:
    """The simulator's phone with this page on it, where a simulator takes Meta's place."""
    settings = current_settings()
    at = urlsplit(settings.graph_url)
    if settings.graph_url != settings.facebook_url or at.hostname not in ("127.0.0.1", "localhost", "::1"):
        return None
    return f"{settings.graph_url}/_sim/phone/?{urlencode({'page': page.meta_id})}"


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
