"""The verbs without a screen against a rehearsal: status for people and machines; pause, resume, promote with care."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rollout_tui.cli.main import main
from tests.rehearsal.serving import Served, served

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scenario(request) -> str:
    """The scenario that a test names with `indirect`."""
    return str(getattr(request, "param", "healthy"))


@pytest.fixture
def rehearsal(tmp_path, scenario) -> Iterator[Served]:
    with served(tmp_path, scenario) as serving:
        yield serving


@pytest.fixture
def run(rehearsal, monkeypatch, tmp_path, capsys) -> Run:
    """Run a verb on the rehearsal's configuration, without a terminal: exit code, stdout, stderr."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--config", str(rehearsal.config)])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return call


def in_scenario(name: str) -> Any:
    return pytest.mark.parametrize("scenario", [name], indirect=True)


def writes(rehearsal: Served) -> list[str]:
    """The calls that changed Google Play for good."""
    calls = rehearsal.log("google_play")
    return [call["path"].rpartition(":")[2] for call in calls if call["path"].endswith(":commit")]


# --- status ------------------------------------------------------------------------------------------------------


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
        assert set(rollout["actions"]) == {"pause", "resume", "promote"}
        assert set(rollout["metrics"]) == {
            "crash_rate",
            "connect_failure_rate",
            "avg_connection_time",
            "session_duration",
        }
        assert all(gate["verdict"] == "PASS" for gate in rollout["gates"])
    assert facts["platforms"]["android"]["store"]["status"] == "inProgress"
    assert facts["platforms"]["android"]["store"]["share"] == 0.5


@in_scenario("no-data")
def test_what_is_not_known_is_said_in_words_and_is_never_a_number(run):
    _, out, _ = run("status")
    unknown = [line for line in out.splitlines() if line.startswith("UNKNOWN android ")]
    assert any("crash rate, Prometheus has no series for build 4201" in line for line in unknown)
    assert any(line.startswith("NO DATA android gate ") for line in out.splitlines())
    facts = json.loads(run("status", "--json")[1])
    metric = facts["platforms"]["android"]["metrics"]["crash_rate"]
    assert (metric["value"], metric["n"]) == (None, None)
    assert "no series" in metric["reason"]


def test_a_look_changes_nothing_at_a_store(run, rehearsal):
    run("status")
    assert writes(rehearsal) == []
    assert [call for call in rehearsal.log("app_store") if call["method"] != "GET"] == []


# --- pause, resume -----------------------------------------------------------------------------------------------


def test_pause_resume_and_repeating_each(run, rehearsal):
    code, out, err = run("pause", "android", "--yes", "--reason", "crash spike")
    assert (code, out.startswith("pause android: done")) == (0, True), err
    assert "state: inProgress -> halted" in err
    assert rehearsal.play() == ("halted", 0.5)
    assert writes(rehearsal) == ["commit"]
    code, out, _ = run("pause", "android", "--yes")
    assert (code, "already is PAUSED" in out, "Nothing was changed" in out) == (0, True, True)
    assert writes(rehearsal) == ["commit"]
    assert json.loads(run("status", "--json")[1])["platforms"]["android"]["state"] == "PAUSED"
    code, out, _ = run("resume", "android", "--yes")
    assert (code, out.startswith("resume android: done")) == (0, True)
    assert rehearsal.play() == ("inProgress", 0.5)
    code, out, _ = run("resume", "android", "--yes")
    assert (code, "already is RUNNING" in out) == (0, True)
    assert writes(rehearsal) == ["commit", "commit"]


def test_pausing_ios_takes_the_build_out_of_its_group_and_resuming_puts_it_back(run, rehearsal):
    assert run("pause", "ios", "--yes")[0] == 0
    assert rehearsal.get("app_store", "/_rehearsal/state")["in_group"] is False
    assert run("resume", "ios", "--yes")[0] == 0
    assert rehearsal.get("app_store", "/_rehearsal/state")["in_group"] is True


@in_scenario("ios-phased")
def test_pausing_ios_in_its_phased_release_pauses_the_ladder(run, rehearsal):
    code, out, _ = run("pause", "IOS", "--yes")
    assert (code, out.startswith("pause ios: done")) == (0, True)
    assert rehearsal.get("app_store", "/_rehearsal/state")["phased"] == "PAUSED"


