"""Readings out of a file: the right build, its own time, and every way to have no data."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from providers.file import PROVIDER
from providers.file import book as books
from rollout_tui.domain.checkup import Grade
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Bare, Mean, Proportion
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import Denied, Examined, Misconfigured, ProviderContext, Query, Source, Unreachable
from tests.unit.domain.builders import ANDROID, CONNECT, CONNECT_TIME, CRASH, DURATION, HOUR, IOS

NOW = 1_795_443_771.0
METRICS: dict[str, dict[str, Any]] = {
    CRASH.id: {"bad": "crashed", "total": "sessions"},
    CONNECT.id: {"good": "connected", "total": "connects"},
    CONNECT_TIME.id: {"sum": "seconds", "count": "connected"},
    DURATION.id: {"value": "duration"},
}
HEADER = "time,build,crashed,sessions,connected,connects,seconds,duration"


class StillClock:
    """Stands."""

    def now(self) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a source has no reason to sleep")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "health.csv"


def csv_of(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def opened(path: Path, **more: object) -> Source:
    section = {"path": str(path), "rows": "intervals", "metrics": METRICS, **more}
    assert PROVIDER.open_source is not None
    context = ProviderContext("telemetry", None, StillClock(), str)  # type: ignore[arg-type]
    return PROVIDER.open_source(PROVIDER.options.model_validate(section), context)


def ask(
    metric: Metric = CRASH,
    rollout: RolloutPlan = ANDROID,
    scope: Scope = Scope.PHASE,
    since: float = NOW - HOUR,
    stale_after: float = 180.0,
) -> Query:
    return Query(metric, scope, rollout, Window(since, NOW), stale_after)


async def read(path: Path, *queries: Query, **more: object) -> list[Answer]:
    source = opened(path, **more)
    try:
        return list(await source.read(queries or (ask(),)))
    finally:
        await source.close()


async def read_one(path: Path, query: Query | None = None, **more: object) -> Reading:
    (answer,) = await read(path, query or ask(), **more)
    assert isinstance(answer, Reading), answer
    return answer


async def reason(path: Path, query: Query | None = None, **more: object) -> str:
    (answer,) = await read(path, query or ask(), **more)
    assert isinstance(answer, NoReading), answer
    assert answer.reason.startswith(f"{path.name}: ")
    return answer.reason.removeprefix(f"{path.name}: ")


# --- what is counted ---------------------------------------------------------------------------------------------


async def test_rows_of_the_window_and_of_this_build_are_added_up(path: Path) -> None:
    csv_of(
        path,
        f"{NOW - HOUR - 1},4201,9,900,,,,",
        f"{NOW - 1200},4201,1,200,190,200,760,300",
        f"{NOW - 1000},4200,9,900,1,900,9999,1",
        f"{NOW - 30},4201,2,400,395,400,1580.5,312.5",
    )
    queries = [ask(metric) for metric in (CRASH, CONNECT, CONNECT_TIME, DURATION)]
    crash, connect, time, duration = await read(path, *queries)
    for answer in (crash, connect, time, duration):
        assert isinstance(answer, Reading)
        assert (answer.build, answer.source, answer.as_of) == ("4201", "telemetry", NOW - 30)
    assert crash.quantity == Proportion(3, 600)
    assert connect.quantity == Proportion(15, 600)
    assert time.quantity == Mean(2340.5, 585)
    assert duration.quantity == Bare(312.5)


async def test_counters_are_what_grew_since_the_row_before_whoever_restarts(path: Path) -> None:
    header = "time,build,crashed,sessions,host"
    csv_of(
        path,
        f"{NOW - 900},4201,100,9000,a",
        f"{NOW - 800},4201,7,700,b",
        f"{NOW - 700},4201,101,9100,a",
        f"{NOW - 600},4201,1,50,a",
        f"{NOW - 60},4201,9,800,b",
        header=header,
    )
    metrics = {CRASH.id: METRICS[CRASH.id]}
    found = await read_one(path, rows="counters", series=["host"], metrics=metrics)
    assert found.quantity == Proportion(1 + 1 + 2, 100 + 50 + 100)
    assert found.window.start == NOW - 900, "before the first row nothing is known"


async def test_a_platform_column_tells_equal_build_numbers_apart(path: Path) -> None:
    csv_of(path, f"{NOW - 60},7,1,100,Android", f"{NOW - 60},7,2,300,ios", header="time,build,crashed,sessions,os")
    metrics = {CRASH.id: METRICS[CRASH.id]}
    queries = [ask(rollout=replace(rollout, build="7")) for rollout in (ANDROID, IOS)]
    android, ios = await read(path, *queries, platform="os", metrics=metrics)
    assert isinstance(android, Reading)
    assert isinstance(ios, Reading)
    assert (android.quantity, ios.quantity) == (Proportion(1, 100), Proportion(2, 300))


async def test_json_lines_with_keys_inside_of_keys_and_rows_of_several_kinds(tmp_path: Path) -> None:
    path = tmp_path / "health.jsonl"
    rows = [
        {"at": "2026-11-23T14:21:51Z", "app": {"build": 4201}, "kind": "session", "n": {"bad": 1, "all": 200}},
        {"at": "2026-11-23T15:21:51+01:00", "app": {"build": "4201"}, "kind": "connect", "n": {"bad": 5, "all": 90}},
        {"at": (NOW - 60) * 1000, "app": {"build": 4201}, "kind": "session", "n": {"bad": 0, "all": 100}},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    metrics = {
        CRASH.id: {"bad": "n.bad", "total": "n.all", "where": {"kind": "session"}},
        CONNECT.id: {"bad": "n.bad", "total": "n.all", "where": {"kind": "connect"}},
    }
    crash, connect = await read(path, ask(), ask(CONNECT), time="at", build="app.build", metrics=metrics)
    assert isinstance(crash, Reading)
    assert crash.quantity == Proportion(1, 300)
    assert crash.as_of == NOW - 60
    assert isinstance(connect, Reading)
    assert connect.quantity == Proportion(5, 90)


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        (f"{NOW:.0f}", None),
        (f"{NOW * 1000:.0f}", None),
        ("2026-11-23T14:22:51Z", None),
        ("2026-11-23 15:22:51+01:00", None),
        ("2026-11-23T15:22:51", "Europe/Berlin"),
    ],
)
async def test_times_are_read_however_they_are_written(path: Path, time: str, zone: str | None) -> None:
    csv_of(path, f"{time},4201,1,100,,,,")
    assert (await read_one(path, timezone=zone)).as_of == NOW


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (f"\ufeff{HEADER}\r\n{NOW - 5},4201,1,100,,,,\r\n".encode(), {}),
        (f"{HEADER},größe\n{NOW - 5},4201,1,100,,,,,ü\n".encode("latin-1"), {"encoding": "latin-1"}),
        (f"{HEADER}\n{NOW - 5},4201,1,100,,,,\n".replace(",", ";").encode(), {"delimiter": ";"}),
        (f'{NOW - 5},"4201",1,"100"\n'.encode(), {"columns": ["time", "build", "crashed", "sessions"]}),
        (f"{HEADER}\n\n{NOW - 5},4201,1,100,,,,\n{HEADER}\n".encode(), {}),
    ],
    ids=["BOM and CRLF", "latin-1", "semicolons", "no header", "a header again"],
)
async def test_files_are_read_as_they_are_written(path: Path, content: bytes, more: dict[str, object]) -> None:
    written(path, content)
    metrics = {CRASH.id: METRICS[CRASH.id]}
    assert (await read_one(path, metrics=metrics, **more)).quantity == Proportion(1, 100)


async def test_the_past_is_what_polls_would_have_read(path: Path) -> None:
    csv_of(path, *(f"{NOW - HOUR + 600 * n},4201,{n % 2},100,,,,{n}" for n in range(1, 7)))
    source = opened(path)
    phase = await source.back_fill(ask(), 1800.0)
    assert [(found.quantity, found.window.end) for found in phase] == [
        (Proportion(2, 300), NOW - 1800),
        (Proportion(3, 600), NOW),
    ]
    recent = await source.back_fill(ask(DURATION, scope=Scope.RECENT), 1800.0)
    assert [found.quantity for found in recent] == [Bare(3), Bare(6)]
    assert await source.back_fill(ask(DURATION), 1800.0) == [], "the past of a phase needs counts"
    await source.close()


# --- no data -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"{NOW - 60},4200,1,100,,,,", "it has no row for build 4201"),
        (f"{NOW - 600},4201,1,100,,,,", "its newest row is 10 min old"),
        (f"{NOW + 7200},4201,1,100,,,,", "its rows are in the future; is the clock of its writer right?"),
        (f"{NOW - 60},4201,0,0,,,,", "no sessions"),
        (f"{NOW - 60},4201,5,3,,,,", "5"),
        (f"{NOW - 60},4201,NaN,100,,,,", "1 line cannot be read, the last: line 2: its crashed is no number of 0"),
        (f"{NOW - 60},4201,-1,100,,,,", "its crashed is no number of 0 or more"),
        (f"{NOW - 60},4201,1,,,,,", "it has no sessions"),
        (f"{NOW - 60},4201,1", "it has 3 fields, the header 8"),
        (f"{NOW - 60},,1,100,,,,", "it has no build"),
        (f'{NOW - 60},"4201,1,100,,,,', "it is no CSV"),
        ("yesterday,4201,1,100,,,,", "its time is no time; expected epoch seconds or ISO 8601"),
        ("2026-11-23T14:22:51,4201,1,100,,,,", "its time names no zone; set timezone"),
    ],
)
async def test_what_is_no_data_says_why(path: Path, row: str, words: str) -> None:
    assert words in await reason(csv_of(path, row))


async def test_rows_of_the_future_count_when_their_time_has_come(path: Path) -> None:
    csv_of(path, f"{NOW - 60},4201,1,100,,,,", f"{NOW + 30},4201,1,100,,,,", f"{NOW + 7200},4201,90,100,,,,")
    found = await read_one(path)
    assert found.quantity == Proportion(2, 200), "a clock may be some seconds ahead"
    assert found.as_of == NOW, "nothing is newer than now"


async def test_a_header_that_does_not_name_the_build_is_told(path: Path) -> None:
    csv_of(path, f"{NOW - 60},4201,1,100", header="time,version,crashed,sessions")
    assert "the file has no header that names build" in await reason(path)


async def test_bad_lines_stop_no_good_ones_and_doctor_tells_them(path: Path) -> None:
    csv_of(path, "\x1b[31mgarbage", f"{NOW - 60},4201,1,100,,,,", f"{NOW - 50},4201,x,100,,,,")
    source = opened(path)
    (answer,) = await source.read([ask()])
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(1, 100)
    assert isinstance(source, Examined)
    (remark,) = await source.examine([ANDROID])
    assert remark.grade is Grade.WARNING
    said = "2 lines cannot be read, the last: line 4: its crashed is no number of 0 or more"
    assert remark.text == f"health.csv: {said}"
    await source.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [("\ufefftime".encode("utf-16-le"), "it is UTF-16"), (b"time,b\xfcild\n", "it is not utf-8")],
)
async def test_another_encoding_is_told(path: Path, content: bytes, words: str) -> None:
    written(path, content + b"\n")
    assert words in await reason(path)


async def test_a_file_that_is_not_there_is_told_until_it_comes(path: Path) -> None:
    source = opened(path)
    with pytest.raises(Unreachable, match="is not there"):
        await source.read([ask()])
    csv_of(path, f"{NOW - 60},4201,1,100,,,,")
    (answer,) = await source.read([ask()])
    assert isinstance(answer, Reading)
    await source.close()


async def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is no plain file"):
        await read(tmp_path, format="csv")


async def test_a_file_that_nobody_lets_us_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    csv_of(path)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(Denied, match="permission denied") as caught:
        await read(path)
    assert caught.value.remedy == "let this user read it"


async def test_a_file_that_is_not_read_to_its_end_is_no_data(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv_of(path, *(f"{NOW - 60},4201,0,100,,,," for _ in range(50)))
    monkeypatch.setattr("providers.file.tail._BLOCK", 256)
    monkeypatch.setattr("providers.file.tail._AT_ONCE", 256)
    assert "it is still being read" in await reason(path)


async def test_a_disk_that_hangs_holds_up_nobody_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv_of(path, f"{NOW - 60},4201,1,100,,,,")
    go, began = threading.Event(), threading.Event()

    class Slow(books.Tail):
        def lines(self) -> Any:
            began.set()
            assert go.wait(30)
            return super().lines()

    monkeypatch.setattr(books, "Tail", Slow)
    monkeypatch.setattr(books, "_PATIENCE", 0.0)
    source = opened(path)
    first = asyncio.ensure_future(source.read([ask()]))
    await asyncio.to_thread(began.wait, 30)  # the loop is free meanwhile
    with pytest.raises(Unreachable, match="is still being read"):
        await source.read([ask()])
    go.set()
    (answer,) = await first
    assert isinstance(answer, Reading)
    await source.close()


async def test_a_metric_of_another_kind_is_refused_in_words(path: Path) -> None:
    csv_of(path)
    metrics = {CRASH.id: {"sum": "seconds", "count": "connects"}}
    assert "crash_rate is a ratio: expected bad and total" in await reason(path, metrics=metrics)
    with pytest.raises(Misconfigured, match="is a ratio"):
        await opened(path, metrics=metrics).back_fill(ask(), 60.0)


# --- options -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"path": "health.csv"}, "path"),
        ({"path": "/var/log/health.log"}, "expected format"),
        ({"rows": None}, "rows"),
        ({"encoding": "utf-16"}, "expected an encoding that holds ASCII as it is"),
        ({"encoding": "klingon"}, "expected an encoding"),
        ({"timezone": "Mars/Olympus"}, "is no time zone"),
        ({"columns": ["time"]}, "columns does not name build"),
        ({"columns": ["time", "build"], "format": "jsonl"}, "columns are for format csv"),
        ({"metrics": {"m": {"bad": "a"}}}, "found bad; expected bad and total"),
        ({"metrics": {"m": {"bad": "a", "total": "b", "value": "c"}}}, "found bad and total and value"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(more: dict[str, object], words: str) -> None:
    section = {"path": "/var/log/health.csv", "rows": "intervals", "metrics": METRICS, **more}
    with pytest.raises(ValueError, match=words):
        PROVIDER.options.model_validate(section)
