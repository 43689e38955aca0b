"""Refugee Population Statistics: eight tables in the layouts in which UNHCR and others hand them out.

Tables of the R package `refugees`, JSON and CSV of the population API, CSV of the Humanitarian Data Exchange with short
and with long labels, the old popstats export, and the annex workbooks of Global Trends. Places come as UNHCR's own codes
(its ARE is Egypt), as ISO codes or as names. Stocks stand at the end of the year, flows under the year. Figures under
five are rounded to 0 or 5 by the publisher, in popstats they are withheld. In solutions and returns the country of asylum
is the one that people left, or, for resettlement, the one they came to.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cards import Check, card
from corridors.collect.cells import open_workbook
from corridors.collect.reading import Reading
from corridors.collect.sources.unhcr import _people
from corridors.collect.sources.unhcr._annex import read_annex
from corridors.collect.sources.unhcr._asylum import read_applications, read_decisions
from corridors.collect.sources.unhcr._demographics import read_demographics
from corridors.collect.sources.unhcr._opening import POPSTATS, WANTED, Opened, open_file
from corridors.collect.sources.unhcr._people import FLOWS, PALESTINE, POPULATION, SOLUTIONS, read_people
from corridors.collect.sources.unhcr._places import place_pair
from corridors.collect.unpacking import is_workbook
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding

#: Columns that only one table has.
SIGNS = {
    "applications": ("applied", "app_type"),
    "decisions": ("dec_recognized", "dec_other", "dec_rejected", "dec_closed", "dec_total"),
    "demographics": ("f_total", "m_total"),
    "flows": ("refugee_like",),
    "solutions": ("resettlement", "naturalisation"),
    "population": ("idps", "stateless", "ooc", "hst", "vda"),
}
#: Columns that several tables have, and the one that is meant when nothing else is there.
_SHARED = ("refugees", "asylum_seekers", "oip")
_GROUPS = {"population": POPULATION, "flows": FLOWS, "solutions": SOLUTIONS, "unrwa": PALESTINE}
#: Fields of UNRWA, and people whose field it does not say.
_FIELDS = ("JOR", "LBN", "PSE", "SYR", "XXX")
#: The revision of a file that proves none: the publisher's database as it stood on the day of the download.
CURRENT = "current"


def read(raw: bytes, *, file: str) -> Reading:
    """DISPLACED or ENCOUNTER of one file.

    Parameters
    ----------
    raw
        CSV, JSON or workbook, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its row and column.
    """
    if is_workbook(raw):
        return _annex(raw, file)
    opened = open_file(raw, file=file)
    table = _table(opened)
    filled = 0
    if table == "applications":
        observed = read_applications(opened)
    elif table == "decisions":
        observed = read_decisions(opened)
    elif table == "demographics":
        observed = read_demographics(opened)
    else:
        observed, filled = read_people(opened, groups=_GROUPS[table])
    if table == "unrwa":
        observed = observed.with_columns(ORIGIN=pl.lit("PSE"))
    revision, proofs = _revision(observed, table, opened)
    product = f"unhcr-{revision}-{table}"
    flow: DataflowName = "ENCOUNTER" if table in ("applications", "decisions") else "DISPLACED"
    heads = ", ".join(opened.labels.values())
    layout = opened.layout + (f"; {filled:,} zeros that only fill their row left out" if filled else "")
    return Reading(
        product=product,
        revision=revision,
        layout=layout,
        tables={flow: observed.with_columns(SOURCE=pl.lit(product))},
        evidence=(f"heads of columns: {heads}", *opened.preamble[:2], *proofs),
    )


def _annex(raw: bytes, file: str) -> Reading:
    found = read_annex(open_workbook(raw, file=file), file=file)
    aside = f"; left out: {', '.join(found.left_out)}" if found.left_out else ""
    return Reading(
        product="unhcr-trends-annex",
        revision=found.year,
        layout=f"annex workbook of Global Trends{aside}",
        tables={"DISPLACED": found.table.with_columns(SOURCE=pl.lit(f"unhcr-trends-{found.year}"))},
        evidence=found.evidence,
    )


def _table(opened: Opened) -> str:
    """Which of the publisher's tables a file is, by the columns that only one of them has."""
    columns = set(opened.labels)
    fits = [table for table, signs in SIGNS.items() if columns & set(signs)]
    if not fits and columns & set(_SHARED):
        fits = ["population"]
    if not fits and "total" in columns:
        return _only_total(opened)
    if len(fits) == 1:
        return fits[0]
    heads = ", ".join(opened.labels.values())
    if not fits:
        fact = f"a table with the columns {heads}, which fit none or several of the publisher's tables"
        raise DataError([Finding("table-wrong", opened.file, fact, f"wanted is {WANTED}")])
    fact = f"columns of {' and of '.join(fits)} in one table"
    raise DataError([Finding("table-ambiguous", opened.file, fact, "give each table in its own file")])


