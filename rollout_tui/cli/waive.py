"""`waive`: override one gate for one version, build and phase, for some hours (rollout-plan.md 9.6).

Exit codes: 0 waived (or withdrawn), 1 refused, or a second person was asked first, 4 usage, such as a gate that the
phase does not have or that cannot be waived.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.completing import platforms
from rollout_tui.cli.options import USAGE_ERROR, config_option, confirmed, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.snapshot import Rollout
    from rollout_tui.domain.verdicts import GateResult
    from rollout_tui.domain.waivers import Wish

_EXAMPLES = """

\b
Examples:
  rollout-tui waive connect_failure_rate --platform android --approver mara \\
      --reason "captive portal retries, see #2218" --expires 4h
  rollout-tui waive connect_failure_rate --platform android --withdraw --yes
"""


@click.command(
    help="Override a gate of the current phase: it reads WAIVED until it expires (at most 24h), the phase is left, the "
    "build changes or a FAIL is proven. Time gates and sign-offs cannot be waived." + _EXAMPLES
)
@click.argument("gate")
@click.option("--platform", required=True, metavar="P", help="android or ios.", shell_complete=platforms)
@click.option("--reason", default="", metavar="TEXT", help="20 characters or more; for the release notes and the log.")
@click.option("--approver", default="", metavar="NAME", help="One of the configured approvers, not you.")
@click.option("--expires", default="4h", show_default=True, metavar="TIME", help="At most 24h.")
@click.option("--withdraw", is_flag=True, help="End the waiver of this gate now.")
@click.option("--yes", is_flag=True, help="Confirm; without it the waiver is shown and asked about.")
@config_option
def command(
    config: Path | None, gate: str, platform: str, reason: str, approver: str, expires: str, withdraw: bool, yes: bool
) -> None:
    """Waive."""
    from rollout_tui.config import grammar
    from rollout_tui.domain.waivers import Wish

    if not withdraw and not (reason.strip() and approver.strip()):
        raise click.UsageError("a waiver needs --reason and --approver")
    try:
        lasts = grammar.duration(expires)
    except grammar.GrammarError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None
    settings = load_settings(config)
    wish = Wish(gate, reason, approver, lasts)
    sys.exit(asyncio.run(_waive(settings, wish, platform, withdraw=withdraw, yes=yes)))


async def _waive(settings: Settings, wish: Wish, platform: str, *, withdraw: bool, yes: bool) -> int:
    from dataclasses import replace

    from rollout_tui.cli.act import rollout_named
    from rollout_tui.cli.session import engine_for
    from rollout_tui.domain.waivers import Field
    from rollout_tui.engine.overrides import question

    plan = rollout_named(settings, platform)
    async with engine_for(settings) as engine:
        rollout = (await engine.poll_once()).rollout(plan.platform)
        result = question(rollout, wish.gate)
        if isinstance(result, str):
            click.echo(result, err=True)
            return 1 if rollout.current is None else USAGE_ERROR
        wish = replace(wish, gate=result.gate.id)
        wrong = {} if withdraw else engine.people.mistakes(plan.platform, wish)
        if wrong:
            click.echo("\n".join(f"{field}: {why}" for field, why in wrong.items()), err=True)
            return 1 if wrong.keys() == {Field.APPROVER} else USAGE_ERROR  # who may approve is no matter of writing
        for line in _told(rollout, result, wish, engine.actor.person, withdraw):
            click.echo(line, err=True)
        if not yes and not confirmed("Write it down?"):
            click.echo("Nothing was written.", err=True)
            return 1
        said = await (
            engine.people.withdraw(plan.platform, wish.gate) if withdraw else engine.people.waive(plan.platform, wish)
        )
        notes = "" if said.waiver is None else engine.people.notes(plan.platform)
    click.echo(said.text, err=not said.done)
    if notes:
        click.echo(f"\n{notes}")
    return 0 if said.done else 1


def _told(rollout: Rollout, result: GateResult, wish: Wish, operator: str, withdraw: bool) -> list[str]:
    """What is about to be written."""
    from rollout_tui.domain.waivers import underlying
    from rollout_tui.domain.words import plain_text, span

    plan, phase = rollout.plan, "" if rollout.current is None else rollout.current.phase.label
    what = f"{result.gate.label} of {plan.label} {plan.version} ({plan.build}), {phase}"
    if withdraw:
        return [f"{operator} ends the waiver of {what}"]
    found = underlying(result)
    return [
        f"{operator} waives {what}, for {span(wish.lasts or 0)}, approved by {wish.approver.strip()}",
        f"  reason: {plain_text(wish.reason)}",
        f"  the gate says now: {found}, {plain_text(result.reason, 200)}",
        *(["  This gate FAILS already: you go on against proof."] if found == "FAIL" else []),
    ]
