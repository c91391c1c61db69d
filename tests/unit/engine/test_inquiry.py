"""Asking what is wrong with a build: every source and store that can tell it, none keeps the others silent."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollout_tui.domain.investigation import Investigation
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.engine.inquiry import Inquiry
from rollout_tui.engine.providers import Askable
from rollout_tui.ports import Denied, Misconfigured
from tests.unit.domain.builders import ANDROID, NOW


@dataclass
class Teller:
    """Tells one investigation, or fails."""

    answer: Investigation | BaseException
    asked: list[tuple[str, float]] = field(default_factory=list)

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        self.asked.append((rollout.build, since))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    async def log(self, rollout: RolloutPlan, log: str) -> str:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return f"text of {log}"

    async def close(self) -> None:
        """Nothing is held."""


class Opened:
    """Providers that are opened already."""

    def __init__(self, **tellers: object) -> None:
        self.tellers = tellers

    def investigators(self, table: str, names: tuple[str, ...]) -> list[Askable]:
        return [(name, name.title(), self.tellers[name]) for name in names if name in self.tellers]  # type: ignore[misc]


def inquiry(**tellers: object) -> Inquiry:
    return Inquiry(Opened(**tellers))  # type: ignore[arg-type]  # what it uses of Providers


KNOWN = Investigation("x", "4201", NOW)


async def test_sources_and_the_store_are_asked_about_this_build_since_then() -> None:
    source, store = Teller(KNOWN), Teller(KNOWN)
    answers = await inquiry(**{ANDROID.sources[0]: source, ANDROID.store: store}).ask(ANDROID, NOW - 60)
    assert [one.answer for one in answers] == [KNOWN, KNOWN]
    assert source.asked == store.asked == [("4201", NOW - 60)]


async def test_one_that_fails_or_cannot_be_opened_is_told_beside_the_others() -> None:
    tellers = {
        ANDROID.sources[0]: Teller(Denied("the token has no right to read issues")),
        ANDROID.store: Misconfigured("the key file is missing"),
    }
    answers = await inquiry(**tellers).ask(ANDROID, NOW)
    assert [one.problem for one in answers] == ["the token has no right to read issues", "the key file is missing"]


async def test_a_defect_of_a_provider_is_named_without_its_text() -> None:
    secret = "token-123"
    answers = await inquiry(**{ANDROID.store: Teller(ValueError(secret))}).ask(ANDROID, NOW)
    assert "internal error in the provider (ValueError" in answers[0].problem
    assert secret not in answers[0].problem


async def test_nobody_who_can_tell_is_an_empty_answer() -> None:
    assert list(await inquiry().ask(ANDROID, NOW)) == []


async def test_the_text_behind_a_log_comes_from_the_section_that_named_it() -> None:
    asked = inquiry(**{ANDROID.store: Teller(KNOWN)})
    assert await asked.log(ANDROID, ANDROID.store, "event/1") == "text of event/1"
    assert "cannot be asked" in await asked.log(ANDROID, "other", "event/1")
    failing = inquiry(**{ANDROID.store: Teller(Denied("not permitted"))})
    assert "not permitted" in await failing.log(ANDROID, ANDROID.store, "event/1")
