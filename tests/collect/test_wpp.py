"""World Population Prospects: five layouts, the revision proved by published world figures."""

import gzip
import io
import zipfile

import polars as pl
import pytest

from corridors.collect.catalogue import card, read
from corridors.concepts.areas import known_areas

# Published world births and deaths of 1990, 2000 and 2010 in thousands, with the population at 1 July: the figures that
# prove a revision. Everything else in these files is invented.
WORLD = {
    "2022": {1990: (142451.012, 49619.695, 5316175.862), 2000: (134014.028, 52099.819, 6148898.975)},
    "2024": {1990: (143461.425, 49794.345, 5327803.110), 2000: (135758.482, 52240.368, 6171702.993)},
}
COLUMNS = [
    "SortOrder",
    "LocID",
    "Notes",
    "ISO3_code",
    "ISO2_code",
    "SDMX_code",
    "LocTypeID",
    "LocTypeName",
    "ParentID",
    "Location",
    "VarID",
    "Variant",
    "Time",
    "TPopulation1Jan",
    "TPopulation1July",
    "TPopulationMale1July",
    "TPopulationFemale1July",
    "Births",
    "SRB",
    "Deaths",
    "DeathsMale",
    "DeathsFemale",
    "NetMigrations",
]


def row(**cells):
    named = {"LocID": 900, "Location": "World", "VarID": 2, "Variant": "Medium", **cells}
    return ",".join(str(named.get(name, "")) for name in COLUMNS)


def world_rows(revision):
    return [
        row(Time=year, TPopulation1July=people, Births=births, Deaths=deaths, NetMigrations=0, SRB=106)
        for year, (births, deaths, people) in WORLD[revision].items()
    ]


FRANCE = {
    "LocID": 250, "Location": "France", "TPopulation1July": 60000.5, "TPopulationMale1July": 29000.25,
    "TPopulationFemale1July": 31000.25, "Births": 800.123, "SRB": 105, "Deaths": 500, "DeathsMale": 260,
    "DeathsFemale": 240, "NetMigrations": -12.345,
}  # fmt: skip


def indicators(*rows, revision="2024", columns=COLUMNS):
    kept = [COLUMNS.index(name) for name in columns]
    lines = [",".join(line.split(",")[i] for i in kept) for line in [*world_rows(revision), *rows]]
    return ("\ufeff" + "\n".join([",".join(columns), *lines]) + "\n").encode()


def value(table, **where):
    rows = table.filter(**where)
    assert rows.height == 1, rows
    return rows["OBS_VALUE"][0]


def tables_of(raw, file="given.csv"):
    return read("wpp", raw, file=file).tables


def test_the_publishers_csv_is_read_in_persons():
    tables = tables_of(gzip.compress(indicators(row(**FRANCE, Time=2015))))
    population = tables["POPULATION"].filter(AREA="FRA", TIME_PERIOD="2015-07-01")
    assert dict(population.select("SEX", "OBS_VALUE").iter_rows()) == {
        "_T": 60_000_500,
        "M": 29_000_250,
        "F": 31_000_250,
    }
    vital = tables["VITAL"].filter(AREA="FRA", TIME_PERIOD="2015")
    assert value(vital, MEASURE="BIRTHS", SEX="_T") == 800_123
    assert value(vital, MEASURE="DEATHS", SEX="F") == 240_000
    assert value(vital, MEASURE="SRB") == 1.05
    assert value(tables["NET_MIGRATION"], AREA="FRA") == -12_345
    assert set(tables["VITAL"].filter(MEASURE="BIRTHS")["UNIT_MEASURE"]) == {"EV"}


def test_births_by_sex_follow_from_the_sex_ratio_and_add_up():
    vital = tables_of(indicators(row(**FRANCE, Time=2015)))["VITAL"].filter(AREA="FRA", MEASURE="BIRTHS")
    girls, boys = (value(vital, SEX=sex) for sex in ("F", "M"))
    assert girls + boys == pytest.approx(800_123)
    assert boys / girls == pytest.approx(1.05)
    assert dict(vital.select("SEX", "OBS_STATUS").iter_rows()) == {"_T": "A", "F": "E", "M": "E"}


