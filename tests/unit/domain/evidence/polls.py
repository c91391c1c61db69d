"""Polls as sources give them: cumulative counts with gaps, corrections, rubbish and clocks that jump."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rollout_tui.domain.evidence.gate import Rule

Poll = tuple[float, Any, Any]

RUBBISH: tuple[tuple[Any, Any], ...] = (
    (None, 100),
    (1, None),
    (float("nan"), 100),
    (1, float("inf")),
    (-1, 100),
    (5, 3),
    (0, 0),
    ("1", 100),
    (True, 100),
    (10**400, 10**401),
    (0, 1e300),
)


@st.composite
def histories(draw: st.DrawFn, *, most: int = 25, clock_jumps: bool = True) -> list[Poll]:
    """A life of a phase."""
    t, bad, total = 0.0, 0.0, 0.0
    polls: list[Poll] = []
    for _ in range(draw(st.integers(1, most))):
        step = draw(
            st.sampled_from(["minute", "minute", "hour", "gap", "crash", "corrected", "reset", "rubbish", "back"])
        )
        t += {"minute": 60.0, "hour": 3600.0, "gap": 5.5 * 3600}.get(step, 300.0)
        more = draw(st.sampled_from([0, 1, 40, 1500, 1_000_000]))
        rate = draw(st.sampled_from([0.0, 0.001, 0.005, 0.05])) if step != "crash" else 0.5
        total, bad = total + more, bad + rate * more
        if step == "corrected":
            total, bad = total * 0.95, bad * 0.8
        if step == "rubbish":
            polls.append((t, *draw(st.sampled_from(RUBBISH))))
        elif step == "reset":
            polls.append((t, 0, total / 4))
        else:
            at = t - 7200 if step == "back" and clock_jumps else t
            whole = draw(st.booleans())
            polls.append((max(0.0, at), round(bad) if whole else bad, round(total) + 1 if whole else total))
    return polls


rules = st.builds(
    Rule,
    limit=st.sampled_from([0.005, 0.01, 0.2]),
    hours=st.sampled_from([1, 2, 6, 24, 48, 72]),
    lag=st.sampled_from([0.0, 600.0, 3600.0, 14400.0]),
    dispersion=st.sampled_from([1.0, 3.0]),
    alpha=st.sampled_from([0.01, 0.001]),
    beta=st.sampled_from([0.01, 0.05]),
    above=st.booleans(),
)
