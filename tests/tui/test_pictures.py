"""What the screens look like, at the sizes and in the themes of their design: text and colour of every cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.closeup import Span
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.tui.actions import BY_ID, FOOTER, reasons_against
from rollout_tui.tui.ink import Row
from rollout_tui.tui.theme import Theme
from rollout_tui.tui.view.dialogs import DialogState, Stop, dialog_rows
from rollout_tui.tui.view.footer import NOTHING, footer_row
from rollout_tui.tui.view.past import Journey, past_rows
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from rollout_tui.tui.view.zoom import zoom_rows
from rollout_tui.tui.view.zoomed import Zoomed
from tests.tui.fake_desk import FakeDesk, FakePast
from tests.tui.hand import SIGNED
from tests.tui.pictured import assert_pictured
from tests.tui.samples import incident, ios, ready, snapshot
from tests.tui.test_wide import BEFORE, HEARD
from tests.unit.domain.builders import HOUR, NOW


def drawn(shown: Snapshot, width: int, height: int, pane: int = 0, **more: object) -> list[Row]:
    """The main screen with its footer."""
    scene = Scene(shown, NOW, Focus(pane), who="jkim@rel-01", **more)  # type: ignore[arg-type]  # Scene's own names
    off = reasons_against(shown, scene.focused.plan.platform, None)
    return screen_rows(scene, width, height, footer_row([BY_ID[name] for name in FOOTER], off, NOTHING, width))


def wide() -> Snapshot:
    first, second = snapshot().rollouts
    return replace(snapshot(replace(first, before=BEFORE), second), heard=HEARD)


@pytest.mark.parametrize(
    ("name", "shown", "size", "pane"),
    [
        ("01-main-120x40", snapshot(), (120, 40), 0),
        ("02-main-80x24", snapshot(), (80, 24), 0),
        ("02b-main-80x24-ios", snapshot(), (80, 24), 1),
        ("03-main-200x60", wide(), (200, 60), 0),
        ("04-too-small-52x12", snapshot(), (52, 12), 0),
        ("05-incident-120x40", incident(), (120, 40), 0),
        ("05b-incident-80x24", incident(), (80, 24), 0),
        ("05c-incident-60x16", incident(), (60, 16), 0),
        ("100x30", snapshot(), (100, 30), 0),
    ],
)
def test_the_main_screen(name: str, shown: Snapshot, size: tuple[int, int], pane: int) -> None:
    assert_pictured(name, drawn(shown, *size, pane))


@pytest.mark.parametrize(
    ("name", "theme", "ascii_only"),
    [("17-incident-nocolour-ascii", Theme.MONO, True), ("18-incident-16-colours", Theme.ANSI, False)],
)
def test_the_incident_with_fewer_colours_and_signs(name: str, theme: Theme, ascii_only: bool) -> None:
    assert_pictured(name, drawn(incident(), 120, 40, ascii_only=ascii_only), theme, ascii_only=ascii_only)


@pytest.mark.parametrize(
    ("name", "kind", "state", "shown"),
    [
        ("06-confirm-pause", ActionKind.PAUSE, DialogState(), incident()),
        (
            "07-confirm-promote",
            ActionKind.PROMOTE,
            DialogState(Stop.FIELD, typed="andr"),
            snapshot(ready(SIGNED), ios()),
        ),
        ("08-promote-blocked", ActionKind.PROMOTE, DialogState(), snapshot()),
    ],
)
def test_the_dialogs(name: str, kind: ActionKind, state: DialogState, shown: Snapshot) -> None:
    proposal = FakeDesk(shown).propose(Platform.ANDROID, kind)
    assert_pictured(name, dialog_rows(Scene(shown, NOW, who="jkim@rel-01"), proposal, state, 86, 36))


async def test_the_chart_of_one_metric() -> None:
    shown = incident()
    rollout = shown.rollouts[0]
    past = FakePast()
    past.stored, past.ghost = shown.events, (0.002,) * 30
    close_up = await past.close_up(rollout, rollout.metrics[0].metric, NOW + 450.0, 450.0, 48)
    zoomed = Zoomed(rollout, rollout.metrics[0], rollout.gates[0], Span("6 h", NOW - 6 * HOUR), close_up, 0.03)
    assert_pictured("10-zoom-metric", zoom_rows(Scene(shown, NOW), zoomed, 120, 36))


def test_the_past() -> None:
    then = replace(snapshot(), at=NOW - HOUR)
    scene = Scene(then, then.at, who="jkim@rel-01", read_only=True)
    journey = Journey(NOW - HOUR, NOW)
    rows = screen_rows(scene, 120, 37, footer_row([], (), NOTHING, 120))[:-1]
    assert_pictured("11-time-travel", [*rows, *past_rows(scene, journey, 120)])
