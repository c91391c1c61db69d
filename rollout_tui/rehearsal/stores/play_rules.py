"""What Google Play refuses in a track's releases, and how tracks stand at the start (stores.md 2.2, 2.3, G7 to G14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rollout_tui.rehearsal.scenarios import OLD_VERSION, VERSION, PlayStart
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError

_STAGED = frozenset({"inProgress", "halted"})
_STATUSES = frozenset({"draft", "inProgress", "halted", "completed"})


def first_tracks(start: PlayStart) -> dict[str, Document]:
    """The tracks at the start: a release under way over a full one; the same build for internal testers."""
    running: Document = {
        "name": VERSION,
        "versionCodes": [*start.retained, start.version_code],
        "status": start.status,
        "countryTargeting": {"countries": ["AT", "CH", "DE"], "includeRestOfWorld": True},
        "releaseNotes": [
            {"language": "en-US", "text": "Faster connects, fewer drops."},
            {"language": "de-DE", "text": "Schnellere Verbindungen, weniger Abbrüche."},
        ],
        "inAppUpdatePriority": 2,
    }
    if start.status in ("inProgress", "halted"):
        running["userFraction"] = float(start.share)
    full: Document = {
        "name": OLD_VERSION,
        "versionCodes": [start.old_version_code],
        "status": "completed",
        "releaseNotes": [{"language": "en-US", "text": "Bug fixes."}],
    }
    internal: Document = {"name": VERSION, "versionCodes": [start.version_code], "status": "completed"}
    drafted: Document = {"name": start.drafted, "versionCodes": [start.drafted], "status": "draft"}
    return {
        "production": {
            "track": "production",
            "releases": [*([drafted] if start.drafted else []), running, full],
        },
        "beta": {"track": "beta", "releases": []},
        "wear:production": {"track": "wear:production", "releases": []},
        "internal": {"track": "internal", "releases": [internal]},
    }


def served_share(track: Document, build: str) -> Decimal:
    """The share of users that a track offers the build to; 0 where it does not hold it."""
    release = next((release for release in track["releases"] if build in release["versionCodes"]), None)
    if release is None or release["status"] in ("halted", "draft"):
        return Decimal(0)
    return Decimal(1) if release["status"] == "completed" else Decimal(str(release["userFraction"]))


def check_release(release: Document, uploaded: frozenset[str], *, draft_app: bool = False) -> None:
    """Raises PlayError for a status, fraction or version code that cannot be, whatever was before."""
    status, fraction = release.get("status"), release.get("userFraction")
    if draft_app and status != "draft":
        raise _refused("Only releases with status draft may be created on draft app.")
    if status not in _STATUSES:
        raise _refused(f"Invalid value for status: {status}.", "invalidValue")
    if status in ("completed", "draft"):
        if fraction is not None:
            raise _refused(f"{status.upper()} release must not have fraction.")
    elif fraction is None:
        raise _refused(f"Release with status {status} must have a user fraction.", "required")
    elif fraction >= 1:
        raise _refused("User fraction must be lower than one.", "rolloutFractionOutOfBound")
    elif fraction <= 0:
        raise _refused("User fraction must be greater than zero.", "rolloutFractionOutOfBound")
    missing = [code for code in release["versionCodes"] if code not in uploaded]
    if missing:
        message = f"The following APK version codes could not be found: {', '.join(missing)}."
        raise PlayError(404, "NOT_FOUND", message, "apkNotFound")


@dataclass(frozen=True, slots=True)
class Past:
    """What a track served to all, oldest first, and whether the one before the last violates policy now."""

    full: tuple[Document, ...] = ()
    bad: bool = False

    def before(self, release: Document) -> Document | None:
        """The full release that can serve again in the place of this one (G12)."""
        earlier = [one for one in self.full if newest(one) < newest(release)]
        return None if not earlier or self.bad else earlier[-1]


def settled(live: Document, releases: list[Document], past: Past) -> list[Document]:
    """The track's releases as Play would keep them: completing a release retires the full one before it.

    `live` is the track as it is committed now. Raises PlayError for what cannot follow from that.
    """
    _check_steps(live, releases)
    releases = without_older_staged(live["releases"], releases)
    full_before = {newest(release) for release in live["releases"] if release["status"] == "completed"}
    staged = [release for release in releases if release["status"] == "inProgress"]
    if any(newest(release) in full_before for release in staged):
        raise _refused("Fully released can not be staged.")
    if staged and not past.full:
        raise _refused("The first release on a track cannot be staged.")
    halted = [release for release in releases if release["status"] == "halted"]
    if live["track"] == "internal" and any(newest(release) in full_before for release in halted):
        raise _refused("A completed release of the internal track cannot be halted.")
    for release in halted:
        if newest(release) in full_before:
            releases = _with_the_one_before(releases, release, past)
    full = [release for release in releases if release["status"] == "completed"]
    if len(full) <= 1:
        return releases
    latest = max(newest(release) for release in full)
    if latest in full_before or len(full) > len(full_before) + 1:
        raise _refused("Only one completed release is allowed.")
    return with_latest_full(releases)


def with_latest_full(releases: list[Document]) -> list[Document]:
    """A track holds one full release: the one that it got last takes the place of those before it."""
    latest = max((newest(one) for one in releases if one["status"] == "completed"), default=0)
    return [one for one in releases if one["status"] != "completed" or newest(one) == latest]


def check_reach(tracks: Iterable[Document]) -> None:
    """Raises PlayError 403 for a staged release that no user could be given: all have a higher version code."""
    for track in tracks:
        full = max((newest(one) for one in track["releases"] if one["status"] == "completed"), default=0)
        if any(one["status"] == "inProgress" and newest(one) < full for one in track["releases"]):
            message = (
                "You cannot rollout this release because it does not allow any existing users to upgrade to the newly "
                "added APKs."
            )
            raise PlayError(403, "PERMISSION_DENIED", message, "forbidden")


def without_older_staged(live: list[Document], releases: list[Document]) -> list[Document]:
    """A new staged release sets the older ones of its track to "not live" at once."""
    known = {newest(release) for release in live if release["status"] != "draft"}
    new = [newest(one) for one in releases if one["status"] in _STAGED and newest(one) not in known]
    return [one for one in releases if not new or one["status"] not in _STAGED or newest(one) >= max(new)]


def _with_the_one_before(releases: list[Document], halted: Document, past: Past) -> list[Document]:
    """The full release before a halted one serves again. Raises PlayError where there is none that could."""
    before = past.before(halted)
    if before is None:
        # The preconditions are documented; the words are ours.
        why = "violates policy" if past.bad else "does not exist"
        raise _refused(f"A completed release cannot be halted: the full release before it {why}.")
    there = {newest(release) for release in releases}
    return releases if newest(before) in there else [*releases, before]


def _check_steps(live: Document, releases: list[Document]) -> None:
    """Raises PlayError for what a release that is out cannot become (G13, G19, G26)."""
    out = {newest(release): release for release in live["releases"] if release["status"] != "draft"}
    for release in releases:
        if "countryTargeting" in release and live["track"] != "production":
            message = "Country targeting is supported for staged rollouts on production only."
            raise _refused(message, "stagedCountryTargetingNotSupported")
        before = out.get(newest(release))
        if before is None:
            continue
        if release.get("inAppUpdatePriority", 0) != before.get("inAppUpdatePriority", 0):
            raise _refused("In-app update priority cannot be changed once the release is rolled out.")
        if _countries(before) - _countries(release) and "countryTargeting" in release:
            raise _refused("Countries cannot be removed from a staged rollout that has started.")
        running = release["status"] == before["status"] == "inProgress"
        if running and release["userFraction"] < before["userFraction"]:
            raise _refused("The user fraction of a release in progress cannot be lowered.")


def _countries(release: Document) -> set[str]:
    return set(release.get("countryTargeting", {}).get("countries", []))


def newest(release: Document) -> int:
    """The highest version code: the release's own, beside those that it keeps; 0 where it has none."""
    return max((int(code) for code in release["versionCodes"]), default=0)


def _refused(message: str, reason: str = "badRequest") -> PlayError:
    return PlayError(400, "INVALID_ARGUMENT", message, reason)
