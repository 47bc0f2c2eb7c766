"""What an agent types."""

import secrets
import unicodedata

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, TextAreaField, ValidationError

from ..fields import paragraphs

LONGEST = 20_000


class MessageForm(FlaskForm):  # type: ignore[misc]
    """`key` is drawn anew for each empty form: the same form sent twice is one message."""

    text = TextAreaField("Message", filters=[paragraphs])
    key = HiddenField()

    @classmethod
    def blank(cls) -> "MessageForm":
        return cls(formdata=None, key=secrets.token_urlsafe(16))

    def validate_text(self, field: Field) -> None:
        # Space, and letters that have no shape: Meta takes no message without any other
        if all(unicodedata.category(letter)[0] in "CZ" for letter in field.data):
            raise ValidationError("Write something first.")
        if len(field.data) > LONGEST:
            raise ValidationError(f"This is too long: {len(field.data):,} of {LONGEST:,} characters at most.")

    def validate_key(self, field: Field) -> None:
        if len(field.data or "") > 64:
            raise ValidationError("Reload the page and try again.")
