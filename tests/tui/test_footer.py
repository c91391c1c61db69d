"""The footer: its keys come first, an outcome takes what they leave, a notice asks for no more than it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.actions import BY_ID, FOOTER
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.view.footer import NOTHING, Remark, footer_row
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW

KEYS = [BY_ID[name] for name in FOOTER]
ALL = "p Pause   r Resume   n Promote   o Override   tab Other pane   ? Help   q Quit"
ENDED = Outcome("1", Platform.ANDROID, ActionKind.PAUSE, Ending.DONE, "the store shows halted after 4 s.", NOW)


def footer(remark: Remark, width: int, off: tuple[str, ...] = ("resume", "promote")) -> str:
    return text_of(footer_row(KEYS, off, remark, width)).rstrip()


@pytest.mark.parametrize("width", [80, 90, 120, 200])
def test_an_outcome_takes_no_key_away(width: int) -> None:
    assert footer(Remark("pause done: " + "word " * 60, "ok"), width).startswith(f" {ALL}")


def test_an_outcome_is_cut_to_what_the_keys_leave_and_left_out_where_that_is_too_little() -> None:
    remark = Remark("pause done: the store shows it: halted since 14:32:07.", "ok")
    assert footer(remark, 120).endswith("   pause done: the store shows it: halt…")
    assert footer(remark, 90) == footer(NOTHING, 90) == f" {ALL}"


def test_a_notice_asks_keys_to_go_only_where_it_needs_their_place_and_never_from_the_left_half() -> None:
    long = Remark("word " * 40, "warn", brief=True)
    assert footer(Remark("one word", "warn", brief=True), 120).startswith(f" {ALL}   ")
    assert footer(long, 120).startswith(" p Pause   o Override   tab Other pane   ? Help   q Quit   word")
    assert footer(long, 80).startswith(" p Pause   o Override   ? Help   q Quit   word")


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
