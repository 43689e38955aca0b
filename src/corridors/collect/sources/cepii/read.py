"""Harmonic distances of CEPII in a tidy derivative: one row a pair of areas, `distw_harmonic`, without a year.

The distance of an area from itself is written 0 for every area: nobody measured that, and these rows are left out.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import raise_if_any

_LAYOUT = IndicatorFile(
    source="cepii",
    product="cepii-gravity",
    measure="DISTANCE",
    unit="KM",
    areas={"ORIGIN": "Origin ISO", "DESTINATION": "Destination ISO"},
    value="distw_harmonic",
    # Half of the way round the earth, and a bit.
    highest=20_040,
    wanted="harmonic distances of CEPII: Origin ISO, Destination ISO, distw_harmonic",
)


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of distances.

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
    apart = found.filter(pl.col("ORIGIN") != pl.col("DESTINATION"))
    nearest = apart.get_column("OBS_VALUE").min()
    return Reading(
        product="cepii-gravity-distance",
        revision="gravity",
        layout=f"tidy derivative, {found.height - apart.height:,} distances of areas from themselves left out",
        tables={"INDICATOR": apart.drop("row")},
        evidence=(heads_evidence(_LAYOUT.columns, table.height), f"shortest distance {nearest!s} km"),
    )
