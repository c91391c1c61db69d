"""What `check` says of verdicts, in each form; text from outside is text in all of them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from rollout_tui.cli.checks.checked import Checked, checked, worst_code
from rollout_tui.cli.checks.facts import as_json
from rollout_tui.cli.checks.github import log, markdown
from rollout_tui.cli.checks.junit import junit
from rollout_tui.cli.checks.plain import plainly
from rollout_tui.cli.checks.text import text
from rollout_tui.domain.answers import answer
from rollout_tui.domain.evidence.finding import Ahead, Finding
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Bug, BugCount, Verdict
from tests.tui.samples import android, ios, snapshot
from tests.unit.domain.builders import CONNECT, CRASH, HOUR, NOW, play, reading
from tests.unit.domain.test_advice import SIGNED

UNDECIDED = Finding(
    Verdict.UNDECIDED,
    "crash rate over the limit, not proven (3.0:1 of 100:1)",
    0.0031,
    0.0109,
    1.1,
    -0.4,
    4.605,
    4.605,
    -0.24,
    ahead=Ahead(11_946, 2_466_162, None, 1.6, 340.0, 7_500.0, True),
    polls=61,
)
FEW = Proportion(1, 1000)
STATES = (play("0.1", NOW - 90 * HOUR), play("0.5", NOW - 49 * HOUR))


PROVEN = Finding(
    Verdict.PASS, "crash rate proven under 0.5 %, 140:1", 0.001, 0.004, -2.0, 5.0, 4.605, 4.605, 1.0, polls=60
)


def good_android(**changes: object) -> Rollout:
    """Android with all of its gates held, unless the changes say otherwise."""
    given = {"states": STATES, "signoffs": (SIGNED,)} | changes
    gates = ("crash_free_sessions", "connect_failure_rate", "avg_connection_time")
    return android(findings=dict.fromkeys(gates, PROVEN), **given)


def found(*rollouts: Rollout, platform: Platform | None = None) -> Checked:
    return checked(snapshot(*rollouts), platform)


def undecided() -> Rollout:
    rollout = good_android()
    gates = tuple(
        replace(gate, verdict=Verdict.UNDECIDED, reason=UNDECIDED.reason, finding=UNDECIDED)
        if gate.gate.metric == CRASH.id
        else gate
        for gate in rollout.gates
    )
    return replace(rollout, gates=gates)


def failing() -> Rollout:
    return good_android(bugs={BugScope.ANY: BugCount(1, NOW - 60, "GitHub", (Bug("#12", "crash"),))})


def silent() -> Rollout:
    nothing = NoReading(CRASH.id, Scope.PHASE, "4201", "Sentry: HTTP 503", NOW, "sentry")
    return good_android(phase={CRASH.id: nothing})


# --- the answer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "wanted"),
    [
        ((), Verdict.PASS),
        ((Verdict.PASS, Verdict.WAIVED), Verdict.WAIVED),
        ((Verdict.PASS, Verdict.UNDECIDED), Verdict.UNDECIDED),
        ((Verdict.UNDECIDED, Verdict.NO_DATA), Verdict.NO_DATA),
        ((Verdict.NO_DATA, Verdict.FAIL, Verdict.UNDECIDED), Verdict.FAIL),
    ],
)
def test_the_gravest_verdict_is_the_answer(verdicts: tuple[Verdict, ...], wanted: Verdict) -> None:
    assert answer(verdicts) is wanted


@pytest.mark.parametrize(("rollout", "code"), [(good_android, 0), (failing, 1), (undecided, 2), (silent, 3)])
def test_each_answer_has_its_exit_code_and_the_worst_platform_gives_it(rollout, code: int) -> None:
    assert found(rollout(), ios()).exit_code == code
    assert found(rollout(), ios(), platform=Platform.IOS).exit_code == 0


def test_a_phase_without_gates_is_nothing_to_judge_and_said_so() -> None:
    full = good_android(state=play("1", NOW - 12), states=(*STATES, play("1", NOW - 60)))
    seen = found(full, ios(), platform=Platform.ANDROID)
    assert seen.exit_code == 0
    assert "Android: nothing to judge in this phase" in text(seen)
    assert "note: no gates in this phase: nothing to judge" in text(seen)


def test_a_phase_that_is_not_known_is_no_pass() -> None:
    assert found(android(state=None, states=()), ios()).exit_code == 3


def test_what_check_says_is_what_the_screen_shows_also_where_the_store_cannot_be_read() -> None:
    unread = good_android(state_problem="HTTP 503")
    seen = found(unread, platform=Platform.ANDROID)
    assert seen.platforms[0].results == unread.gates
    assert (seen.exit_code, unread.holding) == (3, 0)
    assert "note: Google Play cannot be read, so the phase is not known: HTTP 503" in text(seen)


def test_a_look_without_any_stored_poll_says_what_that_means() -> None:
    rollout = good_android()
    first = replace(
        rollout,
        gates=tuple(
            replace(g, finding=replace(g.finding, polls=1)) if g.finding is not None else g for g in rollout.gates
        ),
    )
    assert "no stored polls of this phase" in text(found(first, ios(), platform=Platform.ANDROID))
    assert "no stored polls" not in text(found(rollout, ios(), platform=Platform.ANDROID))


# --- for people ----------------------------------------------------------------------------------------------------


def test_text_has_a_line_a_gate_and_the_answer_last() -> None:
    lines = text(found(undecided(), ios())).splitlines()
    (gate,) = [line for line in lines if line.startswith("  UNDECIDED")]
    assert "Crash-free >= 99.5 %" in gate
    assert "[98.91-99.69]" in gate, "of the crash-free share, as the gate speaks"
    assert gate.endswith("crash rate over the limit, not proven (3.0:1 of 100:1)")
    assert lines[-3].startswith("Android: UNDECIDED, stopped by Crash-free >= 99.5 %: crash rate over the limit")
    assert lines[-2:] == ["iOS: all health gates passed", "UNDECIDED"]


def test_explaining_shows_the_arithmetic() -> None:
    shown = text(found(undecided(), ios()), explain=True)
    for line in (
        "condition    crash_free_sessions >= 99.5%, that is crash_rate <= 0.5 %",
        "for FAIL     ln E 1.100 of 4.605 (3.0:1 of 100:1), most of it since the beginning of the phase",
        "missing      11,946 to 2,466,162 more sessions",
        "pace         7,500 an hour; a decision is within this phase",
        "polls        61 of this phase",
    ):
        assert line in shown


def test_what_a_tester_group_cannot_decide_is_explained_beforehand() -> None:
    from rollout_tui.cli.checks.explain import explained

    rollout = ios()
    testing = replace(rollout.phases[0].phase, testers=20, maximum=48 * HOUR)
    phases = (replace(rollout.phases[-1], phase=testing),)
    told = "beforehand   at most 160 sessions expected, PASS needs 1,224"
    for verdict, is_told in ((Verdict.UNDECIDED, True), (Verdict.PASS, False), (Verdict.FAIL, False)):
        lines = explained(replace(rollout.gates[0], verdict=verdict), replace(rollout, phases=phases), NOW)
        assert any(line.startswith(told) for line in lines) is is_told


# --- plain -----------------------------------------------------------------------------------------------------------


def recent(bad: int, total: int, connect: Proportion | Bare = FEW) -> Rollout:
    return android(recent={CRASH.id: reading(CRASH, Proportion(bad, total)), CONNECT.id: reading(CONNECT, connect)})


@pytest.mark.parametrize(("bad", "total", "code"), [(5, 1000, 0), (501, 100_000, 1), (0, 1, 0), (0, 0, 3)])
def test_plain_compares_as_the_plan_does_but_is_closed_where_it_was_open(bad: int, total: int, code: int) -> None:
    seen = plainly(found(recent(bad, total), ios(), platform=Platform.ANDROID))
    assert seen.exit_code == code
    assert "plain comparison, not proven" in text(seen)


@pytest.mark.parametrize(("value", "code"), [(0.01, 0), (0.0101, 1), (float("nan"), 3)])
def test_plain_compares_decimals(value: float, code: int) -> None:
    seen = plainly(found(recent(0, 1000, Bare(value)), ios(), platform=Platform.ANDROID))
    assert seen.exit_code == code
    assert ("connect failure rate too high" in text(seen)) is (code == 1)


def test_plain_takes_no_other_population_for_its_own() -> None:
    other = replace(reading(CRASH, Proportion(0, 1000)), population=Population.USERS)
    assert plainly(found(android(recent={CRASH.id: other}), ios())).exit_code == 3


# --- machines --------------------------------------------------------------------------------------------------------


def test_json_has_every_gate_with_its_evidence() -> None:
    seen = json.loads(as_json([found(undecided(), ios())]))
    assert (seen["verdict"], seen["exit_code"]) == ("UNDECIDED", 2)
    gate = seen["platforms"]["android"]["gates"]["crash_free_sessions"]
    assert gate["verdict"] == "UNDECIDED"
    assert gate["interval"] == [pytest.approx(0.9891), pytest.approx(0.9969)]
    assert gate["limit"] == 0.995
    assert gate["evidence"]["log_e_fail"] == 1.1
    assert gate["evidence"]["more_sessions"] == {"fast": 11_946, "slow": 2_466_162}
    assert seen["platforms"]["ios"]["verdict"] == "PASS"


@pytest.mark.parametrize("rollout", [good_android, failing, undecided, silent])
def test_junit_fails_exactly_where_the_exit_code_is_not_zero(rollout) -> None:
    seen = found(rollout(), ios())
    root = ElementTree.fromstring(junit([seen]))
    stopped = [*root.iter("failure"), *root.iter("error")]
    assert bool(stopped) is (seen.exit_code != 0)
    assert len(stopped) == int(root.get("failures", "")) + int(root.get("errors", ""))
    assert len(list(root.iter("testcase"))) == int(root.get("tests", ""))
    assert {end.get("type") for end in root.iter("error")} <= {"NO DATA"}


def test_a_phase_without_gates_is_a_case_that_passes() -> None:
    full = good_android(state=play("1", NOW - 12), states=(*STATES, play("1", NOW - 60)))
    root = ElementTree.fromstring(junit([found(full, ios(), platform=Platform.ANDROID)]))
    assert [case.get("name") for case in root.iter("testcase")] == ["no gates in this phase"]


def test_a_runner_gets_a_command_for_each_gate_that_stops() -> None:
    assert [line for line in log(found(failing(), ios())).splitlines() if line.startswith("::")] == [
        "::error title=Android%3A No critical bugs FAIL::1 open"
    ]
    warned = log(found(undecided(), ios())).splitlines()[-1]
    assert warned.startswith("::warning title=Android%3A Crash-free >= 99.5 %25 UNDECIDED::crash rate over the limit")
    assert "::" not in log(found(good_android(), ios()))


HOSTILE = "::error::x\n##[add-mask]y %0A \x1b[31m</failure><script>`|*[a](b) @team \x00￾"


def hostile() -> Rollout:
    nothing = NoReading(CRASH.id, Scope.PHASE, "4201", HOSTILE, NOW, "sentry")
    return good_android(phase={CRASH.id: nothing})


def test_text_from_outside_is_no_command_for_a_runner() -> None:
    lines = log(found(hostile(), ios())).splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert len(commands) == 3
    assert all(line.startswith("::error title=Android%3A ") for line in commands)
    assert all("##[" not in line for line in lines if line not in commands)
    assert "%250A" in commands[0], "a written %0A stays that"


def test_text_from_outside_is_no_markup_in_the_summary() -> None:
    page = markdown(found(hostile(), ios()))
    row = next(line for line in page.splitlines() if "HTTP" in line or ("error" in line and line.startswith("|")))
    assert row.count("|") == 6
    for sign in ("<script>", "`", "@team", "[a](b)", "\x1b"):
        assert sign not in page


def test_text_from_outside_leaves_the_xml_whole() -> None:
    root = ElementTree.fromstring(junit([found(hostile(), ios())]))
    assert any("</failure><script>" in (end.get("message") or "") for end in root.iter("error"))


def test_the_summary_names_what_stops_and_what_was_found() -> None:
    page = markdown(found(undecided(), ios()))
    assert page.startswith("## ❔ UNDECIDED: acme-connect 4.2.0")
    assert "| ❔ UNDECIDED | Crash-free ≥ 99.5 % |" in page
    assert "### iOS, App Store phased" in page


def test_several_apps_are_one_document_that_names_them_and_the_worst_decides() -> None:
    apps = [replace(found(good_android(), ios()), app="oak"), replace(found(undecided(), ios()), app="pico")]
    assert [apps[0].exit_code, apps[1].exit_code, worst_code(apps)] == [0, 2, 2]
    root = ElementTree.fromstring(junit(apps))
    assert [suite.get("name", "").partition(" ")[0] for suite in root] == ["oak", "oak", "pico", "pico"]
    assert root.get("failures") == str(len([*root.iter("failure")]))
    seen = json.loads(as_json(apps))
    assert (seen["verdict"], seen["exit_code"], [app["app"] for app in seen["apps"]]) == (
        "UNDECIDED",
        2,
        ["oak", "pico"],
    )
