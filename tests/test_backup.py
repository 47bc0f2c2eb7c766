"""The commands of docs/operating.md that keep and bring back an SQLite database, as they are pasted."""

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests import cast
from webgateway.db import db
from webgateway.settings import ROOT
from webgateway.tenants.models import Tenant

GUIDE = (ROOT / "docs" / "operating.md").read_text()


@pytest.fixture(autouse=True)
def only_sqlite(app) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL brings its own commands")


def paste(line: str, folder: Path) -> None:
    """Run a line of the guide, with its folders in ours and as whoever runs the tests."""
    for name in ("/var/lib/webgateway", "/var/backups/webgateway"):
        line = line.replace(name, str(folder / Path(name).parts[2]))
    line = re.sub(r"runuser -u \w+ -- | -o \w+ -g \w+", "", line)
    subprocess.run(["sh", "-ec", line], check=True)


def lines(section: str) -> list[str]:
    """Of the section's blocks of commands about SQLite."""
    text = GUIDE.split(f"\n## {section}\n")[1].split("\n## ")[0].split("\nPostgreSQL")[0]
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    return "".join(blocks).splitlines()


@pytest.fixture
def installed(tmp_path) -> Path:
    """Our database where the guide expects it."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "webgateway.db").symlink_to(db.engine.url.database)
    return tmp_path


def test_a_copy_is_made_while_others_write_and_holds_what_was_committed(app, installed):
    cast.flow()
    backup = installed / "backups" / "webgateway.db"
    for _ in range(2):  # the second night, too
        db.session.add(Tenant(name="Not committed yet"))
        db.session.flush()
        for line in lines("Backup"):
            paste(line, installed)
        db.session.rollback()
    assert backup.stat().st_mode & 0o077 == 0
    kept = sqlite3.connect(backup)
    assert [name for (name,) in kept.execute("SELECT name FROM tenants ORDER BY id")] == ["Acme", "Rival"]
    assert kept.execute("SELECT name FROM flows").fetchone() == ("Welcome",)
    assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept.close()


def test_it_is_brought_back_without_what_came_later(app, installed):
    for line in lines("Backup"):
        paste(line, installed)
    db.session.add(Tenant(name="Came later"))
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    for line in lines("Restore"):
        if line.startswith(("rm ", "install ")):
            paste(line, installed)
    back = sqlite3.connect(installed / "lib" / "webgateway.db")
    assert [name for (name,) in back.execute("SELECT name FROM tenants ORDER BY id")] == ["Acme", "Rival"]
    back.close()
