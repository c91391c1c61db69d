"""The main screen as text: every row as wide as the screen, nothing dropped that must never be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.readings import NoReading, Scope, Window
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Progress, Snapshot
from rollout_tui.tui.ink import BEHIND, blank, text_of
from rollout_tui.tui.symbols import SymbolSet, ascii_text, shown_in
from rollout_tui.tui.view.cause import cause
from rollout_tui.tui.view.frame import labelled
from rollout_tui.tui.view.ladder import phase_row
from rollout_tui.tui.view.next import next_rows
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.samples import android, incident, ios, snapshot, store_state
from tests.unit.domain.builders import ANDROID, CRASH, HOUR, NOW, play, reading

SIZES = [(120, 40), (200, 60), (160, 40), (160, 24), (100, 30), (100, 28), (80, 24), (79, 23), (60, 16)]


def screen(shown: Snapshot, width: int = 120, height: int = 40, pane: int = 0, **more: object) -> list[str]:
    scene = Scene(shown, NOW, Focus(pane), who="jkim@rel-01", **more)  # type: ignore[arg-type]  # Scene's own names
    return [text_of(row) for row in screen_rows(scene, width, height, blank(width))]


@pytest.mark.parametrize("size", [*SIZES, (52, 12), (20, 5)])
@pytest.mark.parametrize("shown", [snapshot(), incident(), snapshot(android()), snapshot(ios())])
def test_every_row_is_exactly_as_wide_as_the_screen(size: tuple[int, int], shown: Snapshot) -> None:
    rows = screen(shown, *size)
    assert len(rows) == size[1]
    assert {cell_len(row) for row in rows} == {size[0]}


@pytest.mark.parametrize("size", SIZES)
def test_what_is_never_dropped_stands_on_every_size(size: tuple[int, int]) -> None:
    text = "\n".join(screen(incident(), *size))
    for needed in ("NEXT", "WRITE", "CRITICAL", "UNKNOWN", "RUNNING", "50 %", "Crash rate", "Connect failures"):
        assert needed in text
    for needed in ("Connection time", "Session duration", "2.41 %", "FAIL", "PASS", "NOT YET", "Maintainer sign-off"):
        assert needed in text


def test_a_source_that_answers_another_window_takes_the_hour_out_of_the_title() -> None:
    def title(reading_of_two_hours: bool) -> str:
        shown = android()
        first = shown.metrics[0]
        assert first.reading is not None
        wide = replace(first.reading, window=Window(NOW - 112 * 60, NOW))
        first = replace(first, reading=wide if reading_of_two_hours else first.reading)
        rows = screen(snapshot(replace(shown, metrics=(first, *shown.metrics[1:])), ios()))
        return next(row for row in rows if row.startswith(" METRICS"))

    assert title(reading_of_two_hours=False).startswith(" METRICS last 60 min ·")
    assert title(reading_of_two_hours=True).startswith(" METRICS last window ·")


def test_a_value_that_is_late_by_design_says_when_its_data_ends_and_of_whom_it_speaks() -> None:
    of_users = replace(CRASH, label="Crashing users", population=Population.USERS)
    plan = replace(ANDROID, metrics=(of_users, *ANDROID.metrics[1:]))
    for ended, told in ((NOW - 4 * HOUR, "as of 10:32"), (NOW - 34 * HOUR, "as of Tue 10 Mar 04:32")):
        recent = {of_users.id: reading(of_users, Bare(0.003), as_of=ended)}
        shown = snapshot(android(plan=plan, recent=recent, stale_after={of_users.id: 72 * HOUR}), ios())
        rows = [row.partition("│")[0] for row in screen(shown)]
        at = next(number for number, row in enumerate(rows) if "Crashing users" in row)
        assert "share of users" in rows[at + 2]
        assert told in rows[at + 3]
        assert "OK" in rows[at + 1]


def test_the_quiet_screen_says_what_the_picture_says() -> None:
    rows = screen(snapshot())
    assert rows[0].startswith(" acme-connect 4.2.0")
    assert rows[0].rstrip().endswith("14:32:07 UTC")
    assert rows[1].startswith(" ◆ NEXT  Nothing to do now. Android may go to 100 % in 17 h at the earliest")
    assert "iOS goes to 10 % by itself in 9 h 12 min." in rows[2]
    assert rows[3].startswith("▌ANDROID  build 4201")
    assert "3 of 6 gates hold" in rows[3]
    assert rows[5].startswith(" ► Closed testing         50 %  31 of 48 h ━━━━╌╌ 17 h left│ ✓ App Review")
    assert rows[8].startswith(" ► RUNNING   50 % 31 h ago  50 % 12 s ago  43 % 14 min ago ")
    assert "Crash rate              alert 1 % ⡀⡀" in rows[10]
    assert rows[11].startswith("▌0.29 %   ● OK        target 0.5 % ⡀ ⡀")
    assert rows[12].startswith("▌0.13–0.55 %  n 7,930 ")
    assert rows[3].rstrip().endswith("iOS  build 87                     ● OK · 5 of 5 gates hold")
    assert rows[26].startswith(" GATES since phase start, 31 h ────── FAIL ──┬── PASS ─────│")
    assert rows[27].startswith(" ✓ PASS      Crash-free ≥ 99.5 %  99.69 % ╌╌╌┼━━━ proven   │")
    assert rows[28].startswith(" ~ UNDECIDED Connect fail ≤ 1 %    0.93 % ╌╌╌┼━━╌ in 4–19 h│")
    assert rows[30].rstrip().endswith("✓ PASS      No critical bugs      0 open read 3 min ago")
    assert rows[31].startswith(" ○ NOT YET   48 h in this phase      31 h ━━━━━╌╌ 17 h     │ ✓ PASS      TestFlight")
    assert rows[34].startswith(" 14:31:38  android  ◆ Connect failures left the target: 1.12 % of 8,840 (target < 1 %)")
    assert rows[36].startswith(" 12:44:19  ios      ● Gate Connect fail ≤ 1 %: UNDECIDED to PASS")


MOCKUPS = Path(__file__).parents[3] / "shared" / "mockups"
CHART = re.compile("[\u2800-\u28ff⠀ ]+")


@pytest.mark.parametrize(
    ("picture", "shown", "size", "rows"),
    [
        (
            "01-main-120x40.txt",
            snapshot(),
            (120, 40),
            (4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 18, 25, 26, 27, 29, 32, 34, 35, 36),
        ),
        ("02-main-80x24.txt", snapshot(), (80, 24), (1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 21)),
        ("05-incident-120x40.txt", incident(), (120, 40), (3, 4, 5, 7, 10, 11, 12, 14, 16, 26, 27, 29)),
        ("05c-incident-60x16.txt", incident(), (60, 16), (2, 9, 11, 13, 14)),
    ],
)
def test_rows_whose_wording_is_settled_read_as_in_the_pictures(
    picture: str, shown: Snapshot, size: tuple[int, int], rows: tuple[int, ...]
) -> None:
    path = MOCKUPS / picture
    if not path.exists():
        pytest.skip("the pictures of the screens are not beside this checkout")
    wanted = path.read_text(encoding="utf-8").splitlines()
    drawn = screen(shown, *size)
    for row in rows:
        plain = [CHART.sub(" ", text.replace("│", " │ ")).split("│") for text in (wanted[row], drawn[row])]
        assert [part.strip() for part in plain[1]] == [part.strip() for part in plain[0]], f"row {row} of {picture}"


def test_the_incident_says_pause_first_and_what_nobody_knows() -> None:
    rows = screen(incident())
    assert rows[1].startswith(" ■ NEXT  Pause Android: press p, then y.")
    assert (
        "Crash rate 2.41 % (241 of 10,002), proven over 0.5 %. Then iOS: gate No critical bugs fails: press" in rows[2]
    )
    text = "\n".join(rows)
    assert "was 0.30 % at 13:50" in text
    assert "STALE, 26 min old" in text
    assert "Sentry: HTTP 503" in text
    assert "?" in "".join(row[94:118] for row in rows[10:26]), "buckets after the last reading are marked"


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16), (52, 12)])
def test_where_another_pane_has_the_focus_next_leads_there_before_a_key_that_acts(size: tuple[int, int]) -> None:
    here, elsewhere = (screen(incident(), *size, pane=pane)[1] for pane in (0, 1))
    assert "press p, then y" in here
    assert "press 1, then p, then y" in elsewhere, "p pauses what has the focus, which is iOS"


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16), (52, 12)])
def test_read_only_next_names_no_key_that_does_nothing_there(size: tuple[int, int]) -> None:
    row = screen(incident(), *size, read_only=True)[1]
    assert "NEXT  Pause Android" in row
    assert "press" not in row


@pytest.mark.parametrize("pane", [0, 1])
def test_where_charts_do_not_fit_it_is_marked_which_platform_a_key_acts_on(pane: int) -> None:
    marked = [row.startswith("▌") for row in screen(incident(), 52, 12, pane)[3:5]]
    assert marked == [pane == 0, pane == 1]


def test_on_a_page_of_another_platform_next_leads_back_first() -> None:
    told = text_of(next_rows(Scene(incident(), NOW, Focus(1)), 120, 2, "esc, ")[0])
    assert "Pause Android: press esc, 1, then p, then y." in told


def test_what_the_other_platform_needs_names_the_way_there_too() -> None:
    then = "Then iOS: pause iOS: press p, then y."
    advice = replace(incident().recommendation, detail=f"Why. {then}", brief_detail=f"Why. {then}", then=then)
    shown = replace(incident(), recommendation=advice)
    here, there = (text_of(next_rows(Scene(shown, NOW, Focus(pane)), 120, 2)[1]).strip() for pane in (0, 1))
    assert here == "Why. Then iOS: pause iOS: press 2, then p, then y."
    assert there == f"Why. {then}", "iOS has the focus"


@pytest.mark.parametrize(
    ("width", "end"),
    [
        (119, "proven over 0.5 %. Then iOS: gate No critical bugs fails: press 2, then i."),
        (104, "proven over 0.5 %. Then iOS: gate No critical bugs fails."),
        (100, "proven over 0.5 %. Then iOS: gate No critical bugs…"),
        (80, "proven over 0.5 %. Then iOS: gate…"),
        (62, "(241 of 10,002), proven… Then iOS."),
    ],
)
def test_that_the_other_platform_needs_something_is_never_left_out_for_want_of_room(width: int, end: str) -> None:
    told = text_of(next_rows(Scene(incident(), NOW), width, 2)[1])
    assert told.rstrip().endswith(end)
    assert len(told) == width


def test_at_80_columns_two_silent_platforms_are_both_told() -> None:
    said = 'Prometheus has no series for build 4201: app_crashed_sessions_total{platform="android",build="4201"}'
    none = {metric.id: NoReading(metric.id, Scope.RECENT, "4201", said, NOW, "p") for metric in ANDROID.metrics}
    blind = android(recent=none, phase=none)
    shown = snapshot(blind, replace(blind, plan=replace(blind.plan, platform=Platform.IOS, label="iOS")))
    rows = [text_of(row).strip() for row in next_rows(Scene(shown, NOW), 80, 2)]
    assert rows[0].endswith("NEXT  Android has no data: press u, or run rollout-tui doctor.")
    assert rows[1] == "Prometheus has no series for build 4201. Then iOS: has no data."


@pytest.mark.parametrize(
    ("width", "end"), [(120, "Then 安卓: gate No critical bugs fails."), (40, "Then 安卓: gate No critical…")]
)
def test_what_the_other_platform_needs_is_measured_in_cells_and_begins_the_row_where_nothing_else_is_said(
    width: int, end: str
) -> None:
    then = "Then 安卓: gate No critical bugs fails."
    advice = replace(incident().recommendation, detail=then, brief_detail=then, then=then)
    told = text_of(next_rows(Scene(replace(incident(), recommendation=advice), NOW), width, 2)[1]).replace(BEHIND, "")
    assert cell_len(told) == width
    assert told.strip() == end
    assert not told[9].isspace()


@pytest.mark.parametrize(("width", "size"), [(100, "100x30"), (120, "120x40"), (200, "200x60")])
def test_names_of_phases_have_the_cells_that_their_share_leaves(width: int, size: str) -> None:
    rows = screen(snapshot(), *(int(number) for number in size.split("x")))
    text = "\n".join(rows)
    assert {len(row) for row in rows} == {width}
    for name in ("Internal testing", "Closed testing", "TestFlight", "App Review", "App Store phased"):
        assert name in text


@pytest.mark.parametrize("width", [48, 58, 72])
def test_a_review_whose_length_nobody_saw_says_so_and_no_text_runs_into_its_bar(width: int) -> None:
    rollout = ios()
    review = next(one for one in rollout.phases if one.phase.kind is PhaseKind.REVIEW)
    row = text_of(phase_row(Scene(snapshot(rollout), NOW), rollout, replace(review, elapsed=None), width))
    assert " took ? " in row
    to_come = replace(review, elapsed=None, progress=Progress.TO_COME)
    assert " Apple's time " in text_of(phase_row(Scene(snapshot(rollout), NOW), rollout, to_come, width))


def test_a_long_word_of_a_store_stays_whole_before_its_value() -> None:
    rows = [text_of(row) for row in labelled(70, "phasedReleaseState", "ACTIVE → PAUSED")]
    assert [row.rstrip() for row in rows] == ["phasedReleaseState ACTIVE → PAUSED"]
    assert text_of(labelled(70, "state", "x")[0]).startswith("state         x")
    assert all(len(text_of(row)) == 30 for row in labelled(30, "aVeryLongWordOfSomeStore", "long " * 12))


def test_a_window_that_is_too_small_says_so_and_that_pausing_works() -> None:
    text = "\n".join(screen(snapshot(), 52, 12))
    assert "This window is 52x12. Charts and gates need 60x16." in text
    assert "Pause works at any size." in text
    assert "RUNNING 50 %" in text


@pytest.mark.parametrize("width", [24, 29, 30, 40, 52, 59, 60, 80, 120])
@pytest.mark.parametrize(("read_only", "mode"), [(False, " WRITE "), (True, "READ-ONLY")])
def test_the_mode_and_the_mark_of_a_rehearsal_stand_at_every_width(width: int, read_only: bool, mode: str) -> None:
    rows = screen(snapshot(), width, 15, read_only=read_only, rehearsal="crash-spike 60x")
    assert mode in rows[0]
    assert "REH 60x" in rows[0] or "REHEARSAL 60x" in rows[0]
    assert len(rows[0]) == width
    assert ("14:32:07" in rows[0]) == (width >= 30)


def test_eighty_columns_show_one_pane_and_both_headlines() -> None:
    rows = screen(snapshot(), 80, 24)
    assert rows[3].startswith("▌ANDROID ► RUNNING 50 %")
    assert "iOS ► RUNNING 5 %" in rows[3]
    assert rows[7].startswith(" ► RUNNING  requested 50 % 31 h  committed 50 % 12 s  observed 43 % 14 min")
    assert "App Store phased" in "\n".join(screen(snapshot(), 80, 24, pane=1))


def test_states_of_a_pane_that_is_not_all_known() -> None:
    unread = snapshot(store_state(android(state=None, states=()), None, reading_since=NOW - 3), ios())
    assert "First read of Google Play under way, 3 s" in "\n".join(screen(unread))
    denied = android(state_problem="Google Play: 403 insufficient permission", state_failing_since=NOW - 360)
    text = "\n".join(screen(snapshot(denied, ios())))
    assert "not read for 6 min; last RUNNING 50 % at 14:31" in text
    assert "403 insufficient permission" in text
    paused = android(state=play("0.5", NOW - 9, StateWord.PAUSED, "halted"))
    assert "‖ PAUSED" in "\n".join(screen(snapshot(paused, ios())))


def test_text_from_outside_is_plain_and_breaks_no_row() -> None:
    nasty = "\x1b[31m[bold]x[/bold]\u202e漢字\u200b " + "y" * 10_000
    event = Event(NOW, EventKind.PROGRAM, nasty, Platform.ANDROID, Severity.INFO)
    hostile = android(state_problem=nasty)
    shown = replace(snapshot(hostile, ios(), events=(event,)), plan=replace(snapshot().plan, app=nasty))
    for size in SIZES:
        rows = screen(shown, *size)
        assert {cell_len(shown_in(SymbolSet.UNICODE, row)) for row in rows} == {size[0]}
        assert "\x1b" not in "".join(rows)
        assert "\u202e" not in "".join(rows)
    assert "[bold]" in "\n".join(screen(shown)), "markup is shown as it was written"


def test_in_ascii_every_row_keeps_its_width_and_every_state_its_word() -> None:
    rows = [ascii_text(row) for row in screen(incident(), ascii_only=True)]
    assert all(row.isascii() and len(row) == 120 for row in rows)
    text = "\n".join(rows)
    for needed in ("# CRITICAL", "x FAIL", "? UNKNOWN", "> RUNNING", ">=99.5 %", "*"):
        assert needed in text


def test_no_word_is_shown_that_promises_more_than_evidence_can() -> None:
    text = "\n".join(screen(incident()) + screen(snapshot())).lower()
    for word in ("significant", "p-value", "should be fine", "rolled back", "likely"):
        assert word not in text


@pytest.mark.parametrize(
    ("room", "told"),
    [(33, "no series for build 4201"), (22, "no series"), (80, "Prometheus has no series for build 4201: app_crashed")],
)
def test_the_cause_of_silence_is_not_cut_for_the_expression_that_was_asked(room: int, told: str) -> None:
    whole = 'Prometheus has no series for build 4201: app_crashed_sessions_total{platform="android",build="4201"}'
    assert cause(whole if room < 80 else told, room) == told
    assert (
        cause('Prometheus has had nothing for 3 h of app_crashed_sessions_total{build="4201"}', 22) == "nothing for 3 h"
    )
    assert cause("history is being read", 22) == "history is being read"


def test_a_cause_of_wide_letters_is_measured_in_cells() -> None:
    assert cause("探针服务: HTTP 503", 20) == "探针服务: HTTP 503"
    assert cause("探针服务: HTTP 503", 16) == "HTTP 503"
