"""kill -9 at random instants of an action against a slow store: nothing is doubled, nothing is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.crash.stage import SPEED, Intent, audited, ended, forked, journal, killed_after, settle, verb
from tests.rehearsal.serving import Served, served

_OPPOSITE = {"halted": "resume", "inProgress": "pause"}
_AFTERWARDS = 0.4
"""Seconds in which a call that was under way at the kill still takes effect at the store."""


def kill_at_random(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill that many actions; what became of each, by ending and by what the store did. Raises AssertionError."""
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    with served(folder, "slow-store", SPEED) as serving:
        history, log = serving.folder / "history.db", folder / "children.log"
        rehearsed = {intent.id for intent in journal(history)}
        began = time.monotonic()
        _act(serving, log)
        longest = time.monotonic() - began
        while found["killed"] < kills:
            before, commits = journal(history), len(serving.commits())
            child = forked(_action(serving), log)
            killed = killed_after(child, chance.uniform(0, longest))
            time.sleep(_AFTERWARDS)
            assert ended(forked(settle(serving.config), log)) == 0, log.read_text()[-2000:]
            took = len(serving.commits()) - commits
            _judge(before, history, took)
            if not killed:
                found["ended before the kill"] += 1
                continue
            new = [intent for intent in journal(history) if intent.id not in {known.id for known in before}]
            found["killed"] += 1
            found[f"{new[0].ending if new else 'no intent'}, {took} commits"] += 1
        checked, told = audited(history)
        assert checked.problems == (), checked.problems
        unknown = [intent for intent in journal(history) if intent.id not in told | rehearsed]
        assert not unknown, f"intents that the audit log does not know: {unknown}"
    return found


def _act(serving: Served, log: Path) -> None:
    assert ended(forked(_action(serving), log)) == 0, log.read_text()[-2000:]


def _action(serving: Served) -> Callable[[], int]:
    status, _ = serving.play()
    return verb(_OPPOSITE[status], "android", "--yes", "--reason", "a drill", "--config", str(serving.config))


def _judge(before: list[Intent], history: Path, took: int) -> None:
    """One confirmed action: at most one effect, at most one intent, and journal and store agree."""
    after = journal(history)
    new = [intent for intent in after if intent.id not in {known.id for known in before}]
    assert took <= 1, f"one action, {took} commits"
    assert len(new) <= 1, f"one action, {len(new)} intents"
    assert took <= len(new), "a change at the store that no intent tells of"
    assert all(intent.ending is not None for intent in after), "an intent without an end"
    for intent in new:
        if intent.ending == "done":
            assert took == 1, "the journal says done, the store was not changed"
        elif intent.ending == "refused":
            assert took == 0, "the journal says not done, the store was changed"
