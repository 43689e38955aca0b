"""Which revision a stock by country is of: the one whose published world totals its figures add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from corridors.collect.sources.undesa._stock import REVISIONS, published_totals
from corridors.collect.spellings import kind_of
from corridors.concepts.areas import known_areas
from corridors.concepts.findings import DataError, Finding
from corridors.concepts.periods import MID_YEAR

if TYPE_CHECKING:
    import polars as pl

#: Revisions differ by 0.02 per cent (2010) to 2 per cent in these totals, a file and its publisher by rounding.
_TOLERANCE, _EXACT = 0.002, 1e-5
#: Missing destinations up to which they are listed; and areas that no revision has as a destination.
_LISTED = 20
_NEVER_LISTED = frozenset(
    "ALA ATA ATF BLM BVT CCK CXR GGY HMD IOT JEY MAF NFK PCN SGS SJM TWN UMI XKX".split()  # noqa: SIM905  (one line)
)


def prove_revision(both: pl.DataFrame, *, file: str) -> tuple[str, tuple[str, ...]]:
    """The revision, and the totals that prove it.

    Parameters
    ----------
    both
        Figures of both sexes: DESTINATION, YEAR and OBS_VALUE.
    file
        What findings call it.

    Raises
    ------
    DataError
        No revision published totals like these, or two did.
    """
    import polars as pl

    years = both.group_by("YEAR").agg(pl.col("OBS_VALUE").sum()).sort("YEAR")
    sums = {f"{year}-{MID_YEAR}": value for year, value in years.iter_rows()}
    totals = {revision: published_totals(revision) for revision in REVISIONS.values()}
    gaps = {revision: _largest_gap(sums, published) for revision, published in totals.items()}
    fitting = [revision for revision, gap in gaps.items() if gap <= _TOLERANCE]
    # The totals of 2010 lie closer to each other than rounding allows: there only the exact one counts.
    if len(fitting) > 1:
        fitting = [revision for revision in fitting if gaps[revision] <= _EXACT] or fitting
    if len(fitting) == 1:
        [revision] = fitting
        shown = [
            f"world total at {date}: {value:,.0f}, as revision {revision} published it" for date, value in sums.items()
        ]
        return revision, tuple(shown[-3:])
    raise DataError([_unknown(both, sums, {name: known for name, known in totals.items() if known}, file)])


def _largest_gap(sums: Mapping[str, float], published: Mapping[str, float]) -> float:
    """Largest relative gap over all dates; a date that the revision has no total for cannot be proved."""
    if not sums or not set(sums) <= set(published):
        return float("inf")
    return max(abs(value / published[date] - 1) for date, value in sums.items())


def _unknown(
    both: pl.DataFrame, sums: Mapping[str, float], totals: Mapping[str, Mapping[str, float]], file: str
) -> Finding:
    compared = []
    for date, value in list(sums.items())[-3:]:
        known = [f"{published[date]:,.0f} ({name} revision)" for name, published in totals.items() if date in published]
        compared.append(f"{date}: {value:,.0f}, published are {', '.join(known) or 'no totals'}")
    fact = f"no revision's world totals fit: {'; '.join(compared) or 'the file has no date'}"
    return Finding("revision-unknown", file, fact, _mend(both, sums, totals))


def _mend(both: pl.DataFrame, sums: Mapping[str, float], totals: Mapping[str, Mapping[str, float]]) -> str:
    """What seems to be wrong, judged by the last date that any revision has."""
    known = [(date, published[date]) for date in sums for published in totals.values() if date in published]
    if not known:
        dates = sorted({date for published in totals.values() for date in published})
        return f"give the dates that a revision published, among them {', '.join(dates)}"
    last = max(date for date, _ in known)
    world = min((total for date, total in known if date == last), key=lambda total: abs(total - sums[last]))
    share = sums[last] / world
    if 0.0009 < share < 0.0011:
        return "the figures seem to be thousands: write persons"
    here = set(both.filter(YEAR=last[:4]).get_column("DESTINATION"))
    if share < 1:
        return f"give all destinations ({len(here)} are in the file, {world - sums[last]:,.0f} migrants are not){_absent(here)}"
    if share > 1 + _TOLERANCE:
        return f"look for figures that are too large, first at {_largest(both, last[:4])}"
    return "give all dates of one revision and no others, so that the totals tell one revision from another"


def _absent(here: set[str]) -> str:
    wanted = [area for code, area in known_areas().items() if area.kind == "country" and code not in _NEVER_LISTED]
    absent = sorted(area.name for area in wanted if area.code not in here)
    return f": none of {', '.join(absent)}" if len(absent) <= _LISTED else ""


def _largest(both: pl.DataFrame, year: str) -> str:
    import polars as pl

    rows = both.filter(pl.col("YEAR") == year, kind_of("DESTINATION").is_not_null())
    area, value = rows.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).sort("OBS_VALUE").row(-1)
    return f"{area} {known_areas()[area].name}, with {value:,.0f}"
