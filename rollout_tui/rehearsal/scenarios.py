"""The scenarios: small frozen values in one table. A rehearsal begins in the middle of a rollout.

Hours count from the moment the rehearsal starts; what is negative lies in the past.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rollout_tui.rehearsal.stores.apple_start import Agreements, AppStoreStart, Course, Newer, OtherTool
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange, Cue
from rollout_tui.rehearsal.world import Health, Population

HOUR = 3600.0

APP = "acme-connect"
PACKAGE = "com.acme.connect"
BUNDLE = "com.acme.connect"
VERSION = "4.2.0"
OLD_VERSION = "4.1.3"


@dataclass(frozen=True, slots=True)
class PlayStart:
    """How Google Play stands at the start: the release and the full release before it."""

    status: str = "inProgress"
    share: str = "0.5"
    version_code: str = "4201"
    old_version_code: str = "4130"
    retained: tuple[str, ...] = ("4099", "4120")
    """Codes of the running release that are kept beside its own."""
    uploaded: tuple[str, ...] = ("4202",)
    """Bundles that Play has beside those on its tracks: what a restart can begin with."""
    drafted: str = ""
    """One of them as a draft on production."""


@dataclass(frozen=True, slots=True)
class GitHubStart:
    """How the tracker stands: issues as (number, title, labels, state, hours since opened)."""

    repository: str = "acme/connect"
    issues: tuple[tuple[int, str, tuple[str, ...], str, float], ...] = (
        (2190, "Captive portal retries too often", ("bug",), "open", -70.0),
        (2171, "Crash on rotate in settings", ("critical", "4.1.3"), "closed", -400.0),
    )


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the new build behaves on one platform: always, and from `turns_at` to `turns_back` hours in another way."""

    health: Health = Health()
    turned: Health | None = None
    turns_at: float = 0.0
    turns_back: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One rehearsal. Times in hours from its start."""

    name: str
    about: str
    play: PlayStart = PlayStart()
    app_store: AppStoreStart = field(default_factory=AppStoreStart)
    github: GitHubStart = GitHubStart()
    android: Behaviour = Behaviour(Health())
    ios: Behaviour = Behaviour(Health(crash_rate=0.001, connect_seconds=3.8, session_seconds=486.0))
    android_users: Population = Population(330_000)
    ios_users: Population = Population(260_000, adoption_hours=8.0)
    android_phases: tuple[float, ...] = (-60.0, -31.0)
    """When Android's phases began."""
    play_cues: tuple[Cue, ...] = ()
    """What others do at Google Play while one watches."""
    signed: bool = False
    """Whether the people have answered already."""
    silent: bool = False
    """Sources answer, but hold nothing for the new builds."""
    play_pace: float = 0.0
    """Seconds of wall time that each answer of Google Play takes."""
    play_lag: float = 0.0
    """Seconds (not hours) until a change that was committed shows in the answers of Google Play."""


_TESTFLIGHT = AppStoreStart(stage="testflight", since=-30.0)
_CHATTY = Population(5_200, swing=0.5, adoption_hours=1.0)
"""A hundred testers of an app that connects all day: several thousand sessions in 30 hours."""
_BAD = Health(crash_rate=0.016, connect_failure_rate=0.006, connect_seconds=4.4, session_seconds=390.0)
_CALM = Health(crash_rate=0.0002, connect_failure_rate=0.001)
"""So rare that among few users nearly always nothing happens, and still nothing is proven."""

_FINE_IOS = Behaviour(Health(crash_rate=0.0006, connect_failure_rate=0.002, connect_seconds=3.8, session_seconds=486.0))
_GUIDELINE = "Guideline 2.1 - Performance - App Completeness: the app crashed at launch on an iPad Air, iPadOS 18.1."

