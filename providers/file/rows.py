"""Lines read as rows: a CSV's header, JSON's keys, times however they are written, and what is wrong with a line."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from providers.file.options import FileMetric, FileOptions

_MILLISECONDS = 1e11
"""Numbers beyond this are milliseconds: as seconds they would lie in the year 5138."""
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")


class BadLine(ValueError):
    """A line that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its time, whose it is, who counted, and the numbers of the metrics that it tells."""

    time: float
    platform: str | None
    build: str
    series: tuple[str, ...]
    numbers: Mapping[str, tuple[float, ...]]


class Reader:
    """Reads the lines of one file after another; a header is remembered, since a truncated file may come without."""

    def __init__(self, options: FileOptions) -> None:
        self._options = options
        self._zone = None if options.timezone is None else ZoneInfo(options.timezone)
        self._header: list[str] = list(options.columns)
        self._split: Callable[[str], Mapping[str, Any] | None] = self._cells if options.kind == "csv" else _object

    def row(self, line: bytes) -> Row | None:
        """The row of a line; None for a header or an empty line. Raises BadLine."""
        if line.startswith(_OTHER_BOMS):
            raise BadLine("it is UTF-16; write the file as UTF-8")
        try:
            text = line.removeprefix(_BOM).decode(self._options.encoding).strip()
        except UnicodeDecodeError as error:
            raise BadLine(f"it is not {self._options.encoding} ({error.reason})") from None
        fields = self._split(text) if text else None
        return None if fields is None else self._row(fields)

    def _cells(self, text: str) -> Mapping[str, Any] | None:
        try:
            (cells,) = csv.reader([text], delimiter=self._options.delimiter, strict=True)
        except (csv.Error, ValueError) as error:
            raise BadLine(f"it is no CSV ({error})") from None
        cells = [cell.strip() for cell in cells]
        if self._options.needed <= set(cells):
            self._header = cells
            return None
        if not self._header:
            missing = ", ".join(sorted(self._options.needed - set(cells)))
            raise BadLine(f"the file has no header that names {missing}")
        if len(cells) != len(self._header):
            raise BadLine(f"it has {len(cells)} fields, the header {len(self._header)}")
        return dict(zip(self._header, cells, strict=True))

    def _row(self, fields: Mapping[str, Any]) -> Row:
        options = self._options
        numbers = {
            name: found for name, metric in options.metrics.items() if (found := _numbers(fields, metric)) is not None
        }
        return Row(
            _time(_at(fields, options.time), options.time, self._zone),
            None if options.platform is None else _text(fields, options.platform).lower(),
            _text(fields, options.build),
            tuple(_text(fields, column) for column in options.series),
            numbers,
        )


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine("it is no JSON") from None
    if not isinstance(found, dict):
        raise BadLine("it is JSON, but no object")
    return found


def _at(fields: Mapping[str, Any], name: str) -> Any:
    """A field by its name, or by keys inside of keys; None where it is empty or not there."""
    found: Any = fields.get(name)
    if found is None and "." in name:
        found = fields
        for key in name.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
    return None if found == "" else found


def _text(fields: Mapping[str, Any], name: str) -> str:
    found = _at(fields, name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise BadLine(f"it has no {name}" if found is None else f"its {name} is no text")
    return str(found)


def _said(found: Any) -> str:
    """A field as a configuration writes it."""
    return str(found).lower() if isinstance(found, bool) else str(found)


def _numbers(fields: Mapping[str, Any], metric: FileMetric) -> tuple[float, ...] | None:
    """The numbers of a metric; None where the row does not tell it. Raises BadLine for half of them."""
    if any(_said(_at(fields, column)) != wanted for column, wanted in metric.where.items()):
        return None
    found = [_at(fields, column) for column in metric.columns]
    if all(value is None for value in found):
        return None
    return tuple(_number(value, column) for value, column in zip(found, metric.columns, strict=True))


def _number(found: Any, name: str) -> float:
    if found is None:
        raise BadLine(f"it has no {name}")
    try:
        number = math.nan if isinstance(found, bool) else float(found)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise BadLine(f"its {name} is no number of 0 or more")
    return number


def _time(found: Any, name: str, zone: ZoneInfo | None) -> float:
    if found is None or isinstance(found, bool):
        raise BadLine(f"it has no {name}")
    try:
        number = float(found)
    except (TypeError, ValueError, OverflowError):
        return _iso(str(found), name, zone)
    if not math.isfinite(number) or number <= 0:
        raise BadLine(f"its {name} is no time")
    return number / 1000.0 if number > _MILLISECONDS else number


def _iso(text: str, name: str, zone: ZoneInfo | None) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadLine(f"its {name} is no time; expected epoch seconds or ISO 8601") from None
    if moment.tzinfo is None:
        if zone is None:
            raise BadLine(f"its {name} names no zone; set timezone")
        moment = moment.replace(tzinfo=zone)
    return moment.timestamp()
