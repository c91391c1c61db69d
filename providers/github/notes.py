"""The notes of a release: our own marked section is renewed, everything else is left as it was just read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from providers.github.api import WHO, GitHubApi
from rollout_tui.ports import Misconfigured


async def write_section(api: GitHubApi, tag: str, platform: str, text: str) -> str:
    """Renew the section of that platform in the notes of that tag; says where. Raises ProviderError."""
    where = f"the {WHO} release notes of {tag}"
    release = await _release(api, tag)
    if release is None:
        raise Misconfigured(f"{WHO} has no release {tag}", "draft it, or name its tag in release_tag")
    before = release.get("body") or ""
    after = renewed(before, platform, text)
    if after is None:
        raise Misconfigured(f"our section in {where} has lost its end mark", "remove what is left of it by hand")
    if after != before:
        await api.patch(f"{api.repository}/releases/{int(release['id'])}", {"body": after})
    return where


def renewed(body: str, platform: str, text: str) -> str | None:
    """The notes with our section as it is now: replaced in its place, else at the end; None where it is damaged."""
    start, end = f"<!-- rollout-tui:waivers:{platform} -->", f"<!-- /rollout-tui:waivers:{platform} -->"
    section = f"{start}\n{text}\n{end}" if text else ""
    head, begun, rest = body.partition(start)
    if not begun:
        return "\n\n".join(part for part in (body.rstrip(), section) if part) if section else body
    _, ended, tail = rest.partition(end)
    return f"{head}{section}{tail}" if ended else None


async def _release(api: GitHubApi, tag: str) -> dict[str, Any] | None:
    """The release of a tag. A draft has no tag yet for GitHub: it is found among all."""
    found = await api.one(f"{api.repository}/releases/tags/{quote(tag, safe='')}")
    if isinstance(found, dict):
        return found
    listed, _ = await api.page(f"{api.repository}/releases", {"per_page": "100"})
    return next((one for one in listed if isinstance(one, dict) and one.get("tag_name") == tag), None)