def test_a_dry_run_shows_the_exact_change_and_does_nothing(run, rehearsal):
    for verb, shown in (("pause", "state: inProgress -> halted"), ("promote", "goes to 100 %, completed.")):
        code, out, err = run(verb, "android", "--dry-run")
        assert (code, err) == (0, "")
        assert shown in out
    assert writes(rehearsal) == []
    assert rehearsal.play() == ("inProgress", 0.5)


@pytest.mark.parametrize("verb", ["pause", "promote"])
def test_without_a_terminal_and_without_yes_it_refuses(run, rehearsal, verb):
    code, out, err = run(verb, "android")
    assert (code, out) == (4, "")
    assert "pass --yes to confirm" in err
    assert writes(rehearsal) == []


def test_another_version_than_the_expected_one_is_refused(run, rehearsal):
    code, _, err = run("pause", "android", "--yes", "--expect-version", "4.3.0")
    assert code == 4
    assert "--expect-version 4.3.0" in err
    assert "rolls out 4.2.0" in err
    assert writes(rehearsal) == []
    assert run("pause", "android", "--yes", "--expect-version", "4.2.0")[0] == 0
    assert writes(rehearsal) == ["commit"]


def test_an_unknown_platform_is_a_usage_error_that_names_the_known_ones(run):
    code, _, err = run("pause", "windows", "--yes")
    assert code == 4
    assert "it has android, ios" in err


def test_a_pause_needs_no_metrics_and_no_tracker(run, rehearsal):
    for service in ("prometheus", "github"):
        rehearsal.post(service, "/_rehearsal/faults", {"status": 503})
    assert run("pause", "android", "--yes")[0] == 0
    assert rehearsal.play()[0] == "halted"


def test_an_answer_that_is_lost_is_settled_by_reading_and_never_sent_twice(run, rehearsal):
    rehearsal.post("google_play", "/_rehearsal/faults", {"status": 0, "times": 1, "path": ":commit"})
    code, out, err = run("pause", "android", "--yes")
    assert code == 0, out + err
    assert rehearsal.play()[0] == "halted"
    assert writes(rehearsal) == ["commit"]


def test_a_store_that_cannot_be_read_is_said_so_and_nothing_is_done(run, rehearsal):
    rehearsal.post("google_play", "/_rehearsal/faults", {"status": 503})
    code, _, err = run("pause", "android", "--yes")
    assert code == 1
    assert "Google Play" in err
    assert writes(rehearsal) == []
    assert run("pause", "ios", "--yes")[0] == 0


# --- promote -----------------------------------------------------------------------------------------------------


def test_promoting_completes_the_rollout_where_every_gate_holds(run, rehearsal):
    code, out, err = run("promote", "android", "--yes")
    assert (code, out.startswith("promote android: done")) == (0, True), err
    assert rehearsal.play() == ("completed", None)


@in_scenario("crash-regression")
def test_promoting_against_a_failing_gate_is_refused_with_every_reason(run, rehearsal):
    code, out, err = run("promote", "android", "--yes")
    assert (code, out) == (1, "")
    assert "Not possible now:" in err
    assert "  1. " in err
    assert "crash" in err.lower()
    assert writes(rehearsal) == []


@in_scenario("no-data")
def test_promoting_without_data_is_refused(run, rehearsal):
    code, _, err = run("promote", "ios", "--yes")
    assert code == 1
    assert "no series for build 87" in err
    assert rehearsal.log("app_store") == []


def test_promoting_ios_sends_it_to_review(run, rehearsal):
    code, out, err = run("promote", "ios", "--yes")
    assert code == 0, out + err
    assert rehearsal.get("app_store", "/_rehearsal/state")["version"] == "WAITING_FOR_REVIEW"


def test_a_secret_is_neither_printed_nor_kept(run, rehearsal, tmp_path):
    token = rehearsal.facts["google_token"]
    told = [*run("status", "--json"), *run("pause", "android", "--yes"), *run("config", "show")]
    assert all(token not in str(text) for text in told)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "play.token"]
    assert kept
    assert all(token.encode() not in path.read_bytes() for path in kept)


def test_a_wrong_token_is_said_with_what_to_do(run, rehearsal):
    (rehearsal.folder / "play.token").write_text("stolen")
    code, out, _ = run("pause", "android", "--yes")
    assert code == 1
    assert out.startswith("pause android: refused. ")
    assert "does not accept the sign-in" in out
    assert rehearsal.play() == ("inProgress", 0.5)
