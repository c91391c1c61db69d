"""Which metrics and gates a pane shows: all of few, else the worst and how many more there are (screens.md 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rollout_tui.domain.severity import rank, worst
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict

MOST_METRICS, MOST_GATES = 4, 6


@dataclass(frozen=True, slots=True)
class More:
    """What has no row of its own: `3 more, all OK`."""

    hidden: tuple[MetricStanding, ...] | tuple[GateResult, ...]
    told: str


Item = MetricStanding | GateResult | More


def metrics_of(rollout: Rollout) -> Sequence[MetricStanding | More]:
    """At most four, in the plan's order; of more the worst four, and how many there are beside them."""
    standings = rollout.metrics
    if len(standings) <= MOST_METRICS:
        return standings
    ordered = sorted(standings, key=lambda standing: -rank(standing.severity))
    hidden = tuple(ordered[MOST_METRICS:])
    severity = worst(standing.severity for standing in hidden)
    same = all(standing.severity is severity for standing in hidden)
    return (*ordered[:MOST_METRICS], More(hidden, f"{len(hidden)} more, {'all' if same else 'at worst'} {severity}"))


def gates_of(rollout: Rollout, most: int = MOST_GATES) -> Sequence[GateResult | More]:
    """At most six rows, in the plan's order; of more gates the worst, and how many there are beside them."""
    gates = rollout.gates
    if len(gates) <= most:
        return gates
    ordered = worst_gates(rollout)
    room = max(0, most - 1)
    hidden = tuple(ordered[room:])
    holding = sum(result.holds for result in hidden)
    told = "all hold" if holding == len(hidden) else f"{holding} of them hold"
    return (*ordered[:room], More(hidden, f"{len(hidden)} more, {told}"))


def worst_gates(rollout: Rollout) -> Sequence[GateResult]:
    """All of them, the worst first, else in the plan's order."""
    return sorted(rollout.gates, key=_place)


def items_of(rollout: Rollout) -> Sequence[Item]:
    """What can be chosen in a pane, from top to bottom."""
    return (*metrics_of(rollout), *gates_of(rollout))


def item_at(rollout: Rollout, number: int) -> Item | None:
    """The chosen one of these."""
    items = items_of(rollout)
    return items[number] if 0 <= number < len(items) else None


_ORDER = (Verdict.FAIL, Verdict.NO_DATA, Verdict.UNDECIDED, Verdict.WAIVED, Verdict.PASS)


def _place(result: GateResult) -> tuple[int, bool]:
    """What fails or says nothing first; what only waits for time or a person after what is not proven."""
    return _ORDER.index(result.verdict), result.waits
