"""Which parameters each read of App Store Connect takes, and what filters, sorting and paging leave of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rollout_tui.rehearsal.stores.apple_errors import AppleError

Json = dict[str, Any]
_MOST = 200
"""The largest `limit` of a list."""
_MOST_INCLUDED = 50
"""The largest `limit[...]` of what is included."""
_USUAL = 50
_CURSOR = re.compile(r"from-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Accepts:
    """The parameters of one read. Apple documents more; what is not served here is refused, never passed over.

    `filters` map a filter's name to the attribute that it looks at, or to None where the handler looks at it itself.
    `kinds` are the types whose fields may be chosen.
    """

    kinds: tuple[str, ...] = ()
    filters: Mapping[str, str | None] | None = None
    includes: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    listed: bool = True
    """Whether the answer is a list, in pages."""

    def check(self, parameters: Iterable[tuple[str, str]]) -> None:
        """Raises AppleError 400 for a parameter that this read does not take, or a value that is none."""
        known = self._known()
        for name, value in parameters:
            if name not in known:
                detail = f"The parameter '{name}' can not be used with this request"
                raise AppleError(
                    400, "PARAMETER_ERROR.ILLEGAL", "A given parameter is not allowed", detail, parameter=name
                )
            allowed = known[name]
            if allowed is not None and not set(value.split(",")) <= allowed:
                raise _invalid(name, value, f"one of {', '.join(sorted(allowed))}")
            if name.startswith("limit"):
                most = _MOST if name == "limit" else _MOST_INCLUDED
                if not (value.isdecimal() and 1 <= int(value) <= most):
                    raise _invalid(name, value, f"1 to {most}")
            if name == "cursor" and _CURSOR.fullmatch(value) is None:
                raise _invalid(name, value, "a cursor of an answer")

    def kept(self, resources: Iterable[Json], query: Mapping[str, str]) -> list[Json]:
        """The resources that the filters on attributes leave, in the order that was asked for."""
        found = list(resources)
        for name, attribute in (self.filters or {}).items():
            wanted = query.get(f"filter[{name}]")
            if wanted is not None and attribute is not None:
                found = [one for one in found if _said(one["attributes"].get(attribute)) in wanted.split(",")]
        for key in reversed(query.get("sort", "").split(",") if "sort" in query else []):
            found.sort(key=_by(key.removeprefix("-")), reverse=key.startswith("-"))
        return found

    def _known(self) -> dict[str, frozenset[str] | None]:
        """The parameters' names, and the values that they may have where these are few."""
        sorts = frozenset(self.sorts) | {f"-{sort}" for sort in self.sorts}
        return {
            **{f"fields[{kind}]": None for kind in self.kinds},
            **{f"filter[{name}]": None for name in self.filters or {}},
            **({"include": frozenset(self.includes)} if self.includes else {}),
            **{f"limit[{name}]": None for name in self.includes},
            **({"sort": sorts} if sorts else {}),
            **({"limit": None, "cursor": None} if self.listed else {}),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: what is on it, out of how many, and the cursor of the next one."""

    part: list[Json]
    total: int
    limit: int
    following: str | None


def page(resources: list[Json], query: Mapping[str, str]) -> Page:
    """The page that was asked for with `limit` and `cursor`."""
    limit = int(query.get("limit", _USUAL))
    found = _CURSOR.fullmatch(query.get("cursor", "from-0"))
    begin = 0 if found is None else int(found[1])
    end = begin + limit
    return Page(resources[begin:end], len(resources), limit, f"from-{end}" if end < len(resources) else None)


def _by(attribute: str) -> Callable[[Json], str]:
    return lambda one: _said(one["attributes"].get(attribute))


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _invalid(name: str, value: str, expected: str) -> AppleError:
    detail = f"'{value}' is not a valid value for the parameter '{name}': expected {expected}"
    return AppleError(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value", detail, parameter=name)
