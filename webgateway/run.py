"""`make run`: everything to a running system on this machine, and all of it stopped by Ctrl-C.

What the environment or instance/config.toml says wins over everything set here.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from flask_migrate import upgrade
from sqlalchemy import select

from . import create_app
from .db import db
from .flows.models import Flow
from .settings import PREFIX, ROOT, Settings, SettingsError, config_file
from .simulator import seed
from .tenants import founding
from .users import joining
from .users.models import User

FIRST_EMAIL = "admin@example.com"
PARTS = {
    "web": [sys.executable, "-m", "gunicorn", "--no-control-socket"],
    "worker": [sys.executable, "-m", "flask", "worker"],
    "simulator": [sys.executable, "-m", "flask", "simulator"],
}
START_WITHIN = 60.0  # seconds
STOP_WITHIN = 20.0  # seconds


def main() -> int:
    os.umask(0o077)  # what customers wrote is in the instance folder
    try:
        port, simulator_port = free_port("PORT", "8000"), free_port("SIMULATOR_PORT", "8001")
        simulator = f"http://127.0.0.1:{simulator_port}"
        settings = settle(f"http://127.0.0.1:{port}", simulator)
    except SettingsError as error:
        print(f"webgateway: {error}", file=sys.stderr)  # noqa: T201
        return 1
    prepare(settings)
    return Processes(port).run(lambda: tell(settings, simulator))


def free_port(name: str, default: str) -> str:
    """Raises SettingsError, before anything has been started."""
    port = os.environ.get(name) or default
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", int(port)))
        except (ValueError, OverflowError):
            raise SettingsError(f"{name} must be a port number.") from None
        except OSError as error:
            raise SettingsError(f"{name}: {port} cannot be listened on ({error.strerror}).") from None
    return port


def settle(address: str, simulator: str) -> Settings:
    """The settings, with keys generated and what suits this machine and its terminal where nothing is set."""
    instance = Path(os.environ.get(PREFIX + "INSTANCE") or ROOT / "instance")
    instance.mkdir(parents=True, exist_ok=True)
    config = instance / "config.toml"
    given = config_file(config)
    generate_keys(config, given)
    here = {"PUBLIC_URL": address, "GRAPH_URL": simulator, "FACEBOOK_URL": simulator, "LOG_FORMAT": "text"}
    here["BOT_NETWORKS"] = "127.0.0.0/8,::1/128"
    for name, value in here.items():
        if name.lower() not in given:
            os.environ.setdefault(PREFIX + name, value)
    return Settings.load()


def generate_keys(config: Path, given: Mapping[str, str]) -> None:
    """Keys of this installation, made once; losing them makes the stored secrets unreadable."""
    text = config.read_text() if config.exists() else ""
    if "secret_key" not in given:
        text += f'secret_key = "{secrets.token_urlsafe(48)}"\n'
    if "encryption_keys" not in given:
        text += f'encryption_keys = "{Fernet.generate_key().decode()}"\n'
    config.touch(mode=0o600)
    config.write_text(text)


def prepare(settings: Settings) -> None:
    """The database on its newest schema, with a first administrator and a first flow in an empty one."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        if db.session.scalar(select(User.id).limit(1)) is None:
            tenant = founding.first_tenant()
            password = secrets.token_urlsafe(9)
            joining.join(
                tenant, FIRST_EMAIL, password, joining.built_in("system-administrator"), name="Administrator"
            )
            welcome = Flow.new(tenant, "Welcome", opening_message=HELLO, closing_message=GOODBYE)
            db.session.add(welcome)
            db.session.commit()
            note = settings.instance / "first-sign-in.txt"
            note.touch(mode=0o600)
            note.write_text(f"{FIRST_EMAIL}\n{password}\n")
        db.session.remove()
        db.engine.dispose()


HELLO = "Hello! Thank you for writing to us. A colleague will answer you in a moment."
GOODBYE = "Thank you for talking to us. Write again whenever you need us."


def tell(settings: Settings, simulator: str) -> None:
    note = settings.instance / "first-sign-in.txt"
    email, password = note.read_text().split() if note.exists() else ("your e-mail address", "your password")
    lines = [
        "",
        f"  webgateway is running at   {settings.public_url}",
        f"  Log in with                {email}",
        f"  Password                   {password}",
        "",
    ]
    if settings.graph_url == simulator:
        lines += [
            f"  Meta is simulated at       {simulator}/_sim/",
            "",
            "  What to click first:",
            "   1. Log in, then Chat gateways → Add. App ID and App Secret of the simulated Meta app:",
            f"        {seed.APP_ID}",
            f"        {seed.APP_SECRET}",
            "   2. Save, open Facebook pages, click Add or Remove Pages and tick three pages.",
            "   3. Switch their Webhook subscription on and click Save.",
            f"   4. Write to one from the phone, {simulator}/_sim/phone, and answer in Conversations.",
        ]
    else:
        lines += [f"  Graph API                  {settings.graph_url}"]
    lines += ["", "  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)  # noqa: T201


class Processes:
    """The parts, each its own process; when one ends, all end."""

    def __init__(self, port: str) -> None:
        self.port = port
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def run(self, when_ready) -> int:  # type: ignore[no-untyped-def]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask_to_stop)
        try:
            for name, command in PARTS.items():
                # Their own process group: Ctrl-C reaches us alone, and we stop them in order.
                self.running[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
            if self.ready():
                when_ready()
            while not self.stopping and not self.ended():
                time.sleep(0.2)
            return self.verdict()
        finally:
            self.stop()

    def ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def ready(self) -> bool:
        deadline = time.monotonic() + START_WITHIN
        while not self.stopping and not self.ended() and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        return False

    def ended(self) -> list[str]:
        return [name for name, process in self.running.items() if process.poll() is not None]

    def verdict(self) -> int:
        ended = self.ended()
        if self.stopping or not ended:
            return 0
        print(f"webgateway: {', '.join(ended)} ended; stopping the rest.", file=sys.stderr)  # noqa: T201
        return 1

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
