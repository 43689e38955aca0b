"""One revision a difference: the stock's revision and the World Population Prospects that belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.concepts.findings import Finding

if TYPE_CHECKING:
    import polars as pl

#: World Population Prospects that a revision of the international migrant stock was made with.
PARTNERS: Mapping[str, str] = MappingProxyType({"2020": "2022", "2024": "2024"})
_STOCK, _POPULATION = re.compile(r"ims(\d{4})"), re.compile(r"wpp-?(\d{4})")


def revision_findings(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Tables that hold more than one SOURCE, and populations that do not belong to the stock.

    Parameters
    ----------
    tables
        By dataflow: `STOCK`, and those that must belong to it. Sources whose name tells no revision are not compared.

    Examples
    --------
    >>> import polars as pl
    >>> stock = pl.DataFrame({"SOURCE": ["undesa-ims2020"]})
    >>> [found] = revision_findings({"STOCK": stock, "VITAL": pl.DataFrame({"SOURCE": ["wpp-2024"]})})
    >>> found.mend
    'collect World Population Prospects 2022 (source wpp)'
    """
    sources = {name: table.get_column("SOURCE").unique().sort().to_list() for name, table in tables.items()}
    mixed = [
        Finding(
            "revision-mixed",
            f"table {name}",
            f"SOURCE is {', '.join(found)}",
            "keep one: a difference of two revisions is no movement",
        )
        for name, found in sources.items()
        if len(found) > 1
    ]
    return mixed or _unpaired(sources)


def _unpaired(sources: Mapping[str, list[str]]) -> list[Finding]:
    stock = _STOCK.search(sources["STOCK"][0])
    if stock is None:
        return []
    partner = PARTNERS.get(stock[1])
    if partner is None:
        known = ", ".join(f"{stock} with {partner}" for stock, partner in PARTNERS.items())
        fact = f"no population is known to belong to the revision {stock[1]} of the stock"
        return [Finding("revision-unpaired", "table STOCK", fact, f"collect a revision of which it is: {known}")]
    return [
        Finding(
            "revision-unpaired",
            f"table {name}",
            f"{found[0]} does not belong to {sources['STOCK'][0]}",
            f"collect World Population Prospects {partner} (source wpp)",
        )
        for name, found in sources.items()
        if name != "STOCK" and (match := _POPULATION.search(found[0])) and match[1] != partner
    ]
