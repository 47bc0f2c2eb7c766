"""The workspace behind the real web server: what changes is on the screen at once, without a reload."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import cast
from tests.bench.installation import Installation, installed
from tests.browser.conftest import log_in
from webgateway.db import db, utcnow
from webgateway.pages.models import Page as FacebookPage


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as installation, installation.web():
        yield installation


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    """Gail's screen, on which Peter's conversation is open."""
    with installation.app.app_context():
        page = db.session.scalars(db.select(FacebookPage)).one()
        cast.grant(page, cast.account(page.gateway))
        mine = {"agent": cast.agent("Gail"), "assigned_at": utcnow()}
        peter = cast.conversation(cast.contact(page), **mine).id
        cast.conversation(cast.contact(page, "Maya Ruiz", "11"), **mine)
        db.session.remove()
    context = browser.new_context(base_url=f"http://127.0.0.1:{installation.port}")
    desk = context.new_page()
    log_in(desk, "gail@example.com")
    with desk.expect_response(re.compile("/workspace/stream")):
        desk.goto(f"/workspace/{peter}")
    yield desk
    context.close()
