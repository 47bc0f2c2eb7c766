"""What people click: phone, dialog, faults. Every screen for everybody, light and dark."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.serving import free_port, served
from webgateway.simulator import seed

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = [
    "",
    "phone/",
    f"phone/?person=peter&page={seed.PAGE_ID}",
    f"phone/?person=lucia&page={seed.INSTAGRAM_ID}",
    "deliveries/",
    "time/",
    "faults/",
    "pages/",
    "calls.html",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "no Chromium: run `make test`, which installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    app.extensions["simulator"].settings.vendor = ROOT / "node_modules" / "htmx.org" / "dist"
    with served(app, free_port()) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(30_000)
    yield page
    page.close()


def dialog(address: str, **query: str) -> str:
    back = f"{address}/_sim/calls.html"
    asked = {"client_id": seed.APP_ID, "redirect_uri": back, "state": "S", "scope": "pages_show_list"} | query
    return f"{address}/v26.0/dialog/oauth?" + urlencode(asked)


def problems(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    words = [f"{page.url} {item['id']} {item['nodes'][0]['target']}" for item in found]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return words + ([f"{page.url} is wider than the window"] if wide else [])


@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])
def test_every_screen_can_be_used_by_everybody(
    browser: Browser, address: str, meta, connected, scheme, width
):
    mid, picture = meta.say("Hello")["mid"], f"{address}/scontent/sticker/heart.png"
    for kind in ("like", "post", "ad", "comment", "visitor_post"):
        meta.say("Look", kind=kind, url=picture)
    for kind in ("like", "story_reply", "story_mention", "ephemeral", "comment", "mention"):
        meta.say("Guarda", kind=kind, page=seed.INSTAGRAM_ID, person=seed.LUCIA, url=picture)
    meta.send(
        connected, text="Which?", quick_replies=[{"content_type": "text", "title": "Cake", "payload": "C"}]
    )
    meta.fault("slow", argument="0")
    meta.client.post("/_sim/outage")
    meta.client.post("/_sim/page-restrict", json={"page": seed.PAGE_ID})
    meta.client.post("/_sim/token-deaths", json={"user": seed.MARCO, "how": "checkpoint"})
    meta.client.post("/_sim/app", json={"deletion_url": "http://127.0.0.1:9/d"})
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    about = f"phone/?person=peter&page={seed.PAGE_ID}&about={mid}"
    for path in [*SCREENS, about, f"apps/{seed.APP_ID}"]:
        page.goto(f"{address}/_sim/{path}")
        for folded in page.locator("details").all():
            folded.evaluate("one => one.open = true")
        found += problems(page)
    page.goto(dialog(address))
    for button in ("Continue as Olena Kovalenko", "Next"):
        found += problems(page)
        page.get_by_role("button", name=button).click()
    found += problems(page)
    page.close()
    assert found == []


def test_a_talk_on_the_phone_needs_no_reload(page: Page, address: str, meta, connected):
    page.goto(f"{address}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    page.get_by_label("Message").fill("Do you have cake?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("article").filter(has_text="Do you have cake?")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("")
    meta.send(
        connected, text="Which?", quick_replies=[{"content_type": "text", "title": "Carrot", "payload": "C"}]
    )
    page.get_by_role("button", name="Carrot").click()
    expect(page.get_by_role("article").filter(has_text="Carrot")).to_be_visible()
    expect(page.get_by_role("button", name="Carrot")).to_have_count(0)


def test_a_half_written_message_survives_what_arrives(page: Page, address: str, meta, connected):
    meta.say("Hello")
    page.goto(f"{address}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    page.get_by_label("Message").fill("I was about to")
    meta.send(connected, text="Good day")
    expect(page.get_by_text("Good day")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("I was about to")


def test_an_open_phone_reads_what_arrives(page: Page, address: str, meta, connected, receiver, eventually):
    meta.say("Hello")
    page.goto(f"{address}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    meta.send(connected, text="Good day")
    eventually(lambda: any("read" in item for item in receiver.items()))


def test_pages_are_found_while_typing(page: Page, address: str):
    page.goto(f"{address}/_sim/phone/")
    page.get_by_label("Search pages").fill("harbour")
    expect(page.locator("#pages li")).to_have_count(1)


def test_the_dialog_leads_back_to_the_app(page: Page, address: str):
    page.goto(dialog(address))
    page.get_by_role("button", name="Continue as Olena Kovalenko").click()
    page.get_by_role("checkbox", name="Acme Bakery").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Graph calls")).to_be_visible()
    assert "code=AQD" in page.url


def test_enter_goes_on_and_does_not_select_all(page: Page, address: str, here):
    page.goto(dialog(address))
    page.get_by_role("button", name="Continue as Olena Kovalenko").click()
    page.get_by_role("checkbox", name="Acme Bakery").check()
    page.get_by_role("checkbox", name="Acme Bakery").press("Enter")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Graph calls")).to_be_visible()
    assert here.world.grants[f"{seed.APP_ID}:{seed.OLENA}"].pages == [seed.PAGE_ID]


def test_a_fault_is_switched_by_hand(page: Page, address: str, here):
    page.goto(f"{address}/_sim/faults/")
    page.get_by_role("button", name="Switch on Sending too fast").click()
    expect(page.get_by_role("button", name="Switch off Sending too fast")).to_be_visible()
    assert [fault.name for fault in here.world.faults] == ["send_rate_limited"]
    page.get_by_role("button", name="Switch all off").click()
    expect(page.get_by_role("button", name="Switch on Sending too fast")).to_be_visible()


def test_a_message_is_edited_and_answered_from_its_own_panel(page: Page, address: str, meta, connected):
    meta.say("Helo")
    page.goto(f"{address}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    page.get_by_role("link", name="More").click()
    page.get_by_label("New text", exact=True).fill("Hello")
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="Hello")).to_contain_text("edited")
    page.get_by_role("link", name="More").click()
    page.get_by_label("Reaction").select_option("wow")
    page.get_by_role("button", name="React").click()
    expect(page.get_by_role("article").filter(has_text="reacted: wow")).to_be_visible()


def test_a_comment_is_written_below_the_pages(page: Page, address: str, meta, connected):
    page.goto(f"{address}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    page.get_by_label("Comment", exact=True).fill("How much?")
    page.get_by_role("button", name="Comment", exact=True).click()
    comments = page.get_by_role("region", name="Comments")
    expect(comments.get_by_text("How much?", exact=True)).to_be_visible()


def test_time_passes_by_hand(page: Page, address: str, here):
    page.goto(f"{address}/_sim/time/")
    page.get_by_role("button", name="25 hours").click()
    expect(page.get_by_text("not the real time")).to_be_visible()
    assert round(here.clock.offset) == 25 * 3600
    page.get_by_role("button", name="Back to real time").click()
    expect(page.get_by_text("not the real time")).to_have_count(0)
