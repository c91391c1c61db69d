"""What every handler of App Store Connect's calls uses: the table of calls, and answers with what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.apple_documents import many, one
from rollout_tui.rehearsal.stores.apple_errors import AppleError
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json

if TYPE_CHECKING:
    from starlette.requests import Request

NOTHING = Accepts(listed=False)
"""A call without parameters."""
PAGES = Accepts()
"""A list that can only be paged."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: method and path, which handler answers it, and the parameters that it takes."""

    method: str
    path: str
    handler: str
    accepts: Accepts = NOTHING


def single(request: Request, resource: Json, included: Iterable[Json] = (), status: int = 200) -> Any:
    """An answer with one resource."""
    return status, one(resource, request.query_params, str(request.url), included)


def listed(request: Request, accepts: Accepts, resources: Iterable[Json], included: Iterable[Json] = ()) -> Any:
    """The page of the list that the filters leave."""
    query = request.query_params
    return 200, many(accepts.kept(resources, query), query, str(request.url), included)


def included_in(request: Request) -> list[str]:
    """What `include` names."""
    return request.query_params.get("include", "").split(",")


def asked(request: Request, name: str, *values: str) -> bool:
    """Whether a filter, where there is one, asks for one of these values."""
    wanted = request.query_params.get(f"filter[{name}]")
    return wanted is None or bool(set(values) & set(wanted.split(",")))


def required(request: Request, name: str) -> None:
    """Raises AppleError 400 where a filter is missing that Apple's document requires."""
    if f"filter[{name}]" not in request.query_params:
        parameter = f"filter[{name}]"
        detail = f"The parameter '{parameter}' is required"
        raise AppleError(400, "PARAMETER_ERROR.REQUIRED", "A parameter is missing", detail, parameter=parameter)
