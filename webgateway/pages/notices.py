"""What Meta holds against a page: policy and integrity notices. Contract 6.6, 3.4."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import NOW, Model, UTCDateTime, db, utcnow
from ..meta.event import Event
from ..meta.integrity import MESSAGING, Standing, standing
from .models import Page

KINDS = ("policy", "integrity")
REMEMBERED = timedelta(days=30)
"""A warning of Meta's policy team is never taken back; after so long it is no news."""
AHEAD = timedelta(minutes=5)
"""Meta's clock may be so much ahead of ours."""
MOST = 1000
"""Characters of Meta's words that are kept."""
WHOLE_PAGE = "page"

KEPT = "It is shown on the page's health."
LATE = "A later notice about the same has come already."
STRANGE = "Meta says nothing in it that we know."

_POLICY = {"warning": "warning", "block": "blocked", "unblock": "lifted"}
_FEATURES = {"page_messaging": "sending messages", "page_messaging_api": "sending messages through apps"}


class Notice(Model):
    """One thing Meta holds against a page; a later word about the same takes the place of the earlier.

    `subject` tells them apart: warning or blocked of the policy team, the page as a whole, or the restricted
    feature. `state` is warning, blocked, restricted, suspended or lifted; `what` Meta's words; `since` and
    `until` the time it holds; `at` Meta's time of the last word, which decides what is later.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("page_id", "kind", "subject"),)

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    kind: Mapped[str]
    subject: Mapped[str]
    state: Mapped[str]
    what: Mapped[str | None]
    help_url: Mapped[str | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    at: Mapped[datetime]

    page: Mapped[Page] = relationship(Page)

    @property
    def silences(self) -> bool:
        """The page can send nothing while it stands."""
        return self.state in ("blocked", "suspended") or self.subject in MESSAGING

    @property
    def says(self) -> str:
        if self.kind == "policy" and self.state == "warning":
            return "Meta warns that this page breaks its rules for messages."
        if self.state == "blocked":
            return "Meta has blocked this page from sending messages."
        if self.state == "suspended":
            return "Meta has suspended this page."
        if self.subject == WHOLE_PAGE:
            return f"Meta {'restricts' if self.state == 'restricted' else 'warns'} this page."
        feature = _FEATURES.get(self.subject, self.subject.replace("_", " "))
        return f"Meta has restricted this page in {feature}."


def standing_now() -> ColumnElement[bool]:
    """The condition of the notices that are neither taken back nor over."""
    now = utcnow()
    return _standing(now, now - REMEMBERED)


def _standing(now: Any, remembered: Any) -> ColumnElement[bool]:
    old = and_(Notice.kind == "policy", Notice.state == "warning", Notice.since < remembered)
    return and_(Notice.state != "lifted", or_(Notice.until.is_(None), Notice.until > now), ~old)


STANDING = _standing(NOW, bindparam("remembered", type_=UTCDateTime()))
"""The same for a query that is made once and asked with the `moments`."""


def moments() -> dict[str, datetime]:
    now = utcnow()
    return {"now": now, "remembered": now - REMEMBERED}


def against(pages: Iterable[Page]) -> dict[int, list[Notice]]:
    """The standing notices by page id, the gravest first. One query."""
    those = select(Notice).where(Notice.page_id.in_([page.id for page in pages]), standing_now())
    found: dict[int, list[Notice]] = {}
    for notice in sorted(db.session.scalars(those), key=lambda one: (not one.silences, one.id)):
        found.setdefault(notice.page_id, []).append(notice)
    return found


def take(event: Event, page: Page) -> tuple[str, str]:
    """What the journal says of the event: outcome and reason. Twice changes nothing; the caller commits."""
    at = event.at or utcnow()
    if event.kind == "policy":
        became = _POLICY.get(event.action or "")
        if became is None:
            return "ignored", STRANGE
        changed = _policy(page, became, event.text, at)
    else:
        told = standing(event.raw)
        if told.status is None and not told.restrictions:
            return "ignored", STRANGE
        changed = bool(keep({page: told}, whole=False))
    return ("done", KEPT) if changed else ("ignored", LATE)


def keep(found: Mapping[Page, Standing], *, whole: bool) -> set[Page]:
    """Write down how the pages stand; the pages of which that was news. The caller commits.

    `whole`: Meta listed everything, and what it does not name is over. The webhook names changes; it says
    that all is well with the status ok and no restriction.
    """
    known = _known(found, "integrity")
    return {page for page, told in found.items() if _integrity(page, told, known[page.id], whole)}


def _integrity(page: Page, told: Standing, known: dict[str, Notice], whole: bool) -> bool:
    written = _Written(page, "integrity", told.at or utcnow(), known)
    for each in told.restrictions:
        state, since = "lifted" if each.lifted else "restricted", each.applied or written.at
        written.put(each.feature[:100], state, each.description, since, each.expires, told.help_url)
    # A page that always was well, as the round finds most of them, gets no row.
    if told.status is not None and not (whole and told.status == "ok" and WHOLE_PAGE not in known):
        state = "lifted" if told.status == "ok" else told.status
        written.put(WHOLE_PAGE, state, " ".join(told.violations), written.at, None, told.help_url)
    well = told.status == "ok" and all(each.lifted for each in told.restrictions)
    if well or (whole and told.status is not None):
        written.lift_the_rest()
    return written.changed


def _policy(page: Page, became: str, what: str | None, at: datetime) -> bool:
    """An unblocking takes warnings back, too, and a blocking that comes late is taken back already."""
    written = _Written(page, "policy", at, _known([page], "policy")[page.id])
    for subject in ("warning", "blocked") if became == "lifted" else (became,):
        written.put(subject, became, what, at)
    return written.changed


def _known(pages: Iterable[Page], kind: str) -> dict[int, dict[str, Notice]]:
    """By page and subject. The pages' rows are held until the commit, so that one writes at a time."""
    ids = [page.id for page in pages]
    db.session.execute(
        select(Page.id).where(Page.id.in_(ids)).order_by(Page.id).with_for_update(key_share=True)
    )
    notices = select(Notice).where(Notice.page_id.in_(ids), Notice.kind == kind)
    known: dict[int, dict[str, Notice]] = {page_id: {} for page_id in ids}
    for notice in db.session.scalars(notices.execution_options(populate_existing=True)):
        known[notice.page_id][notice.subject] = notice
    return known


