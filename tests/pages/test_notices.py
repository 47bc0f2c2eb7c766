"""What Meta holds against a page: told by events, kept once, in the order of Meta's time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import NOON, PAGE, delivery, post
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking
from webgateway.journal.models import Event
from webgateway.pages import notices, silence
from webgateway.pages.notices import Notice


@pytest.fixture
def receive(visitor, gateway, page, work):
    def receiving(*items, **beside):
        body = delivery(*items)
        body["entry"][0] |= beside
        post(visitor, gateway, body)
        work(reading, taking)
        return db.session.scalars(select(Event).order_by(Event.id.desc())).first()

    return receiving


def policy(action: str, at: int = NOON, **more: str):
    return {
        "recipient": {"id": PAGE},
        "timestamp": at,
        "policy_enforcement": {"action": action, **more},
    }


def integrity(status: str, at: int, *restrictions, **more):
    return {"timestamp": at, "status": status, "restrictions": list(restrictions), **more}


def restriction(feature: str = "page_messaging_api", status: str = "RESTRICTED", until: int | None = None):
    return {"feature": feature, "status": status, "expiration_time": until, "description": "No messages."}


def standing(page) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.state) for one in notices.against([page]).get(page.id, [])]


def soon() -> int:
    return int((utcnow() + timedelta(days=3)).timestamp())


def seconds_ago(number: int) -> int:
    return int(utcnow().timestamp()) - number


def test_a_blocked_page_is_shown_with_metas_words(receive, page):
    event = receive(policy("block", reason="Too many spammy messages."))
    assert (event.outcome, event.reason) == ("done", notices.KEPT)
    notice = silence.of(page).notice
    assert (notice.says, notice.what) == (
        "Meta has blocked this page from sending messages.",
        "Too many spammy messages.",
    )
    assert notice.since == datetime.fromtimestamp(NOON / 1000, UTC)


def test_an_unblocking_takes_it_back(receive, page):
    receive(policy("block"), policy("unblock", NOON + 1000))
    assert standing(page) == []


def test_an_unblocking_that_comes_first_wins_by_metas_time(receive, page):
    receive(policy("unblock", NOON + 1000))
    event = receive(policy("block", NOON))
    assert (event.outcome, event.reason) == ("ignored", notices.LATE)
    assert standing(page) == []


def test_a_warning_silences_nobody_and_is_forgotten_after_a_month(receive, page):
    recent = int(utcnow().timestamp() * 1000)
    receive(policy("warning", recent, reason="Careful."))
    assert standing(page) == [("policy", "warning", "warning")]
    assert silence.of(page).notice is None
    db.session.execute(db.update(Notice).values(since=utcnow() - timedelta(days=31)))
    assert standing(page) == []


def test_a_warning_does_not_end_a_block(receive, page):
    recent = int(utcnow().timestamp() * 1000)
    receive(policy("block", recent), policy("warning", recent + 1000))
    assert silence.of(page).notice.state == "blocked"


def test_the_same_event_again_changes_nothing(receive, page):
    for _ in range(2):
        receive(policy("block"))
    assert len(db.session.scalars(select(Notice)).all()) == 1


def test_a_restriction_silences_until_its_time_is_over(receive, page):
    receive(integrity("restricted", seconds_ago(60), restriction(until=soon())))
    notice = silence.of(page).notice
    assert notice.says == "Meta has restricted this page in sending messages through apps."
    db.session.execute(db.update(Notice).values(until=utcnow() - timedelta(seconds=1)))
    assert silence.of(page).notice is None


def test_a_restriction_beside_the_items_counts(receive, page):
    receive({"timestamp": seconds_ago(5), "status": "ok"}, restrictions=[restriction("page_messaging")])
    assert silence.of(page).notice.subject == "page_messaging"


def test_another_restricted_feature_is_shown_and_silences_nobody(receive, page):
    receive(integrity("restricted", seconds_ago(5), restriction("page_ads")))
    assert ("integrity", "page_ads", "restricted") in standing(page)
    assert silence.of(page).notice is None


def test_unrestricted_lifts_the_feature_and_ok_the_rest(receive, page):
    receive(integrity("restricted", seconds_ago(60), restriction()))
    receive(integrity("ok", seconds_ago(30), restriction(status="UNRESTRICTED")))
    assert standing(page) == []


def test_an_older_restriction_does_not_come_back(receive, page):
    receive(integrity("ok", seconds_ago(30), restriction(status="UNRESTRICTED")))
    receive(integrity("restricted", seconds_ago(60), restriction()))
    assert standing(page) == []


def test_a_suspended_page_is_silent(receive, page):
    receive(integrity("suspended", seconds_ago(5)))
    assert silence.of(page).notice.says == "Meta has suspended this page."


def test_the_first_word_says_since_when_the_page_is_in_trouble(receive, page):
    first = seconds_ago(600)
    for at in (first, seconds_ago(30)):
        receive(integrity("warning", at, violations=[{"type": "SPAM", "description": "Spam."}]))
    (notice,) = notices.against([page])[page.id]
    assert notice.since == datetime.fromtimestamp(first, UTC)
    assert notice.what == "Spam."


def test_what_says_nothing_that_we_know_is_kept_in_the_journal(receive, page):
    event = receive(policy("praise"))
    assert (event.outcome, event.reason) == ("ignored", notices.STRANGE)
    assert standing(page) == []


def test_the_notices_of_many_pages_are_one_query(gateway, page, receive, count_queries):
    pages = [page, *(cast.page(gateway, f"Page {n}", f"1080{n}") for n in range(5))]
    receive(policy("block"))
    ids = [one.id for one in pages]
    with count_queries() as queries:
        assert list(notices.against(pages)) == ids[:1]
    assert len(queries) == 1


def test_a_time_far_ahead_does_not_outlast_what_comes_later(receive, page):
    ahead = int((utcnow() + timedelta(days=900)).timestamp() * 1000)
    receive(policy("block", ahead))
    receive(policy("unblock", int((utcnow() + timedelta(minutes=6)).timestamp() * 1000)))
    assert standing(page) == []


def test_words_without_end_are_cut(receive, page):
    receive(policy("block", reason="x" * 5000))
    assert len(silence.of(page).notice.what) == notices.MOST


class TestComposer:
    @pytest.fixture
    def peter(self, page):
        return cast.conversation(cast.contact(page))

    def test_a_restricted_page_locks_the_composer_and_says_until_when(self, as_gail, receive, peter):
        until = soon()
        receive(integrity("restricted", seconds_ago(5), restriction(until=until)))
        text = as_gail.get(f"/conversations/{peter.id}").text
        assert "Meta has restricted this page in sending messages through apps." in text
        assert f"It ends on {datetime.fromtimestamp(until, UTC):%-d %B %Y, %H:%M} UTC." in text
        assert "A page administrator can appeal" in text
        assert as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "Hi"}).status_code == 422

    def test_whoever_may_see_gateways_is_led_to_the_pages_health(self, as_ada, as_gail, receive, peter, page):
        receive(policy("block"))
        address = f"/gateways/{page.gateway_id}/pages/{page.id}/health"
        assert address in as_ada.get(f"/conversations/{peter.id}").text
        assert address not in as_gail.get(f"/conversations/{peter.id}").text

    def test_on_instagram_only_a_suspended_page_is_locked(self, as_gail, receive, page):
        talk = cast.conversation(cast.contact(page, channel="instagram", meta_id="179"))
        address = f"/conversations/{talk.id}/messages"
        receive(policy("block"))
        assert as_gail.post(address, data={"text": "Hi"}).status_code == 303
        receive(integrity("suspended", seconds_ago(5)))
        assert as_gail.post(address, data={"text": "Hi"}).status_code == 422

    def test_the_end_of_the_block_opens_it_again(self, as_gail, receive, peter):
        receive(policy("block"), policy("unblock", NOON + 1000))
        assert as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "Hi"}).status_code == 303
