"""Finds what belongs to our build: app, version, phased release, submission, TestFlight build and group.

Ids are kept, since each question costs part of the key's hourly budget (stores.md 4.2, A20).
"""

from __future__ import annotations

from providers.app_store.api import AscApi, segment
from providers.app_store.errors import NotFound
from providers.app_store.facts import (
    APPROVED,
    OPEN_SUBMISSIONS,
    REFUSED,
    RELEASED,
    UNDER_REVIEW,
    Facts,
    Group,
    Phased,
    Submission,
    TestBuild,
    Testing,
    Version,
)
from providers.app_store.resources import Document, Resource
from providers.app_store.states import is_testing
from providers.app_store.usage import trial
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Trial
from rollout_tui.domain.words import MINUTE
from rollout_tui.ports import Clock, Misconfigured, ProviderError

_PLATFORM = "IOS"
_SLOW = 15 * MINUTE
"""How often what moves slowly is asked for: the size of a group, what testers did."""


class Finder:
    """Reads the facts of one app."""

    def __init__(self, api: AscApi, bundle_id: str, clock: Clock) -> None:
        self._api, self._bundle_id, self._clock = api, bundle_id, clock
        self._app: str | None = None
        self._groups: dict[str, Group] = {}
        self._testers: dict[str, tuple[float, int]] = {}
        self._trials: dict[str, tuple[float, Trial | None]] = {}

    async def facts(self, rollout: RolloutPlan) -> Facts:
        """What concerns the present state, and no more. Raises ProviderError."""
        app = await self.app()
        version, phased = await self.version(rollout.version)
        if is_testing(rollout, version):
            return Facts(app, version, testing=await self.testing(rollout))
        submission = None
        if version is not None and version.state in UNDER_REVIEW | REFUSED:
            submission = next((found for found in await self.submissions() if version.id in found.versions), None)
        return Facts(app, version, phased, submission)

    async def app(self) -> str:
        """The app's id. Raises Misconfigured for an unknown bundle id."""
        if self._app is None:
            answer = await self._api.get(
                "/v1/apps", {"filter[bundleId]": self._bundle_id, "fields[apps]": "bundleId", "limit": "10"}
            )
            # The filter finds parts of names too.
            app = next((found for found in answer.data if found.attributes.get("bundleId") == self._bundle_id), None)
            if app is None:
                raise Misconfigured(
                    f"App Store Connect shows this key no app {self._bundle_id}",
                    "look at bundle_id in the configuration, and at the key's access to this app",
                )
            self._app = app.id
        return self._app

    async def version(self, number: str) -> tuple[Version | None, Phased | None]:
        """The iOS version of that number with its phased release; the newest where there are several (A12)."""
        answer = await self._api.get(
            f"/v1/apps/{segment(await self.app())}/appStoreVersions",
            {
                "filter[platform]": _PLATFORM,
                "filter[versionString]": number,
                "include": "build,appStoreVersionPhasedRelease",
                "fields[appStoreVersions]": "platform,versionString,appStoreState,appVersionState,releaseType,"
                "createdDate,build,appStoreVersionPhasedRelease",
                "fields[builds]": "version",
                "fields[appStoreVersionPhasedReleases]": "phasedReleaseState,startDate,totalPauseDuration,"
                "currentDayNumber",
                "limit": "10",
            },
        )
        ours = [found for found in answer.data if _is_ours(found, number)]
        if not ours:
            return None, None
        newest = max(ours, key=lambda found: found.time("createdDate") or 0.0)
        alone = len(ours) == 1
        build = _included(answer, newest, "build", "builds", alone)
        phased = _included(answer, newest, "appStoreVersionPhasedRelease", "appStoreVersionPhasedReleases", alone)
        found = Version.of(newest, build)
        if phased is not None:
            return found, Phased.of(phased)
        unsaid = newest.refers("appStoreVersionPhasedRelease") is None
        return found, await self.phased(found.id) if unsaid and found.state in RELEASED | APPROVED else None

    async def phased(self, version_id: str) -> Phased | None:
        """The version's phased release; 404 or empty data is none, as for an app's first version (A1)."""
        try:
            answer = await self._api.get(f"/v1/appStoreVersions/{segment(version_id)}/appStoreVersionPhasedRelease")
        except NotFound:
            return None
        return Phased.of(answer.data[0]) if answer.data else None

    async def submissions(self) -> list[Submission]:
        """The open review submissions of the platform with their items (A11, A14)."""
        answer = await self._api.get(
            "/v1/reviewSubmissions",
            {
                "filter[app]": await self.app(),
                "filter[platform]": _PLATFORM,
                "filter[state]": ",".join(OPEN_SUBMISSIONS),
                "include": "items,appStoreVersionForReview",
                "fields[reviewSubmissions]": "platform,submittedDate,state,items,appStoreVersionForReview",
                "fields[reviewSubmissionItems]": "state,appStoreVersion",
                "fields[appStoreVersions]": "versionString",
                "limit": "20",
            },
        )
        return [_submission(found, answer) for found in answer.data]

    async def items(self, submission_id: str) -> list[tuple[str, tuple[str, ...]]]:
        """A submission's items: state, and the version that each stands for (none for events, product pages, ...)."""
        answer = await self._api.get(
            f"/v1/reviewSubmissions/{segment(submission_id)}/items",
            {
                "include": "appStoreVersion",
                "fields[reviewSubmissionItems]": "state,appStoreVersion",
                "fields[appStoreVersions]": "versionString",
                "limit": "50",
            },
        )
        return [(item.text("state"), item.refers("appStoreVersion") or ()) for item in answer.data]

    async def testing(self, rollout: RolloutPlan) -> Testing:
        """The build in TestFlight, and the plan's group."""
        build, groups = await self.build(rollout)
        name = next((phase.group for phase in rollout.phases if phase.kind is PhaseKind.TESTERS and phase.group), None)
        if build is None or name is None:
            return Testing(build)
        group = await self.group(name)
        inside = group.id in groups if groups is not None else await self.holds(group, build)
        return Testing(build, group, inside or group.takes_all, await self.testers(group), await self.trial(build.id))

    async def build(self, rollout: RolloutPlan) -> tuple[TestBuild | None, tuple[str, ...] | None]:
        """The uploaded build and the ids of its groups (None: the answer does not say)."""
        answer = await self._api.get(
            "/v1/builds",
            {
                "filter[app]": await self.app(),
                "filter[version]": rollout.build,
                "filter[preReleaseVersion.version]": rollout.version,
                "filter[preReleaseVersion.platform]": _PLATFORM,
                "include": "buildBetaDetail,betaGroups",
                "fields[builds]": "version,uploadedDate,expirationDate,expired,processingState,buildBetaDetail,"
                "betaGroups",
                "fields[buildBetaDetails]": "internalBuildState,externalBuildState",
                "fields[betaGroups]": "name",
                "sort": "-uploadedDate",
                "limit": "5",
                "limit[betaGroups]": "50",
            },
        )
        ours = [found for found in answer.data if found.text("version") == rollout.build]
        if not ours:
            return None, None
        if len(ours) > 1:
            raise Misconfigured(
                f"App Store Connect has {len(ours)} builds {rollout.build} of {rollout.version}",
                "give each upload a build number of its own",
            )
        found = ours[0]
        detail = _included(answer, found, "buildBetaDetail", "buildBetaDetails", alone=True)
        if detail is None:
            detail = next(iter((await self._api.get(f"/v1/builds/{segment(found.id)}/buildBetaDetail")).data), None)
        return _test_build(found, detail), found.refers("betaGroups")

    async def group(self, name: str) -> Group:
        """The group of that name. Raises Misconfigured where there is none, or more than one."""
        if name not in self._groups:
            answer = await self._api.get(
                "/v1/betaGroups",
                {
                    "filter[app]": await self.app(),
                    "filter[name]": name,
                    "fields[betaGroups]": "name,isInternalGroup,hasAccessToAllBuilds",
                    "limit": "50",
                },
            )
            ours = [found for found in answer.data if found.attributes.get("name") == name]
            if len(ours) != 1:
                raise Misconfigured(
                    f"TestFlight has {len(ours) or 'no'} group{'s' if len(ours) > 1 else ''} named {name}",
                    "look at `group` in the configuration",
                )
            found = ours[0]
            self._groups[name] = Group(found.id, name, found.yes("isInternalGroup"), found.yes("hasAccessToAllBuilds"))
        return self._groups[name]

    async def holds(self, group: Group, build: TestBuild) -> bool:
        """Whether the build is in the group."""
        pages = await self._api.get_all(f"/v1/betaGroups/{segment(group.id)}/relationships/builds", {"limit": "200"})
        return any(found.id == build.id for page in pages for found in page.data)

    async def testers(self, group: Group) -> int:
        """The size of the group, kept for a quarter of an hour."""
        kept = self._testers.get(group.id)
        if kept is not None and self._clock.now() - kept[0] < _SLOW:
            return kept[1]
        path = f"/v1/betaGroups/{segment(group.id)}/relationships/betaTesters"
        size = (await self._api.get(path, {"limit": "1"})).total
        if size is None:
            size = sum(len(page.data) for page in await self._api.get_all(path, {"limit": "200"}))
        self._testers[group.id] = (self._clock.now(), size)
        return size

    async def trial(self, build_id: str) -> Trial | None:
        """What testers did with the build, kept for a quarter of an hour. None where TestFlight does not count it."""
        kept = self._trials.get(build_id)
        if kept is not None and self._clock.now() - kept[0] < _SLOW:
            return kept[1]
        try:
            found = trial(await self._api.get_figures(f"/v1/builds/{segment(build_id)}/metrics/betaBuildUsages"))
        except ProviderError:
            # A key may release and not see these; the release goes on being watched without them.
            found = None if kept is None else kept[1]
        self._trials[build_id] = (self._clock.now(), found)
        return found


