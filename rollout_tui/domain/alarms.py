"""What is alarming in a Snapshot, and of what nothing can be said now. Which of it is sent is said by alerting.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rollout_tui.domain import words
from rollout_tui.domain.actions import Ending
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.metrics import Line
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.sentences import gate_sentence, proof_sentence
from rollout_tui.domain.severity import Severity, rank, worst
from rollout_tui.domain.snapshot import MetricStanding, Rollout, Snapshot
from rollout_tui.domain.urgent import NOT_YET
from rollout_tui.domain.verdicts import GateResult, Verdict


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that stands. `key` names it from Snapshot to Snapshot, `text` says it in a sentence with its numbers.

    `gate`: a health gate fails. `loud`: every channel gets it, whatever its levels.
    """

    key: str
    level: Severity
    text: str
    platform: Platform | None = None
    gate: bool = False
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Alarms of one moment. `unseen` are keys of which nothing is known now: silence ends no alarm."""

    alarms: tuple[Alarm, ...]
    unseen: frozenset[str] = frozenset()


def seen(snapshot: Snapshot) -> Seen:
    """What stands in a Snapshot."""
    alarms = [alarm for rollout in snapshot.rollouts for alarm in _alarms(rollout, snapshot.at)]
    if snapshot.alarm is not None:
        text = f"{words.sentence(snapshot.alarm)} Only pausing works without a journal."
        alarms.append(Alarm("history", Severity.WARNING, text))
    return Seen(tuple(alarms), frozenset(key for rollout in snapshot.rollouts for key in _unseen(rollout)))


def failed_pause(rollout: Rollout) -> Countdown | None:
    """The automatic pause that did not succeed, as long as the store does not show a pause."""
    countdown, state = rollout.countdown, rollout.store.state
    failed = countdown is not None and countdown.failed is True
    return countdown if failed and (state is None or state.word is not StateWord.PAUSED) else None


def _alarms(rollout: Rollout, now: float) -> Iterator[Alarm]:
    platform, name = rollout.plan.platform, rollout.plan.label
    failed = failed_pause(rollout)
    if failed is not None:
        text = f"{name}: THE AUTOMATIC PAUSE FAILED. {failed.said} Pause by hand now. It was for: {failed.told}"
        yield Alarm(f"{platform}/automatic/{failed.id}", Severity.CRITICAL, text, platform, loud=True)
    ended = rollout.last_outcome
    if ended is not None and ended.ending is Ending.UNCONFIRMED:
        text = f"{name}: the {ended.kind.value} is not confirmed. {ended.said}"
        yield Alarm(f"{platform}/action/{ended.proposal}", Severity.CRITICAL, text, platform)
    for result in rollout.gates:
        if result.verdict is Verdict.FAIL:
            text = f"{name}: gate {result.gate.label} FAIL. {_why(result, rollout, now)}"
            yield Alarm(_gate_key(rollout, result), _level(result, rollout), text, platform, gate=True)
    for standing in rollout.metrics:
        if standing.severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL):
            yield Alarm(_metric_key(rollout, standing), standing.severity, f"{name}: {metric_text(standing)}", platform)
    silent = _silence(rollout)
    if silent:
        yield Alarm(f"{platform}/silence", Severity.UNKNOWN, f"{name}: {silent} No data is never a pass.", platform)


def _unseen(rollout: Rollout) -> Iterator[str]:
    for standing in rollout.metrics:
        if standing.severity is Severity.UNKNOWN:
            yield _metric_key(rollout, standing)
    for result in rollout.gates:
        if result.verdict is Verdict.NO_DATA:
            yield _gate_key(rollout, result)


def metric_text(standing: MetricStanding) -> str:
    """`Crash rate CRITICAL: 2.41 % of 10,002 (critical > 2 %).`"""
    metric, reading = standing.metric, standing.reading
    if reading is None:
        return f"{metric.label} {standing.severity}."
    of = "" if reading.quantity.n is None else f" of {words.count(reading.quantity.n)}"
    name, line = _line(standing)
    value = words.value(metric, reading.quantity)
    return f"{metric.label} {standing.severity}: {value}{of} ({name} {words.condition(line, metric.unit)})."


def _line(standing: MetricStanding) -> tuple[str, Line]:
    metric = standing.metric
    if standing.severity is Severity.CRITICAL and metric.critical is not None:
        return "critical", metric.critical
    return ("alert", metric.alert) if standing.severity is Severity.WARNING else ("target", metric.target)


def _why(result: GateResult, rollout: Rollout, now: float) -> str:
    if result.gate.metric is not None and result.quantity is not None:
        return proof_sentence(result, rollout, now)
    return gate_sentence(result, rollout)


def _level(result: GateResult, rollout: Rollout) -> Severity:
    """A gate that fails is a warning at the least; it gets worse with its metric."""
    of = [one.severity for one in rollout.metrics if one.metric.id == result.gate.metric]
    return worst([Severity.WARNING, *(severity for severity in of if rank(severity) > rank(Severity.WARNING))])


def _silence(rollout: Rollout) -> str:
    told = []
    if rollout.store.problem is not None:
        told.append(f"{rollout.store.name} cannot be read: {rollout.store.problem}.")
    blind = [one for one in rollout.metrics if one.problem is not None and one.problem not in NOT_YET]
    if blind:
        names = ", ".join(one.metric.label for one in blind)
        told.append(f"no data for {names}: {blind[0].problem}.")
    return " ".join(told)


def _gate_key(rollout: Rollout, result: GateResult) -> str:
    phase = "" if rollout.current is None else rollout.current.phase.id
    return f"{rollout.plan.platform}/{rollout.plan.build}/gate/{phase}/{result.gate.id}"


def _metric_key(rollout: Rollout, standing: MetricStanding) -> str:
    return f"{rollout.plan.platform}/{rollout.plan.build}/metric/{standing.metric.id}"
