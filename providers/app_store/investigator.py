"""What testers sent through TestFlight about a build: crashes with their logs, screenshots with a comment (A17)."""

from __future__ import annotations

from collections.abc import Mapping

from providers.app_store.api import AscApi, segment
from providers.app_store.errors import NotFound
from providers.app_store.finding import Finder
from providers.app_store.resources import Document, Resource
from rollout_tui.domain.investigation import Feedback, FeedbackKind, Investigation
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.words import count, plain_text
from rollout_tui.ports import Clock, Unreachable

_SHOWN = 200
"""The newest of each kind; one page at Apple."""
_TEXT, _NAME = 2000, 60
_KINDS: Mapping[str, FeedbackKind] = {
    "betaFeedbackCrashSubmissions": FeedbackKind.CRASH,
    "betaFeedbackScreenshotSubmissions": FeedbackKind.SCREENSHOT,
}
_FIELDS = "createdDate,comment,deviceModel,osVersion"


class TestFlightInvestigator:
    """Asks when a person looks. Nobody's name or address is asked for."""

    def __init__(self, api: AscApi, finder: Finder, clock: Clock, name: str) -> None:
        self._api, self._finder, self._clock, self._name = api, finder, clock, name

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        """Feedback of this build since then, newest first. Apple groups no crashes: there are no groups."""
        now = self._clock.now()
        build, _ = await self._finder.build(rollout)
        if build is None:
            note = f"App Store Connect has no build {rollout.build} of {rollout.version} for iOS."
            return Investigation(self._name, rollout.build, now, note=note)
        found: list[Feedback] = []
        more = 0
        for kind in _KINDS:
            answer = await self._listed(kind, build.id)
            sent = [one for one in map(_feedback, answer.data) if one is not None]
            found += [one for one in sent if one.at >= since]
            if len(sent) == len(answer.data) and all(one.at >= since for one in sent):
                more += max(0, (answer.total or 0) - len(answer.data))
        return Investigation(
            self._name,
            rollout.build,
            now,
            feedback=tuple(sorted(found, key=lambda one: one.at, reverse=True)),
            more_feedback=more,
            note=await self._note(build.id),
        )

    async def log(self, rollout: RolloutPlan, log: str) -> str:  # noqa: ARG002  Apple knows a log by its own id
        """The log of one crash that a tester sent, as it came."""
        path = f"/v1/betaFeedbackCrashSubmissions/{segment(log)}/crashLog"
        try:
            answer = await self._api.get(path, {"fields[betaCrashLogs]": "logText"})
        except NotFound as error:
            raise Unreachable("App Store Connect does not have this log any more", "") from error
        text = answer.data[0].attributes.get("logText") if answer.data else None
        return text if isinstance(text, str) else ""

    async def close(self) -> None:
        """Nothing is held."""

    async def _listed(self, kind: str, build_id: str) -> Document:
        return await self._api.get(
            f"/v1/apps/{segment(await self._finder.app())}/{kind}",
            {"filter[build]": build_id, f"fields[{kind}]": _FIELDS, "sort": "-createdDate", "limit": str(_SHOWN)},
        )

    async def _note(self, build_id: str) -> str:
        told = await self._finder.trial(build_id)
        if told is None:
            return "TestFlight counts no sessions of this build yet. Apple groups no crashes."
        return (
            f"TestFlight counts {count(told.crashes)} crashes in {count(told.sessions)} sessions of testers. "
            "Apple groups no crashes."
        )


def _feedback(resource: Resource) -> Feedback | None:
    """One submission; None where it does not say when it was sent, or is of another kind."""
    kind, at = _KINDS.get(resource.type), resource.time("createdDate")
    if kind is None or at is None:
        return None
    comment, system = resource.attributes.get("comment"), resource.text("osVersion")
    return Feedback(
        id=plain_text(resource.id, _NAME),
        kind=kind,
        at=at,
        text=plain_text(comment, _TEXT) if isinstance(comment, str) else "",
        device=plain_text(resource.text("deviceModel"), _NAME),
        system=f"iOS {plain_text(system, _NAME)}" if system else "",
        log=plain_text(resource.id, _NAME) if kind is FeedbackKind.CRASH else "",
    )
