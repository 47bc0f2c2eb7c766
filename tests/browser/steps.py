"""What people do on the screens, step by step; the names are those a screen reader says."""

import re

from playwright.sync_api import Page, expect

from webgateway.simulator import seed


def page_name(page_id: str) -> str:
    return seed.seeded_world().pages[page_id].name


BAKERY, BOOKS, COFFEE = (
    page_name(page_id) for page_id in (seed.PAGE_ID, seed.PAGE_SHARED_ID, seed.PAGE_INSTAGRAM_ID)
)


def add_gateway(page: Page, secret: str = seed.APP_SECRET, flow: str | None = None) -> None:
    page.get_by_role("link", name="Chat gateways", exact=True).click()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Support")
    page.get_by_label("App ID").fill(seed.APP_ID)
    page.get_by_label("App Secret").fill(secret)
    if flow is not None:
        page.get_by_role("combobox", name="Flow").fill(flow)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").click()


def name_addresses(page: Page, simulator: str) -> None:
    """Enter the gateway's addresses in the app's settings at Meta: where to tell of people who leave."""
    page.get_by_role("tab", name="Meta", exact=True).click()
    uri = page.get_by_label("URI", exact=True).input_value()
    settings = page.context.new_page()
    settings.goto(f"{simulator}/_sim/")
    settings.get_by_role("link", name="App settings of Acme Support").click()
    settings.get_by_label("Deauthorize Callback URL").fill(uri)
    settings.get_by_label("Data Deletion Request URL").fill(f"{uri}/data-deletion")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_label("Data Deletion Request URL")).to_have_value(f"{uri}/data-deletion")
    settings.close()


def panel(page: Page, simulator: str) -> Page:
    """Pages and people, as Meta's own settings are to them."""
    panel = page.context.new_page()
    panel.goto(f"{simulator}/_sim/pages/")
    return panel


def open_login(page: Page) -> Page:
    """Press Add or Remove Pages, and go on from the step before it if there is one; Facebook's window."""
    page.wait_for_load_state()  # until then the button is a plain link
    button = page.get_by_role("button", name="Add or Remove Pages")
    with page.expect_popup() as opened:
        # It changes when the first page is there: what it is, and the click, in one go.
        if not button.evaluate("button => { button.click(); return 'popup' in button.dataset }"):
            _continue(page)
    return opened.value


def go_on(page: Page) -> Page:
    """From the step before Facebook's window into it."""
    with page.expect_popup() as opened:
        _continue(page)
    return opened.value


def _continue(page: Page) -> None:
    button = page.get_by_role("button", name="Continue to Facebook")
    button.wait_for()
    page.wait_for_load_state()  # where the step is a page of its own: until then the button is a plain link
    button.click()


def choose(popup: Page, *names: str, person: str = "Olena Kovalenko") -> None:
    """Go through Facebook Login with exactly these pages ticked."""
    popup.get_by_role("button", name=f"Continue as {person}").click()
    expect(popup.get_by_role("button", name="Next")).to_be_visible()
    ticked = popup.get_by_role("checkbox", checked=True)
    while ticked.count():
        ticked.first.uncheck()
    for name in names:
        popup.get_by_role("checkbox", name=name).check()
    popup.get_by_role("button", name="Next").click()
    popup.get_by_role("button", name="Done").click()


def confirm(popup: Page) -> None:
    with popup.expect_event("close"):
        popup.get_by_role("button", name="OK").click()


def connect_pages(page: Page, *names: str) -> None:
    page.get_by_role("tab", name="Facebook pages").click()
    popup = open_login(page)
    choose(popup, *names)
    for name in names:
        expect(popup.get_by_text(name, exact=True)).to_be_visible()
        expect(page.get_by_role("switch", name=name)).to_be_visible()
    confirm(popup)


def switch_on(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("switch", name=name).check()
    page.get_by_role("button", name="Save").click()
    for name in names:
        expect(page.get_by_role("switch", name=name)).to_be_checked()


def open_pages(page: Page) -> None:
    menu = page.get_by_role("navigation", name="Main")
    menu.get_by_role("link", name="Chat gateways", exact=True).click()
    page.get_by_role("link", name="Support", exact=True).click()
    page.get_by_role("tab", name="Facebook pages").click()


def pick_up_phone(page: Page, simulator: str, page_id: str = seed.PAGE_ID, person: str = seed.PETER) -> Page:
    phone = page.context.new_page()
    phone.goto(f"{simulator}/_sim/phone?person={person}&page={page_id}")
    return phone


def write(page: Page, text: str) -> None:
    """On the phone or in the composer: both have the same names."""
    page.get_by_label("Message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def open_talk(page: Page, who: str = "Peter") -> None:
    page.get_by_role("link", name="Conversations", exact=True).click()
    talk = page.get_by_role("link", name=re.compile(who))
    talk.wait_for()
    page.wait_for_load_state()  # until then the link is a plain one, and nobody hears that somebody types
    talk.click()


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("article").filter(has_text=text)).to_be_visible()


def be_ready(desk: Page) -> None:
    button = desk.get_by_role("button", name="Ready", exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def accept(desk: Page, who: str = "Peter Chang") -> None:
    call = desk.get_by_role("article", name=f"{who} is calling")
    expect(call).to_be_visible()
    call.get_by_role("button", name="Accept").click()
    expect(desk.get_by_role("region", name=f"Conversation with {who}")).to_be_visible()
    expect(call).to_have_count(0)
