"""What leaving means while work is open: what goes on without the screen, and what stops (screens.md 12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rollout_tui.domain.actions import ActionKind, Proposal, Step
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.ink import Row
from rollout_tui.tui.view.frame import frame, hints, inner_width, line, lines

_FRAME = 2
"""Rows of the frame's border."""


@dataclass(frozen=True, slots=True)
class Unended:
    """An action that has not ended and the steps that it took, None where they are not known just now.

    `of` is the app's name where there are several.
    """

    of: str
    proposal: Proposal
    steps: Sequence[Step] | None = ()

    @property
    def name(self) -> str:
        """What it changes: `acme android`."""
        return plain_text(f"{self.of} {self.proposal.platform.value}".strip(), 40)

    @property
    def is_out(self) -> bool:
        """Whether it reached its store."""
        return not {Step.ACCEPTED, Step.READING_BACK}.isdisjoint(self.steps or ())


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is open, and who guards without this screen."""

    under_way: Sequence[Unended]
    guards: Sequence[str] = ()
    unguarded: Sequence[str] = ()
    """Apps whose history nobody guards."""


def quit_rows(work: OpenWork, width: int, height: int) -> list[Row]:
    """The dialog; where the window is low its text is cut and its keys stay."""
    inner = inner_width(width)
    keys = hints(inner, [("q", "quit now"), ("esc", "stay")])
    rows = [row for part in _parts(work, inner) for row in part]
    return frame("QUIT WITH WORK OPEN", [*rows[: max(0, height - _FRAME - 1)], keys], width, "warn")


def _parts(work: OpenWork, width: int) -> Iterator[list[Row]]:
    if not work.under_way:
        yield lines(width, "Nothing is under way any more.", bold=True)
    for one in work.under_way:
        verb = one.proposal.kind.value.capitalize()
        yield lines(width, f"{verb} {one.name}: {_fate(one)}", bold=True, indent="· ")
    yield [line(width), line(width, "GOES ON WITHOUT THIS SCREEN", "mute", bold=True)]
    yield lines(width, "The stores, as they are.", indent="· ")
    for guard in work.guards:
        yield lines(width, f"The guard: {guard}.", indent="· ")
    yield [line(width), line(width, "STOPS", "mute", bold=True)]
    yield lines(width, "This screen, and its polling.", indent="· ")
    if work.unguarded:
        of = f" for {', '.join(work.unguarded)}" if work.guards else ""
        yield lines(
            width,
            f"No guard runs{of}: nothing alerts or pauses by itself.",
            "warn",
            indent="· ",
        )
    yield [line(width)]


def _fate(one: Unended) -> str:
    """What becomes of it (Engine.close)."""
    if one.steps is None:
        way = "it still goes out. " if one.proposal.kind is ActionKind.PAUSE else ""
        return f"{way}It begins or ends at this moment: afterwards look at the store."
    journalled = Step.JOURNALLED in one.steps
    if one.proposal.kind is ActionKind.PAUSE:
        way = "it went out to the store." if one.is_out else "it still goes out."
        if journalled:
            return f"{way} The journal has it; the next start reads what the store did."
        return f"{way} The journal does not have it yet: afterwards look at the store."
    if not journalled:
        return "it ends here: nothing was sent to the store."
    return "it stays open in the journal. Another process or the next start settles it by reading the store."
