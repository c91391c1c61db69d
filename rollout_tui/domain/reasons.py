"""A gate on a metric in sentences: where it stands, what proves it, what would settle it (gates.md 10).

Evidence words: proven, too few, over the limit but not proven, not enough sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from rollout_tui.domain import words
from rollout_tui.domain.estimates import wait
from rollout_tui.domain.evidence.feasible import cannot_pass, expected_sessions
from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.evidence.wording import odds
from rollout_tui.domain.metrics import Direction, Kind, Metric
from rollout_tui.domain.plan import Gate, Phase
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A gate on a metric with everything that its words rest on. `now` epoch seconds UTC."""

    result: GateResult
    finding: Finding
    metric: Metric
    phase: Phase
    now: float
    zone: tzinfo = UTC

    def when(self, at: float) -> str:
        """A moment, with its day where that is not this one."""
        day = datetime.fromtimestamp(at, self.zone)
        if day.date() == datetime.fromtimestamp(self.now, self.zone).date():
            return words.short_time(at, self.zone)
        return f"{day:%a %H:%M}" if self.now - at < 6 * words.DAY else f"{day.day} {day:%b}"


def case_of(result: GateResult, rollout: Rollout, now: float, zone: tzinfo = UTC) -> Case | None:
    """The case of a gate on a metric; None for other gates and while there is no evidence at all."""
    if result.gate.metric is None or result.finding is None:
        return None
    phase = rollout.current.phase if rollout.current is not None else rollout.plan.phases[0]
    return Case(result, result.finding, rollout.plan.metric(result.gate.metric), phase, now, zone)


def too_few(case: Case) -> str | None:
    """Why the phase cannot give sessions enough for a PASS, in words; None where it may."""
    n = case.result.quantity.n if case.result.quantity is not None else None
    expected = expected_sessions(case.phase)
    beyond = n is not None and expected is not None and n > expected  # more came than anybody expected
    note = None if beyond or needs_cap(case) else _foreseen(case.phase, case.result.gate, case.metric)
    if note is not None:
        return note.split(":", 1)[0]
    ahead = case.finding.ahead
    if ahead is None or ahead.fits is not False:
        return None
    if ahead.clean:
        return f"at least {words.count(ahead.clean)} more sessions, not in this phase"
    return "not to be decided in this phase"


def needs_cap(case: Case) -> bool:
    """Whether a mean stands under its limit, but nothing bounds what a single session may add to it."""
    value = case.result.value
    line = case.result.gate.line
    uncapped = case.metric.kind is Kind.MEAN and case.metric.better is Direction.LOWER and case.metric.cap is None
    return uncapped and value is not None and line is not None and line.holds(value)


def is_outside(case: Case) -> bool:
    """Whether the value of the phase so far is beyond the limit, proven or not."""
    line, value = case.result.gate.line, case.result.value
    return line is not None and value is not None and not line.holds(value)


def has_faded(case: Case) -> bool:
    """Whether a FAIL stays by its latch alone: the evidence has fallen since."""
    finding = case.finding
    if finding.failed is None:
        return False
    if finding.log_fail is None:
        return finding.approximate and finding.lean > -1
    return finding.log_fail < finding.fail_at


def faded(case: Case) -> str:
    """`FAIL at 14:31, evidence then 130:1, now 4:1`."""
    return "" if case.finding.failed is None else f"FAIL at {decided(case)}, {then_and_now(case)}"


def decided(case: Case) -> str:
    """When FAIL was decided; empty where it was not."""
    return "" if case.finding.failed is None else case.when(case.finding.failed.at)


def then_and_now(case: Case) -> str:
    """How the evidence has fallen: `evidence then 130:1, now 4.1:1`."""
    latch, log_fail = case.finding.failed, case.finding.log_fail
    if latch is None or latch.log_fail is None or log_fail is None:
        return "no longer so clear"
    return f"evidence then {odds(latch.log_fail)}, now {odds(log_fail)}"


def proof(case: Case) -> str:
    """When a part of the phase proved FAIL, and from when that part counts: ` at 08:49 by the sessions since 08:29`.

    Two moments that must not be taken for each other. Empty where it is the whole phase that proves it.
    """
    latch, since = case.finding.failed, counts_from(case)
    if case.finding.since is None:
        return ""
    at = "" if latch is None else f" at {decided(case)}"
    return at if since is None else f"{at} by the {case.metric.population} since {_begins(case, since)}"


def _begins(case: Case, since: float) -> str:
    """The day is not told twice."""
    latch = case.finding.failed
    if latch is None:
        return case.when(since)
    dates = {datetime.fromtimestamp(at, case.zone).date() for at in (since, latch.at)}
    return words.short_time(since, case.zone) if len(dates) == 1 else case.when(since)


