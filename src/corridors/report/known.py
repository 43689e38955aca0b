"""What is known, counted: figures that are there of those there could be, and the areas that have none.

A combination is one area, one year and one measure. It could have a figure when its area is one the report looks for and
its source has a row for that year and measure at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import get_args

import polars as pl

from corridors.collect.coverage import MODELLED, THERE, counted_areas
from corridors.concepts.areas import area_in_sentence, area_name, known_areas
from corridors.concepts.codelists import codelist
from corridors.concepts.dataflows import DataflowName, dataflow

#: Names of areas that one cell of a table holds; the file beside the report has them all.
MOST_NAMED = 12
_PAIR = ["DATAFLOW", "MEASURE"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Areas that have no figure at all for some measures, of those `among` which they were looked for.

    `everywhere` where they have none for any.
    """

    measures: tuple[str, ...]
    areas: tuple[str, ...]
    among: tuple[str, ...]
    everywhere: bool = False


def measure_name(dataflow_name: str, measure: str) -> str:
    """What a row of coverage measures, in words: the measure's name or, where it is none, the dataflow's.

    Examples
    --------
    >>> measure_name("STOCK", "STOCK"), measure_name("FLOW_OBSERVED", "FLOW_OBSERVED"), measure_name("VITAL", "BIRTHS")
    ('Migrant stock', 'Observed migration flows', 'Births')
    """
    names = codelist("MEASURE")
    return names[measure].name if measure in names else title(dataflow_name)


def title(dataflow_name: str) -> str:
    """Title of a dataflow.

    Examples
    --------
    >>> title("VITAL")
    'Births, deaths and their rates'
    """
    return next(dataflow(name).title for name in get_args(DataflowName) if name == dataflow_name)


def counted(known: pl.DataFrame, areas: Collection[str]) -> pl.DataFrame:
    """Count combinations by measure.

    Parameters
    ----------
    known
        Table made by `corridors.collect.coverage.coverage`.
    areas
        Areas that the report looks for.

    Returns
    -------
    polars.DataFrame
        `DATAFLOW`, `MEASURE`, `FIRST` and `LAST` year, and numbers of combinations: `COULD` have a figure, are `KNOWN`, of
        these `MODELLED` (estimated, imputed or provisional), are `SUPPRESSED`, `MISSING` (the source says so) or
        `UNSAID` (it has no row); and `AREAS` with a figure of `OF`. The best known measure comes first.
    """
    sizes = pl.DataFrame(
        [(name, len(counted_areas(name, areas))) for name in known["DATAFLOW"].unique().sort()],
        schema={"DATAFLOW": pl.String, "OF": pl.Int64},
        orient="row",
    )
    status = pl.col("OBS_STATUS")

    def combinations(*statuses: str) -> pl.Expr:
        """How many rows have one of the statuses."""
        return status.is_in(statuses).sum().cast(pl.Int64)

    table = (
        _looked_for(known, areas)
        .group_by(_PAIR)
        .agg(
            FIRST=pl.col("YEAR").min(),
            LAST=pl.col("YEAR").max(),
            YEARS=pl.col("YEAR").n_unique().cast(pl.Int64),
            AREAS=pl.col("AREA").filter(status.is_in(THERE)).n_unique().cast(pl.Int64),
            KNOWN=combinations(*THERE),
            MODELLED=combinations(*MODELLED),
            SUPPRESSED=combinations("Q"),
            MISSING=combinations("O", "L"),
            IMPOSSIBLE=combinations("M"),
        )
        .join(sizes, on="DATAFLOW", how="left", validate="m:1")
        .with_columns(COULD=pl.col("YEARS") * pl.col("OF") - pl.col("IMPOSSIBLE"))
        .with_columns(UNSAID=pl.col("COULD") - pl.col("KNOWN") - pl.col("SUPPRESSED") - pl.col("MISSING"))
    )
    return table.sort(pl.col("KNOWN") / pl.col("COULD"), *_PAIR, descending=[True, False, False])


def by_measure(known: pl.DataFrame, areas: Collection[str], *, most: int) -> pl.DataFrame:
    """Share of the areas with a figure as rows of a heat map: measures or, where there are more than `most`, dataflows.

    Returns `ROW` (a name), `YEAR` and `SHARE` (0 to 1); rows in the order of dataflows and measures.
    """
    looked = _looked_for(known, areas)
    pairs = _pairs(looked)
    several = len({measure_name(*pair) for pair in pairs}) > most
    names = {pair: title(pair[0]) if several else measure_name(*pair) for pair in pairs}
    rows = pl.DataFrame(
        [(*pair, names[pair], len(counted_areas(pair[0], areas))) for pair in pairs],
        schema={"DATAFLOW": pl.String, "MEASURE": pl.String, "ROW": pl.String, "OF": pl.Int64},
        orient="row",
    )
    shares = (
        looked.filter(pl.col("OBS_STATUS").is_in(THERE))
        .join(rows, on=_PAIR, how="left", validate="m:1")
        .group_by("ROW", "YEAR", "OF")
        .agg(SHARE=pl.col("AREA").n_unique())
        .with_columns(SHARE=pl.col("SHARE") / pl.col("OF"))
        # Two dataflows may hold one measure: the better known of them is what is known.
        .group_by("ROW", "YEAR")
        .agg(pl.col("SHARE").max())
    )
    order = {name: number for number, name in enumerate(dict.fromkeys(names.values()))}
    return shares.sort(pl.col("ROW").replace_strict(order, return_dtype=pl.Int32), "YEAR")


