"""What deploy/ and the operator's guide name is there, and fits together."""

import dataclasses
import datetime
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask.cli import FlaskGroup

from webgateway import bodies
from webgateway.conversations import outgoing
from webgateway.journal import door
from webgateway.settings import PREFIX, ROOT, Settings

DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs" / "operating.md"
UNITS = sorted(DEPLOY.glob("*.service"))
TEXTS = [*sorted(path for path in DEPLOY.iterdir() if path.is_file()), GUIDE, ROOT / "README.md"]
SETTINGS = {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}
SERVER = {"HOST", "PORT", "WEB_CONCURRENCY"}
MADE_AT_RUN_TIME = {"WEBGATEWAY_NEW_PASSWORD"}


def unit(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", path.read_text(), re.MULTILINE))


def gunicorn() -> dict[str, int]:
    """The time-outs of gunicorn.conf.py, in seconds, as a process of its own reads them."""
    keys = {"WEBGATEWAY_SECRET_KEY": "x", "WEBGATEWAY_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    code = "import runpy; c = runpy.run_path('gunicorn.conf.py'); print(c['timeout'], c['graceful_timeout'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **keys}, capture_output=True, check=True
    )
    timeout, graceful = map(int, done.stdout.split())
    return {"timeout": timeout, "graceful_timeout": graceful}


class TestSettings:
    def example(self) -> list[tuple[str, str]]:
        """Name and value of every setting in the example, those in comments, too."""
        return re.findall(
            r"^(?:# )?([A-Z][A-Z_0-9]+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.MULTILINE
        )

    def test_the_example_holds_every_setting_and_no_other(self):
        assert {name for name, _ in self.example()} - {"POSTGRES_PASSWORD"} == SETTINGS | SERVER

    def test_each_of_its_values_is_taken(self, tmp_path):
        needed = {
            "WEBGATEWAY_SECRET_KEY": "x",
            "WEBGATEWAY_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "WEBGATEWAY_INSTANCE": str(tmp_path),
        }
        for name, value in self.example():
            if name in SETTINGS and name not in needed:
                Settings.load({**needed, name: value})

    def test_what_it_calls_a_default_is_one(self, tmp_path):
        plain = {"WEBGATEWAY_SECRET_KEY": "x", "WEBGATEWAY_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        first = {}
        for name, value in re.findall(
            r"^# (WEBGATEWAY_\w+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.MULTILINE
        ):
            first.setdefault(name, value)
        assert Settings.load({**plain, **first}, tmp_path) == Settings.load(plain, tmp_path)

    @pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
    def test_every_setting_that_is_named_is_one(self, path):
        named = set(re.findall(r"\bWEBGATEWAY_[A-Z0-9_]+\b", path.read_text()))
        assert named <= SETTINGS | MADE_AT_RUN_TIME


def commands(path: Path) -> Iterator[tuple[str, ...]]:
    """`flask users create …` and the like: the words that name a command."""
    text = re.sub(r"\[flask, (\w+)(?:, (\w+))?\]", r"flask \1 \2", path.read_text())
    for line in re.findall(r"(?:\bflask|\bdeploy/webgateway) +([a-z]+(?: [a-z]+)?)", text):
        yield tuple(line.split())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(app, path):
    group = FlaskGroup(create_app=lambda: app)
    context = group.make_context("flask", ["--help"], resilient_parsing=True)
    for words in commands(path):
        found: Any = group.get_command(context, words[0])
        assert found, f"flask {' '.join(words)}"
        if hasattr(found, "commands"):
            assert words[1] in found.commands, f"flask {' '.join(words)}"


def test_the_commands_of_the_units_are_found():
    assert ("worker",) in set(commands(DEPLOY / "webgateway-worker@.service"))
    assert {("db", "upgrade"), ("worker",)} <= set(commands(DEPLOY / "compose.yaml"))
    assert {("db", "upgrade"), ("db", "copy")} <= {words[:2] for words in commands(GUIDE)}


def test_files_that_are_named_in_the_repository_are_there():
    for path in TEXTS:
        for name in re.findall(r"/opt/webgateway/((?!\.venv)[\w./@-]+\w)", path.read_text()):
            assert (ROOT / name).exists(), f"{path.name}: {name}"
        for name in re.findall(r"\bdeploy/[\w.@-]+\w", path.read_text()):
            assert (ROOT / name).exists() or name == "deploy/.env", f"{path.name}: {name}"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
class TestUnits:
    def test_it_runs_as_its_own_user_with_the_settings_of_the_guide(self, path):
        found = unit(path)
        assert found["User"] == found["Group"] == found["StateDirectory"] == "webgateway"
        assert found["EnvironmentFile"] == "/etc/webgateway/environment"
        assert found["EnvironmentFile"] in GUIDE.read_text()
        assert "WEBGATEWAY_INSTANCE=/var/lib/webgateway" in (DEPLOY / ".env.example").read_text()
        assert found["Restart"] == "always"
        assert (found["ProtectSystem"], found["NoNewPrivileges"]) == ("strict", "yes")

    def test_systemd_understands_it(self, path, tmp_path):
        if not shutil.which("systemd-analyze"):
            pytest.skip("systemd is not installed")
        here = tmp_path / path.name.replace("@", "@1")
        here.write_text(path.read_text().replace("/opt/webgateway/.venv", str(ROOT / ".venv")))
        done = subprocess.run(
            ["systemd-analyze", "verify", here], capture_output=True, text=True, check=False, timeout=60
        )
        assert str(path.stem) not in done.stderr
        assert done.returncode == 0, done.stderr


def test_they_are_left_alone_until_they_have_finished_what_they_hold():
    web, worker = (unit(DEPLOY / f"webgateway-{name}.service") for name in ("web", "worker@"))
    compose = (DEPLOY / "compose.yaml").read_text()
    assert int(web["TimeoutStopSec"]) > gunicorn()["graceful_timeout"]
    assert int(worker["TimeoutStopSec"]) > outgoing.LEASE.total_seconds()
    for found in (web, worker):
        assert f"stop_grace_period: {found['TimeoutStopSec']}s" in compose


class TestNginx:
    def text(self) -> str:
        return (DEPLOY / "nginx.conf").read_text()

    def test_it_lets_through_what_the_door_takes_and_waits_longer_than_gunicorn(self):
        assert f"client_max_body_size {door.LARGEST // 1024**2}m;" in self.text()
        assert f"client_max_body_size {bodies.FILES // 1024**2}m;" in self.text()
        waits = re.search(r"proxy_read_timeout (\d+)s;", self.text())
        assert waits
        assert int(waits[1]) > gunicorn()["timeout"]

    def test_it_sets_every_header_we_trust(self):
        """werkzeug's ProxyFix believes these four; what nginx does not set a client may send."""
        for name in ("For", "Proto", "Host", "Port"):
            assert re.search(rf"proxy_set_header X-Forwarded-{name} \$\w+;", self.text())

    def test_metrics_are_not_public(self):
        assert re.search(r"location = /metrics \{\s+return 404;\s+\}", self.text())

    def test_nginx_understands_it(self, tmp_path):
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not nginx:
            pytest.skip("nginx is not installed")
        certificate(tmp_path)
        text = self.text().replace("/etc/ssl/webgateway", str(tmp_path))
        folders = " ".join(
            f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = (
            f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {folders} {text} }}"
        )
        (tmp_path / "nginx.conf").write_text(main)
        done = subprocess.run(
            [nginx, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(plain)
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(pem))


def test_compose_has_all_that_is_needed():
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"migrate", "web", "worker", "postgres", "redis"}
    assert services["worker"]["deploy"]["replicas"] > 1
    assert "/readyz" in str(services["web"]["healthcheck"]["test"])
    for name in ("web", "worker"):
        needs = services[name]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}
        assert needs["postgres"] == needs["redis"] == {"condition": "service_healthy"}
        for key, value in services[name]["environment"].items():
            if key in SETTINGS:
                sample = re.sub(r"\$\{.*?\}", "word", value)
                assert sample, key
    for name in ("postgres", "redis"):
        assert "/" not in services[name]["image"]
        assert services[name]["healthcheck"]["test"]


def test_the_image_gets_what_it_runs_and_nothing_private():
    text = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert text[0] == "*"
    wanted = [name.removeprefix("!") for name in text if name.startswith("!")]
    assert all((ROOT / name).exists() for name in wanted)
    assert {"webgateway", "templates", "static", "wsgi.py", "gunicorn.conf.py", "requirements.txt"} <= set(
        wanted
    )
    assert not {"instance", "tests", ".git"} & set(wanted)


def test_a_command_runs_with_the_settings_of_the_services(tmp_path):
    """deploy/webgateway, pasted at night."""
    environment = tmp_path / "environment"
    environment.write_text(
        f"WEBGATEWAY_SECRET_KEY='a$b&c'\nWEBGATEWAY_ENCRYPTION_KEYS={Fernet.generate_key().decode()}\n"
        f"WEBGATEWAY_INSTANCE={tmp_path}\nRUN_AS=root\n"
    )
    told = {**os.environ, "ENVIRONMENT_FILE": str(environment)}
    done = subprocess.run(
        [DEPLOY / "webgateway", "db", "upgrade"], env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "webgateway.db").exists()
