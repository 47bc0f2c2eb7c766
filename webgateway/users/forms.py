"""What people fill in about people: sign-in, a user, a password, one's own profile."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_security.forms import LoginForm as SecurityLoginForm
from flask_security.utils import validate_redirect_url
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ..db import db
from ..fields import one_line
from .joining import SHORTEST_PASSWORD
from .models import Role, User
from .rights import signed_in

NOT_RIGHT = "The email or the password is not right."
EMAIL_TAKEN = "Somebody signs in with this email already."
PASSWORD = [
    DataRequired("Choose a password."),
    Length(SHORTEST_PASSWORD, 200, f"A password needs {SHORTEST_PASSWORD} to 200 characters."),
]


@cache
def time_zones() -> dict[str, str]:
    """The browser's, UTC and the zones named by a place."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return {"": "The one of my browser", **{zone: zone for zone in ("UTC", *sorted(places))}}


class LoginForm(SecurityLoginForm):  # type: ignore[misc]
    """Flask-Security's, with our words: one for whatever was wrong, so that nobody learns who is here."""

    email = EmailField("Email", [DataRequired()], render_kw={"autocomplete": "username"})
    password = PasswordField("Password", [DataRequired()], render_kw={"autocomplete": "current-password"})
    remember = BooleanField("Stay signed in")

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]
        if super().validate(**kwargs):
            return True
        self.email.errors, self.password.errors = [], [NOT_RIGHT]
        return False

    def validate_next(self, field: Field) -> None:
        """A foreign page to go on to is forgotten."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""


class ProfileForm(FlaskForm):  # type: ignore[misc]
    name = StringField("Name", [DataRequired("Say who this is."), Length(max=120)], filters=[one_line])
    time_zone = SelectField("Time zone", choices=time_zones, default="")


class UserForm(ProfileForm):
    """`person` is whoever is edited; None while somebody is added."""

    email = EmailField(
        "Email",
        filters=[one_line, str.lower],
        validators=[
            DataRequired("Say which email they sign in with."),
            Email("This is not an email address. Write it like ada@example.com."),
            Length(max=254),
        ],
    )
    roles = SelectMultipleField(
        "Roles", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, person: User | None = None, **kwargs: Any) -> None:
        kept = ("name", "email", "time_zone")
        given = {field: getattr(person, field) for field in kept} if person else {}
        held = [role.id for role in person.roles] if person else []
        super().__init__(data={**given, "roles": held}, **kwargs)
        self.person = person
        roles = db.session.scalars(Role.offered_to(signed_in().tenant).order_by(Role.tenant_id, Role.id))
        self.offered = {role.id: role for role in roles if signed_in().may_give(role)}
        self.roles.choices = [(role.id, role.display_name) for role in self.offered.values()]

    @property
    def chosen(self) -> list[Role]:
        return [self.offered[role_id] for role_id in self.roles.data or []]

    @property
    def about_oneself(self) -> bool:
        return self.person is not None and self.person.id == signed_in().id

    def validate_email(self, field: Field) -> None:
        owner = db.session.scalar(select(User.id).where(User.email == field.data))
        if owner and (self.person is None or owner != self.person.id):
            raise ValidationError(EMAIL_TAKEN)

    def validate_roles(self, field: Field) -> None:
        if self.about_oneself and set(field.data) != {role.id for role in signed_in().roles}:
            raise ValidationError("Nobody changes their own roles. Ask another administrator.")
        if not field.data:
            raise ValidationError("Choose at least one role; without one they can see nothing.")


class NewUserForm(UserForm):
    password = PasswordField("Password", validators=PASSWORD, render_kw={"autocomplete": "new-password"})


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password for somebody else, who need not be asked."""

    password = PasswordField("New password", validators=PASSWORD, render_kw={"autocomplete": "new-password"})


class OwnPasswordForm(PasswordForm):
    current = PasswordField(
        "Current password",
        validators=[DataRequired("Say your current password.")],
        render_kw={"autocomplete": "current-password"},
    )

    def validate_current(self, field: Field) -> None:
        if not signed_in().verify_and_update_password(field.data):
            raise ValidationError("This is not your current password.")
