"""What a section with `provider = "http_json"` may hold: a source has `metrics`, a tracker `bugs`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from providers.http_json.expressions import check
from providers.http_json.requests import Paging, Request, origin
from providers.http_json.templates import FILTER, PAGES, SINCE, TIMES, WHICH, check_json, names
from providers.moments import Duration
from providers.references import PATTERN, is_reference
from providers.stated import PARTS, SHAPES, Terms, UnitName, is_shape
from rollout_tui.domain.metrics import Population

_SECRET_HEADER = re.compile(r"auth|token|key|secret|cookie|password", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(
    r"((api|access|auth|secret|private)[_-]?key|^key|token|secret|password|passwd)$", re.IGNORECASE
)
_EVERY_PAGE = re.compile(r"\s*\[\s*\*?\s*\]\s*\.?(.*)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s/?#@$]+(/[^\s?#]*)?")


def _known(text: str) -> str:
    names(text)
    return text


def _address(text: str) -> str:
    if _ADDRESS.fullmatch(text) is None:
        raise ValueError(
            "expected http:// or https://, host and path; parameters stand in `query`, placeholders behind the host"
        )
    return _known(text)


def _header(table: dict[str, str]) -> dict[str, str]:
    return _without_secrets(table, _SECRET_HEADER)


def _parameter(table: dict[str, str]) -> dict[str, str]:
    return _without_secrets(table, _SECRET_PARAMETER)


def _without_secrets(table: dict[str, str], secret: re.Pattern[str]) -> dict[str, str]:
    for name, text in table.items():
        if secret.search(name) and not is_reference(text) and not names(text):
            raise ValueError(f"{name} holds a secret: expected a reference to it, such as env:NAME")
    return table


_Text = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
_Template = Annotated[_Text, AfterValidator(_known)]
_Address = Annotated[_Text, AfterValidator(_address)]
_Body = Annotated[_Text, AfterValidator(check_json)]
_Expression = Annotated[_Text, AfterValidator(check)]
_Reference = Annotated[str, StringConstraints(pattern=PATTERN)]
_HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
_Parameters = Annotated[dict[_Text, _Template], AfterValidator(_parameter)]
_Headers = Annotated[dict[_HeaderName, _Template], AfterValidator(_header)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PagingOptions(_Section):
    """How further pages are found. With paging, every other expression sees the list of all pages."""

    next: _Expression | None = Field(None, description="Address of the next page, as one page says it")
    cursor: _Expression | None = Field(None, description="Cursor of the next page; `$cursor` is where it goes")
    items: _Expression | None = Field(
        None, description="List of one page; `$page` or `$offset` go on until it is empty"
    )
    link: bool = Field(False, description="The header Link says where the next page is")
    first_page: int = Field(1, ge=0, le=1, description="Number of the first page")
    most_pages: int = Field(20, ge=1, le=100, description="More is a mistake, not an answer")

    @model_validator(mode="after")
    def _one_way(self) -> PagingOptions:
        if [self.next, self.cursor, self.items, self.link or None].count(None) != 3:
            raise ValueError("expected one of next, cursor, items and link")
        return self


class Asking(_Section):
    """A request, and what its answer says of itself. A metric's own keys stand before the section's."""

    url: _Address | None = Field(None, description="Address, without parameters")
    method: Literal["GET", "POST"] | None = Field(None, description="GET, or POST where there is a body")
    query: _Parameters = Field(default_factory=dict, description="Parameters; references give secrets")
    headers: _Headers = Field(default_factory=dict, description="Headers; references give secrets")
    body: _Body | None = Field(None, description="Body as JSON text, with placeholders")
    paging: PagingOptions | None = Field(None, description="How further pages are found")
    as_of: _Expression | None = Field(None, description="Time of the newest data: epoch (s, ms) or ISO 8601")
    build: _Expression | None = Field(None, description="Build that the answer is about; it must be the rollout's")
    error: _Expression | None = Field(None, description="What an answer says went wrong; nothing where all is well")
    complete: _Expression | None = Field(None, description="Must be true, or the answer is no data")

    def over(self, other: Asking) -> Asking:
        """The other's keys, with those that stand here in front of them."""
        given = {name: getattr(self, name) or getattr(other, name) for name in Asking.model_fields}
        tables = {name: {**getattr(other, name), **getattr(self, name)} for name in ("query", "headers")}
        return Asking.model_construct(**(given | tables))

    def ageless(self) -> Asking:
        """The same without a look at how new the data is."""
        return self.model_copy(update={"as_of": None})

    def request(self) -> Request:
        """The templates, without what is secret."""
        paging = None if self.paging is None else Paging(**self.paging.model_dump())
        plain = {
            name: tuple((key, text) for key, text in table.items() if not is_reference(text))
            for name, table in (("query", self.query), ("headers", self.headers))
        }
        method = self.method or ("GET" if self.body is None else "POST")
        return Request(method, self.url or "", **plain, body=self.body, paging=paging)