def by_subregion(known: pl.DataFrame, areas: Collection[str], *, order: Collection[str]) -> pl.DataFrame:
    """Share of the combinations of area and measure with a figure as rows of a heat map, one a subregion of `order`.

    Returns `ROW` (a name), `YEAR` and `SHARE` (0 to 1). What offices of countries report is left out where the areas are
    no countries.
    """
    looked = _looked_for(known, areas).filter(pl.col("AREA").is_in(list(areas)))
    places = [(code, known_areas()[code].subregion) for code in areas]
    subregions = pl.DataFrame(places, schema={"AREA": pl.String, "SUBREGION": pl.String}, orient="row")
    sizes = subregions.group_by("SUBREGION").agg(SIZE=pl.len())
    measures = looked.select(_PAIR).n_unique()
    found = (
        looked.filter(pl.col("OBS_STATUS").is_in(THERE))
        .join(subregions, on="AREA", how="inner", validate="m:1")
        .filter(pl.col("SUBREGION").is_in(list(order)))
        .group_by("SUBREGION", "YEAR")
        .agg(THERE=pl.len())
        .join(sizes, on="SUBREGION", how="left", validate="m:1")
    )
    place = {code: number for number, code in enumerate(order)}
    return found.sort(pl.col("SUBREGION").replace_strict(place, return_dtype=pl.Int32), "YEAR").select(
        ROW=pl.col("SUBREGION").map_elements(area_name, return_dtype=pl.String),
        YEAR="YEAR",
        SHARE=pl.col("THERE") / (pl.col("SIZE") * measures),
    )


def gaps(known: pl.DataFrame, areas: Collection[str]) -> list[Gap]:
    """Areas without any figure, together where they lack the same measures; those that lack all of them first."""
    there = _looked_for(known, areas).filter(pl.col("OBS_STATUS").is_in(THERE))
    have: dict[tuple[str, str], set[str]] = {pair: set() for pair in _pairs(known)}
    for name, measure, code in there.select(*_PAIR, "AREA").unique().iter_rows():
        have[name, measure].add(code)
    lacking = {pair: counted_areas(pair[0], areas) - found for pair, found in have.items()}
    # One measure alone is named rather than called all of them.
    nowhere = frozenset(areas) - frozenset().union(*have.values()) if len(have) > 1 else frozenset()
    together: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for pair, missing in lacking.items():
        if missing - nowhere:
            key = (missing - nowhere, counted_areas(pair[0], areas) - nowhere)
            together.setdefault(key, []).append(measure_name(*pair))
    found = [
        Gap(tuple(measures), tuple(sorted(missing)), tuple(sorted(among)))
        for (missing, among), measures in together.items()
    ]
    everywhere = [Gap((), tuple(sorted(nowhere)), tuple(sorted(areas)), everywhere=True)] if nowhere else []
    return [*everywhere, *sorted(found, key=lambda gap: (len(gap.areas), gap.measures))]


def named(codes: Collection[str], among: Collection[str]) -> str:
    """Names of areas, whole regions and subregions under their own name; the longest lists end in a number.

    Parameters
    ----------
    codes
        Areas to name.
    among
        All areas there are: a region all of whose areas among them are to be named is named in their place.

    Examples
    --------
    >>> named(["NZL", "AUS", "FRA"], ["NZL", "AUS", "FRA", "BEL"])
    'All of Oceania (2); France'
    """
    left = set(codes)
    whole: list[str] = []
    for level in ("region", "subregion"):
        members: dict[str, set[str]] = {}
        for code in among:
            over = getattr(known_areas()[code], level)
            if over and over != code:
                members.setdefault(over, set()).add(code)
        for over in sorted(members, key=area_name):
            if len(members[over]) > 1 and members[over] <= left:
                whole.append(f"All of {area_in_sentence(over)} ({len(members[over])})")
                left -= members[over]
    single = sorted(area_name(code) for code in left)
    rest = len(single) - max(MOST_NAMED - len(whole), 0)
    # One name takes no more room than the word that there is one more.
    if rest > 1:
        single = [*single[: len(single) - rest], f"and {rest} more"]
    return "; ".join([*whole, *single])


def _pairs(known: pl.DataFrame) -> list[tuple[str, str]]:
    """Dataflows and their measures, in the order of the dataflows."""
    order = get_args(DataflowName)
    pairs: list[tuple[str, str]] = known.select(_PAIR).unique().rows()
    return sorted(pairs, key=lambda pair: (order.index(pair[0]), pair[1]))


def _looked_for(known: pl.DataFrame, areas: Collection[str]) -> pl.DataFrame:
    """Rows of the areas that the report looks for: former states are in the file and in no count."""
    wanted: Mapping[str, list[str]] = {
        name: sorted(counted_areas(name, areas)) for name in known["DATAFLOW"].unique().sort()
    }
    if not wanted:
        return known
    return pl.concat(
        known.filter(pl.col("DATAFLOW") == name, pl.col("AREA").is_in(codes)) for name, codes in wanted.items()
    )
