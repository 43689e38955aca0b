"""What the data cannot say: what figures rest on, what is missing, what was not observed."""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import UNKNOWN_ORIGIN, area, area_in_sentence, area_name
from corridors.concepts.periods import Period
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.sections import coverage
from corridors.report.sections.flows import MINIMUM, MIX
from corridors.report.summaries import at, both_sexes, sums, times, total, usual_periods, year_of
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
    """What is known, shares by what the stock rests on, blank corridors, the gap between estimates, observed inflows."""
    both = both_sexes(world.tables["STOCK"])
    last = times(both)[-1]
    basis = _basis_by_subregion(world, both, last) if _says_basis(world, last) else None
    correlations = _correlations(world)
    gap = _gap_figures(world)
    known = coverage.build(world)
    return Content(
        figures=(
            *known.figures,
            *([] if basis is None else _basis_figures(world, basis, last)),
            *_corridor_figures(world, both, last),
            *gap,
            *_observed_figures(world, correlations),
        ),
        charts=known.charts,
        tables=(
            *known.tables,
            *([] if basis is None else [_basis_table(world, basis, last)]),
            *([] if correlations is None else [_observed_table(world, correlations)]),
        ),
        flags={
            **known.flags,
            "gap": bool(gap),
            "basis": basis is not None,
            "compared": correlations is not None,
        },
    )


def _says_basis(world: World, last: str) -> bool:
    """Whether the tables say of some stock of the last date what it rests on."""
    if "BASIS" not in world.tables:
        return False
    return set(_SHARES) <= set(at(world.tables["BASIS"], last).drop_nulls("OBS_VALUE")["MEASURE"])


def _basis_by_subregion(world: World, both: pl.DataFrame, last: str) -> pl.DataFrame:
    """Stock of the last date by subregion, and the part of it that rests on each basis, in persons."""
    hosts = sums(at(both, last), "DESTINATION").rename({"DESTINATION": "AREA", "OBS_VALUE": "stock"})
    shares = at(world.tables["BASIS"], last).pivot(on="MEASURE", index="AREA", values="OBS_VALUE")
    joined = hosts.join(shares, on="AREA", how="left", validate="1:1")
    subregions = [area(code).subregion or code for code in joined["AREA"]]
    persons = [(pl.col("stock") * pl.col(share)).alias(share) for share in _SHARES]
    placed = joined.with_columns(*persons, SUBREGION=pl.Series(subregions))
    grouped = placed.group_by("SUBREGION").agg(pl.col("stock", *_SHARES).sum()).filter(pl.col("stock") > 0)
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
    blank, zero = pairs - there.height, there.filter(pl.col("OBS_VALUE") == 0).height
    query = f"pairs of areas of FLOW in STOCK at {last}"
    counted = {0: "none has a counted zero", 1: "one has a counted zero"}.get(zero, f"{zero:,} have a counted zero")
    return [
        figure("last_year", year_of(last), "year", "year", "last TIME_PERIOD of STOCK"),
        figure("unit", world.unit, "", "text", "kind of areas in FLOW"),
        figure("pairs", pairs, "pairs", "integer", "areas of FLOW times one less"),
        figure("pairs_blank", blank, "pairs", "integer", f"{query}, without a figure"),
        figure("pairs_blank_verb", "has" if blank == 1 else "have", "", "text", f"{query}, without a figure"),
        figure("pairs_zero_words", counted, "", "text", f"{query}, zero"),
    ]


def _gap_figures(world: World) -> list[Figure]:
    figure = world.figures("limits", "FLOW")
    flow = both_sexes(world.tables["FLOW"])
    usual, _ = usual_periods(flow)
    last = usual[-1]
    rows = at(flow, last.code)
    least, mix = (total(rows.filter(pl.col("METHOD") == method)) for method in (MINIMUM, MIX))
    if least == 0:
        return []
    return [
        figure("period", last.label, "", "text", "last period of usual length of FLOW"),
        figure("mix_ratio", mix / least, "ratio", "ratio:1", f"FLOW {last.code}, METHOD {MIX} over METHOD {MINIMUM}"),
    ]


