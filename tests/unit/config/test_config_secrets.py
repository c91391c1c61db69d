"""Secrets are references: resolved when used, refused in the file, repeated nowhere."""

from __future__ import annotations

import sys
import traceback
from types import ModuleType

import pytest

from rollout_tui.config import secrets
from rollout_tui.ports import Misconfigured
from tests.unit.config.standins import changed, complaints

MADE_UP = {
    "github": "ghp_" + "a1B2c3D4e5F6g7H8i9J0",
    "github fine": "github_pat_" + "11ABCDEFG0abcdefghij",
    "slack": "xoxb-" + "123456789012-abcdefgh",
    "slack hook": "https://hooks.slack.com/services/" + "T000/B000/XXXX",
    "discord": "https://discord.com/api/webhooks/" + "123/abcdef",
    "google": "ya29." + "a0AfH6SMBexample",
    "jwt": "eyJhbGciOiJFUzI1NiJ9." + "eyJpc3MiOiJ4In0.c2ln",
    "pem": "-----BEGIN PRIVATE KEY-----" + "MIGHAgEAMBMGByqGSM49",
    "url": "http://mara:" + "hunter2@metrics.example:9090",
    "header": "Bearer " + "abcdef123456",
}


def test_a_variable_is_read_when_it_is_used(monkeypatch):
    monkeypatch.setenv("PROM_TOKEN", "s3cret")
    assert secrets.resolve("env:PROM_TOKEN") == "s3cret"
    monkeypatch.delenv("PROM_TOKEN")
    with pytest.raises(Misconfigured, match="env:PROM_TOKEN is not set") as refused:
        secrets.resolve("env:PROM_TOKEN")
    assert refused.value.remedy == "export PROM_TOKEN before starting rollout-tui"


def test_a_file_is_read_without_its_line_end(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"s3cret\r\n")
    assert secrets.resolve(f"file:{key}") == "s3cret"
    key.write_bytes(b"\n")
    with pytest.raises(Misconfigured, match="is empty"):
        secrets.resolve(f"file:{key}")


def test_a_file_in_the_home_directory_may_be_written_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text("s3cret")
    assert secrets.resolve("file:~/key") == "s3cret"


@pytest.mark.parametrize("content", [None, b"s3cret\xff"])
def test_a_file_that_cannot_be_read_is_named_and_what_is_in_it_is_not(tmp_path, content):
    key = tmp_path / "key"
    if content is not None:
        key.write_bytes(content)
    with pytest.raises(Misconfigured, match=f"file:{key} cannot be read") as refused:
        secrets.resolve(f"file:{key}")
    assert "s3cret" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_path_that_no_system_takes_is_an_error_in_words():
    with pytest.raises(Misconfigured, match="cannot be read"):
        secrets.resolve("file:/tmp/a\0b")


@pytest.mark.parametrize("reference", ["s3cret", "env:", "file:", "vault:x", "", "ENV:X"])
def test_what_is_no_reference_is_refused_without_being_repeated(reference):
    with pytest.raises(Misconfigured) as refused:
        secrets.resolve(reference)
    assert "env:NAME, file:PATH" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_keyring_is_asked_where_there_is_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Misconfigured, match="keyring:acme/mara needs the keyring package"):
        secrets.resolve("keyring:acme/mara")

    def locked(*_):
        raise RuntimeError("s3cret backend talk")

    ring = ModuleType("keyring")
    ring.get_password = lambda service, user: {("acme", "mara"): "s3cret"}.get((service, user))
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert secrets.resolve("keyring:acme/mara") == "s3cret"
    with pytest.raises(Misconfigured, match="keyring:acme/tom holds nothing"):
        secrets.resolve("keyring:acme/tom")
    ring.get_password = locked
    with pytest.raises(Misconfigured, match="keyring:acme/mara cannot be read: RuntimeError") as refused:
        secrets.resolve("keyring:acme/mara")
    assert "s3cret" not in "".join(traceback.format_exception(refused.value))


def test_a_secret_file_that_everybody_can_read_is_worth_a_warning(tmp_path):
    key = tmp_path / "key"
    key.write_text("s3cret")
    key.chmod(0o644)
    assert "can be read by every user of this host; chmod 600 it" in (secrets.warning(f"file:{key}") or "")
    key.chmod(0o640)
    assert secrets.warning(f"file:{key}") is None
    assert secrets.warning("env:KEY") is None
    assert secrets.warning(f"file:{tmp_path}/none") is None


@pytest.mark.parametrize("value", MADE_UP.values(), ids=MADE_UP.keys())
@pytest.mark.parametrize(
    ("old", "key"),
    [
        ('token = "env:GITHUB_TOKEN"', "trackers.github.token"),
        ('url = "http://127.0.0.1:9090"', "sources.prometheus.url"),
        ('url = "env:TEAM_CHANNEL_URL"', "alerts.channels.team.url"),
        ('theme = "auto"', "ui.theme"),
        ('interval = "60s"', "stores.play.interval"),
        ('package = "com.acme.connect"', "stores.play.package"),
    ],
)
def test_a_secret_in_the_file_is_refused_wherever_it_stands_and_not_repeated(tmp_path, value, old, key):
    told = complaints(tmp_path, changed(old, f'{old.partition(" = ")[0]} = "{value}"'))
    assert len(told) == 1
    assert f"{key}: a secret must not stand in this file; expected a reference to it" in told[0]
    assert not any(part in told[0] for part in (value, value[-8:], "hunter2"))


@pytest.mark.parametrize("key", ["token", "access_token", "password", "client_secret", "private_key", "api_key"])
def test_a_plain_value_under_the_name_of_a_secret_is_refused_even_when_nobody_knows_the_key(tmp_path, key):
    told = complaints(tmp_path, changed('package = "com', f'{key} = "correct horse"\npackage = "com'))
    assert any(f"stores.play.{key}: a secret must not stand in this file" in line for line in told)
    assert "correct horse" not in "\n".join(told)


@pytest.mark.parametrize("name", ["token-basic", "Basic rollouts", "token", "Bearer of news", "eyJafjallajokull"])
def test_names_that_only_look_like_secrets_are_let_be(tmp_path, name):
    assert complaints(tmp_path, changed('name = "acme-connect"', f'name = "{name}"')) == []


def test_references_are_no_secrets_and_logs_lose_what_has_the_shape_of_one():
    assert not secrets.may_hold_secret("token", "env:GITHUB_TOKEN")
    assert secrets.may_hold_secret("token", "env:" + MADE_UP["github"])
    assert (
        secrets.redact(f"sent {MADE_UP['github']} to {MADE_UP['url']}")
        == "sent [secret] to http[secret]metrics.example:9090"
    )
