"""A check for a GitHub runner: workflow commands in the log, and a summary in Markdown.

Text from outside (bug titles, a server's words) is neither command nor markup there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from rollout_tui.cli.checks.checked import Checked, PlatformCheck
from rollout_tui.cli.checks.text import interval_of, spoken, summary, value_of
from rollout_tui.cli.checks.text import text as plain_text_of
from rollout_tui.domain import words
from rollout_tui.domain.answers import stopping
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waivers import until
from rollout_tui.domain.waiving import who

_text = words.markdown
_COMMAND = {Verdict.FAIL: "error", Verdict.NO_DATA: "error", Verdict.UNDECIDED: "warning"}
_MARK = {
    Verdict.PASS: "✅",
    Verdict.WAIVED: "⚑",
    Verdict.FAIL: "❌",
    Verdict.UNDECIDED: "❔",
    Verdict.NO_DATA: "❓",
}


def log(found: Checked, zone: tzinfo = UTC, *, explain: bool = False) -> str:
    """The lines for people, then a command for each gate that stops."""
    # An older form of commands is seen anywhere in a line.
    lines = plain_text_of(found, zone, explain=explain).replace("##[", "# #[").splitlines()
    return "\n".join([*(line.replace("::", ": :") for line in lines), *_commands(found)])


def markdown(found: Checked) -> str:
    """The summary: a table for each platform."""
    return "\n".join(_summary(found)) + "\n"


def _commands(found: Checked) -> Iterator[str]:
    for platform in found.platforms:
        for result in stopping(platform.results):
            title = f"{platform.rollout.plan.label}: {spoken(result.gate.label)} {result.verdict.value}"
            reason = spoken(words.plain_text(result.reason))
            yield f"::{_COMMAND[result.verdict]} title={_property(title)}::{_data(reason)}"
        for result in platform.results:
            if result.waiver is not None:
                title = f"{platform.rollout.plan.label}: {spoken(result.gate.label)} WAIVED"
                told = f"{spoken(words.plain_text(result.reason))} (until {_moment(until(result.waiver))})"
                yield f"::warning title={_property(title)}::{_data(told)}"


def _summary(found: Checked) -> Iterator[str]:
    yield f"## {_MARK[found.verdict]} {found.verdict.value}: {_text(found.app)} {_text(found.version)}"
    if found.plain:
        yield "\nPlain comparison, not proven."
    for platform in found.platforms:
        yield ""
        yield f"### {_text(platform.rollout.plan.label)}, {_text(platform.phase)}"
        yield ""
        yield f"{_text(summary(platform))}."
        yield from _table(platform)
        yield from (f"\n{_text(note)}." for note in platform.notes)


def _table(platform: PlatformCheck) -> Iterator[str]:
    if not platform.results:
        return
    yield ""
    yield "| | gate | value | n | why |"
    yield "|---|---|---|---|---|"
    for result in platform.results:
        cells = (
            f"{_MARK[result.verdict]} {result.verdict.value}",
            _text(result.gate.label),
            _text(f"{value_of(result, platform.rollout)} {interval_of(result, platform.rollout)}".strip()),
            _text(_n(result)),
            _text(words.plain_text(_why(result))),
        )
        yield f"| {' | '.join(cells)} |"


def _why(result: GateResult) -> str:
    """The reason; of a waiver also both names and when it ends, to be read later than now."""
    waiver = result.waiver
    if waiver is None:
        return result.reason
    return f"until {_moment(until(waiver))}, {who(waiver)}: {waiver.reason}; without it {result.found}"


def _moment(at: float) -> str:
    return f"{words.day_and_time(at)} UTC"


def _n(result: GateResult) -> str:
    return "" if result.quantity is None else words.sample(result.quantity).removeprefix("n ")


def _data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
