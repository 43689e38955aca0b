"""What the data cannot say: what figures rest on, what is missing, what was not observed."""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import area, area_in_sentence, area_name
from corridors.concepts.periods import Period
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.sections.flows import MINIMUM, MIX
from corridors.report.summaries import UNKNOWN, at, both_sexes, sums, times, total, year_of
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "What the data cannot say"
ANSWERS = ("PP8",)
#: A rank correlation over fewer origins says nothing.
FEWEST_ORIGINS = 10
_SHARES = {
    "SHARE_BORN_ABROAD": "Counted by birth, per cent",
    "SHARE_CITIZENSHIP": "Counted by citizenship, per cent",
    "SHARE_IMPUTED": "Imputed, per cent",
}


def build(world: World) -> Content:
    """Shares by what the stock rests on, blank corridors, the gap between estimates, observed inflows."""
    both = both_sexes(world.tables["STOCK"])
    last = times(both)[-1]
    basis = _basis_by_subregion(world, both, last) if "BASIS" in world.tables else None
    correlations = _correlations(world)
    return Content(
        figures=(
            *([] if basis is None else _basis_figures(world, basis, last)),
            *_corridor_figures(world, both, last),
            *_gap_figures(world),
            *_observed_figures(world, correlations),
        ),
        tables=() if basis is None else (_basis_table(world, basis, last),),
        flags={"basis": basis is not None, "compared": correlations is not None},
    )


def _basis_by_subregion(world: World, both: pl.DataFrame, last: str) -> pl.DataFrame:
    """Stock of the last date by subregion, and the part of it that rests on each basis, in persons."""
    hosts = sums(at(both, last), "DESTINATION").rename({"DESTINATION": "AREA", "OBS_VALUE": "stock"})
    shares = at(world.tables["BASIS"], last).pivot(on="MEASURE", index="AREA", values="OBS_VALUE")
    joined = hosts.join(shares, on="AREA", how="left", validate="1:1")
    subregions = [area(code).subregion or code for code in joined["AREA"]]
    persons = [(pl.col("stock") * pl.col(share)).alias(share) for share in _SHARES]
    placed = joined.with_columns(*persons, SUBREGION=pl.Series(subregions))
    grouped = placed.group_by("SUBREGION").agg(pl.col("stock", *_SHARES).sum())
    return grouped.sort(pl.col("SHARE_CITIZENSHIP") / pl.col("stock"), "SUBREGION", descending=[True, False])


def _basis_figures(world: World, basis: pl.DataFrame, last: str) -> list[Figure]:
    figure = world.figures("limits", "STOCK", "BASIS")
    whole, citizens, imputed = (
        float(basis[column].sum()) for column in ("stock", "SHARE_CITIZENSHIP", "SHARE_IMPUTED")
    )
    high = basis.row(0, named=True)
    query = f"STOCK by DESTINATION times its share at {last}"
    return [
        figure("citizenship", 100 * citizens / whole, "per cent", "percent:0", f"{query}, SHARE_CITIZENSHIP"),
        figure("imputed", 100 * imputed / whole, "per cent", "percent:2", f"{query}, SHARE_IMPUTED"),
        figure("citizenship_region", area_in_sentence(high["SUBREGION"]), "", "text", f"{query}, SHARE_CITIZENSHIP, the highest"),
        figure(
            "citizenship_high", 100 * high["SHARE_CITIZENSHIP"] / high["stock"], "per cent", "percent:0",
            f"{query}, SHARE_CITIZENSHIP, the highest",
        ),
    ]  # fmt: skip


def _basis_table(world: World, basis: pl.DataFrame, last: str) -> Table:
    return Table(
        key="limits.basis",
        title=f"What the stock of {year_of(last)} rests on, by subregion of destination",
        columns=(
            Column("Subregion", "text"),
            Column("Stock (million)", "million:1"),
            *(Column(head, "percent:0") for head in _SHARES.values()),
        ),
        rows=tuple(
            (area_name(row["SUBREGION"]), row["stock"], *(100 * row[share] / row["stock"] for share in _SHARES))
            for row in basis.iter_rows(named=True)
        ),
        source=world.source("BASIS"),
    )


