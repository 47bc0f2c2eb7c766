"""Many deliveries, one commit: whoever waits is told the truth about its own row."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from webgateway.journal import commits
from webgateway.journal.commits import GroupCommit

BAD = IntegrityError("INSERT", None, Exception("refused"))


class Table:
    """Keeps what is written; the first commit waits until `go` is set."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.commits: list[list[str]] = []
        self.began, self.go = threading.Event(), threading.Event()

    def write(self, rows: list[str]) -> None:
        self.began.set()
        self.go.wait(5)
        if self.refuses and self.refuses in rows:
            raise BAD
        self.commits.append(list(rows))


@pytest.fixture
def table():
    return Table()


def test_what_arrives_during_a_commit_goes_into_the_next_one_together(table):
    group = GroupCommit(table.write)
    first = group.add("a")
    table.began.wait(5)
    later = [group.add(row) for row in "bcd"]
    assert not first.kept()
    table.go.set()
    assert all(place.kept(within=5) for place in [first, *later])
    assert table.commits == [["a"], ["b", "c", "d"]]


def test_what_comes_soon_after_a_commit_began_shares_the_next_one(table, monkeypatch):
    monkeypatch.setattr(commits, "REST", 0.5)
    table.go.set()
    group = GroupCommit(table.write)
    assert group.add("a").kept(within=0.4), "whoever comes first waits for nobody"
    places = [group.add("b")]
    time.sleep(0.05)
    places.append(group.add("c"))
    assert all(place.kept(within=5) for place in places)
    assert table.commits == [["a"], ["b", "c"]]


def test_nobody_is_told_kept_before_the_commit_is_through(table):
    place = GroupCommit(table.write).add("a")
    table.began.wait(5)
    assert not place.kept(within=0.05)
    table.go.set()
    assert place.kept(within=5)


def test_a_row_that_the_database_refuses_does_not_take_its_neighbours_along():
    table = Table(refuses="bad")
    group = GroupCommit(table.write)
    group.add("first")
    table.began.wait(5)
    places = [group.add(row) for row in ("good", "bad", "too")]
    table.go.set()
    assert [place.kept(within=5) for place in places] == [True, False, True]
    assert table.commits == [["first"], ["good"], ["too"]]


def test_when_nothing_can_be_written_all_of_the_batch_are_told_and_the_next_one_is_tried():
    answers = iter([OperationalError("INSERT", None, Exception("disk full")), None])

    def write(_rows: list[str]) -> None:
        error = next(answers)
        if error:
            raise error

    group = GroupCommit(write)
    assert not group.add("a").kept(within=5)
    assert group.add("b").kept(within=5)


def test_a_commit_does_not_grow_without_bound(table, monkeypatch):
    monkeypatch.setattr(commits, "MOST", 2)
    group = GroupCommit(table.write)
    places = [group.add("a")]
    table.began.wait(5)
    places += [group.add(row) for row in "bcdef"]
    table.go.set()
    assert all(place.kept(within=5) for place in places)
    assert [len(rows) for rows in table.commits] == [1, 2, 2, 1]


def test_every_one_of_many_threads_gets_its_own_answer():
    table = Table(refuses="number 7")
    table.go.set()
    group = GroupCommit(table.write)
    with ThreadPoolExecutor(16) as threads:
        kept = list(threads.map(lambda n: group.add(f"number {n}").kept(within=5), range(200)))
    assert [n for n, one in enumerate(kept) if not one] == [7]
    assert sorted(row for rows in table.commits for row in rows) == sorted(
        f"number {n}" for n in range(200) if n != 7
    )


def test_its_thread_ends_when_it_is_stopped_and_begins_anew_when_needed(table):
    table.go.set()
    group = GroupCommit(table.write)
    assert group.add("a").kept(5)
    thread = group.thread
    group.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert group.add("b").kept(5)
    group.stop()
