"""Alerts: once when an alarm turns, again when worse or not acknowledged, once when over; never on every poll."""

from __future__ import annotations

from rollout_tui.domain.acknowledging import with_acks
from rollout_tui.domain.alarms import Alarm, Seen, seen
from rollout_tui.domain.alerting import CALM, Book, Turn, step
from rollout_tui.domain.assess import assess
from rollout_tui.domain.digest import digest_lines, last_due, next_line
from rollout_tui.domain.events import Ack, Event, EventKind
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Snapshot
from tests.unit.domain.builders import ANDROID, CRASH, NOW, android_facts, reading

REPEAT = 1800.0


class Telling:
    """A book that is turned from moment to moment."""

    def __init__(self) -> None:
        self.book: Book = {}
        self.now = NOW
        self.acks: dict[Platform, float] = {}

    def see(self, seconds: float, level: Severity | None, *, unseen: bool = False) -> list[Turn]:
        """That much later the one alarm has that level (None: it is gone)."""
        self.now += seconds
        alarms = () if level is None else (Alarm("k", level, "it", Platform.ANDROID),)
        found = Seen(alarms, frozenset({"k"}) if unseen else frozenset())
        self.book, notices = step(self.book, found, self.acks, self.now, REPEAT)
        return [notice.turn for notice in notices]


def test_it_is_told_once_when_it_turns_and_not_with_every_poll() -> None:
    telling = Telling()
    assert telling.see(0, Severity.WARNING) == [Turn.BEGAN]
    assert [telling.see(60, Severity.WARNING) for _ in range(20)] == [[]] * 20


def test_it_is_told_again_until_somebody_acknowledged_it() -> None:
    telling = Telling()
    telling.see(0, Severity.CRITICAL)
    assert telling.see(REPEAT - 1, Severity.CRITICAL) == []
    assert telling.see(1, Severity.CRITICAL) == [Turn.STILL]
    telling.acks[Platform.ANDROID] = telling.now
    assert [telling.see(REPEAT, Severity.CRITICAL) for _ in range(5)] == [[]] * 5


def test_worse_after_an_acknowledgement_is_told_and_asks_for_a_new_one() -> None:
    telling = Telling()
    telling.see(0, Severity.WARNING)
    telling.acks[Platform.ANDROID] = telling.now
    assert telling.see(60, Severity.CRITICAL) == [Turn.WORSE]
    assert telling.see(REPEAT, Severity.CRITICAL) == [Turn.STILL]


def test_what_comes_and_goes_is_told_once_and_once_when_it_stays_away() -> None:
    telling = Telling()
    told = [turn for _ in range(20) for turn in [*telling.see(60, Severity.WARNING), *telling.see(60, None)]]
    assert told == [Turn.BEGAN, Turn.STILL]
    assert telling.see(CALM, None) == [Turn.OVER]
    assert telling.see(60, None) == []


def test_a_level_that_flaps_is_told_once() -> None:
    telling = Telling()
    turns = [t for level in (Severity.WARNING, Severity.CRITICAL) * 5 for t in telling.see(60, level)]
    assert turns == [Turn.BEGAN, Turn.WORSE]


def test_silence_ends_no_alarm() -> None:
    telling = Telling()
    telling.see(0, Severity.CRITICAL)
    assert telling.see(CALM, None, unseen=True) == []
    assert telling.see(REPEAT, None, unseen=True) == [Turn.STILL]


def test_silence_is_an_alarm_of_its_own_once_it_lasts() -> None:
    telling = Telling()
    assert telling.see(0, Severity.UNKNOWN) == []
    assert telling.see(60, None) == []
    assert telling.see(60, Severity.UNKNOWN) == []
    assert telling.see(CALM, Severity.UNKNOWN) == [Turn.BEGAN]


def test_what_only_left_its_target_is_not_repeated() -> None:
    telling = Telling()
    telling.see(0, Severity.INFO)
    assert telling.see(REPEAT * 3, Severity.INFO) == []


def snapshot(**changes: object) -> Snapshot:
    rollouts = (assess(android_facts(**changes), NOW),)
    return Snapshot(NOW, Plan("acme-connect", "4.2.0", (ANDROID,)), rollouts, (), recommend(rollouts, NOW))


def test_a_gate_that_fails_and_a_metric_beyond_its_line_are_alarms_with_their_numbers() -> None:
    bad = {CRASH.id: reading(CRASH, Proportion(300, 7930))}
    failed = {CRASH.id: reading(CRASH, Proportion(900, 96_000), scope=Scope.PHASE)}
    found = {alarm.key: alarm for alarm in seen(snapshot(recent=bad, phase=failed)).alarms}
    metric, gate = found["android/4201/metric/crash_rate"], found["android/4201/gate/closed/crash_free_sessions"]
    assert metric.text == "Android: Crash rate CRITICAL: 3.78 % of 7,930 (critical > 2 %)."
    assert (gate.gate, gate.level) == (True, Severity.CRITICAL)


def test_a_quiet_rollout_has_no_alarm() -> None:
    assert seen(snapshot()).alarms == ()


def test_an_acknowledgement_covers_what_stood_and_nothing_that_came_later() -> None:
    nothing = NoReading(CRASH.id, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "Prometheus")
    rollout = assess(android_facts(recent={CRASH.id: nothing}), NOW)
    ack = Event(NOW, EventKind.ACK, "jkim acknowledged", Platform.ANDROID, who="jkim")
    worse = Event(NOW + 60, EventKind.SEVERITY, "Crash rate CRITICAL", Platform.ANDROID, Severity.CRITICAL)
    assert with_acks([rollout], [ack])[0].ack == Ack("jkim", NOW)
    assert with_acks([rollout], [worse, ack])[0].ack is None
    assert with_acks([assess(android_facts(), NOW)], [ack])[0].ack is None, "nothing stands"
    (acked,) = with_acks([rollout], [ack])
    assert " (acknowledged by jkim " in recommend([acked], NOW).detail


def test_a_digest_is_due_at_its_hour_in_its_zone_and_speaks_of_every_rollout() -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2026, 3, 29, 8, 30, tzinfo=UTC).timestamp()  # the day on which the clocks go forward
    assert last_due(at, "09:00", berlin) == datetime(2026, 3, 29, 7, 0, tzinfo=UTC).timestamp()
    assert last_due(at - 2 * 3600, "09:00", berlin) == datetime(2026, 3, 28, 8, 0, tzinfo=UTC).timestamp()
    text = "\n".join(digest_lines(snapshot()))
    assert "Android build 4201: OK, RUNNING 50 %" in text
    assert "In the last 24 h: no events." in text


def test_what_is_sent_names_commands_for_keys() -> None:
    bad = snapshot(recent={CRASH.id: reading(CRASH, Proportion(300, 7930))})
    assert bad.recommendation.headline.startswith("Pause Android: press p, then y.")
    assert next_line(bad).startswith("Next: Pause Android: rollout-tui pause android.")
    assert digest_lines(bad)[-1] == next_line(bad)
