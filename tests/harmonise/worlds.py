"""Tidy tables for tests: by hand, from the regional world's CSV files, and from the countries of the sample data."""

import polars as pl

from corridors.concepts.areas import area_from_m49
from corridors.concepts.periods import Period, mid_year

STOCK_KEY = ("ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "OBS_VALUE")


def stock(rows, source="undesa-ims2024"):
    """Rows (origin, destination, sex, day, persons)."""
    return _finished(
        pl.DataFrame(rows, schema=dict.fromkeys(STOCK_KEY[:4], pl.String) | {"OBS_VALUE": pl.Float64}, orient="row"),
        source,
    )


def by_area(rows, source="wpp-2024", *, measure=False):
    """Rows (area, [measure,] sex, time, figure)."""
    names = ["AREA", *(["MEASURE"] if measure else []), "SEX", "TIME_PERIOD"]
    return _finished(
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String) | {"OBS_VALUE": pl.Float64}, orient="row"), source
    )


def _finished(table, source):
    status = pl.when(pl.col("OBS_VALUE").is_null()).then(pl.lit("L")).otherwise(pl.lit("A"))
    return table.with_columns(AGE=pl.lit("_T"), SOURCE=pl.lit(source), UNIT_MEASURE=pl.lit("PS"), OBS_STATUS=status)


def _region(column):
    return (
        pl.col(column)
        .replace({"XXX": "XXX"})
        .map_elements(lambda code: code if code == "XXX" else f"W{code}", pl.String)
    )


def _long(table, keys):
    years = [name for name in table.columns if name.isdigit()]
    return table.unpivot(index=keys, on=years, variable_name="year", value_name="OBS_VALUE").with_columns(
        TIME_PERIOD=pl.col("year") + "-07-01", OBS_VALUE=pl.col("OBS_VALUE").cast(pl.Float64)
    )


def regional(folder):
    """The regional world as tidy tables."""

    def read(name):
        codes = dict.fromkeys(("origin", "destination", "area"), pl.String)
        return pl.read_csv(folder / f"{name}.csv", schema_overrides=codes, infer_schema_length=None)

    between = _long(read("stock"), ["origin", "destination", "sex"])
    within = _long(
        read("stock_within").with_columns(origin=pl.col("area"), destination=pl.col("area")),
        ["origin", "destination", "sex"],
    )
    rows = pl.concat([between, within]).select(
        ORIGIN=_region("origin"),
        DESTINATION=_region("destination"),
        SEX="sex",
        TIME_PERIOD="TIME_PERIOD",
        OBS_VALUE="OBS_VALUE",
    )
    population = _long(read("population_stock_dates"), ["area", "sex"]).select(
        AREA=_region("area"), SEX="sex", TIME_PERIOD="TIME_PERIOD", OBS_VALUE="OBS_VALUE"
    )
    vital = pl.concat(
        [read("vital").with_columns(sex=pl.lit("_T")), read("vital_by_sex")], how="diagonal_relaxed"
    ).with_columns(
        AREA=_region("area"),
        TIME_PERIOD=pl.struct("start", "end").map_elements(
            lambda row: Period.between(mid_year(row["start"]), mid_year(row["end"])).code, pl.String
        ),
    )
    key = ["AREA", "sex", "TIME_PERIOD"]
    events = vital.unpivot(index=key, on=["births", "deaths"], variable_name="MEASURE", value_name="OBS_VALUE").select(
        "AREA", pl.col("MEASURE").str.to_uppercase(), SEX="sex", TIME_PERIOD="TIME_PERIOD", OBS_VALUE="OBS_VALUE"
    )
    return {
        "STOCK": _finished(rows, "undesa-ims2024"),
        "POPULATION": _finished(population, "wpp-2024"),
        "VITAL": _finished(events, "wpp-2024"),
        "NET_MIGRATION": _finished(vital.select(*key, OBS_VALUE="net_migration").rename({"sex": "SEX"}), "wpp-2024"),
    }


def countries(folder, *, unknown=True):
    """The 2020 revision of the stock with World Population Prospects 2022, as tidy tables."""
    codes = {"OOO": "XXX", "XCX": "CHI"}
    raw = pl.read_csv(folder / "undesa" / "ims2020_bilateral_by_sex.csv.gz")
    rows = raw.select(
        ORIGIN=pl.col("orig").replace(codes),
        DESTINATION=pl.col("dest").replace(codes),
        SEX=pl.col("sex").replace_strict({"female": "F", "male": "M"}),
        TIME_PERIOD=pl.col("t").cast(pl.String) + "-07-01",
        OBS_VALUE=pl.col("n").cast(pl.Float64),
    ).filter(unknown | (pl.col("ORIGIN") != "XXX"))
    annual = (
        pl.read_csv(folder / "wpp" / "wpp2022_annual_1985_2021.csv.gz", infer_schema_length=None)
        .with_columns(
            AREA=pl.col("country_code").map_elements(area_from_m49, pl.String),
            SEX=pl.lit("_T"),
            TIME_PERIOD=pl.col("year").cast(pl.String),
        )
        .filter(pl.col("AREA").is_not_null())
    )
    events = annual.unpivot(
        index=["AREA", "SEX", "TIME_PERIOD"],
        on=["births_thousand", "deaths_thousand"],
        variable_name="MEASURE",
        value_name="OBS_VALUE",
    ).with_columns(
        MEASURE=pl.col("MEASURE").str.strip_suffix("_thousand").str.to_uppercase(), OBS_VALUE=pl.col("OBS_VALUE") * 1000
    )
    people = (
        pl.read_csv(folder / "wpp" / "wpp2022_midyear_population_5yr.csv")
        .unpivot(index="iso3", value_name="OBS_VALUE")
        .select(
            AREA="iso3",
            SEX=pl.lit("_T"),
            TIME_PERIOD=pl.col("variable").str.extract(r"(\d{4})") + "-07-01",
            OBS_VALUE=pl.col("OBS_VALUE") * 1000,
        )
    )
    return {
        "STOCK": _finished(rows, "undesa-ims2020"),
        "POPULATION": _finished(people, "wpp-2022"),
        "VITAL": _finished(events, "wpp-2022"),
        "NET_MIGRATION": _finished(
            annual.select("AREA", "SEX", "TIME_PERIOD", OBS_VALUE=pl.col("net_migration_thousand") * 1000), "wpp-2022"
        ),
    }
