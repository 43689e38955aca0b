"""Common spoken language and colony of destination, each a tidy derivative with one row a pair of areas and no year."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError, raise_if_any

_PAIR = {"ORIGIN": "Origin ISO", "DESTINATION": "Destination ISO"}
_WANTED = "common spoken language (csl) or colony of destination (colony_of_destination_ever) by Origin ISO and Destination ISO"
_LANGUAGE = IndicatorFile("usitc", "usitc-dicl", "COMMON_LANGUAGE", "INDEX", _PAIR, "csl", _WANTED)
_COLONY = IndicatorFile(
    "usitc", "usitc-dgd", "COLONY", "RATIO", _PAIR, "colony_of_destination_ever", _WANTED, highest=1
)
#: Colonies that the dataset does not have, though history does: their zeros are missing values.
LACKING = (("BGD", "GBR"), ("PAK", "GBR"), ("ZWE", "GBR"))


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of languages or colonies.

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
    if _LANGUAGE.value in table.columns:
        found, findings = read_indicators(table, _LANGUAGE, file=file)
        raise_if_any(findings)
        layout = "tidy derivative, common spoken language"
        return _reading("usitc-dicl-language", layout, found, heads_evidence(_LANGUAGE.columns, table.height))
    if _COLONY.value in table.columns:
        found, findings = read_indicators(table, _COLONY, file=file)
        raise_if_any(findings)
        apart = _without_known_gaps(found.filter(pl.col("ORIGIN") != pl.col("DESTINATION")))
        colonies = apart.filter(pl.col("OBS_VALUE") == 1).height
        layout = f"tidy derivative, colonies, {found.height - apart.height:,} areas as their own colony left out"
        evidence = f"{heads_evidence(_COLONY.columns, table.height)}, {colonies:,} colonies"
        return _reading("usitc-dgd-colony", layout, apart, evidence)
    raise DataError([another_table(table, file=file, wanted=_WANTED)])


def _without_known_gaps(table: pl.DataFrame) -> pl.DataFrame:
    pairs = pl.DataFrame(LACKING, schema=["ORIGIN", "DESTINATION"], orient="row").with_columns(LACKS=pl.lit(True))
    marked = table.join(pairs, on=["ORIGIN", "DESTINATION"], how="left", validate="m:1", maintain_order="left")
    lacks = pl.col("LACKS").fill_null(value=False) & (pl.col("OBS_VALUE") == 0)
    return marked.with_columns(
        OBS_VALUE=pl.when(~lacks).then("OBS_VALUE"),
        OBS_STATUS=pl.when(lacks).then(pl.lit("O")).otherwise("OBS_STATUS"),
        NOTE=pl.when(lacks).then(pl.lit("0 in the dataset, which lacks this colony")),
    ).drop("LACKS")


def _reading(product: str, layout: str, table: pl.DataFrame, evidence: str) -> Reading:
    revision = product.split("-")[1]
    return Reading(product, revision, layout, {"INDICATOR": table.drop("row")}, (evidence,))
