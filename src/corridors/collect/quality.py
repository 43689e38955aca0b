"""Plausibility across what is stored: checks on tables, each named after the fault it looks for.

A check takes valid tidy tables and returns findings. It refuses nothing: what it finds is for the person who must decide
which figure to believe. `CHECKS` lists them all; `check_all` runs those whose tables are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.collect.orientation import reversed_orientation
from corridors.collect.plausible import PLACES, country_totals, falls
from corridors.collect.spellings import kind_of
from corridors.collect.stored import Stored, counted, where, whole
from corridors.concepts.ages import TOTAL, UNKNOWN, AgeGroup
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import dataflow
from corridors.concepts.findings import Finding

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "ALL_TABLES",
    "ONE_TABLE",
    "SHOWN",
    "TWO_TABLES",
    "Stored",
    "aggregates_counted_twice",
    "check_all",
    "falling_world_total",
    "heaped_digits",
    "impossible_times_and_ages",
    "mirror_flows_out_of_band",
    "persons_beside_cases",
    "reversed_orientation",
    "revisions_that_disagree",
    "sexes_that_do_not_add_up",
    "thousands_for_persons",
]
#: Findings of one check that are shown; the last says how many more there are.
SHOWN = 20
LARGEST_FALL, LARGEST_REVISION, LARGEST_GAP = 0.10, 0.10, 0.005
#: Reports of one corridor by its two ends: nine in ten pairs of European reports lie inside this band of ratios.
MIRROR_BAND = (0.12, 12.5)
#: Share of figures of three digits and more that may end in 0 or 5; two in ten would by chance.
LARGEST_HEAP, FEWEST_FIGURES = 0.35, 200
OLDEST_AGE, EARLIEST_YEAR = 120, 1800
#: Units in which women and men add up to both sexes; statuses of a part whose figure is not there.
_NUMBERS, _LACKING = ("PS", "EV", "CASES", "COUNT"), ("O", "L", "Q")


def falling_world_total(stored: Stored) -> list[Finding]:
    """Look for a total of migrants that falls by more than a tenth between two dates, where the same destinations report."""
    if stored.dataflow != "STOCK":
        return []
    return [
        Finding(
            "quality-total-falls",
            stored.place(f"{fall.earlier} to {fall.later}"),
            fall.fact,
            "look for missing origins, or years over the wrong columns",
        )
        for fall in falls(stored.table, share=LARGEST_FALL)
        if fall.sex == TOTAL and fall.after < fall.before * (1 - LARGEST_FALL)
    ]


def sexes_that_do_not_add_up(stored: Stored) -> list[Finding]:
    """Look for women, men and persons of unknown sex who are not as many as both sexes, by half a per cent and one person.

    Only numbers are added: rates of women and men never make that of both.
    """
    import polars as pl

    if "SEX" not in stored.table.columns or not {"F", "M", TOTAL} <= set(stored.table["SEX"].unique()):
        return []
    key = [name for name in dataflow(stored.dataflow).key_of(stored.table.columns) if name != "SEX"]
    rows = stored.table.filter(counted(), pl.col("UNIT_MEASURE").is_in(_NUMBERS))
    wide = rows.select(*key, "SEX", "OBS_VALUE").pivot(on="SEX", index=key, values="OBS_VALUE")
    unknown = pl.col(UNKNOWN).fill_null(0) if UNKNOWN in wide.columns else pl.lit(0.0)
    if not {"F", "M", TOTAL} <= set(wide.columns):
        return []
    gap = (pl.col("F") + pl.col("M") + unknown - pl.col(TOTAL)).abs()
    torn = (
        wide.drop_nulls(["F", "M", TOTAL])
        .with_columns(UNTOLD=unknown)
        .filter((gap > 1) & (gap > LARGEST_GAP * pl.col(TOTAL).abs()))
    )
    return [
        Finding(
            "quality-sexes",
            stored.place(where(row, key)),
            f"women {row['F']:,.0f} and men {row['M']:,.0f}"
            + (f" and {row['UNTOLD']:,.0f} of unknown sex" if row["UNTOLD"] else "")
            + f" are not {row[TOTAL]:,.0f}",
            "ask the publisher, or use both sexes together",
        )
        for row in torn.sort(gap, descending=True).iter_rows(named=True)
    ]


def aggregates_counted_twice(stored: Stored) -> list[Finding]:
    """Look for a world row that differs by more than half a per cent from the sum of the countries.

    Rests that the source does not tell apart (other countries of the South) are parts of the world too. Where one part has
    no figure the sum may only be too large.
    """
    import polars as pl

    column = {"STOCK": "DESTINATION", "POPULATION": "AREA"}.get(stored.dataflow)
    if column is None:
        return []
    others = [c.name for c in dataflow(stored.dataflow).key if c.name != column]
    world = stored.table.filter(counted(), pl.col(column) == WORLD).select(*others, world="OBS_VALUE")
    parts = (
        stored.table.filter(kind_of(column).is_in(PLACES))
        .group_by(others)
        .agg(parts=pl.col("OBS_VALUE").sum(), lacking=pl.col("OBS_STATUS").is_in(_LACKING).any())
    )
    both = world.join(parts, on=others, how="inner", nulls_equal=True)
    gap = pl.col("parts") - pl.col("world")
    torn = both.filter(gap.abs() > LARGEST_GAP * pl.col("world"), (gap > 0) | ~pl.col("lacking"), pl.col("parts") > 0)
    return [
        Finding(
            "quality-aggregates",
            stored.place(where(row, others)),
            f"the countries add up to {row['parts']:,.0f}, the world row says {row['world']:,.0f}",
            "look for an aggregate among the countries, or for countries that are missing",
        )
        for row in torn.iter_rows(named=True)
    ]


def heaped_digits(stored: Stored) -> list[Finding]:
    """Look for figures that end in 0 or 5 far more often than two in ten: rounded or guessed."""
    import polars as pl

    if dataflow(stored.dataflow).unit not in ("PS", "EV"):
        return []
    whole = stored.table.filter(
        counted(), pl.col("OBS_VALUE").abs() >= 100, pl.col("OBS_VALUE") == pl.col("OBS_VALUE").round(0)
    )
    if whole.height < FEWEST_FIGURES:
        return []
    share = float((whole["OBS_VALUE"].cast(pl.Int64) % 5 == 0).sum() / whole.height)
    if share <= LARGEST_HEAP:
        return []
    fact = f"{share:.0%} of {whole.height:,} figures of three digits and more end in 0 or 5"
    return [Finding("quality-heaped", stored.place("all rows"), fact, "treat the last digits as rounded")]


def impossible_times_and_ages(stored: Stored, *, as_of: date) -> list[Finding]:
    """Look for periods before 1800 or after today, and for ages over 120; projections may lie ahead."""
    import polars as pl

    findings = []
    if stored.dataflow != "PROJECTION":
        years = stored.table.select(pl.col("TIME_PERIOD").unique()).drop_nulls()
        years = years.with_columns(year=pl.col("TIME_PERIOD").str.head(4).cast(pl.Int64))
        bad = years.filter((pl.col("year") < EARLIEST_YEAR) | (pl.col("year") > as_of.year))
        findings += [
            Finding(
                "quality-time",
                stored.place(f"TIME_PERIOD {code}"),
                "it lies before 1800 or after today",
                "correct the date",
            )
            for code in bad.sort("year")["TIME_PERIOD"]
        ]
    ages = stored.table["AGE"].unique().drop_nulls().to_list() if "AGE" in stored.table.columns else []
    findings += [
        Finding(
            "quality-age", stored.place(f"AGE {code}"), f"nobody is counted at {OLDEST_AGE} and over", "correct the age"
        )
        for code in sorted(ages)
        if code not in (TOTAL, UNKNOWN) and AgeGroup.from_code(code).start > OLDEST_AGE
    ]
    return findings


def revisions_that_disagree(one: Stored, other: Stored) -> list[Finding]:
    """Look for figures of one publisher's two revisions that differ by more than a tenth, for totals of one place and day."""
    import polars as pl

    if one.dataflow != other.dataflow or _family(one.product) != _family(other.product) or one.product == other.product:
        return []
    totals = [_totals_by_place(stored).rename({"OBS_VALUE": name}) for stored, name in ((one, "one"), (other, "other"))]
    if any(total.is_empty() for total in totals):
        return []
    keys = [column for column in totals[0].columns if column not in ("one", "other")]
    both = totals[0].join(totals[1], on=keys, how="inner", validate="1:1")
    ratio = pl.col("other") / pl.col("one")
    torn = both.filter((pl.col("one") > 0) & ((ratio - 1).abs() > LARGEST_REVISION)).sort(
        (ratio - 1).abs(), descending=True
    )
    return [
        Finding(
            "quality-revisions",
            f"{one.product} and {other.product}, {one.dataflow}, {where(row, keys)}",
            f"{row['one']:,.0f} became {row['other']:,.0f} ({row['other'] / row['one'] - 1:+.0%})",
            "never mix the two in one difference",
        )
        for row in torn.iter_rows(named=True)
    ]


