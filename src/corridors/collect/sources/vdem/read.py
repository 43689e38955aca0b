"""Liberal democracy index in a tidy derivative: one row a country and year, `NA` where V-Dem gives no score."""

from __future__ import annotations

from corridors.collect.cells import open_csv
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import raise_if_any

#: V-Dem gives no score where an indicator of the index has none: the figure is missing, not zero.
MARKS = {"NA": "O"}
_LAYOUT = IndicatorFile(
    source="vdem",
    product="vdem-kssrr",
    measure="DEMOCRACY",
    unit="INDEX",
    areas={"AREA": "iso3"},
    value="liberal_dem",
    year="year",
    highest=1,
    marks=MARKS,
    wanted="the liberal democracy index: iso3, year, liberal_dem",
)


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of the index.

    Parameters
    ----------
    raw
        CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read.
    """
    table = open_csv(raw, file=file)
    found, findings = read_indicators(table, _LAYOUT, file=file)
    raise_if_any(findings)
    years = found.get_column("TIME_PERIOD")
    return Reading(
        product="vdem-kssrr-democracy",
        revision="kssrr",
        layout=f"tidy derivative, {table.height - found.height:,} rows of places that are no areas of ours left out",
        tables={"INDICATOR": found.drop("row")},
        evidence=(heads_evidence(_LAYOUT.columns, table.height), f"years {years.min()!s} to {years.max()!s}"),
    )
