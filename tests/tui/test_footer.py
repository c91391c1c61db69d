"""The footer: its keys come first, an outcome takes what they leave, a notice asks for no more than it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rollout_tui import tui
from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.actions import BY_ID, FOOTER
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.view.footer import NOTHING, Remark, footer_row
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW

KEYS = [BY_ID[name] for name in FOOTER]
ALL = "p Pause   r Resume   n Promote   o Override   tab Other pane   ? Help   q Quit"
ENDED = Outcome("1", Platform.ANDROID, ActionKind.PAUSE, Ending.DONE, "the store shows halted after 4 s.", NOW)


_TOLD = re.compile(r'(?:tell|remark)\(\s*"([^"]+)"')


class Never:
    """A timer that is never due."""

    def stop(self) -> None:
        """Nothing to call off."""


def footer(remark: Remark, width: int, off: tuple[str, ...] = ("resume", "promote")) -> str:
    return text_of(footer_row(KEYS, off, remark, width)).rstrip()


@pytest.mark.parametrize("width", [80, 90, 120, 200])
def test_an_outcome_takes_no_key_away(width: int) -> None:
    assert footer(Remark("pause done: " + "word " * 60, "ok"), width).startswith(f" {ALL}")


def test_an_outcome_is_cut_to_what_the_keys_leave_and_left_out_where_that_is_too_little() -> None:
    remark = Remark("pause done: the store shows it: halted since 14:32:07.", "ok")
    assert footer(remark, 120).endswith("   pause done: the store shows it: halt…")
    assert footer(remark, 90) == footer(NOTHING, 90) == f" {ALL}"


def test_a_notice_asks_keys_to_go_only_where_it_needs_their_place_but_not_those_that_always_stand() -> None:
    long = Remark("word " * 40, "warn", brief=True)
    assert footer(Remark("one word", "warn", brief=True), 120).startswith(f" {ALL}   ")
    assert footer(Remark("word " * 10, "warn", brief=True), 120).startswith(
        " p Pause   o Override   tab Other pane   ? Help"
    )
    for width in (80, 120):
        assert footer(long, width).startswith(" p Pause   ? Help   q Quit   word")


@pytest.mark.parametrize(
    ("keys", "size", "stands"),
    [
        ((), (120, 40), ALL),
        ((), (80, 24), ALL),
        (("b",), (120, 40), "x Report   p Pause   ? Help   esc Back"),
        (("e",), (120, 40), "t Travel there   x Export   p Pause   ? Help   esc Back"),
        (("t",), (120, 40), "g Go to time   space Play   ? Help   esc Now"),
        (("t",), (80, 24), "? Help   esc Now"),
    ],
)
async def test_after_an_action_every_footer_has_its_keys_again_once_the_notice_is_gone(
    keys: tuple[str, ...], size: tuple[int, int], stands: str
) -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
        await hand.press("p", "y", *keys)
        hand.app._notices._give_way()
        rows = await hand.settled()
        assert stands in rows[-1]


async def test_a_notice_of_what_was_done_outlives_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("e", "x", "escape")
        assert isinstance(hand.app.screen, MainScreen)
        assert " events in events-acme-connect-" in hand.front()[-1]


@pytest.mark.parametrize("width", [80, 120])
def test_every_notice_of_the_screens_is_told_whole_or_to_the_end_of_a_clause(width: int) -> None:
    notices = Notices(lambda: None, lambda: None, lambda _seconds, _call: Never())
    found = [text for path in Path(tui.__path__[0]).rglob("*.py") for text in _TOLD.findall(path.read_text())]
    assert len(found) > 15
    for text in found:
        notices.tell(text, "warn")
        assert "…" not in footer(notices.now(None), width), text


def test_a_notice_without_room_keeps_its_first_clauses() -> None:
    notices = Notices(lambda: None, lambda: None, lambda _seconds, _call: Never())
    notices.tell("pause acme-connect Android is under way; ctrl+z once the store shows it", "warn")
    assert footer(notices.now(None), 80).endswith("   pause acme-connect Android is under way")
    assert footer(notices.now(None), 120).endswith("; ctrl+z once the store shows it")
