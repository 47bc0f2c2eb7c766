"""What people fill in about a part of a flow. One form has the fields of all kinds; those of others go."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

from ..fields import one_line, paragraphs
from ..meta import quick_replies
from . import texts
from .words import KINDS

LONGEST = 4000  # characters
FITS = Length(max=LONGEST, message=f"At most {LONGEST:,} characters. Shorten it.")
MOST_CHOICES = quick_replies.MOST
TITLE_LONGEST = quick_replies.TITLE
FIELDS_OF = {
    "say": {"text", "then"},
    "menu": {"text", "choices", "tries", "otherwise"},
    "ask": {"what", "text", "again", "skip", "tries", "then"},
    "bot": {"url", "patience", "then"},
    "agents": {"queue_id", "priority", "text"},
    "close": set(),
}
OPTIONAL = {("agents", "text"), ("ask", "again")}
QUEUE_GONE = "gone"
GONE = "The part it led to is gone. Choose another."
TOO_LONG = f"At most {TITLE_LONGEST} characters fit on a quick reply."
EARLY = texts.FIELDS.keys() - {"agent.name"}
"""What may be known before an agent has the conversation."""


class TextField(TextAreaField):  # type: ignore[misc]
    """A text to a customer, with fields."""

    def __init__(self, label: str, known: Iterable[str] = EARLY, **kwargs: Any) -> None:
        super().__init__(label, [FITS], filters=[paragraphs], **kwargs)
        self.known = frozenset(known)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if wrong := texts.problems(self.data or "", self.known):
            raise ValidationError(" ".join(wrong))


class PartSelect(SelectField):  # type: ignore[misc]
    """One of the flow's parts. `offer` says which there are; one that was removed stays chosen until somebody
    chooses another."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices={}, validate_choice=False, default="", **kwargs)

    def offer(self, parts: Iterable[tuple[str, str]], otherwise: str) -> None:
        self.choices = {"": otherwise, **dict(parts)}
        self.gone = (self.data or "") not in self.choices
        if self.gone:
            self.choices[self.data] = "A part that is gone"

    def pre_validate(self, form: Any) -> None:
        if self.gone:
            raise ValidationError(GONE)


class Whole(IntegerField):  # type: ignore[misc]
    """From `least` to `most`; empty only where it is `optional`."""

    def __init__(self, label: str, least: int, most: int, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most, self.optional = least, most, optional

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isdecimal() and len(text) < 8 else None

    def pre_validate(self, form: Any) -> None:
        if self.optional and not (self.raw_data and self.raw_data[0].strip()):
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise ValidationError(f"Write a number from {self.least:,} to {self.most:,}.")


class ChoiceForm(Form):  # type: ignore[misc]
    title = StringField("Words", filters=[one_line])
    then = PartSelect("Leads to")

    def validate_title(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Write what stands on it, or remove it.")
        if len(field.data) > TITLE_LONGEST:
            raise ValidationError(TOO_LONG)


class PartForm(Form):  # type: ignore[misc]
    id = HiddenField()
    kind = HiddenField()
    name = StringField("Name", [Length(max=60)], filters=[one_line])
    what = SelectField("Asks for", choices={"email": "E-mail address", "phone": "Telephone number"})
    text = TextField("Text")
    choices = FieldList(FormField(ChoiceForm), "Quick replies", max_entries=MOST_CHOICES)
    again = TextField("When the answer is none")
    skip = StringField("Quick reply to skip it", filters=[one_line])
    tries = Whole("Asked at most", 1, 5, default=2)
    otherwise = PartSelect("Then, without an answer")
    url = StringField("Address", filters=[lambda text: (text or "").strip()])
    patience = Whole("Waits for it, seconds", 5, 600, default=60)
    queue_id = SelectField("Queue", choices={}, default="", validate_choice=False)
    priority = SelectField(
        "Priority", choices={"1": "Before others", "0": "As others", "-1": "After others"}, default="0"
    )
    then = PartSelect("Then")

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        if self.kind.data not in FIELDS_OF:
            self.kind.data = "agents"
        for name in set().union(*FIELDS_OF.values()) - FIELDS_OF[self.kind.data]:
            del self[name]

    @property
    def queues(self) -> dict[str, str]:
        """Those that may be chosen: names by id, none for the general one."""
        offered: dict[str, str] = self.queue_id.choices if self.queue_id is not None else {}  # type: ignore[assignment]
        return {value: name for value, name in offered.items() if value != QUEUE_GONE}

    @property
    def label(self) -> str:
        return self.name.data or KINDS[str(self.kind.data)]

    @property
    def targets(self) -> list[PartSelect]:
        chosen = [field for field in (self.then, self.otherwise) if field is not None]
        return chosen + [choice.form.then for choice in self.choices or ()]

    def offer_queues(self, queues: Iterable[tuple[str, str]]) -> None:
        if self.queue_id is not None:
            self.queue_id.choices = {QUEUE_GONE: "A queue that is gone"} | dict(queues)
            if self.queue_id.data not in self.queue_id.choices:
                self.queue_id.data = QUEUE_GONE
            else:
                del self.queue_id.choices[QUEUE_GONE]

    def validate_text(self, field: Field) -> None:
        if not field.data and (self.kind.data, "text") not in OPTIONAL:
            raise ValidationError("Write what is said.")

    def validate_choices(self, field: Any) -> None:
        if not field.entries:
            raise ValidationError("A menu needs at least one quick reply.")
        titles: set[str] = set()
        for choice in field:
            title = (choice.form.title.data or "").casefold()
            if title and title in titles:
                choice.form.title.errors = ["Another one says the same."]
                raise ValidationError("Two quick replies say the same.")
            titles.add(title)

    def validate_skip(self, field: Field) -> None:
        if len(field.data or "") > TITLE_LONGEST:
            raise ValidationError(TOO_LONG)

    def validate_url(self, field: Field) -> None:
        try:
            parts = urlsplit(field.data or "")
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
            named = parts.username is not None
        except ValueError:
            fine = named = False
        if not fine or len(field.data) > 2000 or any(letter.isspace() for letter in field.data):
            raise ValidationError("Write the bot's address, as https://bot.example.com/hook.")
        if named:
            raise ValidationError("Leave out the name and password before the @: calls are signed instead.")

    def validate_queue_id(self, field: Field) -> None:
        if field.data == QUEUE_GONE:
            raise ValidationError("This queue is gone. Choose another.")
