"""Android vitals beside telemetry in a rehearsal: shown when they are asked for, late, as shares of users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served

HOUR = 3600.0
VITAL = "user_perceived_crash_rate"


@pytest.fixture(params=["healthy"])
def rehearsal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, request.param) as serving:
        yield serving


def shown(rehearsal: Served, run_on: Run) -> dict[str, Any]:
    """Android's metrics once the vitals stand in its list in place of the session's length."""
    text = rehearsal.config.read_text(encoding="utf-8")
    rehearsal.config.write_text(text.replace('"session_duration"]', f'"{VITAL}"]', 1), encoding="utf-8")
    code, out, err = run_on(rehearsal, "status", "--json")
    assert (code, err) == (0, "")
    metrics: dict[str, Any] = json.loads(out)["platforms"]["android"]["metrics"]
    return metrics


def test_vitals_stand_beside_telemetry_as_late_shares_of_users(rehearsal: Served, run_on: Run) -> None:
    vitals = shown(rehearsal, run_on)[VITAL]
    assert (vitals["population"], vitals["counted"], vitals["source"]) == ("users", "users", "play_vitals")
    assert (vitals["severity"], vitals["n"], vitals["interval"]) == ("OK", None, None)
    assert 3 * HOUR <= vitals["age"] < 4 * HOUR + 60
    _, out, _ = run_on(rehearsal, "status")
    assert "crashing users" in out
    assert "(share of users, n unknown)" in out


def test_the_four_metrics_of_the_screen_stay_and_vitals_are_asked_nothing(rehearsal: Served, run_on: Run) -> None:
    code, out, _ = run_on(rehearsal, "check", "--format", "json")
    assert code == 0
    assert VITAL not in out


@pytest.mark.parametrize("rehearsal", ["few-users", "no-data"], indirect=True)
def test_withheld_vitals_are_unknown_with_their_reason(rehearsal: Served, run_on: Run) -> None:
    vitals = shown(rehearsal, run_on)[VITAL]
    assert (vitals["severity"], vitals["value"]) == ("UNKNOWN", None)
    assert "Play vitals has no row for build 4201" in vitals["reason"]
