"""`sign`: a person's answer to a gate that asks for one, for this version, build and phase (rollout-plan.md 9.4).

Exit codes: 0 signed (or withdrawn, or already so), 1 refused, 4 usage.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.options import config_option, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.actions import Actor
    from rollout_tui.domain.snapshot import Rollout
    from rollout_tui.domain.verdicts import GateResult, SignOff
    from rollout_tui.history.audit import Deed

_EXAMPLES = """

\b
Examples:
  rollout-tui sign maintainer --platform android --yes
  rollout-tui sign "testflight feedback positive" --platform ios --as mara --note "42 reports read"
  rollout-tui sign maintainer --platform android --withdraw --yes
"""


@click.command(
    help="Answer a sign-off gate of the current phase by name. The answer is journalled, and void for a new build."
    + _EXAMPLES
)
@click.argument("gate")
@click.option("--platform", required=True, metavar="P", help="android or ios.")
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

    plan = rollout_named(settings, platform)
    async with engine_for(settings) as engine:
        rollout = (await engine.read_stores()).rollout(plan.platform)
        by = plain_text(name or engine.actor.user, 64).strip()
        who_else = "" if name is None or name == engine.actor.user else f" (entered by {engine.actor})"
        now = engine.clock.now()
    result = _question(rollout, gate)
    if isinstance(result, str):
        click.echo(result, err=True)
        return 1
    if result.gate.signers and by not in result.gate.signers:
        allowed = " or ".join(result.gate.signers)
        click.echo(f"{by} may not answer {result.gate.label}: {allowed} may. Nothing was written.", err=True)
        return 1
    given = result.signoff is not None and result.signoff.by == by
    if given is not withdraw:
        state = "gave no answer to" if withdraw else "has signed"
        click.echo(f"{by} {state} {result.gate.label}. Nothing was written.")
        return 0
    answer = _answer(rollout, result, by, plain_text(f"{note}{who_else}", 400), now, withdraw)
    verb = "withdraws" if withdraw else "signs"
    told = f"{by} {verb} {result.gate.label} for {plan.label} {plan.version} ({plan.build}), {_phase(rollout)}."
    click.echo(told, err=True)
    if not yes and not _confirmed():
        click.echo("Nothing was written.", err=True)
        return 1
    return _write(settings, rollout, answer, told, engine.actor)


def _question(rollout: Rollout, name: str) -> GateResult | str:
    """The sign-off gate of the current phase that the name means, or why there is none."""
    from rollout_tui.domain.plan import GateKind

    if rollout.current is None:
        return f"The current phase of {rollout.plan.label} is not known: {rollout.store.problem or 'not read yet'}."
    asked = [result for result in rollout.gates if result.gate.kind is GateKind.SIGNOFF]
    wanted = name.strip().lower().removeprefix("signoff:").strip()
    for result in asked:
        if wanted in (result.gate.id.removeprefix("signoff:").lower(), result.gate.label.lower()):
            return result
    known = _names(asked)
    if any(wanted in (result.gate.id.lower(), result.gate.label.lower()) for result in rollout.gates):
        return f'"{name}" is no sign-off: no person can answer it. {known}'
    return f'{_phase(rollout)} of {rollout.plan.label} asks for no sign-off "{name}". {known}'


def _names(asked: Sequence[GateResult]) -> str:
    if not asked:
        return "This phase asks for none."
    return f"It asks for: {', '.join(result.gate.id.removeprefix('signoff:') for result in asked)}."


def _phase(rollout: Rollout) -> str:
    return rollout.current.phase.label if rollout.current is not None else "phase not known"


def _answer(rollout: Rollout, result: GateResult, by: str, note: str, now: float, withdraw: bool) -> SignOff:
    from rollout_tui.domain.verdicts import SignOff

    plan = rollout.plan
    phase = "" if rollout.current is None else rollout.current.phase.id
    return SignOff(result.gate.id, phase, plan.version, plan.build, by, now, note, withdrawn=withdraw)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; pass --yes to confirm")
    return click.confirm("Write it down?", default=False)


def _write(settings: Settings, rollout: Rollout, answer: SignOff, told: str, who: Actor) -> int:
    """Into history, where every other process of ours finds it. A person's answer that is not kept was not given."""
    from rollout_tui.domain.events import Event, EventKind
    from rollout_tui.history import History, HistoryError
    from rollout_tui.history.audit import AuditError

    platform = rollout.plan.platform
    try:
        history = History.open(settings.history.path)
    except HistoryError as error:
        click.echo(f"The answer cannot be kept: {error}. Nothing was written.", err=True)
        return 1
    try:
        history.audit.append(_deed(rollout, answer, told, who))
        history.signoffs.add(platform, answer)
        history.events.add([Event(answer.at, EventKind.SIGNOFF, told, platform, who=answer.by)])
    except AuditError as error:
        click.echo(f"The answer cannot be kept: {error}. Nothing was written.", err=True)
        return 1
    finally:
        history.close()
    click.echo(f"{'Withdrawn' if answer.withdrawn else 'Signed'}: {told}")
    return 0


def _deed(rollout: Rollout, answer: SignOff, told: str, who: Actor) -> Deed:
    from rollout_tui.history.audit import Deed

    plan = rollout.plan
    facts = {"gate": answer.gate, "phase": answer.phase, "by": answer.by}
    state, gates = rollout.store.state, rollout.gates
    return Deed(
        "sign-off",
        answer.at,
        who,
        plan.platform,
        plan.version,
        plan.build,
        told,
        answer.note,
        before=state,
        verdicts=gates,
        more=facts,
    )
