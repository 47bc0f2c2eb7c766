"""Facebook Login never costs a page unseen."""

from playwright.sync_api import Page, expect

from tests.browser.screens import settled
from tests.browser.showroom import furnish
from tests.browser.steps import (
    BAKERY,
    BOOKS,
    add_gateway,
    choose,
    confirm,
    connect_pages,
    go_on,
    open_login,
    switch_on,
)
from tests.browser.test_accessibility import violations
from webgateway.db import db
from webgateway.pages.models import Page as FacebookPage
from webgateway.pages.removal import remove


def test_an_unticked_page_is_removed_only_after_ok(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY, BOOKS)
    popup = open_login(ada)
    choose(popup, BAKERY)
    expect(popup.get_by_text("No longer granted")).to_be_visible()
    ada.reload()
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_visible()
    confirm(popup)
    expect(ada.get_by_role("switch", name=BOOKS)).to_have_count(0)
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_visible()


def test_what_is_ticked_while_facebooks_window_is_open_stays_ticked_when_it_closes(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    asked: list[str] = []
    ada.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    popup = open_login(ada)
    choose(popup, BAKERY, BOOKS)
    expect(popup.get_by_text("Unchanged")).to_be_visible()
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_visible()
    ada.get_by_role("switch", name=BOOKS).check()
    ada.evaluate("addEventListener('htmx:after:swap', () => (window.cameAnew = true))")
    confirm(popup)
    ada.wait_for_function("window.cameAnew")
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_checked()
    expect(ada.get_by_role("switch", name=BAKERY)).not_to_be_checked()
    expect(ada.get_by_text("Unsaved changes")).to_be_visible()
    assert asked == []
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("Unsaved changes")).to_be_hidden()
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_checked()


def test_before_facebooks_window_the_pages_that_must_stay_ticked_are_named(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY, BOOKS)
    button = ada.locator("#connect[hx-get]")  # the window that opened at once for the first page is over
    button.click()
    step = ada.get_by_role("dialog", name="Before Facebook's window opens")
    expect(step.get_by_text(BOOKS)).to_be_visible()
    expect(step.get_by_text("2 pages, all through this login alone")).to_be_visible()
    settled(ada)
    assert violations(ada) == []
    step.get_by_role("button", name="Cancel").click()
    expect(step).to_have_count(0)
    button.press("Space")
    popup = go_on(ada)
    expect(step.get_by_text("Go on in the window that has opened.")).to_be_visible()
    choose(popup, BAKERY, BOOKS)
    expect(popup.get_by_text("Unchanged")).to_be_visible()
    expect(step).to_have_count(0)
    confirm(popup)
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_visible()


def test_a_window_that_is_closed_too_early_leaves_the_step_open(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    ada.locator("#connect[hx-get]").click()
    go_on(ada).close()
    expect(ada.get_by_text("The window was closed before it finished.")).to_be_visible()
    expect(ada.get_by_role("button", name="Continue to Facebook")).to_be_visible()


def test_a_login_that_ended_well_is_not_said_to_have_been_closed_early_with_the_next_one(ada: Page):
    """The next one opens before it is seen that the first is closed, as on a busy machine."""
    ada.add_init_script("const every = setInterval; setInterval = (work, pause) => every(work, pause * 6)")
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    ada.locator("#connect[hx-get]").click()
    go_on(ada).close()
    ada.wait_for_timeout(400 * 6 * 2)
    early = ada.get_by_text("The window was closed before it finished.")
    expect(early).to_have_count(1)
    expect(ada.get_by_role("dialog").filter(has=early)).to_be_visible()


def test_a_page_that_was_unticked_comes_back_through_undo_and_a_login(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY, BOOKS)
    switch_on(ada, BAKERY, BOOKS)
    popup = open_login(ada)
    choose(popup, BAKERY)
    confirm(popup)
    expect(ada.get_by_text("A page has been removed")).to_be_visible()
    ada.get_by_role("button", name="Undo").click()
    expect(ada.get_by_text(f"You bring back {BOOKS}")).to_be_visible()
    popup = go_on(ada)
    choose(popup, BAKERY)
    expect(popup.get_by_role("heading", name=f"{BOOKS} was left out")).to_be_visible()
    popup.get_by_role("link", name="Log in again").click()
    choose(popup, BAKERY, BOOKS)
    expect(popup.get_by_text("OK switches on what was on")).to_be_visible()
    confirm(popup)
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_checked()
    expect(ada.get_by_text("A page has been removed")).to_have_count(0)


def test_undo_brings_back_at_once_what_facebook_still_grants(ada: Page, live):
    add_gateway(ada)
    connect_pages(ada, BAKERY, BOOKS)
    switch_on(ada, BAKERY, BOOKS)
    with live.app_context():
        books = db.session.scalars(db.select(FacebookPage).filter_by(name=BOOKS)).one()
        remove(books.gateway, [books], "Sam")
        db.session.remove()
    ada.reload()
    expect(ada.get_by_role("switch", name=BOOKS)).to_have_count(0)
    settled(ada)
    assert violations(ada) == []
    ada.get_by_role("button", name="Undo").click()
    expect(ada.get_by_text(f"{BOOKS} is connected again and receives messages.")).to_be_visible()
    expect(ada.get_by_role("switch", name=BOOKS)).to_be_checked()


def test_cancelling_changes_nothing(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    popup = open_login(ada)
    popup.get_by_role("button", name="Cancel").click()
    expect(popup.get_by_text("cancelled")).to_be_visible()
    popup.close()
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_visible()


def test_somebody_without_pages_is_told_so(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    popup = open_login(ada)
    choose(popup, person="Ada Newcomer")
    expect(popup.get_by_text("No page was chosen")).to_be_visible()
    confirm(popup)
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_visible()


def test_unsaved_switches_are_seen_and_leaving_asks(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    ada.get_by_role("switch", name=BAKERY).check()
    expect(ada.get_by_text("Unsaved changes")).to_be_visible()
    asked: list[str] = []
    ada.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    ada.get_by_role("tab", name="Meta", exact=True).click()
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_checked()
    assert asked == ["beforeunload"]


def test_a_page_that_meta_refused_before_is_no_unsaved_change(ada: Page, live, simulator: str):
    ids = furnish(live, simulator)
    ada.goto(f"/gateways/{ids['gateway']}/pages")
    expect(ada.get_by_text("Meta refused: a permission is missing")).to_be_visible()
    expect(ada.get_by_text("Unsaved changes")).to_be_hidden()
    ada.get_by_role("tab", name="Meta", exact=True).click()
    expect(ada.get_by_label("App ID")).to_be_visible()
