"""Sentry or Crashlytics in place of Prometheus in a rehearsal: gates decide on their counts, doctor looks at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served

LOOKED_AT = {
    "sentry": [
        "release com.acme.connect@4.2.0+4201 reports to connect-android",
        "release com.acme.connect@4.2.0+87 reports to connect-ios",
    ],
    "crashlytics": ["experimental: Google may change this API"],
}


@pytest.fixture(params=["healthy"])
def rehearsal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, request.param) as serving:
        yield serving


def preferred(rehearsal: Served, source: str) -> None:
    """Name that source first."""
    text = rehearsal.config.read_text(encoding="utf-8")
    text = text.replace('sources = ["prometheus"', f'sources = ["{source}", "prometheus"')
    rehearsal.config.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("source", sorted(LOOKED_AT))
def test_the_gates_are_decided_on_its_counts_of_the_phase(rehearsal: Served, run_on: Run, source: str) -> None:
    preferred(rehearsal, source)
    code, out, err = run_on(rehearsal, "check", "--format", "json")
    assert (code, err) == (0, "")
    platforms = json.loads(out)["platforms"].values()
    assert [one["gates"]["crash_free_sessions"]["verdict"] for one in platforms] == ["PASS", "PASS"]
    shown = json.loads(run_on(rehearsal, "status", "--json")[1])["platforms"].values()
    assert {one["metrics"]["crash_rate"]["source"] for one in shown} == {source}
    assert rehearsal.log(source) == []
    code, out, _ = run_on(rehearsal, "doctor")
    assert code == 0
    assert f"OK      {source}: Android build 4201, crash rate: 0." in out
    assert all(text in out for text in LOOKED_AT[source])


@pytest.mark.parametrize("rehearsal", ["crash-regression"], indirect=True)
def test_a_bad_build_fails_by_sentry(rehearsal: Served, run_on: Run) -> None:
    preferred(rehearsal, "sentry")
    code, out, _ = run_on(rehearsal, "check", "--format", "json")
    assert code == 1
    assert "FAIL" in {one["gates"]["crash_free_sessions"]["verdict"] for one in json.loads(out)["platforms"].values()}
