"""Following a file through everything that is done to files: nothing is lost, nothing counts twice."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.file import tail as tailing
from providers.file.book import Book
from providers.file.options import FileOptions
from providers.file.sums import Sums
from providers.file.tail import FILE, Tail

HEADER = "time,build,crashed,sessions\n"
WHO = [("android", "4201")]


def options_of(path: Path, **more: object) -> FileOptions:
    section = {
        "path": str(path),
        "rows": "intervals",
        "metrics": {"crash_rate": {"bad": "crashed", "total": "sessions"}},
        **more,
    }
    return FileOptions.model_validate(section)


def counted(book: Book) -> tuple[float, ...]:
    with book.up_to_date(WHO):
        rows = book.rows("android", "4201", "crash_rate")
        assert rows is None or isinstance(rows, Sums)
        return (0.0, 0.0) if rows is None else rows.between(0.0, 1e12)


def row(time: int, crashed: int = 1, sessions: int = 10, build: str = "4201") -> str:
    return f"{1_795_000_000 + time},{build},{crashed},{sessions}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "health.csv"


def write(path: Path, *texts: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(texts))


# --- what is done to files ---------------------------------------------------------------------------------------


def test_only_what_is_new_is_read(path: Path) -> None:
    write(path, "a\n", "b\n")
    tail = Tail(path)
    assert list(tail.lines()) == [FILE, b"a", b"b"]
    assert list(tail.lines()) == []
    write(path, "c\r\n")
    assert list(tail.lines()) == [b"c"]
    tail.close()


def test_a_half_written_line_waits_for_its_end(path: Path) -> None:
    write(path, HEADER, row(1), "1795000002,4201,1,1")
    book = Book(options_of(path))
    assert counted(book) == (1, 10), "1 of 10 might be 100"
    write(path, "00\n")
    assert counted(book) == (2, 110)
    assert book.bad == 0
    book.close()


def test_a_renamed_file_is_read_to_its_end_before_the_new_one(path: Path) -> None:
    write(path, HEADER, row(1))
    book = Book(options_of(path))
    counted(book)
    write(path, row(2))
    path.rename(path.with_suffix(".1"))
    assert counted(book) == (2, 20), "the writer has the old one still open"
    write(path.with_suffix(".1"), row(3))
    path.touch()
    assert counted(book) == (3, 30)
    write(path.with_suffix(".1"), row(4))
    write(path, HEADER, row(5))
    assert counted(book) == (5, 50)
    assert book.bad == 0
    book.close()


@pytest.mark.parametrize("header", ["", HEADER], ids=["without its header", "with a header"])
def test_a_truncated_file_begins_anew_and_keeps_what_was_counted(path: Path, header: str) -> None:
    write(path, HEADER, row(1), row(2))
    book = Book(options_of(path))
    counted(book)
    os.truncate(path, 0)
    write(path, header, row(3))
    assert counted(book) == (3, 30)
    os.truncate(path, 0)
    write(path, header, *map(row, range(4, 40)))
    assert counted(book) == (39, 390), "longer than before, and known to be another"
    assert book.bad == 0
    book.close()


def test_a_writer_that_leaves_a_hole_in_a_truncated_file_is_understood(path: Path) -> None:
    with path.open("w", encoding="utf-8") as writer:
        writer.write(HEADER + row(1) * 3)
        writer.flush()
        book = Book(options_of(path))
        assert counted(book) == (3, 30)
        os.truncate(path, 0)
        writer.write(row(2))
    assert counted(book) == (4, 40)
    assert book.bad == 0
    book.close()


@pytest.mark.parametrize("rows", ["intervals", "counters"])
def test_a_file_that_is_written_anew_with_the_same_rows_counts_once(path: Path, rows: str) -> None:
    book = Book(options_of(path, rows=rows))
    for count in (1, 2, 3):
        fresh = path.with_suffix(".tmp")
        fresh.write_text(HEADER + "".join(row(n, n, 10 * n) for n in range(1, count + 1)), encoding="utf-8")
        fresh.replace(path)
        known = counted(book)
    assert known == ((6, 60) if rows == "intervals" else (2, 20))
    book.close()


def test_a_path_that_is_empty_for_a_moment_loses_nothing(path: Path) -> None:
    write(path, HEADER, row(1))
    book = Book(options_of(path))
    counted(book)
    path.unlink()
    assert counted(book) == (1, 10)
    write(path, HEADER, row(2))
    assert counted(book) == (2, 20)
    book.close()


def test_rotated_files_are_read_once_at_the_start(path: Path) -> None:
    packed, plain = path.with_suffix(".csv.2.gz"), path.with_suffix(".csv.1")
    packed.write_bytes(gzip.compress((HEADER + row(1)).encode()))
    write(plain, HEADER, row(2))
    write(path, HEADER, row(3))
    book = Book(options_of(path, older=[str(packed), str(plain), str(path.with_suffix(".none"))]))
    assert counted(book) == counted(book) == (3, 30)
    book.close()


def test_an_endless_line_is_skipped_and_fills_no_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "_LONGEST", 1000)
    monkeypatch.setattr(tailing, "_BLOCK", 700)
    write(path, "a\n", "x" * 5000, "\nb\n")
    tail = Tail(path)
    assert list(tail.lines()) == [FILE, b"a", b"b"]
    tail.close()


def test_a_huge_file_is_read_in_several_polls(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "_BLOCK", 64)
    monkeypatch.setattr(tailing, "_AT_ONCE", 128)
    write(path, HEADER, *map(row, range(1, 20)))
    book = Book(options_of(path))
    first = counted(book)
    assert first < (19, 190)
    assert book.left > 0
    while book.left:
        last = counted(book)
    assert last == (19, 190)
    book.close()


# --- all of it in any order --------------------------------------------------------------------------------------

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 4)),
        st.tuples(st.just("half"), st.integers(1, 30)),
        st.tuples(st.sampled_from(["poll", "rename", "copytruncate"]), st.just(0)),
    ),
    max_size=25,
)


class Writer:
    """Something that appends rows, in pieces, and rotates its file as logrotate does."""

    def __init__(self, path: Path, header: bool) -> None:
        self.path, self.header = path, header
        self.written = 0
        self._rest = HEADER
        self._rotations = 0

    def write(self, rows: int) -> None:
        for _ in range(rows):
            self.written += 1
            self._rest += row(self.written)
        self.half(len(self._rest))

    def half(self, size: int) -> None:
        """The first characters of what is to be written."""
        if not self._rest:
            self.written += 1
            self._rest = row(self.written)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(self._rest[:size])
        self._rest = self._rest[size:]

    def finish(self) -> None:
        self.half(len(self._rest)) if self._rest else None

    def rename(self) -> None:
        self.finish()
        self._rotations += 1
        if self.path.exists():
            self.path.rename(self.path.with_suffix(f".{self._rotations}"))
        self._rest = HEADER

    def copytruncate(self) -> None:
        self.finish()
        if self.path.exists():
            shutil.copy(self.path, self.path.with_suffix(".copy"))
            os.truncate(self.path, 0)
        self._rest = HEADER if self.header else ""


@given(STEPS, st.booleans())
def test_whatever_is_done_each_row_counts_once(steps: Sequence[Step], header: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "health.csv"
        writer = Writer(path, header)
        writer.write(1)
        book = Book(options_of(path))
        counted(book)
        unseen: list[str] = []

        def poll() -> None:
            if path.exists():
                counted(book)
                unseen.clear()

        def rename() -> None:
            if unseen:  # of two rotations between two polls the file between them is never seen
                poll()
            writer.rename()
            writer.write(1)
            unseen.append("rename")

        acts: dict[str, Callable[[int], object]] = {
            "write": writer.write,
            "half": writer.half,
            "poll": lambda _: poll(),
            # What was written since the last poll is gone with a truncation, so it is polled before.
            "copytruncate": lambda _: (writer.finish(), poll(), writer.copytruncate()),
            "rename": lambda _: rename(),
        }
        for act, number in steps:
            acts[act](number)
        writer.finish()
        assert counted(book) == (writer.written, 10 * writer.written)
        assert book.bad == 0, book.complaint
        book.close()
