"""`flask configuration`: for whoever has the machine, and for scripts."""

import json

import pytest

from tests import cast
from tests.configuration.files import file
from tests.configuration.test_export import furnished  # noqa: F401
from tests.configuration.test_import import FLOW, QUEUE, one
from tests.test_commands import run  # noqa: F401
from webgateway.db import db
from webgateway.flows.models import Flow
from webgateway.pages.models import AuditEntry
from webgateway.queues.models import Queue


@pytest.fixture
def given(tmp_path):  # type: ignore[no-untyped-def]
    """Writes a file; its path."""

    def written(content: bytes) -> str:
        path = tmp_path / "configuration.json"
        path.write_bytes(content)
        return str(path)

    return written


def test_what_is_exported_goes_in_elsewhere_and_is_the_same_then(run, given, furnished):  # noqa: F811
    result = run("configuration", "export", "Acme", "--only", "queues", "--only", "flows")
    assert result.exit_code == 0
    assert set(json.loads(result.output)) == {"webgateway", "queues", "flows"}
    path = given(result.output.replace("gail@", "rita@").encode())
    result = run("configuration", "import", "Rival", path)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "2 added, 0 changed."
    flow = one(Flow, "Rival")
    assert (flow.name, flow.live.published_by, flow.draft is None) == ("Welcome", None, False)
    again = run("configuration", "import", "Rival", path)
    assert (again.exit_code, again.output) == (0, "There is nothing to do.\n")
    kept = [(entry.kind, entry.user_id) for entry in db.session.scalars(db.select(AuditEntry))]
    assert kept == [("configuration exported", None), ("configuration imported", None)]


def test_a_dry_run_says_what_it_would_do(run, given):  # noqa: F811
    cast.queue("Sales", cast.person("Gail"))
    path = given(file(queues=[QUEUE], flows=[FLOW]))
    result = run("configuration", "import", "Acme", path, "--dry-run")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "Queues: Sales: Will be changed",
        "  Everybody who may answer, Members",
        "Flows: Welcome: Will be added",
        "Nothing is done yet: 1 added, 1 changed.",
    ]
    assert one(Flow) is None


def test_nothing_is_imported_where_a_part_of_it_cannot_be(run, given):  # noqa: F811
    path = given(file(queues=[QUEUE, {"name": "Orders", "members": ["zoe@example.com"]}]))
    result = run("configuration", "import", "Acme", path)
    assert result.exit_code == 1
    assert "There is nobody here with the address zoe@example.com." in result.output
    assert "Nothing is imported: the file holds what cannot be." in result.output
    assert one(Queue, name="Sales") is None


@pytest.mark.parametrize(
    ("tenant", "content", "words"),
    [
        ("Nowhere", file(), "There is no tenant Nowhere."),
        ("Acme", b"{", "The file is no JSON"),
        ("Acme", file(queues=[{"name": 5}]), "queues[0].name: There should be text"),
    ],
)
def test_wrong_input_is_refused_in_words(run, given, tenant, content, words):  # noqa: F811
    result = run("configuration", "import", tenant, given(content))
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert run("configuration", "export", "Nowhere").exit_code == 1
