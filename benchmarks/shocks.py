"""How much later revisions changed stocks, births, deaths and net migration: the constants of the error model.

`python -m benchmarks.shocks FOLDER` prints `src/corridors/estimate/shocks.csv`. FOLDER holds the sample files of the tests:
the 2020 and 2024 revisions of the International Migrant Stock and World Population Prospects 2022 and 2024.
"""

import sys
from pathlib import Path

import polars as pl

from corridors.concepts.areas import known_areas

QUANTILES = (0.5, 0.8, 0.9, 0.95)
#: Fewest persons in both revisions: below, rounding is larger than a revision.
FEWEST = 30
#: A column of a stock was revised when more than half of its cells changed by more than this between two dates.
CHANGED = 0.002
#: Composition was carried forward when more than this share of cells grew as the median cell did, to within `SAME`.
CARRIED, SAME = 0.7, 0.004


def table(folder):
    """Rows what, class, n and the quantiles of the absolute shock."""
    return pl.concat([*_stocks(folder), *_world_population(folder)]).select(
        "what", "class", "n", *(f"p{share * 100:.0f}" for share in QUANTILES)
    )


def _stocks(folder):
    cells, columns = revised(folder)
    size = pl.concat_str(pl.lit("1e"), pl.col("size").cast(pl.String))
    carried = pl.when("carried").then(pl.lit("carried")).otherwise(pl.lit("counted"))
    for what in ("change", "level"):
        yield _quantiles(columns, f"column-{what}", what, pl.col("basis"))
        yield _quantiles(columns, f"column-{what}", what, pl.lit("all"))
        yield _quantiles(columns, f"column-{what}", what, carried)
        yield _quantiles(cells, f"cell-{what}", f"{what}_cell", size)
        yield _quantiles(cells, f"cell-{what}", f"{what}_cell", pl.lit("all"))
        yield _quantiles(cells, f"cell-{what}", f"{what}_cell", carried)


def revised(folder):
    """Shocks of revised columns of the stock, and of their cells less the column's, between successive dates."""
    key = ["dest", "orig", "t"]
    old, new = (_both_sexes(folder / "undesa" / f"ims{year}_bilateral_by_sex.csv.gz", key) for year in (2020, 2024))
    both = old.join(new.select(*key, later="n"), on=key, validate="1:1").sort(key)
    both = both.filter((pl.col("n") >= FEWEST) & (pl.col("later") >= FEWEST)).with_columns(
        shock=(pl.col("later") / pl.col("n")).log()
    )
    following = [pl.col(name).shift(-1).over("dest", "orig").alias(f"{name}_end") for name in ("shock", "n", "t")]
    pairs = both.with_columns(following).filter(pl.col("t_end") == pl.col("t") + 5)
    pairs = pairs.with_columns(
        change=pl.col("shock_end") - pl.col("shock"),
        level=(pl.col("shock_end") + pl.col("shock")) / 2,
        growth=(pl.col("n_end") / pl.col("n")).log(),
        size=((pl.col("n") + pl.col("n_end")) / 2).log10().floor().clip(1, 6).cast(pl.Int8),
    )
    near = (pl.col("growth") - pl.col("growth").median()).abs() < SAME
    columns = pairs.group_by("dest", "t", maintain_order=True).agg(
        pl.col("change", "level").median(),
        pl.col("basis").first(),
        cells=pl.len(),
        touched=(pl.col("change").abs() > CHANGED).mean(),
        carried=near.mean() > CARRIED,
    )
    columns = columns.filter((pl.col("cells") > 5) & (pl.col("touched") > 0.5))
    cells = pairs.join(columns, on=["dest", "t"], suffix="_column", validate="m:1").with_columns(
        change_cell=pl.col("change") - pl.col("change_column"), level_cell=pl.col("level") - pl.col("level_column")
    )
    return cells, columns


def _both_sexes(path, key):
    raw = pl.read_csv(path, infer_schema_length=None, null_values=["NA"])
    has = {letter: pl.col(f"type_{letter}").max() == 1 for letter in "cr"}
    # Where birth and citizenship are mixed the weaker of the two says how sure the stock is.
    criterion = pl.when(has["c"]).then(pl.lit("C")).otherwise(pl.lit("B"))
    refugees = pl.when(has["r"]).then(pl.lit("R")).otherwise(pl.lit(""))
    return raw.group_by(key).agg(pl.col("n").sum(), basis=pl.concat_str(criterion, refugees))


def _world_population(folder):
    """Births and deaths by major area, net migration a head by size of the population."""
    old, new = (
        _periods(folder / "wpp" / name)
        for name in ("wpp2022_annual_1985_2021.csv.gz", "wpp2024_annual_1985_2023.csv.gz")
    )
    both = old.join(new, on=["iso3", "start"], suffix="_later", validate="1:1").with_columns(
        births=(pl.col("births_later") / pl.col("births")).log(),
        deaths=(pl.col("deaths_later") / pl.col("deaths")).log(),
        net=(pl.col("net_later") - pl.col("net")) / pl.col("people"),
        size=pl.concat_str(pl.lit("1e"), pl.col("people").log10().floor().clip(4, 8).cast(pl.Int8).cast(pl.String)),
    )
    for what in ("births", "deaths"):
        yield _quantiles(both, what, what, pl.col("major"))
        yield _quantiles(both, what, what, pl.lit("all"))
    yield _quantiles(both, "net", "net", pl.col("size"))


def _periods(path):
    """Events from July to July by five years, and the mean population in persons."""
    raw = pl.read_csv(path, infer_schema_length=None).filter(pl.col("iso3").is_in([*known_areas()]))
    parts = []
    for start in range(1990, 2020, 5):
        half = pl.when(pl.col("year").is_in([start, start + 5])).then(500.0).otherwise(1000.0)
        sums = {
            "births": "births_thousand",
            "deaths": "deaths_thousand",
            "net": "net_migration_thousand",
            "years": "person_years_thousand_births_over_cbr",
        }
        chosen = raw.filter(pl.col("year").is_between(start, start + 5)).group_by("iso3", maintain_order=True)
        parts.append(chosen.agg((pl.col(name) * half).sum().alias(new) for new, name in sums.items()))
        parts[-1] = parts[-1].with_columns(start=pl.lit(start), people=pl.col("years") / 5)
    majors = {code: one.major_area for code, one in known_areas().items()}
    return (
        pl.concat(parts)
        .filter((pl.col("births") > 0) & (pl.col("deaths") > 0))
        .with_columns(major=pl.col("iso3").replace_strict(majors, return_dtype=pl.String))
    )


def _quantiles(rows, what, column, group):
    figures = [
        pl.col(column).abs().quantile(share, "linear").round(4).alias(f"p{share * 100:.0f}") for share in QUANTILES
    ]
    return (
        rows.group_by(group.alias("class"))
        .agg(pl.len().cast(pl.Int64).alias("n"), *figures)
        .sort("class")
        .with_columns(what=pl.lit(what))
    )


def main():
    """Print the table as CSV."""
    print(table(Path(sys.argv[1])).write_csv(), end="")


if __name__ == "__main__":
    main()
