"""Keys of a person's own: added, never taken away; clashes and unknown actions are told in one sentence each."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rollout_tui.cli.main import cli
from rollout_tui.tui.actions import ACTIONS
from rollout_tui.tui.keymap import PAGE_KEYS, aliases, problems
from rollout_tui.tui.look import Look
from rollout_tui.tui.pages import PAGES
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.page import Page, Place
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import snapshot

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
WANTED = {"down": ("j",), "up": ("k",), "pause": ("f9",), "events": ("f2",)}


def test_a_fitting_key_map_has_no_problems() -> None:
    assert list(problems(WANTED)) == []
    assert aliases(WANTED) == {"j": "down", "k": "up", "f9": "p", "f2": "e"}


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"puase": ("f9",)}, 'there is no action "puase"; did you mean "pause"?'),
        ({"zzz": ("f9",)}, 'there is no action "zzz"; `rollout-tui keys` lists them'),
        ({"events": ("p",)}, '"p" is bound to pause already'),
        ({"pause": ("f9",), "events": ("f9",)}, '"f9" is bound to pause already'),
        ({"pause": ("ctrl+b",)}, "belongs to the terminal"),
        ({"pause": ("g",)}, "means something of its own on another page"),
    ],
)
def test_a_key_map_that_cannot_be_is_told_in_one_sentence(wanted: dict[str, tuple[str, ...]], told: str) -> None:
    (problem,) = problems(wanted)
    assert problem.startswith("ui.keys")
    assert told in problem


async def test_added_keys_act_beside_the_tables_own_on_every_page() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk, look=Look(aliases=aliases(WANTED))) as hand:
        await hand.press("j", "j", "k")
        assert hand.app._main.scene().focus.item == 1
        await hand.press("f2", "j")
        assert [row for row in hand.app.screen._listed().events if row][hand.app.screen._chosen] == snapshot().events[1]  # type: ignore[attr-defined]
        await hand.press("f9")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("y")
        assert len(desk.performed) == 1
        await hand.press("e", "p")
        assert isinstance(hand.app.screen, ConfirmDialog)


async def test_no_page_has_a_key_that_the_key_map_does_not_know() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        place: Place = hand.app._sitting.seat.place
        for make in PAGES.values():
            page: Page = make(place)
            assert set(page.keys()) <= PAGE_KEYS | {
                key for action in ACTIONS if not action.main_only for key in action.keys
            }
        assert set(hand.app._sitting.all._keys) - {"escape"} <= PAGE_KEYS
        await place.desk.traveller().close()


def test_config_validate_tells_a_clash_and_keys_lists_what_was_added(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.replace("bell = false", 'bell = false\nkeys = { events = "p" }'), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["config", "validate", "--config", str(path)])
    assert refused.exit_code == 4
    assert 'ui.keys.events: "p" is bound to pause already' in refused.output
    path.write_text(EXAMPLE.replace("bell = false", 'bell = false\nkeys = { events = "f2" }'), encoding="utf-8")
    listed = CliRunner().invoke(cli, ["keys", "--config", str(path)])
    assert listed.exit_code == 0
    assert "events         e, f2" in listed.output
