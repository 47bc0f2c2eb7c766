"""What is logged says which delivery, event and part it is about, and nothing of what people wrote."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import IntegrityError

from tests import cast
from tests.deliveries import delivery, just_now, post, text
from webgateway import discretion, logs
from webgateway.conversations import outgoing
from webgateway.conversations.models import Message, Part
from webgateway.db import db
from webgateway.flows.models import Flow
from webgateway.journal import public, reading, taking
from webgateway.journal.models import Delivery, Event

log = logging.getLogger("webgateway.test")
SECRET = "my card number is 4111"


@contextmanager
def listening(kind: str = "json") -> Iterator[io.StringIO]:
    """What a process with our format at DEBUG would write, of every logger there is."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.FORMATS[kind]())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def lines(out: io.StringIO) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in out.getvalue().splitlines()]


def only(out: io.StringIO, message: str) -> dict:  # type: ignore[type-arg]
    (found,) = [line for line in lines(out) if line["message"] == message]
    return found


@pytest.fixture
def page(app):
    page = cast.page(cast.gateway(flow=cast.flow()))
    cast.grant(page, cast.account(page.gateway))
    return page


def test_a_line_is_json_with_time_in_utc_level_logger_and_message(app):
    with listening() as out:
        log.warning("the %s waits", "queue", extra={"waiting": 3})
    line = lines(out)[-1]
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "webgateway.test",
        "message": "the queue waits",
        "waiting": 3,
    }


def test_what_is_bound_stands_on_every_line_inside_and_on_none_after(app):
    with listening() as out:
        with logs.bound(delivery=7, user=None), logs.bound(event=9):
            logging.getLogger("another.library").info("inside")
        log.info("after")
    inside, after = only(out, "inside"), only(out, "after")
    assert (inside["delivery"], inside["event"]) == (7, 9)
    assert "user" not in inside
    assert "delivery" not in after


def test_an_id_that_is_bound_may_be_told_once_more(app):
    with listening() as out, logs.bound(delivery=7):
        log.info("twice", extra={"delivery": 8})
    assert only(out, "twice")["delivery"] == 8


def test_for_a_terminal_a_line_is_readable(app):
    with listening("text") as out, logs.bound(delivery=7):
        log.info("event taken", extra={"outcome": "done"})
    assert "info test: event taken · delivery=7 outcome=done\n" in out.getvalue()


@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_traceback_tells_where_and_what_kind_but_not_what_the_exception_quotes(app, kind):
    with listening(kind) as out:
        try:
            try:
                {}[SECRET]
            except KeyError as cause:
                raise ValueError(f"invalid literal: {SECRET}") from cause
        except ValueError:
            log.exception("a job failed")
    assert "KeyError" in out.getvalue()
    assert "ValueError" in out.getvalue()
    assert "test_logs.py" in out.getvalue()
    assert SECRET not in out.getvalue()


def test_a_format_that_is_not_ours_learns_no_more(app, caplog):
    try:
        int(SECRET)
    except ValueError:
        log.exception("a job failed")
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_a_constraint_is_named_and_the_row_that_broke_it_is_not(app, page, caplog):
    talk = cast.conversation(cast.contact(page))
    cast.message(talk, SECRET, mid="m_1")
    try:
        cast.message(talk, SECRET, mid="m_1")
    except IntegrityError:
        log.exception("a job failed")
    db.session.rollback()
    assert "IntegrityError" in caplog.text
    assert "messages" in caplog.text
    assert SECRET not in caplog.text
    assert "m_1" not in caplog.text.replace('mid="m_1"', "")


def test_an_error_that_is_its_own_cause_is_told_once():
    error = ValueError("round")
    error.__cause__ = error
    assert discretion.trace(error) == "ValueError"


@pytest.mark.parametrize(
    "secret",
    [
        "EAAGm0PX4ZCpsBAKZC",
        "wgbot_u1Yd5Xw2Q9",
        "whsec_C2FVsBQIhrscChlQIMV+b5s=",
        "1029384756102930|0123456789abcdef",
        "access_token=abc.def",
        "hub.verify_token=open-sesame",
        "Bearer abcdefgh",
        "?code=AQDxyz",
        "appsecret_proof=0123456789abcdef0123456789abcdef",
    ],
)
def test_a_token_that_slips_into_a_text_is_struck_out(app, secret):
    with listening() as out:
        log.info("got %s here", secret)
    assert secret not in out.getvalue()
    assert "…" in lines(out)[-1]["message"]
    assert lines(out)[-1]["message"].endswith(" here")


