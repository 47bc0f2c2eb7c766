"""`make run` before it starts anything."""

import socket

import pytest

from webgateway import run
from webgateway.settings import SettingsError


@pytest.mark.parametrize("value", ["abc", "-1", "70000"])
def test_a_port_that_is_none_is_named(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SettingsError, match=r"^PORT must be a port number"):
        run.free_port("PORT", "8000")


def test_a_port_in_use_is_told_before_anything_starts(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("SIMULATOR_PORT", str(other.getsockname()[1]))
        with pytest.raises(SettingsError, match=r"^SIMULATOR_PORT: .* cannot be listened on"):
            run.free_port("SIMULATOR_PORT", "8001")


def test_keys_are_made_once_and_what_is_set_stays(monkeypatch, tmp_path):
    for name in ("PUBLIC_URL", "GRAPH_URL", "FACEBOOK_URL", "LOG_FORMAT"):
        monkeypatch.setenv(f"WEBGATEWAY_{name}", "")
        monkeypatch.delenv(f"WEBGATEWAY_{name}")
    monkeypatch.setenv("WEBGATEWAY_INSTANCE", str(tmp_path))
    monkeypatch.setenv("WEBGATEWAY_GRAPH_URL", "https://graph.example.com")
    (tmp_path / "config.toml").write_text('facebook_url = "https://www.example.com"\n')
    settings = run.settle("http://127.0.0.1:9000", "http://127.0.0.1:9001")
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.graph_url == "https://graph.example.com"
    assert settings.log_format == "text", "a person reads it"
    assert settings.facebook_url == "https://www.example.com"
    assert run.settle("http://127.0.0.1:9000", "http://127.0.0.1:9001") == settings


def test_a_broken_file_is_named_and_left_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("WEBGATEWAY_INSTANCE", str(tmp_path))
    (tmp_path / "config.toml").write_text("broken = [")
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read"):
        run.settle("http://127.0.0.1:9000", "http://127.0.0.1:9001")
    assert (tmp_path / "config.toml").read_text() == "broken = ["
