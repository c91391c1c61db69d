"""What Google's front refuses before Google Play looks at any state: unknown names, values of the wrong type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

Document = dict[str, Any]


class PlayError(Exception):
    """An error in Google's shape."""

    def __init__(self, code: int, status: str, message: str, reason: str = "badRequest") -> None:
        super().__init__(message)
        self.code = code
        self.body: Document = {
            "error": {
                "code": code,
                "message": message,
                "status": status,
                "errors": [{"message": message, "domain": "global", "reason": reason}],
            }
        }


def check_query(names: Iterable[str], known: frozenset[str]) -> None:
    """Raises PlayError 400 for a query parameter that neither the method nor every Google API knows."""
    for name in names:
        if name not in known and name not in _EVERYWHERE:
            message = (
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message."
            )
            raise PlayError(400, "INVALID_ARGUMENT", message)


def check_names(body: Any, known: frozenset[str]) -> None:
    """Raises PlayError 400 unless the body is an object with known names only; an absent body is an empty one."""
    if body is None:
        return
    if not isinstance(body, dict):
        raise PlayError(400, "INVALID_ARGUMENT", "Invalid JSON payload received. Expected an object.", "parseError")
    for name in body:
        if name not in known:
            message = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            raise PlayError(400, "INVALID_ARGUMENT", message)


def check_types(releases: Any) -> None:
    """Raises PlayError 400 unless these are releases as far as names and types go."""
    if not isinstance(releases, list):
        raise _wrong("releases", "a list", releases)
    for number, release in enumerate(releases):
        place = f"releases[{number}]"
        if not isinstance(release, dict):
            raise _wrong(place, "TrackRelease", release)
        for name, value in release.items():
            if name not in _FIELDS:
                message = f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
                raise PlayError(400, "INVALID_ARGUMENT", message)
            kind, fits = _FIELDS[name]
            if not fits(value):
                raise _wrong(f"{place}.{name}", kind, value)


def _wrong(place: str, kind: str, value: Any) -> PlayError:
    return PlayError(400, "INVALID_ARGUMENT", f"Invalid value at '{place}' ({kind}), {value!r}", "invalidValue")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(code, str) and code.isdecimal() for code in value)


def _are_notes(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(note, dict) and set(note) <= _NOTE and all(isinstance(text, str) for text in note.values())
        for note in value
    )


def _are_countries(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"countries", "includeRestOfWorld"}
        and isinstance(value.get("countries", []), list)
        and all(isinstance(country, str) for country in value.get("countries", []))
        and isinstance(value.get("includeRestOfWorld", False), bool)
    )


def _is_priority(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST_PRIORITY


_HIGHEST_PRIORITY = 5
_EVERYWHERE = frozenset(
    {
        "$.xgafv",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
    }
)
"""Parameters of every method of every Google API."""
_NOTE = {"language", "text"}
_FIELDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("TYPE_STRING", _is_text),
    "status": ("TYPE_ENUM", _is_text),
    "userFraction": ("TYPE_DOUBLE", _is_fraction),
    "versionCodes": ("TYPE_INT64", _are_codes),
    "releaseNotes": ("LocalizedText", _are_notes),
    "countryTargeting": ("CountryTargeting", _are_countries),
    "inAppUpdatePriority": ("TYPE_INT32", _is_priority),
}
