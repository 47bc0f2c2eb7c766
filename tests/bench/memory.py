"""How much memory the product's processes hold at the end of each run, from /proc."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Findings, Row, Table

BARS = {"web worker": 120, "queue worker": 150}
ASKED = ("door", "events", "latency", "connecting", "registry", "register", "conversations")
"""First words of the parts that the bars were set for; the others are held to the same."""
MIB = 1024 * 1024

Held = tuple[int, int]
"""Resident set size and its proportional share (PSS), in bytes."""


@dataclass(frozen=True)
class Note:
    """`part` of the bench."""

    part: str
    process: str
    rss: int
    pss: int


LEAST = Note("", "", 0, 0)
notes: list[Note] = []
_begun = [""]


def begin(part: str) -> None:
    _begun.append(part)


def note(process: str, held: list[Held]) -> None:
    notes.extend(Note(_begun[-1], process, rss, pss) for rss, pss in held)


def children(pid: int) -> list[Held]:
    """Of each child of a process, which itself is not counted."""
    return [of_all(child) for child in _children(pid)]


def of_all(pid: int) -> Held:
    """Of a process and all below it."""
    rss, pss = _held(pid)
    for child in _children(pid):
        more = of_all(child)
        rss, pss = rss + more[0], pss + more[1]
    return rss, pss


def findings() -> Findings:
    found = Findings()
    rows = []
    for process, bar in BARS.items():
        most: dict[str, Note] = {}
        for one in notes:
            if one.process == process and one.rss > most.get(one.part, LEAST).rss:
                most[one.part] = one
        found.rows += [_row(process, bar, most.values(), asked) for asked in (True, False)]
        rows += [
            (process, part, f"{one.rss / MIB:.0f}", f"{one.pss / MIB:.0f}") for part, one in most.items()
        ]
    columns = ("process", "after", "RSS, MiB", "PSS, MiB")
    found.tables.append(Table("Memory", columns, rows, ("The largest of each kind, children included.",)))
    return found


def _row(process: str, bar: int, most: Iterable[Note], asked: bool) -> Row:
    sizes = {one.part: one.rss / MIB for one in most if (one.part.split()[0] in ASKED) is asked}
    measured = ", ".join(f"{size:.0f} MiB ({part})" for part, size in sizes.items())
    holds = max(sizes.values()) < bar if sizes else None
    what = f"memory of a {process}, the largest after each {'part' if asked else 'other part'}"
    return Row(what, f"under {bar} MiB", measured or "not measured", holds)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, tasks.read_text().split())
    return found


def _held(pid: int) -> Held:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.M)}
    return sizes["Rss"], sizes["Pss"]
