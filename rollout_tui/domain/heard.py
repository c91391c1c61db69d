"""Who is asked, and what came of it last: each provider with the age of its answer and its interval. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.readings import Reading
from rollout_tui.domain.snapshot import Heard


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider that is polled: its section, its name for people, seconds between polls."""

    name: str
    label: str
    interval: float


@dataclass(frozen=True, slots=True)
class _Said:
    """What one provider gave to one rollout: when it answered last, and why it gives nothing now."""

    at: float | None
    problem: str | None = None
    idle: bool = False


def heard(asked: Sequence[Asked], facts: Sequence[RolloutFacts]) -> tuple[Heard, ...]:
    """Every provider that some rollout uses, in the order in which they are asked."""
    found: list[Heard] = []
    for one in asked:
        said = [answer for each in facts for answer in _said(one.name, each)]
        if said:
            at = max((answer.at for answer in said if answer.at is not None), default=None)
            problem = next((answer.problem for answer in said if answer.problem is not None), None)
            found.append(Heard(one.label, one.interval, at, problem, all(answer.idle for answer in said), one.name))
    return tuple(found)


def _said(name: str, facts: RolloutFacts) -> Iterator[_Said]:
    if facts.plan.store == name:
        yield _Said(None if facts.state is None else facts.state.as_of, facts.state_problem)
    if name in facts.plan.sources:
        yield _source(name, facts)
    if facts.plan.tracker == name:
        counts = [count for count in facts.bugs.values() if not isinstance(count, str)]
        reasons = [count for count in facts.bugs.values() if isinstance(count, str)]
        yield _Said(max((count.as_of for count in counts), default=None), next(iter(reasons), None))


def _source(name: str, facts: RolloutFacts) -> _Said:
    """A source that gives something is heard, whatever else it does not have."""
    answers = [answer for answer in facts.recent.values() if answer.source == name]
    given = [answer.taken_at for answer in answers if isinstance(answer, Reading)]
    before = [reading.taken_at for reading in facts.last_good.values() if reading.source == name]
    if facts.observed is not None and facts.observed.source == name:
        before.append(facts.observed.as_of)
    reason = next((answer.reason for answer in answers if not isinstance(answer, Reading)), None)
    at = max([*given, *before], default=None)
    idle = at is None and reason is None and name not in facts.unheard
    return _Said(at, None if given else reason, idle)
