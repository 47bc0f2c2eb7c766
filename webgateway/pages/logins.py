"""A login's page: how far it is, then its result (added, unchanged, no longer granted), or why it failed.

OK removes what is still ticked.
"""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, exists, select, update

from .. import htmx
from ..db import db, find_or_404
from ..fields import whole
from ..gateways.models import Gateway
from ..security import keep_opener
from ..users.rights import current_tenant, needs, signed_in
from ..views import count
from . import progress
from .connecting import failed
from .models import DONE, Grant, Login, Page
from .removal import remove
from .restoring import resubscribe
from .states import Refused

blueprint = Blueprint("logins", __name__, url_prefix="/gateways")


@blueprint.get("/<int:gateway_id>/logins/<int:login_id>")
@needs("gateways", "edit")
def show(gateway_id: int, login_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    login = _login(gateway, login_id)
    if login.under_way and not login.given_up:
        return progress.show(gateway, login)
    if htmx.wants_fragment():
        return htmx.go_to(url_for("logins.show", gateway_id=gateway.id, login_id=login.id))
    if login.step not in DONE:
        words = login.error or login.given_up or "It was interrupted before Facebook's answer was taken."
        return failed(Refused(200, "The login did not finish", words), gateway, login)
    ids = [*login.result["added"], *login.result["unchanged"], *login.result["lost"]]
    ids += [row["page"] for row in login.result["kept"]]
    pages = {page.id: page for page in db.session.scalars(select(Page).where(Page.id.in_(ids)))}
    mine = login.user_id == signed_in().id
    page = render_template("pages/login.html", gateway=gateway, login=login, pages=pages, mine=mine)
    return keep_opener(page)


@blueprint.post("/<int:gateway_id>/logins/<int:login_id>/confirmation")
@needs("gateways", "edit")
def confirm(gateway_id: int, login_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    login = _login(gateway, login_id)
    if login.user_id != signed_in().id:
        text = "Somebody else logged in here, and only they can press OK. Nothing has been removed."
        return failed(Refused(403, "This login is not yours", text), gateway, login)
    if _confirmed_now(login):
        removed = _removable(login, request.form.getlist("remove", type=whole))
        _forget_kept(login)
        remove(gateway, removed, signed_in().display_name)
        silent = _switch_on_again(login, gateway)
        flash(_words(login, len(removed), silent), "warn" if silent else "ok")
    db.session.commit()
    endpoint = "instagram.index" if login.purpose == "instagram" else "pages.index"
    return keep_opener(htmx.go_to(url_for(endpoint, gateway_id=gateway.id, connected=login.id)))


def _login(gateway: Gateway, login_id: int) -> Login:
    return find_or_404(select(Login).where(Login.gateway_id == gateway.id, Login.id == login_id))


def _confirmed_now(login: Login) -> bool:
    """False for a second OK, and for a login that never finished."""
    first = update(Login).where(Login.id == login.id, Login.step == "finished").values(step="confirmed")
    return bool(db.session.execute(first).rowcount)  # type: ignore[attr-defined]


def _removable(login: Login, ticked: list[int]) -> list[Page]:
    """The lost pages that are still ticked, unless somebody has granted them again since."""
    again = exists().where(Grant.page_id == Page.id, Grant.granted_at > login.finished_at)
    lost = select(Page).where(
        Page.id.in_(login.result["lost"]), Page.id.in_(ticked), Page.removed_at.is_(None)
    )
    return list(db.session.scalars(lost.where(~again)))


def _forget_kept(login: Login) -> None:
    """Pages that stay connected through somebody else no longer count this person among their accounts."""
    kept = [row["page"] for row in login.result["kept"]]
    ours = delete(Grant).where(Grant.account_id == login.account_id, Grant.page_id.in_(kept))
    db.session.execute(ours.where(Grant.granted_at <= login.finished_at))


def _switch_on_again(login: Login, gateway: Gateway) -> int:
    """What was on when the pages that this login should bring back were removed; how many stay silent."""
    back = list(
        db.session.scalars(select(Page).where(Page.id.in_(login.restores), Page.removed_at.is_(None)))
    )
    resubscribe(gateway, back)
    return sum(1 for page in back if page.subscription_error)


def _words(login: Login, removed: int, silent: int) -> str:
    back = len(login.restores)
    added = len(login.result["added"]) - back
    words = [f"{count(added, 'page')} added."] if added else []
    words += [f"{count(back, 'page')} brought back."] if back else []
    words += [f"{count(removed, 'page')} removed."] if removed else []
    if silent:
        words.append(f"{count(silent, 'page')} could not be subscribed again: the reason stands beside it.")
    if added:
        words.append("Switch the webhook subscription on and press Save to receive messages.")
    return " ".join(words) or "The login has been renewed; no page was added or removed."
