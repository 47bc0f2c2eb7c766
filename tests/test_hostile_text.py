"""What customers, Meta and colleagues write is shown as text on every page, and no page shows a secret."""

from html.parser import HTMLParser

import pytest

from tests import cast
from tests.deliveries import delivery, post, text
from tests.test_isolation import about_a_record, acme, address  # noqa: F401 - a fixture
from tests.test_url_map import rules
from tests.working import until_done
from webgateway.conversations.models import Contact, Message
from webgateway.db import db
from webgateway.flows.definition import Bot, Choice, Definition, Menu
from webgateway.flows.models import Flow
from webgateway.gateways.models import Gateway
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import Account, Page

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>{{ 7*7 }}"
BAD_LINKS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example",
    "vbscript:x",
)
TEXTS = {
    Gateway: ("name", "app_name", "credentials_error", "webhook_error"),
    Page: ("name", "category", "instagram_username", "instagram_name", "problem", "subscription_error"),
    Account: ("name", "dead_reason"),
    Contact: ("name", "username"),
    Flow: ("name",),
    Event: ("reason", "mid", "user_id", "account_id"),
    Delivery: ("error",),
}


@pytest.fixture
def hostile(app, visitor, acme):  # noqa: F811
    """Acme, with hostile words wherever somebody else may have written them."""
    gateway = db.session.get(Gateway, acme["gateway_id"])
    files = [{"type": "image", "payload": {"url": link, "title": EVIL}} for link in BAD_LINKS]
    items = [
        text(f"{EVIL} {link}", f"m_{number}", attachments=files, referral={"ref": EVIL, "source": EVIL})
        for number, link in enumerate(BAD_LINKS)
    ]
    post(visitor, gateway, delivery(*items))
    until_done()
    for model, names in TEXTS.items():
        for row in db.session.query(model):
            for name in names:
                setattr(row, name, EVIL)
            for name in ("picture_url", "instagram_picture_url"):
                if hasattr(row, name):
                    setattr(row, name, BAD_LINKS[0])
    for flow in db.session.query(Flow):
        parts = (
            Menu(id="m", name=EVIL, text=EVIL, choices=(Choice(EVIL),)),
            Bot(id="b", name=EVIL, url=EVIL),
        )
        flow.revise(opening_message=EVIL, closing_message=EVIL, parts=parts)
        acme["version_id"] = flow.live.id
        flow.save_draft(Definition(offline_message=EVIL))
    page = db.session.get(Page, acme["page_id"])
    page.instagram_id = "17841400000000001"
    for message in db.session.query(Message).filter(Message.mid.is_not(None)):
        acme["conversation_id"] = message.conversation_id
        message.attachments = [*message.attachments, {"type": EVIL, "url": BAD_LINKS[0], "title": EVIL}]
        acme["delivery_id"] = max(acme["delivery_id"], 2)
    gateway.webhook_at_meta = [{"object": EVIL, "callback_url": EVIL, "fields": [EVIL], "missing": [EVIL]}]
    db.session.commit()
    return acme


class Inline(HTMLParser):
    """What could run a script that is not a file of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, page: str) -> list[str]:
        parser = cls()
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip().lower() for name, value in attrs}
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append(f"<script {given}>")
        for name, value in given.items():
            leads = name in ("href", "src", "action", "formaction") or name.startswith("hx-")
            runs = value.startswith(("javascript:", "data:", "vbscript:", "js:", "//"))
            if name.startswith(("on", "hx-on")) or name == "style" or (leads and runs):
                self.found.append(f'<{tag} {name}="{value}">')


def test_the_check_itself_sees_what_it_looks_for():
    for bad in ("<script>1</script>", "<a href='javascript:1'>", "<img src=x onerror=1>", "<p style='a'>"):
        assert Inline.of(bad), bad


def pages(app, client, ids):
    """Every address that is read, as a page and as a fragment."""
    for rule in [*about_a_record(app), *(each for each in rules(app) if not each.arguments)]:
        if "GET" in rule.methods and not rule.rule.endswith("/connect"):
            url = address(app, rule, ids)
            url += f"?ids={ids['gateway_id']}" if rule.endpoint == "deletion.new" else ""
            yield url, client.get(url)
            yield url, client.fragment(url)


def test_hostile_text_stays_text_everywhere(app, as_ada, hostile):
    seen = 0
    for url, answer in pages(app, as_ada, hostile):
        assert answer.status_code in (200, 204, 302, 303), f"{url} answered {answer.status_code}"
        if answer.mimetype != "text/html":
            continue
        assert not Inline.of(answer.text), url
        assert "&gt;49" not in answer.text, url
        seen += "&lt;script&gt;" in answer.text
    assert seen > 10


def test_no_script_runs_that_is_not_a_file_of_ours(app, as_ada, hostile):
    for url, answer in pages(app, as_ada, hostile):
        policy = dict(
            part.partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split("; ")
        )
        if "sandbox" in policy:  # a file that was sent runs nothing at all
            assert policy["default-src"] == "'none'", url
            continue
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'"), url
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_shows_a_secret(app, as_ada, acme):  # noqa: F811
    gateway = db.session.get(Gateway, acme["gateway_id"])
    secrets = [gateway.app_secret, "EAA-user-token", "EAA-page-token", cast.person("Ada").password]
    token, meta_tab = gateway.verify_token, f"/gateways/{gateway.id}"
    for url, answer in pages(app, as_ada, acme):
        assert not [secret for secret in secrets if secret in answer.text], url
        assert (token in answer.text) <= (url == meta_tab), f"the verify token stands in {url}"
