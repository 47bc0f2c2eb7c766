"""The workspace behind the real web server: what changes is on the screen at once, without a reload."""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import cast
from tests.bench.installation import Installation, installed
from tests.browser.conftest import log_in
from webgateway.conversations import closing
from webgateway.conversations.models import Contact, Conversation, Part
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page as FacebookPage
from webgateway.queues.models import Queue

SOON = 3_000  # milliseconds: a busy machine is slower than a second


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


def change(installation: Installation, work) -> None:  # type: ignore[no-untyped-def]
    with installation.app.app_context():
        work()
        db.session.commit()
        db.session.remove()


def says(name: str, text: str, at: datetime | None = None) -> None:
    talk = next(one for one in db.session.scalars(db.select(Conversation)) if one.contact.name == name)
    cast.message(talk, text, occurred_at=at or utcnow())
    talk.last_message_at, talk.preview = utcnow(), text


def ring() -> None:
    page = db.session.scalars(db.select(FacebookPage)).one()
    queue = cast.queue("Sales")
    talk = cast.conversation(cast.contact(page, "Noor", "12"), queue=queue, queued_at=utcnow())
    db.session.add(Offer(**Offer.ringing(talk.id, cast.person("Gail").id, queue, utcnow())))


def test_what_changes_is_seen_at_once(desk: Page, installation: Installation):
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    expect(desk.get_by_role("article").filter(has_text="Is anybody there?")).to_be_visible(timeout=SOON)

    change(installation, lambda: says("Maya Ruiz", "Hello?"))
    row = desk.get_by_role("link", name=re.compile("Maya Ruiz"))
    expect(row).to_contain_text("1 unread", timeout=SOON)
    expect(desk).to_have_title(re.compile(r"^\(1\) "))

    change(installation, ring)
    expect(desk.get_by_role("article", name="Noor is calling")).to_be_visible(timeout=SOON)


def test_going_from_one_of_ones_conversations_to_the_other_keeps_the_connection(
    desk: Page, installation: Installation
):
    opened: list[str] = []
    desk.on("request", lambda request: opened.append(request.url) if "/stream" in request.url else None)
    for name, text in (("Maya Ruiz", "Are you there?"), ("Peter Chang", "And now?")):
        desk.get_by_role("link", name=re.compile(name)).click()
        expect(desk.get_by_role("region", name=f"Conversation with {name}")).to_be_visible()
        change(installation, partial(says, name, text))
        expect(desk.get_by_role("article").filter(has_text=text)).to_be_visible(timeout=SOON)
    assert opened == []


