"""What became of a call, and what that does to its conversation. The caller holds both, and commits."""

import random
from datetime import timedelta

from sqlalchemy import exists, select

from ..conversations import following, turns
from ..conversations.bot_calls import AWAITED, BotCall
from ..db import db, utcnow
from . import acting, holding
from .answers import Answer, Wrong, read
from .wire import Reply, Unreached

BACK_OFF = [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)]
LATER = (408, 409, 425, 429)
"""With 5xx: what passes. Everything else but 2xx is final."""
ACCEPTED = 202
LONGEST_PAUSE = timedelta(hours=1)
"""That a bot can ask for."""

GONE = "It answered 410 Gone: there is no bot any more."
MOVED = "It answered with a redirect ({}), which is not followed. Give the flow the address it leads to."


def answered(call: BotCall, reply: Reply) -> None:
    call.status = reply.status
    if 200 <= reply.status < 300:
        _take(call, reply)
    elif reply.status >= 500 or reply.status in LATER:
        again(call, f"It answered {reply.status}.", timedelta(seconds=reply.retry_after or 0))
    elif reply.status == 410:
        failed(call, GONE)
    elif 300 <= reply.status < 400:
        failed(call, MOVED.format(reply.status))
    else:
        failed(call, f"It refused the call ({reply.status}).")


def unreached(call: BotCall, problem: Unreached) -> None:
    call.status = None
    if problem.final:
        failed(call, problem.words)
    else:
        again(call, problem.words)


def again(call: BotCall, words: str, wanted: timedelta = timedelta()) -> None:
    """After growing pauses, or as late as the bot wants; no longer than the flow waits for it."""
    if call.attempts > len(BACK_OFF):
        return failed(call, f"{words} It was called {call.attempts} times.")
    pause = max(BACK_OFF[call.attempts - 1] * random.uniform(1, 1.1), min(wanted, LONGEST_PAUSE))
    patience = _patience(call)
    if patience is not None and utcnow() + pause > call.created_at + patience:
        return failed(call, f"{words} The flow waits no longer than {patience.seconds} seconds for it.")
    call.next_try_at, call.leased_until, call.error = utcnow() + pause, None, words


def failed(call: BotCall, words: str) -> None:
    """For good: the flow goes on without the bot."""
    _end(call, "failed", words)
    if call.kind in AWAITED and holding.lost(call.conversation, call.part) is None:
        following.leave_bot(call.conversation)


def dropped(call: BotCall, why: str) -> None:
    _end(call, "dropped", why)


def _take(call: BotCall, reply: Reply) -> None:
    try:
        answer = read(reply.body, Answer) if reply.body.strip() else Answer()
        queue = acting.queue_of(call.conversation, answer.wish) if answer.wish else None
    except Wrong as wrong:
        place = f" ({wrong.pointer})" if wrong.pointer else ""
        return failed(call, f"Its answer cannot be used{place}: {wrong.words}")
    lost = holding.lost(call.conversation, call.part)
    if lost is not None:
        return dropped(call, f"{lost} Nothing of its answer was sent.") if answer else _end(call, "done")
    lock = holding.lock(call.conversation) if answer.messages else None
    if lock is None:
        for new in answer.messages:
            acting.say(call.conversation, new)
    if answer.wish:
        acting.hand_over(call.conversation, answer.wish, queue)
    elif answer.close:
        acting.close(call.conversation)
    elif lock is None and reply.status != ACCEPTED:
        _turn(call)
    if lock is not None:
        return dropped(call, f"{lock.reason} Its messages were not sent.")
    return _end(call, "done")


def _turn(call: BotCall) -> None:
    """The customer's, unless the bot has been told more meanwhile."""
    conversation = call.conversation
    turns.we_spoke(conversation, "flow")
    more = exists().where(
        BotCall.conversation_id == conversation.id,
        BotCall.state == "waiting",
        BotCall.kind.in_(AWAITED),
        BotCall.id > call.id,
    )
    bot = holding.part(conversation)
    if bot is not None and db.session.scalar(select(more)):
        turns.wait_for_bot(conversation, bot)


def _patience(call: BotCall) -> timedelta | None:
    """None where nobody waits."""
    bot = holding.part(call.conversation)
    if bot is None or bot.id != call.part or call.kind not in AWAITED or call.done_at is not None:
        return None
    return timedelta(seconds=bot.patience)


def _end(call: BotCall, state: str, words: str | None = None) -> None:
    call.state, call.error = state, words
    call.leased_until, call.done_at = None, utcnow()
