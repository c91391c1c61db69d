"""The automatic pause: never without data, never early, never twice for one cause, and a person's stop always wins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.assess import assess
from rollout_tui.domain.automatic import AutomaticRule, Watch, causes, look
from rollout_tui.domain.countdowns import Countdown, CountdownEnd
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.snapshot import Rollout
from tests.unit.domain.builders import CRASH, NOW, android_facts, play, reading

HELD, COUNTDOWN = 120.0, 300.0
CRITICAL = AutomaticRule(critical=HELD, countdown=COUNTDOWN)
FAILS = AutomaticRule(gate_failed=HELD, countdown=COUNTDOWN)


def rollout(kind: str) -> Rollout:
    """Android: "bad" (crash rate CRITICAL), "good", "blind" (no data), "paused" or "unread"."""
    if kind == "good":
        return assess(android_facts(), NOW)
    if kind == "blind":
        nothing = NoReading(CRASH.id, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "Prometheus")
        return assess(android_facts(recent={CRASH.id: nothing}), NOW)
    bad = android_facts(recent={CRASH.id: reading(CRASH, Proportion(300, 7930))})
    if kind == "paused":
        bad = replace(bad, state=play("0.5", NOW, StateWord.PAUSED, "halted"))
    if kind == "unread":
        bad = replace(bad, state_problem="HTTP 503")
    return assess(bad, NOW)


STANDS = {kind: rollout(kind) for kind in ("good", "bad", "blind", "paused", "unread")}


class Guarding:
    """The rule with a history, as the engine keeps it."""

    def __init__(self, rule: AutomaticRule = CRITICAL) -> None:
        self.rule = rule
        self.watch = Watch()
        self.rows: list[Countdown] = []
        self.now = NOW
        self.seen: list[tuple[float, str]] = []

    @property
    def running(self) -> Countdown | None:
        return next((row for row in self.rows if row.runs), None)

    def wait(self, seconds: float, kind: str) -> bool:
        """That much later it stands like that; whether a pause follows."""
        self.now += seconds
        self.seen.append((self.now, kind))
        spent = {c for row in self.rows if row.ended in (CountdownEnd.STOPPED, CountdownEnd.PAUSED) for c in row.causes}
        move = look(self.watch, STANDS[kind], self.running, spent, self.now, self.rule)
        self.watch = move.watch
        if move.begin is not None:
            due = self.now + self.rule.countdown
            row = Countdown(str(len(self.rows)), Platform.ANDROID, "4201", move.covers, move.begin.told, self.now, due)
            self.rows.append(row)
        if move.call_off:
            self.end(CountdownEnd.CALLED_OFF)
        if move.pause:
            self.end(CountdownEnd.PAUSED)
        return move.pause

    def end(self, how: CountdownEnd) -> None:
        self.rows = [replace(row, ended=how, ended_at=self.now) if row.runs else row for row in self.rows]


def test_critical_is_held_then_counted_down_then_paused() -> None:
    guard = Guarding()
    assert [guard.wait(60, "bad") for _ in range(3)] == [False] * 3
    assert guard.running is not None
    assert (guard.running.began, guard.running.due) == (NOW + 180, NOW + 480)
    assert guard.running.told == "Crash rate CRITICAL: 3.78 % of 7,930 (critical > 2 %)."
    assert [guard.wait(60, "bad") for _ in range(5)] == [False] * 4 + [True]


def test_silence_neither_counts_nor_pauses_and_data_go_on_where_they_were() -> None:
    guard = Guarding()
    guard.wait(0, "bad")
    guard.wait(60, "bad")
    for _ in range(50):
        guard.wait(60, "blind")
    assert guard.running is None
    guard.wait(60, "bad")
    assert guard.running is None, "only one minute of the two was seen"
    guard.wait(60, "bad")
    assert guard.running is not None
    assert not any(guard.wait(100, "unread") for _ in range(4)), "due, but nothing is known of it"
    assert guard.wait(1, "bad")


def test_what_was_not_known_long_after_it_was_due_is_counted_down_anew() -> None:
    guard = Guarding()
    for _ in range(3):
        guard.wait(60, "bad")
    guard.wait(COUNTDOWN * 2 + 1, "bad")
    assert [row.ended for row in guard.rows] == [CountdownEnd.CALLED_OFF]


def test_a_cause_that_is_over_calls_it_off_and_may_come_again() -> None:
    guard = Guarding()
    for kind in ("bad", "bad", "bad", "good", "bad", "bad", "bad"):
        guard.wait(60, kind)
    assert [row.ended for row in guard.rows] == [CountdownEnd.CALLED_OFF, None]


def test_a_pause_by_somebody_else_calls_it_off() -> None:
    guard = Guarding()
    for kind in ("bad", "bad", "bad", "paused"):
        guard.wait(60, kind)
    assert guard.rows[0].ended is CountdownEnd.CALLED_OFF


@pytest.mark.parametrize("how", [CountdownEnd.STOPPED, CountdownEnd.PAUSED])
def test_what_was_stopped_or_led_to_a_pause_never_counts_again(how: CountdownEnd) -> None:
    guard = Guarding()
    for _ in range(3):
        guard.wait(60, "bad")
    guard.end(how)
    for kind in ("good", *["bad"] * 30):
        assert not guard.wait(60, kind)
    assert len(guard.rows) == 1


def test_a_latched_fail_without_data_now_is_no_cause() -> None:
    bad = reading(CRASH, Proportion(900, 96_000), scope=Scope.PHASE)
    facts = android_facts(phase={CRASH.id: bad})
    standing, _ = causes(assess(facts, NOW), FAILS)
    assert [cause.id for cause in standing] == ["closed/gate/crash_free_sessions"]
    later = assess(replace(facts, phase={}), NOW)
    standing, unseen = causes(later, FAILS)
    assert (standing, "closed/gate/crash_free_sessions" in unseen) == ((), True)


def test_each_cause_is_switched_on_by_itself() -> None:
    assert causes(STANDS["bad"], AutomaticRule())[0] == ()
    assert [cause.id for cause in causes(STANDS["bad"], CRITICAL)[0]] == ["closed/critical/crash_rate"]


@given(
    st.lists(
        st.tuples(
            st.floats(0, 200), st.sampled_from(["bad", "bad", "bad", "good", "blind", "unread", "paused", "stop"])
        )
    )
)
def test_in_any_order(steps: list[tuple[float, str]]) -> None:
    guard, fired, stopped = Guarding(), 0, False
    for seconds, kind in steps:
        if kind == "stop":
            stopped = stopped or guard.running is not None
            guard.end(CountdownEnd.STOPPED)
            continue
        if guard.wait(seconds, kind):
            fired += 1
            assert kind == "bad", "data now, and bad"
            assert not stopped, "a stop holds for good"
            row = guard.rows[-1]
            assert guard.now >= row.began + COUNTDOWN
            since = [at for at, how in guard.seen if how == "bad" and at <= row.began]
            assert row.began - min(since) >= HELD - 1e-6
            counted = [how for at, how in guard.seen if row.began <= at <= guard.now]
            assert "good" not in counted[1:], "it stood for the whole countdown, as far as anybody knew"
    assert fired <= 1
