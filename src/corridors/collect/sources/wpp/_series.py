"""From figures of World Population Prospects to tables: revision proved, estimates and medium variant parted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cards import Check, card
from corridors.collect.reading import Reading
from corridors.collect.spellings import kind_of, names_of, without_repeated_regions
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding, raise_if_any

NAMES = names_of("wpp")
#: Last calendar year that a revision estimates; what follows is its medium variant.
LAST_ESTIMATE = {"2022": 2021, "2024": 2023}
#: Revisions differ by 0.1 to 1 per cent in these figures, layouts of one revision by rounding.
_TOLERANCE = 2e-4
_FLOWS: dict[str, tuple[DataflowName, str]] = {
    "POPULATION": ("POPULATION", "PS"),
    "BIRTHS": ("VITAL", "EV"),
    "DEATHS": ("VITAL", "EV"),
    "SRB": ("VITAL", "RATIO"),
    "MX": ("VITAL", "RATE_PY"),
    "NET_MIGRATION": ("NET_MIGRATION", "PS"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one file.

    Parameters
    ----------
    figures
        Columns AREA, MEASURE, SEX, AGE, TIME_PERIOD, LAST (last year the figure covers, a number), OBS_VALUE and
        OBS_STATUS.
    layout
        The layout in words.
    findings
        What was found on the way.
    """

    figures: pl.DataFrame
    layout: str
    findings: tuple[Finding, ...]


def finish(series: Series, *, table: str, file: str) -> Reading:
    """Tables of a file's figures.

    Years up to the revision's own are POPULATION, VITAL and NET_MIGRATION: estimates with status A, the year that the
    medium variant adds with status P. What follows is PROJECTION.
    """
    raise_if_any(series.findings)
    revision = prove_revision(series.figures, file=file, checks=card("wpp").checks)
    source = f"wpp-{revision}"
    rows = series.figures.with_columns(SOURCE=pl.lit(source), UNIT_MEASURE=_unit())
    rows = without_repeated_regions(rows, ["AREA"])
    past = rows.filter(pl.col("LAST") <= int(revision))
    provisional = (pl.col("LAST") > LAST_ESTIMATE[revision]) & (pl.col("OBS_STATUS") == "A")
    past = past.with_columns(OBS_STATUS=pl.when(provisional).then(pl.lit("P")).otherwise("OBS_STATUS"))
    tables: dict[DataflowName, pl.DataFrame] = {}
    for name in dict.fromkeys(name for name, _ in _FLOWS.values()):
        measures = [measure for measure, (flow, _) in _FLOWS.items() if flow == name]
        chosen = past.filter(pl.col("MEASURE").is_in(measures)).drop("LAST")
        if chosen.height:
            tables[name] = chosen if name == "VITAL" else chosen.drop("MEASURE")
    future = rows.filter(pl.col("LAST") > int(revision)).drop("LAST")
    if future.height:
        tables["PROJECTION"] = future.with_columns(QUANTILE=pl.lit(None, dtype=pl.String))
    return Reading(product=f"{source}-{table}", revision=revision, layout=series.layout, tables=tables)


def _unit() -> pl.Expr:
    return pl.col("MEASURE").replace_strict({measure: unit for measure, (_, unit) in _FLOWS.items()})


def prove_revision(figures: pl.DataFrame, *, file: str, checks: Sequence[Check]) -> str:
    """The revision whose published world figures the file holds.

    Parameters
    ----------
    figures
        Figures of one file, see `Series`.
    file
        What findings call it.
    checks
        Published world figures.

    Raises
    ------
    DataError
        No revision fits, or figures of two do.
    """
    seen = {(check.measure, check.period): _world(figures, check.measure, check.period) for check in checks}
    compared = [(check, value) for check in checks if (value := seen[check.measure, check.period]) is not None]
    fits = {check.revision for check, value in compared if _agrees(check, value)}
    # A revision stands only when none of its figures contradicts the file.
    proved = {
        revision for revision in fits if all(_agrees(c, value) for c, value in compared if c.revision == revision)
    }
    if len(fits) == 1 and proved:
        return proved.pop()
    if len(fits) > 1:
        agreeing = "; ".join(
            f"{_shown(check)} ({check.revision} revision)" for check, value in compared if _agrees(check, value)
        )
        fact, mend = f"world figures of several revisions: {agreeing}", "give each revision in its own file"
        raise DataError([Finding("revision-mixed", file, fact, mend)])
    found = "; ".join(f"{m.lower()} {p}: {value:,.6g}" for (m, p), value in seen.items() if value is not None)
    fact = f"no published world figure fits; the file has {found or 'none of the years that could be compared'}"
    published = "; ".join(f"{_shown(check)} ({check.revision} revision)" for check in checks[::5])
    mend = f"keep all countries or the World row, and years that can be compared, among them {published}"
    raise DataError([Finding("revision-unknown", file, fact, mend)])


def _world(figures: pl.DataFrame, measure: str, period: str) -> float | None:
    """The file's own World row, or the sum of its countries for counts."""
    age = "Y0" if measure == "MX" else "_T"
    rows = figures.filter(
        pl.col("MEASURE") == measure, pl.col("TIME_PERIOD") == period, pl.col("SEX") == "_T", pl.col("AGE") == age
    )
    world = rows.filter(pl.col("AREA") == WORLD).get_column("OBS_VALUE").drop_nulls()
    if world.len():
        return float(world[0])
    if measure == "MX":
        return None
    countries = rows.filter(kind_of("AREA") == "country").get_column("OBS_VALUE").drop_nulls()
    return float(countries.sum()) if countries.len() else None


def _agrees(check: Check, value: float) -> bool:
    return abs(value - check.value) <= _TOLERANCE * check.value


def _shown(check: Check) -> str:
    return f"{check.measure.lower()} {check.period}: {check.value:,.6g}"
