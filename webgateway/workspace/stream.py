"""The news of an open workspace: pushed where the server can, else asked for again and again."""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..conversations.models import Conversation
from ..db import db
from ..digests import digest
from ..fields import whole
from ..users.models import User
from ..users.rights import needs, signed_in
from . import agents, news
from .blueprint import blueprint
from .news import Watch
from .streams import SEATS, Ticket


@blueprint.get("/stream")
@needs("conversations", "edit")
def stream() -> ResponseReturnValue:
    """Lets the reader in; asgi.py keeps the connection. A server that cannot says so by 204, after which the
    browser asks for `news`."""
    seats: list[Ticket] | None = request.environ.get("asgi.scope", {}).get(SEATS)
    if seats is None:
        return "", 204
    user = signed_in()
    seats.append(Ticket(_watch(user), user.fs_uniquifier))
    return Response(content_type="text/event-stream")


@blueprint.get("/news")
@needs("conversations", "edit")
def asked() -> ResponseReturnValue:
    """The tokens of a screen; 204 while they are those that `token` is made of."""
    user = signed_in()
    watch = _watch(user)
    found = news.look([watch])[watch]
    token = digest(sorted(found.tokens.items()))
    if found.user.state is not None:
        agents.seen(agents.of(user))
    if request.args.get("token") == token:
        return "", 204
    return jsonify(token=token, **found.tokens)


def _watch(user: User) -> Watch:
    """A conversation of another tenant is not watched."""
    shown = request.args.get("shown", type=whole)
    if shown is not None:
        of_tenant = select(Conversation.id).where(Conversation.tenant_id == user.tenant_id)
        shown = db.session.scalar(of_tenant.where(Conversation.id == shown))
    return Watch(user.id, shown)
