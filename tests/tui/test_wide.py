"""From 160 columns on: a third column, the gates' arithmetic, and what an action would do now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rollout_tui.domain.releases import Budget, Grant, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Before, Heard, Rollout, Snapshot
from rollout_tui.domain.verdicts import Verdict, Waiver
from rollout_tui.tui.ink import blank, text_of
from rollout_tui.tui.view.beside import WIDTH
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import pane_at, screen_rows
from rollout_tui.tui.view.shown import MOST_GATES, MOST_METRICS, More, items_of
from tests.tui.samples import android, incident, ios, snapshot, store_state
from tests.unit.domain.builders import CONNECT_GATE, CRASH, HOUR, NOW

HEARD = (
    Heard("Google Play", 30.0, NOW - 12),
    Heard("Sentry", 60.0, NOW - 1580, "Sentry: HTTP 503"),
    Heard("GitHub issues", 300.0),
)
BEFORE = Before("4130", "4.1.3", (("crash_rate", 0.0034), ("connect_failure_rate", 0.005)))


def screen(shown: Snapshot, width: int = 200, height: int = 60, **more: object) -> list[str]:
    scene = Scene(shown, NOW, who="jkim@rel-01", **more)  # type: ignore[arg-type]  # Scene's own names
    return [text_of(row) for row in screen_rows(scene, width, height, blank(width))]


def beside(shown: Snapshot, **more: object) -> list[str]:
    """The third column's rows."""
    return [row[-WIDTH - 1 :].rstrip() for row in screen(shown, **more)[3:]]


def section(rows: list[str], title: str) -> list[str]:
    begin = next(number for number, row in enumerate(rows) if row.startswith(title))
    end = next((number for number in range(begin, len(rows)) if not rows[number]), len(rows))
    return rows[begin + 1 : end]


def test_what_comes_stands_in_the_order_of_its_time_with_ranges_for_estimates() -> None:
    assert section(beside(snapshot()), "AHEAD") == [
        "in 4–19 h     android Connect fail ≤ 1 % decided",
        "in 9 h 12 min ios     App Store: 5 % to 10 %",
        "in 17 h       android 48 h over",
        "in 33 h       ios     App Store: 10 % to 20 %",
        "in 3 d        ios     App Store: 50 % to 100 %",
    ]


def test_nothing_of_a_paused_rollout_is_ahead() -> None:
    shown = android()
    state = shown.store.state
    assert state is not None
    paused = store_state(replace(shown, gates=()), replace(state, word=StateWord.PAUSED))
    assert section(beside(snapshot(paused)), "AHEAD") == ["nothing that is known of"]


def test_a_paused_phased_release_takes_no_step_but_uses_up_its_pause() -> None:
    shown = ios()
    state = shown.store.state
    assert state is not None
    grant = Grant(27, "of pause", "what follows day 30 is not known")
    running = store_state(shown, replace(state, grant=grant))
    assert "in 27 d" not in "".join(section(beside(snapshot(running)), "AHEAD"))
    paused = store_state(running, replace(state, word=StateWord.PAUSED, grant=grant))
    assert section(beside(snapshot(paused)), "AHEAD") == ["in 27 d       ios     its pause is used up"]


def test_every_provider_stands_with_its_age_its_interval_and_why_it_is_silent() -> None:
    rows = section(beside(replace(snapshot(), heard=(*HEARD, Heard("Play vitals", 900.0, idle=True)))), "SOURCES")
    assert rows == [
        "● Google Play                       12 s    30 s",
        "? Sentry  HTTP 503                26 min   1 min",
        "? GitHub issues                    never   5 min",
        "○ Play vitals  stands by                  15 min",
    ]


def test_of_many_providers_the_silent_ones_come_first() -> None:
    many = tuple(Heard(f"Source {number}", 60.0, NOW - 5) for number in range(12))
    rows = section(beside(replace(snapshot(), heard=(*many, HEARD[1]))), "SOURCES")
    assert rows[0].startswith("? Sentry")
    assert rows[-1] == "3 more, all answer"


def test_a_store_that_tells_its_budget_shows_it_and_when_only_actions_may_ask() -> None:
    def told(left: int) -> str:
        shown = ios()
        state = shown.store.state
        assert state is not None
        counted = store_state(shown, replace(state, budget=Budget(left, 3500, 70)))
        return section(beside(snapshot(android(), counted)), "SOURCES")[-1]

    assert told(3290) == "Request budget 94 % free, pause reserve kept"
    assert told(70) == "Request budget 2 % free, only actions may ask"


def test_waivers_in_force_stand_with_both_names_and_what_is_left() -> None:
    assert section(beside(snapshot()), "WAIVERS") == ["none in force"]
    given = Waiver(
        "w1",
        CONNECT_GATE.id,
        CONNECT_GATE.text,
        "closed",
        "4.2.0",
        "4201",
        "captive portal retries, known since 4.1",
        "mara",
        "jkim",
        NOW - HOUR,
        NOW + 3 * HOUR,
        Verdict.UNDECIDED,
    )
    shown = android(waivers=(given,))
    rows = section(beside(snapshot(shown, ios())), "WAIVERS")
    assert rows[0].startswith("⚑ android ")
    assert rows[0].endswith(" left")
    assert rows[1].strip().startswith("by mara for jkim: ")


