"""Every screen, light and dark, phone and wide: no axe violation, nothing overflows, no console error."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import log_in
from tests.browser.screens import AXE, SCREENS, settled
from tests.browser.showroom import furnish


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_screen_can_be_used_by_everybody(browser: Browser, live, simulator: str, scheme, width):
    ids = furnish(live, simulator)
    context = browser.new_context(
        base_url=live.address, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    faults: list[str] = []
    page.on(
        "console",
        lambda message: (
            faults.append(f"{message.text} {message.location['url']}")
            if _is_fault(message, live.address)
            else None
        ),
    )
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, "ada@example.com")
    for name, path in SCREENS.items():
        page.goto(path.format(**ids))
        settled(page)
        faults += [f"{name}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name}: wider than the window")
    context.close()
    assert faults == [], "\n".join(faults)


def _is_fault(message: ConsoleMessage, ours: str) -> bool:
    """The page that is not there is told by the browser too, and so are pictures that Meta no longer has."""
    url = message.location["url"]
    gone = SCREENS["not-found"] in url or ("404" in message.text and not url.startswith(ours))
    return message.type == "error" and not gone


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {item['help']} {item['nodes'][0]['target']}" for item in found["violations"]]
