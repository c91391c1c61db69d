"""The one query of the export, as Firebase documents its tables. Values go in as parameters, never into the text.

Sessions are counted in the hour in which they began, crashed ones in the hour of their crash. A crash that names no
session counts as a session of its own, so that no gate is helped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.crashlytics_export.options import ExportOptions
from providers.moments import iso
from rollout_tui.domain.plan import RolloutPlan

_OF_BUILD = """event_timestamp >= @since AND event_timestamp < @until
    AND application.build_version = @build AND application.display_version = @version"""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a build, epoch seconds UTC: its begin, sessions, crashed ones, and the newest session's begin."""

    start: float
    sessions: int
    crashed: int
    newest: float | None


def text(options: ExportOptions, rollout: RolloutPlan) -> str:
    """The SQL for one platform. Tables cannot be parameters: the options hold their names to letters and signs."""
    app = options.apps[rollout.platform].replace(".", "_")
    table = f"{app}_{rollout.platform.value.upper()}{'_REALTIME' if options.streamed else ''}"
    sessions, crashes = (f"`{options.project}.{data}.{table}`" for data in (options.sessions, options.crashes))
    return f"""SELECT UNIX_SECONDS(TIMESTAMP_TRUNC(at, HOUR)) AS start, COUNT(DISTINCT session) AS sessions,
  COUNT(DISTINCT crash) AS crashed, UNIX_SECONDS(MAX(begun)) AS newest
FROM (
  SELECT event_timestamp AS at, session_id AS session, CAST(NULL AS STRING) AS crash, event_timestamp AS begun
  FROM {sessions}
  WHERE {_OF_BUILD}
  UNION ALL
  SELECT event_timestamp, CAST(NULL AS STRING), COALESCE(firebase_session_id, event_id), CAST(NULL AS TIMESTAMP)
  FROM {crashes}
  WHERE {_OF_BUILD} AND error_type = 'FATAL'
)
GROUP BY start ORDER BY start"""  # noqa: S608  the options hold every name in it to letters, digits, dots, dashes


def parameters(rollout: RolloutPlan, since: float, until: float) -> list[dict[str, Any]]:
    """The values of the query, by name."""
    typed = (
        ("since", "TIMESTAMP", iso(since)),
        ("until", "TIMESTAMP", iso(until)),
        ("build", "STRING", rollout.build),
        ("version", "STRING", rollout.version),
    )
    return [
        {"name": name, "parameterType": {"type": kind}, "parameterValue": {"value": value}}
        for name, kind, value in typed
    ]


def hour(row: Mapping[str, Any]) -> Hour | None:
    """A row of the answer; None for one that cannot be understood."""
    cells = row.get("f") if isinstance(row.get("f"), list) else None
    values = [_whole(each.get("v")) if isinstance(each, dict) else None for each in cells or ()]
    if len(values) != 4:
        return None
    start, sessions, crashed, newest = values
    if start is None or sessions is None or crashed is None:
        return None
    return Hour(float(start), sessions, crashed, None if newest is None else float(newest))


def _whole(value: object) -> int | None:
    """An INT64, which BigQuery writes as a text."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(str(value)) if digits else None