_HEALTHY = Scenario(
    "healthy",
    "Both platforms are ready for their next phase: time is over, every gate holds, people have signed.",
    app_store=_TESTFLIGHT,
    ios_users=_CHATTY,
    ios=_FINE_IOS,
    android_phases=(-80.0, -50.0),
    signed=True,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        _HEALTHY,
        Scenario(
            "ios-phased",
            "Android at 50 %, 31 of 48 h; iOS on day 3 of the phased release. A quiet afternoon.",
        ),
        Scenario(
            "crash-spike",
            "Android at 50 % for 12 h; three minutes after the start its crash rate jumps beyond 2 %.",
            android_phases=(-40.0, -12.0),
            android=Behaviour(
                Health(),
                replace(_BAD, crash_rate=0.042, session_seconds=255.0, connect_failure_rate=0.014),
                turns_at=0.05,
            ),
        ),
        Scenario(
            "crash-regression",
            "Android crashes three times too often since its phase began: the gate fails.",
            android_phases=(-40.0, -14.0),
            android=Behaviour(_BAD),
            app_store=_TESTFLIGHT,
            ios_users=_CHATTY,
            signed=True,
        ),
        Scenario(
            "connect-outage",
            "On both platforms connects fail and take long, from five minutes after the start, for two hours.",
            android=Behaviour(
                Health(), Health(connect_failure_rate=0.085, connect_seconds=24.0), turns_at=0.08, turns_back=2.1
            ),
            ios=Behaviour(
                Health(crash_rate=0.001),
                Health(crash_rate=0.001, connect_failure_rate=0.08, connect_seconds=25.0),
                turns_at=0.08,
                turns_back=2.1,
            ),
        ),
        Scenario(
            "few-users",
            "Healthy as far as anybody can tell, but so few users that nothing is proven.",
            app_store=_TESTFLIGHT,
            android=Behaviour(_CALM),
            ios=Behaviour(_CALM),
            android_users=Population(480, swing=0.2),
            ios_users=Population(240, swing=0.2, adoption_hours=1.0),
            android_phases=(-80.0, -50.0),
            signed=True,
        ),
        Scenario(
            "edit-lost",
            "Another tool signs in as this program and commits: edits are lost at each step, then it calms down.",
            play_cues=(
                Cue(
                    0.0,
                    ConsoleChange(
                        losses=(("update", "precondition"), ("commit", "argument"), ("commit", "gone")),
                    ),
                ),
            ),
        ),
        replace(
            _HEALTHY,
            name="slow-store",
            about="Google Play takes its time: every answer a quarter of a second, every change a minute to show.",
            play_pace=0.25,
            play_lag=60.0,
        ),
        Scenario(
            "hotfix-in-review",
            "Google reviews a hotfix of another track: a careless commit would cancel that review.",
            play_cues=(
                Cue(0.0, ConsoleChange(in_review=True)),
                Cue(3.0, ConsoleChange(in_review=False)),
            ),
        ),
        Scenario(
            "console-drift",
            "Somebody works in the Play Console: 50 % becomes 60 %, it is halted, a newer release takes over.",
            play_cues=(
                Cue(1 / 30, ConsoleChange(build="4201", status="inProgress", fraction=0.6)),
                Cue(0.2, ConsoleChange(build="4201", status="halted", fraction=0.6)),
                Cue(0.5, ConsoleChange(build="4202", name="4.2.1", status="inProgress", fraction=0.2)),
            ),
        ),
        Scenario(
            "play-quota",
            "Another tool uses up the project's queries at Google Play; those that are left are few.",
            play_cues=(
                Cue(0.0, ConsoleChange(quota=(12, 8))),
                Cue(0.1, ConsoleChange(quota=(12, 12))),
                Cue(0.3, ConsoleChange(quota=(12, 6))),
            ),
        ),
        Scenario(
            "managed-publishing",
            "Managed publishing is on: what is committed waits until somebody presses Publish in the Play Console.",
            play_cues=(
                Cue(0.0, ConsoleChange(managed=True)),
                Cue(0.01, ConsoleChange(build="4201", status="inProgress", fraction=0.6)),
                Cue(0.5, ConsoleChange(publish=True)),
            ),
        ),
        Scenario(
            "no-data",
            "Sources answer, but hold nothing for these builds: silence is not success.",
            app_store=replace(_TESTFLIGHT, feedback=False),
            android_phases=(-80.0, -50.0),
            signed=True,
            silent=True,
        ),
        Scenario(
            "review-rejected",
            "iOS is in App Review; six minutes after the start Apple rejects it.",
            app_store=AppStoreStart(
                stage="review", since=-19.9, review=Course(6.0, 14.0, verdict="REJECTED", reason=_GUIDELINE)
            ),
            ios_users=_CHATTY,
            ios=_FINE_IOS,
            signed=True,
        ),
        Scenario(
            "beta-review-wait",
            "An external TestFlight group waits for the beta review: begun after 3 minutes, approved after 9.",
            app_store=AppStoreStart(
                stage="testflight", since=-2.0, group="Partners", external=True, testers=400, beta=Course(2.05, 0.1)
            ),
            ios_users=_CHATTY,
            ios=_FINE_IOS,
        ),
        Scenario(
            "phased-pause-budget",
            "iOS stands on day 3 of its phased release: paused, 27 of the 30 days of pause are used.",
            app_store=AppStoreStart(since=-707.2, paused=-655.2),
        ),
        Scenario(
            "superseded",
            "iOS is on day 4 of its phased release; six minutes after the start a newer version goes live.",
            app_store=AppStoreStart(since=-77.0, newer=Newer("4.2.1", "91", 0.1)),
        ),
        Scenario(
            "agreements-missing",
            "An agreement with Apple has expired: it refuses every change, and after six minutes every read.",
            app_store=AppStoreStart(agreements=Agreements(-1.0, 0.1)),
        ),
        Scenario(
            "asc-rate-limit",
            "Another tool uses up the App Store key: polling must slow down, a pause must still go through.",
            app_store=AppStoreStart(other_tool=OtherTool(3600, since=-0.85, until=1.5, leaves=60)),
        ),
    )
}
DEFAULT = "ios-phased"
