"""The table of pages: which key opens which. A page's module is imported when it is opened first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_tui.tui.screens.page import Page, Place


def _events(place: Place) -> Page:
    from rollout_tui.tui.screens.events import EventsPage

    return EventsPage(place)


def _zoom(place: Place) -> Page:
    from rollout_tui.tui.screens.zoom import ZoomPage
    from rollout_tui.tui.view.shown import More, item_at

    scene = place.main.scene()
    if isinstance(item_at(scene.focused, scene.focus.item), More):
        from rollout_tui.tui.screens.everything import EverythingPage

        return EverythingPage(place)
    return ZoomPage(place)


def _travel(place: Place) -> Page:
    from rollout_tui.tui.screens.travel import TravelPage

    return TravelPage(place)


def _investigate(place: Place) -> Page:
    from rollout_tui.tui.screens.investigate import InvestigatePage

    return InvestigatePage(place)


def _runbook(place: Place) -> Page:
    from rollout_tui.tui.screens.runbook import RunbookPage

    return RunbookPage(place)


@dataclass(frozen=True, slots=True)
class FirstPage:
    """A page that is open from the start; `leaves`: closing it ends the program."""

    make: Callable[[Place], Page]
    leaves: bool = False


def past_at(moment: float, *, leaves: bool = False) -> Callable[[Place], Page]:
    """The page of the past at that moment (epoch seconds UTC); `leaves`: there is no present to go back to."""

    def make(place: Place) -> Page:
        from rollout_tui.tui.screens.travel import TravelPage

        return TravelPage(place, moment, leaves=leaves)

    return make


PAGES: Mapping[str, Callable[[Place], Page]] = {
    "events": _events,
    "zoom": _zoom,
    "travel": _travel,
    "investigate": _investigate,
    "runbook": _runbook,
}
"""By the id of the action that opens it."""