def test_a_conversation_that_is_not_ones_own_is_live_too(desk: Page, installation: Installation):
    noors: list[int] = []

    def of_hugo() -> None:
        page = db.session.scalars(db.select(FacebookPage)).one()
        talk = cast.conversation(cast.contact(page, "Noor", "12"), agent=cast.agent("Hugo"))
        noors.append(talk.id)

    change(installation, of_hugo)
    desk.goto(f"/workspace/{noors[0]}")
    desk.get_by_role("link", name=re.compile("Maya Ruiz")).click()
    expect(desk.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    desk.evaluate(f"htmx.ajax('GET', '/workspace/{noors[0]}', {{ target: '#talk', swap: 'outerHTML' }})")
    expect(desk.get_by_role("region", name="Conversation with Noor")).to_be_visible()
    change(installation, lambda: says("Noor", "Hello?"))
    expect(desk.get_by_role("article").filter(has_text="Hello?")).to_be_visible(timeout=SOON)


def test_an_answer_is_seen_to_be_sent_and_read_though_the_thread_is_not_brought_anew(
    desk: Page, installation: Installation
):
    desk.get_by_label("Message").fill("It is open until six.")
    desk.get_by_role("button", name="Send").click()
    answer = desk.get_by_role("article").filter(has_text="open until six")
    expect(answer.get_by_text("Waiting")).to_be_visible()
    brought: list[str] = []
    desk.on("request", lambda request: brought.append(request.url) if "/messages" in request.url else None)

    def comes(state: str) -> None:
        db.session.scalars(db.select(Part)).one().state = state

    for state in ("Sent", "Read"):
        change(installation, partial(comes, state.lower()))
        expect(answer.get_by_text(state, exact=True)).to_be_visible(timeout=SOON)
    assert brought == []


def test_the_keyboard_is_enough(desk: Page, installation: Installation):
    expect(desk.get_by_label("Message")).to_be_visible()
    desk.get_by_role("heading", name="My conversations").click()
    desk.keyboard.press("j")
    expect(desk.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    expect(desk.get_by_label("Message")).to_be_focused()
    desk.keyboard.type("just a letter j")
    expect(desk.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    desk.keyboard.press("Alt+k")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    expect(desk.get_by_label("Note, only colleagues see it")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("e")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_have_count(0)
    expect(desk.get_by_role("link", name=re.compile("Maya Ruiz"))).to_be_focused()
    desk.keyboard.press("o")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    expect(desk.get_by_label("Message")).to_be_focused()


def test_what_was_closed_is_reopened_where_it_is_read(desk: Page, installation: Installation):
    region = desk.get_by_role("region", name="Conversation with Peter Chang")
    expect(desk.get_by_label("Message")).to_be_visible()

    def closed() -> None:
        talk = db.session.scalars(
            db.select(Conversation).join(Contact).where(Contact.name == "Peter Chang")
        ).one()
        closing.close(talk, cast.person("Sam"))

    change(installation, closed)
    expect(region.get_by_text("This conversation is closed.")).to_be_visible(timeout=SOON)
    desk.get_by_role("button", name="Reopen").press("Enter")
    expect(region.get_by_text("Gail reopened this conversation. Sam had closed it.")).to_be_visible()
    expect(desk.get_by_label("Message")).to_be_focused()


def test_a_letter_that_option_writes_is_no_key(desk: Page, installation: Installation):
    box = desk.get_by_label("Message")
    box.click()
    untouched = "(box, key) => box.dispatchEvent(new KeyboardEvent('keydown', key))"
    for key, code in (("Dead", "KeyE"), ("ä", "KeyA"), ("†", "KeyT")):
        pressed = {"key": key, "code": code, "altKey": True, "bubbles": True, "cancelable": True}
        assert box.evaluate(untouched, pressed), f"{key} was taken for a key"
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    expect(box).to_be_focused()


def test_a_call_that_could_not_be_brought_is_brought_later(desk: Page, installation: Installation):
    failed: list[str] = []

    def fail(route: Route) -> None:
        failed.append(route.request.url)
        route.fulfill(status=503)

    desk.route(re.compile("/workspace/offers"), fail, times=1)
    change(installation, ring)
    expect(desk.get_by_role("article", name="Noor is calling")).to_be_visible(timeout=20_000)
    assert failed


def waits(meta_id: str) -> None:
    page = db.session.scalars(db.select(FacebookPage)).one()
    sales = db.session.scalars(db.select(Queue)).first() or cast.queue("Sales", cast.person("Gail"))
    customer, at = cast.contact(page, f"Customer {meta_id}", meta_id), utcnow() - timedelta(minutes=1)
    cast.conversation(customer, queue=sales, queued_at=at)


def test_who_waits_is_listed_though_another_comes_while_the_list_is_on_its_way(
    desk: Page, installation: Installation
):
    def slow(route: Route) -> None:
        answer = route.fetch()
        change(installation, lambda: waits("22"))
        time.sleep(1)  # until the screen was told of it
        route.fulfill(response=answer)

    desk.route(re.compile("/workspace/waiting"), slow, times=1)
    change(installation, lambda: waits("21"))
    waiting = desk.get_by_role("region", name="Waiting in my queues")
    expect(waiting.get_by_role("button", name="Take Customer 21")).to_be_visible(timeout=SOON)
    expect(waiting.get_by_role("button", name="Take Customer 22")).to_be_visible(timeout=2 * SOON)


def test_who_is_taken_waits_no_longer_once_they_are_shown(desk: Page, installation: Installation):
    change(installation, lambda: [waits(number) for number in ("21", "22")])
    waiting = desk.get_by_role("region", name="Waiting in my queues")
    expect(waiting.get_by_role("button", name="Take Customer 22")).to_be_visible(timeout=SOON)
    desk.route(re.compile("/workspace/waiting"), Route.abort)
    for number, left in (("21", 1), ("22", 0)):
        waiting.get_by_role("button", name=f"Take Customer {number}").click()
        expect(desk.get_by_role("region", name=f"Conversation with Customer {number}")).to_be_visible()
        expect(waiting.get_by_role("listitem")).to_have_count(left)
    expect(waiting.get_by_text("Nobody waits.")).to_be_visible()


def test_a_dialog_stays_open_when_the_customer_writes(desk: Page, installation: Installation):
    desk.get_by_role("button", name="Not ready").click()
    dialog = desk.get_by_role("dialog", name="Not ready")
    dialog.get_by_label("Reason").select_option("Lunch")
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    expect(desk.get_by_text("Is anybody there?").first).to_be_attached(timeout=SOON)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("Lunch")


def test_what_comes_late_above_what_was_read_is_read_too(desk: Page, installation: Installation):
    row = desk.locator("[data-talk]").filter(has_text="Peter Chang")
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    expect(desk.get_by_role("article").filter(has_text="Is anybody there?")).to_be_visible(timeout=SOON)
    expect(row).to_have_attribute("data-unread", "0")
    change(installation, lambda: says("Peter Chang", "Good morning", at=utcnow() - timedelta(hours=1)))
    expect(desk.get_by_role("article").filter(has_text="Good morning")).to_be_visible(timeout=SOON)
    expect(row).to_have_attribute("data-unread", "0")


def test_a_canned_answer_is_put_where_one_writes(desk: Page, installation: Installation):
    from webgateway.workspace.canned import CannedAnswer

    hello = {"shortcut": "hi", "text": "Hello {{ contact.first_name }}!"}
    change(installation, lambda: db.session.add(CannedAnswer(tenant=cast.tenant(), **hello)))
    desk.reload()
    box = desk.get_by_label("Message")
    box.click()
    desk.keyboard.press("/")
    search = desk.get_by_role("dialog").get_by_label("Search")
    expect(search).to_be_focused()
    search.fill("hi")
    expect(desk.get_by_role("link").filter(has_text="/hi")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(box).to_have_value("Hello Peter!")
    expect(box).to_be_focused()
    desk.keyboard.press("Space")
    desk.keyboard.press("/")
    expect(search).to_be_focused()
    desk.keyboard.press("/")
    expect(box).to_have_value("Hello Peter! /")


@pytest.fixture
def long_talk(desk: Page, installation: Installation) -> Page:
    change(installation, lambda: [says("Peter Chang", f"Line {number}") for number in range(30)])
    expect(desk.get_by_role("log").get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    return desk


def test_the_newest_message_stays_in_sight_when_the_box_for_a_note_opens(long_talk: Page):
    """Though the browser tells of the way down only then."""
    talk = long_talk.get_by_role("log")
    talk.evaluate("""thread => {
        document.querySelector(".note-box").open = true
        thread.dispatchEvent(new Event("scroll"))
    }""")
    expect(talk.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    long_talk.get_by_label("Note, only colleagues see it").fill("They rang.\nTwice.\nAnd again.")
    expect(talk.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    long_talk.get_by_role("button", name="Add note").click()
    expect(talk.get_by_text("They rang.")).to_be_in_viewport(ratio=1)


def test_whoever_reads_further_up_is_told_of_new_messages_and_left_there(
    long_talk: Page, installation: Installation
):
    talk = long_talk.get_by_role("log")
    talk.evaluate("thread => { thread.scrollTop = 100 }")
    change(installation, lambda: says("Peter Chang", "Are you there?"))
    down = long_talk.get_by_role("button", name="New messages")
    expect(down).to_be_visible()
    assert talk.evaluate("thread => thread.scrollTop") == 100
    down.click()
    expect(talk.get_by_text("Are you there?")).to_be_in_viewport(ratio=1)
    expect(down).to_be_hidden()
