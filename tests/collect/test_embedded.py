"""The regional world of the package: every file read, every total the published one."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, package_files, read
from corridors.concepts.areas import known_areas
from corridors.concepts.findings import DataError

FILES = dict(package_files("embedded"))
#: Published world totals of the 2024 revision, and the part of them within areas and of unknown origin.
WORLD = {
    "1990": (153_916_063, 59_637_292, 13_071_655),
    "1995": (163_176_002, 57_118_371, 13_620_729),
    "2000": (174_566_152, 58_236_913, 15_791_370),
    "2005": (192_788_721, 59_363_142, 17_653_518),
    "2010": (221_020_392, 66_130_067, 19_030_115),
    "2015": (250_042_020, 73_211_206, 21_662_145),
    "2020": (275_284_032, 81_549_681, 22_553_863),
    "2024": (304_021_813, 90_776_393, 22_065_614),
}


@pytest.fixture(scope="module")
def world():
    """Tables of the world product, put together from all files."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, raw in FILES.items():
        reading = read("embedded", raw, file=name)
        if reading.product == "embedded-2024-world":
            for flow, table in reading.tables.items():
                parts.setdefault(flow, []).append(table)
    return {flow: pl.concat(tables, how="diagonal") for flow, tables in parts.items()}


def total(table, **where):
    return table.filter(**where)["OBS_VALUE"].sum()


def test_every_file_of_the_package_holds_observations_of_a_product_of_the_card():
    products = {read("embedded", raw, file=name).product for name, raw in FILES.items()}
    assert products == {product.id for product in card("embedded").products}
    assert all(read("embedded", raw, file=name).tables for name, raw in FILES.items())


def test_no_key_stands_twice_in_all_files_together(world):
    from corridors.concepts.dataflows import validate

    for flow, table in world.items():
        assert validate(table, flow, place=flow) == []


@pytest.mark.parametrize("year", WORLD)
def test_stocks_add_up_to_the_published_world(world, year):
    stock = world["STOCK"].filter(TIME_PERIOD=f"{year}-07-01", SEX="_T")
    within = stock.filter(pl.col("ORIGIN") == pl.col("DESTINATION"))["OBS_VALUE"].sum()
    assert (stock["OBS_VALUE"].sum(), within, total(stock, ORIGIN="XXX")) == WORLD[year]


def test_women_and_men_add_up_in_every_stock_and_population(world):
    for flow, areas in (("STOCK", ["ORIGIN", "DESTINATION"]), ("POPULATION", ["AREA", "AGE"])):
        key = [*areas, "TIME_PERIOD"]
        wide = world[flow].pivot("SEX", index=key, values="OBS_VALUE")
        assert (wide["F"] + wide["M"] - wide["_T"]).abs().max() == 0
        assert wide["F"].null_count() == wide["_T"].null_count()


def test_blanks_are_not_tabulated_and_zeros_stay(world):
    stock = world["STOCK"].filter(pl.col("SEX") != "_T")
    assert stock.filter(OBS_STATUS="L").height == 160 * 8
    assert set(stock.filter(OBS_STATUS="L")["OBS_VALUE"]) == {None}
    assert stock.filter(OBS_VALUE=0).height == 108
    assert stock["OBS_VALUE"].null_count() == 160 * 8


def test_areas_are_the_22_subregions_and_the_unknown_origin(world):
    stock = world["STOCK"]
    assert stock["DESTINATION"].n_unique() == 22
    assert {known_areas()[code].kind for code in stock["DESTINATION"].unique()} == {"region"}
    assert set(stock["ORIGIN"]) - set(stock["DESTINATION"]) == {"XXX"}


def test_periods_and_their_accounts_are_those_published(world):
    births = world["VITAL"].filter(MEASURE="BIRTHS", SEX="_T")
    assert sorted(births["TIME_PERIOD"].unique()) == [
        *[f"{y}-07-01/P5Y" for y in range(1990, 2020, 5)],
        "2020-07-01/P4Y",
    ]
    assert total(births, TIME_PERIOD="1990-07-01/P5Y") == pytest.approx(684_828_871, abs=1)
    assert total(births, TIME_PERIOD="2020-07-01/P4Y") == pytest.approx(531_597_264, abs=1)
    population = world["POPULATION"].filter(SEX="_T", AGE="_T")
    assert total(population, TIME_PERIOD="2024-07-01") == pytest.approx(8_161_972_588, abs=1)
    net = world["NET_MIGRATION"].filter(SEX="_T", TIME_PERIOD="2015-07-01/P5Y")
    assert net["OBS_VALUE"].sum() == pytest.approx(2, abs=1)


