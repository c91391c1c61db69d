"""In which countries the app is for sale; the last one that is switched off takes it from everybody (A8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rollout_tui.rehearsal.stores.apple_errors import not_found

_CODES = (
    "ARE ARG AUS AUT BEL BRA CAN CHE CHL CHN COL CZE DEU DNK EGY ESP FIN FRA GBR GRC HKG HUN IDN IND IRL ISR ITA JPN "
    "KEN KOR LUX MEX MYS NGA NLD NOR NZL PER PHL POL PRT ROU SAU SGP SWE TZA TUR TWN UKR USA VNM ZAF"
)
COUNTRIES = tuple(_CODES.split())
"""Those of the app; Apple has 175."""


@dataclass(slots=True)
class Sale:
    """The countries, on or off. `moved` is told when the app leaves the store, and when it comes back."""

    moved: Callable[[bool], None]
    off: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Whether nobody can get it any more."""
        return len(self.off) == len(COUNTRIES)

    def switch(self, territory: str, available: bool) -> str:
        """PATCH of a country; its name. Raises AppleError 404."""
        country = territory.removeprefix("sale-")
        if country not in COUNTRIES:
            raise not_found("territoryAvailabilities", territory)
        before = self.is_over
        (self.off.discard if available else self.off.add)(country)
        if before is not self.is_over:
            self.moved(not self.is_over)
        return country
