"""The table of pages: which key opens which. A page's module is imported when it is opened first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_tui.tui.screens.page import Page, Place


def _events(place: Place) -> Page:
    from rollout_tui.tui.screens.events import EventsPage

    return EventsPage(place)


def _zoom(place: Place) -> Page:
    from rollout_tui.tui.screens.zoom import ZoomPage

    return ZoomPage(place)


def _travel(place: Place) -> Page:
    from rollout_tui.tui.screens.travel import TravelPage

    return TravelPage(place)


PAGES: Mapping[str, Callable[[Place], Page]] = {"events": _events, "zoom": _zoom, "travel": _travel}
"""By the id of the action that opens it."""
