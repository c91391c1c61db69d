"""What only looks, on one rehearsal for all: status, dry runs, and what is refused before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("rehearsal")) as serving:
        yield serving


@pytest.fixture
def run(rehearsal, run_on) -> Run:
    """Run a verb on the rehearsal's configuration, without a terminal: exit code, stdout, stderr."""
    return partial(run_on, rehearsal)


def test_status_prints_one_fact_a_line_with_the_word_first(run):
    code, out, err = run("status")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("acme-connect 4.2.0 at ")
    assert lines[1].startswith("NEXT ")
    assert "OK android build 4201, 6 of 6 gates hold" in lines
    assert [line for line in lines if line.startswith("RUNNING android ") and "committed 50 %" in line]
    assert len([line for line in lines if line.startswith("PHASE android ")]) == 3
    assert len([line for line in lines if line.startswith("PASS android gate ")]) == 6
    assert len([line for line in lines if line.startswith("OK ios ") and " old" in line]) == 4
    assert "\x1b" not in out
    assert out.isprintable() or set(out) - {"\n"} == {c for c in out if c.isprintable()}


def test_status_as_json_has_the_promised_shape(run):
    code, out, err = run("status", "--json")
    assert (code, err) == (0, "")
    facts = json.loads(out)
    assert facts["version"] == "4.2.0"
    for rollout in facts["platforms"].values():
        assert rollout["state"] == "RUNNING"
        assert {"status", "share", "age", "share_age"} <= set(rollout["store"])
        assert set(rollout["actions"]) == {"pause", "resume", "promote", "restart"}
        assert set(rollout["metrics"]) == {
            "crash_rate",
            "connect_failure_rate",
            "avg_connection_time",
            "session_duration",
        }
        assert all(gate["verdict"] == "PASS" for gate in rollout["gates"])
    assert facts["platforms"]["android"]["store"]["status"] == "inProgress"
    assert facts["platforms"]["android"]["store"]["share"] == 0.5


def test_a_look_changes_nothing_at_a_store(run, rehearsal):
    run("status")
    assert rehearsal.commits() == []
    assert [call for call in rehearsal.log("app_store") if call["method"] != "GET"] == []


def test_a_dry_run_shows_the_exact_change_and_does_nothing(run, rehearsal):
    for verb, shown in (("pause", "state: inProgress -> halted"), ("promote", "goes to 100 %, completed.")):
        code, out, err = run(verb, "android", "--dry-run")
        assert (code, err) == (0, "")
        assert shown in out
    assert rehearsal.commits() == []
    assert rehearsal.play() == ("inProgress", 0.5)


@pytest.mark.parametrize("verb", ["pause", "promote"])
def test_without_a_terminal_and_without_yes_it_refuses(run, rehearsal, verb):
    code, out, err = run(verb, "android")
    assert (code, out) == (4, "")
    assert "pass --yes to confirm" in err
    assert rehearsal.commits() == []


def test_an_unknown_platform_is_a_usage_error_that_names_the_known_ones(run):
    code, _, err = run("pause", "windows", "--yes")
    assert code == 4
    assert "it has android, ios" in err
