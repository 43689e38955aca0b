"""From figures of World Population Prospects to tables: revision proved, estimates and medium variant parted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cards import Check, card
from corridors.collect.columns import code_type
from corridors.collect.plausible import events_findings
from corridors.collect.reading import Reading
from corridors.collect.spellings import kind_of, names_of, without_repeated_regions
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding, raise_if_any

NAMES = names_of("wpp")
#: Last year that a revision estimates (2019: ends its last period, on 1 July); what follows is its medium variant.
LAST_ESTIMATE = {"2019": 2020, "2022": 2021, "2024": 2023}
#: Revisions differ by 0.01 to 1 per cent in these figures, layouts of one revision by rounding.
_TOLERANCE = 8e-5
#: Rows, and areas, that are worked on at once.
STRETCH, _AREAS = 250_000, 20
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
    titled
        Revision that the titles name, with the words that do; None where nothing names one.
    """

    figures: pl.DataFrame
    layout: str
    findings: tuple[Finding, ...]
    titled: tuple[str, str] | None = None


def finish(series: Series, *, table: str, file: str) -> Reading:
    """Tables of a file's figures.

    Years up to the revision's own are POPULATION, VITAL and NET_MIGRATION: estimates with status A, the year that the
    medium variant adds with status P. What follows is PROJECTION.
    """
    raise_if_any(series.findings)
    if series.figures.is_empty():
        fact = "no row holds a figure of the medium variant"
        raise DataError([Finding("table-missing", file, fact, "name the publisher's own, unchanged file")])
    whole = pl.concat(
        rows.filter(pl.col("AGE").is_in([TOTAL, "Y0"]), SEX=TOTAL) for rows in series.figures.iter_slices(STRETCH)
    )
    raise_if_any(events_findings(whole, place=file))
    revision, evidence = _revision(whole, series.titled, file=file, checks=card("wpp").checks)
    source = f"wpp-{revision}"
    # The revision of 2019 estimates one year more than its own.
    last_past = max(int(revision), LAST_ESTIMATE[revision])
    parts: dict[DataflowName, list[pl.DataFrame]] = {}
    for figures in _without_repeated(series.figures):
        rows = figures.with_columns(SOURCE=_code("SOURCE", pl.lit(source)), UNIT_MEASURE=_code("UNIT_MEASURE", _unit()))
        for name, chosen in _by_dataflow(rows, last_past=last_past, last_estimate=LAST_ESTIMATE[revision]):
            parts.setdefault(name, []).append(chosen)
    order: tuple[DataflowName, ...] = (*dict.fromkeys(name for name, _ in _FLOWS.values()), "PROJECTION")
    tables = {name: pl.concat(parts[name], rechunk=False) for name in order if name in parts}
    return Reading(f"{source}-{table}", revision, series.layout, tables, evidence)


def _code(column: str, text: pl.Expr) -> pl.Expr:
    return text.cast(code_type(column))


