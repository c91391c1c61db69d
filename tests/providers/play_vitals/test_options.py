"""What a section may say, and how late its data may be where it says nothing."""

from __future__ import annotations

import pytest

from rollout_tui.config.reading import load
from tests.providers.play_vitals.desk import DAY, HOUR, options
from tests.unit.config.standins import EXAMPLE

METRIC = """
[metrics.user_crash_rate]
label = "Users with a crash"
kind = "ratio"
population = "users"
target = "< 1%"
alert = "> 2%"
"""
SECTION = """
[sources.vitals]
provider = "play_vitals"
package = "com.acme.connect"
token = "env:TOKEN"
"""
VITAL = """
[sources.vitals.metrics.user_crash_rate]
vital = "userPerceivedCrashRate"
"""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics": {"x": {"vital": "crashrate"}}}, "expected one of crashRate"),
        ({"metrics": {"x": {"vital": "userPerceivedLmkRate", "period": "hourly"}}}, "is given daily only"),
        ({"metrics": {"x": {"vital": "crashRate7dUserWeighted", "period": "hourly"}}}, "is given daily only"),
        ({"metrics": {"x": {"vital": "crashRate", "period": "weekly"}}}, "period"),
        ({"metrics": {"x": {"vital": "crashRate", "cohort": "everybody"}}}, "cohort"),
        ({"application_default": True}, "exactly one of"),
        ({"token": None}, "exactly one of"),
        ({"package": "acme"}, "package"),
        ({"rates": "permille"}, "rates"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_options_say_what_is_expected(wrong, said):
    with pytest.raises(ValueError, match=said):
        options(**wrong)


def test_the_example_s_vitals_are_whole_once_their_marks_are_taken_away(tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first, last = lines.index("# [metrics.user_crash_rate]"), lines.index('# period = "hourly"')
    lines[first : last + 1] = [line.removeprefix("# ") for line in lines[first : last + 1]]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    settings = load(path)
    assert settings.sources["play_vitals"].stale_after == 12 * HOUR
    assert settings.plan.rollouts[0].metric("user_crash_rate").population == "users"


@pytest.mark.parametrize(
    ("section", "vital", "stale_after"),
    [
        ("", "", 3 * DAY),
        ("", 'period = "hourly"', 12 * HOUR),
        ('interval = "2d"', "", 6 * DAY),
        ('stale_after = "50h"', "", 50 * HOUR),
    ],
    ids=["days", "hours", "three intervals are longer", "as it is written"],
)
def test_vitals_are_late_by_design_so_they_turn_stale_later(tmp_path, section, vital, stale_after):
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8") + METRIC + SECTION + section + VITAL + vital, encoding="utf-8")
    sources = load(path).sources
    assert sources["vitals"].stale_after == stale_after
    assert sources["vitals"].label == "Play vitals"
    assert sources["prometheus"].stale_after == 180
