"""The rows of the fleet: whole at every size, whatever the apps are called, and each fact in its column."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from rollout_tui.domain.fleet import FleetSnapshot, fleet_of
from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.snapshot import Curve, Snapshot
from rollout_tui.tui.ink import blank, text_of
from rollout_tui.tui.view.fleet import FleetList, FleetScene, fleet_rows, line_at
from rollout_tui.tui.view.fleet_cells import chart_text, phase_text, time_text
from rollout_tui.tui.view.status import status_row
from tests.tui.samples import android, incident, ios, snapshot, store_state
from tests.tui.test_hostile_text import SIZES, assert_whole, everywhere, texts
from tests.unit.domain.builders import HOUR, NOW, play

MORE_SIZES = (*SIZES, (99, 23), (60, 9), (30, 10), (1, 1))


def named(app: str, of: Snapshot) -> Snapshot:
    return replace(of, plan=replace(of.plan, app=app))


def fleet(apps: int = 3) -> FleetSnapshot:
    return fleet_of([*(named(f"app-{n}", snapshot()) for n in range(apps - 1)), named("acme-connect", incident())])


def drawn(of: FleetSnapshot, width: int = 120, height: int = 40, **listed: object) -> str:
    rows = fleet_rows(FleetScene(of, NOW), FleetList(of.lines, **listed), width, height, blank(width))  # type: ignore[arg-type]  # FleetList's own names
    return "\n".join(text_of(row) for row in rows)


@settings(max_examples=40, deadline=None)
@given(texts)
def test_every_row_of_every_size_is_as_wide_as_the_screen(text: str) -> None:
    hostile = fleet_of([everywhere(text), snapshot()])
    for width, height in MORE_SIZES:
        for listed in (
            FleetList(hostile.lines),
            FleetList(hostile.lines, hostile.lines[-1].key, text, typing=True),
            FleetList((), None, text),
        ):
            scene = FleetScene(hostile, NOW, who=text, rehearsal=text)
            rows = fleet_rows(scene, listed, width, height, blank(width))
            assert len(rows) == height
            assert_whole(rows, width)


def test_a_line_says_health_app_release_platform_state_phase_time_gates_and_age() -> None:
    line = next(row for row in drawn(fleet()).splitlines() if "CRITICAL   acme" in row)
    assert re.split(r"  +", line.strip()) == [
        "▌■ CRITICAL",
        "acme-connect",
        "4.2.0",
        "android ► RUNNING",
        "Closed testing 50 %",
        "39 h left 1/6",
        "⣀⣀⣀⣀⣀⣀⣀⣀⣀⣿ 38 s",
    ]


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (60, 16), (50, 12)])
def test_health_app_platform_and_state_are_seen_at_every_size(size: tuple[int, int]) -> None:
    line = next(row for row in drawn(fleet(), *size).splitlines() if "CRITICAL" in row and "acme" in row)
    for fact in ("■ CRITICAL", "acme-connect", "android", "►"):
        assert fact in line


def test_what_does_not_fit_is_counted_with_what_is_wrong_in_it() -> None:
    many = fleet(30)
    assert "38 more below, 9 INFO " in drawn(many, 120, 28)
    last = drawn(many, 120, 28, chosen=many.lines[-1].key)
    assert "more above" in last
    assert "▌● OK" in last, "the chosen line is seen wherever it stands"


def test_a_cell_under_the_mouse_is_the_line_that_is_drawn_there() -> None:
    many = fleet(30)
    for height in (9, 12, 24, 40):
        listed = FleetList(many.lines, many.lines[25].key)
        rows = fleet_rows(FleetScene(many, NOW), listed, 120, height, blank(120))
        marked = [y for y, row in enumerate(rows) if text_of(row).startswith("▌")]
        assert [line_at(listed, y, height) for y in marked] == [many.lines[25].key]
        assert line_at(listed, 0, height) is None
        assert line_at(listed, height - 1, height) is None


def test_a_filter_without_a_match_says_how_to_see_all_again() -> None:
    shown = fleet()
    rows = fleet_rows(FleetScene(shown, NOW), FleetList((), None, "zebra"), 120, 30, blank(120))
    text = "\n".join(text_of(row) for row in rows)
    assert "no rollout has these words; esc shows all" in text
    assert "0 of 6" in text


def test_the_chart_shows_the_worst_of_each_bucket_holes_and_what_nobody_knows() -> None:
    standing = android().metrics[0]
    values = (0.001, 0.001, 0.006, None, 0.011, 0.001, 0.03, 0.001, None, None)
    curve = Curve(6 * HOUR / 10, NOW, values, known_until=NOW - 1.5 * HOUR)
    chart = replace(standing, curve=curve)
    assert chart_text(chart, ascii_only=False) == "⣀⣀⣤ ⣶⣀⣿⣀??"
    assert chart_text(chart, ascii_only=True) == "__- =_#_??"
    assert chart_text(replace(chart, reading=None), ascii_only=False) == "?"


def test_a_store_that_cannot_be_read_is_unknown_whatever_it_said_before() -> None:
    unread = store_state(android(), play("0.5", NOW - 9000), problem="HTTP 503")
    line = next(row for row in drawn(fleet_of([snapshot(unread)])).splitlines() if row.startswith("▌"))
    assert "? UNKNOWN" in line
    assert "RUNNING" not in line


def test_the_time_says_what_comes_next() -> None:
    state = play("0.5", NOW - 9)
    for word, said in (
        (StateWord.WAITING, "to publish"),
        (StateWord.PAUSED, "for 2 h"),
        (StateWord.DONE, "done 2 h"),
        (StateWord.REJECTED, "sent 2 h"),
    ):
        there = store_state(android(), replace(state, word=word, since=NOW - 2 * HOUR))
        assert time_text(there, NOW)[0] == said
    assert time_text(ios(), NOW)[0] == "next 9 h"


def test_a_long_phase_is_cut_but_never_its_share() -> None:
    long = android()
    phases = tuple(replace(p, phase=replace(p.phase, label="A very long name of a phase")) for p in long.phases)
    text = phase_text(replace(store_state(long, play(str(Decimal("0.5")), NOW)), phases=phases), 15)
    assert len(text) == 15
    assert text.endswith(" 50 %")


def test_the_fleets_title_is_whole_where_there_is_room_for_it() -> None:
    """Also beside the mode of a rehearsal, on the smallest screen."""
    six = replace(fleet(), title="fleet 6 rollouts, 3 apps")
    for rehearsal in (None, "crash-spike 60x"):
        row = text_of(status_row(FleetScene(six, NOW, "jkim@rel-01", rehearsal=rehearsal), 60))
        assert "fleet 6 rollouts, 3 apps " in row
        assert len(row) == 60