def test_the_release_before_is_called_higher_only_where_the_sessions_of_now_rule_its_value_out() -> None:
    rows = beside(snapshot(replace(android(), before=BEFORE), ios()))
    assert any(row.startswith("PREVIOUS RELEASE 4.1.3, android ") for row in rows)
    assert section(rows, "PREVIOUS RELEASE") == [
        "Connect failures     0.50 %  now 1.12 %, higher",
        "Crash rate           0.34 %  now 0.29 %",
    ]


def test_without_a_release_before_that_is_said() -> None:
    assert section(beside(snapshot()), "PREVIOUS RELEASE") == ["not looked up"]
    rows = section(beside(snapshot(replace(android(), before=Before()), ios())), "PREVIOUS RELEASE")
    assert rows == ["android: none recorded at this hour of its phase"]


def test_the_release_before_is_the_focused_platforms() -> None:
    both = snapshot(replace(android(), before=BEFORE), replace(ios(), before=replace(BEFORE, version="4.1.2")))
    assert any("4.1.2, ios" in row for row in beside(both, focus=Focus(1)))


def test_a_gate_shows_its_arithmetic_below() -> None:
    text = "\n".join(screen(snapshot()))
    assert "664 of 214,300 · [99.64–99.73 %]" in text
    assert "more needed" in text
    assert "phase began Tue 10 Mar 07:32 UTC" in text
    assert "none yet; mara or tom may give it" in text
    assert "GitHub: “#2214 Crash on reconnect after sleep”" in "\n".join(screen(incident()))


def test_actions_say_what_they_would_do_or_what_stands_against_them() -> None:
    text = "\n".join(screen(snapshot()))
    assert "p Pause     no new users; those who have 4201 keep it" in text
    assert "p Pause     holds 5 %; updates by hand go on" in text
    assert "n Promote   blocked: 17 h left, 2 gates to go" in text
    assert "p Pause     blocked: read-only: this desk only watches" in "\n".join(screen(snapshot(), read_only=True))


def test_a_paused_rollout_offers_resuming_in_place_of_pausing() -> None:
    shown = android()
    state = shown.store.state
    assert state is not None
    paused = store_state(shown, replace(state, word=StateWord.PAUSED, share=Decimal("0.5")))
    text = "\n".join(screen(snapshot(paused, ios())))
    assert "r Resume    the same users get it again, 50 %; for a false alarm only" in text


def test_events_take_the_rows_that_are_left_each_in_as_many_as_it_needs() -> None:
    rows = section(beside(snapshot()), "EVENTS")
    assert rows[:3] == [
        "14:31:38    android",
        "◆ Connect failures left the target: 1.12 % of",
        "  8,840 (target < 1 %)",
    ]


def test_one_platform_takes_the_whole_width() -> None:
    for width in (120, 200):
        rows = screen(snapshot(android()), width)
        assert rows[3].startswith("▌ANDROID  build 4201")
        assert "│" not in "".join(row[:100] for row in rows)
        assert any("14:31:38" in row for row in rows)


def many(shown: Rollout, worst: Severity = Severity.OK) -> Rollout:
    """With seven metrics and nine gates."""
    extra = tuple(
        replace(shown.metrics[0], metric=replace(CRASH, id=f"m{n}", label=f"Metric {n}"), severity=worst)
        for n in range(3)
    )
    gates = tuple(
        replace(shown.gates[0], gate=replace(shown.gates[0].gate, id=f"g{n}", label=f"Gate {n}")) for n in range(3)
    )
    return replace(shown, metrics=(*shown.metrics, *extra), gates=(*gates, *shown.gates))


def test_of_more_than_four_metrics_and_six_gates_the_worst_stand_and_the_rest_is_counted() -> None:
    for width, height in ((200, 60), (120, 40), (80, 24)):
        text = "\n".join(screen(snapshot(many(android()), ios()), width, height))
        assert "3 more, all OK; enter shows them" in text
        assert "4 more, all hold; enter shows them" in text
        assert "Connect failures" in text
        assert "UNDECIDED" in text
    loud = "\n".join(screen(snapshot(many(android(), Severity.WARNING), ios()), 120, 40))
    assert "Metric 2" in loud


def test_what_can_be_chosen_are_the_rows_that_stand_there() -> None:
    items = items_of(many(android()))
    assert len(items) == MOST_METRICS + 1 + MOST_GATES
    assert [number for number, item in enumerate(items) if isinstance(item, More)] == [4, 10]


def test_the_mouse_chooses_no_pane_in_the_third_column() -> None:
    scene = Scene(snapshot(), NOW)
    assert pane_at(scene, 10, 10, 200, 60) == 0
    assert pane_at(scene, 120, 10, 200, 60) == 1
    assert pane_at(scene, 170, 10, 200, 60) is None
