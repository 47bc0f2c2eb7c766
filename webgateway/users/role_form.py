"""What people fill in about a role: its name and its matrix of rights."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from ..db import db
from ..fields import one_line
from .models import EVERYTHING, Role, with_reading
from .rights import signed_in

LONGEST_NAME = 80
NAME_TAKEN = "There is a role of this name already."


class RoleForm(FlaskForm):  # type: ignore[misc]
    """`role` is the one that is edited; None while one is added. `chosen` is in the order of the matrix."""

    name = StringField(
        "Name", [DataRequired("Give the role a name."), Length(max=LONGEST_NAME)], filters=[one_line]
    )
    rights = SelectMultipleField("Rights", choices={right: right for right in EVERYTHING})

    def __init__(self, role: Role | None = None, **kwargs: Any) -> None:
        given = {"name": role.display_name, "rights": role.permissions} if role else {}
        super().__init__(data=given, **kwargs)
        self.role = role

    @property
    def chosen(self) -> list[str]:
        return with_reading(self.rights.data or [])

    def validate_name(self, field: Field) -> None:
        roles = db.session.scalars(Role.offered_to(signed_in().tenant)).all()
        names = {role.display_name.casefold() for role in roles if role is not self.role}
        if field.data.casefold() in names:
            raise ValidationError(NAME_TAKEN)

    def validate_rights(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Choose at least one right.")
        if not set(self.chosen) <= signed_in().rights:
            raise ValidationError("Nobody gives a right that they do not have themselves.")
