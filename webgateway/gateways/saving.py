"""Save on the Meta tab: what Meta says of the input, the row, and what follows at Meta from a change."""

from flask import abort
from sqlalchemy.exc import IntegrityError

from ..db import db, utcnow
from ..meta import versions
from . import api_version, credentials, switch, webhook
from .credentials import Verdict
from .forms import TAKEN, GatewayForm
from .graph import graph_of
from .models import Gateway

CREDENTIALS = {"app_id", "app_secret"}
REGISTRATION = CREDENTIALS | {"api_version"}
NOT_YET = "Meta could not be asked. Switch State on once App ID and App Secret are verified."


def save(form: GatewayForm, gateway: Gateway) -> bool:
    """Store a validated form and act on it at Meta; False with the reason beside a field. Commits."""
    changed = form.changes()
    db.session.commit()
    verdict = _ask_meta(form, gateway, changed)
    if form.errors:
        return False
    old_app = graph_of(gateway) if form.gateway and "app_id" in changed else None
    wanted = form.gateway is None or gateway.enabled or gateway.webhook_error is not None
    if not _store(form, gateway, verdict):
        return False
    if old_app is not None:
        db.session.commit()
        webhook.withdraw(old_app, gateway.public_uri)
    if wanted and changed & REGISTRATION:
        _register(gateway)
    return True


def _ask_meta(form: GatewayForm, gateway: Gateway, changed: set[str]) -> Verdict | None:
    """Refusals land beside their fields; None when there was nothing to ask about App ID and App Secret."""
    typed = form.api_version.data
    if typed and "api_version" in changed and (reason := api_version.refusal(typed, utcnow().date())):
        form.refuse("api_version", reason)
        return None
    asked = changed & CREDENTIALS or (gateway.credentials != "verified" and not changed)
    if not asked:
        return None
    secret = form.app_secret.data or gateway.app_secret
    verdict = credentials.ask(form.app_id.data or "", secret, typed or versions.NEWEST)
    if verdict.state == "refused" and verdict.error is not None:
        field = verdict.error.field if verdict.error.field in CREDENTIALS else "app_secret"
        form.refuse(field, f"{verdict.error.meaning} {verdict.error.remedy}")
    return verdict


def _store(form: GatewayForm, gateway: Gateway, verdict: Verdict | None) -> bool:
    if form.gateway is not None:
        # it may have been deleted while we waited for Meta
        db.session.refresh(gateway)
        if gateway.deleted_at is not None:
            abort(404)
    if form.gateway and form.app_id.data != gateway.app_id:
        gateway.app_name = None
        gateway.forget_registration()
    for name, value in form.values().items():
        setattr(gateway, name, value)
    if verdict is not None:
        credentials.keep(gateway, verdict)
    db.session.add(gateway)
    try:
        db.session.commit()
    except IntegrityError:
        # somebody took the App ID while we waited for Meta
        db.session.rollback()
        return form.refuse("app_id", TAKEN)
    return True


def _register(gateway: Gateway) -> None:
    if gateway.credentials == "verified":
        switch.turn_on(gateway)
        return
    gateway.webhook_error = (
        "Meta could not be reached. Switch State on once App ID and App Secret are verified."
    )
    gateway.enabled = gateway.enabled and gateway.webhook == "registered"
    db.session.commit()