def _without_repeated(figures: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in stretches, regions first, each region once: together they would take the room of the file again."""
    region = kind_of("AREA").is_in(["region", "world"])
    listed = pl.concat(stretch.filter(region) for stretch in figures.iter_slices(STRETCH))
    yield without_repeated_regions(listed, ["AREA"])
    for stretch in figures.iter_slices(STRETCH):
        yield stretch.filter(~region)


def _by_dataflow(
    rows: pl.DataFrame, *, last_past: int, last_estimate: int
) -> Iterator[tuple[DataflowName, pl.DataFrame]]:
    """Tables that are not empty: what lies behind the revision by dataflow, and the projection."""
    past = rows.filter(pl.col("LAST") <= last_past)
    provisional = (pl.col("LAST") > last_estimate) & (pl.col("OBS_STATUS") == "A")
    status = pl.when(provisional).then(pl.lit("P")).otherwise(pl.col("OBS_STATUS").cast(pl.String))
    past = past.with_columns(OBS_STATUS=status.cast(rows.schema["OBS_STATUS"]))
    for name in dict.fromkeys(name for name, _ in _FLOWS.values()):
        measures = [measure for measure, (flow, _) in _FLOWS.items() if flow == name]
        chosen = past.filter(pl.col("MEASURE").is_in(measures)).drop("LAST")
        if chosen.height:
            yield name, chosen if name == "VITAL" else chosen.drop("MEASURE")
    future = rows.filter(pl.col("LAST") > last_past).drop("LAST")
    if future.height:
        yield "PROJECTION", future.with_columns(QUANTILE=pl.lit(None, dtype=pl.String))


def _revision(
    figures: pl.DataFrame, titled: tuple[str, str] | None, *, file: str, checks: Sequence[Check]
) -> tuple[str, tuple[str, ...]]:
    """The revision that titles name and no figure contradicts, or that figures prove; with what says so."""
    if titled is None:
        revision = prove_revision(figures, file=file, checks=checks)
    else:
        revision, words = titled
        torn = [c for c, value in _compared(figures, checks) if c.revision == revision and not _agrees(c, value)]
        if torn:
            fact = f"the title says {words!r}, but world figures do not fit: {_shown(torn[0])} was published"
            raise DataError([Finding("revision-mixed", file, fact, "name the publisher's own, unchanged file")])
        if revision not in LAST_ESTIMATE:
            known = ", ".join(LAST_ESTIMATE)
            fact = f"the title says {words!r}"
            raise DataError([Finding("revision-unknown", file, fact, f"known revisions are {known}")])
    fitting = [c for c, value in _compared(figures, checks) if c.revision == revision and _agrees(c, value)]
    proofs = [f"world {_shown(check)}, as revision {revision} published it" for check in fitting[:3]]
    return revision, (*([f"title: {titled[1]}"] if titled else []), *proofs)


def with_all_ages(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures by age with their sum, see `all_ages`."""
    return pl.concat([figures, all_ages(figures)])


def all_ages(figures: pl.DataFrame) -> pl.DataFrame:
    """Sums over the ages: computed here, so their status is E, or that of a figure that is not there."""
    key = ["AREA", "MEASURE", "SEX", "TIME_PERIOD", "LAST"]
    value, status = pl.col("OBS_VALUE"), pl.col("OBS_STATUS").cast(pl.String)
    areas = figures.get_column("AREA").unique(maintain_order=True).to_list()
    sums = []
    # A few areas at a time, so that a file of millions of rows is not sorted whole.
    for first in range(0, max(len(areas), 1), _AREAS):
        few = figures.filter(pl.col("AREA").is_in(areas[first : first + _AREAS]))
        # A region that is listed twice must not count twice.
        sums.append(
            few.unique([*key, "AGE"], keep="first", maintain_order=True)
            .group_by(key, maintain_order=True)
            .agg(
                pl.when(value.is_not_null().all()).then(value.sum().round(3)).alias("OBS_VALUE"),
                pl.coalesce(status.filter(value.is_null()).first(), pl.lit("E")).alias("OBS_STATUS"),
                pl.lit(TOTAL).alias("AGE"),
            )
        )
    return pl.concat(sums, rechunk=False).select(pl.col(name).cast(kind) for name, kind in figures.schema.items())


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
    compared = _compared(figures, checks)
    seen = {(check.measure, check.period): value for check, value in compared}
    fits = {check.revision for check, value in compared if _agrees(check, value)}
    # A revision stands only when none of its figures contradicts the file.
    proved = {
        revision for revision in fits if all(_agrees(c, value) for c, value in compared if c.revision == revision)
    }
    if len(proved) == 1:
        return proved.pop()
    if len(fits) > 1:
        agreeing = "; ".join(
            f"{_shown(check)} ({check.revision} revision)" for check, value in compared if _agrees(check, value)
        )
        fact, mend = f"world figures of several revisions: {agreeing}", "give each revision in its own file"
        raise DataError([Finding("revision-mixed", file, fact, mend)])
    found = "; ".join(f"{m.lower()} {p}: {value:,.6g}" for (m, p), value in seen.items())
    fact = f"no published world figure fits; the file has {found or 'none of the years that could be compared'}"
    published = "; ".join(f"{_shown(check)} ({check.revision} revision)" for check in checks[::5])
    mend = f"keep all countries or the World row, and years that can be compared, among them {published}"
    raise DataError([Finding("revision-unknown", file, fact, mend)])


def _compared(figures: pl.DataFrame, checks: Sequence[Check]) -> list[tuple[Check, float]]:
    """The checks whose figure the file has, with that figure."""
    seen = {(check.measure, check.period): _world(figures, check.measure, check.period) for check in checks}
    return [(check, value) for check in checks if (value := seen[check.measure, check.period]) is not None]


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
