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
        ({"events": ("?",)}, '"?" is bound to help already'),
        ({"pause": (",",)}, "means something of its own on another page"),
        ({"down": ("nosuchkey",)}, '"nosuchkey" is no key; write a character such as "j", or a name such as "f9"'),
        ({"down": ("pgdown",)}, '"pgdown" is no key; did you mean "pagedown"?'),
        ({"down": ("F9",)}, '"F9" is no key; did you mean "f9"?'),
        ({"down": ("control+x",)}, '"control+x" is no key; did you mean "ctrl+x"?'),
        ({"down": ("j,k",)}, '"j,k" is no key; write'),
        ({"down": ("<any>",)}, '"<any>" is no key; write'),
        ({"down": ("ctrl+",)}, '"ctrl+" is no key; '),
        ({"down": ("ctrl+i",)}, '"ctrl+i" arrives from the terminal as "tab"; write another key'),
        ({"down": ("ctrl+m",)}, '"ctrl+m" arrives from the terminal as "enter"'),
        ({"down": ("ctrl+[",)}, '"ctrl+[" arrives from the terminal as "escape"'),
        ({"down": ("ctrl+h",)}, '"ctrl+h" arrives from the terminal as "backspace"'),
        ({"down": ("shift+j",)}, '"shift+j" arrives from the terminal as "J"'),
    ],
)
def test_a_key_map_that_cannot_be_is_told_in_one_sentence(wanted: dict[str, tuple[str, ...]], told: str) -> None:
    (problem,) = problems(wanted)
    assert problem.startswith("ui.keys")
    assert told in problem


@pytest.mark.parametrize(
    ("written", "pressed"),
    [("j", "j"), ("J", "J"), ("é", "é"), ("+", "plus"), (";", "semicolon"), ("f12", "f12"), ("semicolon", "semicolon")]
    + [(name, name) for name in ("ctrl+x", "shift+f3", "alt+j", "ctrl+shift+up", "delete", "insert")],
)
def test_every_key_that_a_terminal_sends_may_be_added_by_its_name_or_as_it_is_typed(written: str, pressed: str) -> None:
    assert list(problems({"pause": (written,)})) == []
    assert aliases({"pause": (written,)}) == {pressed: "p"}


async def test_a_character_that_has_a_name_acts() -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), look=Look(aliases=aliases({"pause": (";",)}))) as hand:
        await hand.press("semicolon")
        assert isinstance(hand.app.screen, ConfirmDialog)


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


@pytest.mark.parametrize("keys", ['{ down = "" }', "{ down = 3 }", '{ down = ["j", ""] }', "{ down = [3] }"])
def test_what_is_no_name_of_a_key_is_told_once(tmp_path: Path, keys: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.replace("bell = false", f"bell = false\nkeys = {keys}"), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["config", "validate", "--config", str(path)])
    assert refused.exit_code == 4
    (line,) = refused.output.splitlines()
    assert line.startswith(f"{path}:")
    assert line.endswith('expected the name of a key such as "f9", or a list of such names')
    assert "ui.keys.down: " in line


def test_an_unknown_key_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.replace("bell = false", 'bell = false\nkeys = { down = "nosuchkey" }'), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["config", "validate", "--config", str(path)])
    assert refused.exit_code == 4
    assert refused.output.startswith(f'{path}: ui.keys.down: "nosuchkey" is no key; write a character')
