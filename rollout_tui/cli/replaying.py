"""Looking at the past from the start: `watch --at` on this host's history, `watch --replay` on a recording."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.cli import showing
from rollout_tui.cli.codes import USAGE_ERROR

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.engine.replay import Replay
    from rollout_tui.engine.travel import Record
    from rollout_tui.ports import Provider


def moment_of(text: str, settings: Settings, now: float, record: Record | None) -> float:
    """The moment that was asked for. Raises ValueError in one sentence where nothing is stored of it."""
    from zoneinfo import ZoneInfo

    from rollout_tui.domain.moments import parse_moment
    from rollout_tui.domain.words import day_and_time

    zone = ZoneInfo(settings.ui.timezone)
    try:
        moment = parse_moment(text, now, zone)
    except ValueError as error:
        raise ValueError(f'--at "{text}": {error}') from None
    if record is None:
        raise ValueError(f'--at "{text}": nothing is recorded yet')
    if not record.covers(moment):
        told = f"{day_and_time(record.first, zone)} to {day_and_time(record.last, zone)}"
        raise ValueError(f'--at "{text}": nothing is recorded of that moment; recorded is {told}')
    return moment


def recorded(settings: Settings) -> Record | None:
    """What this host's history holds. Raises HistoryError."""
    from rollout_tui.engine.travel import traveller_of

    async def look() -> Record | None:
        traveller = traveller_of(settings, 60.0)
        try:
            return await traveller.record()
        finally:
            await traveller.close()

    return asyncio.run(look())


def run_replay(path: Path, at: str | None, *, low_bandwidth: bool, mouse: bool) -> int:
    """Show a recording until it is left; returns the exit code."""
    from rollout_tui.cli.log import start_log
    from rollout_tui.engine.replay import open_replay
    from rollout_tui.history import HistoryError
    from rollout_tui.tui import terminal

    refused = terminal.refusal()
    if refused is not None:
        print(f"rollout-tui: {refused}", file=sys.stderr)
        return USAGE_ERROR
    start_log()

    async def run(folder: Path) -> int:
        replay = await open_replay(path, folder, _settings)
        try:
            moment = replay.record.last
            if at is not None:
                moment = moment_of(at, replay.settings, replay.clock.now(), replay.record)
            return await _show(replay, moment, low_bandwidth=low_bandwidth, mouse=mouse)
        finally:
            await replay.close()

    with tempfile.TemporaryDirectory(prefix="rollout-tui-") as folder:
        try:
            return asyncio.run(run(Path(folder)))
        except (HistoryError, ValueError) as error:
            print(f"rollout-tui: {error}", file=sys.stderr)
            return USAGE_ERROR


async def _show(replay: Replay, moment: float, *, low_bandwidth: bool, mouse: bool) -> int:
    from rollout_tui.tui.app import RolloutApp
    from rollout_tui.tui.pages import FirstPage, past_at

    look = replace(showing.look_of(replay.settings, low_bandwidth=low_bandwidth), recording=replay.host)
    app = RolloutApp(replay, look, first=FirstPage(past_at(moment, leaves=True), leaves=True))
    return await showing.run(app, mouse=mouse)


def _settings(path: Path, source: str) -> Settings:
    """Of a recorded configuration: providers that are not installed here are only named. Raises ValueError."""
    from rollout_tui.config.errors import ConfigErrors
    from rollout_tui.config.reading import load_text
    from rollout_tui.domain.words import plain_text

    try:
        return load_text(path, source, _known_or_named).settings
    except ConfigErrors as errors:
        first = next(iter(errors.lines()), "").removeprefix(f"{path}:").strip()
        told = f"its configuration cannot be read by this program: {plain_text(first, 120)}"
        raise ValueError(f"{path}: {told}; export it anew, or install the program that wrote it") from None


def _known_or_named(name: str) -> Provider:
    from pydantic import BaseModel, ConfigDict

    from rollout_tui.config.providers import UnknownProvider, find
    from rollout_tui.ports import Misconfigured, Provider

    class Anything(BaseModel):
        """Options that nobody here can check."""

        model_config = ConfigDict(extra="allow")

    def closed(*_: object) -> object:
        raise Misconfigured(f"{name} is not installed here")

    try:
        return find(name)
    except UnknownProvider:
        return Provider(name, "", Anything, closed, closed, closed)  # type: ignore[arg-type]  # opens nothing
