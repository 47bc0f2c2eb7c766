"""The door against receivers that store nothing, turn by turn in one run."""

import re
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import load, rivals, slow_disk
from tests.bench.installation import Installation, installed
from tests.bench.load import Measured
from tests.bench.measure import Findings, Row, Scale, Table, Times, ms, rate
from tests.bench.postgresql import Server
from tests.bench.processes import NotStarted, answering, running
from tests.serving import free_port
from webgateway.settings import ROOT

BARE = "bare Flask view"
SQLITE = "our door on SQLite"
POSTGRESQL = "our door on PostgreSQL"
NOTHING = "nothing"
NUMBER = re.compile(rb'"mid":"m_(\d{20})"')
STORES = {SQLITE: "each, before its 200", POSTGRESQL: "each, before its 200"}


@dataclass
class Contender:
    port: int
    path: str
    installation: Installation | None = None
    rounds: list[Measured] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    """All that it ever answered with 200."""

    def load(self, seconds: float) -> Measured:
        return self._note(load.closed(self.port, self.path, seconds))

    def paced(self, seconds: float, per_second: float) -> Measured:
        return self._note(load.paced(self.port, self.path, seconds, per_second))

    def _note(self, measured: Measured) -> Measured:
        self.answered.update(measured.answered)
        return measured

    @property
    def per_second(self) -> float:
        return statistics.median(one.per_second for one in self.rounds)

    @property
    def times(self) -> Times:
        return Times([one.times for one in self.rounds])


Contenders = dict[str, Contender]


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    found = Findings()
    with ExitStack() as stack:
        contenders = {BARE: stack.enter_context(bare())}
        contenders[SQLITE] = stack.enter_context(ours(folder / "door-sqlite"))
        if server:
            url = server.database("door")
            contenders[POSTGRESQL] = stack.enter_context(ours(folder / "door-postgresql", url))
        absent = _rivals(stack, contenders)
        turn_by_turn(contenders, scale)
        found.rows.append(against(contenders, SQLITE, 0.90, "(goal 1.5 ×)"))
        found.rows.append(against(contenders, POSTGRESQL, 0.60))
        found.tables.append(_receivers("Receivers, side by side", contenders, absent))
        if server:
            server.settle()
        calm = at_half({name: one for name, one in contenders.items() if one.installation}, scale)
        missing = _missing(contenders)
    slow, table = on_a_slow_disk(folder, scale)
    found.rows.append(slow)
    found.rows += calm
    found.rows.append(missing)
    found.tables += table
    return found


def turn_by_turn(contenders: Contenders, scale: Scale) -> None:
    for contender in contenders.values():
        contender.load(min(1.0, scale.seconds))  # to warm up
    for _ in range(scale.rounds):
        for contender in contenders.values():
            contender.rounds.append(contender.load(scale.seconds))


def against(contenders: Contenders, name: str, bar: float, goal: str = "", where: str = "") -> Row:
    measure = f"durable signed webhook, {name}{where}, against a bare Flask view that stores nothing"
    wanted = f"at least {bar:.2f} × {goal}".strip()
    if name not in contenders:
        return Row(measure, wanted, "not measured: PostgreSQL is not installed", None)
    ours, theirs = contenders[name].per_second, contenders[BARE].per_second
    ratio = ours / theirs
    return Row(measure, wanted, f"{ratio:.2f} × ({rate(ours)} / {rate(theirs)} per second)", ratio >= bar)


def on_a_slow_disk(folder: Path, scale: Scale) -> tuple[Row, list[Table]]:
    where = " with 2 ms added to every fsync"
    library = slow_disk.shim(folder / "slow-disk")
    if library is None:
        why = "not measured: no C compiler, or the shim has no effect here"
        return Row(f"durable signed webhook, {SQLITE}{where}", "at least 0.40 ×", why, None), []
    preload = {"LD_PRELOAD": str(library)}
    with bare(**preload) as view, ours(folder / "door-slow", **preload) as door:
        contenders = {BARE: view, SQLITE: door}
        turn_by_turn(contenders, scale)
    title = "The same with 2 ms added to every fsync and fdatasync, for both"
    return against(contenders, SQLITE, 0.40, where=where), [_receivers(title, contenders, {})]


