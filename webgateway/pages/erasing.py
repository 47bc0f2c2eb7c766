"""Forgetting a person: the login with its tokens, the name wherever it was written down, and, for who asks
Meta that their data be deleted, what the parts to the right hold by the same id. Contract 9.3."""

import re
from collections import Counter
from typing import Any

from blinker import Signal
from sqlalchemy import select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..tasks import every, side_work
from . import audit, tokens
from .models import Account, DataDeletion, Grant, Login, Page

erasing = Signal("(gateway, meta_id=): erase what is held of this customer; answers counts by name; commits")

LEFT = "The person whose login covered it has taken it back at Facebook."
SOMEBODY = "somebody"


def forget(gateway_id: int, facebook_id: str) -> dict[str, int]:
    """The person's login at this gateway; what that was, in numbers. The caller commits.

    Another login takes over the pages, or they ask for one.
    """
    which = (Account.gateway_id == gateway_id, Account.facebook_id == facebook_id)
    account = db.session.scalar(select(Account).where(*which).with_for_update(key_share=True))
    if account is None:
        return {}
    covered = db.session.scalars(select(Grant.page_id).where(Grant.account_id == account.id)).all()
    named = select(Page.id).where(
        Page.gateway_id == gateway_id, Page.problem.contains(account.name, autoescape=True)
    )
    affected = {*covered, *db.session.scalars(named)}
    counts = {"accounts": 1, "grants": len(covered), "logins": _unname_logins(gateway_id, account.name)}
    tokens.hold(affected)
    db.session.execute(update(Page).where(Page.id.in_(affected)).values(problem=LEFT))
    db.session.delete(account)
    db.session.flush()
    tokens.judge(affected)
    return counts


@side_work
def erase(deletion_id: int) -> None:
    """The rest of a data deletion, however much there is; begun again where it was interrupted."""
    deletion = db.session.get(DataDeletion, deletion_id)
    if deletion is None or deletion.done_at is not None or deletion.person is None:
        return
    person, asked_at = deletion.person, deletion.requested_at
    gateway = db.session.get(Gateway, deletion.gateway_id)
    deletion.started_at = utcnow()
    db.session.commit()
    counts: Counter[str] = Counter()
    for _, found in erasing.send(gateway, meta_id=person):
        counts.update(found)
    deletion = db.session.get_one(DataDeletion, deletion_id, with_for_update=True, populate_existing=True)
    if deletion.requested_at == asked_at:  # else a newer request is worked on next
        deletion.person, deletion.done_at = None, utcnow()
        audit.note("data deleted", deletion.gateway_id, counts, deletion.code)
    db.session.commit()


@every(minute="*/5")
def finish() -> None:
    """What a stopped worker left undone."""
    undone = select(DataDeletion.id).where(DataDeletion.done_at.is_(None), DataDeletion.person.is_not(None))
    for deletion_id in db.session.scalars(undone).all():
        erase(deletion_id)


def _unname_logins(gateway_id: int, name: str) -> int:
    """In the results of logins, also of other people's; how many there were."""
    changed = 0
    for login in db.session.scalars(select(Login).where(Login.gateway_id == gateway_id)):
        result = _without(name, login.result)
        if result != login.result:
            login.result, changed = result, changed + 1
    return changed


def _without(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", SOMEBODY, value)
    if isinstance(value, list):
        return [_without(name, each) for each in value]
    if isinstance(value, dict):
        return {key: _without(name, each) for key, each in value.items()}
    return value
