from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.ids import trace_id

OAUTH, METHOD = "OAuthException", "GraphMethodException"

TOKEN_PROBLEMS = {
    458: "The user has not authorized application {app}.",
    459: "You cannot access the app till you log in to www.facebook.com and follow the instructions given.",
    460: "The session has been invalidated because the user changed their password or Facebook has changed "
    "the session for security reasons.",
    463: "Session has expired on {then}. The current time is {now}.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    467: "The session is invalid because the user logged out.",
    492: "The user must be an administrator, editor, or moderator of the page in order to impersonate it. "
    "If the page business requires Two Factor Authentication, the user also needs to enable Two Factor "
    "Authentication.",
}


class GraphError(Exception):
    """A refusal in Meta's envelope (contract 10)."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int = 0,
        *,
        status: int = 400,
        kind: str = OAUTH,
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status
        self.kind = kind
        self.transient = transient

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        return {"error": error | {"fbtrace_id": trace_id()}}


class UnknownCallError(GraphError):
    """A call Meta may well answer, and the simulator does not know: recorded, so that tests fail loudly."""


def unknown_path(path: str) -> GraphError:
    return UnknownCallError(2500, f"Unknown path components: {path}")


def unknown_object(node_id: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported get request. Object with ID '{node_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        33,
        kind=METHOD,
    )


def unknown_field(name: str, node: str) -> GraphError:
    return GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def missing_parameter(name: str) -> GraphError:
    return GraphError(100, f"(#100) The parameter {name} is required.")


def missing_permission(permission: str) -> GraphError:
    if permission.startswith("instagram_"):
        return GraphError(10, assumptions.INSTAGRAM_MISSING_PERMISSION_MESSAGE, status=403)
    return GraphError(200, assumptions.MISSING_PERMISSION_MESSAGE.format(permission=permission), status=403)


def token_problem(subcode: int, *, app: str = "", then: str = "", now: str = "") -> GraphError:
    words = TOKEN_PROBLEMS[subcode].format(app=app, then=then, now=now)
    return GraphError(190, f"Error validating access token: {words}", subcode)


def wrong_secret() -> GraphError:
    return GraphError(1, "Error validating client secret.")


def wrong_app() -> GraphError:
    return GraphError(101, "Error validating application. Cannot get application info due to a system error.")


def transient(status: int = 500) -> GraphError:
    return GraphError(
        2, "An unexpected error has occurred. Please retry your request later.", status=status, transient=True
    )


def send_limit(code: int) -> GraphError:
    """613 for this call, 80006 for the account (contract 7.6)."""
    if code == 80006:
        return GraphError(80006, "There have been too many messages / Messenger calls for this account.")
    return GraphError(code, f"(#{code}) Calls to this api have exceeded the rate limit.")
