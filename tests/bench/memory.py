"""How much memory the product's processes hold at the end of each run, from /proc."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Findings, Row, Table

BARS = {"web worker": 120, "queue worker": 150}
MIB = 1024 * 1024

Held = tuple[int, int]
"""Resident set size and its proportional share (PSS), in bytes."""


@dataclass(frozen=True)
class Note:
    process: str
    rss: int
    pss: int


notes: list[Note] = []


def note(process: str, held: list[Held]) -> None:
    notes.extend(Note(process, rss, pss) for rss, pss in held)


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
        held = [one for one in notes if one.process == process]
        most = max(held, key=lambda one: one.rss, default=None)
        measured = f"{most.rss / MIB:.0f} MiB" if most else "not measured"
        holds = most.rss / MIB < bar if most else None
        found.rows.append(Row(f"memory of a {process} after its runs", f"under {bar} MiB", measured, holds))
        if most:
            pss = max(one.pss for one in held)
            low = min(one.rss for one in held)
            rows.append((process, str(len(held)), *(f"{size / MIB:.0f}" for size in (low, most.rss, pss))))
    columns = ("process", "seen", "least RSS, MiB", "most RSS, MiB", "most PSS, MiB")
    found.tables.append(
        Table("Memory", columns, rows, ("Looked at the end of each run; children included.",))
    )
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, tasks.read_text().split())
    return found


def _held(pid: int) -> Held:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.M)}
    return sizes["Rss"], sizes["Pss"]
