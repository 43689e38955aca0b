"""A small regional world of made-up figures: six subregions, an unknown origin, three dates, the last step shorter."""

from itertools import product

import numpy as np
import polars as pl
import pytest

from corridors.collect.coverage import coverage
from corridors.collect.quality import Stored
from corridors.concepts.findings import Finding
from corridors.report.world import BESIDE, USED, Check, Known, Origin, World

AREAS = ("W014", "W145", "W155", "W021", "W034", "W013")
DATES = ("2015-07-01", "2020-07-01", "2024-07-01")
PERIODS = ("2010-07-01/P5Y", "2015-07-01/P5Y", "2020-07-01/P4Y")
METHODS = {"min-closed": 1.0, "pb-closed": 2.0}


def tidy(rows, *columns):
    names = (*columns, "SOURCE", "UNIT_MEASURE", "OBS_STATUS", "OBS_VALUE")
    full = [(*row[:-1], "test", "PS", "L" if row[-1] is None else "A", row[-1]) for row in rows]
    return pl.DataFrame(full, schema=list(names), orient="row", infer_schema_length=None)


def both(rows_f_m, key_length):
    """Rows for women, men and both."""
    rows = []
    for *key, women, men in rows_f_m:
        for sex, value in (("F", women), ("M", men), ("_T", women + men)):
            rows.append((*key[:key_length], sex, *key[key_length:], float(value)))
    return rows


def small_tables(seed=1):
    rng = np.random.default_rng(seed)
    pairs = [(o, d) for o, d in product((*AREAS, "XXX"), AREAS)]
    stock = both([(o, d, "_T", t, *rng.integers(1e4, 1e6, 2)) for o, d in pairs for t in DATES], 2)
    people = both([(a, "_T", t, *rng.integers(5e7, 9e7, 2)) for a in AREAS for t in (*DATES, "2010-07-01")], 1)
    moves = {(o, d, p): rng.integers(1e3, 1e5, 2) for o, d in product(AREAS, AREAS) if o != d for p in PERIODS}
    flow = [
        (o, d, sex, p, method, factor * (women + men if sex == "_T" else women if sex == "F" else men))
        for (o, d, p), (women, men) in moves.items()
        for method, factor in METHODS.items()
        for sex in ("F", "M", "_T")
    ]
    net = [
        (a, "_T", "_T", p, float(sum(2 * v.sum() * ((d == a) - (o == a)) for (o, d, q), v in moves.items() if q == p)))
        for a in AREAS
        for p in PERIODS
    ]
    countries = ["MEX", "USA", "IND", "SYR", "DEU", "XXX"]
    corridors = [
        (o, d, "_T", "_T", t, float(rng.integers(1e5, 1e7)))
        for o, d in product(countries, countries[:-1])
        if o != d
        for t in DATES
    ]
    shares = [
        (a, t, m, float(v))
        for a in AREAS
        for t in DATES
        for m, v in zip(
            ("SHARE_BORN_ABROAD", "SHARE_CITIZENSHIP", "SHARE_IMPUTED"), rng.dirichlet((5, 2, 1)), strict=True
        )
    ]
    key = ("ORIGIN", "DESTINATION", "SEX", "AGE", "TIME_PERIOD")
    return {
        "STOCK": tidy(stock, *key),
        "POPULATION": tidy(people, "AREA", "SEX", "AGE", "TIME_PERIOD"),
        "FLOW": tidy(
            [(*row[:-1], float(row[-1])) for row in flow], "ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "METHOD"
        ),
        "NET_MIGRATION": tidy(net, "AREA", "SEX", "AGE", "TIME_PERIOD"),
        **dict.fromkeys(("DESTINATIONS", "ORIGINS", "CORRIDORS"), tidy(corridors, *key)),
        "BASIS": tidy(shares, "AREA", "TIME_PERIOD", "MEASURE"),
    }


def small_known(tables):
    """Coverage of the small world, and of reported refugees beside it: two regions, one year missing, one withheld."""
    used = [Stored(name, "test", tables[name]) for name in ("STOCK", "POPULATION", "NET_MIGRATION") if name in tables]
    refugees = pl.DataFrame(
        {
            "ORIGIN": "W001",
            "DESTINATION": ["W014", "W014", "W145", "W145"],
            "MEASURE": "REFUGEES",
            "TIME_PERIOD": ["2015-12-31", "2016-12-31"] * 2,
            "OBS_STATUS": ["A", "O", "E", "Q"],
        }
    )
    beside = coverage([Stored("DISPLACED", "other", refugees)], areas=AREAS)
    return Known(coverage(used, areas=AREAS), beside, AREAS)


def small_checks():
    fact = "the world total falls from 2 to 1"
    fall = [Finding("quality-total-falls", f"test, STOCK, {n}", fact, "look again") for n in range(4)]
    tables = ("test/STOCK", "test/POPULATION")
    return (Check("falling_world_total", tables[:1], tuple(fall)), Check("heaped_digits", tables, ()))


def origin(name):
    return Origin(
        vintage=f"test-{name.lower()}-0123456789ab",
        dataflow=name,
        product="test",
        citation="Test office (2026), Test figures",
        licence="CC0",
        short="Test office, made-up figures",
        checksum="0123456789abcdef" * 4,
        inputs={"test.csv": "fedcba9876543210" * 4},
        made="2026-03-01T00:00:00+00:00",
    )


def world_of(tables, **changes):
    fields = {
        "tables": tables,
        "origins": {
            **{name: (origin(name),) for name in tables},
            USED: (origin("STOCK"), origin("POPULATION")),
            BESIDE: (origin("DISPLACED"),),
        },
        "known": small_known(tables),
        "checks": small_checks(),
        "embedded": True,
        "unit": "regions",
        "inside": "within a region",
        "stock_source": "Test stock",
        "population_source": "Test population",
    }
    return World(**{**fields, **changes})


@pytest.fixture(scope="session")
def small_world():
    return world_of(small_tables())


@pytest.fixture(scope="session")
def make_world():
    """A maker of small worlds: tables to replace or, as None, to leave out; other fields by name."""

    def make(*, seed=1, tables=None, **changes):
        merged = {**small_tables(seed), **(tables or {})}
        return world_of({name: table for name, table in merged.items() if table is not None}, **changes)

    return make
