"""One's own profile: name, time zone and password."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user
from flask_security import auth_required

from .. import htmx
from ..db import db
from .forms import OwnPasswordForm, ProfileForm
from .rights import signed_in

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.get("")
@auth_required("session")  # type: ignore[untyped-decorator]
def show() -> ResponseReturnValue:
    return _page(ProfileForm(obj=signed_in()), OwnPasswordForm())


@blueprint.post("")
@auth_required("session")  # type: ignore[untyped-decorator]
def update() -> ResponseReturnValue:
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(form, OwnPasswordForm(formdata=None), 422)
    person = signed_in()
    form.populate_obj(person)
    db.session.commit()
    flash("Your profile is saved.", "ok")
    return htmx.go_to(url_for("profile.show"))


@blueprint.post("/password")
@auth_required("session")  # type: ignore[untyped-decorator]
def change_password() -> ResponseReturnValue:
    form = OwnPasswordForm()
    if not form.validate_on_submit():
        return _page(ProfileForm(formdata=None, obj=signed_in()), form, 422)
    person = signed_in()
    person.set_password(form.password.data or "")
    db.session.commit()
    login_user(person._get_current_object())  # type: ignore[attr-defined]  # this session goes on, all others end
    flash("Your password is changed. Elsewhere you have been signed out.", "ok")
    return htmx.go_to(url_for("profile.show"))


def _page(form: ProfileForm, password_form: OwnPasswordForm, status: int = 200) -> ResponseReturnValue:
    return render_template("users/profile.html", form=form, password_form=password_form), status