def _corridor_figures(world: World, both: pl.DataFrame, last: str) -> list[Figure]:
    figure = world.figures("limits", "STOCK", "FLOW")
    areas = world.tables["FLOW"].get_column("DESTINATION").unique()
    known = at(both, last).filter(
        pl.col("ORIGIN") != pl.col("DESTINATION"),
        *(pl.col(c).is_in(areas.implode()) for c in ("ORIGIN", "DESTINATION")),
    )
    pairs = len(areas) * (len(areas) - 1)
    there = known.drop_nulls("OBS_VALUE")
    query = f"pairs of areas of FLOW in STOCK at {last}"
    return [
        figure("last_year", year_of(last), "year", "year", "last TIME_PERIOD of STOCK"),
        figure("unit", world.unit, "", "text", "kind of areas in FLOW"),
        figure("pairs", pairs, "pairs", "integer", "areas of FLOW times one less"),
        figure("pairs_blank", pairs - there.height, "pairs", "integer", f"{query}, without a figure"),
        figure("pairs_zero", there.filter(pl.col("OBS_VALUE") == 0).height, "pairs", "integer", f"{query}, zero"),
    ]


def _gap_figures(world: World) -> list[Figure]:
    figure = world.figures("limits", "FLOW")
    flow = both_sexes(world.tables["FLOW"])
    periods = [Period.from_code(code) for code in times(flow)]
    last = [period for period in periods if period.years == periods[0].years][-1]
    rows = at(flow, last.code)
    least, mix = (total(rows.filter(pl.col("METHOD") == method)) for method in (MINIMUM, MIX))
    return [
        figure("period", last.label, "", "text", "last period of usual length of FLOW"),
        figure("mix_ratio", mix / least, "ratio", "ratio:1", f"FLOW {last.code}, METHOD {MIX} over METHOD {MINIMUM}"),
    ]


def _correlations(world: World) -> pl.DataFrame | None:
    """Rank correlation of reported and estimated inflows over the origins of each destination and period."""
    if "FLOW_OBSERVED" not in world.tables:
        return None
    observed = sums(
        world.tables["FLOW_OBSERVED"].with_columns(pl.col("TIME_PERIOD").str.head(4)),
        "ORIGIN",
        "DESTINATION",
        "TIME_PERIOD",
    )
    mix = (
        both_sexes(world.tables["FLOW"]).filter(pl.col("METHOD") == MIX).with_columns(pl.col("TIME_PERIOD").str.head(4))
    )
    paired = observed.filter(pl.col("ORIGIN") != UNKNOWN).join(
        mix.select("ORIGIN", "DESTINATION", "TIME_PERIOD", estimated="OBS_VALUE"),
        on=["ORIGIN", "DESTINATION", "TIME_PERIOD"],
        how="inner",
        validate="1:1",
    )
    ranked = paired.group_by("DESTINATION", "TIME_PERIOD").agg(
        origins=pl.len(), correlation=pl.corr("OBS_VALUE", "estimated", method="spearman")
    )
    enough = ranked.filter(pl.col("origins") >= FEWEST_ORIGINS)
    return enough if enough.height else None


def _observed_figures(world: World, correlations: pl.DataFrame | None) -> list[Figure]:
    if correlations is None:
        return []
    figure = world.figures("limits", "FLOW_OBSERVED", "FLOW")
    found = [float(value) for value in correlations["correlation"]]
    query = f"Spearman correlation over origins, FLOW_OBSERVED with FLOW, METHOD {MIX}, by DESTINATION and period"
    return [
        figure("comparisons", correlations.height, "destinations and periods", "integer", query),
        figure("correlation_low", min(found), "ratio", "ratio:2", f"{query}, the lowest"),
        figure("correlation_high", max(found), "ratio", "ratio:2", f"{query}, the highest"),
    ]