def test_the_identity_of_population_holds_to_the_published_residual(world):
    population = world["POPULATION"].filter(SEX="_T", AGE="_T").select("AREA", "TIME_PERIOD", "OBS_VALUE")
    at = {(area, time): value for area, time, value in population.iter_rows()}
    flows = pl.concat([world["VITAL"], world["NET_MIGRATION"].with_columns(MEASURE=pl.lit("NET"))], how="diagonal")
    flows = flows.filter(SEX="_T", TIME_PERIOD="2015-07-01/P5Y", AGE="_T")
    for area in flows["AREA"].unique():
        b, d, n = (total(flows, AREA=area, MEASURE=measure) for measure in ("BIRTHS", "DEATHS", "NET"))
        assert at[area, "2020-07-01"] - at[area, "2015-07-01"] == pytest.approx(b - d + n, abs=91)


def test_estimates_and_the_medium_variant_are_told_apart(world):
    by_age = world["POPULATION"].filter(pl.col("AGE") != "_T")
    assert sorted(by_age["TIME_PERIOD"].unique()) == [f"{year}-07-01" for year in range(1990, 2025, 5)]
    assert by_age["AGE"].n_unique() == 21
    assert {"Y0T4", "Y95T99", "Y_GE100"} <= set(by_age["AGE"])
    provisional = world["POPULATION"].filter(OBS_STATUS="P")
    assert set(provisional["TIME_PERIOD"]) == {"2024-07-01"}
    projection = world["PROJECTION"]
    people = projection.filter(MEASURE="POPULATION", AGE="_T")
    assert set(people["QUANTILE"]) == {"0.025", "0.1", None, "0.9", "0.975"}
    assert set(projection.filter(MEASURE="MX")["TIME_PERIOD"].str.slice(0, 4).cast(int)) == set(range(2020, 2100, 5))
    assert set(projection["MEASURE"]) == {"POPULATION", "MX", "TFR", "SRB", "ASFR", "BIRTHS", "DEATHS", "NET_MIGRATION"}
    assert world["VITAL"].filter(MEASURE="MX")["AGE"].n_unique() == 22


def test_indicators_carry_their_cover_and_unit(world):
    indicator = world["INDICATOR"]
    [gdp] = indicator.filter(AREA="W014", MEASURE="GDP_PER_HEAD", TIME_PERIOD="1990").to_dicts()
    assert (gdp["OBS_VALUE"], gdp["COVER"], gdp["UNIT_MEASURE"]) == (1830, 0.923, "PPP_2021")
    [blank] = indicator.filter(AREA="W014", MEASURE="UNEMPLOYMENT", TIME_PERIOD="1990").to_dicts()
    assert (blank["OBS_VALUE"], blank["OBS_STATUS"]) == (None, "L")
    [language] = indicator.filter(ORIGIN="W014", DESTINATION="W017", MEASURE="COMMON_LANGUAGE").to_dicts()
    assert (language["OBS_VALUE"], language["COVER"]) == (0.0289, 0.956)
    [hosted] = indicator.filter(AREA="W014", MEASURE="REFUGEES", TIME_PERIOD="1990-12-31").to_dicts()
    assert hosted["OBS_VALUE"] == 3_284_669
    shares = indicator.filter(AREA="W014", TIME_PERIOD="1990-07-01").filter(pl.col("MEASURE").str.starts_with("SHARE"))
    assert shares.height == 5


def test_the_displaced_stand_at_the_last_day_of_the_year(world):
    displaced = world["DISPLACED"]
    assert set(displaced["TIME_PERIOD"].str.slice(4)) == {"-12-31"}
    assert total(displaced, ORIGIN="W014", DESTINATION="W017", MEASURE="REFUGEES", TIME_PERIOD="2024-12-31") == 318_074
    assert (
        total(displaced, ORIGIN="W014", DESTINATION="W014", MEASURE="REFUGEES", TIME_PERIOD="1990-12-31") == 2_675_445
    )


def test_reported_inflows_keep_the_reporter_and_the_citizenship(world):
    flows = world["FLOW_OBSERVED"]
    [one] = flows.filter(ORIGIN="W014", REPORTER="AUT", TIME_PERIOD="2000-01-01/P5Y").to_dicts()
    assert (one["DESTINATION"], one["OBS_VALUE"]) == ("W155", 1599)
    assert set(flows["TIME_PERIOD"]) == {"2000-01-01/P5Y", "2005-01-01/P5Y"}
    assert flows["REPORTER"].n_unique() == 14


