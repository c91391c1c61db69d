"""Samples come back exactly as the source reported them, and charts show the worst of each bucket."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from rollout_tui.domain.metrics import Direction, Population
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.history import History
from tests.unit.domain.builders import CONNECT_TIME, CRASH, DURATION, NOW
from tests.unit.history.values import poll

ANDROID = Platform.ANDROID
STEP = 450.0
EDGE = (NOW // STEP + 1) * STEP


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def crash_buckets(history: History, count: int = 4) -> list[float | None]:
    return history.samples.buckets(ANDROID, "4201", CRASH.id, Direction.LOWER, EDGE, STEP, count)


@pytest.mark.parametrize(
    "quantity",
    [
        Proportion(23, 7930),
        Proportion(Decimal("23.10"), Decimal("7930.0")),
        Proportion(0.1, 7930.25),
        Proportion(2**70, 2**71),
        Mean(35851.4, 8744, 190233.25),
        Mean(Decimal("1e-7"), 3),
        Bare(Decimal("0.0290")),
        Bare(0.1 + 0.2),
    ],
    ids=str,
)
def test_counts_come_back_with_the_very_digits_that_the_source_wrote(history: History, quantity: Quantity) -> None:
    history.samples.add([(ANDROID, poll(quantity=quantity))])
    (kept,) = history.samples.newest(ANDROID, "4201", Scope.RECENT)
    assert kept == poll(quantity=quantity)
    assert repr(kept.quantity) == repr(quantity)


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_kept_as_reported_and_loses_nothing_else_of_its_poll(
    history: History, amount: float
) -> None:
    history.samples.add([(ANDROID, poll(quantity=Proportion(amount, 7930))), (ANDROID, poll(metric=DURATION))])
    kept = {reading.metric: reading for reading in history.samples.newest(ANDROID, "4201", Scope.RECENT)}
    assert set(kept) == {CRASH.id, DURATION.id}
    assert repr(kept[CRASH.id].quantity) == repr(Proportion(amount, 7930))
    assert crash_buckets(history) == [None] * 4


def test_builds_scopes_and_platforms_are_never_mixed(history: History) -> None:
    history.samples.add(
        [
            (ANDROID, poll(quantity=Proportion(1, 100))),
            (ANDROID, poll(quantity=Proportion(2, 100), build="4199")),
            (ANDROID, poll(quantity=Proportion(3, 100), scope=Scope.PHASE)),
            (Platform.IOS, poll(quantity=Proportion(4, 100))),
        ]
    )
    (recent,) = history.samples.newest(ANDROID, "4201", Scope.RECENT)
    (phase,) = history.samples.newest(ANDROID, "4201", Scope.PHASE)
    assert (recent.quantity, phase.quantity) == (Proportion(1, 100), Proportion(3, 100))
    assert crash_buckets(history)[-1] == 0.01


def test_the_polls_of_a_phase_are_replayed_in_order_of_arrival(history: History) -> None:
    polls = [poll(NOW + minute * 60, Proportion(minute, 1000), scope=Scope.PHASE) for minute in range(5)]
    history.samples.add([(ANDROID, reading) for reading in reversed(polls)])
    expected = [(p.taken_at, p.as_of, p.population, p.quantity) for p in polls[1:]]
    assert history.samples.polls(ANDROID, "4201", CRASH.id, NOW + 60) == expected


def test_a_bucket_shows_its_worst_value_and_a_missing_one_is_a_hole(history: History) -> None:
    history.samples.add(
        [
            (ANDROID, poll(EDGE - 2 * STEP - 20, Proportion(1, 100))),
            (ANDROID, poll(EDGE - 2 * STEP - 80, Proportion(3, 100))),
            (ANDROID, poll(EDGE - 20, Proportion(2, 100))),
        ]
    )
    assert crash_buckets(history) == [None, 0.03, None, 0.02]


def test_worst_is_the_smallest_where_higher_is_better(history: History) -> None:
    history.samples.add(
        [
            (ANDROID, poll(EDGE - 20, Mean(4440, 10), metric=DURATION)),
            (ANDROID, poll(EDGE - 80, Mean(500, 10), metric=DURATION)),
        ]
    )
    assert history.samples.buckets(ANDROID, "4201", DURATION.id, DURATION.better, EDGE, STEP, 1) == [50.0]


@pytest.mark.parametrize("worse", ["first", "second"])
def test_of_two_sources_the_worse_one_is_drawn(history: History, worse: str) -> None:
    for source in ("first", "second"):
        bad = 3 if source == worse else 1
        history.samples.add([(ANDROID, poll(EDGE - 20, Proportion(bad, 100), source=source))])
    assert crash_buckets(history, 1) == [0.03]


def test_another_population_is_another_metric_and_stays_out_of_the_chart(history: History) -> None:
    sessions = poll(EDGE - 20, Proportion(1, 100))
    users = replace(sessions, population=Population.USERS, quantity=Proportion(9, 100), source="vitals")
    history.samples.add([(ANDROID, sessions), (ANDROID, users)])

    def drawn(*populations: Population) -> list[float | None]:
        return history.samples.buckets(ANDROID, "4201", CRASH.id, Direction.LOWER, EDGE, STEP, 1, populations)

    assert drawn(Population.SESSIONS) == [0.01]
    assert drawn(Population.SESSIONS, Population.USERS) == [0.09]
    assert drawn(Population.CONNECTS) == [None]


def test_retention_forgets_the_old_and_keeps_the_new_a_bite_at_a_time(history: History) -> None:
    old = [(ANDROID, poll(NOW - 90_000 + second)) for second in range(5_000)]
    history.samples.add([*old, (ANDROID, poll(NOW))])
    bites = []
    while bite := history.prune(NOW - 1000):
        bites.append(bite)
    assert sum(bites) == 5_000
    assert max(bites) <= 2_000, "a poll waits behind no more than a few milliseconds of retention"
    assert [r.taken_at for r in history.samples.polls(ANDROID, "4201", CRASH.id, 0)] == []
    assert [r.taken_at for r in history.samples.newest(ANDROID, "4201", Scope.RECENT)] == [NOW]


def test_a_late_source_is_drawn_at_its_own_time(history: History) -> None:
    history.samples.add([(ANDROID, poll(EDGE - 20, Proportion(1, 100), lag=2 * STEP))])
    assert crash_buckets(history) == [None, 0.01, None, None]


def test_a_hundred_thousand_samples_become_a_chart(history: History) -> None:
    start = EDGE - 100_000 * 15.0
    history.samples.add(
        [
            (ANDROID, poll(start + number * 15.0, Mean(41.0 + number % 7, 10), metric=CONNECT_TIME))
            for number in range(100_000)
        ]
    )
    step = (EDGE - start) / 300
    drawn = history.samples.buckets(ANDROID, "4201", CONNECT_TIME.id, CONNECT_TIME.better, EDGE, step, 300)
    assert drawn == [4.7] * 300


def test_a_full_disk_leaves_nothing_half_done_and_is_over_when_there_is_room(history: History) -> None:
    connection = history._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        history.samples.add([(ANDROID, poll(NOW + second)) for second in range(5000)])
    assert history.samples.newest(ANDROID, "4201", Scope.RECENT) == []
    connection.execute("PRAGMA max_page_count = 1000000")
    history.samples.add([(ANDROID, poll())])
    assert history.samples.newest(ANDROID, "4201", Scope.RECENT) == [poll()]


def test_a_poll_that_cannot_be_written_leaves_nothing_of_itself(history: History) -> None:
    broken = replace(poll(), as_of=None)  # type: ignore[arg-type]  # a provider that breaks its promise
    with pytest.raises(Exception, match=r"NOT NULL|unsupported"):
        history.samples.add([(ANDROID, poll(metric=DURATION)), (ANDROID, broken)])
    assert history.samples.newest(ANDROID, "4201", Scope.RECENT) == []
    history.samples.add([(ANDROID, poll(metric=DURATION))])
    assert len(history.samples.newest(ANDROID, "4201", Scope.RECENT)) == 1


@pytest.mark.parametrize("seed", range(5))
def test_holes_are_all_spans_without_a_sample_of_any_series(history: History, seed: int) -> None:
    draw = random.Random(seed)
    times = sorted(NOW + 60.0 * draw.randint(0, 400) for _ in range(60))
    for at in times:
        history.samples.add([(ANDROID, poll(at, metric=draw.choice([CRASH, DURATION]), scope=draw.choice([*Scope])))])
    builds = [(ANDROID, "4201")]
    longest = 600.0
    assert history.samples.holes(builds, longest) == [
        (before, after) for before, after in pairwise(times) if after - before > longest
    ]
    assert history.samples.extent(builds) == (times[0], times[-1])
    assert history.samples.holes([(ANDROID, "none")], longest) == []
    assert history.samples.extent([(ANDROID, "none")]) is None
