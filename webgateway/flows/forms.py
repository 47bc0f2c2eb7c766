"""What people fill in about a flow."""

from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from ..db import db
from ..fields import one_line, paragraphs
from ..meta.messages import LIMITS, split
from ..tenants.models import Tenant
from .models import DESTINATIONS, Flow

NAME_TAKEN = "There is a flow of this name already."
LONGEST = 4000  # characters
FITS = Length(max=LONGEST, message=f"At most {LONGEST:,} characters. Shorten it.")


class FlowForm(FlaskForm):  # type: ignore[misc]
    """`flow` is the one that is edited; None while one is added."""

    name = StringField("Name", [DataRequired("Give the flow a name."), Length(max=120)], filters=[one_line])
    opening_message = TextAreaField("Opening message", [FITS], filters=[paragraphs])
    closing_message = TextAreaField("Closing message", [FITS], filters=[paragraphs])
    destination = SelectField("Destination", choices=DESTINATIONS)

    def __init__(self, tenant: Tenant, flow: Flow | None = None, **kwargs: Any) -> None:
        super().__init__(obj=flow, **kwargs)
        self.tenant = tenant
        self.flow = flow

    def validate_name(self, field: Field) -> None:
        same = Flow.of(self.tenant).where(func.lower(Flow.name) == field.data.lower())
        if any(other is not self.flow for other in db.session.scalars(same)):
            raise ValidationError(NAME_TAKEN)


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
