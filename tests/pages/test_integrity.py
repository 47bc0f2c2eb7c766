"""Meta is asked how pages stand: every hour, in batches, and when it let a page send nothing."""

import time
from datetime import timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.pages import integrity, notices, silence


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway), "EAA-page-1")
    return page


def restricted(at: float | None = None, feature: str = "page_messaging_api"):
    return {
        "timestamp": int(at or time.time()),
        "status": "restricted",
        "violations": [{"type": "SPAM", "description": "Spam."}],
        "restrictions": [{"feature": feature, "expiration_time": int(time.time()) + 86400}],
        "recommended_actions": [{"action_type": "FILE_APPEAL", "url": "https://www.facebook.com/help/1"}],
    }


def test_what_meta_says_becomes_notices(meta, page):
    meta.statuses[page.meta_id] = restricted()
    integrity.round_()
    notice = silence.of(page).notice
    assert (notice.subject, notice.help_url) == ("page_messaging_api", "https://www.facebook.com/help/1")
    assert page.integrity_checked_at is not None
    assert page.integrity_error is None


def test_what_meta_does_not_name_any_more_is_over(meta, page):
    meta.statuses[page.meta_id] = restricted(time.time() - 60)
    integrity.look(page.gateway, [page])
    del meta.statuses[page.meta_id]
    integrity.look(page.gateway, [page])
    assert notices.against([page]) == {}


def test_an_answer_that_says_nothing_lifts_nothing(meta, page):
    meta.statuses[page.meta_id] = restricted(time.time() - 60)
    integrity.look(page.gateway, [page])
    meta.statuses[page.meta_id] = {"id": page.meta_id}
    integrity.look(page.gateway, [page])
    assert silence.of(page).notice is not None


def test_a_page_that_is_well_gets_no_row(meta, page):
    integrity.look(page.gateway, [page])
    assert db.session.scalars(db.select(notices.Notice)).all() == []


def test_a_policy_block_is_not_lifted_by_it(meta, page):
    db.session.add(
        notices.Notice(
            page_id=page.id, kind="policy", subject="blocked", state="blocked", since=utcnow(), at=utcnow()
        )
    )
    db.session.commit()
    integrity.look(page.gateway, [page])
    assert silence.of(page).notice.kind == "policy"


def test_a_refusal_says_why_and_changes_nothing(meta, page):
    meta.statuses[page.meta_id] = restricted()
    integrity.look(page.gateway, [page])
    meta.refuses[f"{page.meta_id}/page_status"] = {
        "code": 200,
        "message": "(#200) Requires pages_manage_metadata permission",
    }
    integrity.look(page.gateway, [page])
    assert "pages_manage_metadata" in page.integrity_error
    assert silence.of(page).notice is not None


def many(gateway, number: int):
    account = cast.account(gateway)
    pages = [cast.page(gateway, f"Page {n}", f"1080{n:04}") for n in range(number)]
    for page in pages:
        db.session.add(cast.Grant(page=page, account=account, token=f"EAA-{page.meta_id}", tasks=[]))
    db.session.commit()
    return pages


def test_a_hundred_pages_are_two_calls_and_few_queries(meta, gateway, count_queries):
    many(gateway, 20)
    integrity.round_()
    db.session.execute(db.update(cast.Page).values(integrity_checked_at=None))
    db.session.commit()
    with count_queries() as few:
        integrity.round_()
    for page in [cast.page(gateway, f"More {n}", f"2080{n:04}") for n in range(80)]:
        db.session.add(cast.Grant(page=page, account_id=1, token="EAA-more", tasks=[]))
    db.session.execute(db.update(cast.Page).values(integrity_checked_at=None))
    db.session.commit()
    meta.calls.clear()
    with count_queries() as queries:
        integrity.round_()
    assert len(meta.calls) == 2
    assert len(queries) <= len(few)


def test_the_round_asks_only_about_what_is_an_hour_old(meta, page):
    integrity.round_()
    meta.calls.clear()
    integrity.round_()
    assert meta.calls == []
    page.integrity_checked_at = utcnow() - timedelta(hours=1)
    db.session.commit()
    integrity.round_()
    assert len(meta.calls) == 1


def test_a_page_that_nobody_can_ask_about_does_not_stand_in_the_way(meta, page, monkeypatch):
    lonely = cast.page(page.gateway, "Lonely", "108001")
    monkeypatch.setattr(integrity, "A_ROUND", 1)
    integrity.round_()
    integrity.round_()
    assert lonely.integrity_checked_at is not None
    assert page.integrity_checked_at is not None


def test_an_app_that_meta_asked_for_a_pause_is_left_alone(meta, page):
    page.gateway.calls_paused_until = utcnow() + timedelta(minutes=5)
    db.session.commit()
    integrity.round_()
    assert meta.calls == []


def test_pages_of_a_deleted_gateway_and_removed_ones_are_not_asked_about(meta, page):
    page.removed_at = utcnow()
    db.session.commit()
    integrity.round_()
    integrity.look_up(page.id)
    assert meta.calls == []
