"""Sentry in place of Prometheus in a rehearsal: the gates decide on its counts, doctor looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served


@pytest.fixture(params=["healthy"])
def rehearsal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, request.param) as serving:
        text = serving.config.read_text(encoding="utf-8")
        text = text.replace('sources = ["prometheus"', 'sources = ["sentry", "prometheus"')
        serving.config.write_text(text, encoding="utf-8")
        yield serving


def crash_gates(run_on: Run, rehearsal: Served) -> tuple[int, list[dict[str, object]]]:
    code, out, err = run_on(rehearsal, "check", "--format", "json")
    assert err == ""
    return code, [one["gates"]["crash_free_sessions"] for one in json.loads(out)["platforms"].values()]


def test_the_gates_are_decided_on_its_counts_of_the_phase(rehearsal: Served, run_on: Run) -> None:
    code, gates = crash_gates(run_on, rehearsal)
    assert code == 0
    assert [gate["verdict"] for gate in gates] == ["PASS", "PASS"]
    platforms = json.loads(run_on(rehearsal, "status", "--json")[1])["platforms"].values()
    assert {one["metrics"]["crash_rate"]["source"] for one in platforms} == {"sentry"}
    assert rehearsal.log("sentry") == []
    code, out, _ = run_on(rehearsal, "doctor")
    assert code == 0
    assert "OK      sentry: Android build 4201, crash rate: 0." in out
    assert "release com.acme.connect@4.2.0+4201 reports to connect-android" in out
    assert "release com.acme.connect@4.2.0+87 reports to connect-ios" in out


@pytest.mark.parametrize("rehearsal", ["crash-regression"], indirect=True)
def test_a_bad_build_fails_by_it(rehearsal: Served, run_on: Run) -> None:
    code, gates = crash_gates(run_on, rehearsal)
    assert code == 1
    assert "FAIL" in {gate["verdict"] for gate in gates}
