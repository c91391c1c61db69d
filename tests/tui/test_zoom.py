"""One metric, large: axes and lines, windows, the build before, marks, the cursor, and what is proven in words."""

from __future__ import annotations

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.evidence.finding import Latch
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.zoom import ZoomPage
from rollout_tui.tui.symbols import SymbolSet
from rollout_tui.tui.view.plot import Level, Plot, Trace, plot_rows
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, at_the_keyboard
from tests.tui.samples import incident, snapshot
from tests.tui.test_gates_view import with_finding
from tests.unit.domain.builders import CRASH_FREE_GATE, HOUR, NOW


async def drawn(hand: Hand) -> str:
    """What is shown once history was read and the chart can be drawn."""

    def whole() -> bool:
        page = hand.app.screen
        return not isinstance(page, ZoomPage) or (page._ready and page._reading is None)

    await hand.until(whole, "the chart")
    return "\n".join(hand.front())


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)])
async def test_every_row_is_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
        await hand.press("enter")
        rows = (await drawn(hand)).split("\n")
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]


async def test_lines_numbers_gate_and_words_stand_beside_the_curve() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("enter")
        text = await drawn(hand)
        for told in (
            "critical 2 %",
            "alert 1 %",
            "target 0.5 %",
            "241 of 10,002",
            "1.90–3.00 %",
            "✗ FAIL  Crash-free ≥ 99.5 %",
            "390 of 63,200",
            "In the last 60 min 241 of 10,002; the limit of 0.5 % allows about 50.",
            "at most 1 of 100 phases",
        ):
            assert told in text
        assert "significant" not in text


async def test_a_calm_metric_is_told_as_calm() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("enter")
        text = await drawn(hand)
        assert "Crash rate 0.29 %, inside its target (< 0.5 %)." in text
        assert "over the limit" not in text


async def test_a_fail_of_a_part_of_the_phase_says_which_counts_proved_it_and_shows_no_evidence_for_a_pass() -> None:
    rollout = with_finding(
        CRASH_FREE_GATE, Verdict.FAIL, since=NOW - 1927, failed=Latch(NOW - 60, 4.9), log_fail=90.0, log_pass=90.0
    )
    async with at_the_keyboard(FakeDesk(snapshot(rollout))) as hand:
        await hand.press("enter")
        text = await drawn(hand)
        assert "for FAIL  more than 1,000,000:1" in text
        assert "by those since 14:00" in text
        assert "decided   at 14:31, it stays" in text
        assert "for PASS" not in text
        assert "crash rate proven over 0.5 % at 14:31 by the sessions since 14:00" in " ".join(text.split())


async def test_a_window_is_chosen_with_brackets_and_asks_history_for_buckets_of_its_width() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("enter")
        assert "window 12 h" in await drawn(hand)
        await hand.press(*["right_square_bracket"] * 9)
        assert "window whole rollout" in await drawn(hand)
        _, end, step, count = desk.past.close_ups[-1]
        assert end - step * count == pytest.approx(NOW - 88 * HOUR, abs=2 * step)
        await hand.press(*["left_square_bracket"] * 9)
        assert "window 1 h" in await drawn(hand)
        assert desk.past.close_ups[-1][2] == 120.0  # two polls a bucket at the least