class MetricPicks(Asking):
    """Where one metric's numbers stand in the answer."""

    bad: _Expression | None = Field(None, description="Bad events")
    good: _Expression | None = Field(None, description="Good events; the rest is bad")
    total: _Expression | None = Field(None, description="All events")
    sum: _Expression | None = Field(None, description="Sum of the values")
    count: _Expression | None = Field(None, description="How many values")
    squares: _Expression | None = Field(None, description="Sum of the values' squares")
    value: _Expression | None = Field(None, description="A bare value; its n is unknown, so no gate decides on it")
    good_share: _Expression | None = Field(None, description="A bare share of good events, such as crash-free sessions")
    unit: UnitName | None = Field(None, description="Unit of value or sum: ratio, percent, s, ms, us, ns")
    covers: Duration | None = Field(None, description="Span that the numbers always cover, where none can be asked for")
    population: Population | None = Field(None, description="Whom it counts, where it is not the metric's population")

    @model_validator(mode="after")
    def _one_shape(self) -> MetricPicks:
        if not is_shape(self.parts):
            raise ValueError(f"found {' and '.join(self.parts) or 'nothing'}; expected {SHAPES}")
        return self

    @property
    def parts(self) -> dict[str, str]:
        """The expressions of the numbers by name."""
        return {name: text for name in PARTS if (text := getattr(self, name)) is not None}

    @property
    def terms(self) -> Terms:
        """What a person knows of the numbers."""
        return Terms(self.unit, self.covers, self.population)


class BugPicks(_Section):
    """Which bugs are asked for, and where they stand in the answer; the expressions of a bug see one of `issues`."""

    critical: _Template = Field(description="The filter of critical bugs, put where $filter stands")
    blocking: _Template = Field(description="The filter of what blocks a release")
    new: _Template | None = Field(None, description="The filter of critical bugs opened or reopened since $since")
    issues: _Expression = Field(description="The list of bugs")
    id: _Expression = Field(description="A bug's number or key")
    title: _Expression = Field(description="A bug's title")
    link: _Expression | None = Field(None, description="A bug's address for people")
    opened: _Expression | None = Field(None, description="When a bug was opened")
    reopened: _Expression | None = Field(None, description="When a bug was opened again; nothing where it was not")
    total: _Expression | None = Field(None, description="How many there are, where the list is not all of them")
    total_header: _HeaderName | None = Field(None, description="Header that says how many there are")

    @model_validator(mode="after")
    def _new_can_be_told(self) -> BugPicks:
        if self.new is None and (self.opened is None or self.reopened is None):
            raise ValueError("expected `new`, or `opened` and `reopened`: a bug that is opened again counts as new")
        if self.total is not None and self.total_header is not None:
            raise ValueError("expected total or total_header, not both")
        return self