def test_highlights_are_country_corridors_and_totals_against_the_world():
    stock = read("embedded", FILES["highlights.csv"], file="highlights.csv").tables["STOCK"]
    assert stock.height == 60 * 8
    last = stock.filter(TIME_PERIOD="2024-07-01")
    assert total(last, ORIGIN="MEX", DESTINATION="USA") == 11_279_561
    assert total(last, ORIGIN="W001", DESTINATION="DEU") == 16_750_084
    assert total(last, ORIGIN="ROU", DESTINATION="W001") == 4_583_819


def test_lists_of_areas_and_dates_give_a_reading_without_tables():
    from importlib.resources import files

    for name in card("embedded").support:
        raw = files("corridors.collect.sources.embedded").joinpath("data", name).read_bytes()
        assert read("embedded", raw, file=name).tables == {}


STOCK = "origin,destination,sex,1990,2024\n"


@pytest.mark.parametrize(
    ("text", "code", "place", "fact"),
    [
        (STOCK + "014,017,F,1,2\n", "sex-missing", "f.csv, row 2, column sex", "a figure for one sex only"),
        (
            STOCK + "999,017,F,1,2\n999,017,M,1,2\n",
            "area-unknown",
            "f.csv, row 2, column origin and 1 more row",
            "'999'",
        ),
        (STOCK + "014,017,F,1,x\n014,017,M,1,2\n", "value-unreadable", "f.csv, row 2, column 2024", "'x' is no figure"),
        (STOCK + "014,017,X,1,2\n", "code-unknown", "f.csv, row 2, column sex", "'X' is not allowed"),
        (STOCK + "014,017,F,1,2\n014,017,M,1,2\n014,017,M,1,2\n", "key-duplicate", "f.csv, rows 3, 4", "2 rows for"),
        (
            "origin,destination,category,1990\n014,017,lost,1\n",
            "code-unknown",
            "f.csv, row 2, column category",
            "'lost'",
        ),
        (
            "area,sex,start,end,births,deaths\n014,F,1990,1995,1,1\n",
            "column-missing",
            "f.csv, row 1",
            "no column net_migration",
        ),
        ("area,start,end,tfr\n014,90,1995,1\n", "period-unreadable", "f.csv, row 2, column start", "'90' is no year"),
        (
            "area,sex,age,1990-1995,r050-2000\n014,F,0,0.1,0.1\n",
            "period-unreadable",
            "f.csv, column r050-2000",
            "'r050-2000' are no two years",
        ),
        (
            "area,sex,1990,2024\n014,F,1,2e9\n014,M,1,1\n",
            "table-wrong",
            "f.csv, column 2024",
            "the column 2024 adds up",
        ),
        ("a,b\n1,2\n", "table-wrong", "f.csv", "a CSV file with the columns a, b"),
        (
            "kind,rank,origin_iso3,destination_iso3,1990\nroad,1,MEX,USA,2\n",
            "code-unknown",
            "f.csv, row 2, column kind",
            "'road'",
        ),
    ],
)
def test_a_fault_is_named_by_its_cell(findings_of, text, code, place, fact):
    found = findings_of("embedded", text.encode(), file="f.csv")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


def test_a_workbook_is_no_file_of_the_regional_world(workbook, findings_of):
    [finding] = findings_of("embedded", workbook({"One": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "a workbook")


JUNK = ("", "x", "-1", "..", "1e999", "nan", "014", "W014", "1990", "9" * 20, "1990-1995", "100+", "F", "_T")


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    row=st.integers(0, 40),
    column=st.integers(0, 11),
    junk=st.sampled_from(JUNK),
    drop=st.booleans(),
)
def test_a_damaged_file_is_read_or_answered_with_findings_and_nothing_else(name, row, column, junk, drop):
    rows = [line.split(",") for line in FILES[name].decode().splitlines()[:60] if '"' not in line]
    if drop:
        rows = [cells[:column] + cells[column + 1 :] for cells in rows]
    else:
        line = rows[row % len(rows)]
        line[column % len(line)] = junk
    findings = ()
    try:
        read("embedded", "\n".join(map(",".join, rows)).encode(), file=name)
    except DataError as error:
        findings = error.findings
    assert all(finding.place.startswith(name) for finding in findings)
    assert all(finding.fact and finding.mend for finding in findings)
