"""`check`: all gates of the current phase, for CI. One fresh look and the stored polls; never a screen."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.act import rollout_named
from rollout_tui.cli.completing import platforms
from rollout_tui.cli.options import configs_option, load_all, out_option, write

if TYPE_CHECKING:
    from rollout_tui.cli.checks.checked import Checked
    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.releases import Platform

_EXAMPLES = """

\b
Examples:
  rollout-tui check                          every gate of both platforms
  rollout-tui check android --explain        with the arithmetic
  rollout-tui check --format junit --out gates.xml
  rollout-tui check --format github          annotations and a summary
  rollout-tui check --config a.toml --config b.toml   the worst app decides
  rollout-tui check --plain                  as the plan's script: no proof

\b
Exit code, the worst of all platforms and apps:
  0 pass, 1 fail, 2 undecided, 3 no data, 4 configuration or usage,
  5 internal error
"""
_SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command(help="Check the gates of the current phase: may the release go on?" + _EXAMPLES)
@click.argument("platform", required=False, shell_complete=platforms)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "junit"]),
    default="text",
    show_default=True,
    help="What is written.",
)
@out_option
@click.option("--plain", is_flag=True, help="Compare two current values as the plan's script does; proves nothing.")
@click.option("--explain", is_flag=True, help="The arithmetic of every gate (text and github).")
@configs_option
def command(
    configs: tuple[Path, ...], platform: str | None, form: str, out: Path | None, plain: bool, explain: bool
) -> None:
    """Check."""
    if explain and form not in ("text", "github"):
        raise click.UsageError(f"--explain writes lines; --format {form} holds the numbers already")
    from rollout_tui.cli.checks.checked import worst_code

    settings = load_all(configs)
    # A platform that an app does not have is told before anybody is asked.
    wanted = [None if platform is None else rollout_named(one, platform).platform for one in settings]
    found = asyncio.run(_look_at_all(settings, wanted, plain))
    write(_FORMS[form](found, settings, explain), out)
    if form == "github":
        _summarise(found, os.environ)
    sys.exit(worst_code(found))


async def _look_at_all(
    settings: Sequence[Settings], wanted: Sequence[Platform | None], plain: bool
) -> Sequence[Checked]:
    return await asyncio.gather(*(_look(one, platform, plain) for one, platform in zip(settings, wanted, strict=True)))


async def _look(settings: Settings, platform: Platform | None, plain: bool) -> Checked:
    from rollout_tui.cli.checks.checked import checked
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        found = checked(await engine.poll_once(), platform)
    if plain:
        from rollout_tui.cli.checks.plain import plainly

        return plainly(found)
    return found


def _text(found: Sequence[Checked], settings: Sequence[Settings], explain: bool) -> str:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.checks.text import text

    each = zip(found, settings, strict=True)
    return "\n\n".join(text(one, ZoneInfo(of.ui.timezone), explain=explain) for one, of in each)


def _json(found: Sequence[Checked], _settings: Sequence[Settings], _explain: bool) -> str:
    from rollout_tui.cli.checks.facts import as_json

    return as_json(found)


def _github(found: Sequence[Checked], settings: Sequence[Settings], explain: bool) -> str:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.checks.github import log

    each = zip(found, settings, strict=True)
    return "\n".join(log(one, ZoneInfo(of.ui.timezone), explain=explain) for one, of in each)


def _junit(found: Sequence[Checked], _settings: Sequence[Settings], _explain: bool) -> str:
    from rollout_tui.cli.checks.junit import junit

    return junit(found)


_FORMS: Mapping[str, Callable[[Sequence[Checked], Sequence[Settings], bool], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "junit": _junit,
}


def _summarise(found: Sequence[Checked], environment: Mapping[str, str]) -> None:
    """The runner's page of this step, where there is one. That it cannot be written changes no verdict."""
    if not environment.get(_SUMMARY):
        return
    from rollout_tui.cli.checks.github import markdown

    try:
        with Path(environment[_SUMMARY]).open("a", encoding="utf-8") as page:
            page.write("\n".join(map(markdown, found)))
    except OSError as error:
        click.echo(f"rollout-tui check: the summary cannot be written: {error.strerror or error}", err=True)
