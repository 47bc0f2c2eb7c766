"""People and pages that leave, and people who want their data deleted, as Meta passes it on: contract 9."""

import hashlib
import hmac
from datetime import datetime

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta.signed_request import SignedRequest
from ..settings import current_settings
from . import audit, checking
from .erasing import erase, forget
from .models import Account, DataDeletion, Grant, Page

blueprint = Blueprint("leaving", __name__)


def deauthorize(gateway: Gateway, request: SignedRequest) -> None:
    """A person removed the app: their tokens go. A page removed it: it is subscribed no longer. Commits.

    Idempotent, and what is older than what we know since changes nothing: the newest login, or what Meta said
    last of the subscription. Our own unsubscribing comes back as the page's form.
    """
    if request.user_id:
        _person_left(gateway, request.user_id, request.issued_at)
    if request.profile_id:
        _page_left(gateway, request.profile_id, request.issued_at)
    db.session.commit()


def delete_data(gateway: Gateway, user_id: str, issued_at: int | None) -> DataDeletion:
    """Erase what we hold of the person: the login now, the rest in the worker. Commits.

    The same request twice is one deletion, also at the same time; a later one of the same person begins anew.
    """
    code = _code(gateway, user_id)
    deletion, anew = _deletion(gateway.id, code, issued_at)
    if anew:
        deletion.person = user_id
        counts = forget(gateway.id, user_id)
        audit.note("data deletion requested", gateway.id, counts, code)
    db.session.commit()
    if anew:
        erase.later(deletion.id)
    return deletion


@blueprint.get("/data-deletion/<code>")
def status(code: str) -> ResponseReturnValue:
    """For the person, without sign-in: the state of the request and nothing else."""
    deletion = db.session.scalar(select(DataDeletion).where(DataDeletion.code == code))
    if deletion is None:
        abort(404)
    return render_template("pages/data_deletion.html", deletion=deletion)


def _person_left(gateway: Gateway, facebook_id: str, issued_at: int | None) -> None:
    which = (Account.gateway_id == gateway.id, Account.facebook_id == facebook_id)
    account = db.session.scalar(select(Account).where(*which).with_for_update(key_share=True))
    if account is None:
        return
    if _older(issued_at, account.logged_in_at):
        checking.soon(account)  # it may be older only by our clock
        return
    audit.note("deauthorized", gateway.id, forget(gateway.id, facebook_id))


def _page_left(gateway: Gateway, meta_id: str, issued_at: int | None) -> None:
    which = (Page.gateway_id == gateway.id, Page.meta_id == meta_id, Page.removed_at.is_(None))
    page = db.session.scalar(select(Page).where(*which).with_for_update(key_share=True))
    if page is None or (not page.subscribed_fields and not page.subscribed):
        return
    if page.checked_at is not None and _older(issued_at, page.checked_at):
        return
    page.subscribed, page.subscribed_fields, page.left_at = False, [], utcnow()
    checking.soon(*db.session.scalars(select(Grant).where(Grant.page_id == page.id)))
    audit.note("page left", gateway.id, {"pages": 1})


def _older(issued_at: int | None, than: datetime) -> bool:
    """Meta counts whole seconds."""
    return issued_at is not None and issued_at < int(than.timestamp())


def _code(gateway: Gateway, user_id: str) -> str:
    """The same for the same person, and telling nobody who that is."""
    text = f"data deletion\0{gateway.id}\0{user_id}"
    key = current_settings().secret_key.encode()
    return hmac.new(key, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


def _deletion(gateway_id: int, code: str, issued_at: int | None) -> tuple[DataDeletion, bool]:
    """The person's request, and whether this one is newer than the last."""
    same = select(DataDeletion).where(DataDeletion.code == code).with_for_update()
    known = db.session.scalar(same.execution_options(populate_existing=True))
    if known is None:
        fresh = DataDeletion(gateway_id=gateway_id, code=code, issued_at=issued_at)
        try:
            with db.session.begin_nested():
                db.session.add(fresh)
            return fresh, True
        except IntegrityError:
            return db.session.scalars(same).one(), False
    if issued_at is None or (known.issued_at is not None and issued_at <= known.issued_at):
        return known, False
    known.issued_at, known.requested_at = issued_at, utcnow()
    known.started_at = known.done_at = None
    return known, True
