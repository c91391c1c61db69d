"""Any program as a source: what it prints is the number, the counts or a JSON object."""

from __future__ import annotations

from pydantic import BaseModel

from providers.command.options import CommandOptions
from providers.own import own
from rollout_tui.ports import Provider, ProviderContext, Source


def _open(options: BaseModel, context: ProviderContext) -> Source:
    """Open the source. Raises Misconfigured for a secret that cannot be read."""
    from providers.command.source import CommandSource

    options = own(options, CommandOptions)
    return CommandSource(options, context)


PROVIDER = Provider(
    name="command",
    about="What a program or shell function prints: a number, bad/total, or JSON",
    options=CommandOptions,
    open_source=_open,
    shared="each run is a process of this host, started by this user",
)
