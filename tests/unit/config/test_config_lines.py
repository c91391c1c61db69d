"""Where keys stand: every form of TOML in which they can be written."""

from __future__ import annotations

import tomli

from rollout_tui.config.lines import Lines
from tests.unit.config.standins import EXAMPLE

FORMS = """\
# a comment with [brackets] and key = "value"
top = 1
dotted.inner = 2 # key = 3
"quoted key" = '''
[not.a.table]
key = 1
'''
list = [
  "one", # comment ] "
  [ "nested",
    "deep" ],
  { in = 1, line = [2,
    3] },
]
[table]
text = \"\"\"
first \\\"\"\" [x]
last\"\"\"\"
after = 'it''s'
[ table . "sub table" ]
key = { a.b = 1 }
[[many]]
name = "first"
[[many]]
name = "second"
  [many.child]
  key = 1
  [[many.leaf]]
  key = 2
  [[many.leaf]]
  key = 3
"""
WHERE = {
    ("top",): 2,
    ("dotted",): 3,
    ("dotted", "inner"): 3,
    ("quoted key",): 4,
    ("list",): 8,
    ("list", 0): 9,
    ("list", 1): 10,
    ("list", 1, 1): 11,
    ("list", 2): 12,
    ("list", 2, "in"): 12,
    ("list", 2, "line", 1): 13,
    ("table",): 15,
    ("table", "text"): 16,
    ("table", "after"): 19,
    ("table", "sub table"): 20,
    ("table", "sub table", "key", "a", "b"): 21,
    ("many",): 22,
    ("many", 0, "name"): 23,
    ("many", 1): 24,
    ("many", 1, "name"): 25,
    ("many", 1, "child", "key"): 27,
    ("many", 1, "leaf", 0, "key"): 29,
    ("many", 1, "leaf", 1): 30,
    ("many", 1, "leaf", 1, "key"): 31,
}


def test_every_form_of_key_is_found_on_its_line():
    text = FORMS.replace("after = 'it''s'", "after = 'it is'")
    tomli.loads(text)
    lines = Lines(text)
    assert {place: lines.find(place) for place in WHERE} == WHERE


def test_a_key_that_is_missing_is_told_at_its_table():
    lines = Lines("[a]\nx = 1\n[b]\ny = 2\n")
    assert lines.find(("b", "z")) == 3
    assert lines.find(("c",)) is None


def test_every_key_and_element_of_the_example_is_found_where_it_stands():
    text = EXAMPLE.read_text(encoding="utf-8")
    rows, lines = text.splitlines(), Lines(text)

    def check(value: object, place: tuple[str | int, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                check(inner, (*place, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                check(inner, (*place, index))
        else:
            row = rows[(lines.find(place) or 0) - 1]
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            assert shown in row, (place, row)

    check(tomli.loads(text), ())