def _only_total(opened: Opened) -> str:
    """Palestine refugees: everybody comes from Palestine, and somebody lives in another field of UNRWA.

    Internally displaced persons as the Internal Displacement Monitoring Centre counts them have the same columns.
    """
    pairs = place_pair(opened)[0].select("ORIGIN", "DESTINATION")
    inside = pairs.filter(pl.col("ORIGIN") != pl.col("DESTINATION")).is_empty()
    palestine = (
        pairs.height
        and pairs.filter(~pl.col("ORIGIN").is_in(["PSE", WORLD]) | ~pl.col("DESTINATION").is_in(_FIELDS)).is_empty()
    )
    if palestine and not inside:
        return "unrwa"
    if palestine or set(pairs.row(0) if pairs.height == 1 else ()) == {WORLD}:
        fact = "one total a place, which may be Palestine refugees or internally displaced persons"
        mend = "give the table with every place of asylum"
        raise DataError([Finding("table-ambiguous", opened.file, fact, mend)])
    fact = "one total a place, and the places are not UNRWA's: it seems to be internally displaced persons (IDMC)"
    raise DataError([Finding("table-wrong", opened.file, fact, f"read it as source idmc; wanted is {WANTED}")])


def _revision(observed: pl.DataFrame, table: str, opened: Opened) -> tuple[str, tuple[str, ...]]:
    """The revision whose published world figures the file holds, or that it is the database as it stood."""
    if opened.layout == POPSTATS:
        withheld = observed.filter(pl.col("OBS_STATUS") == "Q").height
        return "popstats", (f"{withheld:,} cells hold an asterisk, which stands for 1 to 4 persons",)
    checks = [check for check in card("unhcr").checks if check.measure in _measures(table)]
    seen = [(check, total) for check in checks if (total := _world(observed, check)) is not None]
    agreeing = [check for check, total in seen if total == check.value]
    proofs = tuple(f"world total of {c.measure.lower()} at {c.period} is {c.value:,.0f}" for c in agreeing)
    if agreeing and len(agreeing) == len(seen):
        return agreeing[0].revision, proofs
    years = sorted(observed.get_column("TIME_PERIOD").str.slice(0, 4).unique())
    if not years:
        raise DataError([Finding("file-partial", opened.file, "it has heads and no figure", "download the file again")])
    span = f"years {years[0]} to {years[-1]}; the file does not say which edition it is"
    return CURRENT, (f"{span}, nor whether its last year is the middle or the end of the year",)


def _measures(table: str) -> Sequence[str]:
    """Measures whose world total proves the revision of a table."""
    groups = _GROUPS.get(table, _people.POPULATION if table == "demographics" else {})
    named = {"applications": "ASYLUM_APPLICATIONS", "decisions": "ASYLUM_DECISIONS"}
    measures = [group.measure for group in groups.values() if group.measure != "ASYLUM_APPLICATIONS"]
    return measures or [named[table]]


def _world(observed: pl.DataFrame, check: Check) -> float | None:
    rows = observed.filter(
        pl.col("MEASURE") == check.measure,
        pl.col("TIME_PERIOD") == check.period,
        pl.col("SEX") == TOTAL,
        pl.col("AGE") == TOTAL,
        pl.col("UNIT_MEASURE") == "PS",
    )
    return float(rows.get_column("OBS_VALUE").sum()) if rows.height else None
