"""Finds Chromium for the browser tests, or installs it: Debian's package, else Playwright's own build.

Run as a script it makes sure there is one and says which; without one the browser tests fail.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# No sandbox: test machines often run as root in a container. The rest keeps Chromium from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find() -> str | None:
    """The path of a Chromium that is here."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _playwrights_own()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        apt = [*sudo, "apt-get", "--quiet", "--yes"]
        with_fonts = ["chromium", "fonts-noto-color-emoji"]
        if _runs([*apt, "update"]) and _runs([*apt, "install", "--no-install-recommends", *with_fonts]):
            return
    _runs([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    if find() is None:
        install()
    path = find()
    if path is None:
        sys.exit(
            "No Chromium for the browser tests: install the package `chromium`, or name one in CHROMIUM."
        )
    sys.stdout.write(f"browser tests use {path}\n")
