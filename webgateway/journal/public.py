"""The gateway's public URI: verification, Facebook Login coming back, deliveries, deauthorization."""

import hmac

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from ..db import db, looking, utcnow, writes
from ..gateways.models import Gateway
from ..meta.signed_request import InvalidSignedRequest, SignedRequest, parse
from ..pages import connecting, leaving
from ..settings import current_settings
from . import door

blueprint = Blueprint("public", __name__, url_prefix="/meta/<uri>")

LONGEST_CHALLENGE = 256


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
    gateway = _gateway(uri)
    if request.mimetype == "application/x-www-form-urlencoded":
        leaving.deauthorize(gateway, _signed_request(gateway))
        db.session.commit()
        return _text("OK", 200)
    if request.content_length is not None and request.content_length > door.LARGEST:
        return _text(door.TOO_LARGE.text, door.TOO_LARGE.status)
    # A body without a length is cut at the limit without a word: one byte more tells.
    request.max_content_length = door.LARGEST + 1
    answer = door.keep(
        gateway, request.get_data(cache=False), dict(request.headers), current_settings().accept_sha1
    )
    return _text(answer.text, answer.status)


@blueprint.post("/data-deletion")
def delete_data(uri: str) -> ResponseReturnValue:
    """Meta passes on that a person wants their data deleted: contract 9.3."""
    gateway = _gateway(uri)
    deletion = leaving.delete_data(gateway, _signed_request(gateway))
    db.session.commit()
    return {
        "url": f"{current_settings().public_url}/data-deletion/{deletion.code}",
        "confirmation_code": deletion.code,
    }


def _gateway(uri: str) -> Gateway:
    """Nobody waits for our lock while a stranger's request is looked at, however slowly its body comes."""
    with looking():
        gateway = door.gateway_at(uri)
    if gateway is None:
        abort(404)
    return gateway


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
