"""No customer's attachment address is ever asked with a token, nor asked at all: two real servers write down
every request with its headers. One is Meta, and gets our tokens; the other is where the customer points."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from flask import Flask

from tests import cast
from tests.conftest import settings_in, sign_in
from tests.deliveries import PETER, delivery, echo, just_now, text, wire
from tests.serving import at_work, eventually_kept, free_port, served
from tests.test_media import everywhere
from webgateway import create_app, tasks
from webgateway.conversations import outgoing, recovery
from webgateway.conversations.models import Comparison, Contact, Message, Part
from webgateway.db import db, utcnow
from webgateway.meta import signature

ACCOUNT, LUCIA = "17841405726653026", "6841100000000001"


class Recorder(http.server.ThreadingHTTPServer):
    """`requests`: each as (path with query, headers by their lower-case name). `customers`: the other one."""

    customers = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def with_a_token(self) -> list[str]:
        return [
            path
            for path, headers in self.requests
            if "authorization" in headers or "access_token" in path or "EAA" in f"{path}{headers}"
        ]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Recorder

    def do_GET(self) -> None:
        self.server.requests.append(
            (self.path, {name.lower(): value for name, value in self.headers.items()})
        )
        body = json.dumps(self._answer()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Quietly."""

    def _answer(self) -> object:
        """A profile with the customer's own picture, a conversation full of their addresses, or thanks."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, theirs = self.path.partition("?")[0], self.server.customers
        if path.endswith((PETER, LUCIA)):
            return {"id": PETER, "name": "Peter Chang", "profile_pic": f"{theirs}/picture"}
        if path.endswith("/conversations"):
            return {"data": [_kept(theirs)]}
        return {"recipient_id": PETER, "message_id": "m_out"} if path.endswith("/messages") else {"data": []}


def _kept(url: str) -> dict[str, object]:
    """What Meta keeps of a conversation that no delivery brought."""
    at = utcnow() - timedelta(minutes=5)
    picture = {"mime_type": "image/png", "image_data": {"url": f"{url}/kept"}}
    said = {
        "id": "m_kept",
        "created_time": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "from": {"id": "8001"},
        "message": "",
        "attachments": {"data": [picture, {"file_url": f"{url}/kept-file"}]},
        "shares": {"data": [{"link": f"{url}/shared"}]},
        "sticker": f"{url}/sticker",
    }
    return {"id": "t_1", "participants": {"data": [{"id": "8001"}]}, "messages": {"data": [said]}}


@contextmanager
def recording() -> Iterator[Recorder]:
    server = Recorder()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def customers() -> Iterator[Recorder]:
    """Where the customer's attachments are said to be."""
    with recording() as server:
        yield server


@pytest.fixture
def meta(customers) -> Iterator[Recorder]:
    with recording() as server:
        server.customers = customers.url
        yield server


@pytest.fixture
def live(tmp_path, database_url, meta) -> Iterator[Flask]:
    """Our application over real HTTP, with its worker and its queue."""
    port = free_port()
    own = f"http://127.0.0.1:{port}"
    queue = f"sqlite:///{tmp_path / 'queue.db'}"
    addresses = {"graph_url": meta.url, "facebook_url": meta.url, "public_url": own, "queue_url": queue}
    app = create_app(settings_in(tmp_path, database_url=database_url, **addresses))
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context(), served(app, port), at_work(app):
        app.address = own  # type: ignore[attr-defined]
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_recorder_sees_who_comes_with_a_token_and_how(customers):
    requests.get(f"{customers.url}/a", timeout=5)
    requests.get(f"{customers.url}/b", headers={"Authorization": "Bearer secret"}, timeout=5)
    requests.get(f"{customers.url}/c?access_token=secret", timeout=5)
    assert [path for path, _ in customers.requests] == ["/a", "/b", "/c?access_token=secret"]
    assert customers.with_a_token == ["/b", "/c?access_token=secret"]


def test_from_the_door_to_the_last_round_only_meta_is_asked(live, meta, customers):
    page = _connected_page()
    lucia = {"by": LUCIA, "page": ACCOUNT}
    pictured = {"type": "image", "payload": {"url": f"{customers.url}/ours"}}
    story = [{"type": "story_mention", "payload": {"url": f"{customers.url}/story"}}]
    _deliver(live, page, delivery(*everywhere(customers.url), at=just_now()))
    _deliver(live, page, delivery(echo("Ours", "m_4", attachments=[pictured])))
    mention = text("", "aWd_1", at=just_now(), attachments=story, **lucia)
    _deliver(live, page, delivery(mention, page=ACCOUNT, object="instagram"))
    eventually_kept(lambda: db.session.query(Message).filter(Message.mid.is_not(None)).count() == 5)
    eventually_kept(lambda: {one.name for one in db.session.query(Contact)} == {"Peter Chang"})

    message = db.session.scalars(db.select(Message).filter_by(mid="m_1")).one()
    message.conversation.customer_wrote_at = utcnow()
    outgoing.write(message.conversation, f"Look at {customers.url}/text", "agent", cast.person("Gail"))
    recovery.start(page.gateway, utcnow().replace(year=2020))
    db.session.commit()
    eventually_kept(lambda: db.session.scalars(db.select(Part.state)).all() == ["sent"])
    eventually_kept(lambda: {one.state for one in db.session.query(Comparison)} == {"done"})
    assert db.session.query(Message).filter_by(mid="m_kept").count() == 1
    _look_at_the_screens(live)
    for name, (round_, _) in tasks._periodic.items():
        round_()
        db.session.rollback()
        assert customers.requests == [], name

    assert customers.with_a_token == []
    assert customers.requests == []
    told = [path.partition("?")[0].rsplit("/", 1)[-1] for path in meta.with_a_token]
    assert {PETER, LUCIA, "conversations", "messages"} <= set(told), "Meta was asked with our tokens"


def _connected_page():  # type: ignore[no-untyped-def]
    """With Instagram, whose pictures are shown from where they are."""
    gateway = cast.gateway(instagram_inline=True)
    page = cast.page(gateway, instagram_id=ACCOUNT)
    cast.grant(page, cast.account(gateway), instagram_suffices=True)
    db.session.commit()
    return page


def _deliver(app: Flask, page, body: object) -> None:  # type: ignore[no-untyped-def]
    raw = wire(body)
    headers = {
        "X-Hub-Signature-256": signature.sign(raw, page.gateway.app_secret),
        "Content-Type": "application/json",
    }
    address = f"{app.address}/meta/{page.gateway.uri}"  # type: ignore[attr-defined]
    db.session.commit()
    assert requests.post(address, data=raw, headers=headers, timeout=10).status_code == 200


def _look_at_the_screens(app: Flask) -> None:
    """As a browser without pictures does: each page, and the parts of it that are asked for again."""
    client = app.test_client()
    sign_in(app, client, "Ada")
    talks = db.session.scalars(db.select(Message.conversation_id).distinct()).all()
    db.session.rollback()
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    paths = ["/conversations/", "/journal/", "/journal/1", *(f"/conversations/{talk}" for talk in talks)]
    for path in paths:
        for headers in ({}, fragment):
            with app.app_context():
                assert client.get(path, headers=headers).status_code == 200
