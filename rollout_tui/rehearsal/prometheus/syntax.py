"""Parsing the subset of PromQL that the rehearsal answers; anything else is Prometheus's own parse error."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKENS = re.compile(
    r"""\s*(?:
      (?P<duration>(?:\d+(?:ms|[smhdwy]))+)(?![\w.])
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[Nn]a[Nn]\b|[Ii]nf\b)
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<symbol>=~|!~|!=|==|<=|>=|[-+*/(){}\[\],=<>@:])
    )""",
    re.VERBOSE,
)
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_LEVELS = (("or",), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
AGGREGATIONS = frozenset({"sum", "min", "max", "count", "avg"})


class PromError(Exception):
    """Prometheus's answer to a query that it does not take: `kind` is its errorType."""

    def __init__(self, message: str, kind: str = "bad_data") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Matcher:
    """`label OPERATOR "value"`."""

    label: str
    operator: str
    value: str

    def takes(self, labels: dict[str, str]) -> bool:
        """Whether a series with these labels is selected; a missing label is the empty text."""
        found = labels.get(self.label, "")
        if self.operator in ("=", "!="):
            return (found == self.value) is (self.operator == "=")
        return (re.fullmatch(self.value, found) is not None) is (self.operator == "=~")


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A string, as an argument."""

    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """`name{matchers}[range] @ at offset o`; seconds."""

    matchers: tuple[Matcher, ...]
    range: float | None = None
    at: float | None = None
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """`sum by (labels) (inner)`; `by` None: everything together."""

    name: str
    inner: Node
    by: tuple[str, ...] | None = None
    without: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Binary:
    """`left OPERATOR right`; `boolean` answers 0 and 1 instead of filtering."""

    operator: str
    left: Node
    right: Node
    boolean: bool = False


Node = Number | Text | Selector | Call | Aggregation | Binary


def parse(query: str) -> Node:
    """The query's tree. Raises PromError in Prometheus's words."""
    if not query.strip():
        raise PromError('invalid parameter "query": 1:1: parse error: no expression found in input')
    return _Parser(query).whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens: list[tuple[str, str, int]] = []
        position = 0
        while query[position:].strip():
            match = _TOKENS.match(query, position)
            if match is None or match.lastgroup is None:
                rest = query[position:].lstrip()
                raise self._error(f"unexpected character: {rest[0]!r}", len(query) - len(rest))
            self._tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            position = match.end()
        self._next = 0

    def whole(self) -> Node:
        node = self._binary(0)
        if self._peek() is not None:
            raise self._unexpected()
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while (operator := self._peek()) in _LEVELS[level] and operator is not None:
            self._take()
            boolean = self._peek() == "bool"
            if boolean:
                self._take()
            node = Binary(operator, node, self._binary(level + 1), boolean)
        return node

    def _unary(self) -> Node:
        if self._peek() == "-":
            self._take()
            return Binary("*", Number(-1.0), self._unary())
        return self._modified(self._primary())

    def _primary(self) -> Node:
        kind, text, _ = self._token()
        if kind == "number":
            self._take()
            return Number(float(text))
        if kind == "string":
            self._take()
            return Text(self._text(text))
        if text == "(":
            self._take()
            node = self._binary(0)
            self._expect(")")
            return node
        if text == "{":
            return Selector(self._matchers())
        if kind == "name":
            return self._named()
        raise self._unexpected()

    def _named(self) -> Node:
        _, name, _ = self._take()
        if name in AGGREGATIONS and self._peek() in ("(", "by", "without"):
            return self._aggregation(name)
        if self._peek() == "(":
            return Call(name, self._arguments())
        named = Matcher("__name__", "=", name)
        more = self._matchers() if self._peek() == "{" else ()
        return Selector((named, *more))

    def _aggregation(self, name: str) -> Node:
        grouping = self._grouping()
        arguments = self._arguments()
        if len(arguments) != 1:
            raise self._error(
                f"wrong number of arguments for aggregate expression provided, expected 1, got {len(arguments)}"
            )
        grouping = grouping or self._grouping()
        by = grouping[1] if grouping is not None and grouping[0] == "by" else None
        without = grouping[1] if grouping is not None and grouping[0] == "without" else None
        return Aggregation(name, arguments[0], by, without)

    def _grouping(self) -> tuple[str, tuple[str, ...]] | None:
        word = self._peek()
        if word not in ("by", "without") or word is None:
            return None
        self._take()
        self._expect("(")
        labels: list[str] = []
        while self._peek() != ")":
            labels.append(self._take()[1])
            if self._peek() == ",":
                self._take()
        self._expect(")")
        return word, tuple(labels)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        arguments: list[Node] = []
        while self._peek() != ")":
            arguments.append(self._binary(0))
            if self._peek() == ",":
                self._take()
            elif self._peek() != ")":
                raise self._error("unclosed left parenthesis")
        self._expect(")")
        return tuple(arguments)

    def _matchers(self) -> tuple[Matcher, ...]:
        self._expect("{")
        matchers: list[Matcher] = []
        while self._peek() != "}":
            _, label, _ = self._take()
            _, operator, _ = self._take()
            kind, text, _ = self._take()
            if operator not in ("=", "!=", "=~", "!~") or kind != "string":
                raise self._error("unexpected token in label matching")
            value = self._text(text)
            if operator in ("=~", "!~"):
                self._check_pattern(value)
            matchers.append(Matcher(label, operator, value))
            if self._peek() == ",":
                self._take()
        self._expect("}")
        return tuple(matchers)

    def _modified(self, node: Node) -> Node:
        """Range, offset and @ after a selector."""
        while isinstance(node, Selector) and self._peek() in ("[", "offset", "@"):
            _, word, _ = self._take()
            if word == "[":
                node = Selector(node.matchers, self._duration(), node.at, node.offset)
                self._expect("]")
            elif word == "offset":
                sign = -1.0 if self._peek() == "-" and self._take() else 1.0
                node = Selector(node.matchers, node.range, node.at, sign * self._duration())
            else:
                node = Selector(node.matchers, node.range, self._moment(), node.offset)
        return node

    def _moment(self) -> float:
        kind, text, _ = self._take()
        if kind != "number":
            raise self._error(f'unexpected {kind} "{text}" in @, expected timestamp')
        return float(text)

    def _text(self, quoted: str) -> str:
        """What a string literal stands for; unknown escapes are refused."""

        def plain(match: re.Match[str]) -> str:
            if match[1] not in _ESCAPES:
                raise self._error(f"unknown escape sequence '{match[1]}'")
            return _ESCAPES[match[1]]

        return re.sub(r"\\(.)", plain, quoted[1:-1], flags=re.DOTALL)

    def _check_pattern(self, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self._error(f"error parsing regexp: {error}: `{pattern}`") from None

    def _duration(self) -> float:
        kind, text, _ = self._take()
        if kind != "duration":
            raise self._error(f'unexpected {kind} "{text}", expected duration')
        return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)(ms|[smhdwy])", text))

    def _peek(self) -> str | None:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else None

    def _token(self) -> tuple[str, str, int]:
        if self._next >= len(self._tokens):
            raise self._error("unexpected end of input")
        return self._tokens[self._next]

    def _take(self) -> tuple[str, str, int]:
        token = self._token()
        self._next += 1
        return token

    def _expect(self, text: str) -> None:
        if self._peek() != text:
            raise self._error("unclosed left parenthesis") if text == ")" else self._unexpected()
        self._take()

    def _unexpected(self) -> PromError:
        kind, text, position = self._token()
        return self._error(f'unexpected {kind} "{text}"', position)

    def _error(self, message: str, position: int | None = None) -> PromError:
        place = (len(self._query) if position is None else position) + 1
        return PromError(f'invalid parameter "query": 1:{place}: parse error: {message}')
