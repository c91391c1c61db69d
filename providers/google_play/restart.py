"""A restart at Google Play: a new build at the first phase (rollout-plan.md 9.5)."""

from __future__ import annotations

from providers.google_play import consents
from providers.google_play.scene import SENDS_ALL, STORE, TAKES_EDITS, Scene, also, also_tracks, arguments_of, expected
from providers.google_play.states import DRAFT_LISTED, NOT_ON_TRACK
from providers.google_play.tracks import DRAFT, Target, older_staged
from rollout_tui.domain.actions import Change, Expectation, FieldChange
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.domain.words import plain_percent
from rollout_tui.ports import Impossible


def restart(scene: Scene) -> Change:
    """A new build at the first phase: its draft, or an uploaded bundle that is on no track (rollout-plan.md 9.5)."""
    share = scene.intent.share if scene.intent.share is not None else scene.intent.phase.share
    if scene.intent.phase.kind is not PhaseKind.SHARE or share is None:
        raise Impossible(
            f"{scene.intent.phase.label} is no share of a Play track", "give the phase a share in the plan"
        )
    seen, rollout, target = scene.seen, scene.rollout, Target.of_share(share)
    if seen is None or seen.status not in (NOT_ON_TRACK, DRAFT, DRAFT_LISTED):
        said = "cannot be read" if seen is None else f"says {seen.status}"
        raise Impossible(f"{STORE} {said}: a restart is for a build that nobody gets yet", "u reads the store again")
    drafted = seen.status != NOT_ON_TRACK
    older = () if scene.shared is None else older_staged(scene.shared.others, rollout.build)
    gives_way = tuple(f"{one} ends: this build takes its place; who has it gets this one." for one in older)
    notes = (
        "Takes the draft as it is: its name, notes, countries and priority."
        if drafted
        else f"Makes a release named {rollout.version} without notes; {rollout.build} must be uploaded already."
    )
    return Change(
        store=STORE,
        headline=f"{STORE}: {scene.release} begins at {plain_percent(share)}, {target.status}.",
        fields=(FieldChange(STORE, DRAFT if drafted else NOT_ON_TRACK, str(target)),),
        effects=(
            *consents.effects(scene.intent.allowed),
            *gives_way,
            notes,
            "The users of the last staged release are drawn again first: the same people get it.",
            "Gates, clock and waivers begin anew.",
            *also(scene),
            SENDS_ALL,
            TAKES_EDITS,
        ),
        way_back="p halts it; the build before does not come back to those who got this one",
        expects=expected(scene, Expectation(status=target.status, share=share)),
        arguments=arguments_of(
            scene,
            "start",
            (("share", str(share)), ("name", rollout.version), ("validate", "yes"), ("also", also_tracks(scene))),
        ),
    )
