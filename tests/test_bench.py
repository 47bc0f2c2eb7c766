"""The bench's own arithmetic, its stream and its report: so that it measures what it says."""

import asyncio
import hmac
import json
import math
import re

import pytest

from tests import cast
from tests.bench import desks, load, pages, report, signed, tables, workspace
from tests.bench.bare import app as bare
from tests.bench.line import Line
from tests.bench.measure import QUICK, Findings, Row, Scale, Table, Times, percentile
from tests.bench.pages import Found
from tests.bench.tables import Sizes
from tests.cast import APP_SECRET
from tests.serving import free_port, served
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db
from webgateway.journal.models import Event


def test_a_percentile_is_a_value_that_was_measured():
    hundred = list(range(100, 0, -1))
    assert percentile(hundred, 0.5) == 50
    assert percentile(hundred, 0.99) == 99
    assert percentile([7.0], 0.99) == 7.0
    assert math.isnan(percentile([], 0.5))


def test_one_slow_round_does_not_make_the_number():
    times = Times([[1.0] * 10, [9.0] * 10, [2.0] * 10])
    assert times.p50 == times.p99 == 2.0


class Turns:
    """Who reads what; the first reading takes a second, each one more than the one before."""

    asked: list[tuple[str, str]] = []

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, path: str) -> float:
        self.asked.append((self.name, path))
        return float(len(self.asked))


def test_each_round_has_every_page_by_turns_so_that_a_slow_moment_is_not_one_page_s():
    full, tenth = Turns("full"), Turns("tenth")
    scale = Scale(rounds=2, loads=1)
    first, _ = pages.read("register", {"first": "/1", "last": "/2"}, [full, tenth], scale)  # type: ignore[list-item]
    a_round = [("full", "/1"), ("tenth", "/1"), ("full", "/2"), ("tenth", "/2")]
    assert Turns.asked[-8:] == a_round * 2
    warm_up = len(Turns.asked) - 8
    assert first.full.rounds == ([warm_up + 1.0], [warm_up + 5.0])
    assert first.tenth.rounds == ([warm_up + 2.0], [warm_up + 6.0])


def test_a_delivery_is_as_long_as_meta_s_signed_and_like_no_other():
    (first, one), (second, other) = (next(signed.deliveries("/hook")) for _ in range(2))
    head, _, body = one.partition(b"\r\n\r\n")
    assert len(body) == signed.SIZE
    assert hmac.digest(APP_SECRET.encode(), body, "sha256").hex().encode() in head
    mids = [re.search(rb'"mid":"(m_\d+)"', raw).group(1).decode() for raw in (one, other)]
    assert mids == [signed.MID % first, signed.MID % second]
    assert json.loads(body)["entry"][0]["messaging"][0]["message"]["mid"] == mids[0]


def test_the_stream_counts_what_is_answered_with_200_and_what_is_not():
    port = free_port()
    with served(bare, port):
        measured = load.closed(port, "/hook", 0.2)
        elsewhere = load.closed(port, "/nowhere", 0.2)
    assert len(measured.answered) == len(set(measured.answered)) == len(measured.times) > 0
    assert measured.refused == measured.lost == 0
    assert elsewhere.refused > 0
    assert not elsewhere.answered


def test_a_paced_stream_sends_as_many_as_are_due_and_counts_from_then():
    port = free_port()
    with served(bare, port):
        measured = load.paced(port, "/hook", 0.5, per_second=100)
    assert len(measured.answered) == 50
    assert min(measured.times) > 0


def test_an_answer_is_complete_with_its_last_byte():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
    assert not load.complete(head)
    assert not load.complete(head + b"\r\nO")
    assert load.complete(head + b"\r\nOK")
    assert load.complete(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("full", "tenth", "grows"), [(0.030, 0.010, True), (0.011, 0.010, False), (0.004, 0.002, False)]
)
def test_a_page_grows_when_it_takes_longer_on_ten_times_the_rows(full, tenth, grows):
    assert Found("table", "page", Times([[full]]), Times([[tenth]])).grows is grows


def test_the_report_says_what_holds_what_does_not_and_on_which_machine():
    rows = [
        Row("door", "at least 0.90 ×", "0.95 ×", True),
        Row("p99", "under 25 ms", "31 ms", False),
        Row("kill", "nothing lost", "not measured", None),
    ]
    found = Findings(rows, [Table("Receivers", ("receiver", "ratio"), [("ours | theirs", "0.95")])])
    text = report.markdown(found, Scale(), 600, [("cores", "2")])
    assert "| door | at least 0.90 × | 0.95 × | holds |" in text
    assert "| p99 | under 25 ms | 31 ms | FALLS SHORT |" in text
    assert "| kill | nothing lost | not measured | – |" in text
    assert "| ours \\| theirs | 0.95 |" in text
    assert "| cores | 2 |" in text
    assert "the median of 5 rounds" in text
    assert "What was tried and did not pay" in text
    assert "FALLS SHORT" in report.plain(found)


def test_the_full_tables_fit_together(app, gateway, as_ada):
    cast.page(gateway)
    tables.rows(Sizes(gateways=50, pages=40, messages=400, events=80))
    db.session.commit()
    assert db.session.query(Message).count() == 400
    assert db.session.query(Event).count() == 80
    assert db.session.query(Conversation).filter_by(closed_at=None).count() == 2
    for path in ("/gateways/?page=3", f"/gateways/{gateway.id}/pages", "/conversations/1", "/journal/"):
        assert as_ada.get(path).status_code == 200


def test_a_small_contact_centre_loses_nothing(tmp_path):
    found = workspace.measure(tmp_path, None, QUICK)
    assert "0 lost, 0 unseen" in found.rows[0].measured
    (cells,) = found.tables[0].rows
    shown = dict(zip(found.tables[0].columns, cells, strict=True))
    assert int(shown["accepted"]) > 0
    assert int(shown["closed"]) > 0


def test_an_agent_who_is_cancelled_in_the_moment_its_answer_comes_ends_all_the_same():
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def ask_and_cancel(port: int, moments: int) -> None:
        line = Line(port)
        asking = asyncio.ensure_future(line.ask("GET", "/"))
        while line.reader is None:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        line.reader.feed_data(b"HTTP/1.1 204 No Content\r\n\r\n")
        for _ in range(moments):
            await asyncio.sleep(0)
        cancelled = asking.cancel()
        await asyncio.wait({asking})
        line.writer.close()
        assert asking.cancelled() is cancelled

    async def day() -> None:
        port = free_port()
        async with await asyncio.start_server(silent, "127.0.0.1", port):
            for moments in range(6):
                await ask_and_cancel(port, moments)

    asyncio.run(asyncio.wait_for(day(), 10))


def test_what_an_agent_failed_with_is_raised_at_the_end_of_the_day():
    async def broken() -> None:
        raise desks.Refused("stream: 500")

    async def day() -> None:
        tasks = [asyncio.ensure_future(agent) for agent in (asyncio.sleep(60), broken())]
        await asyncio.sleep(0)
        await workspace.all_ended(tasks)

    with pytest.raises(desks.Refused):
        asyncio.run(day())
