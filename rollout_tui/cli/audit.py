"""`audit`: the chained log of who did what; looked at as a whole, and given out.

Exit codes of `verify`: 0 in order, 1 something was changed, removed or moved, 3 it cannot be read.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.options import config_option, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_tui.history.audit import AuditLog
    from rollout_tui.history.chain import Checked, Link

_COLUMNS = (
    *("n", "time", "kind", "user", "login", "host", "origin", "platform", "version", "build"),
    *("what", "why", "before", "after", "verdicts", "ref", "hash"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


_EXAMPLES = """

\b
Examples:
  rollout-tui audit verify
  rollout-tui audit verify --expect 9f2c...   a head noted elsewhere before
  rollout-tui audit export --format csv > audit.csv
"""


@click.group(
    help="The hash-chained log of every action, sign-off, waiver and approval: who, what, why, on which verdicts."
    + _EXAMPLES
)
def group() -> None:
    """The verbs below."""


@group.command(help="Look for records that were changed, removed or moved. A torn last line is none of these.")
@click.option("--expect", metavar="HASH", help="This record must be in it: a head that was noted elsewhere before.")
@config_option
def verify(config: Path | None, expect: str | None) -> None:
    """Check."""
    log, anchors, unknown = _opened(config)
    checked = _checked(log, anchors)
    problems = list(checked.problems)
    if expect is not None and all(record["hash"] != expect.lower() for record in log.records()):
        problems.append(f"no record has the hash {expect}")
    for problem in problems:
        click.echo(problem)
    click.echo("\n".join(_told(log, checked, unknown)), err=bool(problems))
    if problems:
        click.echo(f"The audit log is not as it was written: {len(problems)} findings.")
    sys.exit(1 if problems else 0)


@group.command(help="Print the records, oldest first, on stdout.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@config_option
def export(config: Path | None, form: str) -> None:
    """Give out."""
    log, anchors, _ = _opened(config)
    if _checked(log, anchors).problems:
        click.echo("The log is not as it was written: see rollout-tui audit verify.", err=True)
    if form == "csv":
        import csv

        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(_COLUMNS)
        rows.writerows([_cell(record, column) for column in _COLUMNS] for record in log.records())
        return
    import json

    for record in log.records():
        click.echo(json.dumps(record, ensure_ascii=False))


def _opened(config: Path | None) -> tuple[AuditLog, list[Link], str | None]:
    """The log, what history remembers of it, and why that is not known."""
    from rollout_tui.history import History, HistoryError
    from rollout_tui.history.audit import AuditLog, audit_file

    path = load_settings(config).history.path
    log = AuditLog(audit_file(path))
    if not path.exists():
        return log, [], "there is no history"
    import sqlite3

    try:
        history = History.reader(path)
        try:
            return log, history.audit.anchors(), None
        finally:
            history.close()
    except (HistoryError, sqlite3.Error) as error:
        return log, [], str(error)


def _checked(log: AuditLog, anchors: list[Link]) -> Checked:
    from rollout_tui.history.audit import AuditError

    try:
        return log.check(anchors)
    except AuditError as error:
        click.echo(f"The audit log cannot be read: {error}", err=True)
        sys.exit(3)


def _told(log: AuditLog, checked: Checked, unknown: str | None) -> list[str]:
    if checked.records == 0:
        return [f"Nothing is in {log.path} yet."]
    lines = [f"{checked.records} records in {log.path}; the last is {checked.head.number}, {checked.head.hash}"]
    if checked.torn:
        lines.append(f"{checked.torn} lines were torn by a crash; the record after each tells of it.")
    if checked.unfinished:
        lines.append("The last line is torn, as a crash leaves it; the next record will tell of it.")
    if unknown is not None:
        lines.append(f"Whether records are missing at its end cannot be told: {unknown}.")
    return lines


def _cell(record: dict[str, Any], column: str) -> str:
    value = record.get(column)
    if column in ("before", "after") and value is not None:
        share = "" if value["share"] is None else f" {value['share']}"
        return f"{value['state']} ({value['status']}{share})"
    if column == "verdicts":
        return "; ".join(f"{entry['gate']}: {entry['verdict']}" for entry in value or ())
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
