"""The gateway's public URI: verification, Facebook Login coming back, deliveries, deauthorization."""

import hmac
from datetime import timedelta

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select, update

from ..db import db, looking, utcnow, writes
from ..gateways.models import Gateway
from ..meta.signed_request import InvalidSignedRequest, SignedRequest, parse
from ..pages import connecting, leaving
from ..settings import current_settings
from . import door as doors
from .door import Door
from .keys import Key

blueprint = Blueprint("public", __name__, url_prefix="/meta/<uri>")

# A wrong secret makes every delivery fail: remember it once in a while, not at each.
REMEMBER_EVERY = timedelta(seconds=30)

LONGEST_CHALLENGE = 256


def init_app(app: Flask, accept_sha1: bool) -> None:
    with app.app_context():
        engine = db.engine

    def find(uri: str) -> Key | None:
        with app.app_context(), looking():
            gateway = _listening(uri)
            return Key(gateway.id, gateway.tenant_id, gateway.app_secret) if gateway else None

    def remember_refusal(key: Key) -> None:
        with app.app_context():
            _remember_refusal(key)

    app.extensions["door"] = Door(engine, find, remember_refusal, accept_sha1)


@blueprint.get("")
def dispatch(uri: str) -> ResponseReturnValue:
    """Meta verifies the webhook, or a person comes back from Facebook Login."""
    gateway = _gateway(uri)
    if "hub.mode" in request.args:
        return _verify(gateway)
    if "state" in request.args or "code" in request.args or "error" in request.args:
        writes()
        return connecting.came_back(gateway)
    abort(400)


@blueprint.post("")
def deliver(uri: str) -> ResponseReturnValue:
    if request.mimetype == "application/x-www-form-urlencoded":
        gateway = _gateway(uri)
        leaving.deauthorize(gateway, _signed_request(gateway))
        return _text("OK", 200)
    answer = doors.TOO_LARGE
    if request.content_length is None or request.content_length <= doors.LARGEST:
        # Whoever is signed in was looked up, perhaps in a transaction that would keep the door from writing.
        db.session.rollback()
        door: Door = current_app.extensions["door"]
        answer = door.answer(uri, _body, dict(request.headers))
    doors.counted(answer)
    return _text(answer.text, answer.status)


def _body() -> bytes:
    # A body without a length is cut at the limit without a word: one byte more tells.
    request.max_content_length = doors.LARGEST + 1
    return request.get_data(cache=False)


@blueprint.post("/data-deletion")
def delete_data(uri: str) -> ResponseReturnValue:
    """Meta passes on that a person wants their data deleted: contract 9.3."""
    gateway = _gateway(uri)
    asked = _signed_request(gateway)
    if asked.user_id is None:
        abort(400)
    code = leaving.delete_data(gateway, asked.user_id, asked.issued_at).code
    return {"url": f"{current_settings().public_url}/data-deletion/{code}", "confirmation_code": code}


def _gateway(uri: str) -> Gateway:
    """Nobody waits for our lock while a stranger's request is looked at, however slowly its body comes."""
    with looking():
        gateway = _listening(uri)
    if gateway is None:
        abort(404)
    return gateway


def _listening(uri: str) -> Gateway | None:
    return db.session.scalar(select(Gateway).where(Gateway.uri == uri, Gateway.deleted_at.is_(None)))


def _remember_refusal(key: Key) -> None:
    now, refused = utcnow(), Gateway.signature_refused_at
    due = or_(refused.is_(None), refused < now - REMEMBER_EVERY)
    with looking():
        due_now = db.session.scalar(select(Gateway.id).where(Gateway.id == key.gateway_id, due))
    if due_now is not None:
        db.session.execute(
            update(Gateway).where(Gateway.id == key.gateway_id, due).values(signature_refused_at=now)
        )
        db.session.commit()


def _verify(gateway: Gateway) -> Response:
    given = request.args.get("hub.verify_token", "")
    challenge = request.args.get("hub.challenge", "")
    right = bool(gateway.verify_token) and hmac.compare_digest(given.encode(), gateway.verify_token.encode())
    if request.args["hub.mode"] != "subscribe" or not right:
        return _text("Wrong verify token", 403)
    if not challenge or len(challenge) > LONGEST_CHALLENGE:
        return _text("No challenge", 400)
    writes()
    gateway.webhook_verified_at = utcnow()
    db.session.commit()
    return _text(challenge, 200)


def _signed_request(gateway: Gateway) -> SignedRequest:
    try:
        return parse(request.form.get("signed_request", ""), gateway.app_secret)
    except InvalidSignedRequest:
        abort(400)


def _text(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
