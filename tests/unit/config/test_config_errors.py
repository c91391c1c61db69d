"""Wrong configurations: every mistake at once, with line, key, what stands there and what was expected."""
# ruff: noqa: E501  one case, one line: the table is read down its columns

from __future__ import annotations

import pytest

from rollout_tui.config.errors import ConfigErrors
from rollout_tui.config.reading import load
from tests.unit.config.standins import EXAMPLE, changed, complaints, line_of, lookup

CRASH_GATE = '"crash_free_sessions >= 99.5%"'
FIRST = "platforms.android.phases[0]"

CASES = [
    # what is replaced, by what, on which key it is told, and what is said
    (CRASH_GATE, '"crash_free >= 99.5%"', f"{FIRST}.gates[0]", '"crash_free >= 99.5%" at character 1: names no metric; expected one of crash_free_sessions, crash_rate, connect_failure_rate, avg_connection_time, session_duration, critical_bugs, new_critical_bugs, blocking_issues (did you mean "crash_free_sessions"?), or "signoff: …"'),
    (CRASH_GATE, '"crash_free_sessions >= 10s"', f"{FIRST}.gates[0]", "crash_free_sessions needs a percentage such as 0.5%"),
    (CRASH_GATE, '"crash_free_sessions >= 99.5"', f"{FIRST}.gates[0]", "crash_free_sessions needs a percentage such as 0.5%"),
    (CRASH_GATE, '"connect_failure_rate < 0%"', f"{FIRST}.gates[0]", "can never hold: a rate lies between 0 % and 100 %"),
    (CRASH_GATE, '"crash_free_sessions > 100%"', f"{FIRST}.gates[0]", "can never hold"),
    (CRASH_GATE, '"crash_free_sessions >= 250%"', f"{FIRST}.gates[0]", "can never hold"),
    (CRASH_GATE, '"avg_connection_time < 0s"', f"{FIRST}.gates[0]", "can never hold: a time is never below 0"),
    (CRASH_GATE, '"crash_rate <= 100%"', f"{FIRST}.gates[0]", "always holds, so it guards nothing"),
    (CRASH_GATE, '"crash_free_sessions >= 0%"', f"{FIRST}.gates[0]", "always holds"),
    (CRASH_GATE, '"session_duration >= 0s"', f"{FIRST}.gates[0]", "always holds"),
    (CRASH_GATE, '"crash_rate > 0.5%"', f"{FIRST}.gates[0]", "points the wrong way: expected crash_rate < or <= a limit"),
    (CRASH_GATE, '"crash_free_sessions <= 99.5%"', f"{FIRST}.gates[0]", "expected crash_free_sessions > or >= a limit"),
    (CRASH_GATE, '"crash_rate == 0.5%"', f"{FIRST}.gates[0]", "points the wrong way"),
    (CRASH_GATE, '"session_duration < 5min"', f"{FIRST}.gates[0]", "expected session_duration > or >= a limit"),
    (CRASH_GATE, '"critical_bugs < 0"', f"{FIRST}.gates[0]", "can never hold: counts begin at 0"),
    (CRASH_GATE, '"critical_bugs == 3"', f"{FIRST}.gates[0]", 'expected "critical_bugs == 0" or "<= 3"'),
    (CRASH_GATE, '"critical_bugs >= 0"', f"{FIRST}.gates[0]", "fewer is better"),
    (CRASH_GATE, '"critical_bugs <= 1.5"', f"{FIRST}.gates[0]", "critical_bugs is a count; expected a whole number"),
    (CRASH_GATE, '"critical_bugs <= 1%"', f"{FIRST}.gates[0]", "critical_bugs is a count"),
    (CRASH_GATE, '"connect_failure_rate <= 2%"', f"{FIRST}.gates[1]", "is a second gate on connect_failure_rate"),
    (CRASH_GATE, '"crash_free_sessions => 99.5%"', f"{FIRST}.gates[0]", "at character 21: expected one of <, <=, >, >=, =="),
    (CRASH_GATE, "99.5", f"{FIRST}.gates[0]", '"99.5": expected a text in quotes'),
    (CRASH_GATE, '"  crash_free >= 99.5%"', f"{FIRST}.gates[0]", "at character 3: names no metric"),
    (CRASH_GATE, '"crash_free_sessions >= 10s"', f"{FIRST}.gates[0]", "at character 24: crash_free_sessions needs"),
    (CRASH_GATE, '"crash_free_sessions >= 250%"', f"{FIRST}.gates[0]", "at character 24: can never hold"),
    (CRASH_GATE, '"crash_rate<=100%"', f"{FIRST}.gates[0]", "at character 13: always holds"),
    (CRASH_GATE, '"crash_rate > 0.5%"', f"{FIRST}.gates[0]", "at character 12: points the wrong way"),
    (CRASH_GATE, '"critical_bugs <= 1.5"', f"{FIRST}.gates[0]", "at character 18: critical_bugs is a count"),
    (CRASH_GATE, '"critical_bugs < 0"', f"{FIRST}.gates[0]", "at character 17: can never hold"),
    (CRASH_GATE, '"critical_bugs >= 0"', f"{FIRST}.gates[0]", "at character 15: points the wrong way"),
    ('sources = ["prometheus"]', "sources = []", f"{FIRST}.gates[0]", "at character 1: needs a source"),
    ('"avg_connection_time < 10s"', '"avg_connection_time <= 30s"', "platforms.android.phases[1].gates[2]", "at character 24: always holds, so it guards nothing: a time is never below 0 and here, by its cap, never above 30 s"),
    ('cap = "30 s"', 'cap = "20s"', "metrics.avg_connection_time.cap", "20 s is the longest time that is possible: expected it beyond every line of the metric, above 20 s"),
    ('cap = "30 s"', 'cap = "0s"', "metrics.avg_connection_time.cap", "expected a time above 0"),
    ('cap = "30 s"', "cap = 30", "metrics.avg_connection_time.cap", "expected a text in quotes with its unit"),
    ('cap = "30 s"', 'lag = "5 min"', "metrics.avg_connection_time.lag", 'only a metric of kind "ratio" has this key'),
    ('cap = "30 s"', "dispersion = 2", "metrics.avg_connection_time.dispersion", 'only a metric of kind "ratio" has this key: failures that come in bursts'),
    ('cap = "30 s"', "assumed_sessions = 10", "metrics.avg_connection_time.assumed_sessions", 'only a metric of kind "ratio"'),
    ('lag = "60 min"', 'cap = "60 min"', "metrics.crash_rate.cap", 'only a metric of kind "mean" has this key'),
    ('lag = "60 min"', 'lag = "-1 min"', "metrics.crash_rate.lag", "at character 1: expected a duration"),
    ('lag = "60 min"', "dispersion = 0.9", "metrics.crash_rate.dispersion", '"0.9": expected a number of at least 1'),
    ('lag = "60 min"', "dispersion = inf", "metrics.crash_rate.dispersion", "expected a number that is not infinite"),
    ('lag = "60 min"', "dispersion = true", "metrics.crash_rate.dispersion", '"True": expected a number'),
    ('lag = "60 min"', "assumed_sessions = 0", "metrics.crash_rate.assumed_sessions", '"0": expected a number above 0'),
    ('lag = "60 min"', "assumed_sessions = 10.5", "metrics.crash_rate.assumed_sessions", '"10.5": expected a whole number'),
    ("alpha = 0.01", "alpha = 0", "evidence.alpha", '"0": expected a number above 0'),
    ("alpha = 0.01", "alpha = 0.5", "evidence.alpha", '"0.5": expected a number below 0.5'),
    ("alpha = 0.01", 'alpha = "1%"', "evidence.alpha", '"1%": expected a number'),
    ("alpha = 0.01", "alfa = 0.01", "evidence.alfa", "expected one of alpha, beta"),
    ("sessions_per_tester_per_day = 4", "sessions_per_tester_per_day = 0", "platforms.ios.phases[0].sessions_per_tester_per_day", "expected a number above 0"),
    ('share = "50%"', 'share = "50%"\nsessions_per_tester_per_day = 4', "platforms.android.phases[1].sessions_per_tester_per_day", 'only a phase of kind "testers"'),
    ('enter = ["blocking_issues == 0"', 'enter = ["new_critical_bugs <= 2"', "platforms.android.phases[1].gates", "differ"),
    ('target = "< 0.5%"', 'target = "< 1.5%"', "metrics.crash_rate.alert", '"> 1%" lies on the good side of target "< 1.5%"'),
    ('critical = "> 2%"', 'critical = "> 0.9%"', "metrics.crash_rate.critical", "lies on the good side of alert"),
    ('alert = "< 1min"', 'alert = "< 6min"', "metrics.session_duration.alert", "towards the low values"),
    ('target = "> 5min"', 'target = "< 5min"', "metrics.session_duration.target", 'with better = "higher" expected > or >='),
    ('alert = "> 1%"', 'alert = "< 1%"', "metrics.crash_rate.alert", "points the wrong way: alert lies on the bad side"),
    ('alert = "> 20s"', 'alert = "> 20%"', "metrics.avg_connection_time.alert", 'a metric of kind "mean" needs a time'),
    ('critical = "> 5%"', 'critical = "> 100%"', "metrics.connect_failure_rate.critical", "can never hold"),
    ('target = "< 10s"', 'target = "about 10s"', "metrics.avg_connection_time.target", "at character 1: expected one of <"),
    ('kind = "ratio"', 'kind = "rate"', "metrics.crash_rate.kind", '"rate": expected "ratio" or "mean"'),
    ("[metrics.session_duration]", "[metrics.time]", "metrics.time", "reserved"),
    ('"crash_free_sessions"   ', '"session_duration"   ', "metrics.crash_rate.complement", '"session_duration" is taken'),
    ('kind = "mean"', 'complement = "fast"\nkind = "mean"', "metrics.avg_connection_time.complement", "only a metric of kind"),
    ('share = "50%"', 'share = "5%"', "platforms.android.phases[1].share", "5% does not rise above 10%"),
    ('share = "50%"', 'share = "10%"', "platforms.android.phases[1].share", "10% does not rise above 10%"),
    ('share = "50%"', "share = 50", "platforms.android.phases[1].share", "expected a share above 0 % and at most 100 %"),
    ('share = "50%"', "", "platforms.android.phases[1].share", 'missing: a phase of kind "share" needs it'),
    ('id = "closed"', 'id = "internal"', "platforms.android.phases[1].id", '"internal" stands twice'),
    ('time = "48h"', "time = 48", "platforms.android.phases[1].time", "expected a text in quotes with its unit"),
    ('time = "24h to 48h"', 'time = "48h to 24h"', "platforms.ios.phases[0].time", "an upper time that is not below"),
    ('kind = "review"', 'kind = "share"', "platforms.ios.phases[1].kind", '"share" is no kind of phase of iOS'),
    ('kind = "review"', 'kind = "testers"\ngroup = "x"', "platforms.ios.phases[1].kind", '"testers" cannot come after "testers"'),
    ('kind = "review"', 'kind = "review"\nshare = "5%"', "platforms.ios.phases[1].share", 'only a phase of kind "share"'),
    ('group = "QA"', "", "platforms.ios.phases[0].group", 'missing: a phase of kind "testers" needs it'),
    ('id = "internal"', 'id = "internal"\nenter = ["blocking_issues == 0"]', f"{FIRST}.enter", "nothing comes before"),
    ('id = "closed"', 'id = "closed"\nbegan = 2026-11-23T10:00:00', "platforms.android.phases[1].began", "with its zone"),
    ('store = "play"', 'store = "plya"', "platforms.android.store", '"plya" is not defined; expected one of play, app_store'),
    ('sources = ["prometheus"]', 'sources = ["prom"]', "platforms.android.sources[0]", '(did you mean "prometheus"?)'),
    ('sources = ["prometheus"]', "sources = []", f"{FIRST}.gates[0]", "needs a source, and this platform names none"),
    ('tracker = "github"', 'tracker = "jira"', "platforms.android.tracker", '"jira" is not defined; expected one of github'),
    ('tracker = "github"', "", f"{FIRST}.gates[2]", "needs a tracker, and this platform names none"),
    ('build = "4201"', 'build = "4201"\nmetrics = ["crash_rate", "crashes"]', "platforms.android.metrics[1]", "not defined"),
    ('build = "4201"', 'build = "4201"\nmetrics = ["crash_rate"]', f"{FIRST}.gates[1]", "does not show connect_failure_rate"),
    ('build = "4201"', "build = 4201", "platforms.android.build", '"4201": expected a text in quotes'),
    ('build = "4201"', 'bild = "4201"', "platforms.android.bild", '(did you mean "build"?)'),
    ("[platforms.ios]", "[platforms.windows]\n[platforms.ios]", "platforms.windows", 'expected "android" or "ios"'),
    ("[signoffs.maintainer]", "[signoffs.maintainerr]", "signoffs.maintainerr", '(did you mean "maintainer"?)'),
    ('provider = "google_play"', 'provider = "play"', "stores.play.provider", 'no provider "play" is installed; installed: google_play, app_store'),
    ('provider = "google_play"', 'provider = "github"', "stores.play.provider", '"github" cannot be one of the stores'),
    ('package = "com.acme.connect"', 'packagee = "com.acme.connect"', "stores.play.packagee", '(did you mean "package"?)'),
    ('package = "com.acme.connect"', "", "stores.play.package", "missing: this key is needed"),
    ('key_id = "ABC123DEFG"', "key_id = true", "stores.app_store.key_id", '"True": expected a text in quotes'),
    ('interval = "60s"', 'interval = "0s"', "stores.play.interval", "expected a time above 0"),
    ('lag = "60 min"', 'approximate_by = "sessions"', "metrics.crash_rate.approximate_by", 'is "sessions", as the metric itself'),
    ('cap = "30 s"', 'approximate_by = "users"', "metrics.avg_connection_time.approximate_by", 'only a metric of kind "ratio"'),
    ('stale_after = "3m"', 'stale_after = "30s"', "sources.prometheus.stale_after", "shorter than the interval"),
    ('interval = "5m"\nrepository', 'share_interval = "5m"\nrepository', "trackers.github.share_interval", "nobody knows this key"),
    ("sources.prometheus.metrics.crash_rate", "sources.prometheus.metrics.crsh_rate", "sources.prometheus.metrics.crsh_rate", 'is no metric of the plan; expected one of'),
    ("bad = 'app_crashed_sessions_total", "sum = 'app_crashed_sessions_total", "sources.prometheus.metrics.crash_rate", "bad and total belong together"),
    ('timezone = "UTC"\nsupport', 'timezone = "Mars/Olympus"\nsupport', "alerts.timezone", "is no time zone"),
    ('digest_at = "09:00"', 'digest_at = "9 o\'clock"', "alerts.digest_at", "9 o'clock"),
    ('levels = ["CRITICAL"]', 'levels = ["FATAL"]', "alerts.channels.oncall.levels[0]", 'expected "INFO", "WARNING"'),
    ('theme = "auto"', 'theme = "pink"', "ui.theme", '"pink": expected "auto", "dark", "light", "contrast" or "ansi"'),
    ("bell = false", 'bell = "loud"', "ui.bell", '"loud": expected true or false'),
    ("[ui]", "[clock]\nspeed = 60\n[ui]", "clock", "only a rehearsal's configuration"),
    ("[history]", "[historyy]", "historyy", '(did you mean "history"?)'),
    ('version = "4.2.0"', "", "app.version", "missing: this key is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "message"), CASES, ids=[f"{case[2]} {case[1]}"[:70] for case in CASES])
def test_a_mistake_is_told_with_its_line_its_key_and_what_was_expected(tmp_path, old, new, key, message):
    text = changed(old, new)
    told = [line for line in complaints(tmp_path, text) if f" {key}: " in line]
    assert len(told) == 1, complaints(tmp_path, text)
    assert message in told[0]


def test_all_mistakes_of_shape_and_of_meaning_come_at_once_and_no_others(tmp_path):
    text = changed('target = "< 0.5%"', 'target = "< 1.5%"')
    for old, new in [
        ('version = "4.2.0"', ""),
        ('kind = "mean"                               # sum', 'kind = "mode"  # sum'),
        ('"critical_bugs == 0",', '"critical_bug == 0",'),
        ('id = "closed"\n', ""),
        ('share = "50%"', 'share = "5%"'),
        ('store = "app_store"', 'store = "appstore"'),
        ('retention = "90d"', "retention = 90"),
        ('repository = "acme/connect"', "repository = 1"),
    ]:
        assert old in text
        text = text.replace(old, new, 1)
    told = complaints(tmp_path, text)
    assert [line.split(": ")[1] for line in told] == [
        "app.version",
        "metrics.crash_rate.alert",
        "metrics.avg_connection_time.kind",
        "platforms.android.phases[0].gates[2]",
        "platforms.android.phases[1].id",
        "platforms.android.phases[1].share",
        "platforms.ios.store",
        "trackers.github.repository",
        "history.retention",
    ]
    assert [int(line.partition(":")[0]) for line in told] == [
        line_of(text, passage)
        for passage in (
            "[app]",
            'alert = "> 1%"',
            'kind = "mode"',
            '"critical_bug == 0"',
            '[[platforms.android.phases]]\nname = "Closed',
            'share = "5%"',
            'store = "appstore"',
            "repository = 1",
            "retention = 90",
        )
    ]


def test_gates_on_a_metric_with_a_mistake_of_its_own_are_not_blamed(tmp_path):
    told = complaints(tmp_path, changed('kind = "ratio"', 'kind = "rate"'))
    assert len(told) == 1
    told = complaints(tmp_path, changed('target = "< 0.5%"', 'target = "?"'))
    assert len(told) == 1


def test_a_table_that_nobody_knows_is_one_mistake_whatever_it_holds(tmp_path):
    told = complaints(tmp_path, changed("[platforms.ios]", "[platforms.windows]\nsize = 1\n[platforms.ios]"))
    assert len(told) == 1


def test_a_syntax_error_is_told_with_line_and_column(tmp_path):
    text = changed('name = "acme-connect"', 'name = "acme-connect')
    line = line_of(text, 'name = "acme-connect')
    told = complaints(tmp_path, text)
    assert len(told) == 1
    assert told[0].startswith(f"{line}:")
    assert "not TOML" in told[0]


@pytest.mark.parametrize("text", ["", "x = 1", "app = 1", "[metrics]\n[platforms]\n", "platforms = []", "[[app]]"])
def test_a_file_that_is_no_configuration_is_refused_without_a_crash(tmp_path, text):
    assert complaints(tmp_path, text)


@pytest.mark.parametrize(
    "value", ["1", "true", '"x"', "[]", "{}", "[1]", "[{}]", "2026-01-01", "nan", '""', "{ a = {} }"]
)
def test_any_value_in_any_place_is_refused_or_read_and_never_crashes(tmp_path, value):
    rows = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for index, row in enumerate(rows):
        key, sign, old = row.partition(" = ")
        if sign and not row.startswith(("#", " ")) and not old.startswith("["):
            complaints(tmp_path, "\n".join([*rows[:index], f"{key} = {value}", *rows[index + 1 :]]))
    for table in {row.strip("[]").partition(".")[0] for row in rows if row.startswith("[")}:
        kept, skip = [f"{table} = {value}"], False
        for row in rows:
            skip = row.strip("[]").partition(".")[0] == table if row.startswith("[") else skip
            kept += [] if skip else [row]
        complaints(tmp_path, "\n".join(kept))


def test_what_a_value_says_cannot_steer_the_terminal(tmp_path):
    told = "\n".join(complaints(tmp_path, changed('theme = "auto"', 'theme = "\\u001b[2J\\u202epink"')))
    assert "pink" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_a_missing_or_unreadable_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigErrors, match="there is no such file; `rollout-tui config init` writes one"):
        load(tmp_path / "none.toml", lookup)
    with pytest.raises(ConfigErrors, match="cannot be read: Is a directory"):
        load(tmp_path, lookup)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigErrors, match="it is not UTF-8 text"):
        load(tmp_path / "binary.toml", lookup)


def test_a_file_of_another_system_reads_the_same(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path, lookup).plan == load(EXAMPLE, lookup).plan
