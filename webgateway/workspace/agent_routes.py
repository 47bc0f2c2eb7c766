"""Agents: the list, how many conversations each takes, ready and not ready."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from .. import htmx
from ..db import db, find_or_404, wrote
from ..errors import Refused
from ..users.models import User
from ..users.rights import current_tenant, needs, signed_in
from . import agents
from .agent_list import AgentList, rows
from .agents import FEWEST, LARGEST
from .board import PRESENCE, answers

blueprint = Blueprint("agents", __name__, url_prefix="/agents")

NUMBER = f"Between {FEWEST} and {LARGEST} conversations."
WORDS = dict(zip(PRESENCE, ("Ready", "Not ready", "Offline"), strict=True))


class AgentForm(FlaskForm):  # type: ignore[misc]
    most = IntegerField(
        "Conversations at the same time",
        [InputRequired(NUMBER), NumberRange(FEWEST, LARGEST, NUMBER)],
    )


@blueprint.get("/")
@needs("queues", "read")
def index() -> ResponseReturnValue:
    shown = AgentList(current_tenant)
    if request.args.get("token") == shown.token:
        return "", 204
    context: dict[str, Any] = {"view": shown.view, "list": shown, "words": WORDS}
    return htmx.render("agents/index.html", "agents/_list.html", **context)


@blueprint.get("/<int:user_id>")
@needs("queues", "edit")
def edit(user_id: int) -> ResponseReturnValue:
    [row] = rows([_find(user_id)])
    return render_template("agents/edit.html", row=row, form=AgentForm(data={"most": row.most}))


@blueprint.post("/<int:user_id>")
@needs("queues", "edit")
def update(user_id: int) -> ResponseReturnValue:
    user, form = _find(user_id), AgentForm()
    if not form.validate_on_submit():
        [row] = rows([user])
        return render_template("agents/edit.html", row=row, form=form), 422
    agents.of(user).most = form.most.data or FEWEST
    db.session.commit()
    flash(f"{user.display_name} takes at most {form.most.data} at the same time from now on.", "ok")
    return htmx.go_to(url_for("agents.index"))


@blueprint.post("/<int:user_id>/readiness")
@needs("queues", "edit")
def make_ready(user_id: int) -> ResponseReturnValue:
    user = _find(user_id)
    agent = agents.of(user)
    if not agents.is_here(agent):
        raise Refused(
            f"{user.display_name} is not there",
            "Their workspace is closed. They can get ready once they open it.",
        )
    agents.set_state(agent, "ready")
    wrote()
    return _changed(user, f"{user.display_name} is ready.")


@blueprint.delete("/<int:user_id>/readiness")
@needs("queues", "edit")
def make_not_ready(user_id: int) -> ResponseReturnValue:
    """What they have stays theirs; what rings goes on to the next."""
    user = _find(user_id)
    agents.set_state(agents.of(user), "not_ready", f"By {signed_in().display_name}")
    wrote()
    return _changed(user, f"{user.display_name} is not ready, and gets no new conversations.")


def _find(user_id: int) -> User:
    found: User = find_or_404(db.select(User).where(answers(current_tenant), User.id == user_id))
    return found


def _changed(user: User, text: str) -> ResponseReturnValue:
    flash(text, "ok")
    if not htmx.wants_fragment():
        return htmx.go_to(url_for("agents.index"))
    [row] = rows([user])
    return render_template("agents/_changed.html", row=row, words=WORDS)
