"""Religious similarity in a tidy derivative: one row a pair of areas, without a year; the same in both directions."""

from __future__ import annotations

from corridors.collect.cells import open_csv
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import raise_if_any

_LAYOUT = IndicatorFile(
    source="religion",
    product="religion-gaskin",
    measure="RELIGION",
    unit="INDEX",
    areas={"ORIGIN": "Origin ISO", "DESTINATION": "Destination ISO"},
    value="Religious similarity",
    wanted="religious similarity: Origin ISO, Destination ISO, Religious similarity",
)


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of religious similarity.

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
    return Reading(
        product="religion-gaskin-similarity",
        revision="gaskin",
        layout="tidy derivative, pairs of areas",
        tables={"INDICATOR": found.drop("row")},
        evidence=(heads_evidence(_LAYOUT.columns, table.height),),
    )
