"""What went wrong with a provider, in words for the operator and never with a secret."""

from __future__ import annotations

import traceback
from pathlib import Path

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import ProviderError

_WIDTH = 300


def describe(error: BaseException) -> str:
    """The error in words. An unexpected one is named by its kind and place alone: its text may hold anything."""
    if isinstance(error, ProviderError):
        return plain_text(error.message, _WIDTH)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"internal error in the provider ({kind_and_place(error)})"


def blamed(name: str, error: BaseException) -> str:
    """The error in words that name the provider."""
    words = describe(error)
    return words if words.casefold().startswith(name.casefold()) else f"{name}: {words}"


def remedy(error: BaseException) -> str | None:
    """What would mend it, where the provider says so."""
    return plain_text(error.remedy, _WIDTH) or None if isinstance(error, ProviderError) else None


def kind_and_place(error: BaseException) -> str:
    """`KeyError at series.py:41`: enough to find a defect, and nothing of what it was working on."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
