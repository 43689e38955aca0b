"""Which vintages of the store a report rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.store.vintages import Store, Vintage
from corridors.workflow.collect import REGIONAL, WORLD

#: Revision of World Population Prospects on whose populations a revision of the migrant stock was built.
PARTNER = {"2020": "2022", "2024": "2024"}
#: Share of the world's migrants from which a stock may stand for the world.
WHOLE = 0.995
_WANTED: tuple[DataflowName, ...] = ("POPULATION", "VITAL", "NET_MIGRATION")
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


def collected(store: Store, *, revision: str | None = None) -> Chosen:
    """A bilateral stock that was collected and the World Population Prospects that belong to it.

    Parameters
    ----------
    store
        The store.
    revision
        Revision of the stock; by default the newest whose populations were collected too.

    Raises
    ------
    ValueError
        No stock of that revision was collected.
    DataError
        One of the two is not in the store, or the stock counts a part of the world; the finding says what to collect.
    """
    stocks = [
        product for product in store.products(WORLD) if product.startswith("undesa-") and product.endswith("-bilateral")
    ]
    if not stocks:
        raise DataError([_missing(store, "no bilateral migrant stock", "corridors collect undesa --file F")])
    if revision is not None and revision not in [_revision(product) for product in stocks]:
        there = ", ".join(sorted(_revision(product) for product in stocks))
        raise ValueError(f"no bilateral stock of revision {revision!r} was collected; there are {there}")
    newest_first = sorted(stocks, key=_revision, reverse=True)
    wanted = [product for product in newest_first if revision in (None, _revision(product))]
    paired = [product for product in wanted if not _lacking(store, product)]
    product = (paired or wanted)[0]
    stock = store.latest(WORLD, product)["STOCK"]
    raise_if_any(_partial(stock))
    raise_if_any(_lacking(store, product))
    vintages = {"STOCK": stock, **_partners(store, product)}
    return Chosen(WORLD, product, {**vintages, "COUNTRIES": vintages["STOCK"]})


def _partners(store: Store, product: str) -> dict[str, Vintage]:
    """Populations and events of the World Population Prospects that belong to a stock, as far as they were collected."""
    partner = PARTNER.get(_revision(product))
    vintages: dict[str, Vintage] = {}
    # The publisher's own indicators hold all three, by sex; the other files hold one or two of them.
    for table in ("indicators", "annual", "population"):
        for name, vintage in store.latest(WORLD, f"wpp-{partner}-{table}").items():
            if name in _WANTED:
                vintages.setdefault(name, vintage)
    return vintages


def _lacking(store: Store, product: str) -> list[Finding]:
    revision = _revision(product)
    if revision not in PARTNER:
        known = " or ".join(PARTNER)
        fact = f"no populations are known to belong to the stock of {revision}"
        return [_missing(store, fact, f"a stock of revision {known}")]
    lacking = [name for name in _WANTED if name not in _partners(store, product)]
    if not lacking:
        return []
    fact = f"the stock of {revision} needs {', '.join(lacking)} of World Population Prospects {PARTNER[revision]}"
    return [
        _missing(
            store, fact, "corridors collect wpp --file F, with the demographic indicators as CSV, which hold all three"
        )
    ]


def _partial(stock: Vintage) -> list[Finding]:
    """The finding for a stock that lacks some of the world: its report would take a part for the whole."""
    cover = stock.metadata.get("cover")
    if cover is None or cover >= WHOLE:
        return []
    fact = f"{stock.product} counts {100 * cover:.4g} per cent of the world's migrants"
    mend = "collect the publisher's whole file: corridors collect undesa --file F"
    return [Finding("stock-partial", f"vintage {stock.id}", fact, mend)]


def _revision(product: str) -> str:
    return "".join(sign for sign in product.split("-")[1] if sign.isdigit())


def _missing(store: Store, fact: str, command: str) -> Finding:
    return Finding("table-missing", f"the store at {store.root}", fact, f"collect it first: {command}")
