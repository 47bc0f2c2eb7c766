"""Queues: the form and deletion. The board is in workspace/board.py: it counts conversations."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import db
from ..errors import Refused
from ..saving import kept
from ..users.rights import current_tenant, needs
from . import removal
from .forms import MEANS, NAME_TAKEN, QueueForm
from .models import Queue

blueprint = Blueprint("queue", __name__, url_prefix="/queues")

BOARD = "queues.index"


@blueprint.get("/new")
@needs("queues", "create")
def new() -> ResponseReturnValue:
    return _form("queues/new.html", QueueForm(current_tenant))


@blueprint.post("/new")
@needs("queues", "create")
def create() -> ResponseReturnValue:
    form = QueueForm(current_tenant)
    if form.validate_on_submit():
        queue = Queue(tenant_id=current_tenant.id)
        db.session.add(queue)
        form.apply_to(queue)
        if kept(form, form.name, NAME_TAKEN):
            flash(f"The queue {queue.name} is there. Choose it in a flow.", "ok")
            return htmx.go_to(url_for(BOARD))
    return _form("queues/new.html", form, 422)


@blueprint.get("/<int:queue_id>")
@needs("queues", "edit")
def edit(queue_id: int) -> ResponseReturnValue:
    queue = Queue.find(current_tenant, queue_id)
    return _form("queues/edit.html", QueueForm(current_tenant, queue), queue=queue)


@blueprint.post("/<int:queue_id>")
@needs("queues", "edit")
def update(queue_id: int) -> ResponseReturnValue:
    queue = Queue.find(current_tenant, queue_id)
    name = queue.name
    form = QueueForm(current_tenant, queue)
    if form.validate_on_submit():
        form.apply_to(queue)
        if kept(form, form.name, NAME_TAKEN):
            flash(f"The queue {queue.name} is saved. What rings now is not changed by it.", "ok")
            return htmx.go_to(url_for(BOARD))
    return _form("queues/edit.html", form, 422, queue=queue, name=name)


@blueprint.get("/<int:queue_id>/deletion")
@needs("queues", "delete")
def consider(queue_id: int) -> ResponseReturnValue:
    queue = _deletable(queue_id)
    costs = removal.costs(queue)
    return htmx.render("queues/deletion.html", "queues/_deletion_dialog.html", queue=queue, costs=costs)


@blueprint.delete("/<int:queue_id>")
@needs("queues", "delete")
def delete(queue_id: int) -> ResponseReturnValue:
    queue = _deletable(queue_id)
    removal.delete(queue)
    db.session.commit()
    flash(f"The queue {queue.name} is deleted.", "ok")
    return htmx.go_to(url_for(BOARD))


def _deletable(queue_id: int) -> Queue:
    queue: Queue = Queue.find(current_tenant, queue_id)
    if queue.general:
        raise Refused(f"{queue.name} cannot be deleted", "It takes what no other queue does.")
    return queue


def _form(
    template: str, form: QueueForm, status: int = 200, queue: Queue | None = None, name: str | None = None
) -> ResponseReturnValue:
    name = name or (queue.name if queue else None)
    return render_template(template, form=form, queue=queue, name=name, means=MEANS), status
