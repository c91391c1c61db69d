"""What an action would do at Apple, in its words: the same verb has another effect in every phase (stores.md 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.app_store.facts import REMOVED, Facts, Group
from providers.app_store.states import MANUAL_GO_ON, PAUSE_DAYS
from rollout_tui.domain.actions import ActionKind, Change, Expectation, FieldChange, Intent
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.words import plain_percent, span
from rollout_tui.ports import Impossible

STORE = "App Store"

_NO_SALE = "Removing the app from sale is no pause: it ends the phased release for good"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a plan is made from: the intent, what a person sees, and what the last read gathered."""

    rollout: RolloutPlan
    intent: Intent
    seen: ReleaseState | None
    facts: Facts | None
    now: float

    @property
    def kind(self) -> PhaseKind:
        """Where the release stands; the intent's own phase where the store could not be read."""
        return self.intent.phase.kind if self.seen is None or self.seen.kind is None else self.seen.kind

    @property
    def status(self) -> str:
        """The store's word."""
        return "as it is" if self.seen is None else self.seen.status

    @property
    def build(self) -> str:
        """`4.2.0 (87)`."""
        return f"{self.rollout.version} ({self.rollout.build})"

    @property
    def group_name(self) -> str:
        """The tester phase's group as the plan names it. Raises Impossible where it names none."""
        for phase in self.rollout.phases:
            if phase.kind is PhaseKind.TESTERS and phase.group:
                return phase.group
        raise Impossible("the plan names no TestFlight group", "write group = ... in the tester phase")

    @property
    def group(self) -> Group | None:
        """The group as the last read found it."""
        return None if self.facts is None or self.facts.testing is None else self.facts.testing.group

    @property
    def then_phased(self) -> bool:
        """Whether the plan goes on with Apple's own ladder after the review."""
        return any(phase.kind is PhaseKind.PHASED for phase in self.rollout.phases)


def plan(scene: Scene) -> Change:
    """The change. Raises Impossible with the reason and the way round."""
    if scene.seen is not None and scene.seen.status in REMOVED:
        raise Impossible("the app is removed from sale: nobody gets it", "App Store Connect, Pricing and Availability")
    make = _PLANS.get((scene.intent.kind, scene.kind))
    if make is None:
        raise Impossible(f"{STORE} has no {scene.intent.kind.value} here: it says {scene.status}", "")
    return make(scene)


def _remove_from_group(scene: Scene) -> Change:
    name = scene.group_name
    if scene.group is not None and scene.group.takes_all:
        raise Impossible(
            f"the group {name} takes every build by itself, so none can be taken out",
            "switch off automatic distribution of that group in App Store Connect",
        )
    testers = "" if scene.seen is None or scene.seen.testers is None else f" ({scene.seen.testers} testers)"
    return Change(
        store=STORE,
        headline=f"TestFlight: build {scene.build} is removed from group {name}{testers}.",
        fields=(FieldChange("group", f"build {scene.rollout.build} in {name}", f"removed from {name}"),),
        effects=(
            "Testers who installed it keep it until it expires; nobody new gets it.",
            "Other groups that have the build keep it.",
        ),
        way_back=f"r adds it to {name} again",
        expects=Expectation(word=StateWord.PAUSED),
        arguments=_arguments(scene, "remove_from_group", ("group", name)),
    )


def _add_to_group(scene: Scene) -> Change:
    name = scene.group_name
    external = scene.group is not None and not scene.group.internal
    return Change(
        store=STORE,
        headline=f"TestFlight: build {scene.build} is added to group {name} again.",
        fields=(FieldChange("group", f"build {scene.rollout.build} not in {name}", f"in {name}"),),
        effects=(
            "The testers of the group are offered the same build again.",
            "For a false alarm only: a fix is a new build.",
            *(("An external group may need a beta review first.",) if external else ()),
        ),
        way_back="p removes it again",
        expects=Expectation(word=StateWord.RUNNING),
        arguments=_arguments(scene, "add_to_group", ("group", name)),
    )


