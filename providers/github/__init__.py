"""GitHub as a tracker: open issues that block a release (stores.md 9)."""

from __future__ import annotations

from pydantic import BaseModel

from providers.github.options import GitHubOptions
from providers.own import own
from rollout_tui.ports import Provider, ProviderContext, Tracker


def _open(options: BaseModel, context: ProviderContext) -> Tracker:
    """Open the tracker. Raises Misconfigured for a token that cannot be read."""
    from providers.github.tracker import GitHubTracker

    options = own(options, GitHubOptions)
    token = None if options.token is None else context.secret(options.token)
    return GitHubTracker(options, context.http, context.clock, token)


PROVIDER = Provider(
    name="github",
    about="Open critical and blocking issues of a GitHub repository",
    options=GitHubOptions,
    open_tracker=_open,
    label="GitHub",
    shared="the rate limit belongs to the token, or without one to this host's address",
)
