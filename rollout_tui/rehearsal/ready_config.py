"""The configuration of a running rehearsal: complete, with its services' addresses and its clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rollout_tui.rehearsal.scenarios import APP, BUNDLE, HOUR, PACKAGE, VERSION
from rollout_tui.rehearsal.stage import SHARES, Stage
from rollout_tui.rehearsal.stores.crashlytics import app_id
from rollout_tui.rehearsal.world import GIVE_UP

KEY_ID = "REHEARSAL1"
ISSUER_ID = "69a6de70-0000-47e3-e053-5b8c7c11a4d1"
_FRESH = 180.0
"""Rehearsed seconds for which an answer is fresh at a natural pace."""
_FRESH_ON_THE_WALL = 30.0
"""Wall seconds for which it is fresh at any pace: what a busy machine takes for one look is minutes on a fast clock."""
_PATIENCE = 'timeout = "20s"'
"""Twice the usual: services and program share one machine, often a busy one."""

_METRICS = f"""
[metrics.crash_rate]
label = "Crash rate"
kind = "ratio"
better = "lower"
population = "sessions"
target = "< 0.5%"
alert = "> 1%"
critical = "> 2%"
complement = "crash_free_sessions"
lag = "60 min"

[metrics.connect_failure_rate]
label = "Connect failures"
kind = "ratio"
better = "lower"
population = "connects"
target = "< 1%"
alert = "> 2%"
critical = "> 5%"

[metrics.avg_connection_time]
label = "Connection time"
kind = "mean"
better = "lower"
population = "connects"
target = "< 10s"
alert = "> 20s"
cap = "{GIVE_UP:g} s"

[metrics.session_duration]
label = "Session duration"
kind = "mean"
better = "higher"
population = "sessions"
target = "> 5min"
alert = "< 1min"
"""

# Vitals are another metric than the sessions' crash rate. The screen shows four; this one stands ready as a fifth.
_SHOWN = '["crash_rate", "connect_failure_rate", "avg_connection_time", "session_duration"]'
_VITALS = """
[metrics.user_perceived_crash_rate]
label = "Crashing users"
kind = "ratio"
better = "lower"
population = "users"
target = "< 0.5%"
alert = "> 1%"
critical = "> 2%"
complement = "crash_free_users"
"""
_VITALS_QUERIES = """
[sources.play_vitals.metrics.user_perceived_crash_rate]
vital = "userPerceivedCrashRate"
period = "hourly"
"""

# Beside Prometheus, for whoever names them in the sources of a platform.
_SENTRY = f"""
[sources.sentry.apps.android]
project = "connect-android"
package = "{PACKAGE}"

[sources.sentry.apps.ios]
project = "connect-ios"
package = "{BUNDLE}"

[sources.sentry.metrics.crash_rate]
counts = "sessions"
"""

_SELECT = '{platform="$platform",build="$build"}'
_QUERIES = f"""
[sources.prometheus.metrics.crash_rate]
bad = 'app_crashed_sessions_total{_SELECT}'
total = 'app_sessions_total{_SELECT}'

[sources.prometheus.metrics.connect_failure_rate]
bad = 'app_connect_failures_total{_SELECT}'
total = 'app_connects_total{_SELECT}'

[sources.prometheus.metrics.avg_connection_time]
sum = 'app_connect_seconds_sum{_SELECT}'
count = 'app_connect_seconds_count{_SELECT}'

[sources.prometheus.metrics.session_duration]
sum = 'app_session_seconds_sum{_SELECT}'
count = 'app_session_seconds_count{_SELECT}'

