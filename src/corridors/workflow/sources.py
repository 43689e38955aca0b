"""Which vintages of the store a report rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding
from corridors.store.vintages import Store, Vintage
from corridors.workflow.collect import REGIONAL, WORLD

#: Revision of World Population Prospects on whose populations a revision of the migrant stock was built.
PARTNER = {"2020": "2022", "2024": "2024"}
_REGIONAL_PRODUCT, _HIGHLIGHTS = "embedded-2024-world", "embedded-2024-highlights"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Vintages by the role they play in the accounts and the report.

    Parameters
    ----------
    observatory
        Group of products they belong to; estimates go there too.
    stock_product
        Product of the stock, after which the estimates are named.
    vintages
        One vintage a role: the dataflow's name, and `COUNTRIES` for stocks by country where `STOCK` is by region.
    """

    observatory: str
    stock_product: str
    vintages: Mapping[str, Vintage]

    @property
    def embedded(self) -> bool:
        """Whether this is the regional world that comes with the package."""
        return self.observatory == REGIONAL


def regional(store: Store) -> Chosen:
    """The vintages of the regional world, which the pipeline itself has just put there."""
    vintages: dict[str, Vintage] = {"COUNTRIES": store.latest(REGIONAL, _HIGHLIGHTS)["STOCK"]}
    for name, vintage in store.latest(REGIONAL, _REGIONAL_PRODUCT).items():
        vintages[name] = vintage  # noqa: PERF403  (a union would lose the narrower type of the keys)
    return Chosen(REGIONAL, _REGIONAL_PRODUCT, vintages)


def collected(store: Store) -> Chosen:
    """The newest bilateral stock that was collected and the World Population Prospects that belong to it.

    Raises
    ------
    DataError
        One of the two is not in the store; the finding says what to collect.
    """
    stocks = [
        product for product in store.products(WORLD) if product.startswith("undesa-") and product.endswith("-bilateral")
    ]
    if not stocks:
        raise DataError([_missing(store, "no bilateral migrant stock", "corridors collect undesa --file F")])
    product = max(stocks, key=_revision)
    revision = _revision(product)
    partner = PARTNER.get(revision)
    if partner is None:
        known = ", ".join(PARTNER)
        raise DataError(
            [
                _missing(
                    store, f"no populations known to belong to the stock of {revision}", f"a stock of revision {known}"
                )
            ]
        )
    vintages: dict[str, Vintage] = {"STOCK": store.latest(WORLD, product)["STOCK"]}
    wanted: tuple[DataflowName, ...] = ("POPULATION", "VITAL", "NET_MIGRATION")
    # The publisher's own indicators hold all three, by sex; the other files hold one or two of them.
    for candidate in sorted(store.products(WORLD), key=lambda name: (not name.endswith("-indicators"), name)):
        if candidate.startswith(f"wpp-{partner}-") and not candidate.endswith("-mx"):
            for name, vintage in store.latest(WORLD, candidate).items():
                if name in wanted:
                    vintages.setdefault(name, vintage)
    lacking = [name for name in wanted if name not in vintages]
    if lacking:
        raise DataError(
            [
                _missing(store, f"no {name} of World Population Prospects {partner}", "corridors collect wpp --file F")
                for name in lacking
            ]
        )
    return Chosen(WORLD, product, {**vintages, "COUNTRIES": vintages["STOCK"]})


def _revision(product: str) -> str:
    return "".join(sign for sign in product.split("-")[1] if sign.isdigit())


def _missing(store: Store, fact: str, command: str) -> Finding:
    return Finding("table-missing", f"store {store.root}", fact, f"collect it first: {command}")
