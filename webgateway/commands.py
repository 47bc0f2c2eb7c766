"""The command line: `flask users`, `flask worker`, `flask simulator`, `flask keys`, `flask configuration`,
`flask db`."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as migrations
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from . import moving
from .configuration.commands import configuration
from .db import Encrypted, Model, db
from .settings import current_settings
from .tenants import founding
from .users import joining
from .users.models import BUILT_IN
from .worker import Worker

MIGRATIONS = Path(__file__).parent / "migrations"

users = AppGroup("users", help="People who sign in.")
keys = AppGroup("keys", help="The keys that encrypt stored secrets.")


def init_app(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(keys)
    app.cli.add_command(configuration)
    app.cli.add_command(worker)
    app.cli.add_command(simulator)
    migrations.add_command(copy)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)


@users.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(list(BUILT_IN)))
@click.option("--tenant", "tenant_name", help="The organisation; the first one without this.")
def create_user(email: str, role: str, tenant_name: str | None) -> None:
    """Let EMAIL sign in. Asks for the password, or takes it from WEBGATEWAY_NEW_PASSWORD."""
    password = os.environ.get("WEBGATEWAY_NEW_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    if len(password) < joining.SHORTEST_PASSWORD:
        raise click.ClickException(f"The password needs at least {joining.SHORTEST_PASSWORD} characters.")
    try:
        email = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.ClickException(str(error)) from error
    tenant = founding.named(tenant_name) if tenant_name else founding.first_tenant()
    joining.join(tenant, email, password, joining.built_in(role))
    try:
        db.session.commit()
    except IntegrityError as error:
        raise click.ClickException(f"{email} can sign in already.") from error
    click.echo(f"{email} can sign in as {role} of {tenant.name}.")


@keys.command("rotate")
def rotate_keys() -> None:
    """Encrypt every stored secret again, with the newest key."""
    rotated = 0
    for mapper in Model.registry.mappers:
        table = mapper.local_table
        for column in table.columns:
            if isinstance(column.type, Encrypted):
                rotated += _encrypt_again(column)
    db.session.commit()
    click.echo(f"{rotated} secrets encrypted with the newest key.")


def _encrypt_again(column) -> int:  # type: ignore[no-untyped-def]
    table = column.table
    rows = db.session.execute(select(table.c.id, column).where(column.is_not(None))).all()
    for row_id, secret in rows:
        db.session.execute(update(table).where(table.c.id == row_id).values({column.name: secret}))
    return len(rows)


@click.command("copy")
@click.argument("source")
@with_appcontext
def copy(source: str) -> None:
    """Copy everything from SOURCE into the database of WEBGATEWAY_DATABASE_URL.

    SOURCE is an SQLite file or the URL of a database; it is only read. The other one must be empty and at
    the same migration. All of it is copied or nothing.
    """
    try:
        old = moving.source(source)
        copied = moving.copy(old, db.engine, _bar)
    except moving.Refused as error:
        raise click.ClickException(str(error)) from error
    old.dispose()
    click.echo(f"{copied} rows copied. SOURCE is as it was: keep it until you have seen the new one work.")


@contextmanager
def _bar(table: str, rows: int) -> Iterator[Callable[[int], object]]:
    with click.progressbar(length=rows, label=f"{table} ({rows})") as bar:
        yield bar.update


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Work on what waits, until SIGTERM; finish what is held."""
    Worker(current_app._get_current_object()).run()  # type: ignore[attr-defined]


@click.command("simulator")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=lambda: int(os.environ.get("SIMULATOR_PORT", "8001")), type=int)
@with_appcontext
def simulator(host: str, port: int) -> None:
    """A small Meta on this machine, for development."""
    from .simulator.app import run  # production never loads it

    signal.signal(signal.SIGTERM, signal.default_int_handler)

    run(host, port, current_settings().instance / "simulator.json")
