"""The options of a provider, of the type that it declared: the engine has validated them, and hands them on as any."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from rollout_tui.ports import Misconfigured

Options = TypeVar("Options", bound=BaseModel)


def own(options: BaseModel, model: type[Options]) -> Options:
    """The same, as what they are. Raises Misconfigured for those of another provider."""
    if not isinstance(options, model):
        raise Misconfigured("these are the options of another provider")
    return options
