"""What can be set, from the environment or `instance/config.toml`, checked at the start."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from flask import current_app

PREFIX = "WEBGATEWAY_"
ROOT = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOG_FORMATS = ("json", "text")


class SettingsError(Exception):
    """A setting is missing or wrong; the text is one line that names it."""


@dataclass(frozen=True)
class Settings:
    """Every setting, by the name it has in the environment without the prefix, in lower case."""

    secret_key: str
    encryption_keys: tuple[str, ...]
    database_url: str
    queue_url: str
    instance: Path
    public_url: str = "http://127.0.0.1:8000"
    graph_url: str = "https://graph.facebook.com"
    facebook_url: str = "https://www.facebook.com"
    metrics_token: str = ""
    accept_sha1: bool = False
    trusted_proxies: int = 0
    bot_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    log_level: str = "info"
    log_format: str = "json"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, instance: Path | None = None) -> "Settings":
        """Read all settings; the environment wins over `config.toml`. Raises SettingsError."""
        environment = os.environ if environment is None else environment
        instance = instance_folder(environment, instance)
        given = config_file(instance / "config.toml")
        given |= {
            key.removeprefix(PREFIX).lower(): value
            for key, value in environment.items()
            if key.startswith(PREFIX) and value != ""
        }
        return cls(
            secret_key=_required(given, "secret_key"),
            encryption_keys=_fernet_keys(_required(given, "encryption_keys")),
            database_url=_database(
                given.get("database_url") or f"sqlite:///{instance / 'webgateway.db'}", instance
            ),
            queue_url=_queue(given.get("queue_url") or f"sqlite:///{instance / 'queue.db'}", instance),
            instance=instance,
            public_url=_address(given, "public_url", cls.public_url),
            graph_url=_address(given, "graph_url", cls.graph_url),
            facebook_url=_address(given, "facebook_url", cls.facebook_url),
            metrics_token=given.get("metrics_token", ""),
            accept_sha1=_switch(given, "accept_sha1"),
            trusted_proxies=_number(given, "trusted_proxies"),
            bot_networks=_networks(given, "bot_networks"),
            log_level=_one_of(LOG_LEVELS, given, "log_level", cls.log_level),
            log_format=_one_of(LOG_FORMATS, given, "log_format", cls.log_format),
        )


def instance_folder(environment: Mapping[str, str], otherwise: Path | None = None) -> Path:
    return Path(environment.get(PREFIX + "INSTANCE") or otherwise or ROOT / "instance").resolve()


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _name(key: str) -> str:
    return PREFIX + key.upper()


def config_file(path: Path) -> dict[str, str]:
    """What it sets, by name; nothing when there is none. Raises SettingsError."""
    if not path.exists():
        return {}
    try:
        return {key: str(value) for key, value in tomllib.loads(path.read_text()).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from error


def _required(given: Mapping[str, str], key: str) -> str:
    if not given.get(key):
        raise SettingsError(f"{_name(key)} is not set. `make run` generates one; see README, Configuration.")
    return given[key]


def _fernet_keys(value: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    if not keys:
        raise SettingsError(f"{_name('encryption_keys')} holds no key.")
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise SettingsError(
                f"{_name('encryption_keys')} holds something that is not a Fernet key."
            ) from None
    return keys


def _database(url: str, instance: Path) -> str:
    if url.startswith("sqlite:///"):
        return "sqlite:///" + _sqlite_path("database_url", url, instance)
    if url.startswith("postgresql+psycopg://"):
        return url
    raise SettingsError(f"{_name('database_url')} must begin with sqlite:/// or postgresql+psycopg://.")


def _queue(url: str, instance: Path) -> str:
    if url.startswith("sqlite:///"):
        return "sqlite:///" + _sqlite_path("queue_url", url, instance)
    if url.startswith(("redis://", "rediss://", "postgresql://")):
        return url
    raise SettingsError(f"{_name('queue_url')} must begin with sqlite:///, redis:// or postgresql://.")


def _sqlite_path(key: str, url: str, instance: Path) -> str:
    path = instance / url.removeprefix("sqlite:///")
    if path.parent != instance and not path.parent.is_dir():
        raise SettingsError(f"{_name(key)} names a file in {path.parent}, which is not a folder.")
    return str(path)


def _address(given: Mapping[str, str], key: str, default: str) -> str:
    value = given.get(key, default).rstrip("/")
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete or "?" in value or "#" in value:
        raise SettingsError(f"{_name(key)} must be an address such as https://gateway.example.com.")
    return value


def _switch(given: Mapping[str, str], key: str) -> bool:
    value = given.get(key, "no").lower()
    if value not in ("yes", "no", "true", "false", "1", "0", "on", "off"):
        raise SettingsError(f"{_name(key)} must be yes or no.")
    return value in ("yes", "true", "1", "on")


def _number(given: Mapping[str, str], key: str) -> int:
    value = given.get(key, "0")
    if not value.isdecimal():
        raise SettingsError(f"{_name(key)} must be a whole number.")
    return int(value)


def _networks(given: Mapping[str, str], key: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in given.get(key, "").split(",") if one.strip())
    except ValueError:
        raise SettingsError(
            f"{_name(key)} must be networks such as 10.20.0.0/16, with commas between them."
        ) from None


def _one_of(choices: tuple[str, ...], given: Mapping[str, str], key: str, default: str) -> str:
    value = given.get(key, default).lower()
    if value not in choices:
        raise SettingsError(f"{_name(key)} must be one of {', '.join(choices)}.")
    return value
