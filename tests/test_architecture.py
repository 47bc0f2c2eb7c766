"""The house rules of docs and design, kept by reading the code."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ROOT / "webgateway"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTS = (
    *("tenants", "users", "queues", "flows", "gateways", "pages", "conversations"),
    *("bots", "workspace", "records", "configuration", "journal"),
)
ALONE = ("meta", "simulator")
ENTRANCES = (
    "__init__",
    "asgi",
    "run",
    "worker",
    "commands",
    "health",
    "gauges",
)  # they put the parts together
FILES = [path for path in sorted(CODE.rglob("*.py")) if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(CODE).as_posix()


def part_of(path: Path) -> str:
    """The part a file lies in; the file's own name for those at the top."""
    return path.relative_to(CODE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Absolute dotted names of all a file imports, wherever in it."""
    package = ["webgateway", *path.relative_to(CODE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> Iterator[str]:
    """The parts and shared modules of ours that a file imports."""
    for name in imports(path):
        if name.startswith("webgateway."):
            yield name.split(".")[1]


def functions(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[math.ceil(len(values) * share) - 1]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


@pytest.mark.parametrize("path", [path for path in FILES if part_of(path) in PARTS], ids=name_of)
def test_a_part_imports_only_the_parts_to_its_left(path):
    place = PARTS.index(part_of(path))
    for name in ours(path):
        if name in PARTS:
            assert PARTS.index(name) <= place, f"{name_of(path)} imports {name}"
        assert name != "simulator"


@pytest.mark.parametrize("part", ALONE)
def test_meta_and_the_simulator_import_nothing_of_ours(part):
    for path in (CODE / part).rglob("*.py"):
        assert set(ours(path)) <= {part}, name_of(path)


def test_meta_knows_no_framework_and_no_database():
    for path in (CODE / "meta").rglob("*.py"):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & {"flask", "sqlalchemy", "flask_sqlalchemy", "werkzeug"}, name_of(path)


def test_only_what_a_person_starts_knows_the_simulator():
    known_by = {
        name_of(path) for path in FILES if part_of(path) != "simulator" and "simulator" in set(ours(path))
    }
    assert known_by <= {"commands.py", "run.py"}


def test_a_shared_module_knows_people_and_no_other_part():
    for path in FILES:
        if path.parent == CODE and path.stem not in ENTRANCES:
            assert set(ours(path)) & set(PARTS) <= {"tenants", "users"}, name_of(path)


def test_only_one_file_knows_the_headers_of_htmx():
    assert [
        name_of(path) for path in FILES if '"HX-' in path.read_text() and part_of(path) != "simulator"
    ] == ["htmx.py"]


def test_the_packages_of_the_parts_say_nothing_themselves():
    for part in (*PARTS, *ALONE):
        assert (CODE / part / "__init__.py").read_text() == ""


def test_files_functions_and_templates_stay_small():
    files = [lines(path) for path in FILES if path.name != "__init__.py"]
    assert percentile(files, 0.5) <= 80
    assert percentile(files, 0.95) <= 250
    assert percentile([length for path in FILES for length in functions(path)], 0.95) <= 25
    assert max(map(lines, TEMPLATES)) <= 130
    assert percentile([lines(path) for path in TEMPLATES], 0.95) <= 80


@pytest.mark.parametrize("name", ["utils", "helpers", "services", "common", "misc", "base"])
def test_no_file_has_a_name_that_says_nothing(name):
    assert not [path for path in FILES if path.stem == name]


def test_nothing_is_printed_except_by_what_a_person_starts():
    printing = {name_of(path) for path in FILES if re.search(r"^\s*print\(", path.read_text(), re.MULTILINE)}
    assert printing <= {"run.py", "vendor.py"}


def test_nothing_is_left_for_later():
    for path in [*FILES, *TEMPLATES]:
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text()), path.name


# The outermost loop; and a queue, which fails in its own ways and whose loss costs nothing.
BROAD = {"worker.py", "bounded.py", "tasks.py"}


def test_errors_are_caught_by_name():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and path.name not in BROAD:
                caught = ast.unparse(node.type) if node.type else "everything"
                assert caught not in ("everything", "Exception", "BaseException"), name_of(path)


FORBIDDEN = {
    "text that is not escaped": r"\|\s*safe\b|autoescape\s+false|Markup\(",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style|\sstyle=",
    "an inline handler": r"<[^>{]*\son[a-z]+=|hx-on|=\"js:|javascript:",
    "something from another site": r"(?:src|href)=\"(?:https?:)?//",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_holds_nothing_that_the_content_policy_forbids(what):
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(FORBIDDEN[what], text), f"{what} in {path.relative_to(ROOT)}"


def test_every_form_that_writes_carries_the_token():
    for path in TEMPLATES:
        if "simulator" in path.parts:
            continue
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE
        ):
            assert re.search(r"csrf\(\)|csrf_token|hidden_tag\(\)", form), path.relative_to(ROOT)
