"""Programs as a source: what they print, what they are told, how they end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from providers.command import PROVIDER
from rollout_tui.domain.metrics import Metric, Population
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import Misconfigured, ProviderContext, Query, Source
from tests.clocks import until
from tests.providers.prometheus.desk import NOW, StillClock
from tests.unit.domain.builders import ANDROID, CONNECT, CONNECT_TIME, CRASH, HOUR

SECRET = "s3cret-0123456789"

# The two functions of the plan's CI, as a team has them in a file that its jobs source.
HEALTH = """
get_crash_rate() {
  curl_that_answers | sed 's/.*"rate": *//; s/}.*//'
}
get_connect_failure_rate() {
  echo "0.0123"
}
curl_that_answers() {
  echo '{"build": "'"$ROLLOUT_BUILD"'", "rate": 0.0031}'
}
"""


def source(metrics: dict[str, Any], **more: Any) -> Source:
    """A source as the engine opens it; every reference leads to the same secret."""
    options = PROVIDER.options.model_validate({"metrics": metrics, **more})
    assert PROVIDER.open_source is not None
    no_http: Any = None
    return PROVIDER.open_source(options, ProviderContext("scripts", no_http, StillClock(), lambda _: SECRET))


def ask(metric: Metric = CRASH, scope: Scope = Scope.RECENT, since: float = HOUR) -> Query:
    return Query(metric, scope, ANDROID, Window(NOW - since, NOW), 180.0)


async def answer(text: str, metric: Metric = CRASH, scope: Scope = Scope.RECENT, **more: Any) -> Answer:
    """The answer where the shell runs this text."""
    options = {key: more.pop(key) for key in ("env", "kill_after", "directory", "pass_env") if key in more}
    (found,) = await source({metric.id: {"run": text, "shell": True, **more}}, **options).read([ask(metric, scope)])
    return found


async def quantity(text: str, metric: Metric = CRASH, **more: Any) -> Quantity:
    found = await answer(text, metric, **more)
    assert isinstance(found, Reading), found
    return found.quantity


async def refusal(text: str, metric: Metric = CRASH, **more: Any) -> str:
    found = await answer(text, metric, **more)
    assert isinstance(found, NoReading), found
    assert SECRET not in found.reason
    return found.reason


# --- what is printed ------------------------------------------------------------------------------------------------


async def test_the_two_functions_of_the_plan_work_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "health.sh").write_text(HEALTH)
    run = {
        CRASH.id: {"run": ". ./health.sh; get_crash_rate", "shell": True},
        CONNECT.id: {"run": ["sh", "-c", ". ./health.sh && get_connect_failure_rate"]},
    }
    crash, connect = await source(run, directory=str(tmp_path)).read([ask(CRASH), ask(CONNECT)])
    assert isinstance(crash, Reading)
    assert isinstance(connect, Reading)
    assert (crash.quantity, connect.quantity) == (Bare(0.0031), Bare(0.0123))
    assert (crash.build, crash.window, crash.as_of, crash.source) == (
        ANDROID.build,
        Window(NOW - HOUR, NOW),
        NOW,
        "scripts",
    )


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("0.004", Bare(0.004)),
        (" 0.004 \n\n", Bare(0.004)),
        ("4e-3", Bare(0.004)),
        ("0", Bare(0)),
        ("31/5000", Proportion(31, 5000)),
        ("31 / 5000\n", Proportion(31, 5000)),
        ('{"bad": 31, "total": 5000}', Proportion(31, 5000)),
        ('{"good": 4969, "total": 5000}', Proportion(31, 5000)),
        ('{"value": 0.004, "note": "ignored"}', Bare(0.004)),
    ],
)
async def test_a_number_counts_or_json_are_understood(printed: str, found: Quantity) -> None:
    assert await quantity(f"printf '{printed}'") == found


async def test_a_per_cent_sign_says_the_unit_whatever_the_section_says() -> None:
    for unit in ({}, {"unit": "percent"}, {"unit": "ratio"}):
        found = await quantity("echo '0.4 %'", **unit)
        assert found.value() == Bare(0.004).value()
    assert (await quantity("echo 0.4", unit="percent")).value() == Bare(0.004).value()


async def test_means_come_as_sum_and_count_or_bare_in_the_unit_that_is_named() -> None:
    assert await quantity("echo 4100/1000", CONNECT_TIME) == Mean(4100, 1000)
    found = await quantity("""echo '{"sum": 4100, "count": 1000, "squares": 17000}'""", CONNECT_TIME, unit="ms")
    assert isinstance(found, Mean)
    assert (float(found.sum), found.count, float(found.squares or 0)) == (4.1, 1000, 0.017)
    assert (await quantity("echo 4100", CONNECT_TIME, unit="ms")).value() == Bare(4.1).value()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("true", "it printed nothing"),
        ("echo; echo '  '", "it printed nothing"),
        ("echo nan", "it printed no number: nan"),
        ("echo inf", "it printed no number"),
        ("echo 0,4", "it printed no number: 0,4"),
        ("echo 'rate: 0.4'", "it printed no number"),
        ("echo 0x1f", "it printed no number"),
        ("echo 4.2", "4.2 is no share of 1: is it per cent?"),
        ("echo -- -0.1 | cut -c4-", "value is negative"),
        ("echo 1; echo 2", "it printed 2 lines"),
        ("echo 5/0", "no sessions counted"),
        ("echo 9/5", "more bad than total"),
        ("echo '{'", "it printed no JSON at character 2"),
        ("""echo '{"rate": 1}'""", "its JSON has none of the names; expected bad and total"),
        ("""echo '{"bad": 1}'""", "its JSON has bad; expected"),
        ("""echo '{"bad": null, "total": 9}'""", "bad is missing"),
        ("""echo '{"bad": "1", "total": 9}'""", "bad is a text, no number: 1"),
        ("""echo '{"bad": true, "total": 9}'""", "bad is true or false"),
        ("""echo '{"bad": NaN, "total": 9}'""", "bad is not a number"),
        ("""echo '{"bad": -1, "total": 9}'""", "bad is negative"),
        ("""echo '{"sum": 1, "count": 9}'""", "the metric is a ratio"),
        ("""echo '{"value": 0, "build": "4200"}'""", "is about build 4200; asked about 4201"),
        ("""echo '{"value": 0, "build": null}'""", "does not say which build"),
        ("""echo '{"value": 0, "population": "users"}'""", "it counts users, the metric sessions"),
        ("""echo '{"value": 0, "population": "cats"}'""", "nobody knows the population cats"),
        ("""echo '{"value": 0, "as_of": null}'""", "does not say how new its data is"),
        ("""echo '{"value": 0, "as_of": "soon"}'""", "as_of cannot be read"),
        ("""echo '{"value": 0, "as_of": "2026-11-23T14:00:00"}'""", "a time without its zone"),
        (f"""echo '{{"value": 0, "as_of": {NOW - 600}}}'""", "newest data is 10 min old"),
        (f"""echo '{{"value": 0, "as_of": {NOW + 7200}}}'""", "2 h in the future"),
        (
            f"""echo '{{"bad": 1, "total": 9, "since": {NOW - 7200}}}'""",
            "it counts since 2 h ago; asked since 1 h ago",
        ),
    ],
)
async def test_anything_else_is_no_data_with_its_reason(script: str, words: str) -> None:
    reason = await refusal(script)
    assert reason.startswith("scripts: ")
    assert words in reason


async def test_json_may_say_build_population_time_and_since_when_it_counts() -> None:
    stated = {
        "bad": 1,
        "total": 9,
        "build": 4201,
        "population": "sessions",
        "as_of": (NOW - 60) * 1000,
        "since": NOW - 900,
    }
    found = await answer(f"echo '{json.dumps(stated)}'")
    assert isinstance(found, Reading)
    assert (found.as_of, found.window, found.population) == (NOW - 60, Window(NOW - 900, NOW), Population.SESSIONS)


# --- what a command is told -----------------------------------------------------------------------------------------


async def test_a_command_is_told_what_is_asked_and_gets_only_what_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STRAY", "1")
    monkeypatch.setenv("NAMED", "2")
    seen = tmp_path / "env"
    run = f"env > {seen}; echo 0"
    await answer(run, scope=Scope.PHASE, env={"PLAIN": "a b", "TOKEN": "env:TOKEN"}, pass_env=["NAMED", "ABSENT"])
    got = dict(line.split("=", 1) for line in seen.read_text().splitlines())
    for noise in ("PWD", "OLDPWD", "SHLVL", "_"):
        got.pop(noise, None)
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    assert got == base | {
        "PLAIN": "a b",
        "TOKEN": SECRET,
        "NAMED": "2",
        "ROLLOUT_METRIC": "crash_rate",
        "ROLLOUT_PLATFORM": "android",
        "ROLLOUT_BUILD": "4201",
        "ROLLOUT_VERSION": "4.2.0",
        "ROLLOUT_START": f"{NOW - HOUR:.0f}",
        "ROLLOUT_END": f"{NOW:.0f}",
        "ROLLOUT_START_ISO": "2026-11-23T13:22:51Z",
        "ROLLOUT_END_ISO": "2026-11-23T14:22:51Z",
        "ROLLOUT_WINDOW": "3600",
    }


async def test_a_list_is_run_without_a_shell() -> None:
    hostile = "$(touch x); `id`"
    run = [sys.executable, "-c", "import sys; print(len(sys.argv[1]) / 1000)", hostile]
    (found,) = await source({CRASH.id: {"run": run}}).read([ask()])
    assert isinstance(found, Reading)
    assert found.quantity == Bare(len(hostile) / 1000)


async def test_a_number_that_covers_a_fixed_span_says_so_and_runs_once_for_both_questions(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    run = {CRASH.id: {"run": f"echo . >> {ran}; echo 0.004", "shell": True, "covers": "24h"}}
    recent, phase = await source(run).read([ask(), ask(scope=Scope.PHASE, since=30 * HOUR)])
    assert isinstance(recent, Reading)
    assert isinstance(phase, Reading)
    assert recent.window == phase.window == Window(NOW - 24 * HOUR, NOW)
    assert ran.read_text() == ".\n"
    young = await source(run).read([ask(scope=Scope.PHASE, since=2 * HOUR)])
    assert "the phase is younger" in str(young)


async def test_counts_of_a_rolling_span_prove_nothing_about_a_phase() -> None:
    run = {CRASH.id: {"run": "echo 1/900", "shell": True, "covers": "24h"}}
    recent, phase = await source(run).read([ask(), ask(scope=Scope.PHASE, since=30 * HOUR)])
    assert isinstance(recent, Reading)
    assert "its counts are of the last 24 h, not of the whole phase" in str(phase)


# --- how it ends ----------------------------------------------------------------------------------------------------


async def test_a_failure_tells_its_last_words_cleaned_and_without_secrets() -> None:
    reason = await refusal(
        """printf 'first\\n\\033[31mcurl: (22) \\342\\200\\256 %s\\n\\n' "$TOKEN" >&2; echo 0.1; exit 22""",
        env={"TOKEN": "env:TOKEN"},
    )
    assert reason == "scripts: exit code 22: ·[31mcurl: (22) · …"
    assert await refusal("kill -9 $$") == "scripts: killed by signal 9"


async def test_a_secret_that_is_printed_is_not_shown() -> None:
    assert await refusal('echo "no $TOKEN"', env={"TOKEN": "env:TOKEN"}) == "scripts: it printed no number: no …"


async def test_what_cannot_be_started_is_a_mistake_of_the_configuration_where_nothing_can() -> None:
    with pytest.raises(Misconfigured, match=r"/no/such/program cannot be started: No such file"):
        await source({CRASH.id: {"run": ["/no/such/program"]}}).read([ask()])
    run = {CRASH.id: {"run": ["/no/such/program"]}, CONNECT.id: {"run": ["echo", "0.1"]}}
    crash, connect = await source(run).read([ask(CRASH), ask(CONNECT)])
    assert "cannot be started" in str(crash)
    assert isinstance(connect, Reading)


async def test_a_run_that_does_not_end_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    await killed_when_it_runs(f"sleep 600 & echo $$ $! > {tmp_path / 'pids'}; wait", tmp_path / "pids")


async def test_children_that_are_left_behind_are_ended_and_do_not_hold_up_the_others(tmp_path: Path) -> None:
    await killed_when_it_runs(f"sleep 600 & echo $$ $! > {tmp_path / 'pids'}; echo 0.1", tmp_path / "pids")


async def killed_when_it_runs(text: str, pids: Path) -> None:
    """It does not end in time; given more of that where a busy machine has not started it yet."""
    for seconds in (1, 4, 16, 64):
        assert f"no end within {seconds} s; it was killed" in await refusal(text, kill_after=f"{seconds}s")
        if pids.exists() and pids.read_text().endswith("\n"):
            break
    await gone(pids.read_text())


async def test_a_cancelled_question_leaves_no_process(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    asked = asyncio.ensure_future(answer(f"sleep 600 & echo $$ $! > {pids}; wait", kill_after="60s"))
    await until(lambda: pids.exists() and pids.read_text().endswith("\n"), "the start")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await gone(pids.read_text())


@pytest.mark.parametrize("steps", range(12))
async def test_one_cancelled_while_it_starts_ends_at_once_and_leaves_no_process(tmp_path: Path, steps: int) -> None:
    pids = tmp_path / "pids"
    asked = asyncio.ensure_future(answer(f"sleep 600 & echo $$ $! > {pids}; wait", kill_after="60s"))
    for _ in range(steps):
        await asyncio.sleep(0)
    asked.cancel()
    done, _ = await asyncio.wait([asked], timeout=60)
    assert done
    assert asked.cancelled()
    await gone(pids.read_text() if pids.exists() else "")


async def gone(pids: str) -> None:
    """Wait until neither the program nor its child runs."""
    for pid in map(int, pids.split()):
        await until(lambda pid=pid: not _runs(pid), f"the end of {pid}")  # type: ignore[misc]


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


async def test_output_without_end_is_cut_off() -> None:
    assert "it printed more than 64 KiB" in await refusal("yes 0.1")
    assert await quantity("yes error | head -c 300000 >&2; echo 0.1") == Bare(0.1)


async def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    # Each holds a place for a moment and says how many places were taken.
    run = "mkdir -p d; touch d/$$; ls d | wc -l >> seen; sleep 0.05; rm d/$$; echo 0"
    metrics = {f"m{n}": {"run": run, "shell": True} for n in range(6)}
    asked = [ask(replace(CRASH, id=name)) for name in metrics]
    await source(metrics, at_once=2, directory=str(tmp_path)).read(asked)
    taken = [int(line) for line in (tmp_path / "seen").read_text().split()]
    assert len(taken) == 6
    assert max(taken) <= 2


# --- the section ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"metrics": {}}, "at least 1"),
        ({"metrics": {"a": {"run": "echo 1"}}}, "shell = true beside it"),
        ({"metrics": {"a": {"run": ["echo"], "shell": True}}}, "expected one text for the shell"),
        ({"metrics": {"a": {"run": []}}}, "at least the program"),
        ({"metrics": {"a": {"run": ["echo"], "covers": "1 week"}}}, 'such as "24h"'),
        ({"metrics": {"a": {"run": ["echo"], "unit": "days"}}}, "Input should be"),
        ({"kill_after": "0s"}, "a time above 0"),
        ({"at_once": 0}, "greater than or equal to 1"),
        ({"env": {"A-B": "1"}}, "pattern"),
        ({"env": {"ROLLOUT_BUILD": "1"}}, "is set by rollout-tui itself"),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_mistakes_of_the_section_are_found(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PROVIDER.options.model_validate({"metrics": {"a": {"run": ["echo", "1"]}}, **section})


async def test_a_program_has_no_past() -> None:
    assert await source({CRASH.id: {"run": ["echo", "1"]}}).back_fill(ask(), 60.0) == []
