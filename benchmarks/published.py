"""Published flows (Abel and Cohen 2019, as updated) beside ours from the same stocks and populations, period by period.

`python -m benchmarks.published FOLDER` prints the tables of `docs/explanation/published-flows.md`. FOLDER holds the sample
files of the tests.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import xarray as xr
from tests.harmonise import worlds

from corridors.estimate.flows import estimate_flows

PERIODS = ((1990, 1995), (2000, 2005), (2010, 2015))
#: Column of the published tables, our method.
COLUMNS = {
    "sd_drop_neg": "sd-drop-neg",
    "sd_rev_neg": "sd-rev-neg",
    "mig_rate": "mig-rate",
    "da_min_open": "min-open-dr",
    "da_min_closed": "min-closed",
    "da_pb_closed": "pb-closed",
}
LARGE = 1_000
#: Former states of the published tables, by the codes of their parts.
FORMER = {"SCG": ("SRB", "MNE"), "SUD": ("SDN", "SSD")}


@dataclass(frozen=True)
class Comparison:
    """One period and method: both tables on the same areas, persons rounded as published."""

    period: str
    column: str
    areas: tuple
    ours: np.ndarray
    published: np.ndarray

    @property
    def total(self):
        """Our total as a share of the published one."""
        return self.ours.sum() / self.published.sum()

    @property
    def different(self):
        """Corridors in which the two differ by a person or more."""
        return int((np.rint(self.ours) != self.published).sum())

    @property
    def error(self):
        """Median relative error on the large cells."""
        large = self.published > LARGE
        return float(np.median(np.abs(self.ours[large] / self.published[large] - 1)))


def compare(folder, *, periods=PERIODS, balance_on=None):
    """Comparisons of every period and method; the world's balance is matched on all natives, or on those of one area."""
    tables = worlds.countries(folder, unknown=False)
    for start, end in periods:
        published = pl.read_csv(folder / "flows" / f"abel_cohen_six_methods_total_{start}_{end}.csv.gz")
        areas = sorted(set(published["orig"]) | set(published["dest"]))
        given = account(tables, start, end, areas)
        if balance_on:
            given["stock_end"] = _balanced(given, balance_on)
        for column, method in COLUMNS.items():
            cells = np.zeros((len(areas), len(areas)))
            at = {code: place for place, code in enumerate(areas)}
            cells[[at[c] for c in published["orig"]], [at[c] for c in published["dest"]]] = published[column].to_numpy()
            flow = estimate_flows(**given, method=method).flow.fillna(0).values
            yield Comparison(f"{start}-{end}", column, tuple(areas), flow, cells)


def account(tables, start, end, areas):
    """Stocks and events on the published areas; what lies outside of them is left out, as published."""
    whole = {part: state for state, parts in FORMER.items() if state in areas for part in parts}
    stocks = {name: _stock(tables, year, areas, whole) for name, year in (("stock_start", start), ("stock_end", end))}
    return stocks | {name: _events(tables, name, start, end, areas, whole) for name in ("births", "deaths")}


def _balanced(given, area):
    growth = float(given["stock_end"].sum() - given["stock_start"].sum())
    end = given["stock_end"].copy()
    end.loc[{"birthplace": area, "destination": area}] -= growth - float(given["births"].sum() - given["deaths"].sum())
    return end


def _stock(tables, year, areas, whole):
    day = f"{year}-07-01"
    rows = (
        tables["STOCK"]
        .filter(pl.col("TIME_PERIOD") == day)
        .with_columns(pl.col("ORIGIN", "DESTINATION").replace(whole))
    )
    rows = rows.filter(
        pl.col("ORIGIN").is_in(areas) & pl.col("DESTINATION").is_in(areas) & (pl.col("ORIGIN") != pl.col("DESTINATION"))
    )
    at = {code: place for place, code in enumerate(areas)}
    cells = np.zeros((len(areas), len(areas)))
    for origin, destination, persons in rows.select("ORIGIN", "DESTINATION", "OBS_VALUE").drop_nulls().iter_rows():
        cells[at[origin], at[destination]] += persons
    people = _by_area(tables["POPULATION"].filter(pl.col("TIME_PERIOD") == day), areas, whole)
    np.fill_diagonal(cells, people - cells.sum(axis=0))
    return xr.DataArray(
        cells, {"birthplace": areas, "destination": areas}, ("birthplace", "destination"), attrs={"unit": "persons"}
    )


def _events(tables, name, start, end, areas, whole):
    # Years from July to July: half of the first and of the last calendar year.
    year = pl.col("TIME_PERIOD").cast(pl.Int32)
    half = pl.when(year.is_in([start, end])).then(0.5).otherwise(1.0)
    rows = tables["VITAL"].filter((pl.col("MEASURE") == name.upper()) & year.is_between(start, end))
    values = _by_area(rows.with_columns(OBS_VALUE=pl.col("OBS_VALUE") * half), areas, whole)
    return xr.DataArray(values, {"destination": areas}, ("destination",), attrs={"unit": "events"})


def _by_area(rows, areas, whole):
    sums = dict(rows.group_by(pl.col("AREA").replace(whole)).agg(pl.col("OBS_VALUE").sum()).iter_rows())
    return np.array([sums[code] for code in areas])


def _furthest(one, count=5):
    """Areas whose inflow and outflow differ most from the published ones, with the difference in persons."""
    gap = np.abs(one.ours - one.published)
    persons = gap.sum(axis=0) + gap.sum(axis=1)
    return ", ".join(f"{one.areas[place]} {persons[place]:,.0f}" for place in np.argsort(-persons)[:count])


def main():
    """Print one line a period and method, then the areas that differ most, then both again with the balance on China."""
    folder = Path(sys.argv[1])
    for title, area in (("balance of the world on all natives", None), ("balance of the world on China", "CHN")):
        found = list(compare(folder, balance_on=area))
        print(
            f"{title}\n{'period':10} {'method':14} {'ours':>8} {'published':>9} {'ratio':>7} {'apart':>7} {'error':>7}"
        )
        for one in found:
            print(
                f"{one.period:10} {one.column:14} {one.ours.sum() / 1e6:8.3f} {one.published.sum() / 1e6:9.3f} "
                f"{one.total:7.4f} {one.different:7,} {one.error:7.3%}"
            )
        for one in found:
            if one.column in ("mig_rate", "da_min_open", "da_min_closed"):
                print(f"{one.period} {one.column}: {_furthest(one)}")


if __name__ == "__main__":
    main()
