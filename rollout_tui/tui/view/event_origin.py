"""Where an event comes from, and what signs it: only what is known, never guessed (screens.md 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.snapshot import MetricStanding, Rollout, Snapshot
from rollout_tui.history.chain import Sought

SIGNED = frozenset({EventKind.ACTION, EventKind.SIGNOFF, EventKind.ACK, EventKind.WAIVER, EventKind.REQUEST})
"""Kinds that people make: each is a line of the audit log, a chain of hashes."""


def origin(event: Event, snapshot: Snapshot, sought: Sought | None) -> str:
    """In a sentence. `sought` None: the audit log is being looked into."""
    if event.kind in SIGNED:
        return "looking into the audit log" if sought is None else _signed(sought)
    rollout = next((one for one in snapshot.rollouts if one.plan.platform is event.platform), None)
    told = _TOLD[event.kind](event, rollout)
    return f"{told}; no person did it, so the audit log has no line of it" if event.kind in _UNSIGNED else told


def _signed(sought: Sought) -> str:
    line = sought.line
    if line is None:
        return sought.why_not
    return f"audit log, line {line.number}, hash {line.hash[:16]}; rollout-tui audit verify checks the chain"


def _severity(event: Event, rollout: Rollout | None) -> str:
    """Events keep no source; the metric is named by its text, and its source of now is known."""
    return f"a reading held against the plan's lines{_read_now(_named(event, rollout))}"


def _verdict(event: Event, rollout: Rollout | None) -> str:
    results = rollout.gates if rollout else ()
    metric = next((each.gate.metric for each in results if f" {each.gate.label}:" in event.text), None)
    found = next((each for each in (rollout.metrics if rollout else ()) if each.metric.id == metric), None)
    return f"the gate's rule on all that was counted by then{_read_now(found)}"


def _source(event: Event, rollout: Rollout | None) -> str:
    found = _named(event, rollout)
    who = "the source that is named" if found is None or found.reading is None else found.reading.source
    if rollout is not None and event.text.startswith(f"{rollout.store.name} "):
        who = rollout.store.name
    return f"this program, when it asked {who}"


def _named(event: Event, rollout: Rollout | None) -> MetricStanding | None:
    """The metric that the text begins with."""
    return next((one for one in (rollout.metrics if rollout else ()) if event.text.startswith(one.metric.label)), None)


def _read_now(found: MetricStanding | None) -> str:
    if found is None or found.reading is None:
        return ""
    return f"; {found.metric.label} is read from {found.reading.source} now"


def _store(rollout: Rollout | None) -> str:
    return "what the store answered" if rollout is None else f"what {rollout.store.name} answered"


def _state(_event: Event, rollout: Rollout | None) -> str:
    return f"{_store(rollout)}; where an action of this program led to it, that is an event of its own"


def _elsewhere(_event: Event, rollout: Rollout | None) -> str:
    return f"{_store(rollout)}; somebody did it outside this program: the store's console may say who"


_STEP = "a note or tick of the runbook, kept in the history and not in the audit log"
_UNSIGNED = frozenset({EventKind.SEVERITY, EventKind.VERDICT, EventKind.SOURCE})
_TOLD: Mapping[EventKind, Callable[[Event, Rollout | None], str]] = {
    EventKind.STATE: _state,
    EventKind.ELSEWHERE: _elsewhere,
    EventKind.SEVERITY: _severity,
    EventKind.VERDICT: _verdict,
    EventKind.SOURCE: _source,
    EventKind.STEP: lambda _event, _rollout: _STEP,
    EventKind.PROGRAM: lambda _event, _rollout: (
        "this program about itself, kept in the history and not in the audit log"
    ),
}
