"""Pictures for the README and the documentation: the real program on a seeded rehearsal, drawn without a terminal.

`make screenshots` writes PNG files beside this one; docs/screens.md shows them.
"""

from __future__ import annotations

import asyncio
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_tui.engine.engine import Engine

FOLDER = Path(__file__).parent
_FONT = "DejaVu Sans Mono"
_USUAL, _WIDE = 1200, 1800
_COLOURS = 128


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a rehearsal: its size, the keys pressed before, and how this terminal shows things."""

    name: str
    size: tuple[int, int] = (120, 40)
    keys: Sequence[str] = ()
    theme: str = "dark"
    symbols: str = "unicode"


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario, how long it runs before its pictures are taken (seconds), and these."""

    scenario: str
    wait: float
    shots: Sequence[Shot]


STORIES = (
    Story(
        "ios-phased",
        12.0,
        (
            Shot("main-120x40"),
            Shot("main-80x24", (80, 24)),
            Shot("main-200x60", (200, 60)),
            Shot("main-light", theme="light"),
            Shot("too-small-52x12", (52, 12)),
            Shot("zoom", keys=("enter",)),
            Shot("travel", keys=("t", "left", "left", "left", "left")),
            Shot("help-120x40", keys=("question_mark",)),
            Shot("promote-blocked", keys=("n",)),
        ),
    ),
    Story("healthy", 9.0, (Shot("promote-120x40", keys=("n",)),)),
    Story(
        "crash-spike",
        40.0,
        (
            Shot("incident-120x40"),
            Shot("incident-60x16", (60, 16)),
            Shot("incident-light", theme="light"),
            Shot("incident-contrast", theme="contrast"),
            Shot("incident-16-colours", theme="ansi"),
            Shot("incident-ascii", theme="mono", symbols="ascii"),
            Shot("confirm-pause-120x40", keys=("p",)),
            Shot("events", keys=("e",)),
            Shot("runbook", keys=("b",)),
            Shot("investigate", keys=("i",)),
        ),
    ),
)


async def tell(story: Story, config: Path) -> AsyncIterator[tuple[Shot, str]]:
    """The story's pictures as SVG, taken one after the other of the same engine."""
    from rollout_tui.config import load
    from rollout_tui.domain.actions import Actor
    from rollout_tui.engine.engine import Engine

    settings = load(config)
    engine = Engine(settings, actor=Actor("jkim", "rel-01"))
    engine.load()
    try:
        await engine.start()
        await asyncio.sleep(story.wait)
        for shot in story.shots:
            yield shot, await take(shot, engine)
    finally:
        await engine.close()


async def take(shot: Shot, engine: Engine) -> str:
    """The screen as SVG."""
    from rollout_tui.tui.app import RolloutApp
    from rollout_tui.tui.look import Look
    from rollout_tui.tui.symbols import SymbolSet
    from rollout_tui.tui.theme import Theme

    look = Look(Theme(shot.theme), SymbolSet(shot.symbols), rehearsal=engine.settings.rehearsal)
    app = RolloutApp(engine, look)
    async with app.run_test(size=shot.size) as pilot:
        await asyncio.sleep(1.0)
        for key in shot.keys:
            await pilot.press(key)
            await asyncio.sleep(1.5)
        svg = app.export_screenshot(title="rollout-tui")
    return dotted(svg.replace("Fira Code", _FONT))


def dotted(svg: str) -> str:
    """The picture with its braille drawn as dots: few fonts have them, and none as terminals draw them."""
    return _TEXT.sub(lambda match: _dots(match) + match[0].replace(match["text"], _without(match["text"])), svg)


def _dots(match: re.Match[str]) -> str:
    text = html.unescape(match["text"])
    width = float(match["length"]) / len(text)
    x, baseline = float(match["x"]), float(match["y"])
    squares = [
        f'<rect x="{x + n * width + (column + 0.5) * width / 2 - 1.2:.1f}" '
        f'y="{baseline - 18.5 + (row + 0.5) * 6.1 - 1.2:.1f}" width="2.4" height="2.4"/>'
        for n, character in enumerate(text)
        if "\u2800" <= character <= "\u28ff"
        for row, bits in enumerate(((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)))
        for column, bit in enumerate(bits)
        if ord(character) & bit
    ]
    return f'<g class="{match["style"]}">{"".join(squares)}</g>' if squares else ""


def _without(text: str) -> str:
    return "".join("&#160;" if "\u2800" <= character <= "\u28ff" else character for character in text)


_TEXT = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="(?P<length>[\d.]+)"[^>]*>'
    r"(?P<text>[^<]+)</text>"
)


def picture(shot: Shot, svg: str) -> None:
    """Write the PNG, with few colours so that it stays small."""
    import cairosvg
    from PIL import Image

    width = _WIDE if shot.size[0] > 120 else _USUAL
    png = cairosvg.svg2png(bytestring=svg.encode(), output_width=width)
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    image.save(FOLDER / f"{shot.name}.png", optimize=True)
    print(f"{shot.name}.png", flush=True)


async def _take_all(story: Story, config: Path) -> None:
    async for shot, svg in tell(story, config):
        picture(shot, svg)


def main() -> None:
    """Take every picture, or those of the scenarios that are named."""
    for story in STORIES:
        if sys.argv[1:] and story.scenario not in sys.argv[1:]:
            continue
        command = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--lifeline", "--seed", "7"]
        services = subprocess.Popen(  # noqa: S603  this very program
            [*command, "--history", "420", "--scenario", story.scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with services:
            if services.stdout is None or services.stdin is None:
                raise SystemExit("the rehearsal has no pipes")
            ready = json.loads(services.stdout.readline())
            asyncio.run(_take_all(story, Path(ready["config"])))
            services.stdin.close()
            services.wait(10)


if __name__ == "__main__":
    main()
