"""`pause`, `resume`, `promote`, `restart`: the actions without a screen.

Exit codes: 0 done or already so, 1 refused or not possible now, 2 not confirmed by the store, 4 usage.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.completing import platforms
from rollout_tui.cli.options import config_option, confirmed, load_settings

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.actions import Outcome, Proposal
    from rollout_tui.domain.plan import RolloutPlan
    from rollout_tui.domain.snapshot import Rollout
    from rollout_tui.engine.engine import Engine

_ABOUT = {
    "pause": "Pause a rollout. Google Play: the release becomes halted. iOS: the build leaves its tester group, the "
    "review is withdrawn, or the phased release is PAUSED. Asks for no gate and no data.",
    "resume": "Resume a paused rollout: same build, same phase. For a false alarm only; a fix is a new build.",
    "promote": "Promote to the next phase. Every gate must hold, from data that is fresh now.",
    "restart": "Begin again at the first phase with the new build that the configuration names. Google Play: its "
    "draft, or the uploaded bundle, goes to the first phase's share; iOS: the build goes to the testers.",
}
_REASONS = {
    "pause": "crash spike",
    "resume": "false alarm",
    "promote": "all gates hold",
    "restart": "fixes the crash",
}
_EXAMPLES = """

\b
Examples:
  rollout-tui {verb} android --dry-run
  rollout-tui {verb} android --yes --reason "{reason}"
  rollout-tui {verb} android --yes --expect-version 4.2.0
