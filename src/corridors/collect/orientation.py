"""Matrices that lie on their side: totals of the rows follow what is known of the columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from corridors.collect.spellings import kind_of
from corridors.collect.stored import Stored, counted, whole
from corridors.concepts.findings import Finding

if TYPE_CHECKING:
    import polars as pl

#: Areas that must be in both tables, or their order says nothing.
FEWEST_AREAS = 10
_KEY = ["AREA", "TIME_PERIOD"]


def reversed_orientation(tables: Sequence[Stored]) -> list[Finding]:
    """Look for matrices of remittances or migrants whose two ends stand for each other.

    The totals of the senders of a matrix of remittances should follow what areas are known to have sent, those of the
    receivers what they received. Of two products with stocks at one date, the destinations of one should follow those of
    the other. The orders of at least ten areas are compared, by Spearman's correlation.
    """
    return [*_remittances(tables), *_stocks(tables)]


def _remittances(tables: Sequence[Stored]) -> list[Finding]:
    import polars as pl

    known = [stored.table for stored in tables if stored.dataflow == "INDICATOR"]
    if not known:
        return []
    series = whole(pl.concat(known, how="diagonal")).filter(pl.col("AREA").is_not_null())
    sent, received = (
        series.filter(MEASURE=measure).group_by(_KEY).agg(KNOWN=pl.col("OBS_VALUE").first())
        for measure in ("REMITTANCES_OUT", "REMITTANCES_IN")
    )
    findings = []
    for stored in tables:
        if stored.dataflow != "REMITTANCE":
            continue
        matrix = stored.table.filter(counted(), pl.col("MEASURE") == "REMITTANCE")
        if _turned(matrix, ("SENDER", "RECEIVER"), (sent, received)):
            fact = "totals of the senders follow what these areas received, and those of the receivers what they sent"
            mend = "turn the matrix: its rows are the receivers"
            findings.append(Finding("quality-turned", stored.place("SENDER and RECEIVER"), fact, mend))
    return findings


def _stocks(tables: Sequence[Stored]) -> list[Finding]:
    """Pairs of products whose stocks contradict each other: which of the two is turned only a third can tell."""
    findings = []
    ends = ("ORIGIN", "DESTINATION")
    matrices = [(stored.product, _pairs(stored.table)) for stored in tables if stored.dataflow == "STOCK"]
    for (one, matrix), (other, against) in combinations(sorted(matrices, key=lambda named: named[0]), 2):
        if _turned(matrix, ends, [_known(against, end) for end in ends]):
            place = f"{one} and {other}, STOCK, ORIGIN and DESTINATION"
            fact = "totals of the origins of one follow the destinations of the other"
            findings.append(Finding("quality-turned", place, fact, "compare both with a third, and turn the wrong one"))
    return findings


def _pairs(stock: pl.DataFrame) -> pl.DataFrame:
    countries = [kind_of(end).is_in(["country", "former"]) for end in ("ORIGIN", "DESTINATION")]
    return whole(stock).filter(*countries)


def _known(pairs: pl.DataFrame, end: str) -> pl.DataFrame:
    import polars as pl

    return pairs.group_by(pl.col(end).alias("AREA"), "TIME_PERIOD").agg(KNOWN=pl.col("OBS_VALUE").sum())


def _turned(matrix: pl.DataFrame, ends: tuple[str, str], known: Sequence[pl.DataFrame]) -> bool:
    """Whether the ends of a matrix follow what is known of each other rather than what is known of themselves."""
    first, second = (_known(matrix, end).rename({"KNOWN": "TOTAL"}) for end in ends)
    right = _correlation(first, known[0]) + _correlation(second, known[1])
    wrong = _correlation(first, known[1]) + _correlation(second, known[0])
    return wrong > right


def _correlation(totals: pl.DataFrame, known: pl.DataFrame) -> float:
    import polars as pl

    paired = totals.join(known, on=_KEY, how="inner", validate="1:1")
    if paired.height < FEWEST_AREAS:
        return 0.0
    found = paired.select(pl.corr("TOTAL", "KNOWN", method="spearman")).item()
    return 0.0 if found is None or found != found else float(found)
