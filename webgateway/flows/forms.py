"""What people fill in about a flow."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from ..db import db
from ..fields import one_line
from ..meta.messages import LIMITS, split
from ..queues.models import Queue
from ..tenants.models import Tenant
from ..users.models import User
from . import checking
from .definition import Definition
from .hours_form import HoursForm, PageHoursForm
from .models import Flow
from .part_form import LONGEST, PartForm, PartSelect, TextField, Whole
from .refs import RefsField
from .texts import FIELDS
from .typed import definition_of, typed

LONGEST_NAME = 120
NAME_TAKEN = "There is a flow of this name already."
MOST_PARTS = 50
MOST_PAGES = 20
REMINDED_WITHIN = 23 * 60
"""Minutes: a flow may write for 24 hours after the customer did (contract 7.4)."""
PART_ID = re.compile(r"[\w-]{1,40}")
CIRCLE = (
    "It leads back to itself, and nothing on the way waits for the customer. Put a menu or a question there."
)


class HoursField(FormField):  # type: ignore[misc, type-arg]
    """Only looked at where there are working hours."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        return not form.has_hours.data or super().validate(form, extra_validators)


class FlowForm(FlaskForm):  # type: ignore[misc]
    """`flow` is the one that is edited; None while one is added. `seen` tells what it was when it was opened,
    so that nobody overwrites what a colleague saved meanwhile."""

    name = StringField(
        "Name", [DataRequired("Give the flow a name."), Length(max=LONGEST_NAME)], filters=[one_line]
    )
    refs = RefsField("Ref values that lead here")
    opening_message = TextField("Opening message")
    has_hours = BooleanField("Open only at certain hours")
    hours = HoursField(HoursForm, "Working hours")
    page_hours = FieldList(FormField(PageHoursForm), "Hours of a page", max_entries=MOST_PAGES)
    offline_message = TextField("Offline message")
    first = PartSelect("Begins with")
    closed_first = PartSelect("While closed, with")
    parts = FieldList(FormField(PartForm), "Parts", max_entries=MOST_PARTS)
    closing_message = TextField("Closing message", known=FIELDS)
    remind_after = Whole("Remind after, minutes", 1, REMINDED_WITHIN, optional=True)
    reminder = TextField("Reminder", known=FIELDS)
    close_after = Whole("Close after, minutes", 1, 43_200, optional=True)
    seen = HiddenField()

    def __init__(
        self, tenant: Tenant, flow: Flow | None = None, time_zone: str = "UTC", **kwargs: Any
    ) -> None:
        self.tenant, self.flow = tenant, flow
        if "formdata" not in kwargs:
            does = flow.drafted if flow else Definition()
            own = {"name": flow.name, "refs": flow.refs} if flow else {}
            kwargs = {"formdata": None, "data": {**typed(does, time_zone), **own, "seen": state_of(flow)}}
        super().__init__(**kwargs)
        self._offer_parts()
        self._offer_queues()

    def _offer_queues(self) -> None:
        named = sorted(self.queues(), key=lambda one: bool(one[0]))
        for card in self.cards:
            card.offer_queues(named)

    def queues(self) -> list[tuple[str, str]]:
        """Ids and names; the general one is chosen by none."""
        queues = db.session.scalars(Queue.of(self.tenant).order_by(func.lower(Queue.name)))
        return [("" if queue.general else str(queue.id), queue.name) for queue in queues]

    def _offer_parts(self) -> None:
        cards = list(self.cards)
        named = [(str(card.id.data), f"{place}. {card.label}") for place, card in enumerate(cards, start=1)]
        for place, card in enumerate(cards, start=1):
            last = place == len(cards)
            for field in card.targets:
                field.offer(
                    named, "Agents of the general queue" if last else f"The next one: {named[place][1]}"
                )
        self.first.offer(named, f"The first one: {named[0][1]}" if named else "Agents of the general queue")
        self.closed_first.offer(named, "The same")

    @property
    def cards(self) -> Iterator[PartForm]:
        return (entry.form for entry in self.parts)

    @property
    def marked(self) -> Iterator[tuple[str, Field]]:
        """What is wrong: where, in words, and the field."""
        yield from marked(self)

    @property
    def definition(self) -> Definition:
        """Once it is found good."""
        return definition_of(self.data)

    def apply_to(self, flow: Flow, user: User) -> None:
        """A new one is live at once; of one that is there a draft is kept."""
        flow.name = self.name.data or ""
        self.refs.populate_obj(flow, "refs")
        if flow.live is None:
            flow.go_live(self.definition, user)
        else:
            flow.save_draft(self.definition)

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and self._goes_on()

    def _goes_on(self) -> bool:
        circles = checking.circles(self.definition)
        for card in self.cards:
            if card.id.data in circles:
                card.then.errors = [CIRCLE]
        self.parts.errors = [card.errors for card in self.cards] if circles else []
        return not circles

    def validate_name(self, field: Field) -> None:
        same = Flow.of(self.tenant).where(func.lower(Flow.name) == field.data.lower())
        if any(other is not self.flow for other in db.session.scalars(same)):
            raise ValidationError(NAME_TAKEN)

    def validate_parts(self, field: Any) -> None:
        ids = [card.id.data for card in self.cards]
        if not all(PART_ID.fullmatch(part_id or "") for part_id in ids) or len(set(ids)) != len(ids):
            raise ValidationError("Two parts are mixed up. Remove the one that was added last.")

    def validate_reminder(self, field: Field) -> None:
        if bool(field.data) != bool(self.remind_after.data):
            raise ValidationError("A reminder needs both: a text, and after how many minutes.")

    def validate_close_after(self, field: Field) -> None:
        if field.data and self.remind_after.data and field.data <= self.remind_after.data:
            raise ValidationError("Close later than you remind.")


def marked(form: Form, where: tuple[str, ...] = ()) -> Iterator[tuple[str, Field]]:
    for field in form:
        words = (*where, field.label.text)
        if isinstance(field, FormField):
            yield from marked(field.form, words)
        elif isinstance(field, FieldList):
            for place, entry in enumerate(field, start=1):
                named = getattr(entry.form, "label", None)
                yield from marked(entry.form, (*where, f"{place}. {named}" if named else field.label.text))
        if any(isinstance(error, str) for error in field.errors):
            yield ", ".join(dict.fromkeys(word for word in words if word)), field


def state_of(flow: Flow | None) -> str:
    """Another one when anything that the form holds was saved."""
    if flow is None:
        return ""
    version = flow.draft or flow.live
    parts = (
        flow.name,
        *(ref.value for ref in flow.refs),
        version and version.id,
        version and version.updated_at,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def length_hint(text: str | None) -> str:
    """How long a text may be, and in how many parts this one goes out where one message cannot hold it."""
    parts = {channel: len(split(text or "", channel)) for channel in LIMITS}
    if max(parts.values()) > 1:
        return f"It goes out in parts: {parts['messenger']} on Messenger, {parts['instagram']} on Instagram."
    messenger, instagram = LIMITS["messenger"].text_max, LIMITS["instagram"].text_max
    return (
        f"Up to {LONGEST:,} characters; above {messenger:,} characters, "
        f"or {instagram:,} bytes on Instagram, it goes out in parts."
    )
