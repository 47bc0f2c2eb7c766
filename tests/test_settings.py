import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from webgateway.settings import ROOT, Settings, SettingsError

KEY = urlsafe_b64encode(b"k" * 32).decode()
OLDER = urlsafe_b64encode(b"o" * 32).decode()
NEEDED = {"WEBGATEWAY_SECRET_KEY": "secret", "WEBGATEWAY_ENCRYPTION_KEYS": KEY}


def load(folder: Path, **values: str) -> Settings:
    environment = {**NEEDED, **{f"WEBGATEWAY_{name.upper()}": value for name, value in values.items()}}
    return Settings.load(environment, folder)


def test_the_two_keys_are_enough(tmp_path):
    settings = load(tmp_path)
    assert settings.secret_key == "secret"
    assert settings.encryption_keys == (KEY,)
    assert settings.database_url == f"sqlite:///{tmp_path / 'webgateway.db'}"
    assert settings.queue_url == f"sqlite:///{tmp_path / 'queue.db'}"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.graph_url == "https://graph.facebook.com"
    assert settings.facebook_url == "https://www.facebook.com"
    assert not settings.accept_sha1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", ""),
        ("encryption_keys", ""),
        ("encryption_keys", " , "),
        ("encryption_keys", "not a key"),
        ("encryption_keys", f"{KEY},ключ"),
        ("database_url", "mysql://localhost/x"),
        ("database_url", "postgresql://localhost/x"),
        ("database_url", "sqlite:///missing/webgateway.db"),
        ("queue_url", "sqlite:////missing/queue.db"),
        ("queue_url", "amqp://localhost"),
        ("public_url", "gateway.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://gateway.example.com/?a=b"),
        ("public_url", "https://[::1"),
        ("public_url", "https://gateway.example.com:port"),
        ("graph_url", "ftp://graph.facebook.com"),
        ("facebook_url", "facebook"),
        ("accept_sha1", "perhaps"),
        ("trusted_proxies", "-1"),
        ("trusted_proxies", "many"),
        ("bot_networks", "10.0.0.1/8"),
        ("bot_networks", "10.0.0.0/8;192.168.0.0/16"),
        ("bot_networks", "intranet.example.com"),
        ("log_level", "loud"),
        ("log_format", "xml"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path, name, value):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **{name: value})
    assert f"WEBGATEWAY_{name.upper()}" in str(error.value)
    assert "\n" not in str(error.value)


def test_the_value_of_a_wrong_key_is_not_shown(tmp_path):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, encryption_keys="nearly-a-secret")
    assert "nearly-a-secret" not in str(error.value)


def test_networks_of_bots_are_none_unless_named(tmp_path):
    assert load(tmp_path).bot_networks == ()
    named = load(tmp_path, bot_networks="10.20.0.0/16, ::1/128, 127.0.0.1,").bot_networks
    assert [str(network) for network in named] == ["10.20.0.0/16", "::1/128", "127.0.0.1/32"]


def test_logs_are_json_at_info_unless_said_otherwise(tmp_path):
    assert (load(tmp_path).log_level, load(tmp_path).log_format) == ("info", "json")
    said = load(tmp_path, log_level="DEBUG", log_format="text")
    assert (said.log_level, said.log_format) == ("debug", "text")


def test_several_keys_decrypt_and_spaces_between_them_do_no_harm(tmp_path):
    assert load(tmp_path, encryption_keys=f"{KEY}, {OLDER} ,").encryption_keys == (KEY, OLDER)


def test_the_file_is_read_and_the_environment_wins_over_it(tmp_path):
    (tmp_path / "config.toml").write_text('public_url = "https://file.example.com"\naccept_sha1 = true\n')
    assert load(tmp_path).public_url == "https://file.example.com"
    assert load(tmp_path).accept_sha1
    assert load(tmp_path, public_url="https://environment.example.com").public_url.startswith("https://env")


@pytest.mark.parametrize("content", ["public_url = ", "= 3", "a = 1\na = 2"])
def test_a_file_that_cannot_be_read_is_named_in_one_line(tmp_path, content):
    (tmp_path / "config.toml").write_text(content)
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert "config.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_addresses_lose_the_slash_at_their_end(tmp_path):
    assert (
        load(tmp_path, public_url="https://gateway.example.com/").public_url == "https://gateway.example.com"
    )


def test_a_database_by_a_relative_name_lies_in_the_instance_folder(tmp_path):
    assert (
        load(tmp_path, database_url="sqlite:///other.db").database_url == f"sqlite:///{tmp_path / 'other.db'}"
    )


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path):
    environment = {
        **os.environ,
        **NEEDED,
        "WEBGATEWAY_PUBLIC_URL": "nowhere",
        "WEBGATEWAY_INSTANCE": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "WEBGATEWAY_PUBLIC_URL must be an address" in ended.stderr


def test_a_database_out_of_reach_ends_the_migration_with_one_line(tmp_path):
    nowhere = {"WEBGATEWAY_DATABASE_URL": "postgresql+psycopg://nobody:word@127.0.0.1:9/none"}
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "db", "upgrade"],
        cwd=ROOT,
        env={**os.environ, **NEEDED, **nowhere, "WEBGATEWAY_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "WEBGATEWAY_DATABASE_URL: the database cannot be reached" in ended.stderr
    assert "nobody:word" not in ended.stderr
