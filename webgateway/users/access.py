"""Taking access away from a user and giving it back, and deleting them."""

from flask import Blueprint, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from .. import htmx
from ..db import db
from ..errors import Refused
from ..tenants.models import Tenant
from . import departure
from .models import User
from .rights import current_tenant, needs, signed_in
from .routes import manageable

blueprint = Blueprint("access", __name__, url_prefix="/users")


@blueprint.post("/<int:user_id>/activation")
@needs("users", "edit")
def activate(user_id: int) -> ResponseReturnValue:
    user = manageable(user_id)
    user.active = True
    db.session.commit()
    return _changed(user, f"{user.display_name} can sign in again.")


@blueprint.delete("/<int:user_id>/activation")
@needs("users", "edit")
def deactivate(user_id: int) -> ResponseReturnValue:
    user = somebody_else(user_id)
    user.active = False
    departure.check(user)
    db.session.commit()
    return _changed(user, f"{user.display_name} is signed out and can no longer sign in.")


@blueprint.delete("/<int:user_id>")
@needs("users", "delete")
def delete(user_id: int) -> ResponseReturnValue:
    user = somebody_else(user_id)
    departure.leave(user)
    db.session.delete(user)
    db.session.commit()
    flash(f"{user.display_name} is deleted.", "ok")
    return htmx.go_to(url_for("users.index"))


def somebody_else(user_id: int) -> User:
    """One at a time in a tenant, so that two administrators cannot remove each other and leave nobody.

    Whoever removes an administrator has every right themselves and stays: there is always one left.
    """
    db.session.execute(select(Tenant.id).where(Tenant.id == current_tenant.id).with_for_update())
    if not db.session.scalar(select(User.active).where(User.id == signed_in().id)):
        abort(403)
    user = manageable(user_id)
    if user.id == signed_in().id:
        raise Refused("This is you", "Nobody removes their own access. Another administrator can do it.")
    return user


def _changed(user: User, text: str) -> ResponseReturnValue:
    flash(text, "ok")
    if htmx.wants_fragment():
        return render_template("users/_changed.html", user=user)
    return htmx.go_to(url_for("users.index"))
