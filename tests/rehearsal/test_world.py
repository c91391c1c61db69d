"""The simulated users: the same for the same seed, as healthy as the scenario says, and moved by what stores offer."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.rehearsal.arrivals import binomial, cut_times, lognormal_sum, minute_random, poisson
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import SCENARIOS, Behaviour
from rollout_tui.rehearsal.stores.apple_phased import LADDER
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from rollout_tui.rehearsal.stores.play_console import carry_out
from rollout_tui.rehearsal.world import Counters, Crowd, Health, Population, steady
from tests.rehearsal.stagehand import DAY, HOUR, NOW, set_up

ANDROID, IOS = "4201", "87"


def a_crowd(offers: ExposureLog, **population: float) -> Crowd:
    """Two builds, one million sessions a day, no tide, quick adopters."""
    users = Population(**{"sessions_per_day": 1_000_000.0, "swing": 0.0, "adoption_hours": 1.0, **population})
    return Crowd(
        "android",
        users,
        offers,
        {"old": steady(Health()), "new": steady(Health())},
        old_build="old",
        start=NOW,
        seed=1,
    )


def sessions(crowd: Crowd, build: str, hour: int) -> float:
    """Sessions of a build in the n-th hour."""
    first = crowd.counters(build, NOW + hour * HOUR) or Counters()
    last = crowd.counters(build, NOW + (hour + 1) * HOUR) or Counters()
    return last.sessions - first.sessions


# --- draws ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.3, 5, 59, 400])
def test_a_poisson_count_has_its_mean_and_its_spread(mean):
    draw = minute_random(7, "poisson", mean)
    drawn = [poisson(draw, mean) for _ in range(4000)]
    assert sum(drawn) / 4000 == pytest.approx(mean, abs=5 * math.sqrt(mean / 4000))
    spread = sum((count - mean) ** 2 for count in drawn) / 4000
    assert spread == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize(("trials", "chance"), [(20, 0.3), (5000, 0.001), (5000, 0.2)])
def test_a_binomial_count_has_its_mean_and_never_exceeds_its_trials(trials, chance):
    draw = minute_random(7, "binomial", trials, chance)
    drawn = [binomial(draw, trials, chance) for _ in range(4000)]
    assert all(0 <= count <= trials for count in drawn)
    assert sum(drawn) / 4000 == pytest.approx(trials * chance, abs=5 * math.sqrt(trials * chance / 4000))


@pytest.mark.parametrize("count", [7, 300])
def test_a_sum_of_durations_has_its_mean(count):
    draw = minute_random(7, "durations", count)
    total = sum(lognormal_sum(draw, count, 4.1, 0.8) for _ in range(2000))
    assert total / (2000 * count) == pytest.approx(4.1, rel=0.05)


@pytest.mark.parametrize("mean", [0.5, 4.1, 24.0, 28.0])
@pytest.mark.parametrize("count", [1, 25, 300])
def test_times_that_are_cut_at_a_timeout_keep_their_mean_and_never_exceed_it(mean, count):
    draw = minute_random(7, "cut", mean, count)
    times = cut_times(mean, 0.8, 30.0)
    drawn = [times.total(draw, count) for _ in range(3000)]
    assert max(drawn) <= 30.0 * count + 1e-9
    assert sum(drawn) / (3000 * count) == pytest.approx(mean, rel=0.04)
    spread = sum((total - count * mean) ** 2 for total in drawn) / 3000
    assert math.sqrt(spread) == pytest.approx(times.deviation * math.sqrt(count), rel=0.15)


def test_the_share_within_a_time_is_that_of_the_times():
    draw = minute_random(7, "share")
    times = cut_times(4.1, 0.8, 30.0)
    drawn = [times.total(draw, 1) for _ in range(20_000)]
    for edge in (3.0, 10.0, 20.0):
        assert sum(one <= edge for one in drawn) / 20_000 == pytest.approx(times.share_within(edge), abs=0.015)
    assert times.share_within(30.0) == 1


def test_nothing_comes_of_nothing():
    draw = minute_random(1)
    assert (poisson(draw, 0), binomial(draw, 0, 0.5), binomial(draw, 9, 0), lognormal_sum(draw, 0, 4, 1)) == (0,) * 4


# --- the same world for the same seed ----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_world_in_whatever_order_it_is_asked():
    whole, bit_by_bit = set_up("ios-phased", seed=5), set_up("ios-phased", seed=5)
    at = NOW - 4 * HOUR
    while at < NOW:
        bit_by_bit.stage.ios.counters(IOS, at)
        at += 97.0
    bit_by_bit.stage.android.counters("4130", NOW - HOUR)
    for crowd in ("ios", "android"):
        first, second = getattr(whole.stage, crowd), getattr(bit_by_bit.stage, crowd)
        assert [first.counters(build, NOW) for build in first.builds] == [
            second.counters(build, NOW) for build in second.builds
        ]


def test_another_seed_gives_another_world():
    one, other = (set_up("ios-phased", seed=seed).stage.android.counters(ANDROID, NOW) for seed in (1, 2))
    assert one != other


def test_counters_never_fall_and_counts_are_whole():
    crowd = set_up("few-users").stage.ios
    before = Counters()
    at = NOW - 3 * HOUR
    while at <= NOW:
        now = crowd.counters(IOS, at)
        assert now is not None
        for field in fields(Counters):
            assert getattr(now, field.name) >= getattr(before, field.name)
            assert field.name.endswith("_seconds") or float(getattr(now, field.name)).is_integer()
        before = now
        at += 15


@given(st.floats(0, 1), st.integers(0, 9000), st.integers(0, 9000))
def test_between_two_minutes_the_counters_lie_between(part, start, more):
    first, last = Counters(sessions=start), Counters(sessions=start + more)
    assert start <= first.between(last, part).sessions <= start + more


# --- rates -------------------------------------------------------------------------------------------------------


def expect(happened: float, of: float, rate: float) -> None:
    """Within five standard deviations of the rate."""
    assert of > 0
    assert abs(happened - of * rate) <= 5 * math.sqrt(of * rate) + 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_rates_are_what_the_scenario_says(name):
    scene = set_up(name)
    for platform, behaviour, build in (
        ("android", scene.stage.scenario.android, ANDROID),
        ("ios", scene.stage.scenario.ios, IOS),
    ):
        counted = getattr(scene.stage, platform).counters(build, NOW)
        if counted is None:
            assert scene.stage.scenario.app_store.external, "only external testers wait for their build"
            continue
        health = behaviour.health
        expect(counted.crashed, counted.sessions, health.crash_rate)
        expect(counted.connect_failures, counted.connects, health.connect_failure_rate)
        assert counted.connects - counted.connect_failures - counted.connect_count in (0, 1)
        if counted.connect_count > 1000:
            assert counted.connect_seconds / counted.connect_count == pytest.approx(health.connect_seconds, rel=0.1)
            assert counted.session_seconds / counted.sessions == pytest.approx(health.session_seconds, rel=0.15)


@pytest.mark.parametrize(
    ("name", "platform", "build"), [("crash-spike", "android", ANDROID), ("connect-outage", "ios", IOS)]
)
def test_what_develops_begins_at_its_hour_and_not_before(name, platform, build):
    scene = set_up(name)
    behaviour: Behaviour = getattr(scene.stage.scenario, platform)
    turns = NOW + behaviour.turns_at * HOUR
    scene.clock.time = turns + HOUR + 120
    assert behaviour.turned is not None
    for since, until, health in (
        (turns - HOUR, turns, behaviour.health),
        (turns + 60, turns + HOUR, behaviour.turned),
    ):
        crashed, of = (scene.happened(platform, build, since, until, what) for what in ("crashed", "sessions"))
        expect(crashed, of, health.crash_rate)
        failed, of = (scene.happened(platform, build, since, until, what) for what in ("connect_failures", "connects"))
        expect(failed, of, health.connect_failure_rate)


def test_an_outage_ends_at_its_hour():
    scene = set_up("connect-outage")
    until = scene.stage.scenario.android.turns_back
    assert until is not None
    scene.clock.time = NOW + (until + 2) * HOUR
    after = NOW + until * HOUR + 60
    failed, of = (
        scene.happened("android", ANDROID, after, after + HOUR, what) for what in ("connect_failures", "connects")
    )
    expect(failed, of, scene.stage.scenario.android.health.connect_failure_rate)


def test_traffic_swings_over_the_day_with_its_peak_in_the_evening():
    scene = set_up("ios-phased")
    midnight = NOW - NOW % DAY

    def around(hour: float) -> float:
        at = midnight - DAY + hour * HOUR
        builds = scene.stage.android.builds
        return sum(scene.happened("android", build, at - HOUR / 2, at + HOUR / 2) for build in builds)

    assert around(20) == pytest.approx(4 * around(8), rel=0.1)


# --- who is offered what -----------------------------------------------------------------------------------------


def test_before_anybody_is_offered_a_build_it_does_not_exist():
    crowd = a_crowd(ExposureLog())
    assert crowd.counters("new", NOW + HOUR) is None
    assert crowd.first_seen("new") is None
    assert crowd.counters("old", NOW - 60) is None


def test_a_build_spreads_over_hours_to_the_share_that_is_offered_it():
    offers = ExposureLog()
    offers.set(NOW, "new", Decimal("0.2"))
    crowd = a_crowd(offers)
    of_all = [sessions(crowd, "new", hour) / (1_000_000 / 24) for hour in range(8)]
    assert of_all[0] < 0.1 < of_all[1] < of_all[3]
    assert of_all[7] == pytest.approx(0.2, abs=0.01)
    assert sessions(crowd, "old", 7) / (1_000_000 / 24) == pytest.approx(0.8, abs=0.02)


def test_halting_stops_the_spread_and_holders_keep_the_build():
    offers = ExposureLog()
    offers.set(NOW, "new", Decimal("0.5"))
    crowd = a_crowd(offers, adoption_hours=4.0)
    crowd.advance(NOW + 2 * HOUR - 60)
    offers.set(NOW + 2 * HOUR, "new", Decimal(0))
    after = [sessions(crowd, "new", hour) for hour in range(2, 8)]
    went_on = a_crowd(offers_until_the_end(), adoption_hours=4.0)
    assert max(after) == pytest.approx(min(after), rel=0.05)
    assert min(after) > 0
    assert sessions(went_on, "new", 7) > 1.5 * after[-1]


def offers_until_the_end() -> ExposureLog:
    offers = ExposureLog()
    offers.set(NOW, "new", Decimal("0.5"))
    return offers


def test_a_halt_at_google_play_stops_the_spread_of_the_rehearsed_build():
    halted, running = set_up("ios-phased"), set_up("ios-phased")
    for scene in (halted, running):
        carry_out(scene.stage.play, ConsoleChange(build=ANDROID, status="inProgress", fraction=0.9))
        scene.clock.time = NOW + HOUR
    carry_out(halted.stage.play, ConsoleChange(build=ANDROID, status="halted", fraction=0.9))
    for scene in (halted, running):
        scene.clock.time = NOW + 9 * HOUR
    share = [
        scene.happened("android", ANDROID, NOW + 8 * HOUR, NOW + 9 * HOUR)
        / sum(scene.happened("android", build, NOW + 8 * HOUR, NOW + 9 * HOUR) for build in (ANDROID, "4130"))
        for scene in (halted, running)
    ]
    assert share[0] < 0.62
    assert share[1] > 0.75


def test_apples_ladder_climbs_by_itself_and_stands_while_paused():
    scene = set_up("ios-phased")
    apple = scene.stage.apple
    assert apple.phased is not None
    offers = apple.exposure
    assert offers.share_at(IOS, NOW) == LADDER[2]
    scene.clock.time = NOW + DAY
    scene.stage.ios.advance(scene.clock.time)
    assert offers.share_at(IOS, scene.clock.time) == LADDER[3]
    apple.set_phased(apple.phased.id, "PAUSED")
    scene.clock.time += 3 * DAY
    scene.stage.ios.advance(scene.clock.time)
    assert offers.share_at(IOS, scene.clock.time) == 0
    assert apple.phased.day(scene.clock.time) == 4
    apple.set_phased(apple.phased.id, "ACTIVE")
    assert offers.share_at(IOS, scene.clock.time) == LADDER[3]
    assert apple.phased.pause_days(scene.clock.time) == 3


def test_offers_are_kept_in_order_even_where_a_clock_goes_back():
    offers = ExposureLog()
    offers.set(NOW, "new", Decimal("0.5"))
    offers.set(NOW - 60, "new", Decimal("0.1"))
    offers.set(NOW + 60, "new", Decimal("0.1"))
    assert [(offer.at, offer.share) for offer in offers.offers] == [(NOW, Decimal("0.5")), (NOW, Decimal("0.1"))]
    assert offers.share_at("new", NOW - 1) == 0
    assert offers.share_at("other", NOW) == 0


# --- telemetry ---------------------------------------------------------------------------------------------------


def test_nothing_is_told_of_the_future():
    scene = set_up()
    series = next(s for s in scene.stage.telemetry.series if s.labels.get("build") == ANDROID)
    told = scene.stage.telemetry.samples(series, NOW - 60, NOW + HOUR)
    assert 3 <= len(told) <= 5
    assert max(at for at, _ in told) <= NOW
    assert scene.stage.telemetry.scraped(series, NOW + 2 * HOUR) is None


def test_while_the_exporter_is_down_there_are_no_samples_and_up_is_0():
    scene = set_up()
    telemetry = scene.stage.telemetry
    up, sessions_of_the_build = telemetry.series[0], telemetry.series[-1]
    telemetry.scrapes.down_from(NOW)
    scene.clock.time = NOW + 120
    assert telemetry.scraped(up, NOW + 120) == (math.floor((NOW + 120) / 15) * 15, 0.0)
    assert telemetry.samples(sessions_of_the_build, NOW, NOW + 120) == []
    telemetry.scrapes.back_at(NOW + 120)
    scene.clock.time = NOW + 180
    assert telemetry.samples(sessions_of_the_build, NOW + 120, NOW + 180)


def test_in_no_data_the_exporter_knows_nothing_of_the_new_builds():
    scene = set_up("no-data")
    text = scene.stage.telemetry.exposition(NOW)
    assert 'build="4130"' in text
    assert 'build="82"' in text
    assert f'build="{ANDROID}"' not in text
    assert f'build="{IOS}"' not in text


def test_the_exporters_page_is_what_the_counters_say():
    scene = set_up()
    lines = scene.stage.telemetry.exposition(NOW).splitlines()
    counted = scene.stage.android.counters(ANDROID, NOW)
    assert counted is not None
    wanted = f'app_sessions_total{{platform="android",version="4.2.0",build="{ANDROID}"}} {counted.sessions:.17g}'
    assert wanted in lines
    assert "# TYPE app_sessions_total counter" in lines


def test_the_connection_times_are_a_histogram_whose_buckets_hold_each_other():
    scene = set_up()
    lines = scene.stage.telemetry.exposition(NOW).splitlines()
    labels = f'platform="android",version="4.2.0",build="{ANDROID}"'
    found = {
        line.split(" ")[0]: float(line.split(" ")[1])
        for line in lines
        if line.startswith("app_connect_seconds") and labels in line
    }
    ten, twenty, all_of_them = (
        found[f'app_connect_seconds_bucket{{{labels},le="{edge}"}}'] for edge in ("10", "20", "+Inf")
    )
    assert 0 < ten < twenty < all_of_them == found[f"app_connect_seconds_count{{{labels}}}"]
    assert found[f"app_connect_seconds_sum{{{labels}}}"] < 30 * all_of_them
    assert lines.count("# TYPE app_connect_seconds histogram") == 1
    at = [line for line in lines if line.startswith(("app_connect_seconds", "# TYPE"))]
    begin = at.index("# TYPE app_connect_seconds histogram")
    end = next(n for n, line in enumerate(at[begin + 1 :], begin + 1) if line.startswith("# TYPE"))
    assert sum(line.startswith("app_connect_seconds") for line in at) == end - begin - 1, "one block, one type"


def test_a_scenario_with_other_users_is_another_world():
    quiet = replace(SCENARIOS["healthy"], android_users=Population(1000.0))
    assert set_up(quiet).happened("android", ANDROID, NOW - HOUR, NOW) < 100
