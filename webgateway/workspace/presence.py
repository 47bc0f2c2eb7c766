"""An agent's own state: ready for conversations or not, and why not."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_login import user_logged_out

from ..db import db, wrote
from ..fields import one_line
from ..queues.models import Agent
from ..users.models import User
from ..users.rights import needs, signed_in
from . import agents
from .blueprint import blueprint
from .routes import changed

LONGEST = 60
"""Characters of a reason."""


@blueprint.post("/readiness")
@needs("conversations", "edit")
def be_ready() -> ResponseReturnValue:
    agents.set_state(agents.of(signed_in()), "ready")
    wrote()
    return changed()


@blueprint.delete("/readiness")
@needs("conversations", "edit")
def be_away() -> ResponseReturnValue:
    reason = one_line(request.values.get("reason"))[:LONGEST]
    agents.set_state(agents.of(signed_in()), "not_ready", reason or None)
    wrote()
    return changed()


def leave(_app: Flask, user: User) -> None:
    """Whoever logs out is not ready, and their open workspaces end (watching.py)."""
    agent = db.session.scalar(db.select(Agent).where(Agent.user_id == user.id))
    if agent is not None:
        agents.set_state(agent, "not_ready", "Logged out")
        agent.seen_at = None
        db.session.commit()


def listen(app: Flask) -> None:
    user_logged_out.connect(leave, app)