def counts_from(case: Case) -> float | None:
    """From when the part of the phase counts that proved FAIL; None where it is the whole phase, or not known.

    What began after the decision cannot be what decided it, though it may be the clearest proof by now.
    """
    latch, since = case.finding.failed, case.finding.since
    return None if since is None or (latch is not None and latch.at <= since) else since


def standing(case: Case) -> str:
    """What a gate has so far: `0.93 % [0.86–1.01 %], n 239,100: under, not proven`."""
    quantity, gate = case.result.quantity, case.result.gate
    if quantity is None:
        return case.result.reason
    parts = words.value(case.metric, quantity, complement=gate.complement, line=gate.line)
    bounds = interval(case)
    if bounds:
        parts += f" [{bounds}]"
    return f"{parts}, {words.sample(quantity)}: {_where(case)}"


def news(case: Case) -> str:
    """What a gate that has turned rests on, the words first: `proven under. 75 of 12,900`."""
    quantity = case.result.quantity
    where = _where(replace(case, finding=replace(case.finding, since=None)))
    if isinstance(quantity, Proportion):
        return f"{where}. {words.count(quantity.bad)} of {words.count(quantity.total)}"
    return (
        where
        if quantity is None
        else f"{where}. {words.value(case.metric, quantity, line=case.result.gate.line)}, {words.sample(quantity)}"
    )


def interval(case: Case) -> str:
    """Rates that the evidence does not rule out, as the gate speaks of them; empty where that is not known."""
    quantity, finding = case.result.quantity, case.finding
    if quantity is None or finding.low is None or finding.high is None:
        return ""
    shown = words.interval(case.metric, quantity, (finding.low, finding.high), complement=case.result.gate.complement)
    return f"{shown}, approx." if finding.approximate else shown


def _where(case: Case) -> str:
    """Where the metric itself stands to its limit, in the words of the evidence."""
    if has_faded(case):
        return faded(case)
    verdict, line, higher = case.result.verdict, case.result.gate.line, case.metric.better is Direction.HIGHER
    decided = verdict in (Verdict.PASS, Verdict.FAIL)
    # A part of the phase can fail while the whole of it is inside the limit.
    beyond = verdict is Verdict.FAIL if decided else is_outside(case)
    side, whose = ("over" if beyond != higher else "under"), ""
    if needs_cap(case):
        return f"{side}, but needs a cap"
    if isinstance(case.result.quantity, Bare):
        return case.finding.trend or "the source gives no counts"
    if case.finding.approximate and case.finding.low is None and not decided:
        return case.finding.reason  # what its spread still waits for
    if case.result.gate.complement and line is not None:
        # The number shown is the complement's: without the metric's name the side would be the wrong one.
        whose, side = f"{case.metric.label.lower()} ", f"{side} {words.limit(line, case.metric.unit)}"
    if decided:
        return f"{whose}proven {side}{proof(case) if beyond else ''}"
    return f"{whose}{side}{' the limit' if beyond and not whose else ''}, not proven"


def remedy(case: Case) -> str:
    """What would make the gate hold, or decide it, and the choice that is left otherwise."""
    if case.result.verdict is Verdict.FAIL:
        return "a new build; for a false alarm a waiver"
    if case.result.verdict is Verdict.NO_DATA:
        return "mend the source"
    return "; ".join([*_ways(case), "or a waiver"])


def _ways(case: Case) -> Iterator[str]:
    ahead = case.finding.ahead
    if isinstance(case.result.quantity, Bare):
        yield "a source with counts"
        return
    if needs_cap(case):
        yield "set the metric's cap: the time after which the app gives up"
        return
    why = too_few(case)
    if why is not None:
        yield f"{why}: plan a longer test"
        return
    if ahead is None:
        yield "wait for more sessions"
        return
    left = wait(ahead)
    pace = "" if ahead.per_hour is None else f" at {words.count(ahead.per_hour)}/h"
    if left:
        yield f"wait {left}{pace}"
    if ahead.clean and ahead.slow is None and not is_outside(case):
        hours = "" if not ahead.per_hour else f", {_whole_hours(ahead.clean / ahead.per_hour)}{pace}"
        yield f"at least {words.count(ahead.clean)} more sessions without {_bad_event(case.metric)}{hours}"


def _bad_event(metric: Metric) -> str:
    return "a crash" if metric.id == "crash_rate" else "a failure" if "fail" in metric.id else "a bad one"


def _whole_hours(hours: float) -> str:
    return f"{-(-hours // 1):.0f} h"


@lru_cache(maxsize=256)
def _foreseen(phase: Phase, gate: Gate, metric: Metric) -> str | None:
    return cannot_pass(phase, gate, metric)