class _Written:
    """What Meta said of one page at one time, put over what was known."""

    def __init__(self, page: Page, kind: str, at: datetime, known: dict[str, Notice]) -> None:
        self.page, self.kind, self.known = page, kind, known
        # A time that is far ahead is wrong, and no later word would ever count.
        self.at = min(at, utcnow() + AHEAD)
        self.named: set[str] = set()
        self.changed = False

    def put(
        self,
        subject: str,
        state: str,
        what: str | None,
        since: datetime,
        until: datetime | None = None,
        help_url: str | None = None,
    ) -> None:
        self.named.add(subject)
        notice = self.known.get(subject)
        if notice is None:
            notice = Notice(page_id=self.page.id, kind=self.kind, subject=subject, since=since)
            db.session.add(notice)
            self.known[subject] = notice
        elif notice.at > self.at:
            return
        elif subject != WHOLE_PAGE or notice.state != state:
            # Of the page as a whole Meta does not say since when: its first word counts.
            notice.since = since
        notice.state, notice.until, notice.at = state, until, self.at
        notice.what, notice.help_url = (what or "")[:MOST] or None, help_url or notice.help_url
        self.changed = True

    def lift_the_rest(self) -> None:
        for notice in self.known.values():
            if notice.subject not in self.named and notice.at <= self.at and notice.state != "lifted":
                notice.state, notice.at, self.changed = "lifted", self.at, True
