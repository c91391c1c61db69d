"""`doctor`: whether everything that is configured answers, is permitted, and what it costs. Changes nothing.

Exit codes: 0 in order (notes and warnings included), 3 something gives no data, 4 something must be mended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.options import config_option, read_config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_tui.config.reading import Loaded
    from rollout_tui.domain.checkup import Grade, Remark

_ABOUT = """Look once at every configured store, source and tracker, and at this host: whether it answers, what it says
of this build, how old that is, what watching costs and what is shared with other tools. Each finding comes with its
fix. Nothing is changed; no edit is opened at Google Play unless --with-edit asks for it.

Exit codes: 0 in order, 3 something gives no data, 4 something must be mended.

\b
Examples:
  rollout-tui doctor
  rollout-tui doctor --json
  rollout-tui doctor --with-edit      also the committed share, by an edit
"""


@click.command("doctor", short_help="Check every provider and this host.", help=_ABOUT)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--with-edit", is_flag=True, help="Read the committed share too: takes the place of an open edit.")
@config_option
def command(config: Path | None, as_json: bool, with_edit: bool) -> None:
    """Look at everything."""
    from rollout_tui.config.reading import load_whole
    from rollout_tui.domain.checkup import worst_grade

    loaded = read_config(config, load_whole)
    remarks = asyncio.run(_look(loaded, with_edit))
    worst = worst_grade(remarks)
    click.echo(_as_json(remarks, worst) if as_json else "\n".join(_lines(remarks, worst)))
    sys.exit(_exit_code(worst))


async def _look(loaded: Loaded, with_edit: bool) -> list[Remark]:
    from rollout_tui.cli.surroundings import surroundings
    from rollout_tui.engine.checkup import Checkup
    from rollout_tui.engine.clock import make_clock

    checkup = Checkup(loaded.settings, make_clock(loaded.settings.clock), with_edit=with_edit)
    said = [*surroundings(loaded, os.environ)]
    return [*said, *await checkup.run(lambda what: click.echo(f"{what} ...", err=True))]


def _lines(remarks: Sequence[Remark], worst: Grade) -> list[str]:
    """A line a remark, its grade first; the fix in a line of its own."""
    from rollout_tui.domain.checkup import Grade

    lines = []
    for remark in remarks:
        lines.append(f"{remark.grade:<8}{remark.topic}: {remark.text}")
        if remark.fix:
            lines.append(f"        fix: {remark.fix}")
    bad = sum(remark.grade in (Grade.PROBLEM, Grade.NO_DATA) for remark in remarks)
    ending = f"{bad} of {len(remarks)} findings need somebody." if bad else "Nothing has to be mended."
    return [*lines, f"{worst}  {ending}"]


def _as_json(remarks: Sequence[Remark], worst: Grade) -> str:
    found = [asdict(remark) for remark in remarks]
    return json.dumps({"worst": worst, "exit_code": _exit_code(worst), "findings": found}, indent=2, ensure_ascii=False)


def _exit_code(worst: Grade) -> int:
    from rollout_tui.domain.checkup import Grade

    return {Grade.PROBLEM: 4, Grade.NO_DATA: 3}.get(worst, 0)
