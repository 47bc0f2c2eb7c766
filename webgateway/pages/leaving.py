"""People and pages that leave: deauthorization and data deletion, as Meta passes them on. Contract 9."""

import secrets

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta.signed_request import SignedRequest
from .models import Account, DataDeletion, Page

blueprint = Blueprint("leaving", __name__)


def deauthorize(gateway: Gateway, request: SignedRequest) -> None:
    """A person removed the app: their tokens go. A page removed it: it is subscribed no longer.

    Idempotent; our own unsubscribing comes back as the page's form. Pages left without a token stay, and ask
    for a new login.
    """
    if request.user_id:
        _forget_account(gateway, request.user_id)
    if request.profile_id:
        db.session.execute(
            update(Page)
            .where(Page.gateway_id == gateway.id, Page.meta_id == request.profile_id)
            .values(subscribed=False, subscribed_fields=[], left_at=utcnow())
        )


def delete_data(gateway: Gateway, request: SignedRequest) -> DataDeletion:
    """Erase what we hold of the person who logged in: token, name, picture."""
    if request.user_id:
        _forget_account(gateway, request.user_id)
    deletion = DataDeletion(code=secrets.token_hex(8), done_at=utcnow())
    db.session.add(deletion)
    return deletion


def _forget_account(gateway: Gateway, facebook_id: str) -> None:
    query = select(Account).where(Account.gateway_id == gateway.id, Account.facebook_id == facebook_id)
    account = db.session.scalar(query)
    if account is not None:
        db.session.delete(account)


@blueprint.get("/data-deletion/<code>")
def status(code: str) -> ResponseReturnValue:
    """For the person, without sign-in: the state of the request and nothing else."""
    deletion = db.session.scalar(select(DataDeletion).where(DataDeletion.code == code))
    if deletion is None:
        abort(404)
    return render_template("pages/data_deletion.html", deletion=deletion)
