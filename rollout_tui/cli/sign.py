"""`sign`: a person's answer to a gate that asks for one, for this version, build and phase (rollout-plan.md 9.4).

Exit codes: 0 signed (or withdrawn, or already so), 1 refused, 4 usage, such as a gate that the phase does not have.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.completing import platforms
from rollout_tui.cli.options import USAGE_ERROR, config_option, confirmed, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.snapshot import Rollout
    from rollout_tui.domain.verdicts import GateResult

_EXAMPLES = """

\b
Examples:
  rollout-tui sign maintainer --platform android --yes
  rollout-tui sign maintainer --platform ios --as mara --note "42 reports"
  rollout-tui sign maintainer --platform android --withdraw --yes
"""


@click.command(
    help="Answer a sign-off gate of the current phase by name. The answer is journalled, and void for a new build."
    + _EXAMPLES
)
@click.argument("gate")
@click.option("--platform", required=True, metavar="P", help="android or ios.", shell_complete=platforms)
@click.option("--as", "name", metavar="NAME", help="Who answers; default: the user of this terminal.")
@click.option("--note", default="", metavar="TEXT", help="Kept with the answer.")
@click.option("--withdraw", is_flag=True, help="Take this person's answer back.")
@click.option("--yes", is_flag=True, help="Confirm; without it the answer is shown and asked about.")
@config_option
def command(
    config: Path | None, gate: str, platform: str, name: str | None, note: str, withdraw: bool, yes: bool
) -> None:
    """Sign."""
    settings = load_settings(config)
    sys.exit(asyncio.run(_sign(settings, gate, platform, name, note, withdraw=withdraw, yes=yes)))


async def _sign(
    settings: Settings, gate: str, platform: str, name: str | None, note: str, *, withdraw: bool, yes: bool
) -> int:
    from rollout_tui.cli.act import rollout_named
    from rollout_tui.cli.session import engine_for
    from rollout_tui.domain.words import plain_text
    from rollout_tui.engine.overrides import by_whom

    plan = rollout_named(settings, platform)
    async with engine_for(settings) as engine:
        rollout = (await engine.read_stores(plan.platform)).rollout(plan.platform)
        by, entered = by_whom(name, engine.actor)
        result = _question(rollout, gate)
        if isinstance(result, str):
            click.echo(result, err=True)
            return 1 if rollout.current is None else USAGE_ERROR
        if result.gate.signers and by not in result.gate.signers:
            allowed = " or ".join(result.gate.signers)
            click.echo(f"{by} may not answer {result.gate.label}: {allowed} may. Nothing was written.", err=True)
            return 1
        given = result.signoff is not None and result.signoff.by == by
        if given is not withdraw:
            state = "gave no answer to" if withdraw else "has signed"
            click.echo(f"{by} {state} {result.gate.label}. Nothing was written.")
            return 0
        verb = "withdraws" if withdraw else "signs"
        phase = "" if rollout.current is None else rollout.current.phase.label
        click.echo(
            f"{by} {verb} {result.gate.label} for {plan.label} {plan.version} ({plan.build}), {phase}.", err=True
        )
        if not yes and not confirmed("Write it down?"):
            click.echo("Nothing was written.", err=True)
            return 1
        note = plain_text(f"{note}{entered}", 400)
        said = await engine.people.sign(plan.platform, result.gate.id, by, note, withdraw=withdraw)
    if not said.done:
        click.echo(said.text, err=True)
        return 1
    click.echo(f"{'Withdrawn' if withdraw else 'Signed'}: {said.text}")
    return 0


def _question(rollout: Rollout, name: str) -> GateResult | str:
    """The sign-off gate of the current phase that the name means, or why there is none."""
    from rollout_tui.domain.plan import GateKind
    from rollout_tui.engine.overrides import question

    asked = [result for result in rollout.gates if result.gate.kind is GateKind.SIGNOFF]
    found = question(rollout, name)
    if rollout.current is None or (not isinstance(found, str) and found in asked):
        return found
    if not isinstance(found, str):
        return f'"{name}" is no sign-off: no person can answer it. {_names(asked)}'
    phase = rollout.current.phase.label
    return f'{phase} of {rollout.plan.label} asks for no sign-off "{name}". {_names(asked)}'


def _names(asked: Sequence[GateResult]) -> str:
    if not asked:
        return "This phase asks for none."
    return f"It asks for: {', '.join(result.gate.id.removeprefix('signoff:') for result in asked)}."
