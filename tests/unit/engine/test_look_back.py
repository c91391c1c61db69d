"""The build before is looked up once a bucket and when a phase begins, never with every tick."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

from rollout_tui.domain.snapshot import Before, Rollout
from rollout_tui.engine.board import Board
from rollout_tui.engine.upkeep import Upkeep
from tests.tui.samples import android, ios, snapshot
from tests.unit.domain.builders import ANDROID, IOS, NOW, play


class Past:
    """Answers with the number of the question."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    async def before(self, rollout: Rollout, now: float) -> Before:
        self.asked.append((rollout.plan.platform.value, now))
        return Before(str(len(self.asked)))


async def test_the_build_before_is_looked_up_once_a_bucket_and_when_a_phase_begins() -> None:
    boards = [Board(ANDROID, "Google Play", {}), Board(IOS, "App Store", {})]
    upkeep, past = Upkeep(Mock(), Mock(), Mock(), boards, {}, Mock(), Mock()), Past()
    start = NOW - NOW % 450
    for seconds in (0, 5, 440):
        await upkeep.look_back(past, replace(snapshot(), at=start + seconds))  # type: ignore[arg-type]  # a Past
    assert past.asked == [("android", start), ("ios", start)]
    await upkeep.look_back(past, replace(snapshot(), at=start + 450))  # type: ignore[arg-type]  # a Past
    assert len(past.asked) == 4
    promoted = android(states=(play("0.5", NOW - 3600), play("1", NOW - 60)))
    await upkeep.look_back(past, replace(snapshot(promoted, ios()), at=start + 455))  # type: ignore[arg-type]  # a Past
    assert [platform for platform, _ in past.asked[4:]] == ["android"]
    assert boards[0].before == Before("5")
    assert boards[0].facts(NOW).before == Before("5")
