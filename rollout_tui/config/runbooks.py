"""Runbooks as they are written: steps with checks, each a sentence or a table that says what the program does of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rollout_tui.config.check import Problems
from rollout_tui.config.raw import RunbookCheck, RunbookSection
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import PLAN, Check, Runbook, Sees, Step

_ACTS = {"pause": ActionKind.PAUSE, "restart": ActionKind.RESTART, "remove from sale": ActionKind.REMOVE}


def build_runbooks(written: Mapping[Platform, RunbookSection], problems: Problems) -> Mapping[Platform, Runbook]:
    """The written ones; the plan's own where none is written."""
    found = dict(PLAN)
    for platform, section in written.items():
        ids: set[str] = set()
        steps = []
        for number, step in enumerate(section.steps):
            where = ("runbook", platform.value, "steps", number)
            checks = tuple(_check(check, ids) for check in step.checks)
            for check in checks:
                if check.acts is ActionKind.REMOVE and platform is not Platform.IOS:
                    problems.complain((*where, "checks"), '"remove from sale" is the App Store\'s; pause instead')
            steps.append(Step(step.title, checks, step.optional))
        found[platform] = Runbook(tuple(steps))
    return found


def _check(written: str | RunbookCheck, taken: set[str]) -> Check:
    """A check; its id comes from its words, so that a reordered runbook keeps its ticks."""
    section = RunbookCheck(text=written) if isinstance(written, str) else written
    words = re.sub(r"[^a-z0-9]+", "-", section.text.lower()).strip("-")[:40] or "check"
    name = next(each for each in _names(words) if each not in taken)
    taken.add(name)
    acts = None if section.does in (None, "announce") else _ACTS[str(section.does)]
    sees = None if section.sees is None else Sees(section.sees)
    return Check(name, section.text, acts, sees, section.asks or "", announces=section.does == "announce")


def _names(words: str) -> Sequence[str]:
    return [words, *(f"{words}-{number}" for number in range(2, 100))]
