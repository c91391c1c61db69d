"""A CSV or JSON-lines file that something else appends to: counts, means, bare values."""

from __future__ import annotations

from pydantic import BaseModel

from providers.file.options import FileOptions
from providers.own import own
from rollout_tui.ports import Provider, ProviderContext, Source


def _open(options: BaseModel, context: ProviderContext) -> Source:
    """Open the source; the file may come later."""
    from providers.file.source import FileSource

    options = own(options, FileOptions)
    return FileSource(options, context.clock, context.name)


PROVIDER = Provider(
    name="file",
    about="Counts, means and values from a CSV or JSON-lines file on this host that something else appends to",
    options=FileOptions,
    open_source=_open,
    label="File",
)
