"""Reading a configuration file: TOML, shape, meaning; every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollout_tui.config import providers
from rollout_tui.config.build import build
from rollout_tui.config.check import Problems, shape
from rollout_tui.config.errors import ConfigErrors, Problem
from rollout_tui.config.lines import Lines
from rollout_tui.config.raw import File
from rollout_tui.config.sections import Lookup, check_secrets
from rollout_tui.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file without mistakes: what it means, its shape, and on which line each key stands."""

    settings: Settings
    file: File
    raw: Mapping[str, Any]
    lines: Lines


def load(path: Path, lookup: Lookup = providers.find) -> Settings:
    """The settings that the file says. Raises ConfigErrors with everything that is wrong."""
    return load_whole(path, lookup).settings


def load_whole(path: Path, lookup: Lookup = providers.find) -> Loaded:
    """The same, with what `config show` tells beside it. Raises ConfigErrors."""
    return load_text(path, _read(path), lookup)


def load_text(path: Path, source: str, lookup: Lookup = providers.find) -> Loaded:
    """The same of a text that says what a file of that path would. Raises ConfigErrors."""
    raw = _toml(path, source)
    lines = Lines(source)
    problems = Problems(lines)
    check_secrets(raw, problems)
    shaped = shape(raw, problems)
    if shaped is None:
        raise ConfigErrors(path, problems.found)
    settings = build(shaped, path.absolute(), lookup, problems)
    if problems.found:
        raise ConfigErrors(path, problems.found)
    return Loaded(settings, shaped.file, raw, lines)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        reason = "there is no such file; `rollout-tui config init` writes one, `rollout-tui rehearse` needs none"
    except UnicodeDecodeError:
        reason = "cannot be read: it is not UTF-8 text"
    except OSError as error:
        reason = f"cannot be read: {error.strerror or type(error).__name__}"
    raise ConfigErrors(path, [Problem("", reason)])


def _toml(path: Path, source: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(source)
    except tomli.TOMLDecodeError as error:
        problem = Problem("", f"not TOML: {error.msg}", error.lineno, error.colno)
        raise ConfigErrors(path, [problem]) from None
