"""Conversations come to an agent: accepted or declined when they ring, or taken by hand."""

from flask.typing import ResponseReturnValue

from ..db import db
from ..errors import Refused
from ..users.rights import needs, signed_in
from . import offering
from .blueprint import blueprint, find, find_offer
from .routes import changed, opened

OVER = "This call is over", "The conversation has gone on to a colleague, or it has ended."
TAKEN = "Somebody has it already", "A colleague was faster, or the conversation has ended."


@blueprint.post("/offers/<int:offer_id>/acceptance")
@needs("conversations", "edit")
def accept(offer_id: int) -> ResponseReturnValue:
    offer = find_offer(offer_id)
    if not offering.accept(offer):
        raise Refused(*OVER)
    db.session.commit()
    return opened(find(offer.conversation_id))


@blueprint.post("/offers/<int:offer_id>/refusal")
@needs("conversations", "edit")
def decline(offer_id: int) -> ResponseReturnValue:
    offering.decline(find_offer(offer_id))
    db.session.commit()
    return changed()


@blueprint.post("/<int:conversation_id>/assignment")
@needs("conversations", "edit")
def take(conversation_id: int) -> ResponseReturnValue:
    """By hand, one that waits."""
    if not offering.take(find(conversation_id, to_write=True), signed_in()):
        raise Refused(*TAKEN)
    db.session.commit()
    return opened(find(conversation_id))
