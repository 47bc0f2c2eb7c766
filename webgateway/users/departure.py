"""People who answer customers no longer: switched off, deleted, or without the right. The parts to the right
know what that means for what they had in hand."""

from blinker import Signal
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..db import db
from .models import Role, User, users_roles

departing = Signal("(ids of users): they answer no customers from now on; in the transaction that says so")

RIGHT = ("conversations", "edit")


def check(*users: User) -> None:
    """After something was changed about them."""
    gone = [user.id for user in users if not (user.active and user.may(*RIGHT))]
    if gone:
        departing.send(gone)


def check_all_with(*roles: Role) -> None:
    """After their rights were changed."""
    theirs = select(users_roles.c.user_id).where(users_roles.c.role_id.in_([role.id for role in roles]))
    people = select(User).where(User.id.in_(theirs))
    check(*db.session.scalars(people.options(selectinload(User.roles))))


def leave(user: User) -> None:
    """Before they are deleted."""
    departing.send([user.id])
