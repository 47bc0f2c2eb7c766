"""What is known of a page's health, and of the pages of a gateway. The parts to the right add their lines."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from ..db import db, utcnow
from ..gateways import health
from ..gateways.health import Action, Line
from ..gateways.models import Gateway
from ..views import count
from .discovery import REQUIRED
from .models import WARNING, Account, Grant, Page
from .notices import Notice, against, standing_now

SHOWN = 20
"""People named by their logins on a gateway's board."""

Further = Callable[[Sequence[Page]], dict[int, list[Line]]]
Condition = Callable[[], ColumnElement[bool]]
_further: dict[str, tuple[Further, Condition]] = {}


def contribute(lines: Further, troubled: Condition) -> None:
    """`lines` of many pages at once, by id; `troubled`: the condition of the pages where one of them is bad
    or warns."""
    _further[lines.__module__] = lines, troubled


def listen() -> None:
    health.contribute(of_gateway)


def lines_of(pages: Sequence[Page]) -> dict[int, list[Line]]:
    """By page id. The pages come with their grants and accounts; the number of queries does not grow."""
    if not pages:
        return {}
    notices = against(pages)
    found = {page.id: [*_own(page), *_rules(page, notices.get(page.id, []))] for page in pages}
    for lines, _ in _further.values():
        for page_id, more in lines(pages).items():
            found[page_id] += more
    return found


def troubled() -> ColumnElement[bool]:
    """The condition of the pages of which a line warns or is bad."""
    soon = utcnow() + WARNING
    lasts = exists().where(
        Grant.page_id == Page.id,
        Grant.token.is_not(None),
        Grant.dead_since.is_(None),
        Grant.account_id == Account.id,
        Account.dead_since.is_(None),
        *(or_(end.is_(None), end >= soon) for end in (Account.expires_at, Account.data_access_expires_at)),
    )
    return or_(
        Page.problem.is_not(None),
        Page.subscription_error.is_not(None),
        and_(Page.drift_since.is_not(None), Page.drift_mended_at.is_(None)),
        and_(Page.messenger_wanted, ~Page.subscribed),
        *_instagram_troubled(),
        Page.sends_paused_until > utcnow(),
        ~lasts,
        exists().where(Notice.page_id == Page.id, standing_now()),
        *(condition() for _, condition in _further.values()),
    )


def _instagram_troubled() -> tuple[ColumnElement[bool], ...]:
    """As the line of the account: an error, or switched on and not heard."""
    mine = Page.instagram_id.is_not(None)
    usable = exists().where(
        Grant.page_id == Page.id,
        Grant.token.is_not(None),
        Grant.dead_since.is_(None),
        Grant.instagram_suffices,
        Grant.account_id == Account.id,
        Account.dead_since.is_(None),
    )
    unheard = or_(
        ~usable,
        Page.instagram_muted,
        and_(~Page.subscribed, func.json_array_length(Page.subscribed_fields) == 0),
    )
    return and_(mine, Page.instagram_error.is_not(None)), and_(mine, Page.instagram_wanted, unheard)


def of_gateway(gateway: Gateway) -> Iterable[Line]:
    people = _people(gateway)
    yield _logins(gateway, people)
    yield _granted(gateway, people)
    yield _pages(gateway)


def _own(page: Page) -> list[Line]:
    lines = [_login(page), _permissions(page), _subscription(page)]
    return [*lines, *([_instagram(page)] if page.instagram_id else []), _pace(page)]


def _reconnect(gateway_id: int, page: Page | None = None) -> Action:
    named = page.id if page else None
    url = url_for("precaution.show", gateway_id=gateway_id, purpose="pages", reconnect=named)
    return Action("Reconnect", url, popup=True)


def _best(page: Page) -> Grant | None:
    """The one whose token is used."""
    working = [grant for grant in page.newest_grants if grant.works]
    return next((grant for grant in working if grant.suffices), next(iter(working), None))


