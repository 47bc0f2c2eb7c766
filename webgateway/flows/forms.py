"""What people fill in about a flow."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func
from sqlalchemy.orm import joinedload
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from ..db import db
from ..fields import one_line, paragraphs
from ..meta.messages import LIMITS, split
from ..tenants.models import Tenant
from .models import Flow, Ref

NAME_TAKEN = "There is a flow of this name already."
LONGEST = 4000  # characters
REF_LONGEST = 250
MOST_REFS = 200
FITS = Length(max=LONGEST, message=f"At most {LONGEST:,} characters. Shorten it.")


class RefsField(TextAreaField):  # type: ignore[misc]
    """The `ref` values of a flow, one per line."""

    def process_data(self, refs: Iterable[Ref] | None) -> None:
        self.data = "\n".join(ref.value for ref in refs or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = paragraphs(valuelist[0]) if valuelist else self.data

    @property
    def values(self) -> list[str]:
        lines = (line.strip() for line in (self.data or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Those that stay keep their row."""
        kept = {ref.value: ref for ref in obj.refs}
        obj.refs = [kept.get(value) or Ref(tenant=obj.tenant, value=value) for value in self.values]


class FlowForm(FlaskForm):  # type: ignore[misc]
    """`flow` is the one that is edited; None while one is added."""

    name = StringField("Name", [DataRequired("Give the flow a name."), Length(max=120)], filters=[one_line])
    opening_message = TextAreaField("Opening message", [FITS], filters=[paragraphs])
    closing_message = TextAreaField("Closing message", [FITS], filters=[paragraphs])
    refs = RefsField("Ref values that lead here")

    def __init__(self, tenant: Tenant, flow: Flow | None = None, **kwargs: Any) -> None:
        definition = flow.definition if flow else None
        super().__init__(
            obj=flow,
            opening_message=definition and definition.opening_message,
            closing_message=definition and definition.closing_message,
            **kwargs,
        )
        self.tenant = tenant
        self.flow = flow

    def apply_to(self, flow: Flow) -> None:
        flow.name = self.name.data or ""
        self.refs.populate_obj(flow, "refs")
        flow.revise(
            opening_message=self.opening_message.data or "", closing_message=self.closing_message.data or ""
        )

    def validate_name(self, field: Field) -> None:
        same = Flow.of(self.tenant).where(func.lower(Flow.name) == field.data.lower())
        if any(other is not self.flow for other in db.session.scalars(same)):
            raise ValidationError(NAME_TAKEN)

    def validate_refs(self, field: RefsField) -> None:
        values = field.values
        if len(values) > MOST_REFS:
            raise ValidationError(f"At most {MOST_REFS} values.")
        for value in values:
            if len(value) > REF_LONGEST or len(value.split()) > 1:
                raise ValidationError(
                    f"“{value[:40]}” is no ref value: no spaces, and {REF_LONGEST} characters at most."
                )
        taken = Ref.of(self.tenant).where(Ref.value.in_(values)).options(joinedload(Ref.flow))
        for ref in db.session.scalars(taken):
            if ref.flow is not self.flow:
                raise ValidationError(f"“{ref.value}” leads to {ref.flow.name} already.")


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
