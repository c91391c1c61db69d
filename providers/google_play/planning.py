"""What an action would do at Google Play, in its words; no call is made (stores.md 2.2, G7, G11 to G17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.google_play import consents
from providers.google_play.restart import restart
from providers.google_play.scene import SENDS_ALL, STORE, TAKES_EDITS, Scene, also, also_tracks, arguments_of, expected
from providers.google_play.tracks import (
    ALMOST_ALL,
    COMPLETED,
    DRAFT,
    HALTED,
    IN_PROGRESS,
    Committed,
    Target,
)
from rollout_tui.domain.actions import ActionKind, Change, Expectation, FieldChange
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.domain.words import plain_percent
from rollout_tui.ports import Impossible


def plan(scene: Scene) -> Change:
    """The change. Raises Impossible with the reason and the way round."""
    make = _PLANS.get(scene.intent.kind)
    if make is None:
        raise Impossible(f"{STORE} has no {scene.intent.kind.value}", "do it in the Play Console")
    return make(scene)


def arguments(change: Change) -> Mapping[str, str]:
    """What `plan` wrote down for `perform`."""
    return dict(change.arguments)


def _pause(scene: Scene) -> Change:
    seen = scene.seen
    if seen is not None and seen.word is StateWord.REJECTED:
        raise Impossible("nothing to pause: Google did not approve it", "send a new build")
    if scene.status == DRAFT:
        raise Impossible(
            "nothing to pause: the release is a draft and reaches nobody", "discard it in the Play Console"
        )
    full = scene.status == COMPLETED
    share = None if full else scene.share
    stays = "what is written" if share is None else plain_percent(share)
    fields = [FieldChange("state", scene.status or "as it is", HALTED)]
    if full:
        fields.append(FieldChange("share", "none", f"{ALMOST_ALL}: a halted release must have one, {_full_share()}"))
    else:
        fields.append(FieldChange("share", "", f"{stays} stays written, reaches no new users"))
    effects = [
        *consents.effects(scene.intent.allowed),
        f"Users who have {scene.rollout.build} keep it.",
        "Play may take some hours to stop offering it everywhere.",
        SENDS_ALL,
        "Resume later (r) reaches the same users first.",
    ]
    if full:
        effects.insert(
            len(consents.effects(scene.intent.allowed)) + 1,
            "Play halts a completed release only if it is not on the internal track, not the track's first, and an "
            f"earlier full release can serve again{_earlier(scene)}.",
        )
    return Change(
        store=STORE,
        headline=f"{STORE}: {scene.release} becomes {HALTED}.",
        fields=tuple(fields),
        effects=(*effects, TAKES_EDITS),
        way_back="r resumes it for the same users" + (", n then completes it again" if full else ""),
        expects=expected(scene, Expectation(status=HALTED)),
        arguments=arguments_of(scene, "halt", ()),
    )


def _resume(scene: Scene) -> Change:
    if scene.status is not None and scene.status != HALTED:
        raise Impossible(f"nothing is halted: {STORE} says {scene.status}", "u reads the store again")
    share = scene.intent.share if scene.intent.share is not None else scene.share
    if share is None:
        raise Impossible("the share that was halted is not known", "u reads it")
    target = Target.of_share(share)
    same = share == scene.share
    reached = "the same users" if same else "the same users first"
    return Change(
        store=STORE,
        headline=f"{STORE}: {scene.release} becomes {target.status} again.",
        fields=(
            FieldChange("state", scene.status or HALTED, target.status),
            FieldChange(
                "share", "unknown" if scene.share is None else plain_percent(scene.share), plain_percent(share)
            ),
        ),
        effects=(
            *consents.effects(scene.intent.allowed),
            f"It reaches {reached}: {plain_percent(share)}.",
            "For a false alarm only: a fix is a new build and starts again at phase 1.",
            "It may take some hours until everybody of that share is offered it.",
            SENDS_ALL,
            TAKES_EDITS,
        ),
        way_back="p halts it again; who got it meanwhile keeps it",
        expects=expected(scene, Expectation(status=target.status, share=share)),
        arguments=arguments_of(scene, "serve", (("share", str(share)), ("validate", "" if same else "yes"))),
    )


def _promote(scene: Scene) -> Change:
    share = scene.intent.share if scene.intent.share is not None else scene.intent.phase.share
    if scene.intent.phase.kind is not PhaseKind.SHARE or share is None:
        raise Impossible(
            f"{scene.intent.phase.label} is no share of a Play track", "give the phase a share in the plan"
        )
    _raise_unless_serving(scene)
    if scene.share is not None and share <= scene.share:
        raise Impossible(
            f"{plain_percent(share)} is not more than the {plain_percent(scene.share)} that is committed; "
            "a running share cannot be lowered",
            "p halts it; then resume it at the lower share",
        )
    target = Target.of_share(share)
    now = "as it is" if scene.status is None else _written(scene)
    return Change(
        store=STORE,
        headline=f"{STORE}: {scene.release} goes to {plain_percent(share)}"
        + (f", {COMPLETED}." if target.status == COMPLETED else "."),
        fields=(FieldChange(STORE, now, str(target)),),
        effects=(
            *consents.effects(scene.intent.allowed),
            "Sends what waits in the Play Console too (the API cannot list it).",
            f"Keeps {_kept(scene)} as they are.",
            *_gives_way(scene, target),
            "It may take some hours until everybody of that share is offered it.",
            *also(scene),
            TAKES_EDITS,
        ),
        way_back=_way_back(scene, target),
        expects=expected(scene, Expectation(share=share)),
        arguments=arguments_of(
            scene, "serve", (("share", str(share)), ("validate", "yes"), ("also", also_tracks(scene)))
        ),
    )


_PLANS: Mapping[ActionKind, Callable[[Scene], Change]] = {
    ActionKind.PAUSE: _pause,
    ActionKind.RESUME: _resume,
    ActionKind.PROMOTE: _promote,
    ActionKind.RESTART: restart,
}


def _raise_unless_serving(scene: Scene) -> None:
    """Only a release that is being served can go further."""
    if scene.status == COMPLETED:
        raise Impossible("it is completed: everybody is offered it", "nothing is left to promote")
    if scene.status == HALTED:
        raise Impossible("it is halted", "r resumes it first; a fix is a new build")
    if scene.status == DRAFT:
        raise Impossible("it is a draft that nobody gets", "roll it out in the Play Console or by CI first")


def _full_share() -> str:
    return f"and all users cannot be written ({plain_percent(ALMOST_ALL)} is the nearest)"


def _earlier(scene: Scene) -> str:
    full = _full_releases(scene)
    return f" ({full[0].name or ', '.join(full[0].codes)} can)" if full else ""


def _full_releases(scene: Scene) -> list[Committed]:
    return [] if scene.shared is None else [other for other in scene.shared.others if other.status == COMPLETED]


def _way_back(scene: Scene, target: Target) -> str:
    before = "less" if scene.share is None else plain_percent(scene.share)
    if target.status != COMPLETED:
        return f"p halts it; a running share cannot be lowered to {before}, and who got it keeps it"
    return (
        f"none to {before}. Halting a completed release works only when an earlier full release can take over"
        f"{_earlier(scene)}."
    )


def _written(scene: Scene) -> str:
    share = scene.share if scene.status in (IN_PROGRESS, HALTED) else None
    return f"{scene.status}, " + ("no fraction" if share is None else f"userFraction {share}")


def _kept(scene: Scene) -> str:
    retained = 0 if scene.committed is None else scene.committed.retained
    bundles = {0: "", 1: " and the retained bundle"}.get(retained, f" and the {retained} retained bundles")
    return f"name, notes, countries, priority{bundles}"


def _gives_way(scene: Scene, target: Target) -> tuple[str, ...]:
    full = _full_releases(scene) if target.status == COMPLETED else []
    return tuple(f"{other.name or 'The full release'} ({', '.join(other.codes)}) gives way to it." for other in full)