def _login(page: Page) -> Line:
    name, grant = "Login", _best(page)
    if grant is not None:
        others = sum(other.works for other in page.grants) - 1
        more = f", and {count(others, 'other login')} could take over" if others else ""
        text = f"The login of {grant.account.name} works{more}."
        known = partial(Line, name, since=grant.account.logged_in_at, checked=grant.account.checked_at)
        if page.ending:
            return known("warn", page.ending, grant.account.name, _reconnect(page.gateway_id, page))
        return known("ok", f"{text}{_lasts(grant.account)}")
    who, action = "A page administrator", _reconnect(page.gateway_id, page)
    dead = [one for one in page.newest_grants if one.dead_since or one.account.dead_since]
    if not dead:
        text = "No login covers this page: nothing can be sent, nothing read."
        return Line(name, "bad", text, who, action)
    reason = dead[0].dead_reason or dead[0].account.dead_reason or "The login no longer works."
    text = f"{reason} Messages still arrive; nothing can be sent."
    return Line(name, "bad", text, who, action, since=dead[0].dead_since or dead[0].account.dead_since)


def _lasts(account: Account) -> str:
    """Only the person can put off the end of data access: contract 2.5."""
    ends = account.ends_at
    if ends is None:
        return ""
    then = "we renew it before" if ends == account.expires_at else f"{account.name} must log in again before"
    return f" It lasts until {ends.day} {ends:%b %Y}; {then}."


def _permissions(page: Page) -> Line:
    name, grant = "Permissions", _best(page)
    if grant is None:
        return Line(name, "unknown", "Without a login that works they are not known.")
    needed = REQUIRED["pages"]
    missing = [permission for permission in needed if permission not in grant.account.scopes]
    details = (
        f"Needed: {', '.join(needed)}",
        f"Granted: {', '.join(grant.account.scopes) or 'none'}",
        f"Tasks of {grant.account.name}: {', '.join(grant.tasks) or 'not told'}",
    )
    if page.problem:
        action = _reconnect(page.gateway_id, page)
        return Line(name, "bad", page.problem, "A page administrator", action, details=details)
    if missing and grant.account.scopes:
        text = f"Missing: {', '.join(missing)}. Log in again and leave every permission on."
        action = _reconnect(page.gateway_id, page)
        return Line(name, "warn", text, "A page administrator", action, details=details)
    return Line(name, "ok", "All that is needed was granted.", details=details)


def _subscription(page: Page) -> Line:
    """The wish against what Meta says: it drifts when Meta unsubscribes an app by itself, contract 6.4."""
    line = partial(
        Line,
        "Webhook subscription",
        checked=page.checked_at,
        details=(f"Fields: {', '.join(page.subscribed_fields)}",) if page.subscribed_fields else (),
    )
    register = url_for("pages.index", gateway_id=page.gateway_id, q=page.meta_id)
    here, open_it = "An administrator here", Action("Open the switch", register)
    if page.subscription_error:
        return line("bad", page.subscription_error, here, open_it, since=page.drift_since)
    if page.drift_since and page.drift_mended_at is None:
        return line("bad", f"{page.drift}. We subscribe it again.", "Nobody", since=page.drift_since)
    if page.subscribed:
        told = f" {page.drift}; it was subscribed again." if page.drift_told else ""
        return line("ok", f"Meta sends this page's messages here.{told}", since=page.drift_mended_at)
    if page.messenger_wanted:
        return line("bad", "It is switched on here, and Meta does not send its messages.", here, open_it)
    url = url_for("pages.save", gateway_id=page.gateway_id)
    switch = Action("Switch on", url, writes=True, fields={"shown": page.id, "on": page.id})
    return line("unknown", "Off: this page's messages do not arrive.", action=switch, word="Off")


def _instagram(page: Page) -> Line:
    """The account's switch, which shares the page's subscription: contract 3.6."""
    name, here = "Instagram", "An administrator here"
    url = url_for("instagram.index", gateway_id=page.gateway_id, q=page.instagram_id)
    action = Action("Open the switch", url)
    if page.instagram_error:
        return Line(name, "bad", page.instagram_error, here, action)
    if page.instagram_wanted and (obstacle := page.instagram_obstacle):
        return Line(name, "bad", obstacle, "A page administrator", action)
    if page.instagram_subscribed:
        return Line(name, "ok", "Meta sends this account's messages here.", checked=page.checked_at)
    if page.instagram_wanted:
        text = "It is switched on here, and Meta does not send its messages."
        return Line(name, "bad", text, here, action, checked=page.checked_at)
    return Line(name, "unknown", "Off: this account's messages do not arrive.", action=action, word="Off")


def _pace(page: Page) -> Line:
    until = page.sends_paused_until
    if until is None or until <= utcnow():
        return Line("Meta's limits", "ok", "Meta takes this page's messages.")
    return Line("Meta's limits", "warn", health.paused("page", until), "Nobody")


