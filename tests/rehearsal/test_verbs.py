"""Pause, resume and promote without a screen, each against a rehearsal of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served


@pytest.fixture
def scenario(request) -> str:
    """The scenario that a test names with `indirect`."""
    return str(getattr(request, "param", "healthy"))


@pytest.fixture
def rehearsal(tmp_path, scenario) -> Iterator[Served]:
    with served(tmp_path, scenario) as serving:
        yield serving


@pytest.fixture
def run(rehearsal, run_on) -> Run:
    """Run a verb on the rehearsal's configuration, without a terminal: exit code, stdout, stderr."""
    return partial(run_on, rehearsal)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Iterator[Served]:
    """One rehearsal for all whose sign-in is spoilt: nothing gets through to its stores."""
    with served(tmp_path_factory.mktemp("spoilt")) as serving:
        yield serving


@pytest.fixture
def whole_account(spoilt) -> Iterator[None]:
    """What a test did to the service account and to its key is undone."""
    key = spoilt.folder / "play-account.json"
    text, account = key.read_text(), spoilt.get("google_oauth", "/_rehearsal/account")
    yield
    key.unlink(missing_ok=True)
    key.touch(0o600)
    key.write_text(text)
    spoilt.post("google_oauth", "/_rehearsal/account", account)


def in_scenario(name: str) -> Any:
    return pytest.mark.parametrize("scenario", [name], indirect=True)


# --- pause, resume -----------------------------------------------------------------------------------------------


def test_pause_resume_and_repeating_each(run, rehearsal):
    code, out, err = run("pause", "android", "--yes", "--reason", "crash spike")
    assert (code, out.startswith("Android: Paused. Google Play shows it: halted.")) == (0, True), err
    assert "state: inProgress -> halted" in err
    assert rehearsal.play() == ("halted", 0.5)
    assert rehearsal.commits() == ["commit"]
    code, out, _ = run("pause", "android", "--yes")
    assert (code, "already is PAUSED" in out, "Nothing was changed" in out) == (0, True, True)
    assert rehearsal.commits() == ["commit"]
    assert json.loads(run("status", "--json")[1])["platforms"]["android"]["state"] == "PAUSED"
    code, out, _ = run("resume", "android", "--yes")
    assert (code, out.startswith("Android: Resumed. ")) == (0, True)
    assert rehearsal.play() == ("inProgress", 0.5)
    code, out, _ = run("resume", "android", "--yes")
    assert (code, "already is RUNNING" in out) == (0, True)
    assert rehearsal.commits() == ["commit", "commit"]


def test_pausing_ios_takes_the_build_out_of_its_group_and_resuming_puts_it_back(run, rehearsal):
    assert run("pause", "ios", "--yes")[0] == 0
    assert rehearsal.get("app_store", "/_rehearsal/state")["in_group"] is False
    assert run("resume", "ios", "--yes")[0] == 0
    assert rehearsal.get("app_store", "/_rehearsal/state")["in_group"] is True


def test_a_running_review_is_cancelled_only_when_that_is_allowed(run, rehearsal):
    rehearsal.post("google_play", "/_rehearsal/console", {"in_review": True})
    code, out, err = run("pause", "android", "--yes")
    assert (code, "A review is running at Google" in out) == (1, True)
    assert "To allow it: rollout-tui pause android --allow cancel-review" in err
    assert rehearsal.play() == ("inProgress", 0.5)
    code, out, err = run("pause", "android", "--yes", "--allow", "cancel-review")
    assert (code, "Cancels the review that is running at Google" in err) == (0, True)
    assert rehearsal.play() == ("halted", 0.5)
    assert rehearsal.get("google_play", "/_rehearsal/state")["canceled_reviews"] == 1


def test_a_change_that_play_does_not_send_by_itself_is_committed_unsent_only_when_that_is_allowed(run, rehearsal):
    rehearsal.post("google_play", "/_rehearsal/console", {"send_by_hand": True})
    code, _, err = run("pause", "android", "--yes")
    assert (code, "--allow not-sent" in err) == (1, True)
    code, out, _ = run("pause", "android", "--yes", "--allow", "not-sent")
    assert (code, "NOT_SENT_FOR_REVIEW" in out) == (0, True)
    assert rehearsal.get("google_play", "/_rehearsal/state")["waiting_to_be_sent"] is True
    assert json.loads(run("status", "--json")[1])["platforms"]["android"]["state"] == "WAITING"


def test_resuming_at_a_smaller_share(run, rehearsal):
    assert run("pause", "android", "--yes")[0] == 0
    code, _, err = run("resume", "android", "--yes", "--share", "10%")
    assert (code, "share: 50 % -> 10 %" in err) == (0, True)
    assert rehearsal.play() == ("inProgress", 0.1)
    assert run("resume", "android", "--yes", "--share", "0")[0] == 4


