"""The name of a release as the app's SDK sends it, and how Sentry's search wants it written."""

from __future__ import annotations

import re
from string import Template

from providers.sentry.options import SentryApp
from rollout_tui.domain.plan import RolloutPlan

_UNFIT = re.compile(r'[\x00-\x1f\x7f"*\\/]')
"""What no release name holds, or what the search takes for something else: quotes, wildcards, slashes."""
_LONGEST = 200


def release_name(app: SentryApp, rollout: RolloutPlan) -> str:
    """The release of this build. Raises ValueError where it cannot be one."""
    name = Template(app.release).substitute(package=app.package, version=rollout.version, build=rollout.build)
    if not rollout.build or len(name) > _LONGEST or _UNFIT.search(name):
        raise ValueError(f"{name!r} is no name of a release")
    return name


def of_release(name: str, key: str = "release") -> str:
    """The search for one release."""
    return f'{key}:"{name}"'
