"""Countries and sale: what App Store Connect does with these calls.

Apple's document at hand leaves them out; they are served as public clients are known to use them. An availability is
created once, with the app: only a country's own can be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_answers import Call, listed, single
from rollout_tui.rehearsal.stores.apple_documents import ref, resource_of
from rollout_tui.rehearsal.stores.apple_errors import not_found, wrong_type
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_requests import Body, resource
from rollout_tui.rehearsal.stores.apple_sale import COUNTRIES
from rollout_tui.rehearsal.stores.apple_service import check_app

if TYPE_CHECKING:
    from starlette.requests import Request

_KIND = "territoryAvailabilities"
_CHANGED = Body(_KIND, frozenset({"available"}))
_LISTED = Accepts(kinds=(_KIND, "territories"), includes=("territory",))
CALLS = (
    Call("GET", "/v1/apps/{id}/appAvailabilityV2", "availability", Accepts(kinds=("appAvailabilities",), listed=False)),
    Call("GET", f"/v2/appAvailabilities/{{id}}/{_KIND}", "territories", _LISTED),
    Call("PATCH", f"/v1/{_KIND}/{{id}}", "switch"),
)


class SaleService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook) -> None:
        self._book = book

    async def availability(self, request: Request) -> Any:
        """GET /v1/apps/{id}/appAvailabilityV2."""
        check_app(self._book, request.path_params["id"])
        return single(request, resource_of("appAvailabilities", self._book.APP, {"availableInNewTerritories": True}))

    async def territories(self, request: Request) -> Any:
        """GET /v2/appAvailabilities/{id}/territoryAvailabilities."""
        if request.path_params["id"] != self._book.APP:
            raise not_found("appAvailabilities", request.path_params["id"])
        return listed(request, _LISTED, [self._territory(country) for country in COUNTRIES])

    async def switch(self, request: Request) -> Any:
        """PATCH /v1/territoryAvailabilities/{id}."""
        available = (await resource(request, _CHANGED))["attributes"].get("available")
        if not isinstance(available, bool):
            raise wrong_type("available", str(available))
        return single(request, self._territory(self._book.sale.switch(request.path_params["id"], available)))

    def _territory(self, country: str) -> Json:
        attributes = {"available": country not in self._book.sale.off, "preOrderEnabled": False}
        territory = {"territory": {"data": ref("territories", country)}}
        return resource_of(_KIND, f"sale-{country}", attributes, territory)
