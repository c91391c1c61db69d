"""Google Play: staged rollouts by the Play Developer API."""

from __future__ import annotations

from pydantic import BaseModel

from providers.google_play.options import GooglePlayOptions
from providers.own import own
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.ports import Provider, ProviderContext, Store


def _open(options: BaseModel, context: ProviderContext) -> Store:
    from providers.google_play.store import GooglePlayStore

    options = own(options, GooglePlayOptions)
    return GooglePlayStore(options, context)


def _controls(options: BaseModel) -> str:
    return f"{options.package} {options.base_url}" if isinstance(options, GooglePlayOptions) else ""


_TRACKS = {
    "production": "Production",
    "beta": "Open testing",
    "alpha": "Closed testing",
    "internal": "Internal testing",
}
"""Tracks as the console calls them; another one goes by its own name there."""


def _by_hand(options: BaseModel, _rollout: RolloutPlan, phase: Phase) -> str:
    track = phase.track or (options.track if isinstance(options, GooglePlayOptions) else "production")
    return f"Play Console: {_TRACKS.get(track, track)} > Manage rollout > Halt rollout"


PROVIDER = Provider(
    name="google_play",
    about="Google Play staged rollouts: reads, halts, resumes, raises the share, completes",
    options=GooglePlayOptions,
    open_store=_open,
    controls=_controls,
    label="Google Play",
    by_hand=_by_hand,
    shared=(
        "an account has one open edit for an app: a new edit of the same account takes the place of the one before, "
        "and the first commit by anyone invalidates every other edit; give this program an account of its own. All "
        "tools of the project share 3,000 queries a minute"
    ),
    share_costs="a short edit of three requests",
)
