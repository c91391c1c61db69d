"""What the tests of the rehearsal share: a stage on a clock that is turned, and services held to the vendors' words."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.scenarios import SCENARIOS, Scenario
from rollout_tui.rehearsal.stage import Stage, set_stage

NOW = 1_795_443_771.0
"""When every stage of these tests is set."""
HOUR = 3600.0
DAY = 24 * HOUR


@dataclass
class Turned:
    """Goes on only when it is turned."""

    time: float = NOW

    def now(self) -> float:
        return self.time


@dataclass
class Set:
    """A stage and its clock."""

    stage: Stage
    clock: Turned

    def happened(self, platform: str, build: str, since: float, until: float, what: str = "sessions") -> float:
        """How much was counted of a build between two times."""
        crowd = self.stage.android if platform == "android" else self.stage.ios
        first, last = crowd.counters(build, since), crowd.counters(build, until)
        return (0 if last is None else getattr(last, what)) - (0 if first is None else getattr(first, what))


def set_up(scenario: str | Scenario = "healthy", seed: int = 1) -> Set:
    """A scenario at its start."""
    clock = Turned()
    named = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    return Set(set_stage(named, RehearsalClock(1.0, NOW, NOW, clock.now), seed), clock)


def held_to(document: str, app: object) -> httpx.AsyncBaseTransport:
    """The service in this process, both sides held to the vendor's document; skips where that is not at hand."""
    contract = pytest.importorskip("contract", reason="the vendors' documents are not beside this checkout")
    transport: httpx.AsyncBaseTransport = contract.ContractTransport(document, httpx.ASGITransport(app))
    return transport
