"""A request as a person wrote it, and as it is sent: templates filled in, secrets put in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from providers.http_json.templates import Values, fill, in_address, in_json, names
from rollout_tui.ports import Unreachable


@dataclass(frozen=True, slots=True)
class Paging:
    """How the further pages are found; exactly one of `next`, `cursor`, `items`, `link`. Expressions see one page."""

    next: str | None = None
    cursor: str | None = None
    items: str | None = None
    link: bool = False
    first_page: int = 1
    most_pages: int = 20


@dataclass(frozen=True, slots=True)
class Request:
    """Method and templates of address, query, headers and JSON body; `paging` None: one answer is all there is."""

    method: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    paging: Paging | None = None

    def names(self) -> frozenset[str]:
        """Every placeholder in it."""
        texts = (self.url, self.body or "", *(text for _, text in (*self.query, *self.headers)))
        return frozenset().union(*map(names, texts))

    def filled(self, values: Values) -> Filled:
        """Ready to be sent. A parameter that asks for the cursor is left out where there is none yet."""
        shown = [
            (name, text) for name, text in self.query if "cursor" not in names(text) or values.get("cursor") is not None
        ]
        return Filled(
            self.method,
            in_address(self.url, values),
            tuple((name, fill(text, values)) for name, text in shown),
            tuple((name, fill(text, values)) for name, text in self.headers),
            None if self.body is None else in_json(self.body, values),
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """A request without a placeholder left, and without its secrets: equal ones are asked once."""

    method: str
    url: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: str | None

    def at(self, following: str, who: str) -> Filled:
        """The same request for the address of a next page. Raises Unreachable for one on another server."""
        url = urljoin(self.url, following)
        if origin(url) != origin(self.url):
            # The credentials are for this server.
            raise Unreachable(f"{who} names a next page on another server")
        return replace(self, url=url, query=())


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers and parameters whose values are secrets; added last, and to no other server."""

    headers: Mapping[str, str]
    query: Mapping[str, str]


Document = Any
"""A page as JSON; with paging the list of all pages."""
