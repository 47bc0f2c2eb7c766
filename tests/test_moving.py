"""`flask db copy`: everything arrives in the other database, or nothing does and one line says why."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import insert

from tests import cast
from tests.conftest import Client, settings_in
from tests.databases import PostgreSQL
from tests.deliveries import delivery, post, text
from tests.filled import BODY, KYIV, everything, fill
from tests.working import until_done
from webgateway import create_app, moving
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow
from webgateway.flows.models import Flow
from webgateway.gateways.models import Gateway
from webgateway.heartbeat import Heartbeat, beat
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import Account
from webgateway.tenants.models import Tenant

KEY = Fernet.generate_key().decode()
NO_REFERRAL = db.text("SELECT count(*) FROM messages WHERE referral IS NULL")
Empty = Callable[[str], str]
"""The URL of a database of this kind at the newest migration, without a row."""


@contextmanager
def at(url: str, folder: Path, key: str = KEY) -> Iterator[Flask]:
    """The application on the database `url`."""
    app = create_app(settings_in(folder, database_url=url, encryption_keys=(key,)))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "webgateway.db"
    with at(f"sqlite:///{file}", file.parent):
        upgrade()
    return file


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[PostgreSQL]:
    def found(url: str) -> None:
        with at(url, tmp_path_factory.mktemp("migrated")):
            upgrade()

    try:
        postgresql = PostgreSQL(found)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    yield postgresql
    postgresql.server.stop()


@pytest.fixture
def empty(request, tmp_path, migrated) -> Iterator[Empty]:
    copies = []

    def make(kind: str) -> str:
        if kind == "postgresql":
            copies.append(request.getfixturevalue("server").copy(tmp_path))
            return copies[-1].__enter__()
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
        file.write_bytes(migrated.read_bytes())
        return f"sqlite:///{file}"

    yield make
    for copy in copies:
        copy.__exit__(None, None, None)


@pytest.fixture
def old(empty, tmp_path) -> str:
    """An SQLite database with rows in every table."""
    return filled(empty("sqlite"), tmp_path)


def filled(url: str, folder: Path) -> str:
    with at(url, folder):
        fill()
    return url


def copy(app: Flask, source: str):  # type: ignore[no-untyped-def]
    db.session.remove()
    return app.test_cli_runner().invoke(args=["db", "copy", source])


def refused(app: Flask, source: str) -> str:
    """The line it was refused with; nothing was copied."""
    before = everything()
    result = copy(app, source)
    assert result.exit_code == 1
    assert everything() == before
    *_, line = result.output.splitlines()
    assert line.startswith("Error: ")
    return line


def test_no_table_of_the_source_is_empty(old, tmp_path):
    with at(old, tmp_path):
        assert [name for name, rows in everything().items() if not rows] == []


@pytest.mark.parametrize(
    ("kind", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "sqlite")]
)
def test_everything_arrives_as_it_was(empty, tmp_path, kind, other):
    source = filled(empty(kind), tmp_path)
    with at(source, tmp_path):
        before, none = everything(), db.session.scalar(NO_REFERRAL)
    with at(empty(other), tmp_path) as app:
        result = copy(app, source)
        assert result.exit_code == 0, result.output
        assert everything() == before
        assert f"messages ({len(before['messages'])})" in result.output
        assert f"{sum(map(len, before.values()))} rows copied" in result.output
        assert db.session.scalars(db.select(Account)).one().expires_at == KYIV
        assert db.session.scalars(db.select(Delivery)).one().body == BODY
        assert db.session.scalar(NO_REFERRAL) == none == 3


def test_the_secrets_stay_encrypted_with_the_same_key(old, empty, tmp_path):
    query = "SELECT app_secret FROM gateways"
    with at(old, tmp_path):
        before = db.session.execute(db.text(query)).scalar_one()
    with at(empty("postgresql"), tmp_path) as app:
        copy(app, old)
        assert db.session.execute(db.text(query)).scalar_one() == before


def test_a_file_may_be_named_without_a_scheme_and_is_only_read(old, empty, tmp_path):
    file = Path(old.removeprefix("sqlite:///"))
    file.chmod(0o400)
    before = file.read_bytes()
    with at(empty("sqlite"), tmp_path) as app:
        assert copy(app, str(file)).exit_code == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_people_sign_in_and_customers_are_heard_afterwards(old, empty, tmp_path, kind):
    with at(empty(kind), tmp_path) as app:
        copy(app, old)
        gail = Client(app, None)
        given = {"email": "gail@example.com", "password": cast.PASSWORD}
        assert gail.post("/login", data=given).status_code == 302
        gateway = db.session.scalars(db.select(Gateway)).one()
        assert post(gail, gateway, delivery(text("Moved well?", "m_new"))).status_code == 200
        until_done()
        message = db.session.scalars(db.select(Message).filter_by(mid="m_new")).one()
        assert "Moved well?" in gail.get(f"/conversations/{message.conversation_id}").text


def test_what_is_added_afterwards_gets_the_next_ids(old, empty, tmp_path):
    with at(empty("postgresql"), tmp_path) as app:
        copy(app, old)
        highest = max(db.session.scalars(db.select(Tenant.id)))
        db.session.add(Tenant(name="Newcomer"))
        db.session.commit()
        assert db.session.scalars(db.select(Tenant.id).filter_by(name="Newcomer")).one() == highest + 1


def test_an_empty_database_can_be_copied_too(empty, tmp_path):
    with at(empty("postgresql"), tmp_path) as app:
        assert copy(app, empty("sqlite")).exit_code == 0
        db.session.add(Tenant(name="First"))
        db.session.commit()


def test_a_character_that_postgresql_cannot_hold_is_replaced(old, empty, tmp_path):
    with at(old, tmp_path):
        db.session.execute(db.update(Flow).values(name="Wel\0come"))
        db.session.commit()
    with at(empty("postgresql"), tmp_path) as app:
        assert copy(app, old).exit_code == 0
        assert db.session.scalars(db.select(Flow.name)).one() == "Wel\ufffdcome"


def test_a_hundred_thousand_events_take_less_than_a_minute(old, empty, tmp_path):
    with at(old, tmp_path):
        event = db.session.scalars(db.select(Event)).one()
        kept = {column.name: getattr(event, column.name) for column in Event.__table__.columns}
        many = [{**kept, "id": number} for number in range(1000, 101_000)]
        db.session.execute(insert(Event), many)
        db.session.commit()
    with at(empty("postgresql"), tmp_path) as app:
        began = time.monotonic()
        assert copy(app, old).exit_code == 0
        assert time.monotonic() - began < 60
        assert db.session.scalar(db.select(db.func.count(Event.id))) == 100_001


def test_the_source_is_read_as_it_was_at_one_moment(old, empty, tmp_path):
    @contextmanager
    def meanwhile(_table: str, _rows: int) -> Iterator[Callable[[int], object]]:
        raw = sqlite3.connect(old.removeprefix("sqlite:///"))
        raw.execute("DELETE FROM messages WHERE mid = 'm_2'")
        raw.execute("DELETE FROM heartbeats")
        raw.commit()
        raw.close()
        yield lambda _more: None

    with at(empty("sqlite"), tmp_path):
        source = moving.source(old)
        moving.copy(source, db.engine, meanwhile)
        source.dispose()
        assert db.session.scalars(db.select(Message).filter_by(mid="m_2")).one()
        assert db.session.scalars(db.select(Heartbeat)).one()


class TestRefused:
    @pytest.fixture
    def app(self, empty, tmp_path) -> Iterator[Flask]:
        with at(empty("sqlite"), tmp_path) as app:
            yield app

    def test_without_a_source(self, app, tmp_path):
        assert "There is no file" in refused(app, str(tmp_path / "missing.db"))
        assert not (tmp_path / "missing.db").exists()

    def test_with_another_kind_of_database(self, app):
        assert "must be an SQLite file or begin with" in refused(app, "mysql://localhost/x")

    def test_with_a_server_that_is_not_there_without_showing_the_password(self, app):
        line = refused(app, "postgresql+psycopg://nobody:word@127.0.0.1:9/none")
        assert "The database refused" in line
        assert "word" not in line

    def test_with_a_file_that_is_no_database(self, app, tmp_path):
        (tmp_path / "letter.db").write_text("Dear Sir or Madam, " * 100)
        assert "file is not a database" in refused(app, str(tmp_path / "letter.db"))

    def test_with_somebody_elses_database(self, app, tmp_path):
        other = sqlite3.connect(tmp_path / "other.db")
        other.execute("CREATE TABLE letters (id)")
        other.close()
        assert "no database of webgateway's" in refused(app, str(tmp_path / "other.db"))

    def test_with_itself(self, app):
        assert "are the same database" in refused(app, str(db.engine.url.database))

    def test_at_another_migration(self, app, old, tmp_path):
        with at(old, tmp_path):
            downgrade(revision="0001")
        with app.app_context():
            assert "at migration 0001" in refused(app, old)

    def test_into_a_database_without_tables(self, old, tmp_path):
        with at(f"sqlite:///{tmp_path / 'new.db'}", tmp_path) as app:
            result = copy(app, old)
        assert result.exit_code == 1
        assert "run `flask db upgrade` first" in result.output

    def test_into_a_database_that_is_not_empty(self, app, old):
        db.session.add(Tenant(name="Already here"))
        db.session.commit()
        assert "is not empty: there are rows in tenants, queues." in refused(app, old)

    def test_while_a_worker_is_at_work_on_the_source(self, app, old, tmp_path):
        with at(old, tmp_path):
            beat("here:1")
        with app.app_context():
            assert "stop web and worker" in refused(app, old)

    def test_with_other_keys(self, empty, old, tmp_path):
        with at(empty("sqlite"), tmp_path, Fernet.generate_key().decode()) as app:
            assert "WEBGATEWAY_ENCRYPTION_KEYS do not open" in refused(app, old)

    def test_in_the_middle_nothing_is_kept(self, app, old):
        db.session.execute(
            db.text("CREATE TRIGGER no BEFORE INSERT ON parts BEGIN SELECT RAISE(ABORT, 'not today'); END")
        )
        db.session.commit()
        assert "a row of parts, ids 1 to 2: not today" in refused(app, old)


def test_a_sign_of_life_of_long_ago_holds_nobody_up(old, tmp_path):
    with at(old, tmp_path):
        assert db.session.scalars(db.select(Heartbeat.seen_at)).one() < utcnow()
