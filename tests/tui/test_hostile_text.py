"""Text from outside stays plain and never breaks a row, whatever is in it and wherever it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from rollout_tui.domain.actions import ActionKind, Change, Expectation, FieldChange, Obstacle, Proposal
from rollout_tui.domain.cells import cells
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Requested, Snapshot
from rollout_tui.domain.verdicts import Bug, BugCount
from rollout_tui.domain.words import middle_cut, plain_text
from rollout_tui.tui.actions import ACTIONS
from rollout_tui.tui.ink import Pen, Row, blank, outside, text_of, wrapped
from rollout_tui.tui.symbols import SymbolSet, ascii_text, shown_in
from rollout_tui.tui.view.dialogs import DialogState, dialog_rows
from rollout_tui.tui.view.footer import Remark, footer_row
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import android, ios, snapshot, store_state
from tests.unit.domain.builders import NOW, play

NASTY = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "[bold red]loud[/bold red] [/] [link=x]",
    "漢字かな交じり文",
    "e\u0301\u200b\u200d\ufe0f\u202egnp.exe\u2066",
    "👩\u200d👩\u200d👧 🇩🇪 ☎\ufe0f",
    "\u0e19\u0e49\u0e33 \u1100\u1161\u11a8 \u0903",
    "tab\tline\nreturn\r\x00\x7f\x9b31m",
    "y" * 10_000,
    "",
)
SIZES = ((200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (50, 12), (12, 4))

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=200))


def everywhere(text: str) -> Snapshot:
    """The text in every place that somebody outside can write to."""
    bug = BugCount(2, NOW - 60, text, (Bug(text, text, text), Bug(text, text)))
    strange = replace(play("0.5", NOW - 9), status=text, version=text, notes=(text,))
    first = android(
        state=strange,
        state_problem=text or None,
        state_hint=text,
        requested=Requested(text, NOW - 60, text),
        changed_elsewhere=text or None,
        bugs=dict.fromkeys(BugScope, bug),
    )
    named = replace(
        first,
        plan=replace(first.plan, label=text, build=text),
        phases=tuple(replace(p, phase=replace(p.phase, label=text)) for p in first.phases),
        gates=tuple(replace(g, reason=text, gate=replace(g.gate, label=text)) for g in first.gates),
        metrics=tuple(replace(m, problem=text or None, metric=replace(m.metric, label=text)) for m in first.metrics),
        store=replace(first.store, name=text),
    )
    quiet = snapshot()
    advice = replace(quiet.recommendation, headline=text, detail=text, brief_headline=text, brief_detail=text)
    events = (
        Event(NOW, EventKind.PROGRAM, text, Platform.ANDROID, Severity.INFO),
        Event(NOW, EventKind.PROGRAM, text, None, Severity.CRITICAL),
    )
    plan = replace(quiet.plan, app=text, version=text)
    return Snapshot(NOW, plan, (named, ios()), events, advice, NOW - 1, alarm=text or None)


def assert_whole(rows: list[Row], width: int) -> None:
    for row in rows:
        text = text_of(row)
        written = shown_in(SymbolSet.UNICODE, text)
        assert cell_len(written) == len(text) == width
        assert sum(map(wcwidth, written)) == width
        assert all(wcwidth(character) in (1, 2) for character in written), repr(written)
        assert len(ascii_text(text)) == width


@settings(max_examples=60, deadline=None)
@given(texts)
def test_every_row_of_every_size_keeps_its_width_and_holds_no_character_without_a_cell(text: str) -> None:
    shown = everywhere(text)
    for width, height in SIZES:
        for pane in (0, 1):
            scene = Scene(shown, NOW, Focus(pane), who=text)
            rows = screen_rows(scene, width, height, blank(width))
            assert len(rows) == height
            assert_whole(rows, width)


def proposal(text: str, *, possible: bool) -> Proposal:
    asked = FakeDesk(everywhere(text)).propose(Platform.ANDROID, ActionKind.PROMOTE)
    change = Change(text, text, (FieldChange(text, text, text),), (text, text), text, Expectation(), irreversible=True)
    against = () if possible else (Obstacle(text, text), Obstacle(text, text))
    return replace(asked, title=text, change=change, because=text, obstacles=against, typed=None)


@settings(max_examples=60, deadline=None)
@given(texts, st.booleans())
def test_every_row_of_a_dialog_keeps_its_width(text: str, possible: bool) -> None:
    scene = Scene(everywhere(text), NOW, who=text)
    for width, height in ((86, 40), (76, 24), (56, 16), (50, 12), (20, 8)):
        state = DialogState(typed=text, changed=text, refused=text)
        rows = dialog_rows(scene, proposal(text, possible=possible), state, width, height)
        assert len(rows) <= height
        assert_whole(rows, width)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16), (50, 12)])
def test_buttons_are_never_pushed_out_of_a_dialog(size: tuple[int, int]) -> None:
    long = "word " * 2000
    rows = dialog_rows(Scene(everywhere(long), NOW), proposal(long, possible=True), DialogState(), size[0] - 4, size[1])
    text = "\n".join(text_of(row) for row in rows)
    assert "Cancel" in text
    assert "esc cancel" in text


@given(texts, st.booleans(), st.integers(1, 130))
def test_the_footer_keeps_its_width(text: str, brief: bool, width: int) -> None:
    assert_whole([footer_row(ACTIONS, {"resume"}, Remark(text, "warn", brief), width)], width)


@given(st.text(max_size=300), st.integers(1, 60))
def test_wrapped_lines_are_no_wider_than_asked_and_lose_no_word(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(0 < cells(line) <= width or width == 1 for line in lines)
    whole = [word for word in text.split() if cells(word) <= width]
    assert [word for line in lines for word in line.split() if word in whole][: len(whole)] == whole


@given(texts, st.integers(1, 80), st.integers(-5, 90))
def test_a_pen_writes_no_cell_outside_its_row(text: str, width: int, x: int) -> None:
    pen = Pen(width)
    pen.put(x, text)
    pen.right(x, text)
    assert_whole([pen.row()], width)


@given(texts, st.integers(1, 80))
def test_text_from_outside_is_cut_to_the_width(text: str, width: int) -> None:
    assert cells(outside(text, width)) <= width


@given(texts, texts, st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
@example("漢字かな交じり文", "漢字かな交じり文", 17, 1, 0)
def test_half_of_a_wide_character_never_stays(first: str, second: str, width: int, x: int, y: int) -> None:
    pen = Pen(width)
    pen.put(x, first)
    pen.put(y, second)
    assert_whole([pen.row()], width)


def test_letters_of_every_script_are_shown() -> None:
    pen = Pen(40)
    end = pen.put(0, "クラッシュ: 전체 한국어 à e\u0301 👩")
    written = shown_in(SymbolSet.UNICODE, text_of(pen.row())).rstrip()
    assert written == "クラッシュ: 전체 한국어 à é 👩"
    assert cell_len(written) == end
    assert plain_text("…の-テスト", 8) == "…の-テ…"
    assert middle_cut("漢字かな交じり文", 9) == "漢字…り文"
    assert wrapped("漢字かな交じり文 abc", 6) == ["漢字か", "な交じ", "り文", "abc"]


def test_markup_is_shown_as_it_was_written() -> None:
    rows = screen_rows(Scene(everywhere("[bold red]x[/]"), NOW), 120, 40, blank(120))
    assert "[bold red]x[/]" in "\n".join(text_of(row) for row in rows)


def test_an_unread_store_with_a_hostile_message_still_says_what_is_known() -> None:
    state = play("0.5", NOW - 500)
    hostile = store_state(android(), state, problem="\x1b[2J" + "z" * 500, failing_since=NOW - 400)
    text = "\n".join(text_of(row) for row in screen_rows(Scene(snapshot(hostile, ios()), NOW), 120, 40, blank(120)))
    assert "not read for 6 min; last RUNNING 50 % at 14:23" in text
    assert "\x1b" not in text