def _rules(page: Page, notices: list[Notice]) -> list[Line]:
    """How the page stands with Meta's rules: one line for each notice, or one that all is well."""
    name, checked = "Meta's rules", page.integrity_checked_at
    if notices:
        return [_notice(name, notice) for notice in notices]
    if page.integrity_error:
        text = f"Meta was asked and did not say. {page.integrity_error}"
        return [Line(name, "unknown", text, checked=checked)]
    if checked is None:
        return [Line(name, "unknown", "Meta has not been asked yet; it is once an hour.")]
    return [Line(name, "ok", "Meta holds nothing against this page.", checked=checked)]


def _notice(name: str, notice: Notice) -> Line:
    ends = f" It ends on {notice.until:%-d %B %Y, %H:%M} UTC." if notice.until else ""
    words = f" Meta's words: {notice.what}" if notice.what else ""
    state: health.State = "warn" if notice.state == "warning" else "bad"
    appeal = Action("Open Meta's support", notice.help_url or SUPPORT)
    who = "A page administrator, at Meta"
    return Line(name, state, f"{notice.says}{ends}{words}", who, appeal, notice.since)


SUPPORT = "https://www.facebook.com/business-support-home/"


def _people(gateway: Gateway) -> Sequence[Any]:
    """Name, scopes, since when the login is dead; of the newest logins."""
    newest = select(Account.name, Account.scopes, Account.dead_since)
    newest = newest.where(Account.gateway_id == gateway.id).order_by(Account.logged_in_at.desc())
    return db.session.execute(newest.limit(SHOWN)).all()


def _logins(gateway: Gateway, people: Sequence[Any]) -> Line:
    name, action = "Logins", _reconnect(gateway.id)
    total, dead, died = db.session.execute(
        select(func.count(), func.count(Account.dead_since), func.max(Account.dead_since)).where(
            Account.gateway_id == gateway.id
        )
    ).one()
    if not total:
        return Line(name, "unknown", "Nobody has logged in through Facebook yet.", None, action)
    details = tuple(f"{one.name}: {'no longer works' if one.dead_since else 'works'}" for one in people)
    if dead:
        text = f"{dead} of {count(total, 'login')} no longer {'works' if dead == 1 else 'work'}."
        state: health.State = "bad" if dead == total else "warn"
        return Line(name, state, text, "The person who logged in", action, died, details=details)
    text = "The login works." if total == 1 else f"All {total} logins work."
    return Line(name, "ok", text, details=details)


def _granted(gateway: Gateway, people: Sequence[Any]) -> Line:
    """What the newest working logins were granted, against what is needed: contract 12."""
    name, needed = "Permissions", REQUIRED["pages"]
    working = [one for one in people if not one.dead_since and one.scopes]
    if not working:
        return Line(name, "unknown", "What was granted is not known without a login that works.")
    missing = {one.name: [each for each in needed if each not in one.scopes] for one in working}
    granted = (f"{one.name} granted {', '.join(one.scopes)}" for one in working)
    details = (f"Needed: {', '.join(needed)}", *granted)
    short = [
        f"{person} did not grant {', '.join(lacking)}." for person, lacking in missing.items() if lacking
    ]
    if not short:
        return Line(name, "ok", "All that is needed was granted.", details=details)
    text = f"{' '.join(short)} Log in again and leave every permission on."
    return Line(name, "warn", text, "The person who logged in", _reconnect(gateway.id), details=details)


def _pages(gateway: Gateway) -> Line:
    name = "Pages"
    connected = (Page.gateway_id == gateway.id, Page.removed_at.is_(None))
    all_of_it = select(func.count()).select_from(Page).where(*connected)
    total = db.session.scalar(all_of_it) or 0
    if not total:
        register = Action("Add pages", url_for("pages.index", gateway_id=gateway.id))
        return Line(name, "unknown", "No page is connected yet.", "An administrator here", register)
    bad = db.session.scalar(all_of_it.where(troubled())) or 0
    if not bad:
        return Line(name, "ok", f"No trouble on {count(total, 'page')}.")
    text = f"{bad:,} of {count(total, 'page')} {'has' if bad == 1 else 'have'} trouble."
    url = url_for("board.show", gateway_id=gateway.id, only="troubles", _anchor="list")
    return Line(name, "warn", text, "Whoever each page's own board names", Action("Show them", url))