@pytest.mark.parametrize(("revision", "last_estimate"), [("2022", 2021), ("2024", 2023)])
def test_estimates_the_medium_variant_and_the_future_are_told_apart(revision, last_estimate):
    rows = [row(**FRANCE, Time=year) for year in (last_estimate, last_estimate + 1, last_estimate + 2)]
    reading = read("wpp", indicators(*rows, revision=revision), file="given.csv")
    assert (reading.product, reading.revision) == (f"wpp-{revision}-indicators", revision)
    population = reading.tables["POPULATION"].filter(AREA="FRA", SEX="_T")
    assert dict(population.select("TIME_PERIOD", "OBS_STATUS").iter_rows()) == {
        f"{last_estimate}-07-01": "A",
        f"{last_estimate + 1}-07-01": "P",
    }
    assert set(population["SOURCE"]) == {f"wpp-{revision}"}
    future = reading.tables["PROJECTION"]
    assert set(future["TIME_PERIOD"]) == {f"{last_estimate + 2}-07-01", f"{last_estimate + 2}"}
    assert set(future["QUANTILE"]) == {None}
    assert set(future["MEASURE"]) == {"POPULATION", "BIRTHS", "DEATHS", "NET_MIGRATION", "SRB"}


def test_groups_are_left_out_and_regions_kept():
    raw = indicators(*(row(**{**FRANCE, "LocID": code}, Time=2000) for code in (901, 5500, 1830, 904, 2092)))
    assert set(tables_of(raw)["POPULATION"]["AREA"]) == {"W001", "W143", "W419"}


def test_a_figure_that_is_not_there_is_missing():
    tables = tables_of(indicators(row(**{**FRANCE, "Births": "", "SRB": "..."}, Time=2005)))
    [status] = tables["VITAL"].filter(AREA="FRA", MEASURE="BIRTHS")["OBS_STATUS"]
    assert status == "O"


@pytest.mark.parametrize(
    ("cells", "code", "place", "fact"),
    [
        ({"LocID": 999}, "area-unknown", "f.csv, row 4, column LocID", "'999' is no known area"),
        ({"Births": "many"}, "value-unreadable", "f.csv, row 4, column Births", "'many' is no figure"),
        ({"Deaths": -1}, "value-negative", "f.csv, row 4, column Deaths", "negative figure -1"),
        ({"Time": "20x5"}, "period-unreadable", "f.csv, row 4, column Time", "'20x5' is no year"),
        ({"Time": ""}, "period-unreadable", "f.csv, row 4, column Time", "'' is no year"),
        ({"Variant": "High"}, "table-wrong", "f.csv", "variants High"),
        ({"LocID": 900, "Time": 2000}, "key-duplicate", "f.csv, rows 3, 4", "2 rows for 900, 2000"),
    ],
)
def test_a_fault_of_the_csv_is_named(findings_of, cells, code, place, fact):
    found = findings_of("wpp", indicators(row(**{**FRANCE, "Time": 2015, **cells})), file="f.csv")
    assert [f for f in found if (f.code, f.place, f.fact) == (code, place, fact)], found


def test_a_missing_column_is_named(findings_of):
    columns = [name for name in COLUMNS if name != "NetMigrations"]
    [finding] = findings_of("wpp", indicators(columns=columns), file="f.csv")
    assert (finding.code, finding.place, finding.fact) == ("column-missing", "f.csv, row 1", "no column NetMigrations")


@pytest.mark.parametrize("columns", ["LocID,Location,Variant,Time,AgeGrp,PopMale,PopFemale", "a,b"])
def test_another_table_of_the_publisher_is_refused(findings_of, columns):
    [finding] = findings_of("wpp", f"{columns}\n{columns}\n".encode(), file="f.csv")
    assert finding.code == "table-wrong"
    assert finding.fact == f"a CSV file with the columns {columns.replace(',', ', ')}"
    assert "demographic indicators" in finding.mend


def test_figures_of_no_revision_are_refused(findings_of):
    raw = indicators().replace(b"143461.425", b"150000").replace(b"135758.482", b"150000")
    raw = (
        raw.replace(b"49794.345", b"1")
        .replace(b"52240.368", b"1")
        .replace(b"5327803.11", b"1")
        .replace(b"6171702.993", b"1")
    )
    [finding] = findings_of("wpp", raw, file="f.csv")
    assert finding.code == "revision-unknown"
    assert "births 1990: 1.5e+08" in finding.fact
    assert "births 1990: 1.42451e+08 (2022 revision)" in finding.mend


