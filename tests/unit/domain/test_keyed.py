"""What advice says of keys: each names its own, its pane's way comes first elsewhere, none is left where none acts."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from rollout_tui.domain import onward, served, urgent, waiting
from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.advice import Advice
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.keyed import with_commands, with_way, without_keys
from rollout_tui.domain.onward import ONWARD
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.releases import Grant, PhaseKind, Platform, StateWord
from rollout_tui.domain.snapshot import Progress, Rollout
from rollout_tui.domain.urgent import URGENT
from rollout_tui.domain.verdicts import BugCount
from tests.tui.test_pane_states import under_way
from tests.unit.domain.builders import CRASH, HOUR, NOW, android_facts, apple, play, reading
from tests.unit.domain.test_advice import SIGNED
from tests.unit.domain.test_advice import ios as read
from tests.unit.domain.test_next_from_verdicts import FAILED, OPEN, OVER, android, ios

_TELLING = (urgent, onward, waiting, served)
_KEY = re.compile(r"ctrl\+|(?<![\w'“])[beinopru](?![\w'’])(?! (?:\d|unknown))|(?<![\w'“])a(?=, then|; | stops)")
"""One of NEXT's keys by itself: no count (`n 7,930`) and no article."""


def rollouts() -> Iterator[Rollout]:
    """One for each advice there is."""
    calm, facts = android(), android_facts()
    silent = NoReading(CRASH.id, Scope.PHASE, "4201", "Prometheus: HTTP 503", NOW, "prometheus")
    halted, begun = play("0.5", NOW - 60, StateWord.PAUSED, "halted"), replace(apple(PhaseKind.PHASED, NOW), day=3)
    waits = {"status": "APPROVED_NOT_PUBLISHED", "word": StateWord.WAITING, "notes": ("0 users until published",)}
    ladder = tuple(replace(one, progress=Progress.TO_COME) for one in calm.phases)
    state = calm.store.state
    assert state is not None

    def ended(kind: ActionKind, ending: Ending, **more: object) -> Outcome:
        return Outcome("x", Platform.ANDROID, kind, ending, "no answer: off sale", NOW, **more)  # type: ignore[arg-type]

    def stored(rollout: Rollout, **changes: object) -> Rollout:
        return replace(rollout, store=replace(rollout.store, state=replace(state, **changes)))  # type: ignore[arg-type]

    yield under_way()
    yield replace(calm, last_outcome=ended(ActionKind.PAUSE, Ending.UNCONFIRMED))
    yield replace(android(FAILED), last_outcome=ended(ActionKind.PAUSE, Ending.REFUSED, by_hand="Console: Halt"))
    yield replace(calm, countdown=Countdown("K7", Platform.ANDROID, "4201", ("c",), "Crashes.", NOW - 60, NOW + 240))
    yield android(FAILED)
    yield android(FAILED, state=halted, states=(*facts.states, halted))
    grant = Grant(27, "of pause left", "it goes on by itself")
    yield ios(state=replace(begun, word=StateWord.PAUSED, status="PAUSED", grant=grant, notes=("updates go on",)))
    yield ios(word=StateWord.REJECTED, kind=PhaseKind.REVIEW)
    for word in (StateWord.IN_REVIEW, StateWord.WAITING):
        yield replace(ios(word=word, kind=PhaseKind.REVIEW), gates=android(FAILED).gates)
        yield ios(word=word, kind=PhaseKind.REVIEW)
        yield replace(ios(word=word, kind=PhaseKind.REVIEW), gates=android(OPEN).gates)
        yield ios(word=word, kind=PhaseKind.TESTERS)
    for total in (10, 900):
        yield android(OPEN, recent={**facts.recent, CRASH.id: reading(CRASH, Proportion(total // 60 + 1, total))})
    yield android(bugs={BugScope.ANY: BugCount(1, NOW - 180, "GitHub")})
    yield android(state_problem="403 insufficient permission", state_failing_since=NOW - 360)
    none = {metric: replace(silent, metric=metric) for metric in facts.recent}
    yield android(recent=none)
    yield android(recent={**facts.recent, CRASH.id: replace(silent, scope=Scope.RECENT)})
    yield android(phase=none, recent=facts.recent)
    yield replace(stored(calm, **waits), last_outcome=ended(ActionKind.PAUSE, Ending.DONE))
    yield stored(calm, **waits)
    yield stored(calm, word=StateWord.UNKNOWN, status="not on the track", kind=None)
    yield replace(stored(calm, word=StateWord.UNKNOWN, status="not on the track", kind=None), phases=ladder)
    gone = stored(calm, word=StateWord.UNKNOWN, status="off sale", kind=None)
    yield replace(gone, last_outcome=ended(ActionKind.REMOVE, Ending.DONE))
    yield android(states=OVER, signoffs=(SIGNED,))
    yield android(states=OVER)
    yield android(OPEN, states=OVER, signoffs=(SIGNED,))
    yield calm
    yield read()
    yield ios(state=replace(begun, next_step_at=NOW + 9 * HOUR))
    yield stored(calm, word=StateWord.DONE)


def advised() -> Iterator[tuple[Platform, Advice]]:
    for rollout in rollouts():
        for ask in (*URGENT, *ONWARD, waiting.nothing):
            advice = ask(rollout, NOW, UTC)
            if advice is not None:
                yield rollout.plan.platform, advice


def said() -> list[tuple[Platform, str]]:
    return [(of, text) for of, told in advised() for text in (told.headline, told.detail, told.short)]


def test_every_advice_that_there_is_is_among_those_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    written, seen = set(), set()
    for module in _TELLING:
        for function in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and "Advice(" in ast.unparse(function):
                written.add(function.name)

        def noted(*given: object) -> Advice:
            seen.add(sys._getframe(1).f_code.co_name)
            return Advice(*given)  # type: ignore[arg-type]  # Advice's own fields

        monkeypatch.setattr(module, "Advice", noted)
    list(advised())
    assert seen == written


def test_where_no_key_acts_no_key_is_left() -> None:
    assert sum(_KEY.search(text) is not None for _, text in said()) > 15
    for platform, text in said():
        for kept in (with_commands(text, platform), without_keys(text)):
            assert not _KEY.search(kept), f"{text} -> {kept}"


def test_from_another_pane_each_key_comes_after_the_way_there() -> None:
    for _, text in said():
        led = with_way(text, "2")
        bare = re.sub(
            r"2, then [a-z](, then y)?|[Pp]ress u\b|u reads the store|n stays off|Restart \(ctrl\+p\)", "", led
        )
        assert not _KEY.search(bare), f"{text} -> {led}"


def test_what_is_to_be_looked_into_names_the_key_that_looks_into_it() -> None:
    asked = [told for _, told in advised() if re.search("find the cause|look at", told.headline, re.IGNORECASE)]
    assert len(asked) >= 5
    for told in asked:
        assert "press i." in told.headline
        assert told.short.endswith(": press i.")


def test_a_paused_rollout_reads_well_here_and_from_another_pane() -> None:
    (told,) = {told.headline for _, told in advised() if told.headline.startswith("Android is paused")}
    assert told == "Android is paused (halted). Find the cause: press i. Resume, for a false alarm only: press r."
    assert with_way(told, "2") == (
        "Android is paused (halted). Find the cause: press 2, then i. Resume, for a false alarm only: press 2, then r."
    )
    assert without_keys(told) == "Android is paused (halted). Find the cause."
    assert with_commands(told, Platform.ANDROID) == (
        "Android is paused (halted). Find the cause. For a false alarm only: rollout-tui resume android."
    )
