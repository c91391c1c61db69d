"""The command line: one module per verb, imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from rollout_tui import __version__
from rollout_tui.cli.codes import INTERNAL_ERROR, INTERRUPTED, USAGE_ERROR

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_OWN_OPTIONS = ("-h", "--help", "--version")
"""Options that belong to no verb; any others are those of `watch`."""

VERBS = {
    "watch": ("rollout_tui.cli.watch:command", "Watch the rollouts on this terminal (the default)."),
    "rehearse": ("rollout_tui.cli.rehearse:command", "The same on a rehearsed rollout: no credentials, no network."),
    "status": ("rollout_tui.cli.status:command", "Print the state of every rollout as lines or JSON."),
    "check": ("rollout_tui.cli.check:command", "Check the gates of the current phase, for CI."),
    "pause": ("rollout_tui.cli.act:pause", "Pause a rollout at its store."),
    "resume": ("rollout_tui.cli.act:resume", "Resume a paused rollout."),
    "promote": ("rollout_tui.cli.act:promote", "Promote a rollout to its next phase."),
    "restart": ("rollout_tui.cli.act:restart", "Begin again at the first phase with a new build."),
    "sign": ("rollout_tui.cli.sign:command", "Answer a sign-off gate by name."),
    "audit": ("rollout_tui.cli.audit:group", "The chained log of who did what: verify, export."),
    "waive": ("rollout_tui.cli.waive:command", "Override a gate for some hours, with a reason and an approver."),
    "waivers": (
        "rollout_tui.cli.waivers:command",
        "List overrides, how they ended, and what waits for a second person.",
    ),
    "approve": ("rollout_tui.cli.approve:command", "Grant what somebody else asked for, once."),
    "guard": ("rollout_tui.cli.guard:command", "Watch without a screen: alerts, automatic pause, /metrics."),
    "acknowledge": ("rollout_tui.cli.acknowledge:command", "Say that an alarm was seen; alerts of it end."),
    "export": ("rollout_tui.cli.export:command", "Write the history into one file, for `watch --replay` elsewhere."),
    "gate": ("rollout_tui.cli.gate:command", "Say whether counts prove a rate under or over a limit."),
    "doctor": ("rollout_tui.cli.doctor:command", "Check every provider and this host; each finding with its fix."),
    "providers": ("rollout_tui.cli.providers:command", "List the installed providers and their options."),
    "keys": ("rollout_tui.cli.keys:command", "List the keys of the screens."),
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

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """The verbs from the table: a press of the tab key must not import them all."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(context, incomplete)
        return [CompletionItem(name, help=about) for name, (_, about) in VERBS.items() if name.startswith(incomplete)]

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

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Without a verb it is `watch`, with whatever options were given; not while a shell completes the verb."""
        if context.resilient_parsing:
            return super().parse_args(context, args)
        if not args or (args[0].startswith("-") and args[0] not in _OWN_OPTIONS):
            args = ["watch", *args]
        return super().parse_args(context, args)


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"rollout-tui {__version__}")
        context.exit()


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Watch a mobile release roll out on Google Play and the App Store, and pause it with two keys.\n\n"
    "\b\nExamples:\n"
    "  rollout-tui rehearse                     try it now\n"
    "  rollout-tui config init                  write a configuration to fill in\n"
    "  rollout-tui                              watch\n"
    "  rollout-tui pause android --yes          pause without a screen\n"
    "\n\b\nShell completion:\n"
    '  bash  eval "$(_ROLLOUT_TUI_COMPLETE=bash_source rollout-tui)"\n'
    '  zsh   eval "$(_ROLLOUT_TUI_COMPLETE=zsh_source rollout-tui)"\n'
    "  fish  _ROLLOUT_TUI_COMPLETE=fish_source rollout-tui | source",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def cli() -> None:
    """`rollout-tui` alone is `rollout-tui watch`."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run; usage errors exit 4, mistakes of the program 5, both with one line on stderr."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    """The exit code: what the verb returned, or what went wrong."""
    try:
        code = cli.main(args=arguments, prog_name="rollout-tui", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "rollout-tui"
        click.echo(f"{command}: {' '.join(error.format_message().split())}  (see {command} --help)", err=True)
        return USAGE_ERROR
    except Exception as error:  # noqa: BLE001  one line for the person, the rest into the log
        from rollout_tui.cli.log import tell

        tell(error)
        return INTERNAL_ERROR
    return code if isinstance(code, int) else 0
