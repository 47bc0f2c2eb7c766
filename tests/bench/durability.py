"""The kill test in its long form, which is a program of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import Findings, Row, Scale
from tests.bench.postgresql import Server
from webgateway.settings import ROOT

MODULE = "tests.durability"


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    names = ["sqlite", *(["postgresql"] if server else [])]
    return Findings([_killed(name, scale.kills) for name in names])


def _killed(database: str, seconds: int) -> Row:
    measure = f"processes killed under load for {seconds} s, {database}"
    bar = "nothing answered 200 is lost or doubled"
    if importlib.util.find_spec(MODULE) is None:
        return Row(measure, bar, "not measured: there is no kill test", None)
    command = [sys.executable, "-m", MODULE, "--seconds", str(seconds), "--on", database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    said = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return Row(measure, bar, said[-1] if said else f"ended with {done.returncode}", done.returncode == 0)