[sources.prometheus.metrics.observed_share]
bad = 'app_sessions_total{_SELECT}'
total = 'app_sessions_total{{platform="$platform"}}'
"""


def write_config(folder: Path, stage: Stage, speed: float, urls: dict[str, str]) -> Path:
    """Write `config.toml` into the folder. `urls` are the services' base URLs by name."""
    clock, scenario = stage.clock, stage.scenario
    fresh = f'stale_after = "{max(_FRESH, _FRESH_ON_THE_WALL * speed):g}s"'
    text = f"""# A rehearsal: {scenario.about}
rehearsal = "{scenario.name} {speed:g}x"

[app]
name = "{APP}"
version = "{VERSION}"

[history]
path = "{folder / "history.db"}"

[clock]
speed = {speed!r}
origin = {clock.origin!r}
anchor = {clock.anchor!r}
{_METRICS}{_VITALS}
[stores.play]
provider = "google_play"
package = "{PACKAGE}"
base_url = "{urls["google_play"]}"
{_PATIENCE}
service_account = "file:{folder / "play-account.json"}"

[stores.app_store]
provider = "app_store"
bundle_id = "{BUNDLE}"
key_id = "{KEY_ID}"
issuer_id = "{ISSUER_ID}"
private_key = "file:{folder / "AuthKey.p8"}"
base_url = "{urls["app_store"]}"
{_PATIENCE}

[sources.prometheus]
provider = "prometheus"
url = "{urls["prometheus"]}"
{_PATIENCE}
{fresh}
{_QUERIES}
[sources.play_vitals]
provider = "play_vitals"
interval = "15m"
package = "{PACKAGE}"
base_url = "{urls["play_vitals"]}"
{_PATIENCE}
service_account = "file:{folder / "play-account.json"}"
{_VITALS_QUERIES}
[sources.sentry]
provider = "sentry"
interval = "5m"
organization = "acme"
base_url = "{urls["sentry"]}"
token = "file:{folder / "sentry.token"}"
{_SENTRY}
[sources.crashlytics]
provider = "crashlytics"
interval = "5m"
base_url = "{urls["crashlytics"]}"
service_account = "file:{folder / "play-account.json"}"
apps = {{ android = "{app_id("android")}", ios = "{app_id("ios")}" }}

[sources.crashlytics.metrics.crash_rate]
counts = "sessions"

[trackers.github]
provider = "github"
repository = "{scenario.github.repository}"
base_url = "{urls["github"]}"
critical_label = "critical"
blocking_label = "blocker"
version_label = "$version"
{_PATIENCE}
{fresh}

[approvals]
approvers = ["mara", "tom"]

[signoffs.maintainer]
label = "Maintainer sign-off"
signers = ["mara", "tom"]

[signoffs."testflight feedback positive"]
label = "TestFlight feedback"
signers = ["mara", "tom"]

[platforms.android]
build = "{scenario.play.version_code}"
store = "play"
sources = ["prometheus", "play_vitals"]
metrics = {_SHOWN}
tracker = "github"
{_android(stage)}
[platforms.ios]
build = "{scenario.app_store.build}"
store = "app_store"
sources = ["prometheus"]
metrics = {_SHOWN}
tracker = "github"
{_ios(stage)}"""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _android(stage: Stage) -> str:
    first, second = (_moment(stage, hours) for hours in stage.scenario.android_phases)
    return f"""
[[platforms.android.phases]]
id = "internal"
name = "Internal testing"
share = {SHARES[0]}
track = "production"
time = "24h"
gates = ["crash_free_sessions >= 99.5%", "connect_failure_rate <= 1%", "critical_bugs == 0"]
began = {first}

[[platforms.android.phases]]
id = "closed"
name = "Closed testing"
share = {SHARES[1]}
track = "production"
time = "48h"
gates = [
  "crash_free_sessions >= 99.5%",
  "connect_failure_rate <= 1%",
  "avg_connection_time < 10s",
  "new_critical_bugs == 0",
]
began = {second}

[[platforms.android.phases]]
id = "production"
name = "Production"
share = 1.0
track = "production"
enter = ["signoff: maintainer"]
"""


def _ios(stage: Stage) -> str:
    start = stage.scenario.app_store
    review = f"began = {_moment(stage, start.since)}\n" if start.stage in ("review", "waiting") else ""
    gates = '["crash_free_sessions >= 99.5%", "connect_failure_rate <= 1%", "critical_bugs == 0"]'
    phased = f"""
[[platforms.ios.phases]]
id = "phased"
name = "App Store phased"
kind = "phased"
gates = {gates}
{"" if start.stage != "phased" else f"began = {_moment(stage, start.since)}"}
"""
    return f"""
[[platforms.ios.phases]]
id = "testflight"
name = "TestFlight"
kind = "testers"
group = "{start.group}"
testers = {start.testers}
time = "24h to 48h"
gates = {gates}
began = {_moment(stage, start.tested_since)}

[[platforms.ios.phases]]
id = "review"
name = "App Review"
kind = "review"
gates = {gates}
enter = ["signoff: testflight feedback positive"]
{review}{phased}"""


def _moment(stage: Stage, hours: float) -> str:
    at = stage.clock.origin + hours * HOUR
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
