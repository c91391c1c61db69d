"""How a gate decides from few sessions, looked at as often as one likes (gates.md). Pure: no I/O, no clock."""

from rollout_tui.domain.evidence.bank import Bets, interval
from rollout_tui.domain.evidence.finding import Ahead, Finding, Latch
from rollout_tui.domain.evidence.gate import Evidence, Judged, Rule, run_stream, unusable

__all__ = ["Ahead", "Bets", "Evidence", "Finding", "Judged", "Latch", "Rule", "interval", "run_stream", "unusable"]
