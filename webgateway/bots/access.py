"""By what a flow's bot and we know each other: a token and a secret, made by a person and shown once."""

from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from .. import htmx
from ..db import db
from ..flows.definition import Bot
from ..flows.models import Flow
from ..settings import current_settings
from ..users.rights import current_tenant, needs
from . import signing, tokens

blueprint = Blueprint("bot_access", __name__, url_prefix="/flows/<int:flow_id>")


@blueprint.get("/bot-access")
@needs("flows", "edit")
def show(flow_id: int) -> ResponseReturnValue:
    return _shown(Flow.find(current_tenant, flow_id))


@blueprint.post("/bot-token")
@needs("flows", "edit")
def make_token(flow_id: int) -> ResponseReturnValue:
    flow = _held(flow_id)
    token = tokens.make(flow)
    db.session.commit()
    return _shown(flow, token=token)


@blueprint.delete("/bot-token")
@needs("flows", "edit")
def revoke_token(flow_id: int) -> ResponseReturnValue:
    flow = _held(flow_id)
    tokens.revoke(flow)
    db.session.commit()
    if htmx.wants_fragment():
        return _shown(flow)
    flash("The token is revoked: whoever has it can no longer act as this bot.", "ok")
    return htmx.go_to(url_for(".show", flow_id=flow.id))


@blueprint.post("/bot-secret")
@needs("flows", "edit")
def make_secret(flow_id: int) -> ResponseReturnValue:
    flow = _held(flow_id)
    flow.bot_secret = secret = signing.make()
    db.session.commit()
    return _shown(flow, secret=secret)


def _held(flow_id: int) -> Flow:
    """Of two people who make one at the same time, each sees theirs, and the later one counts."""
    flow: Flow = Flow.find(current_tenant, flow_id)
    db.session.refresh(flow, with_for_update=True)
    return flow


def _shown(flow: Flow, token: str | None = None, secret: str | None = None) -> ResponseReturnValue:
    """With what was just made, which is nowhere to be seen again."""
    shown: dict[str, Any] = {"flow": flow, "bot_token": token, "bot_secret": secret}
    return htmx.render("flows/bot_access.html", "flows/_bot_access.html", **shown)


def _concerns_bots(flow: Flow) -> bool:
    """It has a bot, or had one."""
    versions = [version for version in (flow.live, flow.draft) if version is not None]
    bots = (isinstance(part, Bot) for version in versions for part in version.definition.parts)
    return flow.bot_token_hash is not None or any(bots)


def _has_secret(flow: Flow) -> bool:
    return bool(db.session.scalar(select(Flow.bot_secret.is_not(None)).where(Flow.id == flow.id)))


@blueprint.app_context_processor
def _on_the_flows_page() -> dict[str, object]:
    return {
        "concerns_bots": _concerns_bots,
        "has_bot_secret": _has_secret,
        "api_address": f"{current_settings().public_url}/api/v1",
    }
