"""What stands in a lease file. Any user of the host may have written it: it is read as a stranger's text."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from rollout_tui.domain.actions import Expectation
from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.words import plain_text

_WIDTH = 64
SETTLING = "settle"
"""What is done to an open intent: it only looks."""


@dataclass(frozen=True, slots=True)
class Note:
    """Who acts: user and host, process, verb; until when at most (wall, epoch seconds); whether the change is out.

    `expects` is what the store shows once it took effect.
    """

    by: str
    pid: int
    action: str
    until: float
    sent: bool
    expects: Expectation | None = None

    @property
    def over(self) -> bool:
        """Whether it should have ended by now."""
        return time.time() > self.until

    @property
    def only_looks(self) -> bool:
        """Whether all that is left to do is looking at the store: a pause need not wait for that."""
        return self.sent or self.action == SETTLING

    def after_sending(self) -> Note:
        """The same, once the change is out."""
        return replace(self, sent=True)

    def text(self) -> str:
        """For the file."""
        expects = self.expects
        shown = None
        if expects is not None:
            share = None if expects.share is None else str(expects.share)
            shown = [expects.word, expects.status, share]
        return json.dumps([self.by, self.pid, self.action, self.until, self.sent, shown])

    @classmethod
    def read(cls, text: str) -> Note | None:
        """From the file; None where it is nothing of ours."""
        try:
            by, pid, action, until, sent, shown = json.loads(text)
            expects = None if shown is None else _expectation(*shown)
            return cls(
                plain_text(str(by), _WIDTH), int(pid), plain_text(str(action), 20), float(until), sent is True, expects
            )
        except (ValueError, TypeError, InvalidOperation, OverflowError, RecursionError):
            return None


def _expectation(word: object, status: object, share: object) -> Expectation:
    return Expectation(
        None if word is None else StateWord(str(word)),
        None if status is None else str(status),
        None if share is None else Decimal(str(share)),
    )