class HttpJsonOptions(Asking):
    """One API."""

    token: _Reference | None = Field(None, description="Reference to a bearer token")
    username: str | None = Field(None, description="User name for basic authentication")
    password: _Reference | None = Field(None, description="Reference to the password for basic authentication")
    look_back: int = Field(
        12, ge=0, le=100, description="Past moments that are asked for where polls were missed and $end is asked with"
    )
    metrics: dict[str, MetricPicks] | None = Field(None, description="A source's numbers by metric")
    bugs: BugPicks | None = Field(None, description="A tracker's bugs")

    @model_validator(mode="after")
    def _one_sign_in(self) -> HttpJsonOptions:
        if (self.username is None) is not (self.password is None):
            raise ValueError("found one of username and password; expected both or none")
        ways = [self.token is not None, self.username is not None, "authorization" in map(str.lower, self.headers)]
        if sum(ways) > 1:
            raise ValueError("expected one way to sign in: token, or username and password, or a header")
        return self

    @model_validator(mode="after")
    def _whole(self) -> HttpJsonOptions:
        if (self.metrics is None) is (self.bugs is None) or self.metrics == {}:
            raise ValueError("expected `metrics` for a source, or `bugs` for a tracker")
        for name, metric in (self.metrics or {}).items():
            _check_metric(f"metrics.{name}", metric, metric.over(self), self)
        if self.bugs is not None:
            _check_bugs(self.bugs, self)
        return self


def _check_metric(where: str, metric: MetricPicks, asking: Asking, section: Asking) -> None:
    used = _check_request(where, asking, frozenset((FILTER, *SINCE)))
    if section.url and asking.url and origin(section.url) != origin(asking.url):
        raise ValueError(f"{where}.url is another server: give it a section of its own, with its own credentials")
    if secret_texts(metric.query) or secret_texts(metric.headers):
        raise ValueError(f"{where}: references to secrets stand in the section's own query and headers")
    picked = any("build" in names(text) for text in metric.parts.values())
    if asking.build is None and "build" not in used and not picked:
        raise ValueError(f"{where}: nothing says which build; put $build into the request, or name its path in `build`")
    if metric.covers is None and not used & {"start", "start_ms", "start_iso", "window"}:
        raise ValueError(f"{where}: nothing says which window; put $start into the request, or say what it `covers`")


def _check_bugs(bugs: BugPicks, section: Asking) -> None:
    used = _check_request("bugs", section, frozenset((*TIMES, *SINCE)))
    for key, known in (("critical", WHICH), ("blocking", WHICH), ("new", (*WHICH, *SINCE))):
        foreign = names(getattr(bugs, key) or "") - set(known)
        if foreign:
            raise ValueError(f"bugs.{key}: ${min(foreign)} has no value here")
    if FILTER not in used:
        raise ValueError("bugs: the request does not hold $filter, so all bugs would be the same ones")
    if section.paging is None and section.complete is None and bugs.total is None and bugs.total_header is None:
        raise ValueError("bugs: a list may be a first page; expected `paging`, `total`, or `complete`")
    if section.paging is not None and of_one_page(bugs.issues) is None:
        raise ValueError(
            'bugs.issues: with `paging` it sees the list of all pages; begin it with [], as in "[].issues[]"'
        )


def of_one_page(issues: str) -> str | None:
    """The expression over all pages as one over each of them; None where it does not begin with every page."""
    match = _EVERY_PAGE.fullmatch(issues)
    return None if match is None else match[1] or "@"


def _check_request(where: str, asking: Asking, foreign: frozenset[str]) -> frozenset[str]:
    """The placeholders of the request. Raises ValueError for those that have no value here."""
    if asking.url is None:
        raise ValueError(f"{where}: expected a `url`, here or in the section")
    used = asking.request().names()
    if used & foreign:
        raise ValueError(f"{where}: ${min(used & foreign)} has no value here")
    wanted = _WANTED[_way(asking.paging)]
    if asking.paging is not None and wanted and not used & wanted:
        raise ValueError(f"{where}: its pages need {' or '.join(f'${name}' for name in sorted(wanted))} in the request")
    if used & (set(PAGES) - wanted):
        raise ValueError(f"{where}: ${min(used & (set(PAGES) - wanted))} needs `paging` that gives it")
    return used


_WANTED: dict[str, frozenset[str]] = {
    "": frozenset(),
    "cursor": frozenset({"cursor"}),
    "items": frozenset({"page", "offset"}),
}


def _way(paging: PagingOptions | None) -> str:
    if paging is None:
        return ""
    return "cursor" if paging.cursor is not None else "items" if paging.items is not None else ""


def secret_texts(table: dict[str, str]) -> dict[str, str]:
    """Those of a table that are references."""
    return {name: text for name, text in table.items() if is_reference(text)}
