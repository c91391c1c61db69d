"""A check as JSON (design.md, Machine output). Rates and shares are ratios 0..1, times and ages seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rollout_tui.cli.checks.checked import Checked, PlatformCheck, worst_code
from rollout_tui.cli.checks.text import summary
from rollout_tui.cli.facts import gate_facts
from rollout_tui.domain.answers import answer


def as_json(found: Sequence[Checked]) -> str:
    """One object: the app's own, or `apps` with the answer over all of them."""
    facts = _facts(found[0]) if len(found) == 1 else _all(found)
    return json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False)


def _all(found: Sequence[Checked]) -> dict[str, Any]:
    verdict = answer(one.verdict for one in found)
    return {"verdict": verdict.value, "exit_code": worst_code(found), "apps": [_facts(one) for one in found]}


def _facts(found: Checked) -> dict[str, Any]:
    return {
        "app": found.app,
        "version": found.version,
        "verdict": found.verdict.value,
        "exit_code": found.exit_code,
        "plain": found.plain,
        "platforms": {
            platform.rollout.plan.platform.value: _platform(platform, found.at) for platform in found.platforms
        },
    }


def _platform(platform: PlatformCheck, now: float) -> dict[str, Any]:
    current = platform.rollout.current
    return {
        "verdict": platform.verdict.value,
        "summary": summary(platform),
        "build": platform.rollout.plan.build,
        "phase": None if current is None else current.phase.id,
        "gates": {result.gate.id: gate_facts(result, now) for result in platform.results},
        "notes": list(platform.notes),
    }
