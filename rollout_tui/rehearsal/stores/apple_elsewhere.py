"""What else the app has at Apple: other platforms' versions and builds, and a newer version on its way (A7, A12)."""

from __future__ import annotations

from rollout_tui.rehearsal.stores.apple_start import DAY, HOUR, AppStoreStart

BUILD_ID = "b7e0c3d2-0000-4000-8000-000000000087"
MAC_BUILD_ID = "b7e0c3d2-0000-4000-8000-00000000da87"
NEWER_BUILD_ID = "b7e0c3d2-0000-4000-8000-000000000091"
MAC_VERSION_ID = "a1f0c3d2-0000-4000-8000-0000000da420"
TV_VERSION_ID = "a1f0c3d2-0000-4000-8000-0000000d7413"
NEWER_VERSION_ID = "a1f0c3d2-0000-4000-8000-000000000421"
MAC_SUBMISSION_ID = "d5e0c3d2-0000-4000-8000-0000000da001"
_PROCESSING = 600.0

Row = tuple[str, str, str, float, str]
"""Id, number, state, when it was made, its build."""


def live_at(start: AppStoreStart, origin: float) -> float | None:
    """When the newer version is live, epoch seconds; None where there is none."""
    return None if start.newer is None else origin + start.newer.live_at * HOUR


def newer(start: AppStoreStart, origin: float, now: float) -> Row | None:
    """The newer version as it stands."""
    at = live_at(start, origin)
    if start.newer is None or at is None:
        return None
    state = "READY_FOR_DISTRIBUTION" if now >= at else "PROCESSING_FOR_DISTRIBUTION"
    if now < at - _PROCESSING:
        state = "PENDING_DEVELOPER_RELEASE"
    return (NEWER_VERSION_ID, start.newer.version, state, origin - DAY, NEWER_BUILD_ID)
