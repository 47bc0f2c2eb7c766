"""Canned answers: the list and the form. Agents choose among them in answers.py."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import contains_eager, joinedload

from .. import htmx
from ..db import db, find_or_404
from ..flows.texts import FIELDS
from ..listing import View
from ..queues.models import Queue
from ..saving import kept
from ..users.rights import current_tenant, needs
from .canned import CannedAnswer
from .canned_form import TAKEN, CannedForm

blueprint = Blueprint("canned_answers", __name__, url_prefix="/canned-answers")


@blueprint.get("/")
@needs("queues", "read")
def index() -> ResponseReturnValue:
    view = View(
        CannedAnswer.of(current_tenant)
        .outerjoin(CannedAnswer.queue)
        .options(contains_eager(CannedAnswer.queue).load_only(Queue.name)),
        sorts={"shortcut": CannedAnswer.shortcut, "queue": Queue.name, "changed": CannedAnswer.updated_at},
        default="shortcut",
        search=(CannedAnswer.shortcut, CannedAnswer.text),
        tie=CannedAnswer.id,
        meant=lambda typed: typed.removeprefix("/"),
    )
    return htmx.render("canned/index.html", "canned/_list.html", view=view)


@blueprint.get("/new")
@needs("queues", "create")
def new() -> ResponseReturnValue:
    return _form("canned/new.html", CannedForm(current_tenant))


@blueprint.post("/new")
@needs("queues", "create")
def create() -> ResponseReturnValue:
    form = CannedForm(current_tenant)
    if form.validate_on_submit():
        answer = CannedAnswer(tenant_id=current_tenant.id)
        form.apply_to(answer)
        db.session.add(answer)
        if kept(form, form.shortcut, TAKEN):
            flash(f"Agents find it as /{answer.shortcut} from now on.", "ok")
            return htmx.go_to(url_for(".index"))
    return _form("canned/new.html", form, 422)


@blueprint.get("/<int:answer_id>")
@needs("queues", "edit")
def edit(answer_id: int) -> ResponseReturnValue:
    answer = _find(answer_id)
    return _form("canned/edit.html", CannedForm(current_tenant, answer), shortcut=answer.shortcut)


@blueprint.post("/<int:answer_id>")
@needs("queues", "edit")
def update(answer_id: int) -> ResponseReturnValue:
    answer = _find(answer_id)
    form, shortcut = CannedForm(current_tenant, answer), answer.shortcut
    if form.validate_on_submit():
        form.apply_to(answer)
        if kept(form, form.shortcut, TAKEN):
            flash(f"/{answer.shortcut} is saved.", "ok")
            return htmx.go_to(url_for(".index"))
    return _form("canned/edit.html", form, 422, shortcut)


@blueprint.delete("/<int:answer_id>")
@needs("queues", "delete")
def delete(answer_id: int) -> ResponseReturnValue:
    answer = _find(answer_id)
    db.session.delete(answer)
    db.session.commit()
    flash(f"/{answer.shortcut} is deleted.", "ok")
    return htmx.go_to(url_for(".index"))


def _find(answer_id: int) -> CannedAnswer:
    mine = CannedAnswer.of(current_tenant).where(CannedAnswer.id == answer_id)
    found: CannedAnswer = find_or_404(mine.options(joinedload(CannedAnswer.queue)))
    return found


def _form(template: str, form: CannedForm, status: int = 200, shortcut: str = "") -> ResponseReturnValue:
    return render_template(template, form=form, shortcut=shortcut, fields=FIELDS), status
