"""Where the program begins: `rollout-tui` alone watches at once, anything else is parsed first."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run. Without anything to parse click is not imported: it costs a twentieth of the first frame."""
    if _is_plain(sys.argv[1:] if arguments is None else arguments):
        sys.exit(_watch())
    from rollout_tui.cli.main import main as parse

    parse(arguments)


def _is_plain(arguments: list[str]) -> bool:
    return arguments in ([], ["watch"]) and "_ROLLOUT_TUI_COMPLETE" not in os.environ


def _watch() -> int:
    from rollout_tui.cli.codes import INTERNAL_ERROR, INTERRUPTED
    from rollout_tui.cli.watching import run_watch

    try:
        return run_watch()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  one line for the person, the rest into the log
        from rollout_tui.cli.log import tell

        tell(error)
        return INTERNAL_ERROR
