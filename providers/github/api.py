"""Asking GitHub: pages are followed, what an answer means is said in words, a change is sent once (stores.md 9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from providers import wire
from providers.github.options import GitHubOptions
from rollout_tui.ports import Clock, Denied, Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

WHO = "GitHub"
_PAGES = 20
_MINUTE = 60.0
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="next"')


class GitHubApi:
    """One repository, with one token."""

    def __init__(self, options: GitHubOptions, http: httpx.AsyncClient, clock: Clock, token: str | None) -> None:
        self._options = options
        self._http = http
        self._clock = clock
        self._base = options.base_url.rstrip("/")
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self._options.repository.partition("/")[0]

    @property
    def repository(self) -> str:
        """Its address."""
        owner, _, name = self._options.repository.partition("/")
        return f"{self._base}/repos/{quote(owner)}/{quote(name)}"

    async def one(self, url: str) -> wire.Json | None:
        """One thing; None where there is no such thing. Raises ProviderError."""
        answer = await wire.get(self._http, url, who=WHO, headers=self._headers)
        if answer.status == 404:
            return None
        self.check(answer)
        return answer.json

    async def patch(self, url: str, body: wire.Json) -> None:
        """Change one thing, sent once. Raises ProviderError."""
        self.check(await wire.send_json(self._http, "PATCH", url, who=WHO, json=body, headers=self._headers))

    async def pages(self, url: str, query: Mapping[str, str]) -> list[wire.Json]:
        """The items of all pages of a list."""
        parameters: Mapping[str, str] | None = query
        found: list[wire.Json] = []
        for _ in range(_PAGES):
            items, following = await self.page(url, parameters)
            found += items
            if following is None:
                return found
            url, parameters = following, None
            if not url.startswith(f"{self._base}/"):
                raise Unreachable(f"{WHO} names a next page on another server")
        raise Misconfigured(f"{WHO} lists more than {_PAGES * 100} issues or labels", "narrow the labels down")

    async def page(self, url: str, query: Mapping[str, str] | None) -> tuple[list[wire.Json], str | None]:
        """One page of a list, and where the next one is."""
        answer = await wire.get(self._http, url, who=WHO, params=query, headers=self._headers)
        self.check(answer)
        if not isinstance(answer.json, list):
            raise Unreachable(f"{WHO} answered with something that is no list")
        following = _NEXT.search(answer.headers.get("link", ""))
        return answer.json, None if following is None else following[1]

    def check(self, answer: wire.Answer) -> None:
        """Raises what the status means here."""
        repository, status = self._options.repository, answer.status
        if status in (301, 404):
            raise Misconfigured(
                f"{WHO} knows no repository {repository}, or hides it from this token", "check repository and token"
            )
        if status == 410:
            raise Misconfigured(f"{WHO}: {repository} has no issues", "name the repository that has them")
        if status == 401:
            raise Denied(f"{WHO} refuses the token", "make a new one that may read issues")
        wait = self._limited(answer) if status in (403, 429) else None
        if wait is not None:
            raise Unreachable(f"{WHO}: rate limit reached", "a token has a larger one", retry_after=wait)
        wire.raise_for_status(answer, WHO)

    def _limited(self, answer: wire.Answer) -> float | None:
        """Seconds to wait for a rate limit, a minute where that is not said; None where it is no rate limit."""
        if answer.retry_after is not None:
            return answer.retry_after
        if answer.headers.get("x-ratelimit-remaining") == "0":
            try:
                return max(_MINUTE, float(answer.headers["x-ratelimit-reset"]) - self._clock.now())
            except (KeyError, ValueError):
                return _MINUTE
        return _MINUTE if answer.status == 429 or "rate limit" in answer.text.lower() else None
