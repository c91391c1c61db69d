"""`doctor` on rehearsals: every provider answers for itself, nothing is changed, each finding has its fix."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all: doctor changes nothing."""
    with served(tmp_path_factory.mktemp("rehearsal")) as serving:
        yield serving


@pytest.fixture
def rehearsal(shared: Served) -> Iterator[Served]:
    """What a test does to its configuration, to its key and to the service account is undone."""
    key, text = shared.folder / "play-account.json", shared.config.read_text(encoding="utf-8")
    account = shared.get("google_oauth", "/_rehearsal/account")
    yield shared
    shared.config.write_text(text, encoding="utf-8")
    key.chmod(0o600)
    shared.post("google_oauth", "/_rehearsal/account", account)


@pytest.fixture
def run(rehearsal: Served, run_on: Run) -> Run:
    return partial(run_on, rehearsal)


def rewritten(rehearsal: Served, line: str, other: str) -> None:
    """The ready configuration with the first line that begins so replaced."""
    lines = rehearsal.config.read_text(encoding="utf-8").splitlines()
    first = next(number for number, text in enumerate(lines) if text.startswith(line))
    rehearsal.config.write_text("\n".join([*lines[:first], other, *lines[first + 1 :]]), encoding="utf-8")


def test_all_is_well_and_every_provider_is_told_of_with_budget_and_what_it_shares(run, rehearsal):
    code, out, err = run("doctor")
    assert code == 0, out
    assert out.splitlines()[-1] == "NOTE  Nothing has to be mended."
    assert "NOTE    play: Android build 4201: UNKNOWN (PUBLISHED); served or halted: the share was not read yet" in out
    assert "(rollout-tui status reads it, by a short edit)\n        fix: rollout-tui doctor --with-edit" in out
    assert "this look made 1 request; every 1 min that is at most 60 an hour; the committed share costs a short" in out
    assert "a short edit of three requests, 4 an hour" in out
    assert "a new edit of the same account takes the place of the one before" in out
    assert "OK      app_store: iOS build 87: RUNNING (IN_BETA_TESTING)" in out
    assert "its server says user-hour-lim:3600" in out
    assert "OK      prometheus: Android build 4201, crash rate: 0." in out
    assert "OK      github: label “critical” exists" in out
    assert re.search(r"OK      play_vitals: Android build 4201: \d+ crash groups, 0 testers' words in a day", out), out
    assert re.search(r"OK      app_store: iOS build 87: 0 crash groups, \d+ testers' words in a day", out), out
    assert [line for line in err.splitlines() if line.startswith("asking ")] == [
        "asking Google Play ...",
        "asking App Store ...",
        "asking Prometheus ...",
        "asking Play vitals ...",
        "asking Sentry ...",
        "asking Crashlytics ...",
        "asking GitHub ...",
    ]


def test_it_opens_no_edit_unless_it_is_asked_to(run, rehearsal):
    before = len(rehearsal.log("google_play"))
    assert run("doctor")[0] == 0
    assert len(rehearsal.log("google_play")) == before
    code, out, _ = run("doctor", "--with-edit")
    assert (code, "RUNNING (inProgress, committed 50 %)" in out) == (0, True)
    calls = [(call["method"], call["status"]) for call in rehearsal.log("google_play")[before:]]
    assert calls == [("POST", 200), ("DELETE", 204)]


def test_as_json_it_is_one_object_with_the_exit_code(run):
    code, out, _ = run("doctor", "--json")
    told = json.loads(out)
    assert (code, told["exit_code"], told["worst"]) == (0, 0, "NOTE")
    assert {"topic", "grade", "text", "fix"} == set(told["findings"][0])


@pytest.mark.parametrize(
    ("line", "other", "code", "says", "fix"),
    [
        ("package = ", 'package = "com.acme.other"', 4, "Google Play knows no such package", "look at `package`"),
        ("bundle_id = ", 'bundle_id = "com.acme.other"', 4, "com.acme.other", "bundle_id"),
        ("build = ", 'build = "4999"', 3, "4999 is not on production", "look at `build`"),
        ("critical_label = ", 'critical_label = "urgent"', 0, "has no label “urgent”", "make the label"),
        ("url = ", 'url = "http://127.0.0.1:1"', 3, "Prometheus cannot be reached", "see that its address is right"),
    ],
)
def test_what_is_wrong_is_said_with_its_fix_and_the_rest_is_looked_at(run, rehearsal, line, other, code, says, fix):
    rewritten(rehearsal, line, other)
    ended, out, _ = run("doctor")
    assert (ended, says in out) == (code, True), out
    assert fix in out
    assert "github: Android: 0 critical open" in out


def test_a_source_that_holds_nothing_for_this_build_is_no_data(tmp_path: Path, run_on: Run):
    with served(tmp_path, "no-data") as rehearsal:
        code, out, _ = run_on(rehearsal, "doctor")
    assert code == 3
    assert "NO DATA prometheus: Android build 4201, crash rate: Prometheus has no series for build 4201" in out


def test_a_refused_sign_in_and_a_clock_that_is_off_are_told(run, rehearsal):
    rehearsal.post("google_oauth", "/_rehearsal/account", {"clock": -620})
    code, out, _ = run("doctor")
    assert code == 4
    assert "PROBLEM play: Google does not accept this host's time; its clock is 10 min ahead of Google's" in out
    assert "WARNING play: this host's clock is 10 min ahead of its server's" in out
    assert "timedatectl set-ntp true" in out


def test_a_key_file_that_everybody_can_read_is_a_problem_with_its_fix(run, rehearsal):
    (rehearsal.folder / "play-account.json").chmod(0o644)
    code, out, _ = run("doctor")
    assert code == 4
    assert "PROBLEM secrets: stores.play.service_account: file:" in out
    assert "fix: chmod 600 it" in out
    assert "NOTE    play: Android build 4201" in out, "it is used all the same"