def _begin_testing(scene: Scene) -> Change:
    """A new build goes to the testers: the plan's first phase begins again (rollout-plan.md 9.5)."""
    name = scene.group_name
    external = scene.group is not None and not scene.group.internal
    return Change(
        store=STORE,
        headline=f"TestFlight: build {scene.build} is given to group {name}.",
        fields=(FieldChange("group", f"build {scene.rollout.build} not in {name}", f"in {name}"),),
        effects=(
            "The testers of the group are offered this build in the place of the one before.",
            "Gates, clock and waivers begin anew.",
            *(("An external group may need a beta review first.",) if external else ()),
        ),
        way_back=f"p takes it out of {name} again; who installed it keeps it",
        expects=Expectation(word=StateWord.RUNNING),
        arguments=_arguments(scene, "add_to_group", ("group", name)),
    )


def _submit(scene: Scene) -> Change:
    return Change(
        store=STORE,
        headline=f"App Review: version {scene.build} is submitted.",
        fields=(FieldChange("App Review", scene.status, "WAITING_FOR_REVIEW"),),
        effects=(
            "Nobody new gets anything before Apple approves it and somebody releases it.",
            "The build cannot be changed after the submission: a fix is a new version.",
            "Testers keep the build.",
        ),
        way_back="p cancels the submission while Apple has not decided; its place in the queue is then lost",
        expects=Expectation(word=StateWord.IN_REVIEW),
        arguments=_arguments(scene, "submit"),
    )


def _cancel(scene: Scene) -> Change:
    if scene.seen is not None and scene.seen.word is StateWord.WAITING:
        raise Impossible(
            "it is approved and not released: 0 users have it, nothing needs pausing", "just do not release"
        )
    if scene.seen is not None and scene.seen.word is StateWord.REJECTED:
        raise Impossible(f"nothing to cancel: Apple says {scene.status}", "answer in App Store Connect, or a new build")
    return Change(
        store=STORE,
        headline=f"App Review: the submission of {scene.build} is canceled.",
        fields=(FieldChange("submission", scene.status, "canceled"),),
        effects=(
            "Its place in the queue is lost: another submission starts at the end.",
            "Testers keep the build; no user of the store is affected.",
            "It takes some seconds until the version can be changed again.",
        ),
        way_back="r submits it again",
        expects=Expectation(word=StateWord.PAUSED),
        arguments=_arguments(scene, "cancel"),
    )


def _release(scene: Scene) -> Change:
    if scene.seen is None or scene.seen.status != "PENDING_DEVELOPER_RELEASE":
        raise Impossible(f"nothing to release: Apple says {scene.status}", "wait for App Review")
    ladder = scene.then_phased
    has_one = scene.facts is not None and scene.facts.phased is not None
    phased = ladder or has_one
    way = (
        "p stops the ladder, manual updates go on"
        if phased
        else "none: everybody is offered it; a fix is a new version. Removal from sale is a step of the runbook"
    )
    return Change(
        store=STORE,
        headline=f"App Store: version {scene.build} is released"
        + (", phased over 7 days." if phased else " to all users."),
        fields=(
            FieldChange("version", scene.status, "released"),
            FieldChange("phased release", "set" if has_one else "none", "7 days, from 1 %" if phased else "none"),
        ),
        effects=(
            "Anyone may update by hand from the first day on."
            if phased
            else "Automatic updates go to everybody at once.",
            "New installs get this version.",
            "Apple takes up to 24 hours to show it everywhere.",
        ),
        way_back=way,
        expects=Expectation(word=StateWord.RUNNING if phased else StateWord.DONE),
        irreversible=not phased,
        arguments=_arguments(scene, "release", ("phased", "yes" if ladder and not has_one else "")),
    )


