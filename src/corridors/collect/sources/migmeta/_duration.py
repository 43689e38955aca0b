"""Months of stay from which a country counts a migrant, by the other country and year."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, alpha2_names, cells_outside, one_row_each, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any

COLUMNS = ("origin2", "dest2", "year", "value")
#: What two of the months mean in the source.
MEANINGS = {0.0: "none: every arrival or departure counts", 60.0: "permanent: the source writes 60 months"}
#: Share of countries and years in which a rule may differ over partners and still be the country's own: Denmark had
#: another rule for the Nordic countries until 2007.
_OWN = 0.1
_SIDES = {"immigration": "DESTINATION", "emigration": "ORIGIN"}


def read_duration(table: pl.DataFrame, file: str) -> Reading:
    """INDICATOR with the measure DURATION_RULE; AREA is the country whose rule it is."""
    require_columns(table, COLUMNS, file=file, wanted="rules of duration by origin2, dest2 and year")
    place = place_in(file)
    findings = cells_outside(
        table, "year", pl.col("year").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    findings += _torn_labels(table, file)
    for column, into in (("origin2", "ORIGIN"), ("dest2", "DESTINATION")):
        table, unknown = place_areas(table, column, into=into, names=alpha2_names("migmeta"), place=place)
        findings += unknown
    cells, unreadable = figures(table.with_columns(column=pl.lit("value"), TEXT="value"), place=place)
    cells, torn = one_row_each(cells, ["ORIGIN", "DESTINATION", "year"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unreadable, *torn])
    direction, evidence = _direction(cells, file)
    return Reading(
        product=f"migmeta-2023-duration-{direction}",
        revision="2023",
        layout=f"one row a pair of countries and year, rules of {direction}",
        tables={"INDICATOR": _indicator(cells, _SIDES[direction])},
        evidence=(f"heads of columns: {', '.join(COLUMNS)}", evidence),
    )


def _torn_labels(table: pl.DataFrame, file: str) -> list[Finding]:
    """Rows whose own label says another pair: columns were exchanged or shifted."""
    if "ind" not in table.columns:
        return []
    torn = table.filter(pl.col("ind") != pl.format("{}_{}_{}", "origin2", "dest2", "year"))
    mend = "put origins, destinations and years back over their own columns"
    return [
        Finding("code-unknown", f"{file}, row {row}, column ind", f"{ind!r} labels a row of {o}, {d}, {y}", mend)
        for row, ind, o, d, y in torn.select("row", "ind", "origin2", "dest2", "year").iter_rows()
    ]


def _direction(cells: pl.DataFrame, file: str) -> tuple[str, str]:
    """Which side's rule the months are, and the words that prove it.

    Raises
    ------
    DataError
        The months are as even on one side as on the other.
    """
    varied = {}
    for direction, side in _SIDES.items():
        groups = cells.group_by(side, "year").agg(pl.col("OBS_VALUE").n_unique() > 1)
        varied[direction] = float(groups.get_column("OBS_VALUE").mean() or 0)  # type: ignore[arg-type]
    own = [direction for direction, share in varied.items() if share <= _OWN]
    words = "; ".join(
        f"the months differ over partners in {share:.0%} of the {side.lower()}s and years"
        for (side, share) in zip(_SIDES.values(), varied.values(), strict=True)
    )
    if len(own) != 1:
        mend = "give the whole file, with every pair of countries"
        raise DataError([Finding("table-ambiguous", file, f"rules of immigration or of emigration: {words}", mend)])
    return own[0], words


def _indicator(cells: pl.DataFrame, side: str) -> pl.DataFrame:
    return cells.select(
        AREA=pl.col(side),
        ORIGIN="ORIGIN",
        DESTINATION="DESTINATION",
        MEASURE=pl.lit("DURATION_RULE"),
        TIME_PERIOD="year",
        SOURCE=pl.lit("migmeta-2023"),
        UNIT_MEASURE=pl.lit("MONTHS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE=pl.col("OBS_VALUE").replace_strict(MEANINGS, default=None, return_dtype=pl.String),
    )
