"""The program's own log: a private file, never the screen that the UI owns; tracebacks without local variables."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

_SIZE = 1_000_000


class _Redacting(logging.Formatter):
    """Nothing that has the shape of a secret gets into the file, not even inside another program's message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        from rollout_tui.config.secrets import redact

        return redact(super().format(record))


def start_log() -> Path | None:
    """Send the program's log to its file (mode 0600, two generations of 1 MB); None where it cannot be written."""
    from rollout_tui.config.places import log_file

    path = log_file()
    root = logging.getLogger()
    root.addHandler(logging.NullHandler())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        handler = RotatingFileHandler(path, maxBytes=_SIZE, backupCount=1, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    return path


def tell(error: BaseException) -> None:
    """Tell of an internal error in one line on stderr; the rest goes into the log."""
    print(f"rollout-tui: internal error ({type(error).__name__}); {record(error)}", file=sys.stderr)


def record(error: BaseException) -> str:
    """Write an internal error to the log; says where it can be read."""
    path = start_log()
    if path is None:
        return "its log cannot be written"
    logging.getLogger("rollout_tui").error("%s", "".join(traceback.format_exception(error)))
    return f"details in {path}"
