"""When a waiver is in force, what ends it, and what may be waived at all (rollout-plan.md 9.6). Pure.

Metrics and bugs may be waived: they are judgements of health, and a person may know better than the numbers. A minimum
time may not: all evidence rests on it, and waiting cures it. A sign-off may not: it is a person's answer already, and
the person who could waive it can give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rollout_tui.domain.plan import Gate, GateKind, RolloutPlan
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict, Waiver
from rollout_tui.domain.words import HOUR, plain_text, span

USUAL = 4 * HOUR
"""Seconds that a waiver lasts where nothing else is said."""
LONGEST = 24 * HOUR
LEAST_REASON = 20
"""Characters of a reason that says something."""
LONGEST_REASON = 400


class Field(StrEnum):
    """What a person fills in."""

    GATE = "gate"
    REASON = "reason"
    APPROVER = "approver"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class Wish:
    """A waiver as a person asks for it; `lasts` seconds, None where what was written is no time."""

    gate: str
    reason: str
    approver: str
    lasts: float | None = USUAL


def not_waivable(gate: Gate) -> str | None:
    """Why a gate cannot be overridden; None where it can."""
    if gate.kind is GateKind.TIME:
        return "the minimum time cannot be waived; all evidence rests on it, and waiting cures it"
    if gate.kind is GateKind.SIGNOFF:
        return "a sign-off cannot be waived; it is a person's own answer, and who could waive it can give it"
    return None


def mistakes(wish: Wish, gate: Gate, operator: str, approvers: Sequence[str]) -> Mapping[Field, str]:
    """What is wrong with a wish, by field; empty where it may be given."""
    found = {
        Field.GATE: not_waivable(gate),
        Field.REASON: _reason(wish.reason),
        Field.APPROVER: _approver(wish.approver.strip(), operator, approvers),
        Field.EXPIRES: _lasting(wish.lasts),
    }
    return {field: why for field, why in found.items() if why is not None}


def _reason(text: str) -> str | None:
    length = len(plain_text(text))
    if length < LEAST_REASON:
        return f"{LEAST_REASON} characters or more, it has {length}; others read it in the release notes"
    return None if length <= LONGEST_REASON else f"at most {LONGEST_REASON} characters, it has {length}"


def _approver(name: str, operator: str, approvers: Sequence[str]) -> str | None:
    others = ", ".join(one for one in approvers if not is_same(one, operator))
    if not approvers:
        return "nobody may approve: name approvers in the configuration, [approvals] approvers"
    if not others:
        return f"you are {operator}, the only approver: name another one in [approvals] approvers"
    if not name:
        return f"who approves it? ({others})"
    if is_same(name, operator):
        return f"you are {operator}: the approver must be somebody else ({others})"
    if name not in approvers:
        return f"{plain_text(name, 32)} is no approver ({others})"
    return None


def _lasting(seconds: float | None) -> str | None:
    if seconds is None:
        return "no time: write 1h, 4h, 12h or 24h"
    if not 0 < seconds <= LONGEST:
        return f"at most {span(LONGEST)}, and more than nothing"
    return None


def is_same(one: str, other: str) -> bool:
    """Whether two names mean one person: nobody becomes another one by capital letters."""
    return one.strip().casefold() == other.strip().casefold()


def given(wish: Wish, result: GateResult, phase: str, plan: RolloutPlan, operator: str, at: float, id_: str) -> Waiver:
    """The waiver that a wish without mistakes comes to."""
    lasts = min(LONGEST, USUAL if wish.lasts is None else wish.lasts)
    return Waiver(
        id=id_,
        gate=result.gate.id,
        text=result.gate.text,
        phase=phase,
        version=plan.version,
        build=plan.build,
        reason=plain_text(wish.reason, LONGEST_REASON),
        approver=wish.approver.strip(),
        operator=operator,
        given_at=at,
        expires_at=at + lasts,
        found=underlying(result),
        open=None if result.bugs is None else result.bugs.open,
    )


def underlying(result: GateResult) -> Verdict:
    """What the gate itself says, under a waiver or without one."""
    return result.verdict if result.found is None else result.found


def until(waiver: Waiver) -> float:
    """When it ends at the latest, whatever was written down."""
    return min(waiver.expires_at, waiver.given_at + LONGEST)


def against(waiver: Waiver, plan: RolloutPlan, phase: str, result: GateResult, now: float) -> str | None:
    """Why a waiver is not in force for a gate of that phase; None where it is.

    `result` is the gate's own verdict. No data that was not there to be seen when it was given is not covered: nobody
    promised to watch blindly. That alone does not end it.
    """
    gate = result.gate
    over = is_over(waiver, now) or _elsewhere(waiver, plan, phase) or _other_gate(waiver, gate) or not_waivable(gate)
    if over is not None:
        return over
    if underlying(result) is Verdict.NO_DATA and waiver.found is not Verdict.NO_DATA:
        return "there is no data, and it was given over data"
    return _failed_since(waiver, result)


def is_over(waiver: Waiver, now: float) -> str | None:
    """Why it is over whatever the release does."""
    if waiver.ended_at is not None:
        return waiver.ended
    if now >= until(waiver):
        return "expired"
    return "not given yet" if now < waiver.given_at else None


def _elsewhere(waiver: Waiver, plan: RolloutPlan, phase: str) -> str | None:
    if (waiver.version, waiver.build) != (plan.version, plan.build):
        return f"given for {waiver.version} ({waiver.build}), not for {plan.version} ({plan.build})"
    return None if waiver.phase == phase else "its phase was left"


def _other_gate(waiver: Waiver, gate: Gate) -> str | None:
    if waiver.gate != gate.id:
        return "given for another gate"
    return None if waiver.text == gate.text else f"the gate was changed from {waiver.text}"


def _failed_since(waiver: Waiver, result: GateResult) -> str | None:
    """A FAIL that was not known when it was given; of bugs also one more than were known."""
    if underlying(result) is not Verdict.FAIL:
        return None
    if waiver.found is not Verdict.FAIL:
        return "a FAIL was proven after it was given"
    latch = None if result.finding is None else result.finding.failed
    if latch is not None and latch.at > waiver.given_at:
        return "a FAIL was proven after it was given"
    if result.bugs is not None and waiver.open is not None and result.bugs.open > waiver.open:
        return f"{result.bugs.open} are open, {waiver.open} when it was given"
    return None


def waived(result: GateResult, waivers: Iterable[Waiver], plan: RolloutPlan, phase: str, now: float) -> GateResult:
    """The gate as it reads: WAIVED while a waiver for it is in force, with what it would say by itself."""
    mine = (waiver for waiver in waivers if against(waiver, plan, phase, result, now) is None)
    waiver = max(mine, key=until, default=None)
    if waiver is None:
        return result
    by = f"waived by {waiver.approver} for {waiver.operator}, {span(until(waiver) - now)} left"
    reason = f"{by}: {waiver.reason}; without it {result.verdict.value}, {result.reason}"
    return replace(result, verdict=Verdict.WAIVED, waits=False, waiver=waiver, found=result.verdict, reason=reason)


def ended(waiver: Waiver, rollout: Rollout, now: float) -> str | None:
    """Why a waiver is over for good, as the rollout stands; None while it may be in force (again).

    What the store or a gate shows counts only where it was read after the waiver was given: another process of ours
    may have given it in a phase that this one has not seen yet.
    """
    over = is_over(waiver, now)
    if over is not None:
        return None if now < waiver.given_at else over
    state, current = rollout.store.state, rollout.current
    if rollout.store.problem is not None or state is None or current is None or state.as_of <= waiver.given_at:
        return None
    elsewhere = _elsewhere(waiver, rollout.plan, current.phase.id)
    if elsewhere is not None:
        return elsewhere
    result = next((one for one in rollout.gates if one.gate.id == waiver.gate), None)
    if result is None:
        return "the phase has no such gate any more"
    return _other_gate(waiver, result.gate) or _failed_since(waiver, result)