@in_scenario("ios-phased")
def test_pausing_ios_in_its_phased_release_pauses_the_ladder(run, rehearsal):
    code, out, _ = run("pause", "IOS", "--yes")
    assert (code, out.startswith("iOS: Paused. ")) == (0, True)
    assert rehearsal.get("app_store", "/_rehearsal/state")["phased"] == "PAUSED"


def test_another_version_than_the_expected_one_is_refused(run, rehearsal):
    code, _, err = run("pause", "android", "--yes", "--expect-version", "4.3.0")
    assert code == 4
    assert "--expect-version 4.3.0" in err
    assert "rolls out 4.2.0" in err
    assert rehearsal.commits() == []
    assert run("pause", "android", "--yes", "--expect-version", "4.2.0")[0] == 0
    assert rehearsal.commits() == ["commit"]


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
    assert rehearsal.commits() == ["commit"]


def test_a_store_that_cannot_be_read_is_said_so_and_nothing_is_done(run, rehearsal):
    rehearsal.post("google_play", "/_rehearsal/faults", {"status": 503})
    code, _, err = run("pause", "android", "--yes")
    assert code == 1
    assert "Google Play" in err
    assert rehearsal.commits() == []
    assert run("pause", "ios", "--yes")[0] == 0


# --- promote -----------------------------------------------------------------------------------------------------


def test_promoting_completes_the_rollout_where_every_gate_holds(run, rehearsal):
    code, out, err = run("promote", "android", "--yes")
    assert (code, out.startswith("Android: Promoted. ")) == (0, True), err
    assert rehearsal.play() == ("completed", None)


@in_scenario("crash-regression")
def test_promoting_against_a_failing_gate_is_refused_with_every_reason(run, rehearsal):
    code, out, err = run("promote", "android", "--yes")
    assert (code, out) == (1, "")
    assert "Not possible now:" in err
    assert "  1. " in err
    assert "crash" in err.lower()
    assert rehearsal.commits() == []


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
    account = json.loads((rehearsal.folder / "play-account.json").read_text())
    key = account["private_key"].splitlines()[1]
    told = [*run("status", "--json"), *run("pause", "android", "--yes"), *run("config", "show")]
    assert all(key not in str(text) and "ya29." not in str(text) for text in told)
    secrets = ("play.token", "play-account.json")
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in secrets]
    assert kept
    assert all(key.encode() not in path.read_bytes() and b"ya29." not in path.read_bytes() for path in kept)


@pytest.mark.parametrize(
    ("account", "says", "do"),
    [
        ({"revoked": True}, "Google does not know this key: it was revoked", "Make a new JSON key"),
        ({"clock": -600}, "Google does not accept this host's time; its clock is 10 min ahead of", "timedatectl"),
        ({"clock": 7230}, "Google does not accept this host's time; its clock is 2 h behind", "timedatectl"),
        ({"deleted": True}, "The service account was deleted", "client_email"),
        ({"disabled": True}, "The service account is disabled", "Enable it in Google Cloud"),
    ],
)
def test_what_is_wrong_with_the_service_account_is_said_with_what_to_do(
    whole_account, spoilt, run_on, account, says, do
):
    spoilt.post("google_oauth", "/_rehearsal/account", account)
    code, out, _ = run_on(spoilt, "pause", "android", "--yes")
    assert code == 1
    assert out.startswith("Android: Not paused, refused. ")
    assert says in out
    assert do in out
    assert spoilt.play() == ("inProgress", 0.5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "play-account.json cannot be read: No such file or directory"),
        ("", "play-account.json is empty"),
        ("{", "the service account's key file is not JSON"),
        (
            '{"type": "external_account"}',
            "type is external_account)",
        ),
        (
            '{"type": "authorized_user"}',
            "type is authorized_user)",
        ),
        ('{"type": "service_account"}', "the service account's key file is incomplete"),
    ],
)
def test_what_is_wrong_with_a_key_file_is_said_by_the_verbs_and_stops_nothing_else(
    whole_account, spoilt, run_on, text, says
):
    key = spoilt.folder / "play-account.json"
    key.unlink()
    if text is not None:
        key.write_text(text)
        key.chmod(0o600)
    code, out, _ = run_on(spoilt, "pause", "android", "--yes")
    assert (code, says.casefold() in out.casefold()) == (1, True), out
    platforms = json.loads(run_on(spoilt, "status", "--json")[1])["platforms"]
    told = platforms["android"]["store"]
    assert says in f"{told['problem']} {told['hint']}"
    assert platforms["ios"]["state"] == "RUNNING"


def test_a_key_file_that_everybody_can_read_is_warned_of_and_still_pauses(run, rehearsal):
    (rehearsal.folder / "play-account.json").chmod(0o644)
    code, _, err = run("config", "validate")
    assert "can be read by every user of this host; chmod 600 it" in err
    assert code == 0
    assert run("pause", "android", "--yes")[0] == 0
