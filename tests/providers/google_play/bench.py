"""The bench of Google Play: the strict fake, with build 4201 at half of the users."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from providers.google_play import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from tests.providers.google_play.fake import PACKAGE, FakePlay, release


class GooglePlayBench(HttpBench):
    """A production track."""

    provider = PROVIDER

    def section(self) -> Mapping[str, object]:
        """A ready token."""
        return {"package": PACKAGE, "token": "env:PLAY_TOKEN"}

    def service(self) -> Service:
        """A Play that goes on from what was committed."""
        play = FakePlay({"production": [release("inProgress", "4201", fraction=0.5), release("completed", "4103")]})

        def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            if situation is Situation.PAUSED_BY_ANOTHER:
                play.tracks["production"][0] |= {"status": "halted"}
            elif situation is Situation.MOVED_BY_ANOTHER:
                play.tracks["production"][0] |= {"userFraction": 0.2}
            elif situation is Situation.EMPTY:
                play.tracks["production"] = []
            elif situation is Situation.OTHER_BUILD:
                play.tracks["production"] = [release("inProgress", "4301", fraction=0.5, name="4.3.0")]
            elif situation is Situation.HOSTILE:
                play.lifecycles["4201"] = HOSTILE
                play.tracks["production"][1]["name"] = HOSTILE
            return play(request)

        return answer

    def is_change(self, request: httpx.Request) -> bool:
        """Nothing in an edit is live before it is committed."""
        return request.url.path.endswith(":commit")
