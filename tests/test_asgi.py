"""The same application under an ASGI server: deliveries at the door, everything else in Flask's threads."""

import asyncio
import sqlite3
from contextvars import Context
from dataclasses import dataclass

import pytest
from sqlalchemy import event, func, select

from tests import cast
from tests.deliveries import delivery, text, wire
from webgateway import asgi, bodies
from webgateway.db import db
from webgateway.journal import door as doors
from webgateway.journal.models import Delivery
from webgateway.meta import signature, signed_request

JSON = "application/json"


@dataclass
class Answered:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Server:
    """What an ASGI server does, without the sockets."""

    def __init__(self, app) -> None:  # type: ignore[no-untyped-def]
        self.app = app

    async def call(self, method, path, chunks=(b"",), query=b"", leaves=False, **headers):  # type: ignore[no-untyped-def]
        sent = []
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1 or leaves}
            for number, chunk in enumerate(chunks)
        ]

        async def receive():  # type: ignore[no-untyped-def]
            if not waiting:
                if leaves:
                    return {"type": "http.disconnect"}
                await asyncio.sleep(60)
            chunk = waiting.pop(0)
            if chunk["body"] == b"...":
                await asyncio.sleep(60)
            return chunk

        async def send(message):  # type: ignore[no-untyped-def]
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "root_path": "",
            "headers": [
                (name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()
            ],
        }
        await self.app(scope, receive, send)
        if not sent:
            return None
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answered(sent[0]["status"], dict(sent[0]["headers"]), body)

    def deliver(self, gateway, body, chunks=None, **more):  # type: ignore[no-untyped-def]
        signed = {"X_Hub_Signature_256": signature.sign(body, gateway.app_secret), "Content_Type": JSON}
        return self.call("POST", f"/meta/{gateway.uri}", chunks or (body,), **{**signed, **more})


@pytest.fixture
def server(app) -> Server:
    return Server(app)


@pytest.fixture
def gateway(app):
    gateway = cast.gateway()
    gateway.uri, gateway.app_secret  # noqa: B018 - loaded
    db.session.commit()
    return gateway


def run(*calls):  # type: ignore[no-untyped-def]
    async def together():  # type: ignore[no-untyped-def]
        return await asyncio.gather(*calls)

    db.session.commit()
    # As in a server's process: nothing of the test's own application context is there.
    return Context().run(asyncio.run, together())


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_a_signed_delivery_is_kept_as_it_came(server, gateway):
    body = wire(delivery(text("Привіт", "m_1")))
    (answer,) = run(server.deliver(gateway, body))
    assert (answer.status, answer.body) == (200, b"EVENT_RECEIVED")
    assert answer.headers[b"content-type"].startswith(b"text/plain")
    stored = db.session.scalars(select(Delivery)).one()
    assert (stored.body, stored.size, stored.signature, stored.state) == (
        body,
        len(body),
        "sha256",
        "waiting",
    )


def test_deliveries_at_the_same_time_share_commits(server, gateway):
    run(server.deliver(gateway, wire(delivery(text("Hi", "m_first")))))
    commits = []
    event.listen(db.engine, "commit", lambda _: commits.append(True))
    calls = [server.deliver(gateway, wire(delivery(text("Hi", f"m_{n}")))) for n in range(100)]
    assert {answer.status for answer in run(*calls)} == {200}
    assert len(commits) < 50
    assert kept() == 101


def test_a_body_in_pieces_is_one_body(server, gateway):
    body = wire(delivery(text("Hi", "m_1")))
    (answer,) = run(server.deliver(gateway, body, chunks=(body[:10], body[10:50], body[50:])))
    assert answer.status == 200
    assert db.session.scalars(select(Delivery.body)).one() == body


@pytest.mark.parametrize("header", ["X_Other", "X_Hub_Signature"])
def test_a_missing_or_old_signature_is_refused_and_remembered(server, gateway, header):
    call = server.call("POST", f"/meta/{gateway.uri}", (b"{}",), Content_Type=JSON, **{header: "sha1=0"})
    (answer,) = run(call)
    assert (answer.status, kept()) == (403, 0)
    db.session.expire_all()
    assert gateway.signature_refused_at is not None


def test_signed_nonsense_is_400(server, gateway):
    assert run(server.deliver(gateway, b"not json"))[0].status == 400


def test_an_unknown_address_is_404_before_a_body_is_read(server, gateway):
    assert run(server.call("POST", "/meta/nobody", (b"...",), Content_Type=JSON))[0].status == 404


def test_a_named_length_over_8_mib_is_413_before_a_body_is_read(server, gateway):
    (answer,) = run(server.deliver(gateway, b"", chunks=(b"...",), Content_Length=str(doors.LARGEST + 1)))
    assert answer.status == 413


