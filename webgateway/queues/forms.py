"""What people fill in about a queue."""

from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from ..db import db
from ..fields import one_line
from ..tenants.models import Tenant
from ..users.models import User
from .models import RULES, Queue

NAME_TAKEN = "There is a queue of this name already."
LONGEST_NAME = 120
SHORTEST, LONGEST = 5, 300
"""Seconds that a conversation rings at an agent."""
SECONDS = f"Between {SHORTEST} and {LONGEST} seconds."
MEANS = {
    "longest_idle": "Rings at whoever has the fewest conversations; of those, at who got none for longest.",
    "round_robin": "Rings at one agent after the other, however much each has to do.",
    "by_hand": "Rings at nobody. Agents take from the queue what they choose.",
}


class QueueForm(FlaskForm):  # type: ignore[misc]
    """`queue` is the one that is edited; None while one is added."""

    name = StringField(
        "Name", [DataRequired("Give the queue a name."), Length(max=LONGEST_NAME)], filters=[one_line]
    )
    rule = RadioField("Who gets a conversation", choices=RULES, default="longest_idle")
    answer_seconds = IntegerField(
        "Rings for, in seconds",
        [InputRequired(SECONDS), NumberRange(SHORTEST, LONGEST, SECONDS)],
        default=30,
    )
    everybody = BooleanField("Everybody who may answer customers")
    members = SelectMultipleField(
        "Members", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, tenant: Tenant, queue: Queue | None = None, **kwargs: Any) -> None:
        held = [user.id for user in queue.members] if queue else []
        super().__init__(obj=queue, **kwargs)
        if not self.is_submitted():
            self.members.data = held
        self.tenant, self.queue = tenant, queue
        self.offered = {user.id: user for user in _people(tenant) if user.id in held or _answers(user)}
        self.members.choices = [(user.id, user.display_name) for user in self.offered.values()]

    def apply_to(self, queue: Queue) -> None:
        for field in (self.name, self.rule, self.answer_seconds, self.everybody):
            field.populate_obj(queue, field.name)
        queue.members = [self.offered[user_id] for user_id in self.members.data or []]

    def validate_name(self, field: Field) -> None:
        same = Queue.of(self.tenant).where(func.lower(Queue.name) == field.data.lower())
        if any(other is not self.queue for other in db.session.scalars(same)):
            raise ValidationError(NAME_TAKEN)

    def validate_members(self, field: Field) -> None:
        if not self.everybody.data and not field.data:
            raise ValidationError("Choose who is in it, or everybody: nobody would be asked.")


def _people(tenant: Tenant) -> list[User]:
    people = select(User).where(User.tenant_id == tenant.id).options(selectinload(User.roles))
    return list(db.session.scalars(people.order_by(User.name, User.email)))


def _answers(user: User) -> bool:
    return user.active and user.may("conversations", "edit")
