"""`make bench`: every measure in one run, as a table, and docs/performance.md written anew.

`python -m tests.bench door pages` runs only these parts, `--quick` shows that all of it runs; neither writes.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    connecting,
    door,
    durability,
    events,
    latency,
    machine,
    memory,
    pages,
    report,
    workspace,
)
from tests.bench.measure import QUICK, Findings, Row, Scale
from tests.bench.postgresql import Server, server

Part = Callable[[Path, Server | None, Scale], Findings]
PARTS: dict[str, Part] = {
    "door": door.measure,
    "events": events.measure,
    "latency": latency.measure,
    "connecting": connecting.measure,
    "pages": pages.measure,
    "workspace": workspace.measure,
    "durability": durability.measure,
}
DISK = Path("/var/tmp")  # /tmp may be memory, where nothing can be durable


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run; the numbers mean nothing")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    scale = QUICK if asked.quick else Scale()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="webgateway-bench-", dir=DISK) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's user has its own folder in it
        with server(folder / "postgresql") as postgresql:
            found = Findings()
            for part in asked.parts or PARTS:
                sys.stderr.write(f"{time.monotonic() - began:6.0f} s  {part} …\n")
                memory.begin(part)
                more = _measured(part, folder, postgresql, scale)
                sys.stderr.write(report.plain(more))
                found.rows += more.rows
                found.tables += more.tables
        more = memory.findings()
        found.rows += more.rows
        found.tables += more.tables
        text = report.markdown(found, scale, time.monotonic() - began, machine.described(folder))
    sys.stdout.write(report.plain(found))
    if not asked.parts and not asked.quick:
        report.FILE.write_text(text)
    return 0


def _measured(part: str, folder: Path, postgresql: Server | None, scale: Scale) -> Findings:
    """What one part cannot measure takes nothing from the others."""
    try:
        return PARTS[part](folder, postgresql, scale)
    except Exception:  # noqa: BLE001  whatever it is, it is shown and the verdict says so
        traceback.print_exc()
        return Findings([Row(part, "measured to its end", "it broke off", False)])


if __name__ == "__main__":
    sys.exit(main())
