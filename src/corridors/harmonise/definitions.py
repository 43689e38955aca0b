"""What each report of a flow counts: how long a stay, how many it misses, and how accurate it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

#: Classes of undercount, from none to many. A report without a class is one of which nothing is known.
UNDERCOUNTS = ("excellent", "low", "medium", "high")
#: Classes of accuracy, from the smallest error to the largest.
ACCURACIES = ("high", "medium", "low")
#: Columns of the definition of a report, and of a table of definitions beside the area, its role and the year.
DEFINITION = ("DURATION", "UNDERCOUNT", "ACCURACY")
_KEY = ("ORIGIN", "DESTINATION", "REPORTER", "TIME_PERIOD")


def defined_reports(
    observed: pl.DataFrame, *, rules: pl.DataFrame | None = None, undercount: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Reports of flows with the definition of each.

    Parameters
    ----------
    observed
        Rows of dataflow `FLOW_OBSERVED` of one source and criterion, both sexes and all ages, by calendar year. Classes
        are read off a note such as ``undercount low; accuracy high``.
    rules
        Rows of `INDICATOR` with the measure `DURATION_RULE`: `AREA` is the reporter, the other area the partner, `W001`
        for all, and `OBS_VALUE` the months.
    undercount
        Table of columns `AREA`, `ROLE` (`origin` or `destination`) and `UNDERCOUNT`, which goes before the note.

    Returns
    -------
    polars.DataFrame
        Columns `ORIGIN`, `DESTINATION`, `REPORTER`, `TIME_PERIOD`, `OBS_VALUE`, `DURATION` (months), `UNDERCOUNT` and
        `ACCURACY`; what is not known is blank. Rows without a figure, or within one area, are left out.

    Raises
    ------
    DataError
        A class is none of those allowed (`class-unknown`), or two rows speak of one report (`report-repeated`).

    Examples
    --------
    >>> import polars as pl
    >>> row = {"ORIGIN": "AAA", "DESTINATION": "BBB", "REPORTER": "BBB", "TIME_PERIOD": "2012", "OBS_VALUE": 7.0}
    >>> found = defined_reports(pl.DataFrame([{**row, "NOTE": "undercount low; accuracy high"}]))
    >>> found.select("DURATION", "UNDERCOUNT", "ACCURACY").row(0)
    (None, 'low', 'high')
    """
    import polars as pl

    note = pl.col("NOTE") if "NOTE" in observed.columns else pl.lit(None, dtype=pl.String)
    rows = observed.filter(pl.col("OBS_VALUE").is_not_null(), pl.col("ORIGIN") != pl.col("DESTINATION")).select(
        *_KEY,
        pl.col("OBS_VALUE").cast(pl.Float64),
        UNDERCOUNT=note.str.extract(r"undercount ([^;]+)").str.strip_chars(),
        ACCURACY=note.str.extract(r"accuracy ([^;]+)").str.strip_chars(),
    )
    rows = _with_rules(rows, rules)
    if undercount is not None:
        role = pl.when(pl.col("REPORTER") == pl.col("ORIGIN")).then(pl.lit("origin")).otherwise(pl.lit("destination"))
        said = undercount.select(REPORTER="AREA", ROLE="ROLE", SAID="UNDERCOUNT")
        rows = rows.with_columns(ROLE=role).join(said, on=["REPORTER", "ROLE"], how="left", validate="m:1")
        rows = rows.with_columns(UNDERCOUNT=pl.coalesce("SAID", "UNDERCOUNT"))
    rows = rows.select(*_KEY, "OBS_VALUE", *DEFINITION)
    raise_if_any(definition_findings(rows))
    return rows


def _with_rules(rows: pl.DataFrame, rules: pl.DataFrame | None) -> pl.DataFrame:
    """Months by reporter, partner and year; a rule for all partners serves where there is none for the partner."""
    import polars as pl

    if rules is None:
        return rows.with_columns(DURATION=pl.lit(None, dtype=pl.Float64))
    wanted = rules.filter(pl.col("MEASURE") == "DURATION_RULE", pl.col("OBS_VALUE").is_not_null())
    wanted = wanted.select(
        "ORIGIN", "DESTINATION", "TIME_PERIOD", REPORTER="AREA", MONTHS=pl.col("OBS_VALUE").cast(pl.Float64)
    )
    reporter_leaves = pl.col("REPORTER") == pl.col("ORIGIN")
    everywhere = wanted.filter((pl.col("ORIGIN") == WORLD) | (pl.col("DESTINATION") == WORLD))
    general = everywhere.select("REPORTER", "TIME_PERIOD", LEAVES=reporter_leaves, GENERAL="MONTHS")
    found = rows.with_columns(LEAVES=reporter_leaves)
    found = found.join(wanted, on=[*_KEY], how="left", validate="m:1")
    found = found.join(general, on=["REPORTER", "TIME_PERIOD", "LEAVES"], how="left", validate="m:1")
    return found.with_columns(DURATION=pl.coalesce("MONTHS", "GENERAL"))


def definition_findings(reports: pl.DataFrame) -> list[Finding]:
    """All that keeps reports from being harmonised: unknown classes, rows that stand twice, figures below zero."""
    import polars as pl

    found = []
    for column, known in (("UNDERCOUNT", UNDERCOUNTS), ("ACCURACY", ACCURACIES)):
        strange = reports.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known))
        for (word,), part in sorted(strange.group_by(column)):
            fact = f"{word!r} in {part.height:,} reports is no class"
            found.append(
                Finding("class-unknown", f"reports, column {column}", fact, f"write one of {', '.join(known)}")
            )
    repeated = reports.group_by(_KEY).len().filter(pl.col("len") > 1).sort(_KEY)
    for origin, destination, reporter, year, number in repeated.iter_rows():
        place = f"{origin} to {destination}, {year}, as {reporter} counted it"
        found.append(
            Finding("report-repeated", place, f"{number} rows", "keep one source, criterion, sex and age before")
        )
    for row in reports.filter(~(pl.col("OBS_VALUE") >= 0)).select(*_KEY, "OBS_VALUE").iter_rows():
        place = f"{row[0]} to {row[1]}, {row[3]}, as {row[2]} counted it"
        found.append(Finding("value-negative", place, f"{row[4]:,g} persons", "correct the report"))
    return found