def test_a_delivery_is_followed_through_reading_taking_and_sending(app, visitor, page, work, requests_mock):
    requests_mock.post(f"http://127.0.0.1:9/v26.0/{page.meta_id}/messages", json={"message_id": "m_9"})
    requests_mock.get("http://127.0.0.1:9/v26.0/7392015648120394", json={"name": "Peter Chang"})
    with listening() as out:
        post(visitor, page.gateway, delivery(text("Hi", "m_1", at=just_now())))
        work()
    kept, event = db.session.query(Delivery).one(), db.session.query(Event).one()
    greeting = db.session.query(Message).filter_by(author="flow").one()
    read, taken, sent = only(out, "delivery read"), only(out, "event taken"), only(out, "part sent")
    assert (read["delivery"], read["events"]) == (kept.id, 1)
    assert (taken["delivery"], taken["event"], taken["kind"]) == (kept.id, event.id, "message")
    assert (taken["outcome"], taken["conversation"]) == ("done", event.conversation_id)
    assert (sent["delivery"], sent["message_id"], sent["part"]) == (
        kept.id,
        greeting.id,
        greeting.parts[0].id,
    )
    assert sent["seconds"] >= 0


def test_every_message_knows_the_delivery_that_brought_it_or_that_it_answers(app, visitor, page, work):
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    (kept,) = db.session.query(Delivery)
    assert {message.delivery_id for message in db.session.query(Message)} == {kept.id}
    assert db.session.query(Message).count() == 2


def test_a_refused_answer_of_an_agent_names_the_agent_and_what_meta_said(app, page, requests_mock):
    talk = cast.conversation(cast.contact(page))
    gail = cast.person("Gail")
    outgoing.write(talk, SECRET, "agent", gail)
    db.session.commit()
    refusal = {"message": SECRET, "code": 10, "error_subcode": 2018278, "fbtrace_id": "AbC"}
    requests_mock.post(
        f"http://127.0.0.1:9/v26.0/{page.meta_id}/messages", status_code=400, json={"error": refusal}
    )
    with listening() as out:
        outgoing.work(outgoing.claim())
    part = db.session.query(Part).one()
    told = only(out, "part failed")
    assert (told["part"], told["message_id"], told["conversation"]) == (part.id, part.message_id, talk.id)
    assert (told["user"], told["code"], told["subcode"]) == (gail.id, 10, 2018278)
    assert told["fbtrace_id"] == "AbC"
    assert "delivery" not in told, "nothing that came in caused it"
    assert SECRET not in out.getvalue()
    graph = next(line for line in lines(out) if line["message"].startswith("Graph POST"))
    assert graph["part"] == part.id, "what is told meanwhile is told of this part"


def test_a_request_is_one_line_by_its_endpoint_without_address_or_query(app, visitor, as_ada):
    with listening() as out:
        visitor.get("/meta/unknown?hub.verify_token=open-sesame&hub.mode=subscribe")
        as_ada.get("/flows/?q=bananas")
        as_ada.post("/flows/new", data={"name": "Bye", "destination": "agents"})
    wrong, read, written = (line for line in lines(out) if line["message"] == "request")
    assert (wrong["endpoint"], wrong["status"], wrong["level"]) == ("public.dispatch", 404, "info")
    assert (read["endpoint"], read["method"], read["level"]) == ("flows.index", "GET", "debug")
    assert (written["method"], written["level"], written["status"]) == ("POST", "info", 303)
    assert written["ms"] > 0
    assert len({wrong["request"], read["request"], written["request"]}) == 3
    assert "open-sesame" not in out.getvalue()
    assert "bananas" not in out.getvalue()
    assert db.session.query(Flow).filter_by(name="Bye").count() == 1


def test_a_request_that_breaks_is_told_by_its_endpoint(app, visitor, page, monkeypatch):
    monkeypatch.setattr(public, "_listening", lambda uri: {}[uri])
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    with listening() as out:
        assert visitor.get(f"/meta/{page.gateway.uri}").status_code == 500
    broken = only(out, "a request failed")
    assert (broken["endpoint"], "KeyError" in broken["exc_info"]) == ("public.dispatch", True)
    assert page.gateway.uri not in out.getvalue()
