"""The surface repaints what differs, and a tick of the clock is the clock alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import BEHIND, Ink, Pen, Row, text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.symbols import SymbolSet
from rollout_tui.tui.theme import Theme
from rollout_tui.tui.widgets.surface import Surface, changed_spans
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import incident, snapshot
from tests.unit.domain.builders import NOW

cells = st.tuples(st.sampled_from("ab "), st.sampled_from((Ink(), Ink("crit"), Ink(bold=True))))
rows = st.lists(cells, min_size=1, max_size=40)


def row(found: list[tuple[str, Ink]]) -> Row:
    return tuple(found)


def written(text: str, colour: str = "text") -> Row:
    pen = Pen(len(text))
    pen.put(0, text, colour)
    return pen.row()


@given(rows, rows)
def test_every_changed_cell_lies_in_a_span_and_no_span_begins_or_ends_with_an_unchanged_one(
    before: list[tuple[str, Ink]], after: list[tuple[str, Ink]]
) -> None:
    size = min(len(before), len(after))
    before, after = before[:size], after[:size]
    spans = list(changed_spans(row(before), row(after)))
    covered = {x for start, end in spans for x in range(start, end)}
    changed = {x for x in range(size) if before[x] != after[x]}
    assert changed <= covered
    assert {start for start, _ in spans} | {end - 1 for _, end in spans} <= changed
    assert all(first[1] < second[0] for first, second in pairwise(spans))


mixed = st.lists(st.sampled_from(("a", "b", " ", "漢", "字")), max_size=30).map("".join)


@given(mixed, mixed)
def test_no_span_begins_or_ends_within_a_wide_character(before: str, after: str) -> None:
    rows = []
    for text in (before, after):
        pen = Pen(40)
        pen.put(0, text)
        rows.append(pen.row())
    for start, end in changed_spans(*rows):
        for found in map(text_of, rows):
            assert found[start] != BEHIND
            assert found[end : end + 1] != BEHIND


def test_equal_rows_have_no_spans_however_their_runs_are_cut() -> None:
    ink = Ink()
    assert list(changed_spans((("abc", ink),), (("a", ink), ("bc", ink)))) == []


def test_a_change_of_colour_alone_is_a_change() -> None:
    assert list(changed_spans(written("RUNNING", "ok"), written("RUNNING", "mute"))) == [(0, 7)]


def test_near_changes_are_painted_together_and_far_ones_apart() -> None:
    assert list(changed_spans(written("a....b"), written("x....y"))) == [(0, 6)]
    assert list(changed_spans(written("a.........b"), written("x.........y"))) == [(0, 1), (10, 11)]


class Watched(Surface):
    """Remembers what it was asked to repaint."""

    def __init__(self) -> None:
        super().__init__(Theme.DARK)
        self.asked: list[tuple[Region, ...]] = []

    def refresh(self, *regions: Region, **how: bool) -> Watched:
        self.asked.append(regions)
        super().refresh(*regions, **how)
        return self


class Bench(App[None]):
    def compose(self) -> ComposeResult:
        yield Watched()


async def test_the_same_rows_again_repaint_nothing_and_one_word_repaints_itself() -> None:
    app = Bench()
    async with app.run_test(size=(20, 3)) as pilot:
        surface = app.query_one(Watched)
        picture = [written("Crash rate    0.29 %"), written("Connect fail  1.12 %"), written(" " * 20)]
        surface.show(picture)
        await pilot.pause()
        surface.asked.clear()
        surface.show(list(picture))
        assert surface.asked == []
        surface.show_row(1, written("Connect fail  1.13 %"))
        assert surface.asked == [(Region(17, 1, 1, 1),)]
        surface.show_row(7, written("beyond the last row "))
        assert len(surface.asked) == 1


async def test_a_tick_of_the_clock_changes_the_clock_and_nothing_else() -> None:
    desk = FakeDesk(snapshot())
    desk.clock.time = NOW - NOW % 5
    app = RolloutApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        surface = app.screen.query_one(Surface)
        for _ in range(4):
            before = list(surface.rows)
            desk.clock.time += 1
            app._main._tick()
            changed = [y for y, (old, new) in enumerate(zip(before, surface.rows, strict=True)) if old != new]
            assert changed == [0]
            spans = list(changed_spans(before[0], surface.rows[0]))
            clock = text_of(surface.rows[0]).index(":") - 2
            assert all(clock <= start and end <= clock + 8 for start, end in spans)


async def test_every_five_seconds_ages_move_and_titles_rules_and_footer_stay() -> None:
    desk = FakeDesk(snapshot())
    app = RolloutApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        surface = app.screen.query_one(Surface)
        before = [text_of(row) for row in surface.rows]
        desk.clock.time += 5
        app._main._tick()
        after = [text_of(row) for row in surface.rows]
        changed = {y for y in range(40) if before[y] != after[y]}
        assert changed == {0, 8, 9}, "the status line, the store's ages and the age of the readings"
        assert before[39] == after[39]


async def test_a_snapshot_that_is_equal_repaints_nothing() -> None:
    desk = FakeDesk(incident())
    app = RolloutApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        surface = app.screen.query_one(Surface)
        before = list(surface.rows)
        desk.publish(replace(desk.snapshot))
        assert list(surface.rows) == before


async def test_ascii_rows_are_drawn_in_ascii_and_as_wide_as_before() -> None:
    app = RolloutApp(FakeDesk(incident()), Look(theme=Theme.MONO, symbols=SymbolSet.ASCII))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        surface = app.screen.query_one(Surface)
        for y in range(40):
            strip = surface.render_line(y)
            assert strip.text.isascii()
            assert strip.cell_length == 120
            assert all(s.style is None or (s.style.color, s.style.bgcolor) == (None, None) for s in strip)
