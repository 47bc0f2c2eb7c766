"""What an agent types."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import Field, HiddenField, TextAreaField, ValidationError

from ..fields import paragraphs
from ..meta.messages import LIMITS
from . import received
from .received import Received

LONGEST = 20_000


class MessageForm(FlaskForm):  # type: ignore[misc]
    """`key` is drawn anew for each empty form: the same form sent twice is one message."""

    text = TextAreaField("Message", filters=[paragraphs])
    key = HiddenField()

    def validate_text(self, field: Field) -> None:
        # Space, and letters that have no shape: Meta takes no message without any other
        if all(unicodedata.category(letter)[0] in "CZ" for letter in field.data):
            raise ValidationError("Write something first.")
        if len(field.data) > LONGEST:
            raise ValidationError(f"This is too long: {len(field.data):,} of {LONGEST:,} characters at most.")

    def validate_key(self, field: Field) -> None:
        if len(field.data or "") > 64:
            raise ValidationError("Reload the page and try again.")


class AnswerForm(MessageForm):
    """Text, files or both. A browser gives no file back: when a form is refused, they are chosen again."""

    files = MultipleFileField("Files")

    def __init__(self, channel: str, **options: Any) -> None:
        super().__init__(**options)
        self.channel = channel
        self.received = [Received.of(file, channel) for file in self.files.data or ()]

    def validate_text(self, field: Field) -> None:
        if field.data or not self.received:
            super().validate_text(field)

    def validate_files(self, field: Field) -> None:
        if found := received.problems(self.received, self.channel):
            raise ValidationError(" ".join(found))


@dataclass
class Box:
    data: str = ""
    errors: Sequence[str] = ()


class EmptyAnswer:
    """For the templates an AnswerForm that nothing came with, without what reads a form: one stands under
    every conversation that is shown."""

    def __init__(self) -> None:
        self.text, self.key, self.files = Box(), Box(secrets.token_urlsafe(16)), Box()
        self.received: Sequence[Received] = ()


class PrivateReplyForm(MessageForm):
    """Meta takes one message, so what is longer than one is refused here."""

    text = TextAreaField("Private reply", filters=[paragraphs])

    def __init__(self, channel: str, **options: Any) -> None:
        super().__init__(**options)
        self.limits = LIMITS[channel]

    @classmethod
    def for_(cls, channel: str) -> "PrivateReplyForm":
        return cls(channel, formdata=None, key=secrets.token_urlsafe(16))

    def validate_text(self, field: Field) -> None:
        super().validate_text(field)
        size, most = self.limits.size(field.data), self.limits.text_max
        if size > most:
            raise ValidationError(
                f"A private reply is one message: {size:,} of {most:,} {self.limits.unit} at most."
            )