@contextmanager
def bare(**environment: str) -> Iterator[Contender]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        given = {**rivals.environment(port), "PYTHONPATH": str(ROOT), **environment}
        with running(rivals.bare(port), Path(folder), given) as process:
            answering(port, "/", process)
            yield Contender(port, "/hook")


@contextmanager
def ours(folder: Path, database_url: str | None = None, **environment: str) -> Iterator[Contender]:
    with installed(folder, database_url) as installation, installation.web(**environment):
        yield Contender(installation.port, installation.path, installation)


@contextmanager
def rival(found: rivals.Rival) -> Iterator[Contender]:
    port = free_port()
    with running(found.command, found.folder, rivals.environment(port)) as process:
        answering(port, "/", process)
        contender = Contender(port, "/hook")
        if not contender.load(0.2).answered:
            raise NotStarted("it does not take a signed delivery")
        yield contender


def _rivals(stack: ExitStack, contenders: Contenders) -> dict[str, str]:
    """Adds those that run; the reason of each that does not."""
    absent = {}
    wanted: dict[str, Callable[[], rivals.Rival]] = {
        "Express": rivals.express,
        "fbmq on Flask": rivals.fbmq,
        "Bottender": rivals.bottender,
    }
    for name, install in wanted.items():
        try:
            contenders[name] = stack.enter_context(rival(install()))
        except (rivals.NotInstalled, NotStarted) as error:
            absent[name] = str(error)
    return absent


def at_half(contenders: Contenders, scale: Scale) -> list[Row]:
    """Turn by turn at half the top rates that were just measured."""
    rounds: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for _ in range(scale.rounds):
        for name, contender in contenders.items():
            rounds[name].append(contender.paced(scale.seconds, contender.per_second / 2).times)
    return [_calm_row(name, contenders[name].per_second / 2, Times(rounds[name])) for name in contenders]


def _calm_row(name: str, per_second: float, times: Times) -> Row:
    measured = f"{ms(times.p99)} (p50 {ms(times.p50)}) at {rate(per_second)} per second"
    return Row(f"p99 of {name} at half its top rate", "under 25 ms", measured, times.p99 < 0.025)


def _missing(contenders: Contenders) -> Row:
    """Every delivery that was answered with 200 must be in the database."""
    answered = lost = 0
    for contender in contenders.values():
        if contender.installation:
            bodies = contender.installation.look.all("SELECT body FROM deliveries")
            kept = {int(NUMBER.search(bytes(row.body)).group(1)) for row in bodies}  # type: ignore[union-attr]
            answered += len(contender.answered)
            lost += len(contender.answered - kept)
    measured = f"{lost} of {answered:,}"
    return Row("deliveries answered 200 in these runs that are not in the journal", "0", measured, lost == 0)


def _receivers(title: str, contenders: Contenders, absent: dict[str, str]) -> Table:
    first = contenders[BARE].per_second
    rows: list[Sequence[str]] = []
    for name, one in contenders.items():
        failed = sum(measured.refused + measured.lost for measured in one.rounds)
        rows.append(
            (
                *(name, STORES.get(name, NOTHING), rate(one.per_second), f"{one.per_second / first:.2f}"),
                *(ms(one.times.p50), ms(one.times.p99), str(failed)),
            )
        )
    rows += [(name, NOTHING, f"not measured: {reason}", "", "", "", "") for name, reason in absent.items()]
    columns = ("receiver", "stores", "per second", "ratio", "p50", "p99", "not answered 200")
    own = statistics.median(one.own_cpu for contender in contenders.values() for one in contender.rounds)
    notes = (
        "Each has two processes; the Python ones but ours have 8 threads in each. All check the signature.",
        f"The stream itself took {own:.0%} of one core, of the same machine.",
    )
    return Table(title, columns, rows, notes)
