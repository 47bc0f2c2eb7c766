"""Conversations come to an agent: accepted or declined when they ring, or taken by hand."""

from flask.typing import ResponseReturnValue

from ..db import looking, wrote
from ..errors import Refused
from ..users.rights import needs, signed_in
from . import offering
from .blueprint import blueprint, find, find_offer
from .routes import changed, opened

OVER = "This call is over"
NOT_TAKEN = "This conversation was not taken"


@blueprint.post("/offers/<int:offer_id>/acceptance")
@needs("conversations", "edit")
def accept(offer_id: int) -> ResponseReturnValue:
    with looking():
        offer = find_offer(offer_id)
    if problem := offering.accept(offer):
        raise Refused(OVER, problem)
    wrote()
    return opened(find(offer.conversation_id))


@blueprint.post("/offers/<int:offer_id>/refusal")
@needs("conversations", "edit")
def decline(offer_id: int) -> ResponseReturnValue:
    offering.decline(find_offer(offer_id))
    wrote()
    return changed()


@blueprint.post("/<int:conversation_id>/assignment")
@needs("conversations", "edit")
def take(conversation_id: int) -> ResponseReturnValue:
    """By hand, one that waits."""
    if problem := offering.take(find(conversation_id), signed_in()):
        raise Refused(NOT_TAKEN, problem)
    wrote()
    return opened(find(conversation_id), waited=True)
