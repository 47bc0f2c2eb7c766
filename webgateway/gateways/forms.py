"""What an administrator may type on the Meta tab."""

import re
import unicodedata

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import Field, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from ..db import db
from ..flows.models import Flow
from ..tenants.models import Tenant
from .models import Gateway

NO_FLOW = "No flow: conversations go straight to agents"
TAKEN = "This App ID is already used by another chat gateway. Meta keeps one webhook address per app."

INSTAGRAM_MEDIA = [("links", "Shown as links, as Meta's policy asks"), ("inline", "Shown as pictures")]

LATE_ANSWERS = [
    ("none", "None: the app has no approval for Human Agent"),
    ("agents", "By agents, until 7 days: Meta has approved Human Agent for the app"),
]


def stored(gateway: Gateway) -> dict[str, str]:
    """What the fields show: everything but the App Secret."""
    return {
        "name": gateway.name,
        "flow_id": str(gateway.flow_id or ""),
        "app_id": gateway.app_id,
        "api_version": gateway.api_version or "",
        "config_id": gateway.config_id or "",
        "instagram_media": "inline" if gateway.instagram_inline else "links",
        "late_answers": "agents" if gateway.may_answer_late else "none",
    }


LONGEST_NAME = 200
DIGITS = re.compile(r"\A[0-9]{1,32}\Z")


def strip(text: str | None) -> str | None:
    return text.strip() if text else text


def printable(_form: FlaskForm, field: Field) -> None:
    if any(unicodedata.category(letter) == "Cc" for letter in field.data or ""):
        raise ValidationError("Leave out line breaks and other invisible characters.")


def digits(message: str) -> Regexp:
    return Regexp(DIGITS, message=message)


class GatewayForm(FlaskForm):
    name = StringField(
        "Name",
        filters=[strip],
        validators=[DataRequired("Give the gateway a name."), Length(max=LONGEST_NAME), printable],
    )
    flow_id = SelectField("Flow", validate_choice=True)
    app_id = StringField(
        "App ID",
        filters=[strip],
        validators=[
            DataRequired("Enter the App ID from the app's basic settings at Meta."),
            digits("An App ID has digits only."),
        ],
    )
    app_secret = PasswordField("App Secret", filters=[strip], validators=[Length(max=200)])
    api_version = StringField("API Version", filters=[strip])
    config_id = StringField(
        "Configuration ID",
        filters=[strip],
        validators=[Optional(), digits("A Configuration ID has digits only.")],
    )
    instagram_media = SelectField("Stories and posts from Instagram", default="links", validate_choice=True)
    late_answers = SelectField("Answers after 24 hours", default="none", validate_choice=True)

    def __init__(self, tenant: Tenant, gateway: Gateway | None = None) -> None:
        super().__init__(data=stored(gateway) if gateway else None)
        self.gateway = gateway
        self.instagram_media.choices, self.late_answers.choices = INSTAGRAM_MEDIA, LATE_ANSWERS
        flows = db.session.execute(
            select(Flow.id, Flow.name).where(Flow.tenant_id == tenant.id).order_by(Flow.name)
        )
        self.flow_id.choices = [("", NO_FLOW), *((str(flow.id), flow.name) for flow in flows)]

    def validate_app_secret(self, field: PasswordField) -> None:
        stored = self.gateway is not None and self.gateway.credentials != "missing"
        if not stored and not field.data:
            raise ValidationError("Enter the App Secret from the app's basic settings at Meta.")

    def validate_app_id(self, field: StringField) -> None:
        other = select(Gateway.id).where(Gateway.app_id == field.data, Gateway.deleted_at.is_(None))
        if self.gateway is not None:
            other = other.where(Gateway.id != self.gateway.id)
        if db.session.scalar(other) is not None:
            raise ValidationError(TAKEN)

    def values(self) -> dict[str, str | int | None]:
        """By the names of the columns; an empty App Secret is left out, so that the stored one stays."""
        values: dict[str, str | int | None] = {
            "name": self.name.data,
            "flow_id": int(self.flow_id.data) if self.flow_id.data else None,
            "app_id": self.app_id.data,
            "api_version": self.api_version.data or None,
            "config_id": self.config_id.data or None,
            "instagram_inline": self.instagram_media.data == "inline",
            "human_agent": self.late_answers.data == "agents",
            "human_agent_refused_at": None,
        }
        return values | ({"app_secret": self.app_secret.data} if self.app_secret.data else {})

    def changes(self) -> set[str]:
        """The columns that would change: all of them for a new gateway."""
        values = self.values()
        return {
            name for name in values if self.gateway is None or values[name] != getattr(self.gateway, name)
        }

    def refuse(self, field: str, reason: str) -> bool:
        """Marks the field; False, for `return`."""
        self[field].errors = [*self[field].errors, reason]
        return False
