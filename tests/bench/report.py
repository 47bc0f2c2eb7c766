"""The report: a table for the screen, and docs/performance.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap

from tests.bench.measure import Findings, Scale, Table
from webgateway.settings import ROOT

FILE = ROOT / "docs" / "performance.md"
HEAD, HOW, TRIED = (Path(__file__).with_name(name) for name in ("head.md", "how.md", "tried.md"))
"""Written by hand."""
COLUMNS = ("measure", "bar", "measured", "verdict")


def markdown(found: Findings, scale: Scale, seconds: float, machine: Sequence[tuple[str, str]]) -> str:
    measures = Table("Measures", COLUMNS, [_cells(row) for row in found.rows])
    parts = [
        HEAD.read_text(),
        f"{datetime.now(UTC):%Y-%m-%d}, {seconds / 60:.0f} minutes.\n",
        _section(measures),
        *(_section(table) for table in found.tables),
        _section(Table("The machine", ("", ""), machine)),
        HOW.read_text().format(rounds=scale.rounds, seconds=scale.seconds),
        TRIED.read_text(),
    ]
    return "\n".join(parts)


def plain(found: Findings) -> str:
    measures = Table("Measures", COLUMNS, [_cells(row) for row in found.rows])
    return "\n".join(_aligned(table) for table in [*found.tables, measures])


def _cells(row) -> tuple[str, str, str, str]:  # type: ignore[no-untyped-def]
    return row.measure, row.bar, row.measured, row.verdict


def _section(table: Table) -> str:
    lines = [f"## {table.title}", ""]
    lines += [_line(table.columns), "|" + "---|" * len(table.columns), *map(_line, table.rows)]
    notes = ["\n".join(wrap(note, 118)) for note in table.notes]
    return "\n".join([*lines, "", *notes]).rstrip() + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _aligned(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(table.columns, *table.rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in (table.columns, *table.rows)
    ]
    return "\n".join(["", table.title, "-" * len(table.title), *lines, *table.notes]) + "\n"
