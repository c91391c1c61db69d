"""A check as JUnit XML: a suite a platform, a case a gate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rollout_tui.cli.checks.checked import Checked, PlatformCheck
from rollout_tui.cli.checks.text import told
from rollout_tui.domain.verdicts import GateResult, Verdict

_ENDS = {Verdict.FAIL: "failure", Verdict.UNDECIDED: "failure", Verdict.NO_DATA: "error"}
"""What stands in a case that lets nothing through."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def junit(found: Sequence[Checked]) -> str:
    """The document; where there are several apps, each suite names its own."""
    platforms = tuple(platform for one in found for platform in one.platforms)
    root = Element("testsuites", {"name": "rollout-tui check"} | _counts(platforms))
    for one in found:
        when = datetime.fromtimestamp(one.at, UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        for platform in one.platforms:
            _suite(root, platform, when, f"{one.app} " if len(found) > 1 else "")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, platform: PlatformCheck, when: str, of: str) -> None:
    rollout = platform.rollout
    name = _clean(f"{of}{rollout.plan.label}: {platform.phase}")
    suite = SubElement(root, "testsuite", name=name, timestamp=when, time="0")
    suite.attrib.update(_counts((platform,)))
    for result in platform.results:
        _case(suite, result, platform)
    if not platform.results:
        SubElement(suite, "testcase", name="no gates in this phase", classname=rollout.plan.platform.value, time="0")
        suite.set("tests", "1")


def _case(suite: Element, result: GateResult, platform: PlatformCheck) -> None:
    rollout = platform.rollout
    case = SubElement(suite, "testcase", name=_clean(result.gate.text), classname=rollout.plan.platform.value, time="0")
    said = _clean(told(result, rollout))
    if result.verdict in _ENDS:
        end = SubElement(case, _ENDS[result.verdict], type=result.verdict.value, message=_clean(result.reason))
        end.text = said
    else:
        SubElement(case, "system-out").text = f"{result.verdict.value} {said}"


def _counts(platforms: tuple[PlatformCheck, ...]) -> dict[str, str]:
    verdicts = [result.verdict for platform in platforms for result in platform.results]
    ends = [_ENDS.get(verdict) for verdict in verdicts]
    empty = sum(not platform.results for platform in platforms)
    return {
        "tests": str(len(verdicts) + empty),
        "failures": str(ends.count("failure")),
        "errors": str(ends.count("error")),
    }


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("·", text)
