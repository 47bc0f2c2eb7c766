"""What people fill in about a canned answer."""

import re
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Regexp

from ..db import db
from ..fields import one_line
from ..flows.part_form import TextField
from ..flows.texts import FIELDS
from ..queues.models import Queue
from ..tenants.models import Tenant
from .canned import CannedAnswer

TAKEN = "There is a canned answer with this shortcut already."
SHORTCUT, LONGEST_SHORTCUT = re.compile(r"[^\s/{}]+\Z"), 40
QUEUE_GONE = "This queue is gone. Choose another one."


def word(text: str | None) -> str:
    """As it is typed after the slash."""
    return one_line(text).removeprefix("/").lower()


class CannedForm(FlaskForm):  # type: ignore[misc]
    """`answer` is the one that is edited; None while one is added."""

    shortcut = StringField(
        "Shortcut",
        [
            DataRequired("Give it a shortcut."),
            Length(max=LONGEST_SHORTCUT),
            Regexp(SHORTCUT, message="One word, without spaces, slashes or braces."),
        ],
        filters=[word],
    )
    text = TextField("Text", known=FIELDS)
    queue_id = SelectField("Offered in", validate_choice=False, default="")

    def __init__(self, tenant: Tenant, answer: CannedAnswer | None = None, **kwargs: Any) -> None:
        self.tenant, self.answer = tenant, answer
        super().__init__(obj=answer, **kwargs)
        queues = db.session.scalars(Queue.of(tenant).order_by(func.lower(Queue.name)))
        self.queue_id.choices = [("", "All queues"), *((str(queue.id), queue.name) for queue in queues)]

    def apply_to(self, answer: CannedAnswer) -> None:
        answer.shortcut, answer.text = self.shortcut.data or "", self.text.data or ""
        answer.queue_id = int(self.queue_id.data) if self.queue_id.data else None

    def validate_shortcut(self, field: Field) -> None:
        same = CannedAnswer.of(self.tenant).where(func.lower(CannedAnswer.shortcut) == field.data)
        if any(other is not self.answer for other in db.session.scalars(same)):
            raise ValidationError(TAKEN)

    def validate_text(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Write what it says.")

    def validate_queue_id(self, field: Field) -> None:
        """Looked up again: it may be deleted in this very moment."""
        there = {
            str(queue_id)
            for queue_id in db.session.scalars(Queue.of(self.tenant).with_only_columns(Queue.id))
        }
        if field.data and field.data not in there:
            field.data = ""
            raise ValidationError(QUEUE_GONE)
