"""Completes a login in the worker: Meta is asked what it brought. The row is the job."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import contains_eager, joinedload

from .. import leases
from ..db import db, looking, passing, utcnow
from ..gateways.graph import graph_of
from ..meta.errors import GraphError
from .asking import in_words
from .discovery import discover
from .joining import covered, join
from .models import GATEWAY_GONE, UNDER_WAY, Login

LEASE = timedelta(minutes=1)
"""Longer than any call to Meta; renewed with what is found, and by the worker."""
STEP = 50
"""Pages found between two notes of progress: Meta names no more in a batch."""

TRIES = 10
"""Of writing down what Meta said, half a second apart: it cannot be asked again."""

NOT_DONE = "webgateway could not go on with it; its log tells whoever runs it why."


def claim() -> int | None:
    """Take the next login that came back, or end one that nobody can go on with. Commits."""
    with looking():
        login_id = db.session.scalar(_due().with_only_columns(Login.id), {"now": utcnow()})
    if login_id is None:
        return None
    mine = _due().where(Login.id == login_id).with_for_update(skip_locked=True)
    login = db.session.scalar(mine.execution_options(populate_existing=True), {"now": utcnow()})
    if login is None:
        db.session.rollback()  # another worker was quicker
        return None
    if words := login.given_up:
        _end(login, words)
    else:
        login.leased_until = utcnow() + LEASE
    db.session.commit()
    return login.id


def work(login_id: int) -> None:
    """Ask Meta and join what it says. From the first question on there is no second try: the code is used."""
    with looking():
        login = db.session.get(Login, login_id, options=[joinedload(Login.gateway)], populate_existing=True)
        known = covered(login.gateway) if login else {}
    if login is None or login.step != "waiting" or login.code is None:
        return
    code, graph = login.code, graph_of(login.gateway)
    if not _begin(login):
        return
    try:
        discovery = discover(graph, code, login.redirect_uri, login.purpose, known, _noting(login_id))
    except GraphError as error:
        # Nobody tries a login again but the person.
        outcome = partial(_end, words=error.meaning if error.retry else in_words(error))
    else:
        outcome = partial(join, discovery=discovery)
    _keep(login_id, outcome)


def fail(login_id: int, error: Exception) -> None:
    """Our own defect: the person must start again. Where the database took no work, another worker may go on,
    unless the code is used."""
    login = db.session.get(Login, login_id, populate_existing=True)
    if (
        login is not None
        and login.step == "waiting"
        and isinstance(error, OperationalError)
        and passing(error)
    ):
        login.leased_until = None
    elif login is not None and login.under_way:
        _end(login, NOT_DONE)
    db.session.commit()


def renew(login_id: int) -> None:
    """It is still worked on. Commits."""
    _note(login_id)


def waits() -> ColumnElement[bool]:
    return exists(_due().with_only_columns(Login.id))


def _due() -> Select[Login]:
    """Asked with `now`."""
    due = select(Login).where(Login.step.in_(UNDER_WAY), leases.free(Login.leased_until))
    return due.order_by(Login.id).limit(1)


def _begin(login: Login) -> bool:
    """Use the code up; False when another worker was quicker."""
    begun = (
        update(Login)
        .where(Login.id == login.id, Login.step == "waiting")
        .values(step="asking", code=None, leased_until=utcnow() + LEASE)
        .execution_options(synchronize_session=False)
    )
    first = bool(db.session.execute(begun).rowcount)  # type: ignore[attr-defined]
    db.session.commit()
    return first


def _noting(login_id: int) -> Callable[[int], None]:
    noted = 0

    def note(found: int) -> None:
        nonlocal noted
        if found < noted + STEP:
            return
        noted = found
        try:
            _note(login_id, found=found)
        except OperationalError:
            db.session.rollback()  # the number is only for the eye

    return note


def _note(login_id: int, **values: int) -> None:
    held = update(Login).where(Login.id == login_id, Login.step.in_(UNDER_WAY))
    held = held.values(leased_until=utcnow() + LEASE, **values)
    db.session.execute(held.execution_options(synchronize_session=False))
    db.session.commit()


def _keep(login_id: int, outcome: Callable[[Login], None]) -> None:
    """In one transaction, unless the login was given up or its gateway deleted meanwhile."""
    for left in reversed(range(TRIES)):
        try:
            login = _held(login_id)
            if login is not None and login.gateway.deleted_at is not None:
                _end(login, GATEWAY_GONE)
            elif login is not None:
                outcome(login)
            return db.session.commit()
        except (IntegrityError, OperationalError):
            # The database is busy, or somebody joined one of the pages to another gateway at this very
            # moment: now it is seen as theirs.
            db.session.rollback()
            if not left:
                raise
            time.sleep(0.5)


def _held(login_id: int) -> Login | None:
    """With its gateway, which nobody deletes and to which nobody else joins pages until the commit."""
    return db.session.scalar(
        select(Login)
        .join(Login.gateway)
        .options(contains_eager(Login.gateway))
        .where(Login.id == login_id, Login.step == "asking")
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _end(login: Login, words: str) -> None:
    login.step, login.error, login.finished_at = "failed", f"{words} No page has been changed.", utcnow()
    login.code = login.leased_until = None
