"""NEXT: exactly one recommendation, the most urgent thing to do now, with its key and its reason (screens.md 3).

Rank: finish an unsettled action, pause, investigate, mend a source, release what waits, promote, hold, wait.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from rollout_tui.domain.advice import NOTHING, UNREAD, Advice, Rank
from rollout_tui.domain.onward import ONWARD
from rollout_tui.domain.severity import Severity, rank, worst
from rollout_tui.domain.snapshot import Recommendation, Rollout, Urgency
from rollout_tui.domain.urgent import NOT_YET, URGENT
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.waiting import nothing
from rollout_tui.domain.words import plain_text, short_time

_FIRST = re.compile(r"(?<=\.) (?=[A-Z0-9])")
"""Between two sentences."""


def recommend(rollouts: Sequence[Rollout], now: float, zone: tzinfo = UTC) -> Recommendation:
    """The one thing to do now, over all rollouts; the second platform's need ends the detail."""
    advised = [(rollout, _advise(rollout, now, zone)) for rollout in rollouts]
    ordered = sorted(advised, key=lambda pair: (pair[1].rank, -rank(pair[1].severity)))
    rollout, first = ordered[0]
    if first.rank is Rank.WAIT:
        return _wait(advised)
    rest = [_then(other.plan.label, advice.short) for other, advice in ordered[1:] if advice.rank < Rank.WAIT]
    waits = [advice.short for _, advice in ordered[1:] if advice.rank is Rank.WAIT and advice.short]
    tail = (rest or waits)[:1]
    # Where there is no room for all of it, what the other platform needs is not what is left out.
    brief = first.brief or first.detail
    brief = " ".join([_FIRST.split(brief, maxsplit=1)[0], rest[0]]) if rest else brief
    return Recommendation(
        first.urgency,
        first.severity,
        first.headline,
        " ".join([first.detail, *tail]).strip(),
        _capital(first.short, rollout.plan.label),
        brief,
        rollout.plan.platform,
        first.key,
        rest[0] if rest else "",
    )


def _capital(short: str, name: str) -> str:
    """As a sentence begins; a platform's name stays as it is: `iOS is paused.`"""
    return short if short.startswith(name) else f"{short[0].upper()}{short[1:]}"


def _then(label: str, short: str) -> str:
    """What another rollout needs, named once: `Then iOS: paused: find the cause.`"""
    named = next((lead for lead in (f"{label} is ", f"{label}'s ", f"{label} ") if short.startswith(lead)), "")
    return f"Then {label}: {short.removeprefix(named)}"


def _advise(rollout: Rollout, now: float, zone: tzinfo) -> Advice:
    for ask in (*URGENT, *ONWARD):
        advice = ask(rollout, now, zone)
        if advice is not None:
            return _acknowledged(advice, rollout, zone)
    return nothing(rollout, now, zone)


def _acknowledged(advice: Advice, rollout: Rollout, zone: tzinfo) -> Advice:
    """Whoever is called second must see that somebody is on it."""
    if rollout.ack is None or advice.rank > Rank.MEND:
        return advice
    by, at = plain_text(rollout.ack.by, 24), short_time(rollout.ack.at, zone)

    def noted(detail: str) -> str:
        """Within the first sentence: where there is no room for more, neither the reason nor this is left out."""
        reason, *more = _FIRST.split(detail, maxsplit=1)
        return " ".join([f"{reason.rstrip('.')} (acknowledged by {by} {at}).".lstrip(), *more])

    return replace(advice, detail=noted(advice.detail), brief=noted(advice.brief) if advice.brief else "")


def _is_unread(rollout: Rollout) -> bool:
    """Whether the store, a metric or a gate waits for its first reading since the start."""
    reasons = [standing.problem for standing in rollout.metrics]
    reasons += [gate.reason for gate in rollout.gates if gate.verdict is Verdict.NO_DATA]
    return (rollout.store.state is None and rollout.store.problem is None) or any(one in NOT_YET for one in reasons)


def _wait(advised: Sequence[tuple[Rollout, Advice]]) -> Recommendation:
    told = [advice for _, advice in advised if advice.headline]
    opens = [advice.detail for _, advice in advised if advice.detail]
    severity = worst(advice.severity for _, advice in advised)
    shown = Severity.OK if severity is Severity.OK else Severity.INFO
    lead = NOTHING
    if any(_is_unread(rollout) for rollout, _ in advised):
        shown, lead = Severity.UNKNOWN, UNREAD
    first = told[0] if told else None
    headline = f"{lead} {first.headline}" if first else lead
    brief = f"{lead} {first.short}" if first else lead
    detail = " ".join([*opens[:1], *(advice.headline for advice in told[1:])])
    brief_detail = " ".join([*opens[:1], *(advice.short for advice in told[1:])])
    return Recommendation(Urgency.WAIT, shown, headline, detail, brief, brief_detail)
