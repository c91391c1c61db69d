"""A few kills and races with a fixed seed; `make crash` does 200 and 100."""

from __future__ import annotations

from pathlib import Path

from tests.crash.kills import kill_at_random
from tests.crash.races import race


def test_kills_at_random_instants_double_nothing_and_lose_nothing(tmp_path: Path) -> None:
    assert kill_at_random(tmp_path, 4, seed=3)["killed"] == 4


def test_where_a_pause_and_a_promotion_race_the_pause_wins(tmp_path: Path) -> None:
    assert race(tmp_path, 1, seed=3).total() == 1
