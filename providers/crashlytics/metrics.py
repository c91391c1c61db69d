"""What a group of the report on versions says: counts where they are given, else a percentage without a size.

Which report fills which field its document does not say: what is absent is no data, never 0. Where counts and
percentage are both there they must agree, so that a misread unit is found out (stores.md 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.answering import NoData
from providers.crashlytics.errors import WHO
from providers.crashlytics.options import CountsOf
from providers.google_account.calls import Document, count
from providers.moments import iso_moment
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Window
from rollout_tui.domain.words import plain_text

_FIELDS: dict[CountsOf, tuple[str, str, str]] = {
    "sessions": ("impactedSessionsCount", "totalSessionsCount", "crashFreeSessionsPercentage"),
    "users": ("impactedUsersCount", "totalUsersCount", "crashFreeUsersPercentage"),
}
_AGREE = Decimal("0.05")
"""Percentage points by which a percentage, which is rounded, may differ from its counts."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one version over one interval; `window` None where the answer does not name it."""

    document: Document
    window: Window | None

    def quantity(self, counts: CountsOf) -> Proportion | Bare:
        """Crashed of all; a bare share where no counts are given. Raises NoData."""
        bad_name, total_name, free_name = _FIELDS[counts]
        bad, total = count(self.document.get(bad_name)), count(self.document.get(total_name))
        free = _percentage(self.document.get(free_name))
        if total == 0:
            raise NoData(f"{WHO} counted no {counts}")
        if bad is None or total is None:
            if free is None:
                raise NoData(f"{WHO} gives neither counts nor a percentage of {counts} for this version")
            return Bare((100 - free) / 100)
        if bad > total:
            raise NoData(f"{WHO} counts more {counts} with a crash than there are: {bad} of {total}")
        if free is not None and abs(100 * Decimal(total - bad) / Decimal(total) - free) > _AGREE:
            raise NoData(f"{WHO} contradicts itself: {bad} of {total} {counts} crashed, and {free} % are crash-free")
        return Proportion(bad, total)

    def lives(self, counts: CountsOf) -> bool:
        """Whether anything was counted at all."""
        every = count(self.document.get(_FIELDS[counts][1]))
        return every > 0 if every is not None else _percentage(self.document.get(_FIELDS[counts][2])) is not None


def measured(groups: Sequence[Document], version: str, build: str) -> list[Measured]:
    """The figures of a version, an interval each, oldest first. Raises NoData where it is not in the report."""
    for group in groups:
        named = group.get("version")
        if (
            isinstance(named, dict)
            and named.get("displayName") == version
            and named.get("buildVersion", build) == build
        ):
            listed = group.get("metrics")
            found = [_measured(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
            return sorted(found, key=lambda each: each.window.start if each.window is not None else 0.0)
    others = (group["version"].get("displayName") for group in groups if isinstance(group.get("version"), dict))
    which = plain_text(", ".join(str(name) for name in others if name), 80)
    raise NoData(f"{WHO} has nothing of version {plain_text(version, 80)}{f'; it has {which}' if which else ''}")


def _measured(document: Document) -> Measured:
    start, end = iso_moment(document.get("startTime")), iso_moment(document.get("endTime"))
    return Measured(document, Window(start, end) if start is not None and end is not None and start < end else None)


def _percentage(value: Any) -> Decimal | None:
    """A percentage 0..100; None for what is none. Raises NoData for one beyond."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return None
    if not 0 <= value <= 100:
        raise NoData(f"{WHO} gives {value} %, which is no share")
    return Decimal(value)
