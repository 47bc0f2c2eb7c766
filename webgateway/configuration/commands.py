"""`flask configuration`: export and import by whoever has the machine, with every right."""

from typing import BinaryIO

import click
from flask.cli import AppGroup
from sqlalchemy import select

from ..db import db
from ..tenants.models import Tenant
from .document import Document
from .exporting import export
from .importing import Import, hold, note
from .items import VERDICTS, Importer
from .kinds import ALL
from .reading import LARGEST, Unreadable, read

configuration = AppGroup("configuration", help="A tenant's configuration as a file.")
NAMES = [kind.name for kind in ALL]


@configuration.command("export")
@click.argument("tenant")
@click.option("--only", "names", multiple=True, type=click.Choice(NAMES), help="A kind; may be repeated.")
def to_file(tenant: str, names: tuple[str, ...]) -> None:
    """Write the configuration of TENANT, without secrets, to standard output."""
    by = _named(tenant)
    document = export(by, names or NAMES)
    note("configuration exported", by, document.counts)
    db.session.commit()
    click.echo(document.file, nl=False)


@configuration.command("import")
@click.argument("tenant")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def from_file(tenant: str, file: BinaryIO, dry_run: bool) -> None:
    """Bring the configuration in FILE (- for standard input) into TENANT: all of it, or nothing where a part
    of it cannot be."""
    by = _named(tenant)
    document = _read(file)
    hold(by.tenant)
    planned = Import(document, by)
    _tell(planned)
    if planned.counts.get("refused"):
        raise click.ClickException("Nothing is imported: the file holds what cannot be.")
    if not dry_run and planned.to_do:
        planned.apply()
        db.session.commit()
    click.echo(_end(planned, dry_run))


def _named(name: str) -> Importer:
    tenant = db.session.scalar(select(Tenant).where(Tenant.name == name))
    if tenant is None:
        raise click.ClickException(f"There is no tenant {name}.")
    return Importer(tenant)


def _read(file: BinaryIO) -> Document:
    try:
        return read(file.read(LARGEST + 1))
    except Unreadable as error:
        raise click.ClickException(str(error)) from error


def _tell(planned: Import) -> None:
    for kind in planned.kinds:
        for item in kind.items:
            if item.verdict != "same":
                words, _ = VERDICTS[item.verdict]
                click.echo(f"{kind.title}: {item.name}: {words}")
                if item.verdict == "changed":
                    click.echo(f"  {', '.join(change.what for change in item.changes)}")
                for line in item.reasons or item.remarks:
                    click.echo(f"  {line}")


def _end(planned: Import, dry_run: bool) -> str:
    if not planned.to_do:
        return "There is nothing to do."
    said = f"{planned.counts.get('added', 0)} added, {planned.counts.get('changed', 0)} changed."
    return f"Nothing is done yet: {said}" if dry_run else said
