"""One answer out of many verdicts: of a phase, and of all platforms (gates.md 6, rollout-plan.md 9.4)."""

from __future__ import annotations

from collections.abc import Iterable

from rollout_tui.domain.verdicts import LETS_THROUGH, GateResult, Verdict

_GRAVEST_FIRST = (Verdict.FAIL, Verdict.NO_DATA, Verdict.UNDECIDED, Verdict.WAIVED)


def answer(verdicts: Iterable[Verdict]) -> Verdict:
    """FAIL, else NO DATA, else UNDECIDED, else WAIVED; PASS where all do, also where there is nothing to judge."""
    given = set(verdicts)
    return next((verdict for verdict in _GRAVEST_FIRST if verdict in given), Verdict.PASS)


def stopping(results: Iterable[GateResult]) -> list[GateResult]:
    """The gates that do not let through, gravest first, in the plan's order among themselves."""
    stopped = [result for result in results if result.verdict not in LETS_THROUGH]
    return sorted(stopped, key=lambda result: _GRAVEST_FIRST.index(result.verdict))
