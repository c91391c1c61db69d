"""What testers sent through TestFlight: crashes with a log, screenshots with a comment (A17). Texts are untrusted."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.rehearsal.stores.apple_start import HOUR

CRASHES = "betaFeedbackCrashSubmissions"
SCREENSHOTS = "betaFeedbackScreenshotSubmissions"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One submission: `after` hours since the build went to the testers."""

    kind: str
    after: float
    comment: str
    device: str = "iPhone16,1"
    system: str = "18.1"
    uptime: int = 84_000
    """Milliseconds since the app was started."""
    log: str = ""


def _log(title: str, frames: str) -> str:
    return (
        "Incident Identifier: 4C7B2A10-0000-4000-8000-0000000000A1\n"
        "Process:             AcmeConnect [1187]\n"
        "Identifier:          com.acme.connect\n"
        f"Exception Type:      {title}\n"
        "Triggered by Thread: 0\n\n"
        f"Thread 0 Crashed:\n{frames}"
    )


_PORTAL = _log(
    "EXC_BAD_ACCESS (SIGSEGV)",
    "0   AcmeConnect  0x0000000104a1c2f0 PortalProbe.decode(_:) + 184\n"
    "1   AcmeConnect  0x0000000104a1b0e4 PortalProbe.run() + 92\n",
)
_WATCHDOG = _log(
    "EXC_CRASH (SIGKILL)\nTermination Reason:  FRONTBOARD 0x8BADF00D",
    "0   AcmeConnect  0x00000001049ff010 TunnelStore.migrate() + 2204\n",
)
_HOSTILE = _log(
    "EXC_BREAKPOINT (SIGTRAP)",
    "0   AcmeConnect  0x0000000104a77700 \x1b[2J\x1b[31mfatalError(_:)\x1b[0m + 12\n1   \x9b5m [bold red]markup[/]\n",
)
SENT: tuple[Feedback, ...] = (
    Feedback(SCREENSHOTS, 2.0, "Typo on the pricing page: a comma is missing."),
    Feedback(SCREENSHOTS, 3.5, "Connects at once in the office. 👍"),
    Feedback(CRASHES, 5.0, "Crashed while the hotel's portal was loading", log=_PORTAL),
    Feedback(SCREENSHOTS, 6.2, "Typo in Settings > About", "iPad14,3", "17.6.1"),
    Feedback(SCREENSHOTS, 9.0, "[bold red]Buy[/bold red] \x1b]0;owned\x07\x1b[2J<script>alert(1)</script> ‮txet‬"),
    Feedback(CRASHES, 11.4, "", "iPhone14,7", "17.6.1", 20_400, _WATCHDOG),
    Feedback(SCREENSHOTS, 14.0, "接続が速くなりました。ありがとう！", "iPhone15,3"),
    Feedback(SCREENSHOTS, 19.5, "line one\nline two\r\nline three\ttab " + "very long " * 60, "iPhone17,2", "18.2"),
    Feedback(CRASHES, 21.0, "again \x1b[31mthe portal\x1b[0m, see https://example.com/?q=[link]", log=_HOSTILE),
    Feedback(SCREENSHOTS, 24.0, "Works on the train too.", "iPhone16,2"),
    Feedback(SCREENSHOTS, 30.05, "Dark mode: the map's legend cannot be read", "iPhone16,1", "18.2"),
    Feedback(CRASHES, 30.1, "Opened it after the night, gone after a second", log=_PORTAL),
    Feedback(SCREENSHOTS, 33.0, "All fine after two days."),
)
"""In the order in which it came."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission that has come: its id, when, and what."""

    id: str
    at: float
    feedback: Feedback
    build_id: str
    tester: str


def sent(begin: float, build_id: str, now: float) -> list[Sent]:
    """All that came by `now` from testers who have had the build since `begin`, oldest first."""
    return [
        Sent(f"fb{number:06d}-0000-4000-8000-000000000000", begin + one.after * HOUR, one, build_id, f"tester-{number}")
        for number, one in enumerate(SENT)
        if begin + one.after * HOUR <= now
    ]
