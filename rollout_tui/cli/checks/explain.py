"""`check --explain`: the arithmetic of a gate, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from fractions import Fraction

from rollout_tui.domain import words
from rollout_tui.domain.evidence.feasible import cannot_pass
from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.evidence.wording import bound, odds
from rollout_tui.domain.metrics import Line, Unit
from rollout_tui.domain.plan import Gate
from rollout_tui.domain.quantities import Bare, Mean, Number, Proportion, exact
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict

_SETTLED = frozenset({Verdict.PASS, Verdict.FAIL})
"""What was expected beforehand is no longer of interest."""


def explained(result: GateResult, rollout: Rollout, now: float, zone: tzinfo = UTC) -> Iterator[str]:
    """What the verdict rests on, in signs that every log can hold; nothing for gates that are no statistics."""
    yield from (line.replace("≤", "<=").replace("≥", ">=") for line in _explained(result, rollout, now, zone))


def _explained(result: GateResult, rollout: Rollout, now: float, zone: tzinfo) -> Iterator[str]:
    gate = result.gate
    if gate.line is None or gate.metric is None:
        yield f"condition    {gate.text}"
        return
    if gate.complement:
        yield f"condition    {gate.text}, that is {gate.metric} {words.condition(gate.line, _unit(rollout, gate))}"
    else:
        yield f"condition    {gate.text}"
    if result.quantity is not None:
        yield from _point(result, gate.line)
    if result.as_of is not None:
        yield f"age          {words.age(now - result.as_of)}"
    if result.finding is not None:
        yield from _evidence(result, result.finding, rollout, zone)
    phase = rollout.current.phase if rollout.current is not None else None
    note = None if phase is None else cannot_pass(phase, gate, rollout.plan.metric(gate.metric))
    if note is not None and result.verdict not in _SETTLED:
        yield f"beforehand   {note}"


def _point(result: GateResult, line: Line) -> Iterator[str]:
    p, q = line.limit.numerator, line.limit.denominator
    sign = line.operator.value
    match result.quantity:
        case Proportion(bad, total):
            k, n = exact(bad), exact(total)
            holds = "holds" if line.holds(k / n) else "does not hold"
            left, right = f"{q}*{_plain(bad)} = {_number(q * k)}", f"{p}*{_plain(total)} = {_number(p * n)}"
            yield f"point        {left} {sign} {right}: {holds}"
        case Mean(sum=total, count=count):
            holds = "holds" if line.holds(exact(total) / exact(count)) else "does not hold"
            yield f"point        sum {float(total):,.1f} {sign} {_number(line.limit)}*{_plain(count)}: {holds}"
        case Bare(amount):
            yield f"point        {float(amount):g} {sign} {_number(line.limit)}, from no counts"


def _evidence(result: GateResult, finding: Finding, rollout: Rollout, zone: tzinfo) -> Iterator[str]:
    if finding.log_fail is not None and finding.log_pass is not None:
        since = "the beginning of the phase" if finding.since is None else words.day_and_time(finding.since, zone)
        yield (
            f"for FAIL     ln E {finding.log_fail:.3f} of {finding.fail_at:.3f} "
            f"({odds(finding.log_fail)} of {bound(finding.fail_at)}), most of it since {since}"
        )
        yield (
            f"for PASS     ln E {finding.log_pass:.3f} of {finding.pass_at:.3f} "
            f"({odds(finding.log_pass)} of {bound(finding.pass_at)})"
        )
    if finding.low is not None and finding.high is not None:
        approximate = ", approximate" if finding.approximate else ""
        yield f"interval     {finding.low:.6g} to {finding.high:.6g} (of {result.gate.metric}{approximate})"
    metric = rollout.plan.metric(result.gate.metric or "")
    yield f"polls        {finding.polls:,} of this phase{f', lag {words.age(metric.lag)}' if metric.lag else ''}"
    if metric.dispersion != 1:
        yield f"dispersion   counts divided by {metric.dispersion:g}"
    if finding.failed is not None:
        yield f"latched      FAIL, decided {words.day_and_time(finding.failed.at, zone)}"
    if finding.trend:
        yield f"trend        {finding.trend}"
    yield from _ahead(finding)


def _ahead(finding: Finding) -> Iterator[str]:
    ahead = finding.ahead
    if ahead is None:
        return
    if ahead.fast is None:
        yield "missing      not in sight: the value is too near to the limit"
    else:
        slow = "no end in sight" if ahead.slow is None else f"{ahead.slow:,}"
        yield f"missing      {ahead.fast:,} to {slow} more sessions"
    if ahead.clean is not None:
        yield f"at least     {ahead.clean:,} more without a bad one until PASS"
    if ahead.per_hour is not None:
        fits = {True: "within", False: "not within", None: "beyond what is planned for"}[ahead.fits]
        yield f"pace         {ahead.per_hour:,.0f} an hour; a decision is {fits} this phase"


def _unit(rollout: Rollout, gate: Gate) -> Unit:
    return rollout.plan.metric(gate.metric or "").unit


def _plain(number: Number) -> str:
    return _number(exact(number))


def _number(number: Fraction | int) -> str:
    """Whole numbers with commas, others as decimals."""
    whole = Fraction(number)
    return f"{whole.numerator:,}" if whole.denominator == 1 else f"{float(whole):,.6g}"
