"""What was checked: the gates of each platform's current phase at one moment, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rollout_tui.domain.answers import answer
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.domain.verdicts import GateResult, Verdict

EXIT = {Verdict.PASS: 0, Verdict.WAIVED: 0, Verdict.FAIL: 1, Verdict.UNDECIDED: 2, Verdict.NO_DATA: 3}


@dataclass(frozen=True, slots=True)
class PlatformCheck:
    """One platform. `results` are the gates of its current phase; `notes` say what else one should know."""

    rollout: Rollout
    results: tuple[GateResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The answer of all its gates."""
        return answer(result.verdict for result in self.results)

    @property
    def phase(self) -> str:
        """The label of the current phase."""
        return "phase not known" if self.rollout.current is None else self.rollout.current.phase.label


@dataclass(frozen=True, slots=True)
class Checked:
    """All platforms that were asked for; `at` epoch seconds UTC. `plain` where no evidence was asked for."""

    app: str
    version: str
    at: float
    platforms: tuple[PlatformCheck, ...]
    plain: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst of all platforms."""
        return answer(platform.verdict for platform in self.platforms)

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 2 undecided, 3 no data."""
        return EXIT[self.verdict]


def worst_code(found: Iterable[Checked]) -> int:
    """The exit code over all apps."""
    return EXIT[answer(one.verdict for one in found)]


def checked(snapshot: Snapshot, platform: Platform | None) -> Checked:
    """The gates as they stand in a Snapshot, of one platform or of all."""
    chosen = [rollout for rollout in snapshot.rollouts if platform in (None, rollout.plan.platform)]
    return Checked(
        snapshot.plan.app,
        snapshot.plan.version,
        snapshot.at,
        tuple(PlatformCheck(rollout, rollout.gates, tuple(_notes(rollout))) for rollout in chosen),
    )


def _notes(rollout: Rollout) -> Iterator[str]:
    if rollout.current is not None and not rollout.gates:
        yield "no gates in this phase: nothing to judge"
    if rollout.store.no_phase is not None:
        yield rollout.store.no_phase
    alone = [result.gate.label for result in rollout.gates if _is_alone(result)]
    if alone:
        yield (
            f"{', '.join(alone)}: no stored polls of this phase and none remembered by the source. This look begins "
            "the evidence: half of it waits for restarts that open hour by hour, and a pass that allows for late "
            "reports needs polls that are older than the lag"
        )


def _is_alone(result: GateResult) -> bool:
    """Whether the evidence rests on this look alone."""
    counted = result.gate.kind is GateKind.METRIC and result.finding is not None and result.quantity is not None
    return counted and result.finding is not None and result.finding.polls == 1
