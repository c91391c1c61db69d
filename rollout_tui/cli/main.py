"""The command line: one module per verb, imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from rollout_tui import __version__

USAGE_ERROR = 4
INTERNAL_ERROR = 5

VERBS = {
    "watch": ("rollout_tui.cli.watch:command", "Watch the rollouts on this terminal (the default)."),
    "rehearse": ("rollout_tui.cli.rehearse:command", "The same on a rehearsed rollout: no credentials, no network."),
    "status": ("rollout_tui.cli.status:command", "Print the state of every rollout as lines or JSON."),
    "pause": ("rollout_tui.cli.act:pause", "Pause a rollout at its store."),
    "resume": ("rollout_tui.cli.act:resume", "Resume a paused rollout."),
    "promote": ("rollout_tui.cli.act:promote", "Promote a rollout to its next phase."),
    "config": ("rollout_tui.cli.config:group", "Write, check and show the configuration."),
}
"""Verb -> where its command lives, and its line in --help; nothing heavy is imported for either."""


class Verbs(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The verbs in the order of the table."""
        return list(VERBS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of a verb, imported now."""
        if name not in VERBS:
            return None
        module, _, attribute = VERBS[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The table in --help, without importing a verb."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in VERBS.items()])

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown verb is a usage error that names the known ones."""
        if args[0] not in VERBS:
            context.fail(f'no command "{args[0]}"; expected one of {", ".join(VERBS)}')
        return super().resolve_command(context, args)


@click.command(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Watch a mobile release roll out on Google Play and the App Store, and pause it with two keys.\n\n"
    "\b\nExamples:\n"
    "  rollout-tui rehearse                     try it now\n"
    "  rollout-tui config init                  write a configuration to fill in\n"
    "  rollout-tui                              watch\n"
    "  rollout-tui pause android --yes          pause without a screen\n"
    "\b\nShell completion (bash; zsh and fish alike):\n"
    '  eval "$(_ROLLOUT_TUI_COMPLETE=bash_source rollout-tui)"',
)
@click.version_option(__version__, prog_name="rollout-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """`rollout-tui` alone is `rollout-tui watch`."""
    if context.invoked_subcommand is None:
        watch = Verbs.get_command(context.command, context, "watch")  # type: ignore[arg-type]  # the command is Verbs
        if watch is not None:
            context.invoke(watch)


def main(arguments: list[str] | None = None) -> Any:
    """Run; usage errors exit 4, mistakes of the program 5, both with one line on stderr."""
    try:
        sys.exit(cli.main(args=arguments, prog_name="rollout-tui", standalone_mode=False) or 0)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context is not None else "rollout-tui"
        click.echo(f"{where}: {error.format_message()}", err=True)
        sys.exit(USAGE_ERROR)
    except Exception as error:  # noqa: BLE001  one line for the person, the rest into the log
        from rollout_tui.cli.log import record

        click.echo(f"rollout-tui: internal error ({type(error).__name__}); {record(error)}", err=True)
        sys.exit(INTERNAL_ERROR)
