"""Serving a scenario: all services on loopback ports, with a ready configuration in a private folder, until the end"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.exporter import make_app as exporter_app
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.prometheus.api import make_app as prometheus_app
from rollout_tui.rehearsal.ready_config import ISSUER_ID, KEY_ID, write_config
from rollout_tui.rehearsal.scenarios import PACKAGE, Scenario
from rollout_tui.rehearsal.stage import Stage, set_stage
from rollout_tui.rehearsal.stores.apple_api import make_app as apple_app
from rollout_tui.rehearsal.stores.apple_testing_service import Usage
from rollout_tui.rehearsal.stores.apple_token import AppleKey, make_key
from rollout_tui.rehearsal.stores.crashlytics import CrashlyticsBook
from rollout_tui.rehearsal.stores.crashlytics_api import make_app as crashlytics_app
from rollout_tui.rehearsal.stores.github import make_app as github_app
from rollout_tui.rehearsal.stores.google_oauth import FIREBASE, PUBLISHING, REPORTING, TokenOffice, make_account
from rollout_tui.rehearsal.stores.google_oauth import make_app as oauth_app
from rollout_tui.rehearsal.stores.play_api import make_app as play_app
from rollout_tui.rehearsal.stores.play_vitals_api import Reporting
from rollout_tui.rehearsal.stores.play_vitals_api import make_app as vitals_app
from rollout_tui.rehearsal.stores.play_vitals_issues import IssueBook
from rollout_tui.rehearsal.stores.sentry_api import make_app as sentry_app

if TYPE_CHECKING:
    from starlette.applications import Starlette


SERVICES = (
    "google_oauth",
    "google_play",
    "play_vitals",
    "app_store",
    "prometheus",
    "sentry",
    "crashlytics",
    "github",
    "exporter",
)
"""What is served, each on a port of its own."""
ACCOUNT = "rollout-tui@acme-rehearsal.iam.gserviceaccount.com"
ACCOUNT_KEY = "4f0c2d9e7b1a4c55"
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Ready:
    """A rehearsal that answers: its stage, its folder, and what others need to use it."""

    stage: Stage
    folder: Path
    services: dict[str, str]
    config: Path
    token: str

    def facts(self) -> dict[str, Any]:
        """The JSON object of `rehearse --serve --json`."""
        return {
            "scenario": self.stage.scenario.name,
            "services": self.services,
            "config": str(self.config),
            "package_name": PACKAGE,
            "google_token": self.token,
            "apple": {
                "key_id": KEY_ID,
                "issuer_id": ISSUER_ID,
                "private_key": f"file:{self.folder / 'AuthKey.p8'}",
            },
            "env": {},
        }


def serve(
    scenario: Scenario,
    *,
    speed: float,
    seed: int,
    announce: Callable[[Ready], None],
    ended: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT, SIGHUP or until `ended` (awaited) returns; the folder is gone afterwards.

    `announce` is called once all services answer.
    """
    with _orderly_end(), tempfile.TemporaryDirectory(prefix="rollout-rehearsal-") as name:
        now = time.time()
        clock = RehearsalClock(speed, now, now)
        stage = set_stage(scenario, clock, seed)
        with _logged(Path(name) / "services.log"):
            asyncio.run(_serve(stage, Path(name), speed, announce, ended))


