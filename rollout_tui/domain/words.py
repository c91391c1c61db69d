"""How numbers, ages and times read: one place for screen, `status`, events and reports (screens.md 8).

Plain text with the plan's units: `0.62 %`, `4.1 s`, `7.4 min`, `31 h`. No markup, no colours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from rollout_tui.domain.cells import cells, head, tail
from rollout_tui.domain.metrics import Line, Metric, Operator, Population, Unit
from rollout_tui.domain.quantities import Number, Quantity, exact
from rollout_tui.domain.readings import Reading

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0

_ABOUT = 0.1
"""By how much of a metric's window an answer may cover more or less and still be called that window."""
_MORE = 3
"""Decimals that may be added before it is said in words on which side of a line a value stands."""
_SIGNS = {Operator.LE: "≤", Operator.GE: "≥", Operator.LT: "<", Operator.GT: ">", Operator.EQ: "="}


def age(seconds: float) -> str:
    """One unit, cut off, never rounded up: `8 s`, `14 min`, `31 h`, `9 d`. Hours up to 71, then days."""
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < 72 * HOUR:
        return f"{int(seconds // HOUR)} h"
    return f"{int(seconds // DAY)} d"


def ago(seconds: float) -> str:
    """How long something is past: `31 h ago`, `2 d ago`. Days from 48 hours on; phases go on being told in hours."""
    return f"{age(seconds) if seconds < 2 * DAY else f'{int(seconds // DAY)} d'} ago"


