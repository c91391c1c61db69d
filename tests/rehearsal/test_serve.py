"""`rehearse --serve`: what it announces, what its ready configurations come to, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rollout_tui.cli.main import main
from rollout_tui.config import load
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.history import History
from rollout_tui.rehearsal.ready_config import _FRESH_ON_THE_WALL
from rollout_tui.rehearsal.scenarios import SCENARIOS
from rollout_tui.rehearsal.world import GIVE_UP
from tests.rehearsal.serving import PATIENCE, Served, announced, run, served, start, until

Serve = Callable[..., Served]
METRICS = {"crash_rate", "connect_failure_rate", "avg_connection_time", "session_duration"}


@pytest.fixture
def serve(tmp_path) -> Iterator[Serve]:
    """Serves a scenario until the end of the test."""
    opened: list[Any] = []

    def open_one(scenario: str = "healthy", speed: float = 1.0, *arguments: str) -> Served:
        context = served(tmp_path, scenario, speed, *arguments)
        opened.append(context)
        serving: Served = context.__enter__()
        return serving

    yield open_one
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def standing(tmp_path_factory) -> Iterator[Served]:
    """One for all that only look at what was announced."""
    with served(tmp_path_factory.mktemp("rehearsal"), "healthy", 1.0, "--history", "3") as serving:
        yield serving


@pytest.fixture
def look(run_on):
    """`status --json` of what is served, in this process."""

    def call(serving: Served) -> dict[str, Any]:
        code, out, err = run_on(serving, "status", "--json")
        assert (code, err) == (0, "")
        facts: dict[str, Any] = json.loads(out)
        return facts

    return call


# --- what is announced -------------------------------------------------------------------------------------------


def test_it_announces_services_that_answer_and_a_ready_configuration(standing):
    serving, facts = standing, standing.facts
    assert set(facts["services"]) == {
        "google_oauth",
        "google_play",
        "play_vitals",
        "app_store",
        "prometheus",
        "sentry",
        "crashlytics",
        "github",
        "exporter",
    }
    assert facts["package_name"] == "com.acme.connect"
    assert facts["env"] == {}
    root = f"{serving.url('google_play')}/androidpublisher/v3/applications/{facts['package_name']}"
    signed_in = {"Authorization": f"Bearer {facts['google_token']}"}
    assert httpx.get(f"{root}/tracks/production/releases", headers=signed_in, timeout=PATIENCE).status_code == 200
    assert httpx.get(f"{serving.url('prometheus')}/-/ready", timeout=PATIENCE).status_code == 200
    assert "app_sessions_total" in httpx.get(f"{serving.url('exporter')}/metrics", timeout=PATIENCE).text
    assert httpx.get(f"{serving.url('app_store')}/v1/apps", timeout=PATIENCE).status_code == 401
    config = tomllib.loads(serving.config.read_text())
    assert config["stores"]["play"]["base_url"] == facts["services"]["google_play"]
    assert config["stores"]["app_store"]["private_key"] == facts["apple"]["private_key"]
    assert [type(phase["share"]) for phase in config["platforms"]["android"]["phases"]] == [float] * 3
    assert facts["google_token"] not in serving.config.read_text()
    for name in ("AuthKey.p8", "play.token", "play-account.json", "sentry.token"):
        assert (serving.folder / name).stat().st_mode & 0o777 == 0o600
    assert serving.folder.stat().st_mode & 0o777 == 0o700


def test_an_apple_client_signs_in_with_what_was_announced(standing):
    import time

    import jwt

    apple = standing.facts["apple"]
    key = Path(apple["private_key"].removeprefix("file:")).read_text()
    now = time.time()
    claims = {"iss": apple["issuer_id"], "iat": now - 60, "exp": now + 600, "aud": "appstoreconnect-v1"}
    token = jwt.encode(claims, key, algorithm="ES256", headers={"kid": apple["key_id"]})
    signed_in = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{standing.url('app_store')}/v1/apps", headers=signed_in, timeout=PATIENCE)
    assert answer.status_code == 200


@pytest.mark.parametrize("count", [0, 40])
def test_history_holds_the_past_that_was_asked_for(serve, count):
    serving = serve("ios-phased", 1.0, "--history", str(count))
    history = History.reader(serving.folder / "history.db")
    try:
        newest = history.samples.newest(Platform.IOS, "87", Scope.RECENT)
        assert {reading.metric for reading in newest} == (METRICS if count else set())
        assert len(history.samples.polls(Platform.ANDROID, "4201", "crash_rate", 0.0)) == count
        states = [state.day for state in history.states.all(Platform.IOS, "87")]
        assert states == [None, None, None, 1, 2, 3]
        asked = history.journal.last_entry(Platform.ANDROID, "4201")
        assert asked is not None
        assert asked.requested == "50 %"
    finally:
        history.close()


def test_without_json_the_addresses_are_plain_lines(tmp_path):
    command = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--lifeline"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        command, input="", capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment
    )
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {"google_play", "prometheus", "config"}


def test_the_scenarios_are_listed_for_people_and_for_machines():
    listed = json.loads(run("rehearse", "--list", "--json").stdout)
    assert [scenario["name"] for scenario in listed] == list(SCENARIOS)
    assert all(set(scenario) == {"name", "about"} and scenario["about"] for scenario in listed)
    plain = run("rehearse", "--list").stdout.splitlines()
    assert len(plain) == len(SCENARIOS)
    assert next(line for line in plain if "(default)" in line).startswith("ios-phased")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--serve", "--scenario", "nosuch"], 'no scenario "nosuch"; expected one of healthy'),
        (["--json"], "--json goes with --serve or --list"),
        (["--serve", "--speed", "0"], "--speed"),
        (["--serve", "--history", "-1"], "--history"),
    ],
)
def test_a_usage_error_exits_4_and_serves_nothing(capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *arguments])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (4, "")
    assert said in told.err
    assert told.err.count("\n") == 1


# --- each scenario, right after the start ------------------------------------------------------------------------

READY = {"state": "RUNNING", "verdicts": {"PASS"}, "promote": True}
PROMISED: dict[str, dict[str, dict[str, Any]]] = {
    "healthy": {
        "android": {**READY, "share": 0.5, "phase": "closed"},
        "ios": {**READY, "phase": "testflight"},
    },
    "ios-phased": {
        "android": {"state": "RUNNING", "share": 0.5, "verdicts": {"PASS", "UNDECIDED"}, "promote": False},
        "ios": {**READY, "share": 0.05, "phase": "phased", "day": 3},
    },
    "crash-spike": {
        "android": {"state": "RUNNING", "share": 0.5, "severity": "OK", "promote": False},
        "ios": {"share": 0.05, "day": 3},
    },
    "crash-regression": {
        "android": {"state": "RUNNING", "share": 0.5, "alarmed": True, "failing": {"crash_free_sessions"}},
        "ios": {**READY, "phase": "testflight"},
    },
    "connect-outage": {
        "android": {"state": "RUNNING", "share": 0.5, "severity": "OK"},
        "ios": {"state": "RUNNING", "severity": "OK"},
    },
    "review-rejected": {"ios": {"state": "IN REVIEW", "phase": "review", "promote": False}},
    "beta-review-wait": {"ios": {"state": "IN REVIEW", "phase": "testflight", "promote": False, "unmeasured": True}},
    "phased-pause-budget": {"ios": {"state": "PAUSED", "phase": "phased", "share": 0.05, "day": 3}},
    "superseded": {"ios": {**READY, "phase": "phased", "share": 0.1, "day": 4}},
    "agreements-missing": {"ios": {**READY, "share": 0.05, "day": 3}},
    "asc-rate-limit": {"ios": {**READY, "share": 0.05, "day": 3}},
    **{
        name: {"android": {"state": "RUNNING", "share": 0.5, "phase": "closed"}, "ios": {"share": 0.05, "day": 3}}
        for name in ("edit-lost", "hotfix-in-review", "console-drift", "play-quota", "managed-publishing")
    },
    "slow-store": {"android": {**READY, "share": 0.5, "phase": "closed"}, "ios": {**READY, "phase": "testflight"}},
    "few-users": {
        "android": {"state": "RUNNING", "share": 0.5, "phase": "closed", "few": True},
        "ios": {"state": "RUNNING", "phase": "testflight", "few": True},
    },
    "no-data": {
        "android": {"state": "RUNNING", "share": 0.5, "severity": "UNKNOWN", "promote": False, "unmeasured": True},
        "ios": {"state": "RUNNING", "severity": "UNKNOWN", "promote": False, "unmeasured": True},
    },
}


def told_of(rollout: dict[str, Any]) -> dict[str, Any]:
    """What of a platform's facts the table above speaks of."""
    gates = rollout["gates"]
    measured = [gate for gate in gates if gate["kind"] == "metric"]
    return {
        "state": rollout["state"],
        "severity": rollout["severity"],
        "alarmed": rollout["severity"] in {"WARNING", "CRITICAL"},  # which of the two is a matter of chance
        "share": rollout["store"]["share"],
        "day": rollout["store"]["day"],
        "phase": rollout["phase"]["id"],
        "verdicts": {gate["verdict"] for gate in gates},
        "failing": {gate["id"] for gate in gates if gate["verdict"] == "FAIL"},
        "few": all(0 < (metric["n"] or 0) < 100 for metric in rollout["metrics"].values()),
        "unmeasured": {gate["verdict"] for gate in measured} == {"NO DATA"},
        "promote": rollout["actions"]["promote"]["possible"],
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_right_after_the_start_status_says_what_the_scenario_promises(serve, look, name):
    serving = serve(name)
    settings = load(serving.config)
    assert settings.rehearsal == f"{name} 1x"
    facts = look(serving)
    assert set(facts["platforms"]) == {"android", "ios"}
    for platform, promised in PROMISED[name].items():
        told = told_of(facts["platforms"][platform])
        assert {key: told[key] for key in promised} == promised, platform
        can_pause = facts["platforms"][platform]["actions"]["pause"]["possible"]
        assert can_pause == (told["state"] != "PAUSED")
        assert facts["platforms"][platform]["store"]["problem"] is None


def test_the_ready_configuration_knows_the_apps_timeout_and_how_late_crashes_are_reported(standing):
    android = load(standing.config).plan.rollout(Platform.ANDROID)
    assert android.metric("avg_connection_time").cap == GIVE_UP
    assert android.metric("crash_rate").lag == 3600
    assert android.metric("connect_failure_rate").lag == 0


def test_what_is_not_known_is_said_in_words_and_is_never_a_number(serve, run_on):
    serving = serve("no-data")
    _, out, _ = run_on(serving, "status")
    unknown = [line for line in out.splitlines() if line.startswith("UNKNOWN android ")]
    assert any("crash rate, Prometheus has no series for build 4201" in line for line in unknown)
    assert any(line.startswith("NO DATA android gate ") for line in out.splitlines())
    facts = json.loads(run_on(serving, "status", "--json")[1])
    metric = facts["platforms"]["android"]["metrics"]["crash_rate"]
    assert (metric["value"], metric["n"]) == (None, None)
    assert "no series" in metric["reason"]


def test_a_fast_rehearsal_is_read_as_fresh(serve, look):
    # Twenty times as fast: a second of a busy machine is a third of a minute there.
    facts = look(serve("healthy", 20.0))
    for rollout in facts["platforms"].values():
        assert rollout["store"]["age"] < 20.0 * _FRESH_ON_THE_WALL
        assert {metric["severity"] for metric in rollout["metrics"].values()} == {"OK"}


# --- the end -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_its_folder_is_gone(serve, tmp_path, number):
    serving = serve()
    assert [path.name for path in tmp_path.iterdir()] == [serving.folder.name]
    serving.process.send_signal(number)
    assert serving.process.wait(PATIENCE) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_signal_ends_it_although_somebody_still_waits_for_an_answer(serve, tmp_path):
    serving = serve()
    serving.post("prometheus", "/_rehearsal/faults", {"status": 503, "delay": 300})
    address = urlsplit(serving.url("prometheus"))
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as waiting:
        waiting.sendall(b"GET /api/v1/query?query=up HTTP/1.1\r\nHost: x\r\n\r\n")
        with socket.create_connection((str(address.hostname), int(address.port or 0))):
            serving.get("google_play", "/_rehearsal/log")
            serving.process.send_signal(signal.SIGTERM)
            assert serving.process.wait(PATIENCE) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_signal_while_it_still_sets_the_stage_leaves_nothing_behind(tmp_path):
    process = start(tmp_path, "--history", "20000")
    try:
        until(lambda: list(tmp_path.glob("rollout-rehearsal-*")), "its folder")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_was_ignored_on_purpose_stays_ignored(tmp_path):
    command = f'trap "" HUP; exec {sys.executable} -m rollout_tui rehearse --serve --json --lifeline'
    process = subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    serving = Served(process, announced(process))
    process.send_signal(signal.SIGHUP)
    assert serving.get("google_play", "/_rehearsal/log") == []
    assert serving.end() == 0


def test_closing_the_lifeline_ends_it(serve, tmp_path):
    assert serve().end() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_dies_without_a_word_takes_it_along(tmp_path):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.rehearsal.serving import announced, start\n"
        "process = start(Path(sys.argv[1]))\n"
        "announced(process)\n"
        "print(process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert list(tmp_path.iterdir())
    parent.kill()
    parent.communicate()
    until(lambda: not Path(f"/proc/{child}").exists(), "the end of the services")
    assert list(tmp_path.iterdir()) == []
