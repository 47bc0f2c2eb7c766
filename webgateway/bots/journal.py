"""The journal of what bots were told, as that of Meta's deliveries: what became of each call, and replay."""

import json
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations.bot_calls import KINDS, STATES, BotCall
from ..db import db
from ..listing import View
from ..users.rights import current_tenant, needs
from . import replay
from .search import MOST, Search

blueprint = Blueprint("bot_journal", __name__, url_prefix="/journal/bots")

TONES = {"done": "ok", "waiting": "info", "failed": "bad", "dropped": "quiet"}
WORDS: dict[str, Any] = {"states": STATES, "kinds": KINDS, "tones": TONES}


@blueprint.get("/")
@needs("journal", "read")
def index() -> ResponseReturnValue:
    search = Search(current_tenant, request.args)
    view = View(search.calls, {"id": BotCall.id}, "-id", filters=("state",), most=MOST)
    return htmx.render(
        "bots/index.html", "bots/_list.html", view=view, search=search, failed=search.failed, **WORDS
    )


@blueprint.get("/<int:call_id>")
@needs("journal", "read")
def show(call_id: int) -> ResponseReturnValue:
    call = BotCall.find(current_tenant, call_id)
    payload = json.dumps(call.payload, indent=2, ensure_ascii=False)
    return htmx.render("bots/show.html", "bots/_call.html", call=call, payload=payload, **WORDS)


@blueprint.post("/<int:call_id>/replay")
@needs("journal", "edit")
def replay_one(call_id: int) -> ResponseReturnValue:
    call = BotCall.find(current_tenant, call_id)
    _tell(replay.failed(BotCall.id == call.id))
    db.session.commit()
    return htmx.go_to(url_for(".show", call_id=call.id))


@blueprint.post("/replays")
@needs("journal", "edit")
def replay_failed() -> ResponseReturnValue:
    search = Search(current_tenant, request.args)
    _tell(replay.failed(*search.mine()))
    db.session.commit()
    return htmx.go_to(url_for(".index", q=search.q or None))


def _tell(number: int) -> None:
    if number:
        flash(
            f"{number:,} {'waits' if number == 1 else 'wait'} again and will be told to the bot now.",
            "success",
        )
    else:
        flash("There is nothing to replay: only what failed is told once more.", "warning")
