"""`make screenshots`: every screen into docs/screenshots/, light and dark, wide and phone."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from playwright.sync_api import sync_playwright

from tests import cast
from tests.browser import chromium
from tests.browser.conftest import log_in
from tests.browser.screens import PRESSED, ROOT, SCREENS, show
from tests.browser.showroom import furnish
from tests.conftest import settings_in
from tests.serving import free_port, served
from webgateway import create_app
from webgateway.db import db
from webgateway.simulator.app import close, create_simulator

SIZES = {"": (1280, 860), "-phone": (390, 844)}
# What the README shows; with --all everything is written, to look at.
KEPT = ("gateways", "meta-tab", "pages", "workspace-talk", "flow", "figures", "journal")


def main(folder: Path, everything: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    simulator = create_simulator()
    with served(simulator, free_port()) as graph, tempfile.TemporaryDirectory() as instance:
        port = free_port()
        app = create_app(
            settings_in(
                Path(instance), public_url=f"http://127.0.0.1:{port}", graph_url=graph, facebook_url=graph
            )
        )
        with app.app_context():
            upgrade()
            cast.people()
            db.session.remove()
        ids = furnish(app, graph)
        with served(app, port) as address:
            shoot(address, ids, folder, everything)
    close(simulator)


def shoot(address: str, ids: dict[str, Any], folder: Path, everything: bool) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        for scheme in ("light", "dark"):
            for suffix, (width, height) in SIZES.items():
                context = browser.new_context(
                    base_url=address, color_scheme=scheme, viewport={"width": width, "height": height}
                )
                page = context.new_page()
                if everything:
                    page.goto("/login")
                    page.screenshot(path=folder / f"login-{scheme}{suffix}.png")
                log_in(page, "ada@example.com")
                for name in (*SCREENS, *PRESSED):
                    if everything or (name in KEPT and not suffix):
                        show(page, name, ids)
                        page.screenshot(path=folder / f"{name}-{scheme}{suffix}.png", full_page=everything)
                context.close()
        browser.close()


if __name__ == "__main__":
    everything = "--all" in sys.argv
    target = Path(sys.argv[-1]) if everything else ROOT / "docs" / "screenshots"
    main(target, everything)
