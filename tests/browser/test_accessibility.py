"""Every screen, light and dark, phone and wide: no axe violation, nothing overflows, no console error."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import log_in
from tests.browser.screens import AXE, PRESSED, SCREENS, show
from tests.browser.showroom import furnish

ESCAPED = """() => {
  const scrolls = element => /auto|scroll/.test(getComputedStyle(element).overflowY)
  const frame = element => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
      if (scrolls(one)) return one
  }
  return [...document.querySelectorAll(".visually-hidden")]
    .filter(one => one.offsetParent && frame(one) && !frame(one).contains(one.offsetParent))
    .map(one => `${frame(one).className} > ${one.textContent.trim()}`)
}"""
"""What only screen readers read and no part that scrolls holds: it makes the page itself longer."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_screen_can_be_used_by_everybody(browser: Browser, still, simulator: str, scheme, width):
    ids = furnish(still, simulator)
    context = browser.new_context(
        base_url=still.address, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    faults: list[str] = []
    page.on(
        "console",
        lambda message: (
            faults.append(f"{message.text} {message.location['url']}") if _is_fault(message) else None
        ),
    )
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/login")
    faults += _faults(page, "login")
    log_in(page, "ada@example.com")
    for name in (*SCREENS, *PRESSED):
        show(page, name, ids)
        faults += _faults(page, name)
    context.close()
    assert faults == [], "\n".join(faults)


def _is_fault(message: ConsoleMessage) -> bool:
    """The page that is not there and what is refused are told by the browser too."""
    told = SCREENS["not-found"] in message.location["url"] or "status of 422" in message.text
    return message.type == "error" and not told


def _faults(page: Page, name: str) -> list[str]:
    faults = [f"{name}: {violation}" for violation in violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{name}: wider than the window")
    if page.evaluate(
        "document.querySelector('.main.full') && document.documentElement.scrollHeight > innerHeight"
    ):
        faults.append(f"{name}: longer than the window, though its parts scroll")
    return faults + [f"{name}: {one} scrolls away with the page" for one in page.evaluate(ESCAPED)]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {item['help']} {item['nodes'][0]['target']}" for item in found["violations"]]
