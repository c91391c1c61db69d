"""Carries out one planned change at App Store Connect; nothing is ever sent twice (stores.md 4.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from providers.app_store.api import AscApi, segment
from providers.app_store.facts import Facts, Submission, Version
from providers.app_store.finding import Finder
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import Refused

_PLATFORM = "IOS"
_IN_QUEUE = frozenset({"WAITING_FOR_REVIEW", "IN_REVIEW", "UNRESOLVED_ISSUES"})

SAFE = frozenset({"PAUSED", "remove_from_group", "cancel"})
"""Verbs, and target states of the ladder, that only ever reach fewer people."""


class Changes:
    """The changes, by the verb that `planning` wrote down."""

    def __init__(self, api: AscApi, finder: Finder) -> None:
        self._api, self._finder = api, finder
        self._verbs: Mapping[str, Callable[[RolloutPlan, Mapping[str, str], Facts], Awaitable[None]]] = {
            "phased": self._phased,
            "remove_from_group": self._remove_from_group,
            "add_to_group": self._add_to_group,
            "submit": self._submit,
            "cancel": self._cancel,
            "release": self._release,
        }

    async def perform(self, rollout: RolloutPlan, wanted: Mapping[str, str], facts: Facts) -> None:
        """Returns when Apple accepted it. Raises AlreadySo, Refused, OutcomeUnknown, Unreachable, Denied."""
        await self._verbs[wanted["verb"]](rollout, wanted, facts)

    async def _phased(self, rollout: RolloutPlan, wanted: Mapping[str, str], facts: Facts) -> None:
        phased = facts.phased
        if phased is None:
            raise Refused(f"version {rollout.version} has no phased release", "u reads it again")
        attributes = {"phasedReleaseState": wanted["state"]}
        await self._api.change(
            "PATCH",
            f"/v1/appStoreVersionPhasedReleases/{segment(phased.id)}",
            _data("appStoreVersionPhasedReleases", phased.id, attributes),
        )

    async def _remove_from_group(self, rollout: RolloutPlan, wanted: Mapping[str, str], facts: Facts) -> None:
        await self._link("DELETE", rollout, wanted["group"], facts)

    async def _add_to_group(self, rollout: RolloutPlan, wanted: Mapping[str, str], facts: Facts) -> None:
        await self._link("POST", rollout, wanted["group"], facts)

    async def _link(self, method: str, rollout: RolloutPlan, name: str, facts: Facts) -> None:
        build = None if facts.testing is None else facts.testing.build
        if build is None:
            raise Refused(f"App Store Connect has no build {rollout.build} of {rollout.version}", "u reads it again")
        group = await self._finder.group(name)
        await self._api.change(
            method,
            f"/v1/betaGroups/{segment(group.id)}/relationships/builds",
            {"data": [{"type": "builds", "id": build.id}]},
        )

    async def _submit(self, rollout: RolloutPlan, _: Mapping[str, str], facts: Facts) -> None:
        """Find or open a submission, put the version in, submit. Another's submission is shown, not fought."""
        version = _existing(rollout, facts.version)
        opened = await self._finder.submissions()
        await self._raise_if_occupied(version, opened)
        draft = next((found for found in opened if found.state == "READY_FOR_REVIEW"), None)
        inside = draft is not None and await self._raise_if_foreign(draft, version)
        await self._attach_build(rollout, version, facts)
        submission = draft.id if draft is not None else await self._open_submission(facts.app)
        if not inside:
            refers = {"reviewSubmission": _ref("reviewSubmissions", submission)}
            await self._create(
                "reviewSubmissionItems", {**refers, "appStoreVersion": _ref("appStoreVersions", version.id)}
            )
        await self._api.change(
            "PATCH",
            f"/v1/reviewSubmissions/{segment(submission)}",
            _data("reviewSubmissions", submission, {"submitted": True}),
        )

    async def _cancel(self, rollout: RolloutPlan, _: Mapping[str, str], facts: Facts) -> None:
        version = _existing(rollout, facts.version)
        ours = [found for found in await self._finder.submissions() if version.id in found.versions]
        queued = next((found for found in ours if found.state in _IN_QUEUE), None)
        if queued is None:
            raise Refused(f"no submission of {rollout.version} is in App Review", "u reads it again")
        await self._api.change(
            "PATCH",
            f"/v1/reviewSubmissions/{segment(queued.id)}",
            _data("reviewSubmissions", queued.id, {"canceled": True}),
        )

    async def _release(self, rollout: RolloutPlan, wanted: Mapping[str, str], facts: Facts) -> None:
        """Where the plan goes on with the ladder it is set before the release: afterwards it is too late."""
        version = _existing(rollout, facts.version)
        refers = {"appStoreVersion": _ref("appStoreVersions", version.id)}
        if wanted.get("phased") and facts.phased is None:
            await self._create("appStoreVersionPhasedReleases", refers, {"phasedReleaseState": "INACTIVE"})
        await self._create("appStoreVersionReleaseRequests", refers)

    async def _raise_if_occupied(self, version: Version, opened: list[Submission]) -> None:
        for submission in opened:
            if submission.state == "READY_FOR_REVIEW" or not submission.versions:
                continue
            whose = "this version" if version.id in submission.versions else "another version"
            raise Refused(
                f"{whose} is in App Review already: its submission is {submission.state}",
                "wait for it, or withdraw it in App Store Connect",
            )

    async def _raise_if_foreign(self, draft: Submission, version: Version) -> bool:
        """Whether our version is in the open submission; anything else in it would be submitted with it."""
        items = await self._finder.items(draft.id)
        if any(versions != (version.id,) for _, versions in items):
            raise Refused(
                "an open review submission holds other items, which would be submitted too",
                "submit or empty it in App Store Connect",
            )
        return bool(items)

    async def _attach_build(self, rollout: RolloutPlan, version: Version, facts: Facts) -> None:
        if version.build == rollout.build:
            return
        if version.build is not None:
            raise Refused(
                f"{version.number} holds build {version.build} at Apple, the plan says {rollout.build}",
                "choose the build in App Store Connect",
            )
        testing = facts.testing if facts.testing is not None else await self._finder.testing(rollout)
        if testing.build is None:
            raise Refused(f"App Store Connect has no build {rollout.build} of {rollout.version}", "upload it first")
        await self._api.change(
            "PATCH",
            f"/v1/appStoreVersions/{segment(version.id)}/relationships/build",
            _ref("builds", testing.build.id),
        )

    async def _open_submission(self, app: str) -> str:
        made = await self._create("reviewSubmissions", {"app": _ref("apps", app)}, {"platform": _PLATFORM})
        if made is None:
            raise Refused("App Store Connect opened a submission without an id", "look there by hand")
        return made

    async def _create(
        self, kind: str, relationships: Mapping[str, object], attributes: Mapping[str, object] | None = None
    ) -> str | None:
        data: dict[str, object] = {"type": kind, "relationships": relationships}
        if attributes is not None:
            data["attributes"] = attributes
        answer = await self._api.change("POST", f"/v1/{kind}", {"data": data})
        return answer.data[0].id if answer.data else None


def _existing(rollout: RolloutPlan, version: Version | None) -> Version:
    if version is None:
        raise Refused(
            f"App Store Connect has no iOS version {rollout.version}",
            "create it there with its texts and pictures, then promote again",
        )
    return version


def _data(kind: str, resource_id: str, attributes: Mapping[str, object]) -> dict[str, object]:
    return {"data": {"type": kind, "id": resource_id, "attributes": attributes}}


def _ref(kind: str, resource_id: str) -> dict[str, object]:
    return {"data": {"type": kind, "id": resource_id}}
