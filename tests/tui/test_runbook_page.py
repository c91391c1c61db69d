"""The runbook on screen: ticked, taken back, done from here by the usual confirmation, written down as a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import Sees
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.runbook import RunbookPage
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, Wrist, app_on
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


async def seen(hand: Hand) -> list[str]:
    for _ in range(8):
        await hand.pilot.pause()
    return [text_of(row) for row in hand.app.screen.query_one(Surface).rows]


def line(rows: list[str], text: str) -> str:
    return next(row for row in rows if text in row)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)])
async def test_every_row_is_as_wide_as_the_screen(wrist: Wrist, size: tuple[int, int]) -> None:
    app = app_on(FakeDesk(incident()), wrist)
    async with app.run_test(size=size) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        rows = await seen(hand)
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]


async def test_enter_opens_the_confirmation_of_a_steps_action_and_performs_nothing(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        await seen(hand)
        await hand.press("enter")
        assert isinstance(app.screen, ConfirmDialog)
        await hand.press("enter")
        assert isinstance(app.screen, RunbookPage)
        assert desk.performed == []
        await hand.press("enter", "y")
        assert [proposal.kind for proposal in desk.performed] == [ActionKind.PAUSE]
        assert isinstance(app.screen, RunbookPage)


async def test_what_the_store_shows_ticks_itself_and_cannot_be_taken_back(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    desk.runbooks.seen = {Sees.PAUSED: NOW - 60}
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        rows = await seen(hand)
        assert "[✓] The store says halted" in line(rows, "The store says")
        assert "14:31:07 seen" in line(rows, "The store says")
        await hand.press("space")
        assert "cannot be taken back" in (await seen(hand))[-1]
        assert desk.runbooks.ticks == []


async def test_a_tick_has_a_name_and_a_time_and_can_be_taken_back(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        await seen(hand)
        await hand.press("down", "down", "space")
        assert "[✓] The team is told" in line(await seen(hand), "The team is told")
        assert "14:32:07 jkim" in line(await seen(hand), "The team is told")
        await hand.press("space")
        assert "[ ] The team is told" in line(await seen(hand), "The team is told")
        assert [tick.taken_back for tick in desk.runbooks.ticks] == [False, True]


async def test_an_owner_is_asked_for_by_name_and_letters_act_on_nothing(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        await seen(hand)
        await hand.press(*["down"] * 4, "space", "enter")
        assert "not ticked: who owns it is asked for" in (await seen(hand))[-1]
        await hand.press("space", *"pony", "enter")
        assert "An owner is named: pony" in "\n".join(await seen(hand))
        assert isinstance(app.screen, RunbookPage)
        assert desk.performed == []


async def test_what_cannot_be_kept_is_told_and_not_ticked(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    desk.runbooks.refused = "It cannot be kept: disk full"
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        await seen(hand)
        await hand.press("down", "down", "space")
        rows = await seen(hand)
        assert "[ ] The team is told" in line(rows, "The team is told")
        assert "disk full" in rows[-1]


async def test_removal_from_sale_is_a_step_of_its_own_on_ios_and_asks_twice(wrist: Wrist) -> None:
    desk = FakeDesk(incident())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        assert "remove it from sale" not in "\n".join(await seen(hand))
        await hand.press("tab", *["down"] * 20)
        rows = await seen(hand)
        assert "only if needed" in line(rows, "remove it from sale")
        await hand.press("enter")
        assert isinstance(app.screen, ConfirmDialog)
        assert app.screen.proposal.kind is ActionKind.REMOVE
        assert desk.performed == []


async def test_the_page_is_written_as_a_report_and_never_over_a_file(
    wrist: Wrist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = FakeDesk(incident())
    desk.past.stored = (
        Event(
            NOW - 60,
            EventKind.SOURCE,
            "GitHub: #2214 “Crash [x](http://evil) @acme/team &amp;” opened",
            Platform.ANDROID,
        ),
        Event(NOW - 120, EventKind.ACTION, "Pause by jkim@rel-01", Platform.ANDROID, who="jkim"),
    )
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b")
        await seen(hand)
        await hand.press("x")
        for _ in range(100):
            if list(tmp_path.glob("incident-*.md")):
                break
            await seen(hand)
        (report,) = tmp_path.glob("incident-*.md")
        text = report.read_text(encoding="utf-8")
        assert text.startswith("# Incident: acme-connect 4.2.0, Android build 4201")
        assert "- CRITICAL: Crash rate 2.41 %" in text
        assert "[ ] The store says halted" in text
        assert "@&#8203;acme/team" in text, "nobody is called where it is pasted"
        assert text.index("Pause by jkim@rel-01") < text.index("Crash \\[x\\](http://evil)")
        await hand.press("x")
        assert "not written, File exists:" in (await seen(hand))[-1]


async def test_the_text_for_the_team_is_copied(wrist: Wrist, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(RolloutApp, "copy_to_clipboard", lambda _, text: copied.append(text))
    app = app_on(FakeDesk(incident()), wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("b", "y")
        await seen(hand)
    (text,) = copied
    assert "acme-connect 4.2.0 on Android (build 4201): Google Play is inProgress" in text
    assert "Crash rate 2.41 %" in text
