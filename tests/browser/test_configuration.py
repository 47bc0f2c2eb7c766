"""A test installation becomes a live one: a flow is exported in one tenant and imported in another."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests import cast
from tests.browser.conftest import log_in
from tests.browser.screens import AXE
from webgateway.db import db
from webgateway.flows.definition import Agents, Choice, Menu


def test_a_flow_goes_from_one_tenant_to_another(browser: Browser, live, tmp_path: Path):
    with live.app_context():
        sales = cast.queue("Sales", everybody=True)
        topic = Menu(
            id="m", name="Topic", text="What is it about?", choices=(Choice("Order", "a"), Choice("Else"))
        )
        cast.flow("Welcome", parts=(topic, Agents(id="a", queue_id=sales.id)), opening_message="Hello!")
        db.session.remove()

    here = browser.new_context(base_url=live.address)
    page = here.new_page()
    log_in(page, "ada@example.com")
    page.get_by_role("link", name="Import and export").click()
    page.get_by_role("checkbox", name="Roles").uncheck()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Export").click()
    path = tmp_path / downloaded.value.suggested_filename
    downloaded.value.save_as(path)
    assert path.suffix == ".json"
    here.close()

    there = browser.new_context(base_url=live.address)
    page = there.new_page()
    log_in(page, "rita@example.com")
    page.get_by_role("link", name="Import and export").click()
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("Choose the file that was exported elsewhere.").first).to_be_visible()
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_role("heading", name="What the file changes")).to_be_visible()
    expect(page.get_by_text("2 will be added")).to_be_visible()
    page.get_by_text("What it is of Welcome").click()
    expect(page.get_by_text("What is it about?")).to_be_visible()
    page.evaluate(AXE.read_text())
    assert page.evaluate("axe.run(document)")["violations"] == []
    page.get_by_role("button", name="Import 2 entries").click()
    expect(page.get_by_text("2 items added, 0 changed.")).to_be_visible()
    page.get_by_role("link", name="Flows", exact=True).click()
    page.get_by_role("link", name="Welcome", exact=True).click()
    expect(page.get_by_label("Opening message")).to_have_value("Hello!")
    there.close()
