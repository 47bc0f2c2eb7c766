"""Whether Meta knows the App ID and takes the App Secret: contract 4.3."""

from dataclasses import dataclass

from sqlalchemy import select

from ..db import db, utcnow
from ..meta import app
from ..meta.errors import GraphError, Unreachable
from ..tasks import every
from .graph import graph_of, graph_with
from .models import Gateway

A_ROUND = 50


@dataclass(frozen=True)
class Verdict:
    """`state`: verified, refused, or unverified when Meta gave no answer to the question."""

    state: str
    app_name: str | None = None
    error: GraphError | None = None


def ask(app_id: str, app_secret: str, version: str) -> Verdict:
    """Asks Meta: no transaction may be open."""
    try:
        identity = app.check_credentials(graph_with(app_id, app_secret, version))
    except GraphError as error:
        return Verdict("refused" if error.kind == "bad_credentials" else "unverified", error=error)
    return Verdict("verified", identity.name)


def keep(gateway: Gateway, verdict: Verdict) -> None:
    gateway.credentials = verdict.state
    gateway.credentials_error = f"{verdict.error.meaning} {verdict.error.remedy}" if verdict.error else None
    gateway.credentials_checked_at = utcnow()
    gateway.app_name = verdict.app_name or gateway.app_name


def verify(gateway: Gateway) -> Verdict:
    """Asks Meta about what is stored, and remembers the answer. Commits before and after."""
    db.session.commit()
    asked = gateway.app_id, gateway.app_secret
    verdict = ask(*asked, graph_of(gateway).version)
    db.session.refresh(gateway)
    if (gateway.app_id, gateway.app_secret) == asked:
        keep(gateway, verdict)
    db.session.commit()
    return verdict


@every(minute="*/5")
def recheck() -> None:
    """The gateways that were saved while Meta was silent, the longest unasked first."""
    waiting = db.session.scalars(
        select(Gateway)
        .where(Gateway.deleted_at.is_(None), Gateway.credentials == "unverified")
        .order_by(Gateway.credentials_checked_at.nulls_first())
        .limit(A_ROUND)
    ).all()
    for gateway in waiting:
        if isinstance(verify(gateway).error, Unreachable):
            return
