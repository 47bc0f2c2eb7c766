"""Which token a call carries, and whether it is good for what it asks."""

from datetime import UTC, datetime

from webgateway.simulator import assumptions
from webgateway.simulator.clock import Clock
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_permission, token_problem
from webgateway.simulator.state.apps import App
from webgateway.simulator.state.grants import Grant, Token
from webgateway.simulator.world import World


def token_of(call: Call) -> Token:
    if not call.access_token:
        raise GraphError(104, "An access token is required to request this resource.")
    return valid_token(call.world, call.platform.clock, call.access_token)


def valid_token(world: World, clock: Clock, value: str) -> Token:
    token = find_token(world, value)
    app = world.apps[token.app]
    subcode = problem_of(world, clock, token)
    if subcode:
        raise token_problem(subcode, app=app.id, then=_spoken(token.expires), now=_spoken(clock.now()))
    return token


def find_token(world: World, value: str) -> Token:
    if value in world.tokens:
        return world.tokens[value]
    app_id, bar, secret = value.partition("|")
    if not bar:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    app = world.apps.get(app_id)
    if app is None:
        raise GraphError(
            190, "Error validating application. Cannot get application info due to a system error."
        )
    if app.secret != secret:
        raise GraphError(190, assumptions.WRONG_SIGNATURE_MESSAGE)
    return Token(value, "APP", app_id)


def problem_of(world: World, clock: Clock, token: Token) -> int:
    """190 subcode this token fails with now, 0 when it is good (contract 13.5)."""
    if token.invalid:
        return token.invalid
    if token.expires and clock.now() >= token.expires:
        return 463
    if token.type == "APP":
        return 0
    grant = world.grant(token.app, token.user)
    if grant is None:
        return 458
    if world.users[token.user].problem:
        return world.users[token.user].problem
    if token.page and not world.tasks(token.user, token.page):
        return 492
    return assumptions.PAGE_LEFT_GRANT_SUBCODE if token.page and not grant.covers(token.page) else 0


def _spoken(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")


def user_grant(call: Call) -> tuple[Token, Grant]:
    """For /me and its edges: the user token and what the person granted."""
    token = token_of(call)
    grant = call.world.grant(token.app, token.user)
    if token.type != "USER" or grant is None:
        raise GraphError(102, "A user access token is required to request this resource.")
    if call.platform.clock.now() >= grant.last_login + assumptions.DATA_ACCESS_LIFETIME:
        raise GraphError(190, assumptions.DATA_ACCESS_MESSAGE, assumptions.DATA_ACCESS_SUBCODE)
    return token, grant


def app_for(call: Call, app_id: str) -> App:
    token = token_of(call)
    if token.type != "APP" or token.app != app_id:
        raise GraphError(15, assumptions.APP_TOKEN_MESSAGE)
    return call.world.apps[app_id]


def page_token(call: Call, page_id: str) -> Token:
    """The page's own token; a user's is refused with 210, an app's with 102 (contract 3.4)."""
    token = token_of(call)
    if token.type == "APP":
        raise GraphError(102, "A user access token is required to request this resource.")
    if token.type != "PAGE" or token.page != page_id:
        raise GraphError(210, "(#210) A page access token is required to request this resource.", status=403)
    return token


def grant_of(call: Call, token: Token) -> Grant:
    return call.world.grants[f"{token.app}:{token.user}"]


def require(call: Call, grant: Grant, permission: str) -> None:
    """Refuses unless the permission was granted and no fault takes it away."""
    if not grant.allows(permission) or withheld(call, permission):
        raise missing_permission(permission)


def withheld(call: Call, permission: str) -> bool:
    """Whether the fault `permission_missing` takes this permission away for this call."""
    return any(
        fault.name == "permission_missing"
        and (fault.argument or "pages_messaging") == permission
        and fault.matches(call.method, "/".join(call.path))
        for fault in call.world.faults
    )


def permitted(call: Call, grant: Grant, permission: str) -> bool:
    return grant.allows(permission) and not withheld(call, permission)
