import hashlib
import hmac

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import METHOD, GraphError
from webgateway.simulator.graph.tokens import find_token


def proof_form(call: Call) -> str:
    if not call.params.get("appsecret_proof"):
        return ""
    return "timed" if call.params.get("appsecret_time") else "plain"


def check_proof(call: Call) -> None:
    """Contract 5: a wrong proof fails always, a missing one only where the app demands it."""
    if not call.access_token or _not_asked(call):
        return
    token = find_token(call.world, call.access_token)
    app = call.world.apps[token.app]
    given = call.text("appsecret_proof")
    exempt = token.type == "APP" and assumptions.APP_TOKEN_NEEDS_NO_PROOF
    if not given:
        demanded = app.require_proof or call.platform.fault(
            "proof_required", call.method, "/".join(call.path)
        )
        if demanded and not exempt:
            raise GraphError(
                100, "API calls from the server require an appsecret_proof argument", kind=METHOD
            )
        return
    if not _is_right(call, app.secret, given) or call.platform.fault("proof_invalid"):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind=METHOD)


def _not_asked(call: Call) -> bool:
    return call.path[:2] == ("oauth", "access_token")


def _is_right(call: Call, secret: str, given: str) -> bool:
    time_given = call.text("appsecret_time")
    message = f"{call.access_token}|{time_given}" if time_given else call.access_token
    if time_given and not _is_fresh(call, time_given):
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest(), given)


def _is_fresh(call: Call, time_given: str) -> bool:
    return (
        time_given.isdigit()
        and abs(call.platform.meta_time() - int(time_given)) <= assumptions.TIMED_PROOF_LIFETIME
    )
