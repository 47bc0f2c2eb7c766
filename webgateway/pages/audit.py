"""What happened to people's logins and data, without a word about whom: to show that it was done."""

from collections.abc import Mapping

from ..db import db
from .models import AuditEntry

KINDS = {
    "deauthorized": "A person removed the app at Facebook",
    "account removed": "A person's login was removed here",
    "page left": "A page removed the app at Meta",
    "data deletion requested": "Data deletion requested",
    "data deleted": "Data deleted",
}


def note(kind: str, gateway_id: int | None, counts: Mapping[str, int], code: str | None = None) -> None:
    """`kind`: one of KINDS; `counts`: of what was erased; `code`: the confirmation code that the person has.
    The caller commits."""
    db.session.add(AuditEntry(kind=kind, gateway_id=gateway_id, counts=dict(counts), code=code))
