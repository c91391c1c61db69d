"""What can stand against a service account at Google Play: one status, many causes (G23)."""

from __future__ import annotations

from collections.abc import Mapping

from rollout_tui.rehearsal.stores.play_bodies import PlayError

_PROJECT = "100000000001"
DENIALS: Mapping[str, tuple[str, str]] = {
    "permission": ("The caller does not have permission", "userInsufficientPermission"),
    "api": (
        f"Google Play Android Developer API has not been used in project {_PROJECT} before or it is disabled. Enable "
        f"it by visiting https://console.developers.google.com/apis/api/androidpublisher.googleapis.com/overview"
        f"?project={_PROJECT} then retry.",
        "accessNotConfigured",
    ),
    "agreement": (
        "This developer accounts owner has not accepted the latest Developer Distribution Agreement.",
        "developerDdaNotAccepted",
    ),
    "project": (
        "The project id used to call the Google Play Developer API has not been linked in the Google Play Developer "
        "Console.",
        "projectNotLinked",
    ),
    "watch only": ("The caller does not have permission", "userInsufficientPermission"),
}
"""By name: Google's words and reason. `watch only` may read, not write."""

_READS = frozenset({"releases", "get_edit", "tracks", "track", "insert", "delete", "validate"})


def check(denied: str, step: str) -> None:
    """Raises PlayError 403 where that stands against a call of this name."""
    if not denied or (denied == "watch only" and step in _READS):
        return
    message, reason = DENIALS[denied]
    raise PlayError(403, "PERMISSION_DENIED", message, reason)
