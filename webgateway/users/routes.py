"""Users: who can sign in to the tenant, and with which roles."""

from flask import Blueprint, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from .. import htmx
from ..db import db
from ..listing import View
from ..saving import kept
from . import departure, joining
from .forms import EMAIL_TAKEN, NewUserForm, PasswordForm, UserForm
from .models import User
from .rights import current_tenant, needs, signed_in

blueprint = Blueprint("users", __name__, url_prefix="/users")


@blueprint.get("/")
@needs("users", "read")
def index() -> ResponseReturnValue:
    view = View(
        User.of(current_tenant).options(selectinload(User.roles)),
        sorts={"name": User.name, "email": User.email, "state": User.active},
        default="name",
        search=(User.name, User.email),
        tie=User.email,
    )
    return htmx.render("users/index.html", "users/_list.html", view=view)


@blueprint.get("/new")
@needs("users", "create")
def new() -> ResponseReturnValue:
    return render_template("users/new.html", form=NewUserForm())


@blueprint.post("/new")
@needs("users", "create")
def create() -> ResponseReturnValue:
    form = NewUserForm()
    if form.validate_on_submit():
        user = joining.join(signed_in().tenant, form.email.data or "", form.password.data or "", *form.chosen)
        _describe(user, form)
        if kept(form, form.email, EMAIL_TAKEN):
            flash(f"{user.name} can sign in with {user.email}.", "ok")
            return htmx.go_to(url_for("users.index"))
    return render_template("users/new.html", form=form), 422


@blueprint.get("/<int:user_id>")
@needs("users", "edit")
def edit(user_id: int) -> ResponseReturnValue:
    user = manageable(user_id)
    return _edit_page(user, UserForm(user), PasswordForm())


@blueprint.post("/<int:user_id>")
@needs("users", "edit")
def update(user_id: int) -> ResponseReturnValue:
    user = manageable(user_id)
    form = UserForm(user)
    if form.validate_on_submit():
        _describe(user, form)
        user.roles = form.chosen
        departure.check(user)
        if kept(form, form.email, EMAIL_TAKEN):
            flash(f"{user.name} is saved.", "ok")
            return htmx.go_to(url_for("users.index"))
    return _edit_page(user, form, PasswordForm(formdata=None), 422)


@blueprint.post("/<int:user_id>/password")
@needs("users", "edit")
def reset_password(user_id: int) -> ResponseReturnValue:
    user = manageable(user_id)
    if user.id == signed_in().id:
        return htmx.go_to(url_for("profile.show"))
    form = PasswordForm()
    if not form.validate_on_submit():
        return _edit_page(user, UserForm(user, formdata=None), form, 422)
    user.set_password(form.password.data or "")
    db.session.commit()
    flash(f"{user.display_name} signs in with the new password from now on.", "ok")
    return htmx.go_to(url_for("users.index"))


def manageable(user_id: int) -> User:
    """The tenant's user; 403 when they hold a role that whoever is signed in could not give."""
    user: User = User.find(current_tenant, user_id)
    if not signed_in().may_manage(user):
        abort(403)
    return user


def _edit_page(
    user: User, form: UserForm, password_form: PasswordForm, status: int = 200
) -> ResponseReturnValue:
    return render_template("users/edit.html", user=user, form=form, password_form=password_form), status


def _describe(user: User, form: UserForm) -> None:
    for field in (form.name, form.email, form.time_zone):
        field.populate_obj(user, field.name)
