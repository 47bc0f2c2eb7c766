"""A recovery's comparisons with Meta, step by step: each asks for some conversations of one page, keeps what
is missing and remembers where to go on. The row is the job."""

import logging
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import aliased, joinedload

from .. import logs, metrics
from ..db import NOW, db, looking, passing, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..leases import LEASE
from ..meta.conversations import OFTEN
from ..meta.errors import GraphError
from ..pages import tokens
from ..pages.asking import in_words
from ..pages.models import Grant, Page
from . import gathering, pace
from .gathering import Gathered
from .models import Comparison
from .recovered import bring_in
from .recovery import WAITING

log = logging.getLogger(__name__)

BACK_OFF = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
]
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
"""Of a pause whose length Meta leaves open."""
TRIES = 5
"""Of writing down what Meta said, when a delivery brought the same at the same moment."""

DISCONNECTED = "This page is no longer connected."
UNREACHED = "No working login covers this page. Reconnect it with Add or Remove Pages, then recover again."
NOT_DONE = "webgateway could not go on with it; its log tells whoever runs it why."


def claim() -> int | None:
    """Take the step that has been due longest. Commits."""
    with looking():
        found = db.session.scalar(_next(), {"now": utcnow()})
    if found is None:
        return None
    mine = _due().where(Comparison.id == found).with_for_update(of=Comparison, skip_locked=True)
    mine = mine.execution_options(populate_existing=True)
    comparison = db.session.scalar(mine, {"now": utcnow()})
    if comparison is None:
        db.session.rollback()  # another worker was quicker
        return None
    if comparison.leased_until is not None:
        _put_off(comparison, NOT_DONE)  # whoever held it was killed: this is the next attempt
    if comparison.state == "waiting":
        comparison.leased_until = utcnow() + LEASE
    _commit(comparison)
    return comparison.id


def work(comparison_id: int) -> None:
    """One step. No transaction is open while Meta is asked; killed at any time, it is done again."""
    with looking():
        comparison = db.session.scalars(_with_page().where(Comparison.id == comparison_id)).one()
        page = comparison.page
        grant = tokens.live_grant(page, comparison.channel)
    if comparison.state != "waiting":
        return
    with logs.bound(recovery=comparison.recovery_id, comparison=comparison_id, page=page.id):
        if page.removed_at or page.gateway.deleted_at:
            _give_up(comparison_id, DISCONNECTED)
        elif grant is None or grant.token is None:
            _give_up(comparison_id, UNREACHED)
        else:
            _ask(comparison, grant, grant.token)


def fail(comparison_id: int, error: Exception) -> None:
    """Our own defect, or a database that took no work: tried again with growing pauses."""
    comparison = _held(comparison_id)
    if comparison is not None and isinstance(error, OperationalError) and passing(error):
        comparison.leased_until = None
    elif comparison is not None:
        _put_off(comparison, NOT_DONE)
    _commit(comparison)


def renew(comparison_id: int) -> None:
    """It is still worked on. Commits."""
    held = update(Comparison).where(Comparison.id == comparison_id, Comparison.leased_until.is_not(None))
    held = held.values(leased_until=utcnow() + LEASE)
    db.session.execute(held.execution_options(synchronize_session=False))
    db.session.commit()


def waits() -> ColumnElement[bool]:
    return exists(_next())


@cache
def _next() -> Select[int]:
    return _due().with_only_columns(Comparison.id)


@cache
def _due() -> Select[Comparison]:
    """One page's comparisons go one after another: its calls have one pace. Contract 7.6."""
    earlier = aliased(Comparison)
    pauses = (Comparison.leased_until, Page.sends_paused_until, Gateway.calls_paused_until)
    before = exists().where(
        earlier.page_id == Comparison.page_id, earlier.state == WAITING, earlier.id < Comparison.id
    )
    return (
        select(Comparison)
        .join(Comparison.page)
        .join(Page.gateway)
        .where(Comparison.state == WAITING, Comparison.next_try_at <= NOW, ~before)
        .where(*(or_(end.is_(None), end <= NOW) for end in pauses))
        .order_by(Comparison.next_try_at, Comparison.id)
        .limit(1)
    )


