"""The help of every screen is made from the table of keys and from the screen's own."""

from __future__ import annotations

import pytest

from rollout_tui.tui.actions import ACTIONS, BY_ID
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.screens.page import Page
from rollout_tui.tui.view.help import Subject, help_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import snapshot

PAGES = {"e": "EVENTS", "enter": "ZOOM", "i": "INVESTIGATE", "b": "RUNBOOK", "t": "TRAVEL"}


async def help_on(*keys: str) -> tuple[str, Page | None]:
    """The help as it reads, all of it, and the page that it was asked on."""
    async with at_the_keyboard(FakeDesk(snapshot()), size=(120, 60)) as hand:
        await hand.press(*keys)
        page = hand.app.screen
        await hand.press("question_mark")
        return hand.screen(), page if isinstance(page, Page) else None


async def test_the_main_screen_names_itself_and_every_key_of_the_table() -> None:
    text, _ = await help_on()
    assert "HELP: MAIN SCREEN" in text
    assert all(f" {action.shown} " in text for action in ACTIONS if action.told)


@pytest.mark.parametrize("key", PAGES)
async def test_a_page_shows_its_own_keys_first_and_no_key_that_means_something_on_the_main_screen_alone(
    key: str,
) -> None:
    text, page = await help_on(key)
    assert page is not None
    assert f"HELP: {PAGES[key]}" in text
    lines = [line.partition("│")[2][:50] for line in text.splitlines() if "│" in line]
    left = " ".join(" ".join(lines).split())
    own = [shown for shown in page.shown if shown.id not in BY_ID]
    places = [left.index(" ".join(f"{shown.shown} {shown.about}".split())) for shown in own]
    assert max(places) < left.index("ACT (asks first)")
    assert all(action.about not in left for action in ACTIONS if action.main_only)
    assert BY_ID["help"].about in left


@pytest.mark.parametrize("width", [80, 100, 120])
def test_how_a_needle_is_read_is_told_to_its_end(width: int) -> None:
    text = "\n".join(text_of(row) for row in help_rows(Subject({}, "MAIN SCREEN", ()), width, 90))
    assert "full to the left: FAIL, and it stays" in text


async def test_in_the_past_every_action_is_off_and_says_so() -> None:
    text, _ = await help_on("t")
    for name in ("Pause", "Resume", "Promote", "Override"):
        assert f"{name}: off, this is the past" in text
