"""Runbooks at work, on the real history: notes are kept, and it began when the pause was confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind, Actor, Ending, Outcome
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.runbook import PLAN, Tick
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.runbooks import Runbooks
from rollout_tui.history import History
from tests.tui.fake_desk import FixedClock
from tests.tui.samples import android, store_state
from tests.unit.domain.builders import HOUR, NOW
from tests.unit.history.values import pause

BEGAN = NOW - 31 * HOUR
"""Of the phase."""


@asynccontextmanager
async def runbooks(path: Path, told: list[Event], read_only: str | None = None) -> AsyncIterator[Runbooks]:
    archive = Archive(path)
    yield Runbooks(PLAN, archive, FixedClock(), Actor("mara", "rel-01"), read_only, told.append)
    await archive.close()


def ended(ending: Ending, intent: str, at: float) -> Outcome:
    return Outcome(intent, Platform.ANDROID, ActionKind.PAUSE, ending, "", at)


def paused() -> Rollout:
    rollout = android()
    assert rollout.store.state is not None
    return store_state(rollout, replace(rollout.store.state, word=StateWord.PAUSED, status="halted"))


@pytest.mark.parametrize(
    ("pauses", "ticked", "began"),
    [
        ([("a", NOW - 500, Ending.DONE)], NOW - 100, (NOW - 500, "jkim")),
        ([("a", NOW - 900, Ending.DONE), ("b", NOW - 500, Ending.DONE)], NOW - 100, (NOW - 500, "jkim")),
        ([("a", NOW - 500, Ending.DONE), ("b", NOW - 400, Ending.REFUSED)], NOW - 100, (NOW - 500, "jkim")),
        ([("a", NOW - 50, Ending.DONE)], NOW - 100, (NOW - 100, "tom")),
        ([("a", BEGAN - 50, Ending.DONE)], NOW - 100, (NOW - 100, "tom")),
        ([("a", NOW - 500, Ending.DONE)], None, (NOW - 500, "jkim")),
        ([], NOW - 100, (NOW - 100, "tom")),
        ([], None, (None, "")),
    ],
    ids=[
        "before",
        "the last one",
        "not one refused",
        "not after",
        "not of another phase",
        "no tick",
        "none",
        "neither",
    ],
)
async def test_it_began_when_the_pause_was_confirmed_that_came_before_the_first_tick(
    tmp_path: Path,
    pauses: list[tuple[str, float, Ending]],
    ticked: float | None,
    began: tuple[float | None, str],
) -> None:
    history = History.open(tmp_path / "history.db")
    for intent, at, ending in pauses:
        history.journal.write_intent(pause(intent, at))
        history.journal.write_outcome(ended(ending, intent, at + 20))
    if ticked is not None:
        history.ticks.add(Platform.ANDROID, "4201", Tick("told", "tom", ticked))
    history.close()
    async with runbooks(tmp_path / "history.db", []) as books:
        standing = await books.standing(paused())
    assert (standing.began, standing.began_by) == began


async def test_a_pause_that_was_taken_back_begins_nothing_without_a_tick(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    history.journal.write_intent(pause("a", NOW - 500))
    history.journal.write_outcome(ended(Ending.DONE, "a", NOW - 480))
    history.close()
    async with runbooks(tmp_path / "history.db", []) as books:
        assert (await books.standing(android())).began is None


async def test_a_note_is_kept_with_name_and_time_and_told_in_the_timeline(tmp_path: Path) -> None:
    told: list[Event] = []
    async with runbooks(tmp_path / "history.db", told) as books:
        said = await books.note(android(), "asked\x1b[31m support ")
        assert said.done
        assert (await books.standing(android())).began is None
    assert told == [Event(NOW, EventKind.STEP, "Note: asked·[31m support", Platform.ANDROID, who="mara")]
    history = History.open(tmp_path / "history.db")
    assert [tick.note for tick in history.ticks.all(Platform.ANDROID, "4201")] == ["asked·[31m support"]
    history.close()


async def test_wide_letters_of_a_note_and_beside_a_tick_are_all_kept(tmp_path: Path) -> None:
    told: list[Event] = []
    async with runbooks(tmp_path / "history.db", told) as books:
        assert (await books.note(android(), "灰" * 160)).done
        check = (await books.standing(android())).steps[0].checks[0].check
        assert (await books.tick(android(), check.id, "度" * 60)).done
    assert [event.text.count("灰") + event.text.count("度") for event in told] == [160, 60]
    history = History.open(tmp_path / "history.db")
    assert {tick.note for tick in history.ticks.all(Platform.ANDROID, "4201")} == {"灰" * 160, "度" * 60}
    history.close()


async def test_no_note_is_written_read_only_or_where_nothing_can_be_kept(tmp_path: Path) -> None:
    told: list[Event] = []
    async with runbooks(tmp_path / "history.db", told, "started with --read-only by mara") as books:
        assert (await books.note(android(), "x")).text == "read-only: started with --read-only by mara"
    (tmp_path / "broken.db").write_bytes(b"not a database" * 100)
    async with runbooks(tmp_path / "broken.db", told) as books:
        assert (await books.note(android(), "x")).text.startswith("It cannot be kept: ")
    assert told == []
