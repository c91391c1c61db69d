"""What a checkup found: remarks with a grade, and what would mend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a thing stands, best first."""

    OK = "OK"
    NOTE = "NOTE"
    """Worth knowing; nothing to mend."""
    WARNING = "WARNING"
    """It works, and may hurt."""
    NO_DATA = "NO DATA"
    """It did not answer, or holds nothing for this build."""
    PROBLEM = "PROBLEM"
    """A person must mend it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding about `topic` ("play", "history"); `fix` is the next step, empty where there is none."""

    topic: str
    grade: Grade
    text: str
    fix: str = ""


def worst_grade(remarks: Iterable[Remark]) -> Grade:
    """The worst of all; OK where there is none."""
    order = list(Grade)
    return max((remark.grade for remark in remarks), key=order.index, default=Grade.OK)
