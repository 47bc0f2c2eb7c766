"""The REST API by which a flow's bot acts in the conversations it has."""

from typing import TypeVar

import msgspec
from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..conversations import bot_sight, knowing
from ..conversations.models import Conversation, Message
from ..db import db, find_or_404
from ..fields import paragraphs, whole
from ..pages.models import Page
from . import acting, guard, holding
from .answers import HandOver, NewMessage, Wrong, read
from .guard import refuse
from .operations import WITH_BODY, described
from .shapes import Facts, Fault, Messages

blueprint = Blueprint("bot_api", __name__, url_prefix="/api/v1")
blueprint.before_request(guard.check)

AT_ONCE = 100
KEY_LONGEST = 100
AFTER = {"type": "integer", "minimum": 0, "default": 0}
KEY = {"type": "string", "minLength": 1, "maxLength": KEY_LONGEST}

Body = TypeVar("Body", bound=msgspec.Struct)


def init_app(app: Flask) -> None:
    guard.init_app(app)


@blueprint.get("/conversations/<int:conversation_id>")
@described("Look at a conversation", {200: ("The conversation", bot_sight.Conversation)})
def show(conversation_id: int) -> ResponseReturnValue:
    return _json(bot_sight.conversation(_find(conversation_id)))


@blueprint.get("/conversations/<int:conversation_id>/messages")
@described(
    "Read what was said",
    {200: (f"The oldest {AT_ONCE} after the one named", Messages)},
    query={"after": (AFTER, "The id of the last message that is known")},
)
def messages(conversation_id: int) -> ResponseReturnValue:
    """Without notes, which are for colleagues."""
    conversation = _find(conversation_id)
    after = request.args.get("after", 0, type=whole)
    found = select(Message).where(
        Message.conversation_id == conversation.id, Message.id > after, Message.author != "note"
    )
    rows = db.session.scalars(found.order_by(Message.id).limit(AT_ONCE + 1)).all()
    return _json(Messages([bot_sight.message(row) for row in rows[:AT_ONCE]], len(rows) > AT_ONCE))


@blueprint.post("/conversations/<int:conversation_id>/messages")
@described(
    "Say something",
    {
        201: ("It will be sent", bot_sight.Message),
        200: ("It was written before, with this Idempotency-Key", bot_sight.Message),
    },
    body=NewMessage,
    problems=("cannot_write", *WITH_BODY, "key_reused"),
    headers={"Idempotency-Key": (KEY, "The bot's own id of the message: sent twice, it is said once")},
)
def say(conversation_id: int) -> ResponseReturnValue:
    new, key = _body(NewMessage), _key()
    conversation = _find(conversation_id, to_write=True)
    known = acting.said(conversation, key) if key else None
    if known is not None:
        if known.text != paragraphs(new.text):
            raise refuse(422, "key_reused", "This key is another message's", "Take a new Idempotency-Key.")
        return _json(bot_sight.message(known))
    lock = holding.lock(conversation)
    if lock is not None:
        raise refuse(409, "cannot_write", "Nothing may be written now", f"{lock.reason} {lock.remedy}")
    message = acting.say(conversation, new, key)
    db.session.commit()
    return _json(bot_sight.message(message), 201)


@blueprint.post("/conversations/<int:conversation_id>/hand-over")
@described(
    "Hand over to agents", {204: ("It is out of the bot's hands", None)}, body=HandOver, problems=WITH_BODY
)
def hand_over(conversation_id: int) -> ResponseReturnValue:
    wish = _body(HandOver)
    conversation = _find(conversation_id, to_write=True)
    try:
        queue = acting.queue_of(conversation, wish)
    except Wrong as wrong:
        raise _invalid(wrong) from wrong
    acting.hand_over(conversation, wish, queue)
    db.session.commit()
    return "", 204


@blueprint.post("/conversations/<int:conversation_id>/closure")
@described("Close the conversation", {204: ("It is closed, with the flow's closing message", None)})
def close(conversation_id: int) -> ResponseReturnValue:
    acting.close(_find(conversation_id, to_write=True))
    db.session.commit()
    return "", 204


@blueprint.post("/conversations/<int:conversation_id>/facts")
@described(
    "Keep what the customer told",
    {200: ("As it is kept, in its usual form", Facts)},
    body=Facts,
    problems=WITH_BODY,
)
def keep(conversation_id: int) -> ResponseReturnValue:
    given: dict[str, str] = msgspec.to_builtins(_body(Facts))
    kept = {kind: knowing.valid(kind, text) for kind, text in given.items()}
    wrong = [Fault(f"/{kind}", WORDS[kind]) for kind, value in kept.items() if value is None]
    if wrong or not kept:
        raise _refused(wrong or [Fault("", "Give email, phone or both.")])
    conversation = _find(conversation_id, to_write=True)
    for kind, value in kept.items():
        knowing.know(conversation.contact, kind, value or "", "bot")
    db.session.commit()
    return _json(kept)


WORDS = {
    "email": "This is no e-mail address.",
    "phone": "This is no telephone number with its country's code, such as +49 30 901820.",
}


def _find(conversation_id: int, to_write: bool = False) -> Conversation:
    """`to_write`: who writes in one goes one after another. Raises Stop unless the bot has it."""
    load = selectinload if to_write else joinedload
    of_flow = select(Conversation).where(Conversation.flow_id == guard.flow().id)
    query = of_flow.where(Conversation.id == conversation_id).options(
        load(Conversation.page).joinedload(Page.gateway),
        load(Conversation.contact),
        load(Conversation.flow),
        load(Conversation.flow_version),
    )
    found: Conversation = find_or_404(query.with_for_update() if to_write else query)
    lost = holding.lost(found)
    if lost is not None:
        raise refuse(409, "not_with_bot", "The bot does not have this conversation", lost)
    return found


def _body(kind: type[Body]) -> Body:
    """An empty one is an empty object. Raises Stop."""
    content = request.get_data()
    if content and not request.is_json:
        title, detail = "That is not JSON", "Send JSON, with the content type application/json."
        raise refuse(415, "wrong_content_type", title, detail)
    try:
        return read(content or b"{}", kind)
    except Wrong as wrong:
        if not wrong.readable:
            raise refuse(400, "bad_request", "The body cannot be read", wrong.words) from wrong
        raise _invalid(wrong) from wrong


def _key() -> str | None:
    """Apart from the keys of forms in which agents write."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if len(given) > KEY_LONGEST:
        raise _refused([Fault("", f"An Idempotency-Key has {KEY_LONGEST} characters at most.")])
    return f"bot:{given}" if given else None


def _invalid(wrong: Wrong) -> guard.Stop:
    return _refused([Fault(wrong.pointer, wrong.words)])


def _refused(faults: list[Fault]) -> guard.Stop:
    detail = " ".join(fault.detail for fault in faults)
    return refuse(422, "invalid", "The body is not as it must be", detail, errors=msgspec.to_builtins(faults))


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
