"""A supervisor adds a queue, watches it fill without a reload, sets somebody not ready, deletes it."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import log_in
from tests.workspace.desk import waits
from webgateway.db import db, utcnow
from webgateway.pages.models import Page as FacebookPage
from webgateway.queues.models import Queue


def test_a_queue_from_its_first_member_to_its_end(live, page: Page):
    with live.app_context():
        for number in range(8):
            cast.agent(f"Agent {number}", "not_ready")
        on = cast.page(cast.gateway()).id
    log_in(page, "sam@example.com")
    page.goto("/queues/")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Name", exact=True).fill("Sales")
    page.get_by_label("In turn").check()
    page.get_by_label("Rings for, in seconds").fill("300")
    page.get_by_label("Everybody who may answer customers").check()
    expect(page.get_by_label("Search members")).to_be_hidden()
    page.get_by_label("Everybody who may answer customers").uncheck()
    page.get_by_label("Search members").fill("gail")
    expect(page.get_by_label("Agent 3")).to_be_hidden()
    page.get_by_label("Gail").check()
    page.get_by_role("button", name="Add").click()

    row = page.get_by_role("row", name="Sales")
    expect(row).to_contain_text("1 offline")
    with live.app_context():
        sales = db.session.scalars(db.select(Queue).filter_by(name="Sales")).one()
        waits(db.session.get_one(FacebookPage, on), sales, minutes=49 * 60)
        cast.agent("Gail", seen_at=utcnow() + timedelta(hours=1))
    expect(row).to_contain_text("2 d")
    expect(row).to_contain_text("1 ready")
    expect(row.get_by_role("cell").nth(3)).to_have_text("1")  # it rings

    page.get_by_role("tab", name="Agents").click()
    page.get_by_role("switch", name="Gail is ready").click()
    expect(page.get_by_role("row", name="Gail")).to_contain_text("Not ready By Sam")
    expect(page.get_by_text("Gail is not ready, and gets no new conversations.")).to_be_visible()

    page.goto("/queues/")
    row.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this queue?")
    expect(dialog).to_contain_text("1 open conversation goes to the general queue.")
    page.wait_for_timeout(3500)  # the board asks again meanwhile
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The queue Sales is deleted.")).to_be_visible()
    expect(page.get_by_role("row", name="General")).to_contain_text("2 d")