def _with_page() -> Select[Comparison]:
    with_flow = joinedload(Comparison.page).joinedload(Page.gateway).joinedload(Gateway.flow)
    return select(Comparison).options(with_flow).execution_options(populate_existing=True)


def _held(comparison_id: int) -> Comparison | None:
    query = _with_page().where(Comparison.id == comparison_id, Comparison.state == WAITING)
    return db.session.scalar(query.with_for_update(of=Comparison))


def _ask(comparison: Comparison, grant: Grant, token: str) -> None:
    graph, asked = graph_of(comparison.page.gateway), (comparison.since, comparison.until)
    try:
        gathered = gathering.gather(graph, comparison, token)
    except GraphError as error:
        _refused(comparison.id, grant, error)
    else:
        _keep(comparison.id, asked, gathered, max(pace.rest(graph.usage), timedelta(seconds=OFTEN)))


def _keep(comparison_id: int, asked: tuple[datetime, datetime], gathered: Gathered, pause: timedelta) -> None:
    """What was found, where to go on and when, in one transaction. `asked`: since and until when."""
    for left in reversed(range(TRIES)):
        try:
            comparison = _held(comparison_id)
            if comparison is not None:
                brought = bring_in(comparison.page, comparison.channel, gathered.talks, *asked)
                comparison.looked += len(gathered.talks)
                comparison.brought += brought.messages
                comparison.settled += brought.settled
                comparison.cut += gathered.cut
                comparison.next_try_at = utcnow() + pause
                _go_on(comparison, gathered, asked)
            return _commit(comparison)
        except IntegrityError:
            # A delivery brought the same message, or the same customer, at this very moment.
            db.session.rollback()
            if not left:
                raise


def _go_on(comparison: Comparison, gathered: Gathered, asked: tuple[datetime, datetime]) -> None:
    comparison.attempts, comparison.error, comparison.leased_until = 0, None, None
    if (comparison.since, comparison.until) != asked:
        return  # meanwhile another time was asked for, too: it begins anew
    comparison.cursor = gathered.after
    if gathered.after is None:
        _end(comparison)


def _refused(comparison_id: int, grant: Grant, error: GraphError) -> None:
    comparison = _held(comparison_id)
    if comparison is not None:
        comparison.leased_until = None
        if error.token_dead:
            tokens.mark_dead(grant, error)  # the next person's takes over, in the next step
        elif error.bucket:
            _pause(comparison, error)
        elif error.retry:
            _put_off(comparison, in_words(error))
        else:
            _end(comparison, in_words(error))
    _commit(comparison)


def _pause(comparison: Comparison, error: GraphError) -> None:
    """Of the app for everybody, of the page for us alone: sending has limits of its own. Contract 7.6."""
    asked = timedelta(minutes=error.wait_minutes or 0)
    length = max(asked, min(SHORTEST * 2**comparison.attempts, LONGEST))
    comparison.attempts = min(comparison.attempts + 1, len(BACK_OFF) - 1)
    comparison.error, comparison.next_try_at = error.meaning, utcnow() + length
    if error.bucket == "app":
        pace.pause(comparison.page, True, length)


def _put_off(comparison: Comparison, words: str) -> None:
    comparison.leased_until, comparison.error = None, words
    if comparison.attempts < len(BACK_OFF):
        comparison.next_try_at = utcnow() + BACK_OFF[comparison.attempts]
        comparison.attempts += 1
    else:
        _end(comparison, words)


def _give_up(comparison_id: int, words: str) -> None:
    comparison = _held(comparison_id)
    if comparison is not None:
        _end(comparison, words)
    _commit(comparison)


def _end(comparison: Comparison, error: str | None = None) -> None:
    comparison.state, comparison.error = ("failed" if error else "done"), error
    comparison.leased_until, comparison.finished_at = None, utcnow()
    facts = {"messages": comparison.brought, "settled": comparison.settled}
    log.info("comparison %s", comparison.state, extra=facts)


def _commit(comparison: Comparison | None) -> None:
    """What has ended is counted once it is written down. None: it was not ours any more."""
    ended = comparison.state if comparison is not None and comparison.state != "waiting" else None
    db.session.commit()
    if ended is not None:
        metrics.comparisons.labels(ended).inc()
