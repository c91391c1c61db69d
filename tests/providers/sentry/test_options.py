"""What a section may say; what Sentry does not have is refused before anything is asked."""

from __future__ import annotations

import pytest

from rollout_tui.config.errors import ConfigErrors
from rollout_tui.config.reading import load
from tests.providers.sentry.desk import APPS, HOUR, options
from tests.unit.config.standins import EXAMPLE

APP = APPS["android"]
SECTION = """
[sources.sentry]
provider = "sentry"
organization = "acme"
region = "de"
token = "env:SENTRY_TOKEN"
[sources.sentry.apps.android]
project = "connect-android"
package = "com.acme.connect"
"""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics": {"session_duration": {"counts": "sessions"}}}, "since 2023-01-12"),
        ({"metrics": {"length": {"counts": "avg(session.duration)"}}}, "since 2023-01-12"),
        ({"metrics": {"crash_rate": {"counts": "crashes"}}}, "counts"),
        ({"metrics": {"crash_rate": {"counts": "adoption"}}}, "observed_share"),
        ({"metrics": {"observed_share": {"counts": "sessions"}}}, "observed_share"),
        ({"region": None}, "exactly one of region and base_url"),
        ({"base_url": "https://sentry.acme.example"}, "exactly one of region and base_url"),
        ({"region": "fr"}, "region"),
        ({"token": "sntryu_0123"}, "token"),
        ({"apps": {}}, "apps"),
        ({"apps": {"windows": APP}}, "apps"),
        ({"apps": {"android": {"project": "x"}}}, "expected `package`"),
        ({"apps": {"android": {**APP, "release": "$package@$version"}}}, r"expected \$build in it"),
        ({"apps": {"android": {**APP, "release": "$name+$build"}}}, "nothing else with a"),
        ({"apps": {"android": {**APP, "release": "100$"}}}, "nothing else with a"),
    ],
)
def test_wrong_options_say_what_is_expected(wrong, said):
    with pytest.raises(ValueError, match=said):
        options(**wrong)


def test_a_release_may_be_named_without_a_package():
    assert options(apps={"ios": {"project": "x", "release": "connect-$version-$build"}}).apps["ios"].package == ""


def test_a_whole_configuration_with_sentry_loads_and_hours_may_be_late(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    section = load(path).sources["sentry"]
    assert (section.label, section.stale_after) == ("Sentry", 2 * HOUR)


def test_session_duration_is_refused_with_its_reason_when_the_configuration_is_read(tmp_path):
    path = tmp_path / "config.toml"
    duration = '[sources.sentry.metrics.session_duration]\ncounts = "sessions"\n'
    path.write_text(EXAMPLE.read_text(encoding="utf-8") + SECTION + duration, encoding="utf-8")
    with pytest.raises(ConfigErrors, match="records no session durations since 2023-01-12"):
        load(path)


def test_the_example_s_sentry_is_whole_once_its_marks_are_taken_away(tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("# [sources.sentry]"))
    last = next(number for number, line in enumerate(lines) if line.startswith('# counts = "sessions"'))
    lines[first : last + 1] = [line.removeprefix("# ") for line in lines[first : last + 1]]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load(path).sources["sentry"].provider == "sentry"
