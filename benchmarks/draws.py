"""Draws of an account: how long a thousand take, and how many reported flows their intervals hold.

`python -m benchmarks.draws FOLDER` prints the coverage of `docs/explanation/uncertainty.md`; FOLDER holds the sample files of
the tests. `rows` are lines of `make bench`.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import xarray as xr
from tests.harmonise import worlds

from benchmarks.synthetic import world
from corridors.estimate.predictive import learn_discrepancy, predictive
from corridors.estimate.scoring import coverage, interval_score
from corridors.estimate.uncertainty import draw_flows
from corridors.harmonise.accounts import accounts

DRAWS, WORLD, WORKERS = 1_000, 230, 2
LEVELS = (0.5, 0.8, 0.95)


def rows():
    """Lines of the table: what, figure, unit and, where there is one, the target."""
    given = world(WORLD, seed=1)
    begun = time.perf_counter()
    found = draw_flows(**given, rng=np.random.default_rng(1), draws=DRAWS, workers=WORKERS)
    spent = time.perf_counter() - begun
    yield f"{DRAWS:,} draws, pb-closed, n={WORLD}, one table, {WORKERS} workers", spent, "s (target 60)"
    yield "    largest error of net migration in a draw", found.net_error, "persons (target 0.01)"
    yield "    memory that holds all flows of all draws", DRAWS * WORLD**2 * 4e-6, "MB"
    yield "    peak resident memory so far", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"


def reported(folder, codes):
    """Reported five-year flows: name, period, who counted, persons; five times the mean of the years reported."""
    european = pl.read_csv(
        folder / "flows" / "eurostat_double_entry_2010_2014.csv.gz", infer_schema_length=None, null_values=["", "NA"]
    ).rename({"Sending_iso3": "Origin", "Receiving_iso3": "Destination"})
    oecd = pl.read_csv(
        folder / "flows" / "oecd_mig_inflows_by_nationality_2000_2009.csv.gz",
        infer_schema_length=None,
        null_values=["", "NA"],
    )
    yield "Eurostat, received", "2010-2015", "destination", _five_years(european, "Immi", codes["2010-2015"])
    yield "Eurostat, sent", "2010-2015", "origin", _five_years(european, "Emig", codes["2010-2015"])
    for first in (2000, 2005):
        some = oecd.filter(pl.col("Year").is_between(first, first + 4))
        period = f"{first}-{first + 5}"
        yield "OECD, by nationality", period, "destination", _five_years(some, "Value", codes[period])


def _five_years(table, column, codes):
    rows = table.select("Origin", "Destination", persons=pl.col(column).cast(pl.Float64)).drop_nulls()
    rows = rows.filter(
        pl.col("Origin").is_in(codes) & pl.col("Destination").is_in(codes) & (pl.col("Origin") != pl.col("Destination"))
    )
    cells = np.full((len(codes), len(codes)), np.nan)
    at = {code: place for place, code in enumerate(codes)}
    for origin, destination, persons in (
        rows.group_by("Origin", "Destination").agg(pl.col("persons").mean()).iter_rows()
    ):
        cells[at[origin], at[destination]] = 5 * persons
    dims = ("origin", "destination")
    return xr.DataArray(cells, dict.fromkeys(dims, codes), dims, attrs={"unit": "persons"})


def held_out(draws, observed, *, level, reporter):
    """Predictive intervals in which no reporter's own flows played a part."""
    other = "origin" if reporter == "destination" else "destination"
    ends = [xr.zeros_like(observed), xr.zeros_like(observed)]
    for code in observed[reporter].values[observed.notnull().any(other).values]:
        others = observed.copy()
        others.loc[{reporter: code}] = np.nan
        found = predictive(draws, learn_discrepancy(draws, others, level=level, reporter=reporter))
        for end, one in zip(ends, found, strict=True):
            end.loc[{reporter: code}] = one.sel({reporter: code}).fillna(0).values
    return ends


def drawn(folder, *, method, draws, periods):
    """Draws of the 2020 revision with World Population Prospects 2022, by period."""
    tables = worlds.countries(folder)
    for account in accounts(tables, sexes=["_T"]).accounts:
        if account.period.label in periods:
            given = {name: getattr(account, name) for name in ("stock_start", "stock_end", "births", "deaths")}
            chance = np.random.default_rng(1)
            basis = bases(folder)
            yield (
                account.period.label,
                draw_flows(**given, rng=chance, method=method, draws=draws, basis=basis, workers=WORKERS),
            )


def bases(folder):
    """Letters of the list BASIS by residence, as the 2020 revision has them."""
    raw = pl.read_csv(
        folder / "undesa" / "ims2020_bilateral_by_sex.csv.gz", infer_schema_length=None, null_values=["NA"]
    )
    found = raw.group_by("dest").agg(pl.col(f"type_{letter}").max() for letter in "bcri")
    return {row[0]: "".join(np.array([*"BCRI"])[np.array(row[1:]) == 1]) for row in found.iter_rows()}


def main():
    """Print one line a method, set of reports and level."""
    folder = Path(sys.argv[1])
    print(
        f"{'method':12} {'reports':22} {'period':10} {'flows':>5} {'level':>5} {'draws':>6} {'held out':>8} {'score':>8}"
    )
    for method in ("pb-closed", "min-closed", "circ-closed"):
        found = dict(drawn(folder, method=method, draws=200, periods=("2000-2005", "2005-2010", "2010-2015")))
        codes = {period: [str(code) for code in one.point["origin"].values] for period, one in found.items()}
        for name, period, reporter, observed in reported(folder, codes):
            for level in LEVELS:
                lower, upper = held_out(found[period], observed, level=level, reporter=reporter)
                plain = coverage(*found[period].interval(level), observed)
                score = interval_score(lower, upper, observed, level=level)
                print(
                    f"{method:12} {name:22} {period:10} {int(observed.notnull().sum()):5,} {level:5} {plain:6.3f} "
                    f"{coverage(lower, upper, observed):8.3f} {score:8,.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
