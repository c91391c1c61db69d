"""A recording of another host: looked at by way of a copy, acted on never, and refused in one sentence."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.cli.replaying import _settings, moment_of
from rollout_tui.cli.showing import look_of
from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.engine.replay import open_replay
from rollout_tui.history import History, HistoryError
from rollout_tui.history.recording import seal, write_recording
from tests.unit.domain.builders import CRASH, HOUR, NOW, play, reading

CONFIG = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
FACTS = {"host": "rel-01", "at": str(NOW), "config": CONFIG}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    history = History.open(tmp_path / "history.db")
    history.states.add(Platform.ANDROID, play("0.5", NOW - 9 * HOUR))
    for minute in range(0, 120, 5):
        at = NOW - 2 * HOUR + minute * 60
        crashes = reading(CRASH, Proportion(24, 1000), scope=Scope.RECENT, as_of=at)
        history.samples.add([(Platform.ANDROID, replace(crashes, taken_at=at))])
    target = tmp_path / "incident.rollout"
    write_recording(tmp_path / "history.db", target, FACTS)  # while it is open for writing
    history.close()
    return target


async def test_its_last_moment_is_the_present_and_nothing_can_be_done(recording: Path, tmp_path: Path) -> None:
    before = recording.read_bytes()
    (tmp_path / "copy").mkdir()
    replay = await open_replay(recording, tmp_path / "copy", _settings)
    android = replay.snapshot.rollout(Platform.ANDROID)
    assert replay.clock.now() == NOW - 300
    assert android.severity is Severity.CRITICAL
    for kind in ActionKind:
        proposal = replay.propose(Platform.ANDROID, kind)
        assert not proposal.possible
        assert "this is a recording of rel-01" in proposal.obstacles[0].reason
        assert (await replay.perform(proposal)).ending is Ending.REFUSED
    deed = Event(NOW - 600, EventKind.ACTION, "Pause by jkim@rel-01: halted.", Platform.ANDROID)
    assert "a recording holds no audit log" in (await replay.past.audited(deed)).why_not
    traveller = replay.traveller()
    assert (await traveller.at(NOW - HOUR)).rollout(Platform.ANDROID).severity is Severity.CRITICAL
    await traveller.close()
    await replay.close()
    assert recording.read_bytes() == before


def test_a_recording_is_private_and_never_written_over_a_file(recording: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    before = recording.read_bytes()
    with pytest.raises(HistoryError, match="is there already; nothing was written"):
        write_recording(tmp_path / "history.db", recording, FACTS)
    assert recording.read_bytes() == before


def test_without_a_history_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(HistoryError):
        write_recording(tmp_path / "none.db", tmp_path / "x.rollout", FACTS)
    assert not (tmp_path / "x.rollout").exists()


@contextlib.contextmanager
def written_so(recording: Path) -> Iterator[sqlite3.Connection]:
    """As if another program had written it like that."""
    with sqlite3.connect(recording) as connection:
        yield connection
    connection.close()
    seal(recording)


async def refused(path: Path, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    with pytest.raises((HistoryError, ValueError)) as refusal:
        await open_replay(path, folder, _settings)
    text = str(refusal.value)
    assert "\n" not in text
    return text


async def test_what_is_no_recording_is_told_so(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    assert "there is no such file" in await refused(tmp_path / "absent", folder)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(recording.read_bytes()[:5000] + b"\0" * 9000)
    assert "damaged" in await refused(damaged, folder)
    text = tmp_path / "text"
    text.write_text("hello, this is a text and no database at all" * 20)
    assert "damaged or not a history" in await refused(text, folder)
    assert "`rollout-tui export` writes one" in await refused(tmp_path / "history.db", folder)


def damage(whole: bytes, kind: str, draw: random.Random) -> bytes:
    content, at = bytearray(whole), draw.randrange(len(whole))
    if kind == "cut":
        del content[at:]
    elif kind == "one bit":
        content[at] ^= 1 << draw.randrange(8)
    else:
        for place in (draw.randrange(len(whole)) for _ in range(200)):
            content[place] = draw.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("kind", ["cut", "one bit", "200 bytes"])
async def test_however_it_is_damaged_one_line_names_the_file(recording: Path, tmp_path: Path, kind: str) -> None:
    whole, draw = recording.read_bytes(), random.Random(kind)
    damaged = tmp_path / "damaged.rollout"
    for _ in range(60):
        damaged.write_bytes(damage(whole, kind, draw))
        of_the_file(damaged, await refused(damaged, tmp_path / "copy"), tmp_path)


@pytest.mark.parametrize("kind", ["cut", "one bit", "200 bytes"])
async def test_damaged_before_it_was_written_it_opens_or_one_line_names_the_file(
    recording: Path, tmp_path: Path, kind: str
) -> None:
    whole, draw = recording.read_bytes(), random.Random(kind)
    damaged = tmp_path / "damaged.rollout"
    for _ in range(12):
        damaged.write_bytes(damage(whole, kind, draw))
        seal(damaged)
        if told := await looked_at(damaged, tmp_path / "copy"):
            of_the_file(damaged, told, tmp_path)


def of_the_file(damaged: Path, told: str, folder: Path) -> None:
    assert told.startswith(f"{damaged}: "), told
    assert "\n" not in told
    assert len(told) < len(str(damaged)) + 300, told
    assert str(folder / "copy") not in told


async def looked_at(path: Path, folder: Path) -> str:
    """Why it cannot be opened; empty where it can, and then every moment is shown or refused in one sentence."""
    folder.mkdir(exist_ok=True)
    try:
        replay = await open_replay(path, folder, _settings)
    except (HistoryError, ValueError) as error:
        return str(error)
    traveller = replay.traveller()
    try:
        for minutes in (5, 60, 115):
            await traveller.at(NOW - minutes * 60)
        return ""
    except HistoryError as error:
        return str(error)
    finally:
        await traveller.close()
        await replay.close()


async def test_what_was_damaged_is_to_be_exported_anew(recording: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.rollout"
    damaged.write_bytes(recording.read_bytes()[:5000])
    assert await refused(damaged, tmp_path / "copy") == (
        f"{damaged}: the file is damaged or cut short; export it anew on its host"
    )
    with written_so(recording) as connection:
        connection.execute("UPDATE recording SET value = CAST(x'ff' AS TEXT) || value WHERE name = 'config'")
    told = await refused(recording, tmp_path / "copy")
    assert told == f"{recording}: the file is damaged: some of its text cannot be read; export it anew on its host"


async def test_a_moment_that_cannot_be_read_names_the_file_and_not_its_copy(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with written_so(recording) as connection:
        connection.execute("UPDATE looks SET state = '{' WHERE first < ?", (NOW - 8 * HOUR,))
    with pytest.raises(HistoryError) as refusal:
        await open_replay(recording, tmp_path / "copy", _settings)
    assert str(refusal.value) == f"{recording}: the file is damaged; export it anew on its host"


async def test_a_mistake_of_the_program_is_not_called_a_damaged_recording(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistake(*_: object) -> None:
        raise TypeError("unhashable type")

    (tmp_path / "copy").mkdir()
    monkeypatch.setattr("rollout_tui.engine.travel.assess", mistake)
    for _ in range(2):
        with pytest.raises(HistoryError) as refusal:
            await open_replay(recording, tmp_path / "copy", _settings)
        assert str(refusal.value) == f"{recording}: it cannot be read: TypeError, see the log"
    (told,) = [each.getMessage() for each in caplog.records]
    assert "in mistake" in told, "the log has its place"


async def test_a_damaged_time_of_export_is_left_out(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with written_so(recording) as connection:
        connection.execute("UPDATE recording SET value = '1e400' WHERE name = 'at'")
    replay = await open_replay(recording, tmp_path / "copy", _settings)
    assert replay.read_only == "this is a recording of rel-01"
    await replay.close()


async def test_one_of_another_program_or_without_a_readable_plan_is_told_so(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    with written_so(recording) as connection:
        connection.execute("UPDATE recording SET value = '[app]' WHERE name = 'config'")
    assert "its configuration cannot be read by this program" in await refused(recording, folder)
    with written_so(recording) as connection:
        connection.execute("UPDATE recording SET value = '3' WHERE name = 'format'")
    assert "recorded by another program" in await refused(recording, folder)


async def test_a_provider_that_is_not_installed_here_keeps_nobody_from_looking(recording: Path, tmp_path: Path) -> None:
    with written_so(recording) as connection:
        theirs = CONFIG.replace('provider = "prometheus"', 'provider = "in_house"')
        connection.execute("UPDATE recording SET value = ? WHERE name = 'config'", (theirs,))
    (tmp_path / "copy").mkdir()
    replay = await open_replay(recording, tmp_path / "copy", _settings)
    assert replay.snapshot.rollout(Platform.ANDROID).severity is Severity.CRITICAL
    await replay.close()


async def test_a_recording_of_a_rehearsal_is_one_still(recording: Path, tmp_path: Path) -> None:
    with written_so(recording) as connection:
        theirs = f'rehearsal = "ios-phased 60x"\n{CONFIG}'
        connection.execute("UPDATE recording SET value = ? WHERE name = 'config'", (theirs,))
    (tmp_path / "copy").mkdir()
    replay = await open_replay(recording, tmp_path / "copy", _settings)
    assert look_of(replay.settings, low_bandwidth=False).rehearsal == "ios-phased 60x"
    await replay.close()


async def test_a_moment_that_is_not_stored_is_refused_with_what_is(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    replay = await open_replay(recording, tmp_path / "copy", _settings)
    assert moment_of("1 h ago", replay.settings, NOW, replay.record) == NOW - HOUR
    with pytest.raises(
        ValueError, match=r'--at "9d": nothing is recorded of that moment; recorded is Wed 11 Mar 12:32'
    ):
        moment_of("9d", replay.settings, NOW, replay.record)
    with pytest.raises(ValueError, match='--at "noon": expected a time'):
        moment_of("noon", replay.settings, NOW, replay.record)
    await replay.close()
