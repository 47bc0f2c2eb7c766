"""The board of queues."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..queues.models import RULES
from ..users.rights import current_tenant, needs
from .board import Board

blueprint = Blueprint("queues", __name__, url_prefix="/queues")


@blueprint.get("/")
@needs("queues", "read")
def index() -> ResponseReturnValue:
    board = Board(current_tenant)
    if request.args.get("token") == board.token:
        return "", 204
    return htmx.render("queues/index.html", "queues/_board.html", board=board, rules=RULES)
