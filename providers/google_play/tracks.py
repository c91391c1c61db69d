"""A track's document: find our release by version code, change its status and share, carry all else.

Rules of the body: stores.md 2.2, G7, G9, G10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rollout_tui.domain.words import plain_text

DRAFT, IN_PROGRESS, HALTED, COMPLETED = "draft", "inProgress", "halted", "completed"

_STAGED = frozenset({IN_PROGRESS, HALTED})
"""The statuses that carry a fraction; all others must not even have the key."""

ALMOST_ALL = Decimal("0.99")
"""What is written when a completed release, which has no fraction, becomes halted, which must have one below 1."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What a release is to become. Raises ValueError for a body that Play would refuse: it cannot be built (G7)."""

    status: str
    fraction: Decimal | None = None

    def __post_init__(self) -> None:
        if self.status in _STAGED:
            if self.fraction is None or not 0 < self.fraction < 1:
                raise ValueError(f"{self.status} needs a fraction above 0 and below 1, not {self.fraction}")
        elif self.fraction is not None:
            raise ValueError(f"{self.status} must not carry a fraction")

    @staticmethod
    def of_share(share: Decimal) -> Target:
        """Serve to that share: all of the users is a status of its own."""
        return Target(COMPLETED) if share == 1 else Target(IN_PROGRESS, share)

    @staticmethod
    def halting(release: Committed) -> Target:
        """Halt it with its own share; a completed one has none, and halted must have one."""
        return Target(HALTED, ALMOST_ALL if release.fraction is None else release.fraction)

    def __str__(self) -> str:
        return f"{self.status}, " + ("no fraction" if self.fraction is None else f"userFraction {self.fraction}")


@dataclass(frozen=True, slots=True)
class Committed:
    """One release as a track's document says it."""

    name: str
    codes: tuple[str, ...]
    status: str
    fraction: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """The committed share (ratio 0..1); 1 for a completed release, None where there is none."""
        return Decimal(1) if self.status == COMPLETED else self.fraction

    @property
    def retained(self) -> int:
        """How many bundles of earlier releases it keeps."""
        return max(0, len(self.codes) - 1)

    def is_at(self, target: Target) -> bool:
        """Whether it already is what it would become."""
        return (self.status, self.fraction) == (target.status, target.fraction)

    def __str__(self) -> str:
        share = "" if self.fraction is None else f" {self.fraction}"
        return f"{self.name or 'unnamed'} ({', '.join(self.codes)}) {self.status}{share}"


def releases(document: Document) -> tuple[Committed, ...]:
    """Every release of the track."""
    return tuple(_committed(release) for release in _raw(document))


def find(document: Document, code: str) -> Committed | None:
    """The release of that version code, None where the track does not hold it."""
    index = _index(document, code)
    return None if index is None else releases(document)[index]


def rewritten(document: Document, code: str, target: Target) -> dict[str, Any]:
    """The whole track to send back: one release changed in status and fraction, all else as it was read.

    Raises KeyError when the track does not hold that version code.
    """
    index = _index(document, code)
    if index is None:
        raise KeyError(code)
    changed = []
    for position, release in enumerate(_raw(document)):
        if position != index:
            changed.append(dict(release))
            continue
        kept = {key: value for key, value in release.items() if key not in ("status", "userFraction")}
        changed.append({**kept, **_written(target)})
    return {**document, "releases": changed}


def giving_way(document: Document, code: str) -> dict[str, Any]:
    """The same track without the full releases that ours, when it is completed, takes the place of: the older ones."""
    index = _index(document, code)
    ours = None if index is None else releases(document)[index]
    if ours is None or ours.status != COMPLETED:
        return {**document, "releases": [dict(release) for release in _raw(document)]}
    kept = [
        dict(release)
        for position, (release, read) in enumerate(zip(_raw(document), releases(document), strict=True))
        if position == index or read.status != COMPLETED or _newest(read) > _newest(ours)
    ]
    return {**document, "releases": kept}


def started(document: Document, code: str, name: str, target: Target) -> dict[str, Any]:
    """The whole track to send back with a new build put on it: its draft where there is one, else a new release.

    Staged releases of older builds give way to it (one that was halted, most of all); what they retained is retained.
    """
    index = _index(document, code)
    raw, read = list(_raw(document)), releases(document)
    replaced = superseded(document, code)
    codes = [code, *dict.fromkeys(kept for one in replaced for kept in one.codes if kept != _newest(one)[1])]
    draft = {"name": name, "versionCodes": codes} if index is None else raw[index]
    ours = {**{key: value for key, value in draft.items() if key not in ("status", "userFraction")}, **_written(target)}
    others = [dict(one) for place, one in enumerate(raw) if place != index and read[place] not in replaced]
    return {**document, "releases": [ours, *others]}


def superseded(document: Document, code: str) -> tuple[Committed, ...]:
    """The staged releases of older builds, which end when a release of `code` begins."""
    return older_staged(releases(document), code)


def older_staged(held: Iterable[Committed], code: str) -> tuple[Committed, ...]:
    """Those of `held` that are staged and older than `code`."""
    return tuple(one for one in held if one.status in _STAGED and _newest(one) < _number(code))


def added(document: Document, source: Document, code: str, target: Target) -> dict[str, Any]:
    """The whole track to send back with the release of `code` added as it stands on `source` (a phase on two tracks).

    Raises KeyError when the source does not hold that version code.
    """
    index = _index(source, code)
    if index is None:
        raise KeyError(code)
    original = list(_raw(source))[index]
    # Countries can be targeted on staged production releases only (G19), so they stay behind.
    kept = {key: value for key, value in original.items() if key not in ("status", "userFraction", "countryTargeting")}
    # A track holds one full release: the one that served before gives way to this one.
    others = [dict(release) for release in _raw(document) if release.get("status") != COMPLETED]
    return {**document, "releases": [{**kept, **_written(target)}, *others]}


def _written(target: Target) -> dict[str, Any]:
    if target.fraction is None:
        return {"status": target.status}
    return {"status": target.status, "userFraction": float(target.fraction)}


def _index(document: Document, code: str) -> int | None:
    """Where a version code is held by several releases it belongs to the one that it leads; others retain it (G10)."""
    holding = [(index, release) for index, release in enumerate(releases(document)) if code in release.codes]
    if not holding:
        return None
    leading = [index for index, release in holding if max(release.codes, key=_number) == code]
    return leading[0] if leading else min(holding, key=lambda pair: len(pair[1].codes))[0]


def _raw(document: Document) -> Iterator[Mapping[str, Any]]:
    listed = document.get("releases")
    for release in listed if isinstance(listed, list) else ():
        if isinstance(release, Mapping):
            yield release


def _committed(release: Mapping[str, Any]) -> Committed:
    codes = release.get("versionCodes")
    return Committed(
        name=plain_text(str(release.get("name") or ""), 40),
        codes=tuple(plain_text(str(code), 24) for code in codes) if isinstance(codes, list) else (),
        status=plain_text(str(release.get("status") or "statusUnspecified"), 40),
        fraction=_fraction(release.get("userFraction")),
    )


def _fraction(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    # repr() of a double is the decimal that was written: 0.1 stays 0.1.
    number = Decimal(repr(value) if isinstance(value, float) else value)
    return number if number.is_finite() else None


def _newest(release: Committed) -> tuple[int, str]:
    return max(map(_number, release.codes), default=(0, ""))


def _number(code: str) -> tuple[int, str]:
    return (int(code) if code.isascii() and code.isdigit() else 0, code)