def test_a_file_without_years_to_compare_is_refused(findings_of):
    raw = b"country_code,year,births_thousand,deaths_thousand,net_migration_thousand\n250,1987,1,1,1\n"
    [finding] = findings_of("wpp", raw, file="f.csv")
    assert (finding.code, "none of the years that could be compared" in finding.fact) == ("revision-unknown", True)


def test_figures_of_two_revisions_are_refused(findings_of):
    [finding] = findings_of("wpp", indicators().replace(b"143461.425", b"142451.012"), file="f.csv")
    assert finding.code == "revision-mixed"
    assert "births 1990: 1.42451e+08 (2022 revision)" in finding.fact


# --- the compact workbook ---------------------------------------------------------------------------------------------

LABELS = [
    "Index",
    "Variant",
    "Region, subregion, country or area *",
    "Notes",
    "Location code",
    "ISO3 Alpha-code",
    "Type",
    "Parent code",
    "Year",
    "Total Population, as of 1 January (thousands)",
    "Total Population,\nas of 1 July (thousands)",
    "Male Population,\nas of 1 July (thousands)",
    "Female Population,\nas of 1 July (thousands)",
    "Population Density, as of 1 July (persons per square km)",
    "Median Age, as of 1 July (years)",
    "Births\n(thousands)",
    "Births by women aged 15 to 19 (thousands)",
    "Sex Ratio at Birth (males per 100 female births)",
    "Total Deaths\n(thousands)",
    "Male Deaths (thousands)",
    "Female Deaths (thousands)",
    "Life Expectancy at Birth, both sexes (years)",
    "Net Number of Migrants\n(thousands)",
]


def compact_row(variant, code, year, people, births, deaths):
    whole = "..." if people is None else people
    return [
        1,
        variant,
        "  Somewhere",
        None,
        code,
        None,
        "x",
        0,
        year,
        1,
        whole,
        1,
        2,
        3,
        4,
        births,
        5,
        105.5,
        deaths,
        1,
        2,
        70,
        -1.5,
    ]


def compact(*estimates, medium=(), labels=LABELS, title="File GEN/01/REV1: Demographic indicators"):
    preamble = [["United Nations"], ["World Population Prospects 2024"], [title], *[[]] * 12, ["Population"]]
    world = [compact_row("Estimates", 900, year, people, b, d) for year, (b, d, people) in WORLD["2024"].items()]
    heading = [2, "Estimates", "Geographic regions", None, 1840, None, "Label/Separator", 900]
    sheets = {"Estimates": [*preamble, labels, heading, *world, *estimates]}
    if medium:
        sheets["Medium variant"] = [*preamble, labels, *medium]
        sheets["High variant"] = [["never opened"]]
    return sheets


def test_the_compact_workbook_is_read_in_two_line_labels(workbook):
    sheets = compact(
        compact_row("Estimates", 250, 2023, 66000.25, 700, 600),
        compact_row("Estimates", 336, 2023, None, "...", "..."),
        medium=[compact_row("Medium", 250, year, 66100, 690, 610) for year in (2024, 2025)],
    )
    reading = read("wpp", workbook(sheets), file="given.xlsx")
    assert reading.product == "wpp-2024-indicators"
    population = reading.tables["POPULATION"].filter(AREA="FRA", SEX="_T").sort("TIME_PERIOD")
    assert population["OBS_VALUE"].to_list() == [66_000_250, 66_100_000]
    assert population["OBS_STATUS"].to_list() == ["A", "P"]
    assert value(reading.tables["NET_MIGRATION"], AREA="FRA", TIME_PERIOD="2023") == -1_500
    assert reading.tables["POPULATION"].filter(AREA="VAT", SEX="_T")["OBS_STATUS"].to_list() == ["O"]
    assert set(reading.tables["PROJECTION"]["TIME_PERIOD"]) == {"2025", "2025-07-01"}
    assert value(reading.tables["VITAL"], AREA="FRA", TIME_PERIOD="2023", MEASURE="BIRTHS", SEX="_T") == 700_000


def test_faults_of_the_compact_workbook_are_named(workbook, findings_of):
    found = findings_of("wpp", workbook(compact(compact_row("Estimates", 999, 2023, "?", 700, 600))), file="f.xlsx")
    places = {(f.code, f.place) for f in found}
    assert ("area-unknown", "f.xlsx, sheet Estimates, row 21, column Location code") in places
    found = findings_of("wpp", workbook(compact(compact_row("Estimates", 250, 2023, "?", 700, 600))), file="f.xlsx")
    assert {(f.code, f.place) for f in found} == {
        ("value-unreadable", "f.xlsx, sheet Estimates, row 21, column Total Population, as of 1 July (thousands)")
    }


