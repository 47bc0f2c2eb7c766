"""No address a customer gave is ever asked by us: door, worker and pages leave it to the reader's browser."""

import http.server
import threading
from collections.abc import Iterator

import pytest
import requests
from requests_mock import ANY

from tests import cast
from tests.deliveries import PETER, delivery, post, text
from webgateway.conversations.models import Contact, Message
from webgateway.db import db


class Trap(http.server.ThreadingHTTPServer):
    """On loopback, as an address in a private network would be; remembers who came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Trap

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def trap() -> Iterator[Trap]:
    server = Trap()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def everywhere(url: str) -> list[dict[str, object]]:
    """One message for each place in which a customer's delivery may carry an address."""
    kinds = (
        "image",
        "video",
        "audio",
        "file",
        "sticker",
        "share",
        "fallback",
        "template",
        "story_mention",
        "reel",
    )
    attachments = [
        {
            "type": kind,
            "url": f"{url}/{kind}",
            "payload": {"url": f"{url}/{kind}", "story_media_url": f"{url}/s"},
        }
        for kind in kinds
    ]
    return [
        text("Look", "m_1", attachments=attachments),
        text(f"Look at {url}/text", "m_2", referral={"ref": f"{url}/ref", "referer_uri": f"{url}/referer"}),
        text("Look", "m_3", reply_to={"mid": "m_1", "story": {"url": f"{url}/story", "id": "1"}}),
    ]


def test_the_trap_notices_who_comes(trap):
    requests.get(f"{trap.url}/somebody", timeout=5)
    assert trap.asked == ["/somebody"]


def test_what_a_customer_points_to_is_kept_shown_and_never_asked(
    app, visitor, as_ada, page, work, trap, requests_mock
):
    requests_mock.register_uri(ANY, ANY, real_http=True)
    requests_mock.get(
        f"http://127.0.0.1:9/v26.0/{PETER}", json={"name": "Peter", "profile_pic": f"{trap.url}/picture"}
    )
    post(visitor, page.gateway, delivery(*everywhere(trap.url)))
    work()
    message = db.session.scalars(db.select(Message).filter_by(mid="m_1")).one()
    contact = db.session.scalars(db.select(Contact)).one()
    assert contact.picture_url == f"{trap.url}/picture", "side work ran"
    shown = as_ada.get(f"/conversations/{message.conversation_id}").text
    assert f"{trap.url}/file" in shown, "the agent's browser is given the address"
    for path in ("/conversations/", "/journal/", "/journal/1", f"/conversations/{message.conversation_id}"):
        assert as_ada.get(path).status_code == 200
        assert as_ada.fragment(path).status_code == 200
    assert trap.asked == []
    assert len(requests_mock.request_history) == 1, "only Meta was asked, for the customer's profile"


def test_no_page_lets_the_browser_load_a_picture_of_a_strangers(as_ada, page, trap):
    peter = cast.contact(page, picture_url=f"{trap.url}/picture")
    talk = cast.conversation(peter)
    cast.message(talk, attachments=[{"type": "image", "url": f"{trap.url}/image", "title": None}])
    shown = as_ada.get(f"/conversations/{talk.id}").text
    assert f'href="{trap.url}/image"' in shown
    assert f'src="{trap.url}' not in shown
