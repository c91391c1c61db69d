"""Reading PromQL as far as needed: the selectors that an expression rests on, and filling in build and version.

A value that is filled in never leaves the quotes around it, whichever kind they are, nor acts as a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
      | (?P<comment>\#[^\n]*)
      | (?P<placeholder>\$\{[a-zA-Z_]\w*\}|\$[a-zA-Z_]\w*)
      | (?P<number>\d[\w.]*)
      | (?P<name>[a-zA-Z_:][\w:]*)
      | (?P<operator>=~|!~)
      | (?P<space>\s+)
      | (?P<symbol>.)""",
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$(?:\{([a-zA-Z_]\w*)\}|([a-zA-Z_]\w*))")
_GROUPINGS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_WORDS = _GROUPINGS | {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
Token = tuple[str, str, int]
"""Kind, text, position."""
QUOTED = ("platform", "build", "version")
"""Placeholders that stand inside quotes."""
WINDOW = "window"
"""The placeholder for a duration such as `3600s`; it stands outside of quotes."""


class BadExpression(ValueError):
    """An expression that cannot be used, and why, in words."""


def fill(text: str, values: Mapping[str, str], window: float | None = None) -> str:
    """The expression without comments, its placeholders filled in. Raises BadExpression for one that nobody knows."""
    filled: list[str] = []
    before = ""
    for kind, token, _ in _tokens(text):
        if kind == "string":
            filled.append(_PLACEHOLDER.sub(partial(_quoted, values, token[0], before), token))
        elif kind == "placeholder":
            filled.append(_duration(token, window))
        elif kind != "comment":
            filled.append(token)
        before = before if kind in ("space", "comment") else token
    return "".join(filled)


def selectors(text: str) -> tuple[str, ...]:
    """The vector selectors inside an expression, as they are written, each once."""
    found: dict[str, None] = {}
    tokens = [token for token in _tokens(text) if token[0] not in ("space", "comment")]
    index = 0
    while index < len(tokens):
        kind, token, position = tokens[index]
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        if token == "[":
            index = _closed(tokens, index)
        elif token in _GROUPINGS and following == "(":
            index = _closed(tokens, index + 1)
        elif token == "{" or (kind == "name" and following == "{"):
            index = _closed(tokens, index if token == "{" else index + 1)
            _, last, end = tokens[index - 1]
            if last == "}":
                found[text[position : end + 1]] = None
        else:
            if kind == "name" and token.lower() not in _WORDS and following not in ("(", "by", "without"):
                found[token] = None
            index += 1
    return tuple(found)


def check_selector(text: str) -> str:
    """The text, where it is one plain selector. Raises BadExpression otherwise."""
    if selectors(text) != (text.strip(),):
        raise BadExpression('expected a plain selector of a counter, such as app_sessions_total{build="$build"}')
    return check_placeholders(text)


def check_named(text: str) -> str:
    """The text, where it is one plain selector that begins with a name. Raises BadExpression otherwise."""
    if not _NAMED.fullmatch(check_selector(text)) or text.startswith("{"):
        raise BadExpression('expected a selector that begins with a name, such as app_connect_seconds{build="$build"}')
    return text


def suffixed(selector: str, suffix: str, matcher: str = "") -> str:
    """A named selector of another series of the same family, narrowed by a matcher."""
    found = _NAMED.fullmatch(selector)
    if found is None:
        raise BadExpression("expected a selector that begins with a name")
    # What is written stays as it is, and last: a comment in it ends with its line.
    matchers = ", ".join(part for part in (matcher, found[2] or "") if part.strip())
    return f"{found[1]}{suffix}{{{matchers}}}" if matchers else f"{found[1]}{suffix}"


def bucket(edge: float) -> str:
    """The matcher of a bucket's edge, however the server writes that number."""
    ways = sorted({f"{edge:g}", repr(float(edge)), f"{edge:f}".rstrip("0").rstrip(".")})
    return 'le=~"{}"'.format("|".join(re.escape(way).replace("\\", "\\\\") for way in ways))


def check_expression(text: str) -> str:
    """The text, where it rests on series whose age can be told. Raises BadExpression otherwise."""
    if not selectors(text):
        raise BadExpression("expected an expression over at least one series")
    return check_placeholders(text)


def check_placeholders(text: str) -> str:
    """The text, where all its placeholders are known and stand where they can. Raises BadExpression otherwise."""
    fill(text, dict.fromkeys(QUOTED, "x"), 60.0)
    return text


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        yield match.lastgroup or "symbol", match[0], match.start()


def _closed(tokens: Sequence[Token], index: int) -> int:
    """The index behind the bracket that closes the one at `index`."""
    opening = tokens[index][1]
    closing, depth = _CLOSING[opening], 0
    for number in range(index, len(tokens)):
        kind, token, _ = tokens[number]
        if kind == "symbol":
            depth += (token == opening) - (token == closing)
            if depth == 0:
                return number + 1
    return len(tokens)


def _quoted(values: Mapping[str, str], quote: str, before: str, match: re.Match[str]) -> str:
    name = match[1] or match[2]
    if name not in values:
        known = ", ".join(f"${known}" for known in values)
        raise BadExpression(f"unknown placeholder ${name} inside quotes; known are {known}")
    value = re.escape(values[name]) if before in ("=~", "!~") else values[name]
    if quote == "`":
        if "`" in value:
            raise BadExpression(f"${name} holds a backtick; use double quotes around it")
        return value
    return value.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n")


def _duration(token: str, window: float | None) -> str:
    name = token.strip("${}")
    if name != WINDOW or window is None:
        raise BadExpression(
            f"unknown placeholder {token}; ${WINDOW} is known here" if name not in QUOTED else f"put {token} in quotes"
        )
    return f"{max(1, round(window))}s"
