"""Sends messages to customers, part by part. The row is the job; the worker claims it, works on it, renews
the lease meanwhile, or writes down that it failed."""

import time
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, selectinload

from ..db import db, looking, passing, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import messages, quick_replies
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..meta.messages import Sent
from ..pages import integrity, tokens
from ..pages.models import Grant, Page
from . import files, late_answers, outcome, pace, private_reply, queue, sends
from .models import Contact, Conversation, Message, Part
from .outcome import ARRIVED as ARRIVED
from .outcome import arrived as arrived
from .writing import send_again as send_again
from .writing import write as write

# Longer than the longest call to Meta, so that no second worker takes what is still on its way.
LEASE = timedelta(minutes=2)
TRIES = 5

# Of a gateway, what its client is made of, and whether it sends at all.
GATEWAY = (
    *(Gateway.app_id, Gateway.app_secret, Gateway.api_version, Gateway.enabled, Gateway.deleted_at),
    *(Gateway.human_agent, Gateway.human_agent_refused_at),
)

DISCONNECTED = ("This page is no longer connected.", "An administrator can connect it again.")
SWITCHED_OFF = ("The chat gateway is switched off.", "An administrator can switch it on.")
TOO_LATE = (
    "The customer wrote more than 24 hours ago, and Meta allows no answer after that.",
    "Try again when the customer has written.",
)


def claim() -> int | None:
    """Take the next part that may go out and its place in the page's pace. Commits, waits for the place."""
    for _ in range(TRIES):
        page_id = queue.next_page()
        if page_id is None:
            return None
        taken = queue.take(page_id)
        if taken is not None:
            return _lease(taken)
        # Another worker was quicker. To roll back would undo nothing, and have psycopg forget its queries.
        db.session.commit()
    return None


def work(part_id: int) -> None:
    """Send one part and remember the answer. No transaction is open while Meta is asked."""
    with looking():
        part = db.session.scalars(_with_all_of_it(), {"part": part_id}).one()
        grant = tokens.live_grant(part.page, part.channel)
        refusal = _refusal(part)
        full_until = private_reply.full_until(part)
    if part.state != "waiting":
        return
    if refusal is not None:
        outcome.failed(part, *refusal)
        sends.tell(part, kind="not_asked")
    elif grant is None:
        outcome.set_aside(part)
    elif full_until is not None:
        outcome.put_off(part, full_until, *private_reply.FULL)
    else:
        _send(part, grant)
    db.session.commit()


def renew(part_id: int) -> None:
    """We still have it in hand."""
    ours = update(Part).where(Part.id == part_id, Part.leased_by == queue.holder())
    db.session.execute(ours.where(Part.leased_until.is_not(None)).values(leased_until=utcnow() + LEASE))
    db.session.commit()


def waits() -> ColumnElement[bool]:
    return queue.waits()


def fail(part_id: int, error: Exception) -> None:
    """Our own defect while sending: whether Meta has the message cannot be told."""
    part = db.session.get_one(Part, part_id)
    outcome.hold(part.message_id)
    if part.state == "waiting":
        outcome.unclear(part)
        sends.tell(part, kind="our_bug")
    db.session.commit()


def _lease(taken: queue.Taken) -> int:
    place = utcnow()
    if taken.leased_until is not None:
        # Whoever held it was killed, perhaps after Meta had it: contract 7.7.
        part = db.session.get_one(Part, taken.part_id)
        outcome.unclear(part)
        sends.tell(part, kind="worker_lost")
    else:
        place = pace.place(taken.next_send_at)
        queue.lease(taken, place + LEASE, place + pace.step(taken.upload_id))
    db.session.commit()
    time.sleep(max(0.0, (place - utcnow()).total_seconds()))
    return taken.part_id


@cache
def _with_all_of_it() -> Select[Part]:
    """Made once, as what is asked for each part: no more of it than sending needs. Comments and files, which
    few have, are looked up for those only."""
    said = (Message.author, Message.user_id, Message.comment_id, Message.delivery_id)
    talk = (Conversation.channel, Conversation.contact_id, Conversation.customer_wrote_at)
    pages = (Page.meta_id, Page.gateway_id, Page.removed_at)
    message, conversation, page = (
        joinedload(to).load_only(*columns)
        for to, columns in ((Part.message, said), (Part.conversation, talk), (Part.page, pages))
    )
    return (
        select(Part)
        .where(Part.id == bindparam("part"))
        .options(
            message.selectinload(Message.comment),
            conversation.joinedload(Conversation.contact).load_only(Contact.meta_id),
            page.joinedload(Page.gateway).load_only(*GATEWAY),
            selectinload(Part.upload),
        )
        .execution_options(populate_existing=True)
    )


def _refusal(part: Part) -> tuple[str, str] | None:
    page = part.page
    if page.removed_at or page.gateway.deleted_at:
        return DISCONNECTED
    if not page.gateway.enabled:
        return SWITCHED_OFF
    if part.message.comment is not None:
        return private_reply.refusal(part.message.comment)
    if not part.text and not files.can_be_sent(part.upload):
        return files.GONE
    # What waited, for a pause or for Meta to come back, may have waited too long: contract 7.4.
    wrote = part.conversation.customer_wrote_at
    window = messages.window(wrote, utcnow())
    return None if window == "open" or (window == "human_agent" and late_answers.allowed(part)) else TOO_LATE


def _send(part: Part, grant: Grant) -> None:
    graph = graph_of(part.page.gateway)
    with sends.attempt(part) as attempt:
        try:
            sent = _ask(graph, part, grant.token or "")
        except GraphError as error:
            attempt.answered(error)
            outcome.refused(part, grant, error)
            files.refused(part, error)
            late_answers.refused(part, error)
            db.session.commit()
            if error.kind == "blocked":
                integrity.look_up.later(part.page_id)
        else:
            attempt.answered()
            _remember(part, sent)
    pace.heed(part.page, graph.usage)


def _ask(graph: Graph, part: Part, token: str) -> Sent:
    page_id, comment = part.page.meta_id, part.message.comment
    if comment is not None:
        return messages.send_private_reply(graph, page_id, token, comment.meta_id, part.text, part.key)
    content: dict[str, Any] = {"text": part.text}
    if part.upload is not None:
        content = files.content(graph, part, token)
    offered = quick_replies.wire(part.quick_replies, part.channel)
    if offered:
        content["quick_replies"] = offered
    customer_id = part.conversation.contact.meta_id
    answer_late = late_answers.needed(part)
    return messages.send(
        graph, page_id, token, customer_id, content, metadata=part.key, human_agent=answer_late
    )


def _remember(part: Part, sent: Sent) -> None:
    """Meta has it: as long as we hold the part we try to write that down, however busy the database is."""
    until = time.monotonic() + LEASE.total_seconds() / 2
    while True:
        try:
            outcome.arrived(part, sent.message_id, utcnow())
            private_reply.belongs_to(part, sent.recipient_id)
            return db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            if not passing(error) or time.monotonic() > until:
                raise
            time.sleep(0.5)
