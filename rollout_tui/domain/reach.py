"""Who gets a build by an action, in words: shares of what, never a number of users that no store tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from rollout_tui.domain import words
from rollout_tui.domain.actions import GOES_OUT, ActionKind
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.domain.snapshot import Rollout


def reached(kind: ActionKind, rollout: Rollout, target: Phase, share: Decimal | None) -> str:
    """Whom the action reaches, and whom the build reaches now; empty for what takes it away from people."""
    if kind is ActionKind.RESUME:
        return _again(rollout, target, share)
    if kind not in GOES_OUT:
        return ""
    return "; ".join(part for part in (_REACHED[target.kind](rollout, target, share), _now(rollout)) if part)


def _share(rollout: Rollout, target: Phase, share: Decimal | None) -> str:
    state = rollout.store.state
    track = target.track or (None if state is None else state.track)
    of = "users" if track is None else f"users of {track}"
    return f"all {of}" if share is None or share == 1 else f"{words.plain_percent(share)} of all {of}"


def _testers(rollout: Rollout, target: Phase, _share: Decimal | None) -> str:
    state = rollout.store.state
    counted = None if state is None or state.kind is not PhaseKind.TESTERS else state.testers
    name = "the group" if target.group is None else f"group {target.group}"
    if counted is not None:
        return f"the {counted:,} testers of {name}"
    planned = "" if target.testers is None else f" ({target.testers:,} in the plan)"
    return f"the testers of {name}{planned}"


def _review(_rollout: Rollout, _target: Phase, _share: Decimal | None) -> str:
    return "nobody new: App Review looks at it first"


def _phased(rollout: Rollout, _target: Phase, _share: Decimal | None) -> str:
    if rollout.current is not None and rollout.current.phase.kind is PhaseKind.PHASED:
        return "all users, by automatic updates"
    return "automatic updates of 1 % of users on day 1, of all on day 7; anyone may update by hand"


_REACHED: Mapping[PhaseKind, Callable[[Rollout, Phase, Decimal | None], str]] = {
    PhaseKind.SHARE: _share,
    PhaseKind.TESTERS: _testers,
    PhaseKind.REVIEW: _review,
    PhaseKind.PHASED: _phased,
}


def _again(rollout: Rollout, target: Phase, share: Decimal | None) -> str:
    state = rollout.store.state
    held = share if share is not None or state is None else state.share
    if target.kind is PhaseKind.PHASED:
        day = "" if state is None or state.day is None else f" from day {state.day} of 7 on"
        return f"automatic updates go on{day}{'' if held is None else f', {words.plain_percent(held)} of users so far'}"
    if target.kind is PhaseKind.SHARE and held is None:
        return "the same users as before the pause"
    same = "the same users first: " if target.kind is PhaseKind.SHARE else ""
    return same + _REACHED[target.kind](rollout, target, held)


def _now(rollout: Rollout) -> str:
    """What is out already: committed by the store, and seen in sessions."""
    state, observed = rollout.store.state, rollout.store.observed
    told = []
    if state is not None and state.share is not None:
        told.append(f"{words.plain_percent(state.share)} committed")
    if observed is not None and observed.share.total:
        told.append(f"{words.percent(observed.share.value(), 10)} of sessions")
    return f"now {', '.join(told)}" if told else ""
