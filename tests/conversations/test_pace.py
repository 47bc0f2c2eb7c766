"""How fast messages leave: Meta's limits per page and per app, for all workers together (contract 7.6)."""

import json
from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.sending import SEND, let_pass, pauses, refusal, send, write
from webgateway.conversations import outgoing, pace
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow

OTHER = "http://127.0.0.1:9/v26.0/102938475610294/messages"
THROTTLED = refusal(613, message="(#613) Calls to this api have exceeded the rate limit.")
APP_LIMIT = refusal(4, message="(#4) Application request limit reached")
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def neighbour(page):
    """Another customer of the same page."""
    return cast.conversation(cast.contact(page, "Maya Ruiz", "7392015648120395"))


def talk_on(gateway, requests_mock):
    """On another page."""
    page = cast.page(gateway, "Cisco Cats", "102938475610294")
    account = cast.account(gateway, "Marco Rossi", "4705278912843592")
    cast.grant(page, account, "EAA-other-token")
    requests_mock.post(OTHER, json={"message_id": "m_other"})
    return cast.conversation(cast.contact(page))


def used(app: int = 0, messenger: int = 0, minutes: int = 0) -> dict[str, str]:
    limit = {"type": "messenger", "call_count": messenger, "estimated_time_to_regain_access": minutes}
    return {
        "X-App-Usage": json.dumps({"call_count": app, "total_time": 1}),
        "X-Business-Use-Case-Usage": json.dumps({"1080": [limit]}),
    }


def test_one_parts_throttling_holds_back_the_others_of_its_page_and_nobody_else(
    talk, neighbour, gateway, requests_mock
):
    requests_mock.post(SEND, **THROTTLED)
    write(talk), write(neighbour)
    write(talk_on(gateway, requests_mock))
    assert send().state == "waiting"
    assert send().state == "sent", "the other page's"
    assert outgoing.claim() is None
    assert sum(request.url.startswith(SEND) for request in requests_mock.request_history) == 1


def test_a_limit_of_the_app_holds_back_all_its_pages_and_no_other_app(talk, gateway, requests_mock):
    requests_mock.post(SEND, **APP_LIMIT)
    write(talk)
    assert send().state == "waiting"
    write(talk_on(gateway, requests_mock))
    assert outgoing.claim() is None
    elsewhere = cast.gateway("Sales", app_id="2029384756102930")
    page = cast.page(elsewhere, "Sales", "102938475610295")
    cast.grant(page, cast.account(elsewhere), "EAA-sales")
    requests_mock.post("http://127.0.0.1:9/v26.0/102938475610295/messages", json={"message_id": "m_3"})
    write(cast.conversation(cast.contact(page)))
    assert send().state == "sent"


def test_meta_says_when_it_takes_messages_again(talk, requests_mock):
    requests_mock.post(SEND, **THROTTLED, headers=used(minutes=19))
    write(talk)
    send()
    assert 19 * MINUTE - SECOND < pauses()[0] < 23 * MINUTE


def test_without_a_word_from_meta_the_pause_grows_and_burns_no_attempt(talk, requests_mock):
    requests_mock.post(SEND, **THROTTLED)
    message = write(talk)
    lengths = []
    for passed in (0, 37, 60, 200, 1000, 2000, 2000, 2000):
        let_pass(message, seconds=passed)
        assert send().state == "waiting"
        lengths.append(pauses()[0] / SECOND)
    assert 29 < lengths[0] < 37
    assert lengths[:5] == sorted(lengths[:5])
    assert max(lengths) < 15 * 60 * 1.21
    assert message.parts[0].attempts == 0
    requests_mock.post(SEND, json={"message_id": "m_1"})
    let_pass(message, seconds=2000)
    assert send().state == "sent"


def test_a_pause_outlasts_no_24_hours(talk, requests_mock):
    requests_mock.post(SEND, **THROTTLED)
    message = write(talk)
    send()
    let_pass(message, hours=24)
    part = send()
    assert part.state == "failed"
    assert "24 hours" in part.error
    assert requests_mock.call_count == 1


