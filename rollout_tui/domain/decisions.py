"""A gate on a metric in the few words beside its needle: what was decided, or what it still waits for (gates.md 10).

A gate that is open gets a range of time or a bound, never one number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rollout_tui.domain.estimates import wait
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.reasons import Case, faded, has_faded, is_outside, needs_cap, proof, too_few
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.waiving import row_forms


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands beside a gate's needle. `forms` longest first; `told` a sentence for where there is much room.

    `needle` is False where the words say more than the needle could: they take its place where both do not fit.
    """

    forms: tuple[str, ...]
    told: str = ""
    needle: bool = True


def decision(case: Case) -> Decision:
    """The words beside the needle."""
    for rule in _RULES[case.result.verdict]:
        found = rule(case)
        if found is not None:
            return found
    return Decision(("",))


def _lost(case: Case) -> Decision | None:
    latch = case.finding.failed
    if latch is None or case.result.quantity is not None:
        return None
    at = case.when(latch.at)
    return Decision((f"at {at}, no data now", f"at {at}", at), needle=False)


def _faded(case: Case) -> Decision | None:
    latch = case.finding.failed
    if latch is None or not has_faded(case):
        return None
    at = case.when(latch.at)
    return Decision((f"at {at}", at, "earlier"), faded(case))


def _restarted(case: Case) -> Decision | None:
    latch = case.finding.failed
    if latch is None or case.finding.since is None:
        return None
    at = case.when(latch.at)
    return Decision((f"proven at {at}", f"at {at}", "proven"), f"proven{proof(case)}")


def _assumed(case: Case) -> Decision | None:
    return None if case.finding.assumed is None else Decision(("assumed n",))


def _proven(_case: Case) -> Decision:
    return Decision(("proven",))


def _trend(case: Case) -> Decision | None:
    if not isinstance(case.result.quantity, Bare):
        return None
    seen = case.finding.trend
    return Decision(("trend only", "trend"), f"trend only: {seen}" if seen else "", needle=False)


def _cap(case: Case) -> Decision | None:
    if not needs_cap(case):
        return None
    told = "needs a cap: without one no mean is proven under"
    return Decision(("needs a cap", "no cap"), told, needle=False)


def _few(case: Case) -> Decision | None:
    why = too_few(case)
    return None if why is None else Decision(("too few",), f"too few: {why}")


def _open(case: Case) -> Decision | None:
    left = wait(case.finding.ahead)
    if not left:
        return None
    forms = (f"in {left}", left) if left[0].isdigit() else (left,)
    return Decision(forms, f"over the limit, not proven; decided {forms[0]}" if is_outside(case) else "")


def _waived(case: Case) -> Decision | None:
    waiver = case.result.waiver
    if waiver is None:
        return None
    longest, *forms = row_forms(waiver, case.zone)
    return Decision(tuple(forms), longest, needle=False)


def _undecided(case: Case) -> Decision:
    return Decision((f"needs more {case.metric.population}", "need more", "waiting"), case.result.reason)


_Rule = Callable[[Case], Decision | None]
_RULES: dict[Verdict, tuple[_Rule, ...]] = {
    Verdict.FAIL: (_lost, _faded, _restarted, _assumed, _proven),
    Verdict.PASS: (_assumed, _proven),
    Verdict.UNDECIDED: (_trend, _assumed, _cap, _few, _open, _undecided),
    Verdict.NO_DATA: (),
    Verdict.WAIVED: (_waived,),
}
