"""Sentry's release health of the simulated users: sessions and users of releases, hour by hour (stores.md 7).

The world counts sessions. Users are made of them: who uses the app has some sessions in an hour, more in a day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rollout_tui.rehearsal.stores.play_bodies import Document
from rollout_tui.rehearsal.stores.play_vitals import VitalsBook
from rollout_tui.rehearsal.stores.play_vitals_issues import Issue, IssueBook
from rollout_tui.rehearsal.stores.sentry_questions import Question
from rollout_tui.rehearsal.stores.sentry_shapes import stamp
from rollout_tui.rehearsal.world import Crowd

ENVIRONMENT = "production"
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Project:
    """One platform's project. `versions` maps its builds to versions; those in `silent` send nothing."""

    id: int
    slug: str
    package: str
    crowd: Crowd
    versions: Mapping[str, str]
    old: str
    silent: Collection[str]

    def releases(self) -> dict[str, str]:
        """Builds by the name of their release."""
        told = (build for build in self.crowd.builds if build not in self.silent)
        return {f"{self.package}@{self.versions[build]}+{build}": build for build in told}


class SentryBook:
    """One organization. `now` is the rehearsal's clock: nothing is told ahead of it."""

    def __init__(self, projects: Sequence[Project], now: Callable[[], float]) -> None:
        self.projects = projects
        self.now = now

    def sessions(self, question: Question) -> Document:
        """The answer to a question about sessions."""
        begins = _begins(question.start, question.end, question.step)
        groups = [self._group(question, by, parts, begins) for by, parts in self._parts(question)]
        return {
            "start": stamp(question.start),
            "end": stamp(question.end),
            "intervals": [stamp(at) for at in begins],
            "groups": groups,
            "query": question.query,
        }

    def issues(self, project: Project, release: str, start: float, end: float) -> list[Issue]:
        """The groups of errors of a release between two times."""
        build = project.releases().get(release)
        if build is None:
            return []
        book = IssueBook(VitalsBook(project.crowd, project.silent, self.now), project.old)
        return book.issues(start, min(end, self.now()), {"versionCode": frozenset({build})})

    def _parts(self, question: Question) -> Iterator[tuple[Document, list[tuple[Project, str]]]]:
        """What each group is of: a release, or all of them."""
        listed = [each for each in self.projects if question.of(each.slug, each.id)]
        here = question.of_environment(ENVIRONMENT)
        for project in listed:
            project.crowd.advance(self.now())
        found = [
            (project, name, build)
            for project in listed
            for name, build in project.releases().items()
            if here and question.release in (None, name) and project.crowd.first_seen(build) is not None
        ]
        if not question.groups:
            yield {}, [(project, build) for project, _, build in found]
            return
        told: dict[tuple[object, ...], list[tuple[Project, str]]] = {}
        for project, name, build in found:
            by = {"release": name, "project": project.id, "environment": ENVIRONMENT}
            told.setdefault(tuple(by[group] for group in question.groups), []).append((project, build))
        for values, parts in told.items():
            yield dict(zip(question.groups, values, strict=True)), parts

    def _group(
        self, question: Question, by: Document, parts: Sequence[tuple[Project, str]], begins: Sequence[float]
    ) -> Document:
        spans = [(at, at + question.step) for at in begins]
        hours = [(*self.counts(parts, start, end), question.step / _HOUR) for start, end in spans]
        whole = (*self.counts(parts, question.start, question.end), (question.end - question.start) / _HOUR)
        return {
            "by": by,
            "totals": {field: _value(field, *whole) for field in question.fields},
            "series": {field: [_value(field, *each) for each in hours] for field in question.fields},
        }

    def counts(self, parts: Sequence[tuple[Project, str]], start: float, end: float) -> tuple[int, int]:
        """Sessions of some builds between two times, and crashed ones; nothing is told ahead."""
        total = crashed = 0.0
        for project, build in parts:
            for sign, at in ((-1, start), (1, end)):
                counters = project.crowd.counters(build, min(at, self.now()))
                total += sign * (0 if counters is None else counters.sessions)
                crashed += sign * (0 if counters is None else counters.crashed)
        return round(total), round(crashed)


def _value(field: str, total: int, crashed: int, hours: float) -> float | None:
    """A field as Sentry gives it: rates are fractions, and null where there was no session."""
    if "user" in field:
        each = 1.25 + 1.75 * min(1.0, hours / 24)
        hit = 1 - (1 - crashed / total) ** each if total else 0.0
        total = round(total / each)
        crashed = math.ceil(total * hit)
    if "rate" not in field:
        return total
    free = 1 - crashed / total if total else None
    return free if free is None or "free" in field else 1 - free


def _begins(start: float, end: float, step: float) -> list[float]:
    return [start + number * step for number in range(round((end - start) / step))]
