"""The incident report: the runbook as it stands, what the gates said, and the timeline, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from rollout_tui.domain.events import Event
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.runbook import CheckStanding, RunbookStanding
from rollout_tui.domain.sentences import severity_sentence
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import clock_time, day, plain_text

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~$!&"})
_CALL = re.compile(r"(?<!\w)@")
"""Where the report is pasted, a name behind such a sign would be called."""


def incident(
    rollout: Rollout, runbook: RunbookStanding, events: Sequence[Event], app: str, now: float, zone: tzinfo
) -> str:
    """The page as Markdown. Text from outside is escaped: it is no markup here either."""
    return "\n".join(_lines(rollout, runbook, events, app, now, zone)) + "\n"


def announcement(rollout: Rollout, of: Plan, now: float, zone: tzinfo) -> str:
    """What the team is told, in a few plain sentences to paste: what is wrong, what the store does, who is reached."""
    plan, state = rollout.plan, rollout.store.state
    worst = max(rollout.metrics, key=lambda standing: standing.severity is rollout.severity, default=None)
    says = "is not known" if state is None else f"is {state.status}"
    told = [f"{of.app} {plan.version} on {plan.label} (build {plan.build}): {rollout.store.name} {says} as of "]
    told[0] += f"{clock_time(now, zone)} {_zone(now, zone)}."
    if worst is not None and worst.problem is None and worst.reading is not None:
        told.append(f"{severity_sentence(worst)}")
    told.append("Users who have the build keep it until a fix reaches them.")
    if of.support:
        told.append(f"They write to {of.support}.")
    return " ".join(told)


def _lines(
    rollout: Rollout, runbook: RunbookStanding, events: Sequence[Event], app: str, now: float, zone: tzinfo
) -> Iterator[str]:
    plan, state = rollout.plan, rollout.store.state
    yield f"# Incident: {_plain(app)} {_plain(plan.version)}, {_plain(plan.label)} build {_plain(plan.build)}"
    yield ""
    yield f"Written {day(now, zone)} {clock_time(now, zone)} {_zone(now, zone)}. Times are in that zone."
    if runbook.began is not None:
        yield f"Begun {clock_time(runbook.began, zone)} by {_plain(runbook.began_by)}."
    yield ""
    yield "## Where it stands"
    yield ""
    yield f"- Store: {_plain(rollout.store.name)} says {_plain(state.status) if state is not None else 'nothing known'}"
    for standing in rollout.metrics:
        told = severity_sentence(standing) if standing.problem is None else f"{standing.metric.label}: no data"
        yield f"- {standing.severity.value}: {_plain(told)}"
    for gate in rollout.gates:
        yield f"- Gate {_plain(gate.gate.label)}: {gate.verdict.value}. {_plain(gate.reason)}"
    yield ""
    yield "## Runbook"
    yield ""
    for number, step in enumerate(runbook.steps, 1):
        yield f"{number}. {_plain(step.step.title)}"
        for check in step.checks:
            yield f"   - {_check(check, zone)}"
    yield ""
    yield "## Timeline"
    yield ""
    for event in events:
        who = f", {_plain(event.who)}" if event.who else ""
        yield f"- {day(event.at, zone)} {clock_time(event.at, zone)}{who}: {_plain(event.text)}"
    if not events:
        yield "Nothing is recorded."


def _check(standing: CheckStanding, zone: tzinfo) -> str:
    if standing.at is None:
        return f"[ ] {_plain(standing.check.text)}"
    note = f", {_plain(standing.note)}" if standing.note else ""
    by = f"{_plain(standing.by)}{note}" if standing.by else "seen by the program"
    return f"[x] {_plain(standing.check.text)} ({clock_time(standing.at, zone)}, {by})"


def _plain(text: str) -> str:
    return _CALL.sub("@&#8203;", plain_text(text).translate(_SPECIAL))


def _zone(at: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, zone).tzname() or ""
