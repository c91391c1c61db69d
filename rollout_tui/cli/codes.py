"""Exit codes that every verb shares."""

from __future__ import annotations

USAGE_ERROR = 4
INTERNAL_ERROR = 5
INTERRUPTED = 130
"""As shells count a program that ctrl+c ended."""