def _is_ours(resource: Resource, number: str) -> bool:
    return resource.text("versionString") == number and resource.text("platform") in ("", _PLATFORM)


def _included(answer: Document, owner: Resource, name: str, kind: str, alone: bool) -> Resource | None:
    """What the owner refers to; where it does not say and stands alone, whatever of that kind came along."""
    ids = owner.refers(name)
    return None if ids is None and not alone else answer.one_of(kind, ids)


def _submission(resource: Resource, answer: Document) -> Submission:
    item_ids = resource.refers("items") or ()
    items = [item for item in answer.included if item.type == "reviewSubmissionItems" and item.id in item_ids]
    versions = {version for item in items for version in item.refers("appStoreVersion") or ()}
    versions.update(resource.refers("appStoreVersionForReview") or ())
    return Submission(
        id=resource.id,
        state=resource.text("state") or "unknown",
        submitted=resource.time("submittedDate"),
        versions=tuple(sorted(versions)),
        items=tuple(item.text("state") for item in items),
    )


def _test_build(resource: Resource, detail: Resource | None) -> TestBuild:
    return TestBuild(
        id=resource.id,
        number=resource.text("version"),
        processing=resource.text("processingState") or "unknown",
        expired=resource.yes("expired"),
        expires=resource.time("expirationDate"),
        internal="unknown" if detail is None else detail.text("internalBuildState") or "unknown",
        external="unknown" if detail is None else detail.text("externalBuildState") or "unknown",
    )
