"""What `status`, `status --watch` and `check --plain` say to a screen reader: lines without signs, charts as words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rollout_tui.cli import status
from rollout_tui.cli.aloud import aloud, past
from rollout_tui.cli.checks.checked import checked
from rollout_tui.cli.checks.plain import plainly
from rollout_tui.cli.checks.text import text
from rollout_tui.cli.lines import snapshot_lines
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.keyed import with_commands, with_way, without_keys
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Curve, Snapshot
from tests.tui.samples import QUIET_ANDROID, SPIKE, android, incident, ios, readings, snapshot
from tests.unit.domain.builders import CRASH, NOW, play

STEP = 600.0
END = 36_000.0
"""10:00 UTC."""


def said(shown: Snapshot) -> list[str]:
    return snapshot_lines(shown)


def test_an_alarm_is_one_line_whose_first_word_is_the_severity() -> None:
    assert (
        "CRITICAL android crash rate 2.41 % of 10,002, critical over 2 %, 38 s old,"
        " last 6 h: 0.30 %, rising since 14:00, now 2.41 %"
    ) in said(incident())


def test_gates_and_events_have_words_in_place_of_signs() -> None:
    lines = said(incident())
    assert "CRITICAL event 14:31:39 android Gate Crash-free at least 99.5 %: FAIL" in lines
    assert any(line.startswith("FAIL android gate Crash-free at least 99.5 %, 99.38 % of 63,200, ") for line in lines)
    for line in lines + said(snapshot()):
        assert line.isprintable(), line
        assert not set(line) & set("<>≤≥=–·●▲■→│─"), line


def test_ranges_and_comparisons_are_words_but_text_from_outside_stays() -> None:
    assert aloud("4–16 h, > 9 h, ≤1 %, >= 99.5%") == "4 to 16 h, over 9 h, at most 1 %, at least 99.5%"
    assert aloud("crash in List<int> -> retry") == "crash in List<int> -> retry"
    assert (
        aloud("By hand: Play Console: Production > Halt rollout") == "By hand: Play Console: Production, Halt rollout"
    )


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ((0.003, 0.003, 0.010, 0.020, 0.0241), "last 6 h: 0.30 %, rising since 09:30, now 2.41 %"),
        ((0.003, 0.003, 0.002, 0.0015, 0.001), "last 6 h: 0.30 %, falling since 09:30, now 2.41 %"),
        ((0.003, 0.004, 0.003, 0.004, 0.0035), "last 6 h: between 0.30 % and 0.40 %"),
        ((0.003, 0.003, 0.003, 0.010, 0.0241), "last 6 h: between 0.30 % and 2.41 %"),
        ((0.030, 0.003, 0.010, 0.020, 0.0241), "last 6 h: between 0.30 % and 3.00 %"),
        ((0.003, 0.010, None, 0.020, 0.0241), "last 6 h: between 0.30 % and 2.41 %"),
        ((0.003, 0.003, 0.003, 0.003, 0.003), "last 6 h: steady at 0.30 %"),
        ((0.003, 0.010, 0.020, 0.0241, None), "last 6 h: 0.30 %, rising since 09:20, now 2.41 %"),
    ],
)
def test_a_chart_tells_a_direction_only_where_it_has_one(tail: tuple[float | None, ...], words: str) -> None:
    curve = Curve(STEP, END, (0.9, *(0.003,) * 31, *tail))
    assert past(CRASH, curve, Proportion(241, 10_002)) == words, "and what is older than six hours is not told"


def test_a_chart_of_one_value_says_nothing() -> None:
    assert past(CRASH, Curve(STEP, END, (None, 0.003)), Proportion(241, 10_002)) == ""


# --- watching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[list[str]]]:
    """What is printed for each of the snapshots, one after the other."""

    def watch(*shown: Snapshot) -> list[list[str]]:
        told: list[list[str]] = []

        class Engine:
            async def poll_once(self) -> Snapshot:
                return shown[0]

            def listen(self, tell: Callable[[Snapshot], None]) -> None:
                self.tell = tell

            async def start(self) -> None:
                told.append(capsys.readouterr().out.splitlines())
                for each in shown[1:]:
                    self.tell(each)
                    told.append(capsys.readouterr().out.splitlines())
                raise asyncio.CancelledError

        @asynccontextmanager
        async def engine_for(_settings: object) -> AsyncIterator[Engine]:
            yield Engine()

        monkeypatch.setattr("rollout_tui.cli.session.engine_for", engine_for)
        settings: Any = SimpleNamespace(ui=SimpleNamespace(timezone="UTC"))
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(status._watch(settings, "app: "))
        return told

    return watch


def test_watching_tells_everything_once_and_nothing_while_only_ages_and_counts_move(
    watched: Callable[..., list[list[str]]],
) -> None:
    later = NOW + 60
    recent = readings(QUIET_ANDROID | {CRASH: Proportion(21, 7911)}, Scope.RECENT, "4201", NOW - 5)
    moved = replace(snapshot(android(recent=recent), ios()), at=later)
    first, second = watched(snapshot(), moved)
    assert first == [f"app: {line}" for line in said(snapshot())]
    assert second == []


def test_watching_tells_one_line_for_a_change(watched: Callable[..., list[list[str]]]) -> None:
    recent = readings(QUIET_ANDROID | {CRASH: SPIKE[CRASH]}, Scope.RECENT, "4201", NOW - 38)
    spike = replace(snapshot(android(recent=recent), ios()), recommendation=snapshot().recommendation)
    _, second, third = watched(snapshot(), spike, snapshot())
    assert [line.partition(",")[0] for line in second] == [
        "app: CRITICAL android build 4201",
        "app: CRITICAL android crash rate 2.41 % of 10",
    ]
    assert [line.partition(",")[0] for line in third] == [
        "app: INFO android build 4201",
        "app: OK android crash rate 0.29 % of 7",
    ]


def test_watching_tells_each_new_event_once(watched: Callable[..., list[list[str]]]) -> None:
    def with_events(*events: Event) -> Snapshot:
        return snapshot(events=events)

    started = Event(NOW - 60, EventKind.STATE, "50 % to 100 %", Platform.ANDROID)
    silent = Event(NOW - 5, EventKind.SOURCE, "Sentry answers HTTP 503")
    told = watched(with_events(started), with_events(silent, started), with_events(silent, started))
    assert told[1:] == [["app: EVENT 14:32:02 both Sentry answers HTTP 503"], []]


def test_watching_tells_how_many_bugs_are_open_each_time_that_it_changes(
    watched: Callable[..., list[list[str]]],
) -> None:
    def with_bugs(number: int) -> Snapshot:
        rollout = android()
        gates = tuple(
            replace(gate, reason=f"{number} open") if gate.gate.kind is GateKind.BUGS else gate
            for gate in rollout.gates
        )
        return snapshot(replace(rollout, gates=gates))

    told = watched(with_bugs(1), with_bugs(2), with_bugs(2))
    assert [_without_age(line) for line in told[1]] == ["app: PASS android gate No critical bugs, 2 open"]
    assert told[2] == []


def _without_age(line: str) -> str:
    return line.rpartition(",")[0]


def _spiking(*values: Proportion) -> list[Snapshot]:
    """The same alarm, poll after poll."""
    recents = [readings(QUIET_ANDROID | {CRASH: value}, Scope.RECENT, "4201", NOW - 38) for value in values]
    advice = snapshot().recommendation
    return [replace(snapshot(android(recent=recent), ios()), recommendation=advice) for recent in recents]


def test_watching_tells_an_alarm_again_when_it_moves_by_much_and_not_at_every_poll(
    watched: Callable[..., list[list[str]]],
) -> None:
    values = [Proportion(number, 10_000) for number in (241, 243, 250, 239, 310, 305, 480, 0)]
    lines = [line for told in watched(*_spiking(*values))[1:] for line in told if "crash rate" in line]
    assert [line.split(" of ")[0].removeprefix("app: ") for line in lines] == [
        "CRITICAL android crash rate 3.10 %",
        "CRITICAL android crash rate 4.80 %",
        "OK android crash rate 0.00 %",
    ]


# --- NEXT without keys -----------------------------------------------------------------------------------------------


def test_next_names_commands_where_there_are_no_keys() -> None:
    (line,) = [line for line in said(incident()) if line.startswith("NEXT ")]
    assert line.startswith("NEXT Pause Android: rollout-tui pause android. New users stop getting build 4201")
    both = incident()
    also = replace(both.recommendation, detail="Bad. Then iOS: promote to 100 %: press n.")
    (line,) = [line for line in said(replace(both, recommendation=also)) if line.startswith("NEXT ")]
    assert line.endswith("Bad. Then iOS: promote to 100 %: rollout-tui promote ios.")


def test_every_key_that_advice_names_has_a_command() -> None:
    """A new sentence with a key in it must be added to the table."""
    folder = Path(recommend.__code__.co_filename).parent
    key = re.compile(
        r"press [a-z]\b|ctrl\+|(?<![\w'])[pnrua](?=,| then | resumes| tries| is tried| stays| reads| stops| withdraws)"
    )
    found = 0
    for name in ("urgent", "onward", "waiting", "served"):
        for said_there in re.findall(r'f?"([^"\n]*)"', (folder / f"{name}.py").read_text(encoding="utf-8")):
            found += key.search(said_there) is not None
            assert not key.search(with_commands(said_there, Platform.ANDROID)), said_there
            assert not key.search(without_keys(said_there)), said_there
    assert found >= 12


def test_what_a_store_says_of_a_key_is_a_command_too() -> None:
    unread = replace(play("0.5", NOW), notes=("the share was not read yet (u reads it, by a short edit)",))
    (line,) = [line for line in said(snapshot(android(state=unread), ios())) if " android Google Play says " in line]
    assert line.endswith("the share was not read yet (rollout-tui status reads it, by a short edit)")


def test_what_stops_a_pause_that_comes_by_itself_is_a_command_for_the_second_platform_too() -> None:
    both = incident()
    also = replace(both.recommendation, detail="Bad. Then iOS: pauses by itself at 10:31; a stops that.")
    (line,) = [line for line in said(replace(both, recommendation=also)) if line.startswith("NEXT ")]
    assert line.endswith("Then iOS: pauses by itself at 10:31; rollout-tui guard --stop ios stops that.")


@pytest.mark.parametrize(
    ("told", "past"),
    [
        ("Android pauses by itself at 10:31. To stop that: a, then y. To pause now: p, then y.",
         "Android pauses by itself at 10:31."),
        ("Android is paused (halted). Find the cause: press i. Resume, for a false alarm only: press r.",
         "Android is paused (halted). Find the cause."),
        ("Mend Google Play for Android: it cannot be read for 7 min. To pause all the same: press p, then y.",
         "Mend Google Play for Android: it cannot be read for 7 min."),
        ("Do not release iOS: the gate Crashes fails. p withdraws it from review; once approved, n stays off.",
         "Do not release iOS: the gate Crashes fails."),
        ("Do not release iOS: the gate Crashes fails. It is approved; n stays off.",
         "Do not release iOS: the gate Crashes fails. It is approved."),
        ("Release iOS: approved by App Review; press n.", "Release iOS: approved by App Review."),
        ("Pause Android: press p, then y. New users stop getting it.", "Pause Android. New users stop getting it."),
    ],
)  # fmt: skip
def test_what_was_to_be_done_names_no_key(told: str, past: str) -> None:
    assert without_keys(told) == past


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        ("  way back: r resumes it for the same users, n then completes it again",
         "  way back: rollout-tui resume ios resumes it for the same users, "
         "rollout-tui promote ios then completes it again"),
        ("  - Resume later (r) reaches the same users first.", "  - Resume later reaches the same users first."),
        ("  way back: p halts it again; who got it meanwhile keeps it",
         "  way back: rollout-tui pause ios halts it again; who got it meanwhile keeps it"),
        ("  1. it is halted (u reads the store again)",
         "  1. it is halted (rollout-tui status reads the store again)"),
        ("  because: group p resumes nothing", "  because: group p resumes nothing"),
    ],
)  # fmt: skip
def test_on_the_command_line_no_key_is_named_but_what_does_the_same(told: str, typed: str) -> None:
    assert with_commands(told, Platform.IOS) == typed


@pytest.mark.parametrize(
    ("told", "led"),
    [
        ("Android pauses by itself at 10:31. To stop that: a, then y. To pause now: p, then y.",
         "Android pauses by itself at 10:31. To stop that: 1, then a, then y. To pause now: 1, then p, then y."),
        ("It cannot be read for 7 min. To pause all the same: press p, then y.",
         "It cannot be read for 7 min. To pause all the same: press 1, then p, then y."),
        ("The pause was refused: a reason. To try again: press p, then y.",
         "The pause was refused: a reason. To try again: press 1, then p, then y."),
        ("Promote Android to Production 100 %: press n.", "Promote Android to Production 100 %: press 1, then n."),
        ("Mend Prometheus: a new app cannot be reached.", "Mend Prometheus: a new app cannot be reached."),
    ],
)  # fmt: skip
def test_from_another_pane_the_way_comes_before_the_key(told: str, led: str) -> None:
    assert with_way(told, "1") == led


# --- check --plain ---------------------------------------------------------------------------------------------------


def plain_lines(*rollouts: Any) -> Sequence[str]:
    return text(plainly(checked(snapshot(*rollouts), None))).splitlines()


def test_check_plain_is_lines_with_the_verdict_first_and_no_columns() -> None:
    recent = readings(QUIET_ANDROID | {CRASH: SPIKE[CRASH]}, Scope.RECENT, "4201", NOW - 38)
    assert plain_lines(android(recent=recent)) == [
        "acme-connect 4.2.0 at Wed 11 Mar 14:32 UTC, plain comparison, not proven",
        "FAIL android crash rate 2.41 % of 10,002, crash rate too high; plain comparison, not proven, 38 s old",
        "FAIL android connect failure rate 1.12 % of 8,840, connect failure rate too high; plain comparison,"
        " not proven, 38 s old",
        "FAIL android build 4201, Closed testing",
        "FAIL",
    ]


def test_watching_tells_every_event_of_a_burst_in_the_order_in_which_they_happened(
    watched: Callable[..., list[list[str]]],
) -> None:
    before = (Event(NOW - 60, EventKind.ACTION, "something before"),)
    burst = tuple(Event(NOW + number, EventKind.ACTION, f"number {number}") for number in range(12, 0, -1))
    quiet = replace(snapshot(), events=before)
    first, second, third = watched(quiet, replace(quiet, events=burst + before), replace(quiet, events=burst + before))
    assert first[-1].endswith("something before")
    assert [line.rpartition("number ")[2] for line in second] == [str(number) for number in range(1, 13)]
    assert third == []
