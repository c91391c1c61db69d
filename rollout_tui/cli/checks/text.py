"""A check as lines for people: one a gate, the answer last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from rollout_tui.cli.aloud import aloud, sampled
from rollout_tui.cli.checks.checked import Checked, PlatformCheck
from rollout_tui.cli.checks.explain import explained
from rollout_tui.cli.checks.plain import NOT_PROVEN
from rollout_tui.domain import words
from rollout_tui.domain.answers import stopping
from rollout_tui.domain.metrics import Unit
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict


def text(found: Checked, zone: tzinfo = UTC, *, explain: bool = False) -> str:
    """All platforms; with `explain` the arithmetic below each gate."""
    return "\n".join((_plain_lines if found.plain else _lines)(found, zone, explain))


def _plain_lines(found: Checked, zone: tzinfo, explain: bool) -> Iterator[str]:
    """One comparison a line, its verdict first, without columns and signs, as `status` prints its facts."""
    at = f"{words.day_and_time(found.at, zone)} {zone.tzname(None) or zone}"
    yield f"{found.app} {found.version} at {at}, {NOT_PROVEN}"
    for platform in found.platforms:
        name = platform.rollout.plan.platform.value
        for result in platform.results:
            of = "" if result.quantity is None else f" {value_of(result, platform.rollout)} {sampled(result.quantity)}"
            old = "" if result.as_of is None else f", {words.age(found.at - result.as_of)} old"
            yield f"{result.verdict} {name} {result.gate.label.lower()}{of}, {words.plain_text(result.reason)}{old}"
            if explain:
                yield from (aloud(line) for line in explained(result, platform.rollout, found.at, zone))
        yield f"{platform.verdict} {name} build {platform.rollout.plan.build}, {platform.phase}"
    yield f"{found.verdict}"


def _lines(found: Checked, zone: tzinfo, explain: bool) -> Iterator[str]:
    yield f"{found.app} {found.version} at {words.day_and_time(found.at, zone)} {zone.tzname(None) or zone}"
    for platform in found.platforms:
        yield ""
        yield f"{platform.rollout.plan.label}, {platform.phase}, build {platform.rollout.plan.build}"
        width = max((len(spoken(result.gate.label)) for result in platform.results), default=0)
        for result in platform.results:
            yield f"  {result.verdict.value:10} {spoken(result.gate.label):{width}}  {told(result, platform.rollout)}"
            if explain:
                yield from (f"             {line}" for line in explained(result, platform.rollout, found.at, zone))
        yield from (f"  note: {spoken(words.plain_text(note))}" for note in platform.notes)
    yield ""
    yield from (summary(platform) for platform in found.platforms)
    yield f"{found.verdict.value}"


def summary(platform: PlatformCheck) -> str:
    """Which gates stop this platform, in one sentence."""
    name = platform.rollout.plan.label
    stopped = stopping(platform.results)
    if not stopped:
        count = len(platform.results)
        waived = [result for result in platform.results if result.waiver is not None]
        if waived:
            names = ", ".join(
                f"{spoken(result.gate.label)} by {result.waiver.approver}" for result in waived if result.waiver
            )
            return f"{name}: {count - len(waived)} of {count} gates passed, {len(waived)} waived ({names})"
        return f"{name}: {'all health gates passed' if count else 'nothing to judge in this phase'}"
    first = stopped[0]
    more = f" and {len(stopped) - 1} more" if len(stopped) > 1 else ""
    why = spoken(words.plain_text(first.reason))
    return f"{name}: {platform.verdict.value}, stopped by {spoken(first.gate.label)}{more}: {why}"


def told(result: GateResult, rollout: Rollout) -> str:
    """Value with its interval, n and the reason."""
    parts = [value_of(result, rollout), interval_of(result, rollout), "" if result.quantity is None else _n(result)]
    parts.append(spoken(words.plain_text(result.reason)))
    finding = result.finding
    if finding is not None and result.verdict is Verdict.UNDECIDED and finding.trend:
        parts.append(finding.trend)
    return "  ".join(part for part in parts if part)


def value_of(result: GateResult, rollout: Rollout) -> str:
    """The value as the gate speaks of it: crash-free where the gate does."""
    if result.quantity is None or result.gate.metric is None:
        return ""
    metric = rollout.plan.metric(result.gate.metric)
    return words.value(metric, result.quantity, complement=result.gate.complement, line=result.gate.line)


def interval_of(result: GateResult, rollout: Rollout) -> str:
    """`[99.83-99.92]`, in the unit of the value; empty where there is none."""
    bounds = bounds_of(result)
    if bounds is None or result.gate.metric is None or result.quantity is None:
        return ""
    scale = 100 if rollout.plan.metric(result.gate.metric).unit is Unit.RATIO else 1
    places = words.percent_decimals(result.quantity.n)
    return f"[{bounds[0] * scale:.{places}f}-{bounds[1] * scale:.{places}f}]"


def bounds_of(result: GateResult) -> tuple[float, float] | None:
    """The interval as the gate speaks of it, in base units."""
    finding = result.finding
    if finding is None or finding.low is None or finding.high is None:
        return None
    return (1 - finding.high, 1 - finding.low) if result.gate.complement else (finding.low, finding.high)


def spoken(words_of_ours: str) -> str:
    """Signs that every terminal and log can hold."""
    return words_of_ours.replace("≥", ">=").replace("≤", "<=").replace("–", "-")


def _n(result: GateResult) -> str:
    finding = result.finding
    if finding is not None and finding.assumed is not None:
        return f"assumed n {words.count(finding.assumed)}"
    return "" if result.quantity is None else words.sample(result.quantity)
