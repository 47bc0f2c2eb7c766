"""Roles: the built-in ones as they are, and the tenant's own with their matrix of rights."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from .. import htmx
from ..db import db, find_or_404
from ..errors import Refused
from ..saving import kept
from . import departure
from .models import Role, User, users_roles
from .rights import current_tenant, needs, signed_in
from .role_form import NAME_TAKEN, RoleForm

blueprint = Blueprint("roles", __name__, url_prefix="/roles")


@blueprint.get("/")
@needs("users", "read")
def index() -> ResponseReturnValue:
    query = Role.offered_to(current_tenant).order_by(Role.tenant_id.is_not(None), Role.name)
    roles = db.session.scalars(query).all()
    return render_template("roles/index.html", roles=roles, people=people_with(roles), changeable=changeable)


@blueprint.get("/new")
@needs("users", "create")
def new() -> ResponseReturnValue:
    return render_template("roles/new.html", form=RoleForm())


@blueprint.post("/new")
@needs("users", "create")
def create() -> ResponseReturnValue:
    form = RoleForm()
    if form.validate_on_submit():
        db.session.add(Role(tenant_id=current_tenant.id, name=form.name.data, permissions=form.chosen))
        if kept(form, form.name, NAME_TAKEN):
            flash(f"The role {form.name.data} is there. Give it to people under Users.", "ok")
            return htmx.go_to(url_for("roles.index"))
    return render_template("roles/new.html", form=form), 422


@blueprint.get("/<int:role_id>")
@needs("users", "read")
def show(role_id: int) -> ResponseReturnValue:
    role = find(role_id)
    return render_template("roles/show.html", role=role, form=RoleForm(role), may_save=changeable(role))


@blueprint.post("/<int:role_id>")
@needs("users", "edit")
def update(role_id: int) -> ResponseReturnValue:
    role = own(role_id)
    form = RoleForm(role)
    if form.validate_on_submit():
        form.name.populate_obj(role, "name")
        role.permissions = form.chosen
        departure.check_all_with(role)
        if kept(form, form.name, NAME_TAKEN):
            flash(f"The role {role.name} is saved.", "ok")
            return htmx.go_to(url_for("roles.index"))
    return render_template("roles/show.html", role=role, form=form, may_save=True), 422


@blueprint.delete("/<int:role_id>")
@needs("users", "delete")
def delete(role_id: int) -> ResponseReturnValue:
    role = own(role_id)
    people = people_with([role]).get(role.id, 0)
    if people:
        have = "1 person has it" if people == 1 else f"{people} people have it"
        raise Refused(f"{role.name} cannot be deleted", f"{have}. Give them another role first, under Users.")
    db.session.delete(role)
    db.session.commit()
    flash(f"The role {role.name} is deleted.", "ok")
    return htmx.go_to(url_for("roles.index"))


def find(role_id: int) -> Role:
    return find_or_404(Role.offered_to(current_tenant).where(Role.id == role_id))


def own(role_id: int) -> Role:
    """A role that whoever is signed in may change; else 403, or 409 when nobody may."""
    role = find(role_id)
    if role.built_in:
        raise Refused("Built-in roles do not change", "Add a role of your own instead.")
    if role in signed_in().roles:
        raise Refused("This is your own role", "Another administrator can change it.")
    if not signed_in().may_give(role):
        abort(403)
    return role


def changeable(role: Role) -> bool:
    return not role.built_in and role not in signed_in().roles and signed_in().may_give(role)


def people_with(roles: Sequence[Role]) -> dict[int, int]:
    """How many people of this tenant have each role, by the role's id."""
    query = (
        select(users_roles.c.role_id, func.count().label("people"))
        .join(User, User.id == users_roles.c.user_id)
        .where(User.tenant_id == current_tenant.id, users_roles.c.role_id.in_([role.id for role in roles]))
        .group_by(users_roles.c.role_id)
    )
    return {row.role_id: row.people for row in db.session.execute(query)}
