"""Where things lie: configuration, data, log. All paths of the program in one place (XDG on Linux)."""

from __future__ import annotations

import os
from pathlib import Path

APP = "rollout-tui"
VARIABLE = "ROLLOUT_TUI_CONFIG"


def config_file() -> Path:
    """The configuration that is read when no --config is given."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path(APP) / "config.toml"


def config_files() -> list[Path]:
    """All configurations that are read when no --config is given: the usual one and those in `apps` beside it."""
    usual = config_file()
    if os.environ.get(VARIABLE):
        return [usual]
    apps = usual.parent / "apps"
    try:
        names = sorted(name for name in os.listdir(apps) if name.endswith(".toml") and not name.startswith("."))  # noqa: PTH208  before the first frame
    except OSError:
        names = []
    return [*([usual] if usual.exists() or not names else []), *(apps / name for name in names)]


def history_file(app: str) -> Path:
    """The history of one app."""
    from platformdirs import user_data_path

    return user_data_path(APP) / _file_name(app) / "history.db"


def log_file() -> Path:
    """The program's own log; the screen belongs to the UI."""
    from platformdirs import user_log_path

    return user_log_path(APP) / "rollout-tui.log"


def example_file() -> Path:
    """The example configuration: packaged with the program, at the root of a checkout."""
    packaged = Path(__file__).with_name("config.example.toml")
    return packaged if packaged.exists() else Path(__file__).parents[2] / "config.example.toml"


def _file_name(app: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "_" for character in app) or "app"
