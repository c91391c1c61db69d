"""`gate`: the rule by itself, on counts from anywhere; one look or a stream of polls (gates.md 11)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.numbers import at_least_one, count, ratio, seconds

if TYPE_CHECKING:
    from rollout_tui.domain.evidence.gate import Rule

EXIT = {"pass": 0, "fail": 1, "undecided": 2, "no-data": 3}
_NOBODY_READS = 141
"""As shells count a program that ends because nobody reads its output."""

EXAMPLES = """\b
Examples:
  rollout-tui gate --bad 31 --total 5000 --limit 0.005
  rollout-tui gate --bad 9995 --total 10000 --limit 0.995 --direction above
  rollout-tui gate --stream polls.jsonl --limit 0.005 --hours 48 --lag 60m
  tail -f polls.jsonl | rollout-tui gate --stream - --limit 0.005

\b
A stream has a line for each poll, counts since the phase began:
  {"t": 3600, "bad": 3, "total": 1200}

\b
Exit code (of a stream: of its last line):
  0 pass, 1 fail, 2 undecided, 3 no data, 4 usage, 5 internal error
"""


@click.command(
    help="Say whether counts prove a rate under or over a limit, and how much is missing. Needs no configuration.\n\n"
    + EXAMPLES
)
@click.option("--bad", callback=count, metavar="K", help="Bad sessions (above: the sessions that the rate counts).")
@click.option("--total", callback=count, metavar="N", help="All sessions.")
@click.option("--limit", callback=ratio, metavar="L", required=True, help="A ratio: 0.5 % is 0.005.")
@click.option(
    "--direction",
    type=click.Choice(["below", "above"]),
    default="below",
    show_default=True,
    help="On which side of the limit the rate must stay.",
)
@click.option("--alpha", callback=ratio, default="0.01", show_default=True, metavar="A", help="Chance of a false fail.")
@click.option("--beta", callback=ratio, metavar="B", help="Chance of a false pass.  [default: alpha]")
@click.option(
    "--dispersion",
    callback=at_least_one,
    default="1",
    show_default=True,
    metavar="F",
    help="At least 1; 3 to 5 where bad sessions come in bursts.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing rounded.")
@click.option("--stream", metavar="FILE", help="Judge polls, JSON lines from FILE or - for stdin, each at once.")
@click.option(
    "--hours", callback=at_least_one, metavar="H", help="With --stream: planned hours, at most 48 count.  [default: 24]"
)
@click.option(
    "--lag", callback=seconds, metavar="TIME", help="With --stream: how late bad events arrive.  [default: 0]"
)
def command(
    bad: Decimal | None,
    total: Decimal | None,
    limit: Decimal,
    direction: str,
    alpha: Decimal,
    beta: Decimal | None,
    dispersion: float,
    as_json: bool,
    stream: str | None,
    hours: float | None,
    lag: float | None,
) -> None:
    """Judge once, or a stream."""
    bounds = float(alpha), float(alpha if beta is None else beta)
    if stream is None:
        if hours is not None or lag is not None:
            raise click.UsageError(f"{'--hours' if hours is not None else '--lag'} goes with --stream")
        if bad is None or total is None:
            raise click.UsageError(f"{'--bad' if bad is None else '--total'} is missing (or --stream FILE)")
        sys.exit(_once(bad, total, limit, direction, bounds, dispersion, as_json=as_json))
    if bad is not None or total is not None:
        raise click.UsageError(f"{'--total' if bad is None else '--bad'} and --stream cannot be combined")
    from rollout_tui.domain.evidence.gate import Rule

    rule = Rule(float(limit), hours or 24.0, lag or 0.0, dispersion, *bounds, direction == "above")
    sys.exit(_stream(stream, rule))


def _once(
    bad: Decimal,
    total: Decimal,
    limit: Decimal,
    direction: str,
    bounds: tuple[float, float],
    dispersion: float,
    *,
    as_json: bool,
) -> int:
    from rollout_tui.cli.gate_words import facts, lines
    from rollout_tui.domain.evidence.gate import SPOKEN
    from rollout_tui.domain.evidence.once import look

    alpha, beta = bounds
    seen = look(bad, total, limit=limit, direction=direction, alpha=alpha, beta=beta, dispersion=dispersion)
    text = json.dumps(facts(seen), allow_nan=False) if as_json else "\n".join(lines(seen, _encoding()))
    with _reader_may_leave():
        click.echo(text)
    return EXIT[SPOKEN[seen.verdict]]


def _stream(name: str, rule: Rule) -> int:
    """Answer each line at once; the exit code is that of the last."""
    from rollout_tui.cli.gate_stream import BadStream, answers, opened

    verdict = "no-data"
    try:
        with opened(name) as source, _reader_may_leave():
            for judged, answer in answers(source, rule):
                click.echo(answer)  # flushes
                verdict = judged
    except BadStream as mistake:
        raise click.UsageError(f"--stream {name}: {mistake}") from None
    return EXIT[verdict]


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "ascii"


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Nobody reads on (`| head -1`): end without a word, with the code of a program that SIGPIPE ended."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # or the interpreter's last flush complains
        os.close(nowhere)
        sys.exit(_NOBODY_READS)
