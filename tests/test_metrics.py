"""What Prometheus reads: the sum of all processes, the work that waits, nothing that names anybody."""

import os
import re
import struct
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from tests import cast
from tests.conversations import kept
from tests.deliveries import delivery, post, text
from tests.serving import at_work, eventually_kept
from tests.test_health import hanging
from tests.workspace.desk import waits
from webgateway import counting, gauges, metrics
from webgateway.conversations import outgoing
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.heartbeat import beat
from webgateway.journal import reading, taking
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import Page
from webgateway.settings import ROOT

MESSAGES = "http://127.0.0.1:9/v26.0/102938475610293/messages"


@pytest.fixture
def value(visitor):
    """Of the series by its name and labels as /metrics writes them; 0 where there is none."""

    def of(series: str) -> float:
        shown = visitor.get("/metrics").text
        found = re.search(rf"^{re.escape(series)} (\S+)$", shown, re.MULTILINE)
        return float(found[1]) if found else 0

    return of


@pytest.fixture
def page(app):
    page = cast.page(cast.gateway())
    cast.grant(page, cast.account(page.gateway))
    return page


def counted_elsewhere(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """By a process of its own, which has ended."""
    return subprocess.run(
        [sys.executable, "-c", f"from webgateway import counting, metrics\n{code}"],
        cwd=ROOT,
        env={**os.environ, counting.FOLDER: str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_metrics_are_for_loopback_only(visitor):
    assert visitor.get("/metrics").status_code == 200
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    assert visitor.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403


def test_every_metric_says_what_it_is_and_its_unit(visitor, page, work):
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    work()
    shown = visitor.get("/metrics").text
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", shown, re.MULTILINE):
        assert re.search(rf"^# HELP {name} [A-Z].{{10,}}$", shown, re.MULTILINE), name
        assert name.startswith("webgateway_")
        assert kind != "counter" or name.endswith("_total")
        assert kind != "histogram" or name.endswith("_seconds")


def test_a_counter_is_shown_before_it_counts(visitor):
    shown = visitor.get("/metrics").text
    for answer in ("kept", "refused", "not_json", "too_large", "unavailable"):
        assert f'webgateway_deliveries_total{{answer="{answer}"}}' in shown
    for outcome in ("done", "duplicate", "ignored", "failed"):
        assert f'webgateway_events_total{{outcome="{outcome}"}}' in shown


def test_events_are_counted_by_outcome(visitor, page, value, work):
    done, ignored = 'webgateway_events_total{outcome="done"}', 'webgateway_events_total{outcome="ignored"}'
    before = value(done), value(ignored)
    post(visitor, page.gateway, delivery(text("Hi", "m_1"), text("Hi", "m_2", by="77")))
    post(visitor, page.gateway, delivery(text("Hi", "m_3"), page="404"))
    work(reading, taking)
    assert (value(done) - before[0], value(ignored) - before[1]) == (2, 1)


def test_sends_are_counted_by_metas_code(page, value, requests_mock):
    sent = 'webgateway_sends_total{code="",kind="",result="sent"}'
    again = 'webgateway_sends_total{code="613",kind="throttled",result="again"}'
    strange = 'webgateway_sends_total{code="other",kind="our_bug",result="failed"}'
    before = value(sent), value(again), value(strange)
    talk = cast.conversation(cast.contact(page))
    for answer in ({"message_id": "m_9"}, _refusal(613), _refusal(987654)):
        outgoing.write(talk, "Hello", "agent", cast.person("Gail"))
        db.session.commit()
        requests_mock.post(MESSAGES, json=answer, status_code=400 if "error" in answer else 200)
        outgoing.work(outgoing.claim())
        db.session.execute(db.update(Part).where(Part.state == "waiting").values(state="sent"))
        db.session.execute(db.update(Page).values(sends_paused_until=None))
        db.session.commit()
    assert (value(sent), value(again), value(strange)) == (before[0] + 1, before[1] + 1, before[2] + 1)


def _refusal(code: int) -> dict[str, object]:
    return {"error": {"message": "no", "code": code}}


def test_calls_of_meta_are_measured_by_their_path_without_ids(page, value, requests_mock):
    series = 'webgateway_graph_seconds_count{method="POST",path="/{id}/messages"}'
    before = value(series)
    app_usage, messenger = '{"call_count": 28}', '{"210": [{"type": "messenger", "total_time": 71}]}'
    headers = {"x-app-usage": app_usage, "x-business-use-case-usage": messenger}
    requests_mock.post(MESSAGES, json={"message_id": "m_9"}, headers=headers)
    outgoing.write(cast.conversation(cast.contact(page)), "Hello", "agent", cast.person("Gail"))
    db.session.commit()
    outgoing.work(outgoing.claim())
    assert value(series) == before + 1
    assert value('webgateway_graph_usage_percent{limit="app",measure="call_count"}') == 28
    assert value('webgateway_graph_usage_percent{limit="messenger",measure="total_time"}') == 71


def test_requests_are_measured_by_endpoint_and_kind_of_status(visitor, value):
    series = 'webgateway_http_request_seconds_count{endpoint="none",status="4xx"}'
    before = value(series)
    for path in ("/no/such/page", "/nor/this"):
        visitor.get(path)
    assert value(series) == before + 2


def test_work_is_measured_by_its_kind_and_defects_are_counted(app, visitor, page, value, monkeypatch):
    measured = 'webgateway_job_seconds_count{kind="reading"}'
    failed = 'webgateway_job_failures_total{kind="taking"}'
    before = value(measured), value(failed)

    def broken(*_: object) -> None:
        raise ValueError("a defect of ours")

    monkeypatch.setattr(taking.incoming, "take", broken)
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    with at_work(app):
        eventually_kept(lambda: db.session.query(Event).filter_by(attempts=1).count() == 1)
        eventually_kept(lambda: value(failed) == before[1] + 1)
    assert value(measured) == before[0] + 1


def test_what_waits_is_counted_with_the_age_of_the_oldest(app, visitor, page, value):
    post(visitor, page.gateway, delivery(text("Hi", "m_1"), text("You", "m_2")))
    db.session.execute(db.update(Delivery).values(received_at=utcnow() - timedelta(minutes=5)))
    db.session.commit()
    assert value('webgateway_waiting{what="deliveries"}') == 1
    assert 300 <= value('webgateway_oldest_waiting_seconds{what="deliveries"}') < 330
    reading.work(reading.claim())
    assert value('webgateway_waiting{what="deliveries"}') == 0
    assert value('webgateway_oldest_waiting_seconds{what="deliveries"}') == 0
    assert value('webgateway_waiting{what="events"}') == 2
    assert 300 <= value('webgateway_oldest_waiting_seconds{what="events"}') < 330
    message = outgoing.write(cast.conversation(cast.contact(page)), "Hello", "agent", cast.person("Gail"))
    message.created_at = utcnow() - timedelta(minutes=1)
    db.session.commit()
    assert value('webgateway_waiting{what="parts"}') == 1
    assert 60 <= value('webgateway_oldest_waiting_seconds{what="parts"}') < 90


def test_what_a_person_must_judge_is_counted(app, visitor, page, value):
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    reading.work(reading.claim())
    post(visitor, page.gateway, delivery(text("You", "m_2")))
    outgoing.write(cast.conversation(cast.contact(page)), "Hello", "agent", cast.person("Gail"))
    db.session.execute(db.update(Delivery).where(Delivery.state == "waiting").values(state="failed"))
    db.session.execute(db.update(Event).values(outcome="failed"))
    db.session.execute(db.update(Part).values(state="unclear"))
    db.session.commit()
    assert value('webgateway_dead_letters{what="deliveries"}') == 1
    assert value('webgateway_dead_letters{what="events"}') == 1
    assert value("webgateway_parts_unclear") == 1


def test_recoveries_under_way_are_counted_with_the_age_of_the_oldest(app, visitor, page, value):
    assert value('webgateway_waiting{what="comparisons"}') == 0
    begun = kept.begin(page.gateway)
    begun.created_at = utcnow() - timedelta(minutes=10)
    db.session.commit()
    assert value('webgateway_waiting{what="comparisons"}') == 1
    assert 600 <= value('webgateway_oldest_waiting_seconds{what="comparisons"}') < 630


def test_comparisons_that_ended_are_counted_by_how(app, visitor, page, value, requests_mock):
    done, failed = (f'webgateway_comparisons_total{{result="{result}"}}' for result in ("done", "failed"))
    before = value(done), value(failed)
    meta = kept.Kept(requests_mock)
    kept.begin(page.gateway)
    kept.run()
    meta.refusals.append({"message": "no", "code": 200})
    kept.begin(page.gateway)
    kept.run()
    page.grants[0].dead_since = utcnow()
    kept.begin(page.gateway)
    kept.run()
    assert (value(done) - before[0], value(failed) - before[1]) == (1, 2)
    assert value('webgateway_waiting{what="comparisons"}') == 0


def test_the_age_of_the_workers_sign_of_life_is_shown(app, visitor, value):
    assert value("webgateway_workers") == 0
    assert "webgateway_worker_seen_seconds" not in visitor.get("/metrics").text
    beat("here:1")
    assert value("webgateway_workers") == 1
    assert 0 < value("webgateway_worker_seen_seconds") < 20


def test_no_look_reads_a_whole_table(app, visitor):
    """Each begins at an index that holds only what waits, failed or is unclear."""
    looks: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_):  # type: ignore[no-untyped-def]
        if re.search(r"FROM (deliveries|events|parts|messages|comparisons|conversations)", statement):
            looks.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    visitor.get("/metrics")
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(looks) == 12
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # the tables are empty
        for statement, parameters in looks:
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement, parameters)
            plan = "\n".join(str(row) for row in rows)
            assert re.search(r"(ix|uq)_\w+_(waiting|due|failed|unclear|unread|queued)\b", plan), plan
            assert "Seq Scan" not in plan, plan


def test_what_waits_for_agents_and_who_is_there_is_counted(page, value):
    gail, sales = cast.agent("Gail"), cast.queue("Sales", cast.agent("Hugo", "not_ready"))
    cast.agent("Iris", seen_at=utcnow() - timedelta(minutes=2))
    waits(page, sales, 10)
    waits(page, sales, 5)
    waits(page, sales, 90, held_until=utcnow() + timedelta(hours=1))
    waits(page, sales, 90, agent=gail)
    assert value("webgateway_queued") == 2
    assert 600 <= value("webgateway_longest_wait_seconds") < 630
    assert value('webgateway_agents{state="ready"}') == 1
    assert value('webgateway_agents{state="not_ready"}') == 1
    assert value('webgateway_offers_total{outcome="accepted"}') >= 0


def test_counters_are_shown_while_the_database_hangs(app, visitor, value, monkeypatch):
    monkeypatch.setattr(gauges, "WITHIN", 0.3)
    with hanging():
        began = time.monotonic()
        assert value('webgateway_up{what="database"}') == 0
        shown = visitor.get("/metrics").text
        assert time.monotonic() - began < 15  # the database is silent for 30
    assert 'webgateway_up{what="database"} 0.0' in shown
    assert "webgateway_side_work_waiting 0.0" in shown
    assert "webgateway_deliveries_total" in shown


def test_what_another_process_counts_is_in_the_sum_and_outlives_it(tmp_path, monkeypatch):
    counted_elsewhere(tmp_path, "metrics.deliveries.labels('kept').inc(3)")
    observed = "metrics.door.observe(0.004)"
    counted_elsewhere(tmp_path, f"metrics.deliveries.labels('kept').inc(4); {observed}")
    monkeypatch.setenv(counting.FOLDER, str(tmp_path))
    before = counting.exposition([])
    assert b'webgateway_deliveries_total{answer="kept"} 7.0' in before
    assert b'webgateway_door_seconds_bucket{le="0.005"} 1.0' in before
    counting.bury_the_dead()
    assert {file.name for file in tmp_path.glob("*.db")} == {"counter_gone.db", "histogram_gone.db"}
    counted_elsewhere(tmp_path, "metrics.deliveries.labels('kept').inc()")
    after = counting.exposition([])
    assert b'webgateway_deliveries_total{answer="kept"} 8.0' in after
    assert b'webgateway_door_seconds_bucket{le="0.005"} 1.0' in after


def test_a_process_that_lives_is_not_buried(tmp_path, monkeypatch):
    monkeypatch.setenv(counting.FOLDER, str(tmp_path))
    alive = tmp_path / f"counter_{counting.process()}.db"
    counting.reserve(alive)
    counting.bury_the_dead()
    assert alive.exists()


def test_a_file_that_cannot_be_read_is_left_out_of_the_sum(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv(counting.FOLDER, str(tmp_path))
    counted_elsewhere(tmp_path, "metrics.deliveries.labels('kept').inc()")
    (tmp_path / f"counter_{counting.HOST}-4194305.db").write_bytes(
        struct.pack("iii", 64, 0, 10**6) + bytes(52)
    )
    counting.bury_the_dead()
    assert b'answer="kept"} 1.0' in counting.exposition([])
    assert "what process 4194305 counted is lost" in caplog.text


def test_a_file_has_its_space_before_the_first_count(tmp_path):
    """A write into a map with no disk behind it would kill the process."""
    counted_elsewhere(tmp_path, "metrics.deliveries.labels('kept').inc()")
    (file,) = tmp_path.glob("counter_*.db")
    assert file.stat().st_blocks * 512 >= counting.SPACE


def test_where_no_file_can_be_had_a_process_counts_unseen_and_lives():
    code = "kept = metrics.deliveries.labels('kept')\nkept.inc(); kept.inc(); print(kept._value.get())"
    ended = counted_elsewhere(Path("/dev/null/metrics"), code)
    assert ended.stdout == "2.0\n"
    assert "counts unseen" in ended.stderr


def test_counting_costs_microseconds(app):
    kept = metrics.deliveries.labels("kept")
    best = min(_seconds(lambda: [kept.inc(0) for _ in range(1000)]) for _ in range(20))
    assert best < 0.01, "a thousand"


def _seconds(what) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    what()
    return time.perf_counter() - began
