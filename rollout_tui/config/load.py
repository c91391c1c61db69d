"""Reading a configuration file: TOML, shape, meaning; every mistake at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rollout_tui.config import providers
from rollout_tui.config.build import build, check_channels
from rollout_tui.config.errors import ConfigErrors, Problem, find_line, key_path
from rollout_tui.config.raw import File
from rollout_tui.config.settings import Settings
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Provider

_SECRET_WORDS = ("token", "password", "secret", "key", "url")


def load(path: Path, lookup: Callable[[str], Provider] = providers.find) -> Settings:
    """The settings that the file says. Raises ConfigErrors with everything that is wrong."""
    source = _read(path)
    problems: list[Problem] = []

    def complain(parts: tuple[str | int, ...], message: str) -> None:
        problems.append(Problem(key_path(parts), message, find_line(source, parts)))

    file = _parse(path, source, complain)
    if file is None:
        raise ConfigErrors(path, problems)
    check_channels(file, complain)
    settings = build(file, path.absolute(), lookup, complain)
    if problems:
        raise ConfigErrors(path, problems)
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "there is no such file; `rollout-tui config init` writes one, `rollout-tui rehearse` needs none"
        raise ConfigErrors(path, [Problem("", hint)]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigErrors(path, [Problem("", f"cannot be read: {reason}")]) from None


def _parse(path: Path, source: str, complain: Callable[[tuple[str | int, ...], str], None]) -> File | None:
    import tomli

    try:
        raw = tomli.loads(source)
    except tomli.TOMLDecodeError as error:
        raise ConfigErrors(path, [Problem("", f"not TOML: {error}")]) from None
    try:
        return File.model_validate(raw)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            parts = tuple(part for part in problem["loc"] if part != "__key__")
            complain(parts, _message(parts, problem["type"], problem["msg"], problem.get("input")))
        return None


def _message(parts: tuple[str | int, ...], kind: str, message: str, found: Any) -> str:
    """What stands there and what was expected; values that might be secret are not repeated."""
    said = message.removeprefix("Value error, ")
    if kind == "missing":
        return "missing: this key is needed"
    if kind == "extra_forbidden":
        return "nobody knows this key; is it misspelt, or in the wrong table?"
    last = str(parts[-1]) if parts else ""
    if isinstance(found, dict | list) or any(word in last for word in _SECRET_WORDS):
        return said
    shown = plain_text(str(found), 60)
    return said if f'"{shown}"' in said else f'"{shown}": {said[:1].lower()}{said[1:]}'