"""


def _command(verb: str) -> click.Command:
    @click.command(verb, help=_ABOUT[verb] + _EXAMPLES.format(verb=verb, reason=_REASONS[verb]))
    @click.argument("platform", shell_complete=platforms)
    @click.option(
        "--allow",
        multiple=True,
        metavar="EFFECT",
        help="Allow a side effect that the store asked about, such as cancel-review or not-sent; may be repeated.",
    )
    @click.option("--yes", is_flag=True, help="Confirm; without it the exact change is shown and asked about.")
    @click.option("--reason", default="", metavar="TEXT", help="Why: kept in the journal.")
    @click.option("--expect-version", metavar="V", help="Refuse unless the configured release is this version.")
    @click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
    @config_option
    def command(config: Path | None, platform: str, **options: Any) -> None:
        settings = load_settings(config)
        sys.exit(asyncio.run(_act(settings, verb, platform, **options)))

    if verb != "pause":
        click.option("--share", metavar="SHARE", callback=_share, help="Another share than the plan's, such as 20%.")(
            command
        )
    return command


def _share(_context: click.Context, _parameter: click.Parameter, written: str | None) -> Decimal | None:
    if written is None:
        return None
    from rollout_tui.config import grammar

    try:
        return grammar.share(written)
    except grammar.GrammarError as error:
        raise click.BadParameter(str(error)) from None


pause = _command("pause")
resume = _command("resume")
promote = _command("promote")
restart = _command("restart")


async def _act(
    settings: Settings,
    verb: str,
    platform: str,
    *,
    yes: bool,
    reason: str,
    expect_version: str | None,
    dry_run: bool,
    allow: tuple[str, ...],
    share: Decimal | None = None,
) -> int:
    from rollout_tui.cli.session import engine_for
    from rollout_tui.domain.actions import ActionKind, Terms
    from rollout_tui.domain.keyed import with_commands

    rollout = rollout_named(settings, platform)
    if expect_version is not None and expect_version != rollout.version:
        raise click.UsageError(f"--expect-version {expect_version}: {settings.path} rolls out {rollout.version}")
    async with engine_for(settings) as engine:
        kind = ActionKind(verb)
        # A pause must not wait for metric sources or another store; a promotion is judged on fresh ones.
        await (engine.poll_once() if kind is ActionKind.PROMOTE else engine.read_stores(rollout.platform))
        if kind is not ActionKind.PAUSE and not dry_run:
            await engine.settle(rollout.platform)
        terms = Terms(share, allow)
        while True:
            proposal = engine.propose(rollout.platform, kind, terms)
            already = _already(engine, proposal)
            if already is not None:
                click.echo(already)
                return 0
            click.echo(
                "\n".join(_described(proposal, engine.snapshot.rollout(rollout.platform), engine.clock.now())),
                err=not dry_run,
            )
            if not proposal.possible:
                return 1
            if dry_run:
                return 0
            if not yes and not confirmed("Do it?", proposal.typed):
                click.echo("Nothing was changed.", err=True)
                return 1
            outcome = await engine.perform(proposal, reason)
            click.echo(f"{rollout.label}: {with_commands(outcome.told, outcome.platform)}")
            if outcome.consent is None:
                return _exit_code(outcome)
            if yes or outcome.consent.id in terms.allowed:
                # Nobody is there to read the question: what was not allowed beforehand is not done.
                click.echo(f"To allow it: rollout-tui {verb} {platform} --allow {outcome.consent.id}", err=True)
                return _exit_code(outcome)
            terms = terms.allowing(outcome.consent)


def rollout_named(settings: Settings, platform: str) -> RolloutPlan:
    """The rollout of that platform, however it is spelled; a usage error names the known ones."""
    known = {rollout.platform.value: rollout for rollout in settings.plan.rollouts}
    if platform.lower() not in known:
        raise click.UsageError(f'no platform "{platform}" in {settings.path}; it has {", ".join(known)}')
    return known[platform.lower()]


def _already(engine: Engine, proposal: Proposal) -> str | None:
    """Repeating an action that took effect changes nothing and says so."""
    from rollout_tui.domain.actions import ActionKind
    from rollout_tui.domain.releases import StateWord

    wanted: dict[ActionKind, StateWord] = {
        ActionKind.PAUSE: StateWord.PAUSED,
        ActionKind.RESUME: StateWord.RUNNING,
    }
    rollout = engine.snapshot.rollout(proposal.platform)
    state = rollout.store.state
    if state is None or rollout.store.problem is not None or wanted.get(proposal.kind) is not state.word:
        return None
    if rollout.running is not None or engine.read_only is not None:
        return None
    said = f"{rollout.store.name} says {state.status}"
    return f"{rollout.plan.label} already is {state.word} ({said}). Nothing was changed."


def _described(proposal: Proposal, rollout: Rollout, now: float) -> list[str]:
    """The proposal in plain lines, as the dialog says it: exact change, cost, effects, gates with ages, why not."""
    from rollout_tui.domain.actions import ActionKind
    from rollout_tui.domain.keyed import with_commands
    from rollout_tui.domain.sentences import hand_beside
    from rollout_tui.domain.words import age

    def old(at: float | None) -> str:
        return "" if at is None else f", {age(now - at)} old"

    lines = [proposal.title]
    if proposal.change is not None:
        lines += ["This cannot be undone."] if proposal.change.irreversible else []
        lines.append(proposal.change.headline)
        lines += [f"  {field.name}: {field.told('->')}" for field in proposal.change.fields]
        lines += [f"  reaches: {proposal.reaches}"] if proposal.reaches else []
        bad = "because" if proposal.kind is ActionKind.PAUSE else "bad now"
        lines += [f"  {bad}: {proposal.because}"] if proposal.because else []
        lines += [f"  waiting: {proposal.waiting}"] if proposal.waiting else []
        lines += [f"  - {effect}" for effect in proposal.change.effects]
        lines.append(f"  way back: {proposal.change.way_back}")
    if proposal.second:
        lines.append(f"  second person: {proposal.second}")
    lines += [
        f"  gate {gate.gate.label}: {gate.verdict.value}, {gate.reason}{old(gate.as_of)}" for gate in proposal.gates
    ]
    seen = proposal.seen
    if seen is None:
        lines.append("  store read: not known; it will be tried all the same")
    else:
        lines.append(f"  store read: {seen.word} ({seen.status}){old(seen.as_of)}; read again before the change")
    hand = hand_beside(rollout, proposal.kind)
    lines += [f"  or by hand: {hand}"] if hand else []
    if proposal.obstacles:
        lines.append("Not possible now:")
        lines += [f"  {n}. {o.reason} ({o.remedy})" for n, o in enumerate(proposal.obstacles, 1)]
    return [with_commands(line, proposal.platform) for line in lines]


def _exit_code(outcome: Outcome) -> int:
    from rollout_tui.domain.actions import Ending

    codes = {Ending.DONE: 0, Ending.ALREADY: 0, Ending.UNCONFIRMED: 2}
    return codes.get(outcome.ending, 1)
