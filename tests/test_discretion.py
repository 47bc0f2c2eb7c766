"""Everything at DEBUG, of every library, from the login to the send and through defects: no token, no secret,
no word that anybody wrote and no name stands in what is logged."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from sqlalchemy import event

from tests import cast
from tests.deliveries import delivery, just_now, post, text
from tests.serving import at_work, eventually_kept, free_port, served
from tests.test_logs import listening
from tests.working import until_done
from webgateway.conversations import outgoing, profiles
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import db
from webgateway.journal import taking
from webgateway.journal.models import Event
from webgateway.pages import completing
from webgateway.pages.models import Account, Grant, Page
from webgateway.simulator import seed
from webgateway.simulator.app import close, create_simulator

SAID, GREETING, ANSWER = "my card number is 4111", "Welcome dear stranger", "Your parcel left Lviv"
LIBRARIES = (
    *("urllib3", "urllib3.connectionpool", "huey", "huey.consumer", "gunicorn.error", "werkzeug", "alembic"),
    *("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.Engine", "sqlalchemy.pool", "sqlalchemy.orm"),
)


@pytest.fixture(autouse=True)
def everything_at_debug() -> Iterator[None]:
    """Before an engine is made: it asks once how much it may say."""
    before = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def simulator() -> Iterator[str]:
    meta = create_simulator(settings={"deliver": False})
    with served(meta, free_port()) as url:
        yield url
    close(meta)


@pytest.fixture
def settings(settings, simulator, tmp_path):
    queue = f"sqlite:///{tmp_path / 'queue.db'}"
    return replace(settings, graph_url=simulator, facebook_url=simulator, queue_url=queue)


@pytest.fixture
def gateway(app):
    return cast.gateway(app_secret=seed.APP_SECRET, flow=cast.flow(opening_message=GREETING))


@pytest.fixture
def page(gateway, as_ada) -> Page:
    """Connected through the dialog, over real HTTP."""
    log_in(as_ada, gateway)
    return db.session.query(Page).filter_by(meta_id=seed.PAGE_ID).one()


def log_in(client, gateway) -> list[str]:  # type: ignore[no-untyped-def]
    """The addresses on the way."""
    dialog = client.get(f"/gateways/{gateway.id}/pages/connect").headers["Location"]
    answers = {"_sim_user": "olena", "_sim_pages": seed.PAGE_ID}
    asked = requests.get(dialog, params=answers, allow_redirects=False, timeout=10)
    back = asked.headers["Location"].removeprefix("http://localhost").partition("#")[0]
    shown = client.get(back).headers["Location"]
    until_done(completing)
    client.get(shown)
    return [dialog, back]


def stored_secrets() -> list[str]:
    gateway = db.session.query(Page).first().gateway
    tokens = [row.token for row in [*db.session.query(Account), *db.session.query(Grant)] if row.token]
    return [gateway.app_secret, gateway.verify_token, gateway.uri, *tokens]


def names() -> list[str]:
    people = [
        row.name for row in [*db.session.query(Account), *db.session.query(Contact), *db.session.query(Page)]
    ]
    return [name for name in people if name]


def search(logged: str, forbidden: list[str]) -> None:
    assert len(logged) > 2000, "everything is logged"
    found = [word for word in forbidden if word in logged]
    assert not found, next(line for line in logged.splitlines() if found[0] in line)


@pytest.mark.parametrize("kind", ["json", "text"])
def test_from_the_login_to_the_send_nothing_is_told(app, as_ada, as_gail, gateway, kind):
    customer = seed.psid("dana", seed.PAGE_ID) if kind == "json" else "7392015648120394"
    with listening(kind) as out, served(app, free_port()) as here:
        addresses = log_in(as_ada, gateway)
        wrong = {"hub.mode": "subscribe", "hub.verify_token": "open-sesame", "hub.challenge": "1"}
        requests.get(f"{here}/meta/{gateway.uri}", params=wrong, timeout=10)
        with at_work(app):
            body = delivery(
                text(SAID, "m_1", by=customer, page=seed.PAGE_ID, at=just_now()), page=seed.PAGE_ID
            )
            post(app.test_client(), gateway, body)
            eventually_kept(lambda: db.session.query(Part).count() == 1)
            talk = db.session.query(Conversation).one().id
            as_gail.post(f"/conversations/{talk}/messages", data={"text": ANSWER})
            eventually_kept(lambda: db.session.query(Part).filter_by(state="waiting").count() == 0)
            eventually_kept(lambda: db.session.query(Contact).one().profile_checked_at is not None)
        as_gail.get(f"/conversations/{talk}?q={SAID}")
        as_ada.get(f"/gateways/{gateway.id}/pages")
    queries = [address.partition("?")[2] for address in addresses]
    values = [pair.partition("=")[2] for query in queries for pair in query.split("&")]
    on_the_way = [value for value in values if len(value) > 20]
    assert on_the_way, "the login's state and code"
    forbidden = [*stored_secrets(), *on_the_way, "open-sesame", SAID, GREETING, ANSWER, *names()]
    search(out.getvalue(), forbidden)
    for logger in ("webgateway", "urllib3", "sqlalchemy", "huey", "werkzeug"):
        assert logger in out.getvalue() or kind == "text"


def test_a_job_that_fails_tells_nothing_of_what_it_held(app, visitor, page, monkeypatch):
    def broken(given, *_):  # type: ignore[no-untyped-def]
        try:
            {}[given.text]
        except KeyError as cause:
            raise ValueError(f"invalid literal for int(): {given.text!r}") from cause

    monkeypatch.setattr(taking.incoming, "take", broken)
    with listening() as out, at_work(app):
        post(visitor, page.gateway, delivery(text(SAID, "m_1", page=seed.PAGE_ID), page=seed.PAGE_ID))
        eventually_kept(lambda: db.session.query(Event).filter_by(attempts=1).count() == 1)
    assert "ValueError" in out.getvalue()
    search(out.getvalue(), [SAID, *stored_secrets(), *names()])


def test_a_row_that_the_database_refuses_is_not_quoted(app, visitor, page):
    """PostgreSQL quotes the whole row beside the constraint."""
    if db.engine.dialect.name == "sqlite":
        refuse = "CREATE TRIGGER no BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'a constraint'); END"
    else:
        refuse = "ALTER TABLE messages ADD CONSTRAINT no CHECK (author != 'customer')"
    db.session.execute(db.text(refuse))
    db.session.commit()
    with listening() as out, at_work(app):
        post(visitor, page.gateway, delivery(text(SAID, "m_1", page=seed.PAGE_ID), page=seed.PAGE_ID))
        eventually_kept(lambda: db.session.query(Event).filter_by(attempts=1).count() == 1)
    assert "IntegrityError" in out.getvalue()
    search(out.getvalue(), [SAID, *stored_secrets(), *names()])


def test_a_call_that_breaks_below_http_does_not_quote_its_address(app, page, simulator):
    """Meta goes away while we wait: urllib3 and requests speak of the whole address."""
    talk = cast.conversation(cast.contact(page))
    outgoing.write(talk, ANSWER, "agent", cast.person("Gail"))
    db.session.commit()
    app.extensions["settings"] = replace(
        app.extensions["settings"], graph_url=f"http://127.0.0.1:{free_port()}"
    )
    with listening() as out:
        for _ in range(40):  # enough to be searched
            logging.getLogger("webgateway.test").debug(
                "a line that is long enough to make this a log to search"
            )
        outgoing.work(outgoing.claim())
    assert "Graph POST" in out.getvalue()
    search(out.getvalue(), [ANSWER, "appsecret_proof", *stored_secrets(), *names()])


def test_side_work_that_fails_tells_nothing(app, page):
    """Huey writes down what its tasks raise."""
    peter = cast.contact(page, None, profile_checked_at=None)
    failed = threading.Event()

    def refuse(_connection, _cursor, statement, *_):  # type: ignore[no-untyped-def]
        if "FROM contacts" in statement:
            failed.set()
            raise ValueError(f"invalid literal: {SAID}")

    with listening() as out, at_work(app):
        event.listen(db.engine, "before_cursor_execute", refuse)
        profiles.look_up.later(peter.id)
        assert failed.wait(10)
        eventually_kept(lambda: "Unhandled exception in task" in out.getvalue())
        event.remove(db.engine, "before_cursor_execute", refuse)
    search(out.getvalue(), [SAID, *stored_secrets(), *names()])


@pytest.mark.parametrize("name", ["gunicorn.error", "werkzeug", "urllib3.connectionpool"])
def test_a_library_that_quotes_an_address_loses_its_query(app, name):
    with listening() as out:
        logging.getLogger(name).warning("Error handling request %s", "/meta/x?hub.verify_token=open-sesame")
    assert "Error handling request /meta/x" in out.getvalue()
    assert "open-sesame" not in out.getvalue()


def test_messages_are_there_to_be_found(app, visitor, page, work):
    """What the searches above look for was really said."""
    post(visitor, page.gateway, delivery(text(SAID, "m_1", page=seed.PAGE_ID), page=seed.PAGE_ID))
    with at_work(app):
        eventually_kept(lambda: db.session.query(Message).count() == 2)
    assert {message.text for message in db.session.query(Message)} == {SAID, GREETING}