def test_an_agents_files_may_be_larger_and_have_room_of_their_own(server, gateway, monkeypatch):
    half = b"x" * (doors.LARGEST // 2)
    answer = server.call("POST", "/conversations/1/messages", (half, half, b"x"))
    assert run(answer)[0].status == 302, "nobody is signed in, and nothing is read"
    monkeypatch.setattr(bodies, "HELD", 1000)
    files, body = b"x" * 2000, wire(delivery(text("Hello", "m_1")))
    full, kept = run(
        server.call("POST", "/conversations/1/messages", (files,)), server.deliver(gateway, body)
    )
    assert (full.status, kept.status) == (503, 200)


def test_files_beyond_their_limit_are_413(server, monkeypatch):
    monkeypatch.setattr(server.app.front.files, "largest", 1000)
    answer = server.call("POST", "/conversations/1/messages", (b"...",), Content_Length="1001")
    assert run(answer)[0].status == 413


def test_a_body_that_grows_over_8_mib_is_413(server, gateway):
    half = b"x" * (doors.LARGEST // 2)
    assert run(server.deliver(gateway, b"", chunks=(half, half, b"x")))[0].status == 413
    assert server.app.front.bodies.held == 0


def test_whoever_drips_a_body_is_sent_away(server, gateway, monkeypatch):
    monkeypatch.setattr(bodies, "WITHIN", 0.05)
    assert run(server.deliver(gateway, b"", chunks=(b"{", b"...")))[0].status == 408
    assert run(server.call("POST", "/login", (b"a", b"..."), Content_Length="10"))[0].status == 408


def test_whoever_leaves_half_way_is_not_answered(server, gateway):
    assert run(server.deliver(gateway, b"", chunks=(b"{",), leaves=True)) == [None]
    assert kept() == 0


def test_bodies_share_a_bounded_memory(server, gateway, monkeypatch):
    monkeypatch.setattr(bodies, "HELD", 100)
    assert run(server.deliver(gateway, b"x" * 101))[0].status == 503
    monkeypatch.setattr(bodies, "HELD", 10_000)
    assert run(server.deliver(gateway, wire(delivery(text("Hi", "m_1")))))[0].status == 200


def test_pages_come_from_flask(server, gateway):
    (answer,) = run(server.call("GET", "/login"))
    assert answer.status == 200
    assert b"Log in" in answer.body
    assert b"content-security-policy" in answer.headers


def test_verification_and_the_callbacks_of_people_who_leave_come_from_flask(server, gateway):
    uri, token = gateway.uri, gateway.verify_token
    query = f"hub.mode=subscribe&hub.challenge=42&hub.verify_token={token}".encode()
    form = signed_request.make({"algorithm": "HMAC-SHA256", "user_id": "1"}, gateway.app_secret)
    db.session.commit()
    verified, left, put = run(
        server.call("GET", f"/meta/{uri}", query=query),
        server.call(
            "POST",
            f"/meta/{uri}",
            (f"signed_request={form}".encode(),),
            Content_Type="application/x-www-form-urlencoded",
        ),
        server.call("PUT", f"/meta/{uri}"),
    )
    assert (verified.status, verified.body) == (200, b"42")
    assert left.status == 200
    assert put.status == 405


def test_a_form_without_a_length_arrives_whole(server, gateway):
    form = b"email=nobody%40example.com&password=wrong"
    kind = "application/x-www-form-urlencoded"
    (answer,) = run(
        server.call("POST", "/login", (form[:5], form[5:]), Transfer_Encoding="chunked", Content_Type=kind)
    )
    assert answer.status == 422
    assert b"nobody@example.com" in answer.body


def test_an_address_with_letters_beyond_ascii_is_no_error(server, gateway):
    assert run(server.call("GET", "/login", query="next=/é".encode()))[0].status == 200


def test_more_requests_than_threads_can_take_are_told_to_come_again(server, gateway, monkeypatch):
    monkeypatch.setattr(asgi, "MOST_IN_THREADS", 0)
    (answer,) = run(server.call("GET", "/login"))
    assert answer.status == 503
    assert run(server.deliver(gateway, wire(delivery(text("Hi", "m_1")))))[0].status == 200


def test_a_database_that_takes_nothing_is_503_in_time_for_meta(server, gateway, monkeypatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the lock of the whole database is SQLite's")
    monkeypatch.setattr(doors, "PATIENCE", 0.2)
    db.session.rollback()
    other = sqlite3.connect(db.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    body = wire(delivery(text("Hi", "m_1")))
    assert run(server.deliver(gateway, body))[0].status == 503
    other.execute("ROLLBACK")
    other.close()
    assert run(server.deliver(gateway, body))[0].status == 200


def test_a_full_disk_is_503_and_the_next_delivery_after_room_was_made_is_kept(server, gateway):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's way to say that there is no more room")
    pages = db.session.scalar(db.text("PRAGMA page_count"))
    db.session.rollback()
    limits = [pages + 2]
    event.listen(db.engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA max_page_count = {limits[-1]}"))
    large = wire(delivery(text("a" * 100_000, "m_1")))
    assert run(server.deliver(gateway, large))[0].status == 503
    limits.append(1_000_000)
    assert run(server.deliver(gateway, large))[0].status == 200


def test_starting_and_stopping_are_answered(app):
    sent = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():  # type: ignore[no-untyped-def]
        return next(messages)

    async def send(message):  # type: ignore[no-untyped-def]
        sent.append(message["type"])

    Context().run(asyncio.run, app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
