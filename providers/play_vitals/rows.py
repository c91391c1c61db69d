"""What a row of vitals says: period, version code, decimals; and the one place where a rate becomes a share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.answering import NoData
from providers.play_vitals.options import RateUnit
from providers.play_vitals.times import Period

VERSION_CODE = "versionCode"
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
"""google.type.Decimal; an empty text, which it lets stand for 0, is taken for no value: nothing is ever made 0."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One period of one build; `values` are as Google wrote them, without those that are no numbers."""

    start: float
    build: str
    values: Mapping[str, Decimal]


def read_rows(documents: Iterable[Mapping[str, Any]], period: Period) -> list[Row]:
    """The rows that can be understood, oldest first; those of another period or without a start are left out."""
    found = (_row(document, period) for document in documents)
    return sorted((row for row in found if row is not None), key=lambda row: row.start)


def share_of_users(rate: Decimal, unit: RateUnit) -> Decimal:
    """A rate as a ratio 0..1. Whether Google means per cent is not settled by its document (stores.md 3).

    Raises NoData for what cannot be a share of users.
    """
    share = rate / 100 if unit == "percent" else rate
    if share > 1:
        hint = '; compare it with the Play Console: rates = "percent"?' if unit == "fraction" else ""
        raise NoData(f"{rate} is above all users, read as a {unit}{hint}")
    if share < 0:
        raise NoData(f"{rate} is below 0, no share of users")
    return share


def _row(document: Mapping[str, Any], period: Period) -> Row | None:
    if document.get("aggregationPeriod", period.google) != period.google:
        return None
    start = period.instant(document.get("startTime"))
    if start is None:
        return None
    builds = [_build(each) for each in _objects(document.get("dimensions")) if each.get("dimension") == VERSION_CODE]
    values = {}
    for each in _objects(document.get("metrics")):
        value = _decimal(each.get("decimalValue"))
        if value is not None:
            values[str(each.get("metric"))] = value
    return Row(start, builds[0] if builds else "", values)


def _build(dimension: Mapping[str, Any]) -> str:
    value = dimension.get("int64Value", dimension.get("stringValue"))
    return "" if value is None else str(value)


def _decimal(document: object) -> Decimal | None:
    text = document.get("value") if isinstance(document, Mapping) else None
    if not isinstance(text, str) or len(text) > _LONGEST or _DECIMAL.fullmatch(text) is None:
        return None
    return Decimal(text)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
