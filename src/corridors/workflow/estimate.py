"""From vintages of stocks, populations and events to vintages of flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.concepts.areas import area_name, known_areas
from corridors.concepts.findings import raise_if_any
from corridors.estimate.world import estimate_world
from corridors.store.vintages import Store, Vintage
from corridors.workflow.sources import Chosen

if TYPE_CHECKING:
    import polars as pl

    from corridors.concepts.dataflows import DataflowName
    from corridors.estimate.flows import MethodName
    from corridors.harmonise.departures import Departure

#: Dataflows that an account is made from.
INPUTS: tuple[DataflowName, ...] = ("STOCK", "POPULATION", "VITAL", "NET_MIGRATION")


def estimate(store: Store, chosen: Chosen, *, methods: Sequence[MethodName]) -> dict[DataflowName, Vintage]:
    """Estimate the flows of a world and publish them beside the tables they come from.

    Parameters
    ----------
    store
        The store.
    chosen
        The vintages of the publishers' tables.
    methods
        Codes of the list METHOD.

    Returns
    -------
    dict
        Vintages of `FLOW`, and of `NET_MIGRATION` by the periods of the accounts.

    Raises
    ------
    DataError
        An account cannot be made or closed; nothing was published.
    """
    from corridors.concepts.dataflows import validate

    vintages = {name: chosen.vintages[name] for name in INPUTS}
    made = estimate_world(
        {name: store.read(vintage).drop("VINTAGE") for name, vintage in vintages.items()}, methods=methods
    )
    tables: dict[DataflowName, pl.DataFrame] = {"FLOW": made.flow, "NET_MIGRATION": made.net_migration}
    raise_if_any(
        finding for name, table in tables.items() for finding in validate(table, name, place="estimated flows")
    )
    stock, population = (str(vintages[name].metadata["short"]) for name in ("STOCK", "POPULATION"))
    # One source may give both.
    sources = " and ".join(dict.fromkeys((stock, population)))
    licences = "; ".join(dict.fromkeys(str(vintage.metadata["licence"]) for vintage in vintages.values()))
    metadata = {
        "title": "Bilateral migration flows, estimated by demographic accounting",
        "short": f"Corridors, estimated from {sources}",
        "citation": f"Corridors, bilateral migration flows estimated by demographic accounting from {sources}",
        "licence": licences,
        "inputs": {name: vintage.id for name, vintage in vintages.items()},
        "departures": [_row(departure) for departure in made.departures],
        "net_error": made.net_error,
    }
    net = f"{population}, added up to the periods of the accounts"
    return store.publish(
        chosen.observatory,
        f"flows-{chosen.stock_product}",
        tables,
        metadata=metadata,
        of_each={"NET_MIGRATION": {"short": net, "citation": net}},
    )


def _row(departure: Departure) -> tuple[str, str, float | None]:
    place = area_name(departure.place) if departure.place in known_areas() else departure.place
    return place, departure.fact, departure.persons or None
