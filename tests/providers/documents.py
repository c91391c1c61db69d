"""The vendors' machine-readable documents, to which the tests hold both sides of a call where they are at hand."""

from __future__ import annotations

import httpx


def held_to(document: object, inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Hold both sides to that document, by its name or as it is; without any the other assertions stand alone."""
    try:
        from contract import ContractTransport
    except ImportError:
        return inner
    transport: httpx.AsyncBaseTransport = ContractTransport(document, inner)
    return transport
