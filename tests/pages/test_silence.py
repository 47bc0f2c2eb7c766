"""Why nothing can be said through a page."""

from webgateway.db import db, utcnow
from webgateway.pages import silence
from webgateway.pages.notices import Notice


def held(page, state: str) -> Notice:
    now = utcnow()
    notice = Notice(page_id=page.id, kind="policy", subject=state, state=state, since=now, at=now)
    db.session.add(notice)
    db.session.commit()
    return notice


def test_a_page_with_a_login_that_works_may_speak(page):
    assert silence.of(page) == (True, None)


def test_without_one_it_may_not(page):
    page.grants.clear()
    db.session.commit()
    assert silence.of(page) == (False, None)


def test_what_only_warns_silences_nobody(page):
    held(page, "warning")
    assert silence.of(page) == (True, None)


def test_the_login_and_what_meta_holds_against_the_page_are_looked_up_at_once(page, count_queries):
    held(page, "warning")
    blocked = held(page, "blocked")
    with count_queries() as queries:
        assert silence.of(page) == (True, blocked)
    assert sum("notices" in query or "grants" in query for query in queries) == 1
