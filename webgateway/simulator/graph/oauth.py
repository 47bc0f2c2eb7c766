"""GET and POST /oauth/access_token: the three grants (contract 2.3, 2.4, 4.1)."""

from typing import Any

from webgateway.simulator import assumptions, ids
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, wrong_app, wrong_secret
from webgateway.simulator.graph.tokens import valid_token
from webgateway.simulator.state.apps import App
from webgateway.simulator.state.grants import Code, Token


def access_token(call: Call) -> dict[str, Any]:
    app = _proven_app(call)
    grant_type = call.text("grant_type")
    if grant_type == "client_credentials":
        return _app_token(call, app)
    if grant_type == "fb_exchange_token":
        return _exchange(call, app)
    return _redeem(call, app)


def _proven_app(call: Call) -> App:
    client_id = call.text("client_id")
    if not client_id:
        raise GraphError(101, "Missing client_id parameter.")
    app = call.world.apps.get(client_id)
    if app is None or call.platform.fault("wrong_app"):
        raise wrong_app()
    if call.text("client_secret") != app.secret or call.platform.fault("wrong_secret"):
        raise wrong_secret()
    return app


def _app_token(call: Call, app: App) -> dict[str, Any]:
    value = f"{app.id}|{ids.opaque(27)}"
    call.world.tokens[value] = Token(value, "APP", app.id, issued=call.platform.clock.now())
    return {"access_token": value, "token_type": "bearer"}


def _redeem(call: Call, app: App) -> dict[str, Any]:
    if not call.text("redirect_uri"):
        raise GraphError(191, "Missing redirect_uri parameter.")
    code = call.world.codes.get(call.text("code"))
    if code is None or code.app != app.id:
        raise GraphError(100, assumptions.GARBAGE_CODE_MESSAGE)
    _check_code(call, code)
    code.used = True
    return _user_token(call, app, code.user, assumptions.SHORT_TOKEN_LIFETIME)


def _check_code(call: Call, code: Code) -> None:
    if call.text("redirect_uri") != code.redirect_uri or call.platform.fault("redirect_mismatch"):
        words = (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one "
        )
        raise GraphError(100, words + "you used in the OAuth dialog request", 36008)
    if code.used or call.platform.fault("code_used"):
        raise GraphError(100, "This authorization code has been used.", 36009)
    age = call.platform.clock.now() - code.issued
    if age >= assumptions.CODE_LIFETIME or call.platform.fault("code_expired"):
        raise GraphError(100, "This authorization code has expired.", 36007)


def _exchange(call: Call, app: App) -> dict[str, Any]:
    short = valid_token(call.world, call.platform.clock, call.required("fb_exchange_token"))
    if short.app != app.id or short.type != "USER":
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    return _user_token(call, app, short.user, assumptions.LONG_TOKEN_LIFETIME)


def _user_token(call: Call, app: App, user: str, lifetime: int) -> dict[str, Any]:
    now = call.platform.clock.now()
    value = ids.user_token()
    call.world.tokens[value] = Token(value, "USER", app.id, user, issued=now, expires=now + lifetime)
    return {"access_token": value, "token_type": "bearer", "expires_in": lifetime}
