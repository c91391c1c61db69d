"""Where an event comes from, and what signs it: only what is known, never guessed (screens.md 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.history.chain import Sought

SIGNED = frozenset({EventKind.ACTION, EventKind.SIGNOFF, EventKind.ACK, EventKind.WAIVER, EventKind.REQUEST})
"""Kinds that people make: each is a line of the audit log, a chain of hashes."""


def origin(event: Event, snapshot: Snapshot, sought: Sought | None) -> str:
    """In a sentence. `sought` None: the audit log is being looked into."""
    if event.kind in SIGNED:
        return "looking into the audit log" if sought is None else _signed(sought)
    rollout = next((one for one in snapshot.rollouts if one.plan.platform is event.platform), None)
    told = _TOLD[event.kind](event, rollout)
    return told if event.kind is EventKind.STEP else f"{told}; nobody did it, so nothing signs it"


def _signed(sought: Sought) -> str:
    line = sought.line
    if line is None:
        return sought.why_not
    return f"audit log, line {line.number}, hash {line.hash[:16]}; rollout-tui audit verify checks the chain"


def _severity(event: Event, rollout: Rollout | None) -> str:
    """Events keep no source; the metric is named by its text, and its source of now is known."""
    found = [each for each in rollout.metrics if event.text.startswith(each.metric.label)] if rollout else []
    if not found or found[0].reading is None:
        return "the written lines on a reading of that moment"
    return f"the written lines on a reading; {found[0].metric.label} comes from {found[0].reading.source} now"


def _verdict(event: Event, rollout: Rollout | None) -> str:
    results = rollout.gates if rollout else ()
    metric = next((each.gate.metric for each in results if f" {each.gate.label}:" in event.text), None)
    found = [each for each in (rollout.metrics if rollout else ()) if each.metric.id == metric and each.reading]
    if not found or found[0].reading is None:
        return "the gate's rule on all that was counted by then"
    return f"the gate's rule on counts; {found[0].metric.label} comes from {found[0].reading.source} now"


def _store(_event: Event, rollout: Rollout | None) -> str:
    return "what the store answered" if rollout is None else f"what {rollout.store.name} answered"


_STEP = "a note or tick of the runbook, kept in the history and not in the audit log"
_TOLD: Mapping[EventKind, Callable[[Event, Rollout | None], str]] = {
    EventKind.STATE: _store,
    EventKind.ELSEWHERE: _store,
    EventKind.SEVERITY: _severity,
    EventKind.VERDICT: _verdict,
    EventKind.SOURCE: lambda _event, _rollout: "the one that is named did or did not answer a poll",
    EventKind.STEP: lambda _event, _rollout: _STEP,
    EventKind.PROGRAM: lambda _event, _rollout: "this program about itself",
}