def test_missing_columns_of_the_compact_workbook_are_named(workbook, findings_of):
    labels = ["" if label.startswith("Net Number") else label for label in LABELS]
    [finding] = findings_of("wpp", workbook(compact(labels=labels)), file="f.xlsx")
    assert (finding.code, finding.place) == ("column-missing", "f.xlsx, sheet Estimates, row 17")
    assert finding.fact == "no column Net Number of Migrants (thousands)"


def test_another_workbook_is_refused(workbook, findings_of):
    labels = [*LABELS[:9], "0-4", "5-9"]
    [finding] = findings_of(
        "wpp", workbook(compact(labels=labels, title="File POP/02-1: Population by age")), file="f.xlsx"
    )
    assert finding.code == "table-wrong"
    assert "File POP/02-1: Population by age" in finding.fact
    [finding] = findings_of("wpp", workbook({"Data": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "no sheet is called Estimates or Medium variant")


# --- tidy derivatives -------------------------------------------------------------------------------------------------

MX = "country_code,period,age,mxM,mxF,mxB\n900,1990-1995,0,0.07,0.06,0.06642584\n900,1990-1995,1,0.01,0.01,0.01\n"


def test_death_rates_get_age_groups_from_their_lower_bounds():
    raw = MX + "900,1990-1995,5,0.001,0.001,0.001\n900,1990-1995,100+,0.5,0.5,0.5\n900,2020-2025,0,0.03,0.02,0.025\n"
    tables = tables_of(raw.encode())
    assert set(tables["VITAL"]["AGE"]) == {"Y0", "Y1T4", "Y5T99", "Y_GE100"}
    assert value(tables["VITAL"], AGE="Y0", SEX="F", TIME_PERIOD="1990-07-01/P5Y") == 0.06
    # The medium variant enters in 2024: the whole period counts as projected.
    assert set(tables["PROJECTION"]["TIME_PERIOD"]) == {"2020-07-01/P5Y"}


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("900,1990,10,0,0,0", "period-unreadable", "f.csv, row 4, column period"),
        ("900,1990-1995,old,0,0,0", "code-unknown", "f.csv, row 4, column age"),
        ("998,1990-1995,10,0,0,0", "area-unknown", "f.csv, row 4, column country_code"),
        ("900,1990-1995,10,-0.1,0,0", "value-negative", "f.csv, row 4, column mxM"),
    ],
)
def test_faults_of_death_rates_are_named(findings_of, line, code, place):
    found = findings_of("wpp", (MX + line + "\n").encode(), file="f.csv")
    assert (code, place) in {(f.code, f.place) for f in found}, found


def test_faults_of_annual_and_population_files_are_named(findings_of):
    head = "country_code,year,births_thousand,deaths_thousand,net_migration_thousand\n"
    found = findings_of("wpp", (head + "900,1990,-143461.425,1,1\n900,90,1,1,1\n").encode(), file="f.csv")
    assert {(f.code, f.place) for f in found} == {
        ("value-negative", "f.csv, row 2, column births_thousand"),
        ("period-unreadable", "f.csv, row 3, column year"),
    }
    found = findings_of("wpp", b"iso3,pop_mid_90_thousand\nFRA,1\n", file="f.csv")
    assert {(f.code, f.place) for f in found} == {("period-unreadable", "f.csv, row 1, column pop_mid_90_thousand")}
    found = findings_of("wpp", b"country,births_thousand\nFRA,1\n", file="f.csv")
    assert {f.fact for f in found if f.code == "column-missing"} >= {"no column country_code", "no column year"}


# --- sample files -----------------------------------------------------------------------------------------------------

SAMPLES = {
    "wpp2022_annual_1985_2021.csv.gz": "wpp-2022-annual",
    "wpp2024_annual_1985_2023.csv.gz": "wpp-2024-annual",
    "wpp2022_midyear_population_5yr.csv": "wpp-2022-population",
    "wpp2024_mx_abridged_5yr_1990_2025.csv.gz": "wpp-2024-mx",
}


@pytest.mark.parametrize("file", SAMPLES)
def test_the_revision_of_a_sample_file_is_proved_from_its_figures(shared_data, file):
    raw = (shared_data / "wpp" / file).read_bytes()
    assert read("wpp", raw, file="nameless").product == SAMPLES[file]


