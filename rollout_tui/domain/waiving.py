"""How waivers read: the words of a row, of NEXT, of events, and of the release notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict, Waiver
from rollout_tui.domain.waivers import until


def gate_label(plan: RolloutPlan, waiver: Waiver) -> str:
    """How its gate is called; as the plan wrote it where the plan has no such gate any more."""
    gates = (gate for phase in plan.phases for gate in phase.gates)
    return next((gate.label for gate in gates if gate.text == waiver.text), waiver.text)


def phase_label(plan: RolloutPlan, waiver: Waiver) -> str:
    """How its phase is called."""
    return next((phase.label for phase in plan.phases if phase.id == waiver.phase), waiver.phase)


def who(waiver: Waiver) -> str:
    """Both names, and whether the approver said so himself."""
    agreed = waiver.confirmed or f"named by {waiver.operator}, not asked"
    return f"approved by {waiver.approver} ({agreed}), operator {waiver.operator}"


def waiver_given(waiver: Waiver, plan: RolloutPlan) -> Event:
    """The announcement."""
    left = words.span(until(waiver) - waiver.given_at)
    text = f"Gate {gate_label(plan, waiver)}: WAIVED for {left}, {who(waiver)}: {waiver.reason}"
    return Event(waiver.given_at, EventKind.WAIVER, text, plan.platform, Severity.WARNING)


def waiver_ended(waiver: Waiver, rollout: Rollout, why: str, at: float) -> Event:
    """The announcement of an end; a FAIL is the graver one."""
    result = next((one for one in rollout.gates if one.gate.id == waiver.gate), None)
    now_reads = "" if result is None or result.verdict is Verdict.WAIVED else f". The gate reads {result.verdict}"
    text = f"Gate {gate_label(rollout.plan, waiver)}: waiver of {waiver.operator} and {waiver.approver} ended: {why}"
    level = Severity.CRITICAL if result is not None and result.verdict is Verdict.FAIL else Severity.WARNING
    return Event(at, EventKind.WAIVER, f"{text}{now_reads}", rollout.plan.platform, level)


def in_force(rollout: Rollout, zone: tzinfo = UTC) -> str:
    """`Waived: Connect fail ≤ 1 % until 18:32 by mara.`; empty where nothing is."""
    told = [
        f"{result.gate.label} until {words.short_time(until(result.waiver), zone)} by {result.waiver.approver}"
        for result in rollout.gates
        if result.waiver is not None
    ]
    return f"Waived: {', '.join(told)}." if told else ""


def row_forms(waiver: Waiver, zone: tzinfo) -> Sequence[str]:
    """What stands beside a gate: until when, and both names; the longest first."""
    end, by, operator = words.short_time(until(waiver), zone), waiver.approver, waiver.operator
    return (
        f"until {end}, approved by {by}, operator {operator}: {waiver.reason}",
        f"until {end}, approved by {by}, operator {operator}",
        f"to {end} by {by} for {operator}",
        f"{end} {by}, {operator}",
        f"to {end} by {by}",
        f"{end} {by}",
        f"to {end}",
    )


def release_notes(app: str, plan: RolloutPlan, waivers: Iterable[Waiver], zone: tzinfo = UTC) -> str:
    """A section in Markdown with the reason of every waiver of this version, ended ones too; empty without one."""
    mine = [waiver for waiver in waivers if waiver.version == plan.version]
    if not mine:
        return ""
    lines = [f"### Gates that were overridden: {_markdown(app)} {_markdown(plan.version)}, {_markdown(plan.label)}", ""]
    return "\n".join([*lines, *(_note(plan, waiver, zone) for waiver in mine)])


def _note(plan: RolloutPlan, waiver: Waiver, zone: tzinfo) -> str:
    given = f"{words.day_and_time(waiver.given_at, zone)} {datetime.fromtimestamp(waiver.given_at, zone):%Y}"
    zone_name = zone.tzname(None) or str(zone)
    what = f"{gate_label(plan, waiver)} (build {waiver.build}, {phase_label(plan, waiver)}, then {waiver.found})"
    return f"- {_markdown(what)}: {_markdown(waiver.reason)}. {_markdown(who(waiver))}, {given} {zone_name}"


def _markdown(text: str) -> str:
    return words.markdown(words.plain_text(text))
