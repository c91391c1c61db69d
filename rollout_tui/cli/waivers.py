"""`waivers`: what is overridden, what was and why it ended, and what waits for a second person. From history alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.options import config_option, load_settings, out_option, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.plan import RolloutPlan
    from rollout_tui.domain.requests import Request
    from rollout_tui.domain.snapshot import Rollout
    from rollout_tui.domain.verdicts import Waiver
    from rollout_tui.history import History

_EXAMPLES = """

\b
Examples:
  rollout-tui waivers            in force, and how earlier ones ended
  rollout-tui waivers --json | jq '.waivers[] | select(.in_force)'
  rollout-tui waivers --notes    the reasons, for the release notes
"""


@click.command(help="List waivers, how they ended, and requests for a second person." + _EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--notes", is_flag=True, help="The section for the release notes, in Markdown.")
@out_option
@config_option
def command(config: Path | None, as_json: bool, notes: bool, out: Path | None) -> None:
    """List them."""
    if as_json and notes:
        raise click.UsageError("--json and --notes are two forms; choose one")
    settings = load_settings(config)
    text = asyncio.run(_text(settings, as_json=as_json, notes=notes))
    write(text, out)


async def _text(settings: Settings, *, as_json: bool, notes: bool) -> str:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.session import engine_for
    from rollout_tui.domain.waiving import release_notes
    from rollout_tui.history import History, HistoryError

    async with engine_for(settings) as engine:
        rollouts, now = engine.snapshot.rollouts, engine.clock.now()
    try:
        history = History.reader(settings.history.path)
    except HistoryError as error:
        raise click.ClickException(f"history cannot be read: {error}") from error
    zone = ZoneInfo(settings.ui.timezone)
    try:
        found = [(rollout, history.waivers.all(rollout.plan.platform)) for rollout in rollouts]
        requests = _requests(history, now, settings.plan.rollouts)
    finally:
        history.close()
    if notes:
        parts = (release_notes(settings.plan.app, rollout.plan, waivers, zone) for rollout, waivers in found)
        return "\n\n".join(part for part in parts if part) or "No gate of this version was overridden."
    if as_json:
        return json.dumps(_facts(found, requests, now), ensure_ascii=False, indent=2)
    return "\n".join(_lines(found, requests, now, zone))


def _requests(history: History, now: float, rollouts: tuple[RolloutPlan, ...]) -> list[Request]:
    from rollout_tui.domain.requests import is_open

    here = {rollout.platform for rollout in rollouts}
    return [one for one in history.requests.since(0.0) if is_open(one, now) and one.platform in here]


def _facts(found: list[tuple[Rollout, list[Waiver]]], requests: list[Request], now: float) -> dict[str, Any]:
    from rollout_tui.cli.facts import request_facts, waiver_facts

    return {
        "waivers": [
            waiver_facts(waiver)
            | {"platform": rollout.plan.platform.value, "in_force": _over(waiver, rollout, now) is None}
            | {"why_ended": _over(waiver, rollout, now)}
            for rollout, waivers in found
            for waiver in waivers
        ],
        "requests": [request_facts(request) for request in requests],
    }


def _lines(
    found: list[tuple[Rollout, list[Waiver]]], requests: list[Request], now: float, zone: tzinfo
) -> Iterator[str]:
    from rollout_tui.domain import words
    from rollout_tui.domain.waivers import until
    from rollout_tui.domain.waiving import gate_label, phase_label, who

    told = False
    for rollout, waivers in found:
        for waiver in reversed(waivers):
            told, over = True, _over(waiver, rollout, now)
            stands = f"ENDED ({over})" if over is not None else f"WAIVED, {words.span(until(waiver) - now)} left"
            gate, phase = gate_label(rollout.plan, waiver), phase_label(rollout.plan, waiver)
            yield f"{stands} {rollout.plan.platform.value} {waiver.version} ({waiver.build}) {phase}: {gate}"
            given, end = (words.day_and_time(at, zone) for at in (waiver.given_at, until(waiver)))
            yield f"  {given} to {end}, {who(waiver)}; the gate said {waiver.found}"
            yield f"  {words.plain_text(waiver.reason)}"
    if not told:
        yield "No waiver was ever given."
    for request in requests:
        stands = "GRANTED" if request.grant is not None else "WAITS"
        by = "" if request.grant is None else f", by {request.grant.by} ({request.grant.how})"
        of, left = words.plain_text(f"{request.requester}{by}"), words.span(request.expires_at - now)
        yield f"{stands} {request.id} of {of}, {left} left"
        yield f"  {words.plain_text(request.told)}"
        if request.grant is None:
            yield f"  to grant it: rollout-tui approve {request.id}"


def _over(waiver: Waiver, rollout: Rollout, now: float) -> str | None:
    from rollout_tui.domain.waivers import ended

    return waiver.ended or ended(waiver, rollout, now)