def span(seconds: float) -> str:
    """A duration in a sentence: `9 h 12 min`, `17 h`, `40 min`, `30 s`."""
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    hours, minutes = divmod(int(seconds // MINUTE), 60)
    if hours == 0:
        return f"{minutes} min"
    return f"{hours} h" if minutes == 0 or hours >= 10 else f"{hours} h {minutes} min"


def count(number: Number) -> str:
    """A count with thousands commas; fractional counts are cut to whole ones for the eye."""
    return f"{int(exact(number)):,}"


def percent_decimals(n: Number | None) -> int:
    """Decimals that n sessions justify: none below 100, one below 1,000, else two."""
    if n is None or n >= 1000:
        return 2
    return 1 if n >= 100 else 0


def decimal(value: Fraction, places: int) -> str:
    """Exact fraction with that many decimals."""
    quantum = Decimal(1).scaleb(-places)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{number.quantize(quantum, rounding=ROUND_HALF_EVEN):,}"


def percent(value: Fraction, n: Number | None) -> str:
    """A ratio 0..1 as per cent with the decimals of its n."""
    return f"{decimal(value * 100, percent_decimals(n))} %"


def duration_value(value: Fraction, n: Number | None) -> str:
    """A mean in seconds: `4.1 s`, `7.4 min`; two significant digits, one from fewer than 100 observations."""
    unit, divisor, places = _time_scale(value, n)
    return f"{decimal(value / divisor, places)} {unit}"


def _time_scale(value: Fraction, n: Number | None) -> tuple[str, int, int]:
    """Unit, seconds in it, decimals."""
    unit, divisor = ("s", 1) if value < 100 else ("min", 60)
    return unit, divisor, 0 if value / divisor >= 10 or (n is not None and n < 100) else 1


def value(
    metric: Metric,
    quantity: Quantity,
    *,
    complement: bool = False,
    line: Line | None = None,
    room: int | None = None,
) -> str:
    """The value of a usable quantity as it stands beside its metric, or beside a gate's `line`, in `room` cells."""
    return measured(metric, quantity.value(), quantity.n, complement=complement, line=line, room=room)


def measured(
    metric: Metric,
    number: Fraction,
    n: Number | None,
    *,
    complement: bool = False,
    line: Line | None = None,
    room: int | None = None,
) -> str:
    """The same of a number alone.

    It has as many more decimals as it takes to stand on its own side of each line: 99.497 % fails where 99.5 % is
    asked for, and must not read 99.50 %. Where even those do not tell: `just below 99.5 %`, or `< 99.5 %`.
    """
    lines = (
        [line] if line is not None else [metric.target, metric.alert, *([metric.critical] if metric.critical else [])]
    )
    if metric.unit is Unit.RATIO:
        unit, scale, places = "%", Fraction(1, 100), percent_decimals(n)
    else:
        unit, divisor, places = _time_scale(number, n)
        scale = Fraction(divisor)
    crossed: Line | None = None
    for decimals in range(places, places + _MORE + 1):
        rounded = round(number / scale, decimals) * scale
        crossed = next((one for one in lines if _side(one, rounded) != _side(one, number)), None)
        text = f"{decimal((1 - number if complement else number) / scale, decimals)} {unit}"
        if crossed is None and (room is None or decimals == places or cells(text) <= room):
            return text
        if crossed is None:
            crossed = min(lines, key=lambda one: abs(one.limit - number))
            break
    assert crossed is not None
    below = (number < crossed.limit) is not complement
    limited = limit(replace(crossed, limit=1 - crossed.limit) if complement else crossed, metric.unit)
    told = f"just {'below' if below else 'above'} {limited}"
    return told if room is None or cells(told) <= room else f"{'<' if below else '>'} {limited}"


def _side(line: Line, number: Fraction) -> int:
    """Of a line: below it -1, on it 0, above it 1."""
    return (number > line.limit) - (number < line.limit)


def interval(metric: Metric, quantity: Quantity, bounds: tuple[float, float], *, complement: bool = False) -> str:
    """Two numbers and one unit, with the decimals of the value: `0.13–0.55 %`, `4.0–4.2 s`."""
    low, high = (exact(bound) for bound in bounds)
    if metric.unit is Unit.RATIO:
        ends = (1 - high, 1 - low) if complement else (low, high)
        places = percent_decimals(quantity.n)
        return f"{decimal(ends[0] * 100, places)}–{decimal(ends[1] * 100, places)} %"
    unit, divisor, places = _time_scale(quantity.value(), quantity.n)
    return f"{decimal(low / divisor, places)}–{decimal(high / divisor, places)} {unit}"


def sample(quantity: Quantity) -> str:
    """`n 7,930`, or `n unknown` where a source gives no counts."""
    return "n unknown" if quantity.n is None else f"n {count(quantity.n)}"


SHARE_OF = {Population.USERS: "share of users", Population.TESTERS: "share of testers"}
"""What a rate of people without counts is called, so that nobody takes it for one of sessions."""


def plain_percent(ratio: Fraction | Decimal) -> str:
    """A written share or limit without padding zeros: `50 %`, `0.5 %`, `0.1 %`."""
    number = Decimal(ratio.numerator) / Decimal(ratio.denominator) if isinstance(ratio, Fraction) else ratio
    text = f"{(number * 100).normalize():f}"
    return f"{text} %"


def limit(line: Line, unit: Unit) -> str:
    """The limit of a line: `0.5 %`, `10 s`, `5 min`."""
    if unit is Unit.RATIO:
        return plain_percent(line.limit)
    if line.limit >= 60 and line.limit % 60 == 0:
        return f"{line.limit // 60} min"
    return f"{_trim(line.limit)} s"


def window(metric: Metric) -> str:
    """The span of time that a metric's value covers: `60 min`, `24 h`."""
    return f"{metric.window / MINUTE:.0f} min" if metric.window <= 2 * HOUR else f"{metric.window / HOUR:.0f} h"


def covered(metric: Metric, reading: Reading | None) -> str:
    """The span that a value really covers: the metric's window, or another one where its source answered another."""
    answered = metric.window if reading is None else reading.window.end - reading.window.start
    return window(metric) if abs(answered - metric.window) <= _ABOUT * metric.window else span(answered)


def condition(line: Line, unit: Unit) -> str:
    """A line as the plan writes it: `≤ 1 %`, `< 10 s`."""
    return f"{_SIGNS[line.operator]} {limit(line, unit)}"


def sign(operator: Operator) -> str:
    """The operator as it is shown."""
    return _SIGNS[operator]


def clock_time(at: float, zone: tzinfo = UTC) -> str:
    """`14:32:07`."""
    return f"{datetime.fromtimestamp(at, zone):%H:%M:%S}"


def short_time(at: float, zone: tzinfo = UTC) -> str:
    """`14:32`."""
    return f"{datetime.fromtimestamp(at, zone):%H:%M}"


def day(at: float, zone: tzinfo = UTC) -> str:
    """`Wed 11 Mar 2026`."""
    moment = datetime.fromtimestamp(at, zone)
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def day_and_time(at: float, zone: tzinfo = UTC) -> str:
    """`Wed 11 Mar 07:30`."""
    moment = datetime.fromtimestamp(at, zone)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def moment(at: float, zone: tzinfo = UTC) -> str:
    """`Wed 11 Mar 07:30 UTC`: where somebody plans with it, the zone stands beside it."""
    return f"{day_and_time(at, zone)} {datetime.fromtimestamp(at, zone):%Z}".rstrip()


_MARKUP = frozenset("&<>|`*_[]#@~\\$!")


def plain_text(text: str, width: int | None = None) -> str:
    """Text from outside made harmless: control characters, marks and line ends become `·`, cut to `width` cells.

    Escape sequences, bidirectional and zero-width characters can change a terminal or hide words (design.md, rule 7).
    A letter and its accent become the one character that they are (NFC), where there is one.
    """
    cleaned = " ".join(text.split())
    if not cleaned.isascii():
        cleaned = unicodedata.normalize("NFC", cleaned)
    if not cleaned.isprintable():
        cleaned = "".join(character if character.isprintable() else "·" for character in cleaned)
    if width is None or cells(cleaned) <= width:
        return cleaned
    return head(cleaned, width - 1) + "…"


_ENDS = (".", "?", "!", "…")


def sentence(clause: str) -> str:
    """What a provider or a store says, as a sentence of its own: a capital letter, and a full stop where none is."""
    full_stop = "" if not clause or clause.endswith(_ENDS) else "."
    return f"{clause[:1].upper()}{clause[1:]}{full_stop}"


_EXPRESSION = re.compile(r"(.+? has (?:no|had nothing) [^:]+): .+")
"""What is asked for stands behind the colon, and is long."""
_QUOTATION = re.compile(r" \(“.*”\)")


def gist(reason: str) -> str:
    """What is wrong, without a vendor's own words and what was asked for: `Prometheus has no series for build 4201`."""
    return _EXPRESSION.sub(r"\1", _QUOTATION.sub("", reason))


def told_by_hand(hand: str) -> str:
    """What follows a sentence about a store that does not answer; empty where no way by hand is known."""
    return f" By hand: {hand}." if hand else ""


def markdown(text: str) -> str:
    """Text that Markdown leaves alone, and that calls nobody: GitHub looks for names behind an @ after all escapes."""
    return "".join(f"&#{ord(sign)};" if sign in _MARKUP else sign for sign in text).replace("&#64;", "&#64;&#8203;")


def titled(platform: str) -> str:
    """A platform's name in a title: `ANDROID`, and `iOS` as everybody writes it."""
    return "iOS" if platform.lower() == "ios" else platform.upper()


def middle_cut(text: str, width: int) -> str:
    """A long name cut in the middle with `…`, never wrapped."""
    if cells(text) <= width:
        return text
    first = head(text, width // 2)
    return first + "…" + tail(text, width - 1 - cells(first))


def _trim(number: Fraction) -> str:
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
