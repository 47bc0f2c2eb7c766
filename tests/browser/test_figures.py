"""The charts say their numbers to the pointer and to the arrow keys."""

from playwright.sync_api import Browser, expect

from tests.browser.conftest import log_in
from tests.browser.showroom import furnish


def test_a_chart_is_read_day_by_day(browser: Browser, still, simulator: str):
    furnish(still, simulator)
    context = browser.new_context(base_url=still.address)
    page = context.new_page()
    log_in(page, "sam@example.com")
    page.goto("/figures/")
    chart = page.locator("#chart-conversations")
    plot, readout = chart.locator("[data-chart]"), chart.locator("[data-readout]")
    plot.focus()
    page.keyboard.press("End")
    newest = readout.inner_text()
    assert ": Answered " in newest
    page.keyboard.press("ArrowLeft")
    expect(readout).not_to_have_text(newest)
    expect(chart.locator(".slot.on")).to_have_count(1)
    chart.locator(".slot").first.hover()
    expect(readout).to_contain_text("Answered")
    chart.get_by_role("link", name="The same as a table").click()
    expect(page.get_by_role("region", name="Figures by day")).to_be_visible()
    context.close()


def test_words_lead_from_the_inbox_to_the_message(browser: Browser, still, simulator: str):
    furnish(still, simulator)
    context = browser.new_context(base_url=still.address)
    page = context.new_page()
    log_in(page, "sam@example.com")
    page.goto("/conversations/?q=terrace+dogs&state=all")
    page.get_by_role("link", name="Search in messages").click()
    expect(page.locator("mark").first).to_have_text("Dogs")
    page.locator(".snippets a").first.click()
    expect(page.locator(".bubble:target")).to_contain_text("Dogs are welcome on the terrace")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="CSV").click()
    assert downloaded.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="To print").click()
    expect(page.get_by_role("heading", name="What was said")).to_be_visible()
    context.close()
