"""Who waits in the agent's queues is listed, and leaves the list."""

import re

from playwright.sync_api import Page, Route, expect

from tests.bench.installation import Installation
from tests.browser.live.changes import SOON, change, waits, while_brought

LATER = 20_000  # milliseconds: the list is brought every five seconds


def test_who_waits_is_listed_though_another_comes_while_the_list_is_on_its_way(
    desk: Page, installation: Installation
):
    while_brought(desk, "/workspace/waiting", installation, lambda: waits("22"))
    change(installation, lambda: waits("21"))
    waiting = desk.get_by_role("region", name="Waiting in my queues")
    expect(waiting.get_by_role("button", name="Take Customer 21")).to_be_visible(timeout=SOON)
    expect(waiting.get_by_role("button", name="Take Customer 22")).to_be_visible(timeout=LATER)


def test_who_is_taken_waits_no_longer_once_they_are_shown(desk: Page, installation: Installation):
    change(installation, lambda: [waits(number) for number in ("21", "22")])
    waiting = desk.get_by_role("region", name="Waiting in my queues")
    expect(waiting.get_by_role("button", name="Take Customer 22")).to_be_visible(timeout=LATER)
    desk.route(re.compile("/workspace/waiting"), Route.abort)
    for number, left in (("21", 1), ("22", 0)):
        waiting.get_by_role("button", name=f"Take Customer {number}").click()
        expect(desk.get_by_role("region", name=f"Conversation with Customer {number}")).to_be_visible()
        expect(waiting.get_by_role("listitem")).to_have_count(left)
    expect(waiting.get_by_text("Nobody waits.")).to_be_visible()