def thousands_for_persons(one: Stored, other: Stored) -> list[Finding]:
    """Look for figures of one place and day that two products give a thousand times apart."""
    import polars as pl

    if one.dataflow != other.dataflow or one.product == other.product:
        return []
    totals = [_totals_by_place(stored).rename({"OBS_VALUE": name}) for stored, name in ((one, "one"), (other, "other"))]
    if any(total.is_empty() for total in totals):
        return []
    keys = [column for column in totals[0].columns if column not in ("one", "other")]
    both = (
        totals[0]
        .join(totals[1], on=keys, how="inner", validate="1:1")
        .filter((pl.col("one") > 0) & (pl.col("other") > 0))
    )
    distance = ((pl.col("one") / pl.col("other")).log(10).abs() - 3).abs()
    if both.is_empty() or both.select((distance < 0.1).mean()).item() < 0.5:
        return []
    fact = f"{both.height:,} totals are about a thousand times apart"
    place = f"{one.product} and {other.product}, {one.dataflow}"
    return [
        Finding("quality-thousands", place, fact, "one of the two is in thousands: say so in its reader or mapping")
    ]


def mirror_flows_out_of_band(tables: Sequence[Stored]) -> list[Finding]:
    """Look for corridors that both ends report and whose reports lie further apart than nine in ten pairs do."""
    import polars as pl

    flows = [stored.table for stored in tables if stored.dataflow == "FLOW_OBSERVED"]
    if not flows:
        return []
    rows = pl.concat(flows, how="diagonal").filter(
        counted(),
        pl.col("SEX") == "_T",
        pl.col("AGE") == TOTAL,
        pl.col("CRITERION") == "RESIDENCE",
        pl.col("COVERAGE") == "_T",
    )
    key = ["ORIGIN", "DESTINATION", "TIME_PERIOD"]
    received = (
        rows.filter(pl.col("REPORTER") == pl.col("DESTINATION")).group_by(key).agg(received=pl.col("OBS_VALUE").first())
    )
    sent = rows.filter(pl.col("REPORTER") == pl.col("ORIGIN")).group_by(key).agg(sent=pl.col("OBS_VALUE").first())
    both = received.join(sent, on=key, how="inner", validate="1:1").filter(
        (pl.col("sent") >= 100) | (pl.col("received") >= 100)
    )
    ratio = pl.col("received") / pl.col("sent")
    low, high = MIRROR_BAND
    torn = both.filter((ratio < low) | (ratio > high)).sort(ratio.log().abs(), descending=True)
    return [
        Finding(
            "quality-mirror",
            f"FLOW_OBSERVED, {where(row, key)}",
            f"the destination counts {row['received']:,.0f}, the origin {row['sent']:,.0f}",
            "compare the two offices' rules of duration before either figure is used",
        )
        for row in torn.iter_rows(named=True)
    ]