@contextlib.contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Failures of the services go to a file: this process's stderr may be a screen that somebody else draws on."""
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    loggers = [logging.getLogger(name) for name in ("uvicorn", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True
        handler.close()


@contextlib.contextmanager
def _orderly_end() -> Iterator[None]:
    """A signal before everything stands ends the setting up in order: nothing stays behind, and it is no error."""

    def leave(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    before = {number: signal.getsignal(number) for number in _handled()}
    for number in before:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handled() -> tuple[signal.Signals, ...]:
    """The signals that end it: not those that somebody chose to ignore (nohup), and none beside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return ()
    return tuple(number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN)


async def _serve(
    stage: Stage,
    folder: Path,
    speed: float,
    announce: Callable[[Ready], None],
    ended: Callable[[], Coroutine[Any, Any, None]] | None,
) -> None:
    import uvicorn

    class Quiet(uvicorn.Server):
        """A server among several in one loop: signals are ours."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    # The world's past takes a moment: live it before anybody waits for an answer.
    stage.android.advance(stage.clock.now())
    stage.ios.advance(stage.clock.now())
    sockets = {name: _listen() for name in SERVICES}
    services = {name: f"http://127.0.0.1:{listening.getsockname()[1]}" for name, listening in sockets.items()}
    token, apps = make_services(stage, folder, services["google_oauth"])
    config = write_config(folder, stage, speed, services)

    def server(name: str, app: Starlette) -> Quiet:
        # The token endpoint tells a time of its own, which may be off.
        own_date = name == "google_oauth"
        config = uvicorn.Config(app, log_config=None, log_level="error", access_log=False, lifespan="off", ws="none")
        config.date_header = not own_date
        return Quiet(config)

    servers = [(server(name, app), sockets[name]) for name, app in apps.items()]
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _handled():
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(serving.serve(sockets=[listening])) for serving, listening in servers]
    # The sockets listen already: whoever is told now and asks at once is answered.
    announce(Ready(stage, folder, services, config, token))
    ends: list[asyncio.Task[Any]] = [
        asyncio.create_task(stop.wait()),
        *([] if ended is None else [asyncio.create_task(ended())]),
    ]
    await asyncio.wait({*ends, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for waiting in ends:
        waiting.cancel()
    for serving, _ in servers:
        serving.should_exit = True
        serving.force_exit = True
    await asyncio.gather(*tasks)
    for listening in sockets.values():
        listening.close()


def make_services(stage: Stage, folder: Path, oauth_url: str) -> tuple[str, dict[str, Starlette]]:
    """Fresh keys for this run, written into the folder, and the services that know them."""
    private, public = make_key()
    account, account_public = make_account(ACCOUNT, ACCOUNT_KEY, f"{oauth_url}/token")
    token, sentry_token = f"ya29.{secrets.token_urlsafe(32)}", f"sntryu_{secrets.token_hex(32)}"
    kept = {"AuthKey.p8": private, "play.token": token, "play-account.json": account, "sentry.token": sentry_token}
    for name, text in kept.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    log, clock = stage.log, stage.clock
    office = TokenOffice(ACCOUNT, ACCOUNT_KEY, account_public, {token: ACCOUNT})
    reporting = Reporting(stage.vitals, IssueBook(stage.vitals, stage.scenario.play.old_version_code), stage.play)
    apps = {
        "google_oauth": oauth_app(office),
        "google_play": play_app(stage.play, office.for_scope(PUBLISHING), log, Faults(stage.scenario.play_pace)),
        "play_vitals": vitals_app(reporting, office.for_scope(REPORTING), log, Faults()),
        "app_store": apple_app(stage.apple, AppleKey(KEY_ID, ISSUER_ID, public), log, Faults(), _usage(stage)),
        "prometheus": prometheus_app(stage.telemetry, clock, Faults()),
        "sentry": sentry_app(stage.sentry, sentry_token, log, Faults()),
        "crashlytics": crashlytics_app(
            CrashlyticsBook(stage.sentry, clock.now), office.for_scope(FIREBASE), log, Faults()
        ),
        "github": github_app(stage.github, log, Faults()),
        "exporter": exporter_app(stage.telemetry, clock, Faults()),
    }
    return token, apps


def _usage(stage: Stage) -> Usage:
    """What the testers did with the build up to a time: after the release it is no longer testers alone."""

    def usage(at: float) -> tuple[int, int]:
        released = stage.apple.released
        until = at if released is None else min(at, released)
        counters = stage.ios.counters(stage.scenario.app_store.build, until)
        return (0, 0) if counters is None else (int(counters.sessions), int(counters.crashed))

    return usage


def _listen() -> socket.socket:
    """A socket on a free port of the loopback."""
    # With its protocol named, asyncio sends small answers at once; without, each waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening
