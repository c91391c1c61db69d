"""The cells of the simulation, what each must show, and how far chance may carry it (gates.md 13)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

from benchmarks.phases import HOUR, LIMIT, First, Outcome, Story

ERROR = 0.01
"""alpha and beta."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A story with its allowed false verdicts, the share that must be decided, and the ratio to the bound.

    Shares are 0..1; None is not asked for. `verdict` is what the phases ought to come to; a decided share in brackets
    (`told_only`) is shown and not held.
    """

    name: str
    story: Story
    verdict: str
    decided: float | None = None
    told_only: bool = False
    false_fail: float | None = None
    false_pass: float | None = None
    ratio: float | None = None
    stays: bool = False

    @property
    def bound(self) -> float:
        """Sessions that the best rule needs which knows the rates: Wald's, after a change Lorden's."""
        if self.story.then is None:
            return wald(self.story.rate, LIMIT)
        return lorden(self.story.then, LIMIT)

    @property
    def average(self) -> Callable[[Sequence[float]], float]:
        """Of the ratios: a PASS comes in steps of one bad session, so its median jumps and its mean is held."""
        return statistics.fmean if self.verdict == "PASS" else statistics.median


def divergence(p: float, q: float) -> float:
    """KL(p, q) of two rates."""
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def wald(rate: float, limit: float, error: float = ERROR) -> float:
    """Sessions that a test between the two rates needs on average, wrong either way with `error`."""
    odds = log((1 - error) / error)
    return ((1 - error) * odds - error * odds) / divergence(rate, limit)


def lorden(rate: float, limit: float, error: float = ERROR) -> float:
    """Sessions from a change of the rate to its detection."""
    return -log(error) / divergence(rate, limit)


def _steady(rate: float, sessions: int, verdict: str, **held: float | bool) -> Cell:
    return Cell(f"{rate * 100:g} % @{sessions // 1000}k", Story(rate, sessions), verdict, **held)  # type: ignore[arg-type]


def _change(rate: float, then: float, sessions: int, decided: float, ratio: float) -> Cell:
    name = f"{rate * 100:g} to {then * 100:g} % at 12 h @{sessions // 1000}k"
    return Cell(name, Story(rate, sessions, then), "FAIL", decided=decided, false_fail=0.001, ratio=ratio)


CELLS = (
    _steady(0.001, 8_000, "PASS", decided=0.99, false_fail=0.001, ratio=1.18),
    _steady(0.001, 40_000, "PASS", decided=0.99, false_fail=0.001, ratio=1.20),
    _steady(0.003, 8_000, "PASS", decided=0.35, told_only=True, false_fail=0.001),
    _steady(0.003, 40_000, "PASS", decided=0.97, false_fail=0.001, ratio=1.21),
    _steady(0.005, 8_000, "", false_fail=0.01, false_pass=0.01),
    _steady(0.005, 40_000, "", false_fail=0.01, false_pass=0.01),
    _steady(0.007, 40_000, "FAIL", decided=0.93, false_pass=0.002, ratio=1.22),
    _steady(0.01, 8_000, "FAIL", decided=0.95, false_pass=0.001, ratio=1.26),
    _steady(0.01, 40_000, "FAIL", decided=0.99, false_pass=0.001, ratio=1.32),
    _steady(0.02, 8_000, "FAIL", decided=0.99, false_pass=0.001, ratio=1.40),
    _steady(0.02, 40_000, "FAIL", decided=0.99, false_pass=0.001, ratio=1.49),
    _steady(0.05, 8_000, "FAIL", decided=0.99, false_pass=0.001, ratio=1.44),
    _steady(0.05, 40_000, "FAIL", decided=0.99, false_pass=0.001, ratio=1.80),
    _change(0.001, 0.02, 8_000, 0.99, 2.15),
    _change(0.001, 0.05, 8_000, 0.99, 2.40),
    _change(0.001, 0.01, 40_000, 0.97, 2.10),
    _change(0.001, 0.02, 40_000, 0.99, 2.30),
    _change(0.003, 0.01, 40_000, 0.97, 2.05),
    Cell(
        "5 % for 1 h, then 0 @40k",
        Story(0.05, 40_000, 0.0, changes_at=1.0),
        "FAIL",
        decided=0.99,
        stays=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a cell beside what it is held to; `held` None where it is only told."""

    text: str
    allowed: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What the phases of a cell came to. Shares are 0..1, `median_time` seconds from the start or the change."""

    cell: Cell
    phases: int
    false_fail: Figure
    false_pass: Figure
    decided: Figure
    ratio: Figure
    median_time: float | None
    turned: Figure

    @property
    def held(self) -> bool:
        """Whether nothing is outside."""
        figures = (self.false_fail, self.false_pass, self.decided, self.ratio, self.turned)
        return all(figure.held is not False for figure in figures)


def summarize(cell: Cell, outcomes: Sequence[Outcome]) -> Row:
    """Count and compare."""
    right = list(_right(cell, outcomes))
    times = [first.t - _begin(cell) for first, _ in right]
    turned = sum(outcome.turned for outcome in outcomes)
    return Row(
        cell,
        len(outcomes),
        _false(cell.false_fail, sum(_failed_falsely(cell, outcome) for outcome in outcomes), len(outcomes)),
        _false(cell.false_pass, sum(_passed_falsely(cell, outcome) for outcome in outcomes), len(outcomes)),
        _decided(cell, len(right), len(outcomes)),
        _ratio(cell, right, len(outcomes)),
        statistics.median(times) if times and cell.verdict else None,
        Figure(f"{turned} turned", "0", turned == 0),
    )


def _begin(cell: Cell) -> float:
    changed = cell.story.then is not None and not cell.stays
    return cell.story.changes_at * HOUR if changed else 0.0


def _right(cell: Cell, outcomes: Sequence[Outcome]) -> Iterator[tuple[First, Outcome]]:
    """The phases with the verdict that they ought to come to, and its first poll."""
    for outcome in outcomes:
        first = {"PASS": outcome.passed, "FAIL": outcome.failed}.get(cell.verdict)
        if first is not None and first.t > _begin(cell):
            yield first, outcome


def _failed_falsely(cell: Cell, outcome: Outcome) -> bool:
    if outcome.failed is None:
        return False
    return cell.verdict != "FAIL" or outcome.failed.t <= _begin(cell)


def _passed_falsely(cell: Cell, outcome: Outcome) -> bool:
    return cell.verdict != "PASS" and outcome.passed is not None


def _false(allowed: float | None, count: int, phases: int) -> Figure:
    if allowed is None:
        return Figure("-")
    most = quantile(phases, allowed)
    return Figure(f"{100 * count / phases:.1f} %", f"{allowed:.1%} ({count} of at most {most})", count <= most)


def _decided(cell: Cell, right: int, phases: int) -> Figure:
    if cell.decided is None:
        return Figure("-")
    share, least = right / phases, cell.decided
    text = f"{cell.verdict} {100 * share:.1f} %"
    if cell.told_only:
        return Figure(text, f"({least:.0%})")
    return Figure(text, f"{least:.0%}", share >= least - 3 * sqrt(least * (1 - least) / phases))


def _ratio(cell: Cell, right: list[tuple[First, Outcome]], phases: int) -> Figure:
    if cell.ratio is None:
        return Figure("-")
    if not right:
        return Figure("none", f"{cell.ratio}", held=False)
    changed = cell.story.then is not None
    at = cell.average([(first.sessions - changed * outcome.at_change) / cell.bound for first, outcome in right])
    before = cell.average([(first.before - changed * outcome.at_change) / cell.bound for first, outcome in right])
    slack = 0.1 + 2.5 / sqrt(phases)
    low, high = cell.ratio * (1 - slack), cell.ratio * (1 + slack)
    return Figure(f"{at:.2f}", f"{cell.ratio:.2f} ({low:.2f}-{high:.2f})", at >= low and before <= high)


def quantile(phases: int, share: float, level: float = 0.999) -> int:
    """The smallest count that a binomial number does not exceed with that level."""
    term = total = (1 - share) ** phases
    count = 0
    while total < level:
        term *= (phases - count) / (count + 1) * share / (1 - share)
        total += term
        count += 1
    return count
