"""What people choose: what goes into a file, and which file comes in."""

from collections.abc import Collection
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, Form, HiddenField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .document import Document
from .kinds import ALL
from .reading import LARGEST, Unreadable, read


class ExportForm(Form):  # type: ignore[misc]
    """`offered` are the kinds that whoever asks may see."""

    kinds = SelectMultipleField(
        "What goes into the file", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, rights: Collection[str], formdata: Any = None) -> None:
        offered = {kind.name: kind.title for kind in ALL if f"{kind.section}:read" in rights}
        super().__init__(formdata, data={"kinds": list(offered)})
        self.kinds.choices = offered

    def validate_kinds(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Choose at least one.")


class _Document:
    """Of a form: what was read of its file or text."""

    document: Document | None = None

    def take(self, content: bytes) -> None:
        try:
            self.document = read(content)
        except Unreadable as error:
            raise ValidationError(str(error)) from None


class UploadForm(FlaskForm, _Document):  # type: ignore[misc]
    file = FileField("File")

    def validate_file(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Choose the file that was exported elsewhere.")
        self.take(field.data.read(LARGEST + 1))


class ConfirmationForm(FlaskForm, _Document):  # type: ignore[misc]
    """The file travels with the page, as text: whichever machine is asked next has it. `seen` tells what the
    page showed."""

    text = HiddenField()
    seen = HiddenField()

    def validate_text(self, field: Field) -> None:
        self.take((field.data or "").encode())
