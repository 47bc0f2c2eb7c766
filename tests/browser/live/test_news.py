"""What changes is seen at once, and nothing that one does is disturbed by it."""

import re
from functools import partial

from playwright.sync_api import Page, Route, expect

from tests import cast
from tests.bench.installation import Installation
from tests.browser.live.changes import SOON, change, ring, says
from webgateway.conversations import closing
from webgateway.conversations.models import Contact, Conversation, Part
from webgateway.db import db
from webgateway.pages.models import Page as FacebookPage


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


def test_a_call_that_could_not_be_brought_is_brought_later(desk: Page, installation: Installation):
    failed: list[str] = []

    def fail(route: Route) -> None:
        failed.append(route.request.url)
        route.fulfill(status=503)

    desk.route(re.compile("/workspace/offers"), fail, times=1)
    change(installation, ring)
    expect(desk.get_by_role("article", name="Noor is calling")).to_be_visible(timeout=20_000)
    assert failed


def test_a_dialog_stays_open_when_the_customer_writes(desk: Page, installation: Installation):
    desk.get_by_role("button", name="Not ready").click()
    dialog = desk.get_by_role("dialog", name="Not ready")
    dialog.get_by_label("Reason").select_option("Lunch")
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    expect(desk.get_by_text("Is anybody there?").first).to_be_attached(timeout=SOON)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("Lunch")