@pytest.mark.parametrize(
    ("file", "births"),
    [("wpp2022_annual_1985_2021.csv.gz", 142_451_012), ("wpp2024_annual_1985_2023.csv.gz", 143_461_425)],
)
def test_annual_events_of_countries_add_up_to_the_world(shared_data, file, births):
    vital = tables_of((shared_data / "wpp" / file).read_bytes())["VITAL"].filter(TIME_PERIOD="1990")
    assert value(vital, AREA="W001", MEASURE="BIRTHS") == births
    countries = [code for code in vital["AREA"].unique() if known_areas()[code].kind == "country"]
    assert len(countries) >= 236
    for measure in ("BIRTHS", "DEATHS"):
        whole = value(vital, AREA="W001", MEASURE=measure)
        assert vital.filter(pl.col("AREA").is_in(countries), MEASURE=measure)["OBS_VALUE"].sum() == pytest.approx(
            whole, abs=500
        )


def test_death_rates_of_a_sample_file_have_every_abridged_age(shared_data):
    tables = tables_of((shared_data / "wpp" / "wpp2024_mx_abridged_5yr_1990_2025.csv.gz").read_bytes())
    world = tables["VITAL"].filter(AREA="W001", SEX="F", TIME_PERIOD="1990-07-01/P5Y")
    assert world.height == 22
    assert {"Y0", "Y1T4", "Y5T9", "Y_GE100"} <= set(world["AGE"])


def test_a_zipped_csv_is_opened_whatever_its_name():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("WPP.csv", indicators())
    assert read("wpp", target.getvalue(), file="download").product == "wpp-2024-indicators"


def test_every_product_of_the_card_is_read_by_a_test_above():
    made = {f"wpp-{revision}-indicators" for revision in WORLD} | set(SAMPLES.values())
    # The population files and those of the 2019 revision are read in test_wpp_population.py.
    others = {i for i in (p.id for p in card("wpp").products) if i.startswith("wpp-2019-") or "population-by" in i}
    assert {product.id for product in card("wpp").products} - others == made


def countries(*rows: tuple[int, str, int, float]) -> bytes:
    """Annual births by code, name, year and thousands, with deaths of the world's revision and no migration."""
    lines = ["country_code,country,year,births_thousand,deaths_thousand,net_migration_thousand"]
    lines += [f"{code},{name},{year},{births},{births / 3:.3f},0" for code, name, year, births in rows]
    return ("\n".join(lines) + "\n").encode()


WORLD_AND_TWO = [(900, "World", year, 140_000) for year in (1991, 1992, 1993)]
WORLD_AND_TWO += [(156, "China", year, 100_000) for year in (1991, 1992, 1993)]
WORLD_AND_TWO += [(356, "India", year, 40_000) for year in (1991, 1992)]


@pytest.mark.parametrize(
    ("india", "fact"),
    [
        (
            [(356, "India", 1993, 40_000_000)],
            "40,100,000,000; the file's world row is 140,000,000; IND explains most of it",
        ),
        (
            [],
            "the countries add up to 100,000,000; the file's world row is 140,000,000; IND explains most of it, with 0",
        ),
    ],
)
def test_countries_that_do_not_add_up_to_the_world_are_found_with_the_area_that_explains_it(findings_of, india, fact):
    found = findings_of("wpp", countries(*WORLD_AND_TWO, *india), file="f.csv")
    assert {f.code for f in found} == {"total-implausible"}
    assert {f.place for f in found} == {"f.csv, BIRTHS 1993", "f.csv, DEATHS 1993"}
    assert fact in found[0].fact
    assert found[0].mend == "give every country, all figures in one unit"


def test_figures_that_are_blank_where_the_world_has_them_are_named(findings_of):
    raw = countries(*WORLD_AND_TWO, (356, "India", 1993, 40_000)).replace(b"40000,13333.333", b"..,13333.333")
    found = findings_of("wpp", raw, file="f.csv")
    assert {f.fact.rsplit("; ", 1)[1] for f in found} == {"no figure for IND"}


def test_a_code_beside_the_name_of_another_country_is_found(findings_of):
    found = findings_of("wpp", countries((356, "China", 1990, 1)), file="f.csv")
    assert ("area-contradictory", "f.csv, row 2, column country_code") in {(f.code, f.place) for f in found}
