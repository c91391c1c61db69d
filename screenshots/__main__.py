"""Pictures for the README and the documentation: the real program on a seeded rehearsal, drawn without a terminal.

`make screenshots` writes SVG and PNG files beside this one.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_FONT = "DejaVu Sans Mono"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: scenario, size, how long the rehearsal runs before (seconds), and the keys pressed."""

    name: str
    scenario: str
    size: tuple[int, int]
    wait: float = 9.0
    keys: Sequence[str] = ()


SHOTS = (
    Shot("main-120x40", "ios-phased", (120, 40)),
    Shot("main-80x24", "ios-phased", (80, 24)),
    Shot("incident-120x40", "crash-spike", (120, 40), 40.0),
    Shot("confirm-pause-120x40", "crash-spike", (120, 40), 40.0, ("p",)),
    Shot("promote-120x40", "healthy", (120, 40), 9.0, ("n",)),
    Shot("help-120x40", "ios-phased", (120, 40), 9.0, ("question_mark",)),
)


async def take(shot: Shot, config: Path) -> str:
    """The screen as SVG."""
    from rollout_tui.config import load
    from rollout_tui.domain.actions import Actor
    from rollout_tui.engine.engine import Engine
    from rollout_tui.tui.app import RolloutApp
    from rollout_tui.tui.look import Look

    settings = load(config)
    engine = Engine(settings, actor=Actor("jkim", "rel-01"))
    engine.load()
    app = RolloutApp(engine, Look(rehearsal=settings.rehearsal), engine.start)
    try:
        async with app.run_test(size=shot.size) as pilot:
            await asyncio.sleep(shot.wait)
            for key in shot.keys:
                await pilot.press(key)
                await asyncio.sleep(0.5)
            svg = app.export_screenshot(title="rollout-tui")
    finally:
        await engine.close()
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


def main() -> None:
    """Take every picture."""
    import cairosvg

    for shot in SHOTS:
        command = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--lifeline", "--seed", "7"]
        services = subprocess.Popen(  # noqa: S603  this very program
            [*command, "--history", "420", "--scenario", shot.scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with services:
            if services.stdout is None or services.stdin is None:
                raise SystemExit("the rehearsal has no pipes")
            ready = json.loads(services.stdout.readline())
            svg = asyncio.run(take(shot, Path(ready["config"])))
            services.stdin.close()
            services.wait(10)
        cairosvg.svg2png(bytestring=svg.encode(), write_to=str(FOLDER / f"{shot.name}.png"), output_width=1200)
        print(f"{shot.name}.png")


if __name__ == "__main__":
    main()
