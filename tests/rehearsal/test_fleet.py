"""Two apps, two configurations: one process watches both, `check` and `status` tell both, the worst decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollout_tui.cli.main import main
from rollout_tui.config import load
from rollout_tui.domain.severity import Severity
from rollout_tui.engine.engines import Engines
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.fleet import FleetScreen
from rollout_tui.tui.screens.main import MainScreen
from tests.rehearsal.serving import Served, served
from tests.tui.hand import Hand, Wrist


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Served, list[Path]]]:
    """A rehearsal with a crash regression, and another app beside it that is well and whose stores are its own."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    with served(tmp_path, "healthy") as well, served(tmp_path, "crash-regression") as ill:
        text = well.config.read_text(encoding="utf-8")
        well.config.write_text(text.replace('name = "acme-connect"', 'name = "oak-bank"', 1), encoding="utf-8")
        yield ill, [well.config, ill.config]


def options(paths: list[Path]) -> list[str]:
    return [part for path in paths for part in ("--config", str(path))]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


def test_check_and_status_tell_every_app_and_the_worst_decides(
    two: tuple[Served, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    _, paths = two
    code, out = told(capsys, "check", "--format", "json", *options(paths))
    seen = json.loads(out)
    assert (code, seen["exit_code"], seen["verdict"]) == (1, 1, "FAIL")
    assert [(app["app"], app["exit_code"]) for app in seen["apps"]] == [("oak-bank", 0), ("acme-connect", 1)]
    code, out = told(capsys, "status", "--json", *options(paths))
    assert [app["app"] for app in json.loads(out)["apps"]] == ["oak-bank", "acme-connect"]


async def test_one_process_watches_both_and_pauses_the_right_one(two: tuple[Served, list[Path]]) -> None:
    ill, paths = two
    wrist = Wrist()
    engines = Engines([load(path) for path in paths])
    first, *others = engines.all
    app = RolloutApp(first, Look(), engines.start, clock=wrist, others=others)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        assert isinstance(app.screen, FleetScreen)
        await hand.until(lambda: "CRITICAL   acme" in hand.screen() or "WARNING    acme" in hand.screen(), "the alarm")
        await hand.until(lambda: "● OK         oak-bank" in hand.screen(), "the app that is well")
        chosen = next(row for row in hand.screen().splitlines() if row.startswith("▌"))
        assert "acme-connect" in chosen
        await hand.press("p")
        assert "PAUSE ANDROID, acme-connect 4.2.0" in hand.screen()
        await hand.press("y")
        await hand.until(lambda: "acme-connect android: Paused." in hand.screen(), "the outcome")
        assert await asyncio.to_thread(ill.play) == ("halted", 0.5)
        await hand.press("enter")
        assert isinstance(app.screen, MainScreen)
        assert "PAUSED" in hand.screen()
    assert engines.all[0].snapshot.rollouts[0].severity is Severity.OK
    await engines.close()
