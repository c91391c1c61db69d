"""`gate`: one look and streams on the command line, every bad input with its answer, exit codes, broken pipes."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys

import pytest

from rollout_tui.cli.main import main
from rollout_tui.domain.evidence import run_stream
from tests.unit.domain.vectors import needed, vectors

PROGRAM = [sys.executable, "-c", "from rollout_tui.cli.main import main; main()", "gate"]


@pytest.fixture
def gate(capsys, monkeypatch):
    """Run `gate` in this process: exit code, stdout, stderr."""

    def call(*arguments: str, stdin: str | bytes = "") -> tuple[int, str, str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as ended:
            main(["gate", *arguments])
        told = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, told.out, told.err

    return call


def look(gate, bad, total, *options, limit="0.005"):
    code, out, err = gate("--bad", str(bad), "--total", str(total), "--limit", limit, "--json", *options)
    assert err == ""
    return code, json.loads(out)


def stream(gate, text, *options):
    code, out, err = gate("--stream", "-", "--limit", "0.005", *options, stdin=text)
    return code, [json.loads(line) for line in out.splitlines()], err


@needed
@pytest.mark.parametrize("vector", vectors("gate_once"), ids=lambda v: f"{v['bad']} of {v['total']}")
def test_one_look_answers_with_the_verdict_and_the_exit_code_of_the_vectors(gate, vector):
    options = [
        part for key in ("direction", "alpha", "dispersion") if key in vector for part in (f"--{key}", str(vector[key]))
    ]
    code, seen = look(gate, vector["bad"], vector["total"], *options, limit=str(vector["limit"]))
    assert code == vector["exit"]
    assert seen["verdict"] == vector["verdict"]
    assert seen["point_ok"] == vector["point_ok"]
    for name in ("log_e_fail", "log_e_pass"):
        wanted = vector[name]
        assert seen[name] == (
            None if wanted is None else pytest.approx(wanted, rel=vector["rel_tol"], abs=vector["abs_tol"])
        )


def test_the_object_has_every_field_unrounded(gate):
    code, seen = look(gate, "31", "5000", "--beta", "0.05")
    assert code == 2
    assert {name: seen[name] for name in ("bad", "total", "limit", "direction", "alpha", "beta", "dispersion")} == {
        "bad": 31,
        "total": 5000,
        "limit": 0.005,
        "direction": "below",
        "alpha": 0.01,
        "beta": 0.05,
        "dispersion": 1,
    }
    assert seen["point"] == 31 / 5000
    assert seen["point_ok"] is False
    assert seen["low"] == pytest.approx(0.0030593642164648705, abs=1e-8)
    assert seen["high"] == pytest.approx(0.010895563171148624, abs=1e-8)
    assert seen["log_e_fail_needed"] == -math.log(0.01)
    assert seen["log_e_pass_needed"] == -math.log(0.05)
    assert seen["more_sessions"]["fast"] == pytest.approx(11946, rel=0.02)
    assert seen["more_sessions"]["slow"] == pytest.approx(2466162, rel=0.02)
    assert isinstance(seen["clean_sessions_to_pass"], int)
    assert "over the limit, not proven" in seen["reason"]
    assert list(seen) == [
        *("bad", "total", "limit", "direction", "alpha", "beta", "dispersion", "verdict", "reason", "point"),
        *("point_ok", "low", "high", "log_e_fail", "log_e_pass", "log_e_fail_needed", "log_e_pass_needed"),
        *("more_sessions", "clean_sessions_to_pass"),
    ]


@pytest.mark.parametrize(
    ("bad", "total", "shown"),
    [
        ("nan", "5", [None, 5]),
        ("1", "inf", [1, None]),
        ("-1", "5", [-1, 5]),
        ("3", "2", [3, 2]),
        ("0", "0", [0, 0]),
        ("0", "1e300", None),
    ],
)
def test_counts_that_cannot_be_used_are_a_verdict_and_no_mistake(gate, bad, total, shown):
    code, seen = look(gate, bad, total)
    assert (code, seen["verdict"]) == (3, "no-data")
    assert seen["reason"]
    assert seen["point"] is seen["point_ok"] is seen["low"] is seen["log_e_fail"] is None
    assert seen["more_sessions"] == {"fast": None, "slow": None}
    assert shown is None or [seen["bad"], seen["total"]] == shown


def test_fractional_counts_and_limits_are_compared_as_written(gate):
    assert look(gate, "0.3", "1", limit="0.3")[1]["point_ok"] is True
    assert look(gate, "0.30000000000000001", "1", limit="0.3")[1]["point_ok"] is False
    assert look(gate, "41.37", "5210.8")[1]["bad"] == 41.37


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--bad", "abc", "--total", "10", "--limit", "0.005"], ["--bad", '"abc"']),
        (["--bad", "1,000", "--total", "10", "--limit", "0.005"], ["--bad", '"1,000"']),
        (["--bad", "1", "--total", "", "--limit", "0.005"], ["--total", '""']),
        (["--bad", "snan", "--total", "1", "--limit", "0.005"], ["--bad", '"snan"']),
        (["--bad", "1e-999999999", "--total", "1", "--limit", "0.005"], ["--bad", '"1e-999999999"']),
        (["--bad", "1", "--total", "10"], ["--limit"]),
        *(
            (["--bad", "1", "--total", "10", "--limit", limit], ["--limit", f'"{limit}"'])
            for limit in ("0", "1", "-0.1", "1.5", "nan", "inf", "x", "0.5%", "1e-400", "0.99999999999999999999")
        ),
        *(
            (["--bad", "1", "--total", "10", "--limit", "0.1", option, value], [option, f'"{value}"'])
            for option in ("--alpha", "--beta")
            for value in ("0", "1", "2", "nan", "x")
        ),
        *(
            (["--bad", "1", "--total", "10", "--limit", "0.1", "--dispersion", value], ["--dispersion", f'"{value}"'])
            for value in ("0.99", "-1", "nan", "inf", "x")
        ),
        *(
            (["--stream", "-", "--limit", "0.1", "--hours", value], ["--hours", f'"{value}"'])
            for value in ("0.5", "0", "-3", "nan", "inf", "x")
        ),
        *(
            (["--stream", "-", "--limit", "0.1", "--lag", value], ["--lag", f'"{value}"'])
            for value in ("60", "-5m", "5d", "m", "nan", "1e5s")
        ),
        (["--bad", "1", "--total", "10", "--limit", "0.1", "--direction", "up"], ["--direction", "'up'"]),
        (["--stream", "/nowhere/polls", "--limit", "0.1"], ["--stream", "/nowhere/polls"]),
        (["--stream", "/", "--limit", "0.1"], ["--stream", "/"]),
        (["--bad", "1", "--limit", "0.1"], ["--total"]),
        (["--total", "1", "--limit", "0.1"], ["--bad"]),
        (["--limit", "0.1"], ["--bad"]),
        (["--bad", "1", "--total", "2", "--limit", "0.1", "--hours", "24"], ["--hours", "--stream"]),
        (["--bad", "1", "--total", "2", "--limit", "0.1", "--lag", "5m"], ["--lag", "--stream"]),
        (["--bad", "1", "--stream", "-", "--limit", "0.1"], ["--bad", "--stream"]),
        (["--total", "1", "--stream", "-", "--limit", "0.1"], ["--total", "--stream"]),
    ],
)
def test_a_mistake_is_one_line_that_names_the_option_and_the_value(gate, arguments, named):
    code, out, err = gate(*arguments)
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert all(part in err for part in named)


@pytest.mark.parametrize(
    ("bad", "total", "code", "parts"),
    [
        (
            31,
            5000,
            2,
            ["UNDECIDED", "over the limit, not proven", "0.62 % [0.31-1.09]", "31 of 5,000", "12k to 2.5M more"],
        ),
        (12, 8000, 0, ["PASS  proven under", "0.15 % [0.04-0.35]"]),
        (120, 8000, 1, ["FAIL  proven over", "1.50 % [1.07-2.04]", "more than 1,000,000:1"]),
        (0, 800, 2, ["not enough sessions", "at least 424 more without a bad one"]),
        (50, 10000, 2, ["on the limit", "or far more"]),
        (5_000_000, 10**9, 2, ["no verdict is in sight"]),
        (0, 0, 3, ["NO DATA  no sessions counted"]),
        ("nan", 5, 3, ["NO DATA  bad is no number"]),
    ],
)
def test_people_read_it_in_plain_words(gate, bad, total, code, parts):
    told = gate("--bad", str(bad), "--total", str(total), "--limit", "0.005")
    assert told[0] == code
    assert all(part in told[1] for part in parts)
    assert not {"significant", "p-value", "p ="} & set(told[1].split())


def bar(text: str) -> str:
    (line,) = [line.strip() for line in text.splitlines() if line.strip().startswith("FAIL ") and " PASS" in line]
    return line


def test_the_bar_grows_from_the_middle_to_the_side_that_is_proven(gate):
    def drawn(bad, total):
        return bar(gate("--bad", str(bad), "--total", str(total), "--limit", "0.005")[1])

    assert drawn(12, 8000) == f"FAIL {'·' * 20}│{'█' * 20} PASS"
    assert drawn(120, 8000) == f"FAIL {'█' * 20}│{'·' * 20} PASS"
    assert drawn(50, 10_000) == f"FAIL {'·' * 20}│{'·' * 20} PASS"
    assert drawn(41.37, 5210.8) == f"FAIL {'·' * 10}{'█' * 10}│{'·' * 20} PASS"


def test_a_terminal_without_unicode_gets_an_ascii_bar():
    told = subprocess.run(
        [*PROGRAM, "--bad", "12", "--total", "8000", "--limit", "0.005"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=180,
        check=False,
    )
    assert told.returncode == 0
    assert bar(told.stdout.decode("ascii")) == f"FAIL {'-' * 20}|{'#' * 20} PASS"


# -- streams


@needed
@pytest.mark.parametrize("vector", vectors("gate_stream"), ids=lambda vector: vector["name"])
def test_a_stream_answers_as_the_vectors(gate, vector):
    lines = "".join(
        json.dumps({key: poll.get(key) for key in ("t", "bad", "total")}) + "\n" for poll in vector["polls"]
    )
    code, answers, err = stream(gate, lines, "--hours", str(vector["hours"]), "--lag", f"{vector['lag_s']}s")
    assert err == ""
    assert [(answer["t"], answer["verdict"]) for answer in answers] == [(p["t"], p["verdict"]) for p in vector["polls"]]
    for answer, poll in zip(answers, vector["polls"], strict=True):
        for name in ("log_e_fail", "log_e_pass"):
            wanted = poll[name]
            assert answer[name] == (None if wanted is None else pytest.approx(wanted, abs=vector["abs_tol"]))
    assert code == {"pass": 0, "fail": 1, "undecided": 2, "no-data": 3}[answers[-1]["verdict"]]


def test_a_stream_is_one_period_and_opens_nothing_after_its_hours(gate):
    polls = [{"t": 3600.0 * hour, "bad": 6 * hour, "total": 2000 * hour} for hour in range(1, 8)]
    _, answers, _ = stream(gate, "\n".join(map(json.dumps, polls)), "--hours", "2")
    direct = run_stream(polls, limit=0.005, hours=2)
    assert [answer["log_e_fail"] for answer in answers] == [log_fail for _, log_fail, _ in direct]


def test_a_lag_has_its_unit(gate):
    polls = '{"t": 0, "bad": 0, "total": 2000}\n{"t": 5400, "bad": 0, "total": 4000}\n'
    assert [stream(gate, polls, "--lag", lag)[0] for lag in ("0", "0s", "5400s", "90m", "1.5h", "1.6h")] == [0] * 5 + [
        2
    ]


def test_a_file_is_read_like_stdin(gate, tmp_path):
    file = tmp_path / "polls.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"t": 60, "bad": 0, "total": 5000}\r\n\r\n')
    code, out, _ = gate("--stream", str(file), "--limit", "0.005")
    assert (code, json.loads(out)["verdict"]) == (0, "pass")


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_a_stream_without_polls_is_no_data(gate, text):
    assert stream(gate, text) == (3, [], "")


@pytest.mark.parametrize(
    "counts",
    [
        '"bad": 1',
        '"total": 1000',
        '"bad": null, "total": 1000',
        '"bad": NaN, "total": 1000',
        '"bad": 1, "total": Infinity',
        '"bad": "1", "total": 1000',
        '"bad": true, "total": 1000',
        '"bad": [], "total": {}',
        '"bad": 5, "total": 3',
        '"bad": 0, "total": 0',
        '"bad": 0, "total": 1' + "0" * 5000,
        '"bad": 1e308, "total": 1e308',
    ],
)
def test_a_line_without_usable_counts_is_no_data_and_changes_nothing(gate, counts):
    good = '{"t": 60, "bad": 0, "total": 5000}\n'
    code, answers, err = stream(gate, f'{good}{{"t": 60, {counts}}}\n{good}{{"t": 61, {counts}}}\n')
    assert (code, err) == (3, "")
    assert [answer["verdict"] for answer in answers] == ["pass", "no-data", "pass", "no-data"]
    assert answers[1]["log_e_fail"] is answers[1]["log_e_pass"] is None
    assert answers[0] == answers[2]


def test_a_latched_fail_stays_on_a_line_without_data(gate):
    code, answers, _ = stream(gate, '{"t": 60, "bad": 20, "total": 500}\n{"t": 120}\n')
    assert code == 1
    assert (answers[1]["verdict"], answers[1]["log_e_fail"]) == ("fail", None)


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        '{"t": 60, "bad"',
        "[1, 2]",
        "60",
        '{"bad": 1, "total": 100}',
        '{"t": null, "bad": 1, "total": 100}',
        '{"t": "60", "bad": 1, "total": 100}',
        '{"t": true, "bad": 1, "total": 100}',
        '{"t": NaN, "bad": 1, "total": 100}',
        '{"t": 1e999, "bad": 1, "total": 100}',
        '{"t": 59.5, "bad": 1, "total": 100}',
        '{"t": -1, "bad": 1, "total": 100}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_poll_ends_the_stream_with_its_number_after_the_answers_before(gate, line):
    ended = line if isinstance(line, bytes) else line.encode()
    code, answers, err = stream(gate, b'{"t": 60, "bad": 0, "total": 5000}\n\n' + ended)
    assert code == 4
    assert [answer["verdict"] for answer in answers] == ["pass"]
    assert err.count("\n") == 1
    assert "--stream -: line 3: " in err


def test_a_negative_time_is_a_mistake_on_the_first_line_too(gate):
    code, answers, err = stream(gate, '{"t": -0.5, "bad": 0, "total": 5000}\n')
    assert (code, answers) == (4, [])
    assert "line 1: t is -0.5, negative" in err


def test_each_line_is_answered_before_the_next_one_is_there():
    with subprocess.Popen(
        [*PROGRAM, "--stream", "-", "--limit", "0.005"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(1, 4):
            running.stdin.write(b'{"t": %d, "bad": 0, "total": 5000}\n' % number)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["t"] == number
        running.stdin.write(b'{"t": 4, "bad"')
        running.stdin.close()
        assert running.stdout.read() == b""
        assert running.wait(180) == 4


@pytest.mark.parametrize("arguments", [["--stream", "-"], ["--bad", "0", "--total", "5000"]])
def test_a_reader_that_leaves_ends_it_without_a_word(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        [*PROGRAM, *arguments, "--limit", "0.005"], stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE
    ) as running:
        os.close(writing)
        _, err = running.communicate(b'{"t": 1, "bad": 0, "total": 5000}\n', timeout=180)
    assert (running.returncode, err) == (141, b"")


def test_a_closed_stdin_is_a_mistake():
    told = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, "--stream", "-", "--limit", "0.005"],
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert told.returncode == 4
    assert b"--stream -: stdin is closed" in told.stderr


def test_the_verb_imports_no_screen_no_network_and_no_configuration():
    code = (
        "import sys\nsys.argv = ['x', 'gate', '--bad', '1', '--total', '10', '--limit', '0.1', '--json']\n"
        "from rollout_tui.cli.main import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180, check=False)
    modules = set(told.stderr.split())
    assert "rollout_tui.domain.evidence.once" in modules
    assert not {"textual", "rich", "httpx", "pydantic", "asyncio", "rollout_tui.config", "rollout_tui.engine"} & modules
