"""Google Play: staged rollouts by the Play Developer API."""

from __future__ import annotations

from pydantic import BaseModel

from providers.google_play.options import GooglePlayOptions
from rollout_tui.ports import Misconfigured, Provider, ProviderContext, Store


def _open(options: BaseModel, context: ProviderContext) -> Store:
    from providers.google_play.store import GooglePlayStore

    if not isinstance(options, GooglePlayOptions):
        raise Misconfigured("these are no options of google_play")
    return GooglePlayStore(options, context)


def _controls(options: BaseModel) -> str:
    return f"{options.package} {options.base_url}" if isinstance(options, GooglePlayOptions) else ""


PROVIDER = Provider(
    name="google_play",
    about="Google Play staged rollouts: reads, halts, resumes, raises the share, completes",
    options=GooglePlayOptions,
    open_store=_open,
    controls=_controls,
    label="Google Play",
    shared=(
        "an account has one open edit for an app: a new edit of the same account takes the place of the one before, "
        "and the first commit by anyone invalidates every other edit; give this program an account of its own. All "
        "tools of the project share 3,000 queries a minute"
    ),
    share_costs="a short edit of three requests",
)
