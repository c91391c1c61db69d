"""`approve`: a second person's yes. Who says it is the OS user of this process, by its real uid and nothing else.

Exit codes: 0 granted, 1 refused, 4 usage, such as a request that there is none of.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.options import USAGE_ERROR, config_option, confirmed, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_tui.config.settings import Settings

_EXAMPLES = """

\b
Examples:
  rollout-tui approve              what waits for a second person
  rollout-tui approve K7Q2MX       say yes to it
"""


@click.command(
    help="Grant what somebody else asked for: an action or a waiver, on exactly the terms that are shown, once."
    + _EXAMPLES
)
@click.argument("request", metavar="[ID]", required=False)
@click.option("--yes", is_flag=True, help="Confirm; without it the terms are shown and asked about.")
@config_option
def command(config: Path | None, request: str | None, yes: bool) -> None:
    """Approve."""
    settings = load_settings(config)
    sys.exit(asyncio.run(_approve(settings, request, yes=yes)))


async def _approve(settings: Settings, wanted: str | None, *, yes: bool) -> int:
    from rollout_tui.cli.session import engine_for
    from rollout_tui.domain import words
    from rollout_tui.domain.requests import refusal
    from rollout_tui.history import HistoryError

    async with engine_for(settings) as engine:
        people, now, by = engine.people, engine.clock.now(), engine.actor.user
        if wanted is None:
            waiting = [one for rollout in engine.snapshot.rollouts for one in rollout.requests if one.grant is None]
            for one in waiting:
                told = f"{one.id} of {one.requester}, {words.span(one.expires_at - now)} left: {one.told}"
                click.echo(words.plain_text(told))
            if not waiting:
                click.echo(engine.snapshot.alarm or "Nothing waits for a second person.")
            return 1 if engine.snapshot.alarm else 0
        try:
            request = await people.find(wanted)
        except HistoryError as error:
            click.echo(f"{error}", err=True)
            return 1
        if request is None:
            click.echo(f"There is no request {words.plain_text(wanted, 20)}: rollout-tui approve lists them.", err=True)
            return USAGE_ERROR
        against = refusal(request, by, people.approvers, now)
        if against is not None:
            click.echo(f"Not granted: {against}.", err=True)
            return 1
        click.echo(words.plain_text(f"{request.requester} asks for: {request.told}"), err=True)
        click.echo(f"  {words.age(now - request.at)} ago, {words.span(request.expires_at - now)} left", err=True)
        for name, value in people.terms(request):
            click.echo(f"  {words.plain_text(f'{name}: {value}')}", err=True)
        if not yes and not confirmed("Write it down?"):
            click.echo("Nothing was granted.", err=True)
            return 1
        said = await people.approve(request)
    click.echo(said.text, err=not said.done)
    return 0 if said.done else 1