def _correlations(world: World) -> pl.DataFrame | None:
    """Rank correlation of reported and estimated inflows over the origins of each destination and period."""
    if "FLOW_OBSERVED" not in world.tables:
        return None
    start = pl.col("TIME_PERIOD").str.head(4)
    reports = both_sexes(world.tables["FLOW_OBSERVED"]).with_columns(PERIOD=pl.col("TIME_PERIOD"), TIME_PERIOD=start)
    key = ["ORIGIN", "DESTINATION", "TIME_PERIOD"]
    observed = sums(reports, *key).filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN)
    flow = both_sexes(world.tables["FLOW"]).with_columns(TIME_PERIOD=start)
    for method in (MINIMUM, MIX):
        estimates = flow.filter(pl.col("METHOD") == method).select(*key, pl.col("OBS_VALUE").alias(method))
        observed = observed.join(estimates, on=key, how="inner", validate="1:1")
    place = ["DESTINATION", "TIME_PERIOD"]
    reporters = reports.group_by(place).agg(pl.col("REPORTER").n_unique().alias("reporters"), pl.col("PERIOD").first())
    ranked = observed.group_by(place).agg(
        pl.len().alias("origins"),
        *(pl.corr("OBS_VALUE", method, method="spearman").alias(method) for method in (MINIMUM, MIX)),
    )
    # Where all origins have one rank there is no order to compare.
    ordered = [pl.col(method).is_finite() for method in (MINIMUM, MIX)]
    enough = ranked.filter(pl.col("origins") >= FEWEST_ORIGINS, *ordered).join(
        reporters, on=place, how="left", validate="1:1"
    )
    return enough.sort(place) if enough.height else None


def _observed_figures(world: World, correlations: pl.DataFrame | None) -> list[Figure]:
    if correlations is None:
        return []
    figure = world.figures("limits", "FLOW_OBSERVED", "FLOW")
    periods = [Period.from_code(code) for code in correlations["PERIOD"]]
    query = "Spearman correlation over origins, FLOW_OBSERVED with FLOW, by DESTINATION and period"
    figures = [
        figure("comparisons", correlations.height, "destinations and periods", "integer", query),
        figure(
            "observed_first", min(p.start.year for p in periods), "year", "year", "first year of FLOW_OBSERVED compared"
        ),
        figure("observed_last", max(p.end.year for p in periods), "year", "year", "end of FLOW_OBSERVED compared"),
    ]
    for word, method in (("correlation_min", MINIMUM), ("correlation", MIX)):
        found = [float(value) for value in correlations[method]]
        figures += [
            figure(f"{word}_low", min(found), "ratio", "ratio:2", f"{query}, METHOD {method}, the lowest"),
            figure(f"{word}_high", max(found), "ratio", "ratio:2", f"{query}, METHOD {method}, the highest"),
        ]
    return figures


def _observed_table(world: World, correlations: pl.DataFrame) -> Table:
    return Table(
        key="limits.observed",
        title="Reported and estimated inflows: rank correlation over origins",
        columns=(
            Column("Destination", "text"),
            Column("Years", "text"),
            Column("Reporting countries", "integer"),
            Column("Origins", "integer"),
            Column("Minimum", "ratio:2"),
            Column("Mix", "ratio:2"),
        ),
        rows=tuple(
            (
                area_name(row["DESTINATION"]), Period.from_code(row["PERIOD"]).label, row["reporters"], row["origins"],
                row[MINIMUM], row[MIX],
            )
            for row in correlations.iter_rows(named=True)
        ),
        source=f"{world.source('FLOW_OBSERVED')}; {world.source('FLOW')}",
        note="A country's reports are compared with the estimate for its whole subregion.",
    )  # fmt: skip