def persons_beside_cases(stored: Stored) -> list[Finding]:
    """Look for one place and time that is counted in persons and in cases: the two are never added."""
    import polars as pl

    key = [
        name for name in dataflow(stored.dataflow).key_of(stored.table.columns) if name not in ("CATEGORY", "SOURCE")
    ]
    units = stored.table.filter(pl.col("UNIT_MEASURE").is_in(["PS", "CASES"]))
    both = units.group_by(key).agg(pl.col("UNIT_MEASURE").n_unique()).filter(pl.col("UNIT_MEASURE") > 1)
    if both.is_empty():
        return []
    fact = f"{both.height:,} figures are there in persons and in cases"
    return [
        Finding("quality-cases", stored.place("UNIT_MEASURE"), fact, "choose one of the two units, never their sum")
    ]


def _family(product: str) -> str:
    """Source and table of a product, without its revision."""
    source, _, rest = product.partition("-")
    return f"{source}-{rest.partition('-')[2] or rest}"


def _totals_by_place(stored: Stored) -> pl.DataFrame:
    """Figures of both sexes and all ages by area and time, over all origins, for every source that a table holds once."""
    import polars as pl

    rows = whole(stored.table)
    if stored.dataflow == "STOCK":
        return country_totals(rows, by=["DESTINATION", "TIME_PERIOD"])
    if stored.dataflow in ("POPULATION", "NET_MIGRATION"):
        return rows.group_by("AREA", "TIME_PERIOD").agg(pl.col("OBS_VALUE").first())
    return rows.clear().select("OBS_VALUE")


ONE_TABLE: Mapping[str, Callable[[Stored], list[Finding]]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            falling_world_total,
            sexes_that_do_not_add_up,
            aggregates_counted_twice,
            heaped_digits,
            persons_beside_cases,
        )
    }
)
TWO_TABLES: Mapping[str, Callable[[Stored, Stored], list[Finding]]] = MappingProxyType(
    {check.__name__: check for check in (revisions_that_disagree, thousands_for_persons)}
)
ALL_TABLES: Mapping[str, Callable[[Sequence[Stored]], list[Finding]]] = MappingProxyType(
    {check.__name__: check for check in (mirror_flows_out_of_band, reversed_orientation)}
)


def check_all(tables: Sequence[Stored], *, as_of: date) -> dict[str, list[Finding]]:
    """Run every check on the tables it concerns.

    Parameters
    ----------
    tables
        The latest vintage of each product and dataflow.
    as_of
        Today: no period of the past begins after it.

    Returns
    -------
    dict
        Findings by the name of their check, every check named even where it found nothing.
    """
    found: dict[str, list[Finding]] = {
        name: [finding for stored in tables for finding in check(stored)] for name, check in ONE_TABLE.items()
    }
    found["impossible_times_and_ages"] = [
        f for stored in tables for f in impossible_times_and_ages(stored, as_of=as_of)
    ]
    found |= {
        name: [finding for one, other in combinations(tables, 2) for finding in pair(one, other)]
        for name, pair in TWO_TABLES.items()
    }
    return found | {name: whole(tables) for name, whole in ALL_TABLES.items()}
