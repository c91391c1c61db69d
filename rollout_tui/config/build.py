"""From the checked shape of a file to the plan and the settings; every further mistake is gathered, none stops."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rollout_tui.config import places
from rollout_tui.config.check import Problems, Shaped, nearest
from rollout_tui.config.gates import BUGS
from rollout_tui.config.guarding import build_actions, build_alerts
from rollout_tui.config.metrics import build_metric
from rollout_tui.config.phases import Draft, build_rollout, signoffs_asked
from rollout_tui.config.raw import File
from rollout_tui.config.runbooks import build_runbooks
from rollout_tui.config.sections import Lookup, build_sections, check_source_metrics, with_hands
from rollout_tui.config.settings import (
    ApprovalSettings,
    ClockSettings,
    HistorySettings,
    Settings,
    UiSettings,
)
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import OBSERVED_SHARE

_RESERVED = {*BUGS, "signoff", "time", OBSERVED_SHARE}


def build(shaped: Shaped, path: Path, lookup: Lookup, problems: Problems) -> Settings:
    """The settings of a file. Once `problems` holds anything they must not be used."""
    file = shaped.file
    draft = _draft(shaped, problems)
    rollouts = tuple(build_rollout(platform, draft) for platform in Platform if platform in file.platforms)
    _check_signoffs(draft, signoffs_asked(rollouts))
    check_source_metrics(file.sources, [*shaped.raw["metrics"]], problems)
    if file.rehearsal is None and "clock" in file.model_fields_set:
        problems.complain(("clock",), "only a rehearsal's configuration has a clock of its own; remove this table")
    _check_approvals(file, problems)
    stores = build_sections("stores", file.stores, lookup, problems)
    return Settings(
        path=path,
        plan=Plan(
            file.app.name,
            file.app.version,
            tuple(with_hands(rollout, stores, lookup) for rollout in rollouts),
            file.alerts.support_email or "",
        ),
        stores=stores,
        sources=build_sections("sources", file.sources, lookup, problems),
        trackers=build_sections("trackers", file.trackers, lookup, problems),
        history=HistorySettings(_history_path(file, path), file.history.retention, file.history.group),
        ui=UiSettings(
            file.ui.theme,
            file.ui.symbols,
            file.ui.timezone,
            file.ui.bell,
            file.ui.keys,
        ),
        actions=build_actions(file, problems),
        clock=ClockSettings(file.clock.speed, file.clock.origin, file.clock.anchor),
        approvals=ApprovalSettings(
            file.approvals.approvers, file.approvals.second_person, file.approvals.expiry, file.approvals.logins
        ),
        alerts=build_alerts(file.alerts),
        runbooks=build_runbooks(file.runbook, problems),
        rehearsal=file.rehearsal,
    )


def _draft(shaped: Shaped, problems: Problems) -> Draft:
    """The metrics, and the names of those that are in doubt because of their own mistakes."""
    file, gone = shaped.file, shaped.gone
    built = {name: build_metric(name, section, problems) for name, section in file.metrics.items()}
    unsure = {name for name, metric in built.items() if metric is None}
    unsure |= {section.complement for name, section in file.metrics.items() if name in unsure and section.complement}
    for place in gone:
        if len(place) == 2 and place[0] == "metrics":
            table = shaped.raw["metrics"][place[1]]
            unsure |= {str(place[1]), str(table.get("complement") if isinstance(table, dict) else "")}
    _check_metric_names(file, problems)
    metrics = {name: metric for name, metric in built.items() if metric is not None}
    return Draft(file, metrics, frozenset(unsure), gone, problems)


def _check_metric_names(file: File, problems: Problems) -> None:
    """No two quantities of the file share a name, and none takes a reserved one."""
    complements = {name: section.complement for name, section in file.metrics.items() if section.complement}
    uses = Counter([*file.metrics, *complements.values()])
    for name in file.metrics:
        if name in _RESERVED:
            problems.complain(("metrics", name), f'"{name}" is reserved; choose another name')
    for name, complement in complements.items():
        if uses[complement] > 1 or complement in _RESERVED:
            problems.complain(("metrics", name, "complement"), f'"{complement}" is taken; choose another name')


def _check_signoffs(draft: Draft, asked: set[str]) -> None:
    """A section that no gate asks for is a misspelt one: its gate could be signed by anybody."""
    if any(place[0] == "platforms" for place in draft.gone):  # its gates may be among what is gone
        return
    for name in draft.file.signoffs:
        if name not in asked:
            draft.problems.complain(("signoffs", name), f'no gate asks for "signoff: {name}"; {nearest(name, asked)}')


def _check_approvals(file: File, problems: Problems) -> None:
    """A second person who does not exist would block every promotion; a group without a shared place shares nothing."""
    approvals = file.approvals
    if approvals.second_person and len(set(approvals.approvers)) < 2:
        problems.complain(
            ("approvals", "second_person"), "needs two approvers at least: nobody grants what he asked for himself"
        )
    for name in approvals.logins:
        if name not in approvals.approvers:
            problems.complain(("approvals", "logins", name), f"is no approver; {nearest(name, approvals.approvers)}")
    if file.history.group is not None and file.history.path is None:
        problems.complain(
            ("history", "group"), "needs a path that the group can reach, such as /var/lib/rollout-tui/x.db"
        )


def _history_path(file: File, path: Path) -> Path:
    written = file.history.path
    return places.history_file(file.app.name) if written is None else path.parent / Path(written).expanduser()
