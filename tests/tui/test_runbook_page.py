"""The runbook on screen: ticked, taken back, done from here by the usual confirmation, written down as a report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import Sees
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import BEHIND
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.runbook import RunbookPage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW


def line(rows: list[str], text: str) -> str:
    return next(row for row in rows if text in row)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)])
async def test_every_row_is_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
        await hand.press("b")
        rows = await hand.settled()
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]


async def test_enter_opens_the_confirmation_of_a_steps_action_and_performs_nothing() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press("enter")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("enter")
        assert isinstance(hand.app.screen, RunbookPage)
        assert desk.performed == []
        await hand.press("enter", "y")
        assert [proposal.kind for proposal in desk.performed] == [ActionKind.PAUSE]
        assert isinstance(hand.app.screen, RunbookPage)


async def test_what_the_store_shows_ticks_itself_and_cannot_be_taken_back() -> None:
    desk = FakeDesk(incident())
    desk.runbooks.seen = {Sees.PAUSED: NOW - 60}
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        rows = await hand.settled()
        assert "[✓] The store says halted" in line(rows, "The store says")
        assert "14:31:07 seen" in line(rows, "The store says")
        await hand.press("space")
        assert "cannot be taken back" in (await hand.settled())[-1]
        assert desk.runbooks.ticks == []


async def test_a_tick_has_a_name_and_a_time_and_can_be_taken_back() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press("down", "down", "space")
        assert "[✓] The team is told" in line(await hand.settled(), "The team is told")
        assert "14:32:07 jkim" in line(await hand.settled(), "The team is told")
        await hand.press("space")
        assert "[ ] The team is told" in line(await hand.settled(), "The team is told")
        assert [tick.taken_back for tick in desk.runbooks.ticks] == [False, True]


async def test_an_owner_is_asked_for_by_name_and_letters_act_on_nothing() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press(*["down"] * 4, "space", "enter")
        assert "not ticked: who owns it is asked for" in (await hand.settled())[-1]
        await hand.press("space", *"pony", "enter")
        assert "An owner is named: pony" in "\n".join(await hand.settled())
        assert isinstance(hand.app.screen, RunbookPage)
        assert desk.performed == []


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_w_writes_a_note_in_which_letters_are_text(size: tuple[int, int]) -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk, size=size) as hand:
        await hand.press("b", "w", *"qp rolled", "enter")
        rows = await hand.settled()
        assert desk.runbooks.notes == ["qp rolled"]
        assert "written into the timeline" in rows[-1]
        await hand.press("w", *"no", "escape", "w", *["w"] * 130)
        rows = await hand.settled()
        assert {len(row) for row in rows} == {size[0]}
        assert "www  " in rows[-2], "the end of a long text is seen, and the cursor"
        assert "enter writes it   esc leaves it" in rows[-2]
        await hand.press("escape", "w", "space", "enter")
        assert "the note is empty" in (await hand.settled())[-1]
        assert isinstance(hand.app.screen, RunbookPage)
    assert desk.runbooks.notes == ["qp rolled"]
    assert desk.runbooks.ticks == []
    assert desk.performed == []


async def test_a_note_that_cannot_be_written_says_so() -> None:
    desk = FakeDesk(incident())
    desk.runbooks.refused = "It cannot be kept: disk full"
    async with at_the_keyboard(desk) as hand:
        await hand.press("b", "w", *"asked", "enter")
        assert "disk full; w brings the text back" in (await hand.settled())[-1]
        await hand.press("p")
        assert isinstance(hand.app.screen, ConfirmDialog), "whoever goes on to pause is not typing"
        desk.runbooks.refused = ""
        await hand.press("escape", "w", *" x", "enter")
        await hand.settled()
        assert desk.runbooks.notes == ["asked x"]
        await hand.press("w", "y", "enter")
        await hand.settled()
        assert desk.runbooks.notes == ["asked x", "y"]


async def test_what_is_typed_beside_a_tick_is_not_lost_either() -> None:
    desk = FakeDesk(incident())
    desk.runbooks.refused = "It cannot be kept: disk full"
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press(*["down"] * 4, "space", *"mara", "enter")
        assert "disk full; space brings the text back" in (await hand.settled())[-1]
        desk.runbooks.refused = ""
        await hand.press("space", "enter")
        await hand.settled()
        assert [tick.note for tick in desk.runbooks.ticks] == ["mara"]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_a_long_note_of_wide_letters_ends_before_the_hint(size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
        await hand.press("b", "w", *["灰"] * 59, "度")
        rows = await hand.settled()
        field = next(row for row in rows if "enter writes it" in row)
        assert len(field) == size[0]
        assert f"度{BEHIND}   " in field, "the end of it and the cursor are seen"
        assert "Note: …" in field


@pytest.mark.parametrize(
    ("read_only", "size", "why"),
    [("started by jkim", (120, 40), "read-only: started by jkim"), (None, (59, 15), "too small to write")],
)
async def test_no_note_is_begun_where_it_cannot_be_kept_or_not_be_seen(
    read_only: str | None, size: tuple[int, int], why: str
) -> None:
    async with at_the_keyboard(FakeDesk(incident(), read_only), size=size) as hand:
        await hand.press("b", "w")
        assert why in (await hand.settled())[-1]
        await hand.press("question_mark")
        assert "HELP" in hand.screen()


async def test_what_cannot_be_kept_is_told_and_not_ticked() -> None:
    desk = FakeDesk(incident())
    desk.runbooks.refused = "It cannot be kept: disk full"
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press("down", "down", "space")
        rows = await hand.settled()
        assert "[ ] The team is told" in line(rows, "The team is told")
        assert "disk full" in rows[-1]


async def test_removal_from_sale_is_a_step_of_its_own_on_ios_and_asks_twice() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        assert "remove it from sale" not in "\n".join(await hand.settled())
        await hand.press("tab", *["down"] * 20)
        rows = await hand.settled()
        assert "only if needed" in line(rows, "remove it from sale")
        await hand.press("enter")
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert hand.app.screen.proposal.kind is ActionKind.REMOVE
        assert desk.performed == []


async def test_the_page_is_written_as_a_report_and_never_over_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    async with at_the_keyboard(desk) as hand:
        await hand.press("b")
        await hand.settled()
        await hand.press("x")
        await hand.until(lambda: "written: incident-" in hand.front()[-1], "the end of writing")
        (report,) = tmp_path.glob("incident-*.md")
        text = report.read_text(encoding="utf-8")
        assert text.startswith("# Incident: acme-connect 4.2.0, Android build 4201")
        assert "- CRITICAL: Crash rate 2.41 %" in text
        assert "[ ] The store says halted" in text
        assert "@&#8203;acme/team" in text, "nobody is called where it is pasted"
        assert text.index("Pause by jkim@rel-01") < text.index("Crash \\[x\\](http://evil)")
        await hand.press("x")
        await hand.until(lambda: "not written, File exists:" in hand.front()[-1], "the refusal")


async def test_the_text_for_the_team_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(RolloutApp, "copy_to_clipboard", lambda _, text: copied.append(text))
    shown = incident()
    shown = replace(shown, plan=replace(shown.plan, support="support@acme.example"))
    async with at_the_keyboard(FakeDesk(shown)) as hand:
        await hand.press("b", "y")
        await hand.settled()
    (text,) = copied
    assert text.endswith("They write to support@acme.example.")
    assert "acme-connect 4.2.0 on Android (build 4201): Google Play is inProgress" in text
    assert "Crash rate 2.41 %" in text
