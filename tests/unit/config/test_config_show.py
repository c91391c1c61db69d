"""`config show` and `config schema`: what a configuration comes to, and what it may hold."""

from __future__ import annotations

import pytest
import tomli

from rollout_tui.config import providers
from rollout_tui.config.errors import key_path
from rollout_tui.config.schema import json_schema
from rollout_tui.config.show import entries, warnings
from tests.unit.config.standins import EXAMPLE, PROVIDERS, changed, line_of, load_text, lookup


@pytest.fixture
def shown(tmp_path):
    loaded = load_text(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    return {entry.key: entry for entry in entries(loaded)}


def test_values_of_the_file_are_shown_as_written_with_their_line(shown):
    text = EXAMPLE.read_text(encoding="utf-8")
    assert (shown["app.name"].value, shown["app.name"].line) == ("acme-connect", line_of(text, 'name = "acme-connect"'))
    time = shown["platforms.android.phases[1].time"]
    assert (time.value, time.line) == ("48h", line_of(text, 'time = "48h"'))
    assert shown["stores.play.service_account"].value == "file:/etc/rollout-tui/play.json"
    assert shown["sources.prometheus.metrics.crash_rate.bad"].value.startswith("app_crashed_sessions_total")
    assert shown['signoffs."testflight feedback positive".signers'].value == ["mara", "tom"]


def test_defaults_are_shown_as_a_person_would_write_them(shown):
    defaults = {key: entry.value for key, entry in shown.items() if entry.line is None}
    assert defaults["metrics.crash_rate.window"] == "60m"
    assert defaults["stores.play.timeout"] == "10s"
    assert defaults["metrics.connect_failure_rate.lag"] == "0s"
    assert defaults["metrics.connect_failure_rate.dispersion"] == 1
    assert "metrics.avg_connection_time.lag" not in defaults
    assert "metrics.session_duration.cap" not in defaults
    assert defaults["stores.play.stale_after"] == "180s"
    assert defaults["stores.play.base_url"] == "https://androidpublisher.googleapis.com"
    assert defaults["trackers.github.stale_after"] == "900s"
    assert defaults["platforms.android.label"] == "Android"
    assert "platforms.ios.phases[1].began" not in defaults
    assert defaults["history.path"].endswith("rollout-tui/acme-connect/history.db")
    assert "stores.play.token" not in defaults


def test_the_lag_that_a_rate_of_people_or_sessions_gets_is_shown(tmp_path):
    text = changed('lag = "60 min"', "").replace("beta = 0.01", "").replace("alpha = 0.01", "alpha = 0.02")
    shown = {entry.key: entry for entry in entries(load_text(tmp_path, text))}
    assert (shown["metrics.crash_rate.lag"].value, shown["metrics.crash_rate.lag"].line) == ("60m", None)
    assert (shown["evidence.beta"].value, shown["evidence.beta"].line) == (0.02, None)
    text = text.replace("sessions_per_tester_per_day = 4 ", "")
    shown = {entry.key: entry for entry in entries(load_text(tmp_path, text))}
    assert shown["platforms.ios.phases[0].sessions_per_tester_per_day"].value == 4
    assert "platforms.ios.phases[1].sessions_per_tester_per_day" not in shown


def leaves(value, place=()):
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*place, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*place, index))]
    return [(key_path(place), value)]


def test_every_value_of_the_file_is_shown_once_as_it_stands(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = entries(load_text(tmp_path, text))
    from_file = [(entry.key, entry.value) for entry in shown if entry.line is not None]
    assert sorted(from_file, key=str) == sorted(leaves(tomli.loads(text)), key=str)
    assert len(shown) == len({entry.key for entry in shown})


def test_secrets_that_cannot_be_read_or_that_others_can_read_are_warnings(tmp_path, monkeypatch):
    for name in ("GITHUB_TOKEN", "TEAM_CHANNEL_URL", "ONCALL_CHANNEL_URL"):
        monkeypatch.setenv(name, "s3cret")
    key = tmp_path / "play.json"
    key.write_text("s3cret")
    key.chmod(0o604)
    told = warnings(load_text(tmp_path, changed("/etc/rollout-tui/play.json", str(key))))
    assert told == [
        f"stores.play.service_account: file:{key} can be read by every user of this host; chmod 600 it",
        "stores.app_store.private_key: file:/etc/rollout-tui/AuthKey.p8 cannot be read: No such file or directory",
    ]


@pytest.fixture
def schema(monkeypatch):
    monkeypatch.setattr(providers, "names", lambda: [*PROVIDERS, "broken"])
    monkeypatch.setattr(providers, "find", lookup)
    return json_schema()


def errors(schema, text):
    validators = pytest.importorskip("jsonschema", reason="comes with the test extra's openapi-schema-validator")
    validators.Draft202012Validator.check_schema(schema)
    return [error.message for error in validators.Draft202012Validator(schema).iter_errors(tomli.loads(text))]


def test_the_schema_accepts_the_example(schema):
    assert errors(schema, EXAMPLE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "ratio"', 'kind = "rate"'),
        ('lag = "60 min"', "lag = 60"),
        ('cap = "30 s"', 'cap = "thirty"'),
        ("alpha = 0.01", "alpha = 0.5"),
        ("beta = 0.01", "gamma = 0.01"),
        ('package = "com', 'packagee = "com'),
        ('interval = "60s"', "interval = 60"),
        ('provider = "prometheus"', 'provider = "google_play"'),
        ("[history]", "[historyy]"),
        ('private_key = "file:/etc', 'private_key = "/etc'),
        ("[platforms.ios]", "[platforms.windows]"),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(schema, old, new):
    assert errors(schema, changed(old, new))


def test_defaults_in_the_schema_are_values_that_the_file_may_hold(schema):
    assert schema["$defs"]["HistorySection"]["properties"]["retention"]["default"] == "90d"
    assert schema["$defs"]["stores.google_play"]["properties"]["share_interval"]["default"] == "15m"