def test_a_longer_pause_is_not_shortened_by_a_shorter_one(talk, page, requests_mock):
    requests_mock.post(SEND, **THROTTLED, headers=used(minutes=60))
    write(talk)
    send()
    pace.heed(page, {"business": {"1080": [{"type": "messenger", "call_count": 95}]}})
    assert pauses()[0] > 59 * MINUTE


@pytest.mark.parametrize(
    ("headers", "of_page", "of_app"),
    [
        (used(app=89, messenger=89), 0, 0),
        (used(app=90), 0, 10),
        (used(messenger=90), 10, 0),
        (used(app=95, messenger=99), 10, 10),
        (used(app=100), 0, 30),
        (used(messenger=100), 30, 0),
        (used(messenger=100, minutes=7), 7 * 60, 0),
        ({"X-App-Usage": "?", "X-Business-Use-Case-Usage": "[]"}, 0, 0),
    ],
)
def test_near_a_limit_we_slow_down_before_meta_refuses(talk, requests_mock, headers, of_page, of_app):
    requests_mock.post(SEND, json={"message_id": "m_1"}, headers=headers)
    write(talk)
    assert send().state == "sent"
    for expected, pause in zip((of_page, of_app), pauses(), strict=True):
        if expected:
            assert expected - 1 < pause / SECOND < expected * 1.2
        else:
            assert pause is None


def test_a_page_sends_no_more_a_second_than_meta_takes(page, talk):
    assert pace.PER_SECOND < 300
    before = utcnow()
    for number in range(3):
        write(cast.conversation(cast.contact(page, "Maya", f"7392{number}")))
        outgoing.claim()
    db.session.expire_all()
    assert page.next_send_at - before >= 3 * SECOND / pace.PER_SECOND


def test_the_pace_is_kept_whatever_the_number_of_workers_and_nothing_is_held_meanwhile(
    talk, page, monkeypatch
):
    """Other workers have taken the places of the next 300 ms."""
    taken = utcnow() + timedelta(milliseconds=300)
    page.next_send_at = taken
    write(talk)
    honest, held = outgoing.time.sleep, []
    monkeypatch.setattr(
        outgoing.time, "sleep", lambda seconds: (held.append(db.session().in_transaction()), honest(seconds))
    )
    assert outgoing.claim()
    assert utcnow() >= taken
    assert held == [False]
    db.session.expire_all()
    assert page.next_send_at == taken + pace.STEP


def test_a_clock_that_is_an_hour_ahead_elsewhere_does_not_stop_a_page(talk, page):
    page.next_send_at = utcnow() + timedelta(hours=1)
    write(talk)
    before = utcnow()
    assert outgoing.claim()
    assert utcnow() - before < 2 * SECOND


def test_looking_for_the_next_part_does_not_cost_more_when_more_wait_on_a_paused_page(
    app, talk, page, gateway, requests_mock, count_queries
):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite counts its steps for us")
    page.sends_paused_until = utcnow() + timedelta(hours=1)
    write(talk_on(gateway, requests_mock))

    def steps() -> int:
        counted = []
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
        raw.set_progress_handler(lambda: counted.append(1), 10)
        try:
            part = db.session.get(Part, outgoing.claim())
        finally:
            raw.set_progress_handler(None, 0)
        part.leased_until = part.leased_by = None
        db.session.commit()
        return len(counted)

    def wait(number: int) -> None:
        message = write(talk)
        kept = {"message_id": message.id, "conversation_id": talk.id, "page_id": page.id, "text": "x"}
        rows = [{**kept, "position": 1 + n, "key": f"{message.id}-{n}"} for n in range(number)]
        db.session.execute(db.insert(Part), rows)
        db.session.commit()

    wait(100)
    few = steps()
    wait(5000)
    assert few > 5
    assert steps() < few * 1.5


def test_every_page_has_its_turn_however_many_wait_on_another(talk, page, gateway, requests_mock):
    requests_mock.post(SEND, json=lambda *_: {"message_id": f"m_{requests_mock.call_count}"})
    for _ in range(5):
        write(talk)
    other = talk_on(gateway, requests_mock)
    write(other)
    pages = [send().page_id for _ in range(3)]
    assert other.page_id in pages[:2]