def _stop_ladder(scene: Scene) -> Change:
    _raise_when_over(scene)
    seen = scene.seen
    held = "where it is" if seen is None or seen.share is None else f"at {plain_percent(seen.share)}"
    tick = None if seen is None or seen.next_step_at is None or seen.next_step_at <= scene.now else seen.next_step_at
    until = () if tick is None else (f"The next step would come in {span(tick - scene.now)}.",)
    used = scene.facts.phased.paused_days if scene.facts is not None and scene.facts.phased is not None else None
    spent = "" if used is None else f"; {used} are used"
    return Change(
        store=STORE,
        headline=f"App Store: the phased release of {scene.build} becomes PAUSED.",
        fields=(
            FieldChange("phasedReleaseState", scene.status, "PAUSED"),
            FieldChange("share", "automatic updates", f"the ladder stands {held}"),
        ),
        effects=(
            f"Users who have it keep it; {MANUAL_GO_ON}.",
            *until,
            f"It may be paused for {PAUSE_DAYS} days in total{spent}.",
            f"{_NO_SALE}.",
        ),
        way_back="r goes on with the day on which it was paused",
        expects=Expectation(word=StateWord.PAUSED, status="PAUSED"),
        arguments=_arguments(scene, "phased", ("state", "PAUSED")),
    )


def _resume_ladder(scene: Scene) -> Change:
    _raise_when_over(scene)
    day = "" if scene.seen is None or scene.seen.day is None else f" on day {scene.seen.day} of 7"
    return Change(
        store=STORE,
        headline=f"App Store: the phased release of {scene.build} becomes ACTIVE.",
        fields=(FieldChange("phasedReleaseState", scene.status, "ACTIVE"),),
        effects=(
            f"The ladder goes on{day}; automatic updates reach more users with every step.",
            "For a false alarm only: a fix is a new version.",
        ),
        way_back="p pauses it again",
        expects=Expectation(status="ACTIVE"),
        arguments=_arguments(scene, "phased", ("state", "ACTIVE")),
    )


def _complete(scene: Scene) -> Change:
    _raise_when_over(scene)
    share = None if scene.seen is None else scene.seen.share
    return Change(
        store=STORE,
        headline=f"App Store: the phased release of {scene.build} becomes COMPLETE: all users.",
        fields=(
            FieldChange("phasedReleaseState", scene.status, "COMPLETE"),
            FieldChange("share", "unknown" if share is None else plain_percent(share), "100 % of automatic updates"),
        ),
        effects=("Automatic updates go to everybody now.", "The ladder is over for this version, for good."),
        way_back="none: COMPLETE cannot be undone; a fix is a new version",
        expects=Expectation(status="COMPLETE"),
        irreversible=True,
        arguments=_arguments(scene, "phased", ("state", "COMPLETE")),
    )


_PLANS: Mapping[tuple[ActionKind, PhaseKind], Callable[[Scene], Change]] = {
    (ActionKind.PAUSE, PhaseKind.TESTERS): _remove_from_group,
    (ActionKind.PAUSE, PhaseKind.REVIEW): _cancel,
    (ActionKind.PAUSE, PhaseKind.PHASED): _stop_ladder,
    (ActionKind.RESUME, PhaseKind.TESTERS): _add_to_group,
    (ActionKind.RESUME, PhaseKind.REVIEW): _submit,
    (ActionKind.RESUME, PhaseKind.PHASED): _resume_ladder,
    (ActionKind.RESTART, PhaseKind.TESTERS): _begin_testing,
    (ActionKind.PROMOTE, PhaseKind.TESTERS): _submit,
    (ActionKind.PROMOTE, PhaseKind.REVIEW): _release,
    (ActionKind.PROMOTE, PhaseKind.PHASED): _complete,
}


def _raise_when_over(scene: Scene) -> None:
    """COMPLETE is final, and without a phased release there is no ladder to stop."""
    if scene.seen is None or scene.seen.word is not StateWord.DONE:
        return
    if scene.seen.status == "COMPLETE":
        raise Impossible(
            "the phased release is COMPLETE: all users have it, and that cannot be undone", "a fix is a new version"
        )
    raise Impossible(
        "this version was released to everybody without a phased release", f"a fix is a new version. {_NO_SALE}"
    )


def _arguments(scene: Scene, verb: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("verb", verb), ("version", scene.rollout.version), ("build", scene.rollout.build), *more)
