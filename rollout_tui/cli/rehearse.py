"""`rehearse`: the same program on a rehearsed rollout, or only the rehearsed services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.completing import scenarios

if TYPE_CHECKING:
    from rollout_tui.domain.releases import Platform
    from rollout_tui.history import History
    from rollout_tui.rehearsal.serve import Ready

_EXAMPLES = """

\b
Examples:
  rollout-tui rehearse                         a quiet day, an hour a minute
  rollout-tui rehearse --scenario crash-spike  something to pause
  rollout-tui rehearse --list
  rollout-tui rehearse --serve --json          only the services, for scripts
"""


@click.command(
    help="Watch a rehearsed rollout: simulated users and stores on loopback, no credentials, no network." + _EXAMPLES
)
@click.option("--scenario", metavar="NAME", shell_complete=scenarios, help="Which story; see --list.")
@click.option("--speed", type=click.FloatRange(0.1, 3600), default=60.0, show_default=True, help="Rehearsed per real.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same users.")
@click.option("--list", "list_only", is_flag=True, help="Name the scenarios.")
@click.option("--serve", "serve_only", is_flag=True, help="Only serve, until SIGTERM; prints where.")
@click.option("--json", "as_json", is_flag=True, help="With --list or --serve: JSON on stdout.")
@click.option(
    "--history", type=click.IntRange(0, 200_000), default=0, metavar="N", help="Fill history with N past polls."
)
@click.option("--read-only", is_flag=True, help="Watch only.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--low-bandwidth", is_flag=True, help="For slow lines: the clock ticks every 10 s.")
@click.option("--lifeline", is_flag=True, hidden=True)
def command(
    scenario: str | None,
    speed: float,
    seed: int,
    list_only: bool,
    serve_only: bool,
    as_json: bool,
    history: int,
    lifeline: bool,
    **watch: bool,
) -> None:
    """Rehearse."""
    if list_only:
        _list(as_json)
        return
    from rollout_tui.rehearsal.scenarios import DEFAULT

    name = scenario or DEFAULT
    _check(name)
    if serve_only:
        _serve(name, speed, seed, history, as_json, lifeline)
        return
    if as_json:
        raise click.UsageError("--json goes with --serve or --list")
    sys.exit(_watch(name, speed, seed, history or 420, watch))


def _list(as_json: bool) -> None:
    from rollout_tui.rehearsal.scenarios import DEFAULT, SCENARIOS

    if as_json:
        click.echo(json.dumps([{"name": s.name, "about": s.about} for s in SCENARIOS.values()], ensure_ascii=False))
        return
    for scenario in SCENARIOS.values():
        mark = " (default)" if scenario.name == DEFAULT else ""
        click.echo(f"{scenario.name + mark:24} {scenario.about}")


def _check(name: str) -> None:
    from rollout_tui.rehearsal.scenarios import SCENARIOS

    if name not in SCENARIOS:
        raise click.UsageError(f'no scenario "{name}"; expected one of {", ".join(SCENARIOS)}')


def _serve(name: str, speed: float, seed: int, history: int, as_json: bool, lifeline: bool) -> None:
    from rollout_tui.rehearsal.scenarios import SCENARIOS
    from rollout_tui.rehearsal.serve import serve

    def announce(ready: Ready) -> None:
        _remember(ready, history)
        facts = ready.facts()
        if as_json:
            click.echo(json.dumps(facts))
        else:
            for service, url in facts["services"].items():
                click.echo(f"{service:12} {url}")
            click.echo(f"{'config':12} {facts['config']}")
            click.echo("serving until SIGTERM or ctrl+c", err=True)
        sys.stdout.flush()

    serve(SCENARIOS[name], speed=speed, seed=seed, announce=announce, ended=_end_of_input if lifeline else None)


def _remember(ready: Ready, count: int) -> None:
    """Give the rehearsal a past: what the program would know had it been watching all along."""
    from rollout_tui.history import History
    from rollout_tui.rehearsal import past

    history = History.open(ready.folder / "history.db")
    try:
        for platform, state in past.states(ready.stage):
            history.states.add(platform, state, watched=True)
        for platform, signoff in past.signoffs(ready.stage):
            history.signoffs.add(platform, signoff)
        for number, asked in enumerate(past.requests(ready.stage)):
            _ask(history, f"rehearsed-{number}", *asked)
        for poll in past.polls(ready.stage, count):
            history.samples.add(poll)
    finally:
        history.close()


def _ask(history: History, intent: str, platform: Platform, build: str, requested: str, at: float) -> None:
    """Somebody promoted to the present phase, and the store showed it."""
    from decimal import Decimal

    from rollout_tui.domain.actions import ActionKind, Change, Ending, Expectation, Outcome
    from rollout_tui.domain.releases import StateWord
    from rollout_tui.history.journal import Entry
    from rollout_tui.rehearsal.scenarios import VERSION

    share = Decimal(requested.removesuffix(" %")) / 100 if requested.endswith("%") else None
    expects = Expectation(StateWord.RUNNING, share=share)
    change = Change("the store", f"Promoted to {requested}.", (), (), "", expects)
    kind = ActionKind.PROMOTE
    history.journal.write_intent(
        Entry(intent, platform, VERSION, build, kind, requested, change, None, "mara@rel-01", "", at)
    )
    history.journal.write_outcome(Outcome(intent, platform, kind, Ending.DONE, "", at))


async def _end_of_input() -> None:
    """Returns when stdin closes: whoever started this process is gone."""
    import asyncio

    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            closed.set()

    loop.add_reader(0, read)
    await closed.wait()


def _watch(name: str, speed: float, seed: int, history: int, watch: dict[str, Any]) -> int:
    """The services in a process of their own, the real program in this one."""
    from rollout_tui.cli.watching import run_watch
    from rollout_tui.tui import terminal

    refused = terminal.refusal()
    if refused is not None:
        raise click.UsageError(refused)
    click.echo(f"Rehearsing {name} at {speed:g}x: setting the stage ...", err=True)
    arguments = ["--scenario", name, "--speed", str(speed), "--seed", str(seed), "--history", str(history)]
    services = subprocess.Popen(  # noqa: S603  this very program
        [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--lifeline", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        line = services.stdout.readline() if services.stdout is not None else ""
        if not line:
            raise click.ClickException("the rehearsal did not start")
        return run_watch(
            [Path(json.loads(line)["config"])],
            read_only=watch["read_only"],
            low_bandwidth=watch["low_bandwidth"],
            mouse=not watch["no_mouse"],
        )
    finally:
        if services.stdin is not None:
            services.stdin.close()
        try:
            services.wait(5)
        except subprocess.TimeoutExpired:
            services.terminate()
            services.wait(5)
        if services.stdout is not None:
            services.stdout.close()
