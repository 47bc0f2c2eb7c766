"""What an agent types."""

import secrets

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, TextAreaField, ValidationError

LONGEST = 20_000


class MessageForm(FlaskForm):  # type: ignore[misc]
    """`key` is drawn anew for each empty form: the same form sent twice is one message."""

    text = TextAreaField("Message")
    key = HiddenField()

    @classmethod
    def blank(cls) -> "MessageForm":
        return cls(formdata=None, key=secrets.token_urlsafe(16))

    def validate_text(self, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Write something first.")
        if len(field.data) > LONGEST:
            raise ValidationError(f"This is too long: {len(field.data):,} of {LONGEST:,} characters at most.")

    def validate_key(self, field: Field) -> None:
        if len(field.data or "") > 64:
            raise ValidationError("Reload the page and try again.")
