"""A walk through every page and dialog that a key opens, at one size: what each of them draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard

WAYS = {
    "zoom": ("enter",),
    "travel": ("t",),
    "investigate": ("i",),
    "tester feedback": ("i", "2"),
    "runbook": ("b",),
    "events": ("e",),
    "help": ("question_mark",),
    "help of a page": ("e", "question_mark"),
    "palette": ("ctrl+p",),
    "pause": ("p",),
    "promote": ("n",),
    "override": ("o",),
    "signing": ("up", "up", "o"),
}
"""Keys that lead there from the main screen; `esc` leads back."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One place at one size (columns, rows)."""

    place: str
    size: tuple[int, int]
    rows: Sequence[Row]


async def tour(desk: FakeDesk, *sizes: tuple[int, int], look: Look | None = None) -> list[Seen]:
    """All places at all sizes."""
    seen: list[Seen] = []
    async with at_the_keyboard(desk, size=sizes[0], look=look) as hand:
        for size in sizes:
            await hand.pilot.resize_terminal(*size)
            for place, keys in WAYS.items():
                await hand.press(*keys)
                await hand.pilot.pause()
                seen.append(Seen(place, size, hand.app.screen.query_one(Surface).rows))
                for _ in range(3):
                    if not isinstance(hand.app.screen, MainScreen):
                        await hand.press("escape")
                assert isinstance(hand.app.screen, MainScreen), f"esc does not lead out of {place}"
    return seen
