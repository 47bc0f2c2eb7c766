"""The `ref` values of a flow, in a box with one per line."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import TextAreaField, ValidationError

from ..db import db
from ..fields import paragraphs
from .models import Ref

LONGEST = 250
MOST = 200
FITS_NOT = f"“{{}}” is no ref value: no spaces, and {LONGEST} characters at most."


def fits(value: str) -> bool:
    return 0 < len(value) <= LONGEST and len(value.split()) == 1


class RefsField(TextAreaField):  # type: ignore[misc]
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
        obj.refs = [kept.get(value) or Ref(tenant_id=obj.tenant_id, value=value) for value in self.values]

    def pre_validate(self, form: Any) -> None:
        if len(self.values) > MOST:
            raise ValidationError(f"At most {MOST} values.")
        for value in self.values:
            if not fits(value):
                raise ValidationError(FITS_NOT.format(value[:40]))
        taken = Ref.of(form.tenant).where(Ref.value.in_(self.values)).options(joinedload(Ref.flow))
        for ref in db.session.scalars(taken):
            if ref.flow is not form.flow:
                raise ValidationError(f"“{ref.value}” leads to {ref.flow.name} already.")
