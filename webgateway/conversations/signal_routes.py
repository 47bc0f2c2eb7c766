"""What the composer tells of itself, so that the customer sees it: contract 7.3."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ..db import find_or_404
from ..pages.models import Page
from ..users.rights import current_tenant, needs
from . import signals
from .models import Conversation

blueprint = Blueprint("signals", __name__, url_prefix="/conversations")


@blueprint.post("/<int:conversation_id>/typing")
@needs("conversations", "edit")
def typing(conversation_id: int) -> ResponseReturnValue:
    """`on` is `no` when nothing is being written any more."""
    signals.typing(_find(conversation_id), request.form.get("on") != "no")
    return "", 204


@blueprint.post("/<int:conversation_id>/seen")
@needs("conversations", "edit")
def seen(conversation_id: int) -> ResponseReturnValue:
    signals.seen(_find(conversation_id))
    return "", 204


def _find(conversation_id: int) -> Conversation:
    of_tenant = Conversation.of(current_tenant).where(Conversation.id == conversation_id)
    found: Conversation = find_or_404(
        of_tenant.options(joinedload(Conversation.page).joinedload(Page.gateway))
    )
    return found
