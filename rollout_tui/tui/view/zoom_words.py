"""A zoomed metric in words: what is proven, by which counts, what the limit would have allowed (screens.md 5)."""

from __future__ import annotations

from collections.abc import Iterator

from rollout_tui.domain.quantities import Proportion, exact
from rollout_tui.domain.reasons import case_of, remedy
from rollout_tui.domain.reasons import standing as so_far
from rollout_tui.domain.sentences import alarm_sentence
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.words import age, condition, count, covered, limit, value
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.zoomed import Zoomed


def sentences(scene: Scene, zoomed: Zoomed) -> Iterator[str]:
    """One thought a sentence, the most important first."""
    now = zoomed.standing
    if now.severity in (Severity.WARNING, Severity.CRITICAL):
        yield alarm_sentence(now, zoomed.rollout)
    elif now.reading is not None and now.problem is None:
        side = "inside" if now.severity is Severity.OK else "outside"
        target = condition(zoomed.metric.target, zoomed.metric.unit)
        told = value(zoomed.metric, now.reading.quantity)
        yield f"{zoomed.metric.label} {told}, {side} its target ({target})."
    else:
        yield f"{zoomed.metric.label} is not known now: {zoomed.standing.problem}. The curve ends where it was known."
    gate = zoomed.gate
    if gate is None:
        yield "This metric is no gate in this phase: it colours the screen and decides nothing."
        return
    yield from _allowed(scene, zoomed, gate)
    case = case_of(gate, zoomed.rollout, scene.now, scene.zone)
    if case is None:
        yield f"{gate.gate.label}: {gate.reason}."
        return
    yield f"{gate.gate.label}: {so_far(case)}."
    if not gate.holds:
        yield f"What settles it: {remedy(case)}."
    sides = {Verdict.FAIL: ("inside", gate.gate.alpha), Verdict.PASS: ("outside", gate.gate.beta)}
    if gate.verdict in sides:
        side, chance = sides[gate.verdict]
        yield (
            f"If the true value were {side} the limit, that much would come up in at most {chance * 100:g} of 100 "
            "phases, however often one looks."
        )


def _allowed(scene: Scene, zoomed: Zoomed, gate: GateResult) -> Iterator[str]:
    """What was counted in the window that was answered, and what the gate's limit would have allowed of so many."""
    standing, line = zoomed.standing, gate.gate.line
    reading = standing.reading
    if reading is None or line is None or not isinstance(reading.quantity, Proportion):
        return
    quantity = reading.quantity
    allowed = int(float(line.limit * exact(quantity.total)))
    counts, span = f"{count(quantity.bad)} of {count(quantity.total)}", covered(zoomed.metric, reading)
    told = f"In the last {span} {counts}"
    if standing.problem is not None:
        told = f"When it was last known, {age(scene.now - reading.as_of)} ago: {counts} in {span}"
    yield f"{told}; the limit of {limit(line, zoomed.metric.unit)} allows about {allowed:,}."
