"""The state of a login: random, single-use, one hour, bound to session, person, gateway; later forgotten."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import session
from sqlalchemy import and_, delete, or_, select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..tasks import every
from ..users.models import User
from ..users.rights import signed_in
from .models import Login, Page

LIFETIME = timedelta(hours=1)
REMEMBERED = 10
"""Logins one session may have under way, in as many windows."""
AGAIN = "You can try again."


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818
    """A login that is not taken; nothing has changed."""

    status: int
    title: str
    text: str
    remedy: str = AGAIN
    login: Login | None = None
    """The visitor's own login, whose result may be shown."""


def issue(gateway: Gateway, user: User, purpose: str, page: Page | None = None) -> str:
    """A fresh state; only its hash is kept, here and in the session. `page`: the one to reconnect."""
    state = secrets.token_urlsafe(32)
    digest = _digest(state)
    db.session.add(
        Login(
            gateway_id=gateway.id,
            user_id=user.id,
            purpose=purpose,
            page_id=page.id if page else None,
            state_hash=digest,
            redirect_uri=gateway.public_uri,
        )
    )
    session["logins"] = [*session.get("logins", []), digest][-REMEMBERED:]
    return state


def claim(gateway: Gateway, state: str, **became: object) -> Login:
    """The login that this state stands for, used up from now on, and what became of it written down.

    Raises Refused; commits.
    """
    if not signed_in().is_authenticated:
        text = "This window is not signed in to webgateway, so the login through Facebook cannot be taken."
        raise Refused(
            403, "You are not signed in", text, "Log in to webgateway, then press Add or Remove Pages again."
        )
    login = _login(gateway, state)
    if utcnow() - login.started_at > LIFETIME:
        raise Refused(
            400, "This login took too long", "A login through Facebook must be finished within an hour."
        )
    claimed = update(Login).where(Login.id == login.id, Login.step == "started")
    claimed = claimed.values(came_back_at=utcnow(), **became).execution_options(synchronize_session=False)
    if db.session.execute(claimed).rowcount != 1:  # type: ignore[attr-defined]
        raise _used(login)
    db.session.commit()
    return login


@every(hour="4", minute="10")
def forget() -> None:
    """Logins that never came back after a day, all others after a month."""
    now = utcnow()
    unfinished = and_(Login.step == "started", Login.started_at < now - timedelta(days=1))
    db.session.execute(delete(Login).where(or_(unfinished, Login.started_at < now - timedelta(days=30))))
    db.session.commit()


def _login(gateway: Gateway, state: str) -> Login:
    if not state:
        raise Refused(400, "Facebook's answer is incomplete", "It does not say which login it belongs to.")
    digest = _digest(state)
    user = signed_in()
    login = db.session.scalar(select(Login).where(Login.state_hash == digest))
    if login is None or digest not in session.get("logins", []):
        raise Refused(
            403, "This login was not started here", "It belongs to another browser, or was never started."
        )
    if (login.user_id, login.gateway_id) != (user.id, gateway.id):
        raise Refused(
            403, "This login is not yours", "It was started by somebody else, or for another gateway."
        )
    if gateway.tenant_id != user.tenant_id or not user.may("gateways", "edit"):
        raise Refused(
            403,
            "You may not connect pages",
            "Your role does not include this right.",
            "Ask an administrator.",
        )
    return login


def _used(login: Login) -> Refused:
    text = "Each login through Facebook counts once."
    return Refused(400, "This login has already been used", text, login=login)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