async def test_the_cursor_reads_values_and_holes() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("enter", "left_square_bracket", "left_square_bracket")
        await drawn(hand)
        await hand.press("comma")
        assert "2.41 %" in (await drawn(hand)).split("\n")[4]
        await hand.press("comma")
        assert "0.30 %" in (await drawn(hand)).split("\n")[4]
        page = hand.app.screen
        assert isinstance(page, ZoomPage)
        assert page._close_up is not None
        await hand.press(*["comma"] * (len(page._close_up.values) // 2 - 2))
        assert "no data" in (await drawn(hand)).split("\n")[4]


async def test_the_build_before_is_drawn_as_a_ghost_and_named() -> None:
    desk = FakeDesk(snapshot())
    desk.past.ghost = (0.004,) * 400
    async with at_the_keyboard(desk) as hand:
        await hand.press("enter")
        assert "build 4130 at the same hour of its phase" in await drawn(hand)
        inks = {ink.colour for row in hand.app.screen.query_one(Surface).rows for _, ink in row}
        assert "ghost" in inks
        await hand.press("g")
        assert "build 4130" not in await drawn(hand)


async def test_what_happened_in_the_window_is_lettered_on_the_axis() -> None:
    desk = FakeDesk(snapshot())
    desk.past.stored = (
        Event(NOW - HOUR, EventKind.SEVERITY, "Alert line crossed", Platform.ANDROID, Severity.WARNING),
        Event(NOW - 6 * HOUR, EventKind.ACTION, "mara promoted", Platform.ANDROID),
    )
    async with at_the_keyboard(desk) as hand:
        await hand.press("enter")
        rows = (await drawn(hand)).split("\n")
        axis = next(row for row in rows if "└" in row)
        assert 0 < axis.index("A") < axis.index("B")
        assert any(row.startswith(" A ") and "mara promoted" in row for row in rows)
        assert any(row.startswith(" B ") and "▲ Alert line crossed" in row for row in rows)


async def test_letters_of_what_happened_close_together_have_cells_of_their_own() -> None:
    desk = FakeDesk(snapshot())
    desk.past.stored = tuple(
        Event(NOW - minutes * 60.0, EventKind.SEVERITY, f"Turn {minutes}", Platform.ANDROID, Severity.INFO)
        for minutes in (0, 1, 2, 3, 300)
    )
    async with at_the_keyboard(desk) as hand:
        await hand.press("enter")
        axis = next(row for row in (await drawn(hand)).split("\n") if "└" in row)
        assert "BCDE" in axis
        assert 0 < axis.index("A") < axis.index("B") - 20


async def test_words_end_with_a_whole_sentence() -> None:
    for size in ((120, 40), (100, 30), (80, 24)):
        async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
            await hand.press("enter")
            rows = (await drawn(hand)).split("\n")
            begin = next(y for y, row in enumerate(rows) if row.startswith(" IN WORDS"))
            told = [row.strip() for row in rows[begin + 1 : -1] if row.strip()]
            assert told[-1].endswith((".", "…")), size


async def test_other_metrics_and_the_other_platform_are_one_key_away() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("enter", "right")
        assert "ANDROID  Connect failures" in await drawn(hand)
        await hand.press("tab")
        assert "iOS  Connect failures" in await drawn(hand)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)
        assert hand.app._main.focused_platform is Platform.IOS


async def test_a_focused_gate_opens_its_metric() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press(*["down"] * 6, "enter")
        assert "ANDROID  Connection time" in await drawn(hand)


async def test_a_metric_without_data_says_so_and_draws_what_was_known() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("enter", "tab")
        text = await drawn(hand)
        assert "? UNKNOWN" in text
        assert "Crash rate is not known now: Sentry: HTTP 503" in text


def test_a_curve_breaks_where_a_bucket_is_missing_and_has_the_colours_of_its_bands() -> None:
    xs = [float(x) for x in range(40)]
    ys = [None if 15 <= x < 25 else 1.0 for x in range(40)]
    colours = ["ok"] * 20 + ["crit"] * 20
    rows = plot_rows(Plot((0, 40), (0, 3), [], [(0, "0")], traces=[Trace(xs, ys, colours)]), 42, 10)
    drawn_cells = [(x, ink.colour) for row in rows for x, ink in _braille(row)]
    assert {colour for _, colour in drawn_cells} == {"ok", "crit"}
    hole = [x for x, _ in drawn_cells if 19 <= x <= 24]
    assert hole == []


def test_lines_labels_and_plain_signs_are_drawn_in_ascii() -> None:
    plot = Plot((0, 40), (0, 3), [(20, "12:00")], [(0, "0")], levels=[Level(1, "alert 1 %", "aline")])
    text = "\n".join(text_of(row) for row in plot_rows(plot, 42, 10, ascii_only=True))
    assert "alert 1 %" in text
    assert "12:00" in text


async def test_no_colours_and_ascii_show_the_same_words() -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=(100, 30), look=Look(symbols=SymbolSet.ASCII)) as hand:
        await hand.press("enter")
        assert "critical 2 %" in await drawn(hand)
        strips = [hand.app.screen.query_one(Surface).render_line(y) for y in range(30)]
        assert all(segment.text.isascii() for strip in strips for segment in strip)


def _braille(row):  # type: ignore[no-untyped-def]
    x = 0
    for text, ink in row:
        for character in text:
            if "\u2800" < character <= "\u28ff":
                yield x, ink
            x += 1
