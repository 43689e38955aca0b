"""World Population Prospects: the 2019 revision, population by sex and age, workbooks with figures across."""

import contextlib
import random
import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect import catalogue, columns
from corridors.collect.catalogue import card, read
from corridors.collect.reading import Reading
from corridors.concepts.areas import known_areas
from corridors.concepts.findings import DataError

# World figures are the published ones that prove a revision; everything else in these files is invented.
PEOPLE = {"2019": {2000: 6143493.806, 2010: 6956823.588}, "2022": {2000: 6148898.975}, "2024": {2000: 6171702.993}}
PERIODS_2019 = {"1990-1995": (669030.915, 252048.960), "2000-2005": (666529.348, 268116.075)}


def value(table, **where):
    rows = table.filter(**where)
    assert rows.height == 1, rows
    return rows["OBS_VALUE"][0]


def reading_of(raw, file="f.csv"):
    return read("wpp", raw, file=file)


# --- the periods of 2019 ----------------------------------------------------------------------------------------------------

PERIOD_HEAD = (
    "LocID,Location,VarID,Variant,Time,MidPeriod,TFR,CBR,Births,CDR,Deaths,DeathsMale,DeathsFemale,NetMigrations,SRB"
)


def periods(*rows):
    world = [
        f"900,World,2,Medium,{time},{int(time[:4]) + 3},3,20,{births},9,{deaths},,,0,1.07"
        for time, (births, deaths) in PERIODS_2019.items()
    ]
    groups = "1802,World Bank income groups,2,Medium,1990-1995,1993,,,,,,,,,"
    return "\n".join([PERIOD_HEAD, *world, groups, *rows, ""]).encode()


def test_the_periods_of_2019_run_from_mid_year_to_mid_year():
    raw = periods(
        "250,France,2,Medium,2015-2020,2018,2,11,3500.5,9,3000,1600,1400,-20.25,1.05",
        "250,France,2,Medium,2020-2025,2023,2,11,3400,9,3100,1600,1500,100,1.05",
    )
    reading = reading_of(raw)
    assert (reading.product, reading.revision) == ("wpp-2019-periods", "2019")
    france = {"AREA": "FRA", "TIME_PERIOD": "2015-07-01/P5Y"}
    assert value(reading.tables["VITAL"], MEASURE="BIRTHS", SEX="_T", **france) == 3_500_500
    assert value(reading.tables["VITAL"], MEASURE="DEATHS", SEX="F", **france) == 1_400_000
    assert value(reading.tables["NET_MIGRATION"], **france) == -20_250
    assert set(reading.tables["PROJECTION"]["TIME_PERIOD"]) == {"2020-07-01/P5Y"}
    assert "world births 1990-07-01/P5Y: 6.69031e+08, as revision 2019 published it" in reading.evidence


def test_the_sex_ratio_of_2019_is_per_girl_and_not_per_hundred():
    vital = reading_of(periods("250,France,2,Medium,2015-2020,2018,2,11,3500,9,3000,1,1,0,1.05")).tables["VITAL"]
    assert value(vital, MEASURE="SRB", AREA="FRA") == 1.05
    girls = value(vital, MEASURE="BIRTHS", SEX="F", AREA="FRA")
    assert girls == pytest.approx(3_500_000 / 2.05)


@pytest.mark.parametrize(
    ("row", "code", "fact"),
    [
        ("250,France,2,Medium,2015,2018,2,11,1,9,1,1,1,0,1", "period-unreadable", "'2015' is no period"),
        ("999,Atlantis,2,Medium,2015-2020,2018,2,11,1,9,1,1,1,0,1", "area-unknown", "'999' is no known area"),
        ("250,France,2,Medium,2015-2020,2018,2,11,x,9,1,1,1,0,1", "value-unreadable", "'x' is no figure"),
    ],
)
def test_a_fault_of_the_periods_is_named(findings_of, row, code, fact):
    [finding] = findings_of("wpp", periods(row), file="f.csv")
    assert (finding.code, finding.fact, "row 5" in finding.place) == (code, fact, True)


def test_a_missing_column_of_the_periods_is_named(findings_of):
    raw = periods().replace(b"SRB", b"Ratio", 1)
    [finding] = findings_of("wpp", raw, file="f.csv")
    assert (finding.code, finding.fact) == ("column-missing", "no column SRB")


# --- population CSV ----------------------------------------------------------------------------------------------------------


def people(
    *rows, revision="2024", head="LocID,Location,VarID,Variant,Time,MidPeriod,PopMale,PopFemale,PopTotal,PopDensity"
):
    world = [f"900,World,2,Medium,{year},{year}.5,,,{total},1" for year, total in PEOPLE[revision].items()]
    return "\n".join([head, *world, *rows, ""]).encode()


def test_population_by_sex_keeps_the_medium_variant_and_says_which_it_left_out():
    raw = people(
        "250,France,2,Medium,2015,2015.5,30000.5,31000.25,61000.75,1",
        "250,France,3,High,2015,2015.5,1,1,2,1",
        "336,Holy See,2,Medium,2015,2015.5,,,0.8,1",
        revision="2019",
    )
    reading = reading_of(raw)
    assert reading.product == "wpp-2019-population-by-sex"
    assert reading.layout.endswith("left out: variants High")
    population = reading.tables["POPULATION"]
    assert value(population, AREA="FRA", SEX="F") == 31_000_250
    assert population.filter(AREA="VAT", SEX="M")["OBS_STATUS"].to_list() == ["O"]
    assert value(population, AREA="VAT", SEX="_T") == 800


def single_ages(year, middle, *, revision="2024", ages=(0, 1, 100)):
    head = "LocID,Variant,Time,MidPeriod,AgeGrp,AgeGrpStart,AgeGrpSpan,PopMale,PopFemale,PopTotal"
    total = PEOPLE[revision][2000]
    rows = []
    for age in ages:
        span = -1 if age == ages[-1] else ages[1] - ages[0]
        whole = round(total / 4, 3) if age != ages[-1] else round(total - (len(ages) - 1) * round(total / 4, 3), 3)
        rows.append(f"900,Medium,2000,{middle - year + 2000},{age},{age},{span},1,1,{whole}")
        rows.append(f"250,Medium,{year},{middle},{age},{age},{span},1.5,2.5,4")
    return "\n".join([head, *rows, ""]).encode()


@pytest.mark.parametrize("revision", ["2019", "2022", "2024"])
def test_single_ages_have_their_sum_as_an_estimate(revision):
    reading = reading_of(single_ages(2015, 2015.5, revision=revision))
    assert reading.product == f"wpp-{revision}-population-by-single-age"
    population = reading.tables["POPULATION"].filter(AREA="FRA", SEX="F")
    assert dict(population.select("AGE", "OBS_VALUE").iter_rows()) == {
        "Y0": 2_500,
        "Y1": 2_500,
        "Y_GE100": 2_500,
        "_T": 7_500,
    }
    assert dict(population.select("AGE", "OBS_STATUS").iter_rows())["_T"] == "E"


def test_five_year_groups_are_another_product():
    reading = reading_of(single_ages(2015, 2015.5, ages=(0, 5, 100)))
    assert reading.product == "wpp-2024-population-by-age"
    assert {"Y0T4", "Y5T9", "Y_GE100"} < set(reading.tables["POPULATION"]["AGE"])


def test_population_at_1_january_is_not_taken_for_that_of_1_july(findings_of):
    [finding] = findings_of("wpp", single_ages(2015, 2015), file="f.csv")
    assert finding.code == "table-wrong"
    assert "population at 1 January" in finding.fact


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        ("250,Medium,soon,2015.5,0,0,1,1,1,2", "period-unreadable", "f.csv, row 8, column Time"),
        ("250,Medium,2015,2015.5,0,young,1,1,1,2", "code-unknown", "f.csv, row 8, column AgeGrpStart"),
    ],
)
def test_a_fault_of_the_population_by_age_is_named(findings_of, row, code, place):
    found = findings_of("wpp", single_ages(2015, 2015.5) + row.encode() + b"\n", file="f.csv")
    assert (code, place) in {(f.code, f.place) for f in found}, found


def test_a_file_of_other_variants_alone_is_refused(findings_of):
    raw = single_ages(2015, 2015.5).replace(b"Medium", b"High")
    [finding] = findings_of("wpp", raw, file="f.csv")
    assert (finding.code, finding.fact) == ("table-missing", "no row holds a figure of the medium variant")


def test_percentages_prove_no_revision(findings_of):
    raw = b"LocID,Variant,Time,PopMale,PopFemale,PopTotal\n900,Medium,2000,50,50,100\n"
    [finding] = findings_of("wpp", raw, file="f.csv")
    assert finding.code == "revision-unknown"


def test_two_revisions_whose_figures_lie_close_are_told_apart():
    # In 1990 the revisions of 2019 and 2024 differ by one in ten thousand.
    head = "LocID,Variant,Time,PopMale,PopFemale,PopTotal\n900,Medium,1990,,,"
    assert reading_of(f"{head}5327231.041\n".encode()).revision == "2019"
    assert reading_of(f"{head}5327803.110\n".encode()).revision == "2024"


# --- workbooks with figures across ------------------------------------------------------------------------------------------

HEAD_2019 = ["Index", "Variant", "Region, subregion, country or area *", "Notes", "Country code", "Type", "Parent code"]
HEAD_2024 = [*HEAD_2019[:4], "Location code", "ISO3 Alpha-code", "Type", "Parent code", "Year"]


def across(title, head, labels, *rows, revision="2019", sheet="ESTIMATES", more=None):
    top = [["United Nations"], [f"World Population Prospects {revision}"], [f"File {title}"], *[[]] * 13]
    return {sheet: [*top, [*head, *labels], *rows], **(more or {})}


def place_row(name, code, *figures, variant="Estimates"):
    return [1, variant, name, None, code, "Country/Area", 900, *figures]


POP = "POP/1-1: Total population (both sexes combined) by region, subregion and country, annually for 1950-2100 (thousands)"


def test_the_2019_workbook_with_years_across_is_read(workbook):
    world = [PEOPLE["2019"][2000], PEOPLE["2019"][2010], 7794798.739]
    medium = across(
        POP, HEAD_2019, [2021], place_row("France", 250, 6, variant="Medium variant"), sheet="MEDIUM VARIANT"
    )
    sheets = across(
        POP,
        HEAD_2019,
        [2000, 2010, 2020, 2014, 2015],
        place_row("WORLD", 900, *world),
        place_row("World Bank income groups", 1802),
        place_row("France", 250, None, None, None, "...", 4),
        more=medium,
    )
    reading = reading_of(workbook(sheets), "f.xlsx")
    assert reading.product == "wpp-2019-population-by-sex"
    population = reading.tables["POPULATION"]
    assert value(population, AREA="FRA", TIME_PERIOD="2015-07-01") == 4_000
    assert population.filter(AREA="FRA", TIME_PERIOD="2014-07-01")["OBS_STATUS"].to_list() == ["O"]
    assert value(reading.tables["PROJECTION"], AREA="FRA", TIME_PERIOD="2021-07-01") == 6_000
    assert reading.evidence[0].startswith("title: World Population Prospects 2019, File POP/1-1")


@pytest.mark.parametrize(
    ("title", "product", "flow", "sex", "figure"),
    [
        (
            "FERT/1: Births (both sexes combined) by region, subregion and country, 1950-2100 (thousands)",
            "births",
            "VITAL",
            "_T",
            5_000,
        ),
        (
            "MORT/1-3: Female deaths by region, subregion and country, 1950-2100 (thousands)",
            "deaths",
            "VITAL",
            "F",
            5_000,
        ),
        (
            "MIGR/2: Net number of migrants (both sexes combined) by region, 1950-2100 (thousands)",
            "net-migration",
            "NET_MIGRATION",
            "_T",
            -5_000,
        ),
    ],
)
def test_the_2019_workbooks_with_periods_across_are_read(workbook, title, product, flow, sex, figure):
    row = place_row("France", 250, figure / 1_000)
    reading = reading_of(workbook(across(title, HEAD_2019, ["2015-2020"], row)), "f.xlsx")
    assert reading.product == f"wpp-2019-{product}"
    assert value(reading.tables[flow], AREA="FRA", SEX=sex, TIME_PERIOD="2015-07-01/P5Y") == figure


SINGLE, GROUPS = {"Y0", "Y1", "Y_GE100", "_T"}, {"Y0T4", "Y5T9", "Y_GE100", "_T"}
WHERE = "region, subregion and country"


@pytest.mark.parametrize(
    ("title", "labels", "product", "ages"),
    [
        (f"POP/01-2: Male population by single age, {WHERE} (thousands)", [0, 1, "100+"], "single-age", SINGLE),
        (f"INT/3-2: Annual male population by single age, {WHERE} (thousands)", [0, 1, 100], "single-age", SINGLE),
        (
            f"POP/02-2: Male population by five-year age group, {WHERE} (thousands)",
            ["0-4", "5-9", "100+"],
            "age",
            GROUPS,
        ),
    ],
)
def test_workbooks_with_ages_across_are_read(workbook, title, labels, product, ages):
    head = [*HEAD_2024[:8], "Year" if "POP" in title else "Reference date (as of 1 July)"]
    row = [1, "Estimates", "France", None, 250, "FRA", "Country/Area", 900, 2015, 1, 2, 3]
    heading = [1, "Estimates", "Regions", None, 1840, None, "Label/Separator", 900]
    reading = reading_of(
        workbook(across(title, head, labels, heading, row, revision="2024", sheet="Estimates")), "f.xlsx"
    )
    assert reading.product == f"wpp-2024-population-by-{product}"
    population = reading.tables["POPULATION"].filter(AREA="FRA", SEX="M", TIME_PERIOD="2015-07-01")
    assert set(population["AGE"]) == ages
    assert value(population, AGE="_T") == 6_000


@pytest.mark.parametrize(
    ("sheets", "code", "fact"),
    [
        (across(POP, HEAD_2019, [2000], place_row("WORLD", 900, 9e6)), "revision-mixed", "world figures do not fit"),
        (
            across(POP, HEAD_2019, [2000], place_row("France", 250, 1), revision="2015"),
            "revision-unknown",
            "the title says",
        ),
        (across(POP, HEAD_2019, ["Note"], place_row("France", 250, 1)), "column-missing", "no columns of years"),
        (across(POP, HEAD_2019[:4], [2000], place_row("France", 250, 1)), "column-missing", "no column Location code"),
        (across(POP, HEAD_2019, [2000], place_row("Atlantis", 999, 1)), "area-unknown", "'999' is no known area"),
        (across(POP, HEAD_2019, [2000], place_row("France", 250, "many")), "value-unreadable", "'many' is no figure"),
        (
            across(POP, HEAD_2019, [2000], place_row("France", 250, 1, variant="High")),
            "table-wrong",
            "'High' is not allowed",
        ),
        (across(POP.replace("(thousands)", "(percentage)"), HEAD_2019, [2000]), "table-wrong", "it seems to be: "),
    ],
)
def test_a_fault_of_these_workbooks_is_named(workbook, findings_of, sheets, code, fact):
    found = findings_of("wpp", workbook(sheets), file="f.xlsx")
    assert [f for f in found if f.code == code and fact in f.fact], found


def test_years_and_periods_in_one_workbook_are_refused(workbook, findings_of):
    more = across(POP, HEAD_2019, ["2020-2025"], place_row("France", 250, 1), sheet="MEDIUM VARIANT")
    sheets = across(POP, HEAD_2019, [2000], place_row("France", 250, 1), more=more)
    found = findings_of("wpp", workbook(sheets), file="f.xlsx")
    assert [f for f in found if f.fact == "the sheets have periods and years across"], found


# --- what holds no figures ---------------------------------------------------------------------------------------------------


def test_the_list_of_locations_is_refused_as_what_it_is(shared_data, findings_of):
    raw = (shared_data / "wpp" / "wpp2022_UNlocations.txt").read_bytes()
    [finding] = findings_of("wpp", raw, file="wpp2022_UNlocations.txt")
    assert finding.code == "table-wrong"
    assert finding.fact.startswith("the list of locations")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1), flips=st.integers(0, 20))
def test_damaged_files_end_in_a_reading_or_in_findings(seed, cut, flips):
    rng = random.Random(seed)
    good = single_ages(2015, 2015.5)
    raw = bytearray(good[: int(len(good) * cut)] if flips else rng.randbytes(200))
    for _ in range(min(flips, len(raw))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    with contextlib.suppress(DataError):
        assert isinstance(read("wpp", bytes(raw), file="f"), Reading)


def test_every_product_of_2019_and_by_age_is_read_above():
    others = {p.id for p in card("wpp").products if p.id.startswith("wpp-2019-") or "population-by" in p.id}
    by_age = {f"wpp-{r}-population-by-{kind}" for r in (2019, 2022, 2024) for kind in ("sex", "age", "single-age")}
    assert others == by_age | {f"wpp-2019-{table}" for table in ("periods", "births", "deaths", "net-migration")}


# --- millions of rows ------------------------------------------------------------------------------------------------------

PUBLISHED_HEAD = (
    "SortOrder,LocID,Notes,ISO3_code,ISO2_code,SDMX_code,LocTypeID,LocTypeName,ParentID,Location,VarID,Variant,Time,"
    "MidPeriod,AgeGrp,AgeGrpStart,AgeGrpSpan,PopMale,PopFemale,PopTotal\n"
)


def every_single_age(places, years):
    """A file as the publisher's: the world as published, divided evenly among ages and the given number of places."""
    published = {int(c.period[:4]): c.value / 1000 for c in card("wpp").checks if c.measure == "POPULATION"}
    areas = [one for one in known_areas().values() if one.kind == "country" and one.m49][:places]
    yield PUBLISHED_HEAD
    for code, name, share in [(900, "World", 1), *((int(one.m49), one.name, 1 / len(areas)) for one in areas)]:
        for year in years:
            cell = published.get(year, 8e6) * share / 101
            for age in range(101):
                shown, span = ("100+", -1) if age == 100 else (age, 1)
                yield (
                    f'{year},{code},,AAA,AA,4,4,Country/Area,5501,"{name}",2,Medium,{year},{year}.5,'
                    f"{shown},{age},{span},{cell / 2:.4f},{cell / 2:.4f},{cell:.4f}\n"
                )


@pytest.fixture(scope="module")
def ages_of_few():
    return "".join(every_single_age(6, range(2000, 2041, 10))).encode()


def test_a_large_file_is_read_in_stretches_to_the_same_tables(ages_of_few, monkeypatch):
    whole = reading_of(ages_of_few)
    monkeypatch.setattr(columns, "BATCH", 20_000)
    stretched = reading_of(ages_of_few)
    assert (stretched.product, stretched.layout, stretched.evidence) == (whole.product, whole.layout, whole.evidence)
    for name, table in whole.tables.items():
        assert table.equals(stretched.tables[name])
        assert pl.Categorical not in map(type, table.schema.values())


def test_a_large_table_keeps_its_codes_and_is_checked_area_by_area(ages_of_few, monkeypatch):
    whole = reading_of(ages_of_few).tables["POPULATION"]
    monkeypatch.setattr(catalogue, "LARGEST_AS_TEXT", 1_000)
    coded = reading_of(ages_of_few).tables["POPULATION"]
    assert isinstance(coded.schema["AREA"], pl.Categorical)
    assert coded.with_columns(pl.col(pl.Categorical).cast(pl.String)).equals(whole)


@pytest.mark.parametrize(
    ("wrong", "code", "fact"),
    [
        ("{age},x,2,3", "value-unreadable", "'x' is no figure"),
        ("{age},-1,2,3", "value-negative", "negative figure -1"),
    ],
)
def test_a_fault_far_down_a_large_file_is_named_by_its_row(ages_of_few, findings_of, monkeypatch, wrong, code, fact):
    lines = ages_of_few.decode().splitlines(keepends=True)
    row = len(lines) - 7
    before = lines[row - 1].rsplit(",", 4)
    lines[row - 1] = before[0] + "," + wrong.format(age=before[1]) + "\n"
    monkeypatch.setattr(columns, "BATCH", 20_000)
    [finding] = findings_of("wpp", "".join(lines).encode(), file="f.csv")
    assert (finding.code, finding.fact, finding.place) == (code, fact, f"f.csv, row {row}, column PopMale")


def test_rows_that_stand_twice_in_a_large_table_are_found(ages_of_few, findings_of, monkeypatch):
    lines = ages_of_few.decode().splitlines(keepends=True)
    monkeypatch.setattr(columns, "BATCH", 20_000)
    monkeypatch.setattr(catalogue, "LARGEST_AS_TEXT", 1_000)
    found = findings_of("wpp", "".join([*lines, lines[-1]]).encode(), file="f.csv")
    assert {one.code for one in found} == {"key-duplicate"}


def test_text_that_is_not_utf_8_is_found_by_its_row_in_the_whole_file(ages_of_few, findings_of, monkeypatch):
    monkeypatch.setattr(columns, "BATCH", 20_000)
    [finding] = findings_of("wpp", ages_of_few + "\xe9".encode("latin-1"), file="f.csv")
    assert finding.code == "file-unreadable"
    assert f"in row {len(ages_of_few.splitlines()) + 1}" in finding.fact


MOST_MEMORY = 2**30
_READ = "import sys; from corridors.collect.catalogue import read; from pathlib import Path; {}"
_ONE = (
    "r = read('wpp', Path(sys.argv[1]).read_bytes(), file='f'); print(sum(t.height for t in r.tables.values()));"
    # The kernel's own count for this process: that of all children would hold what other tests started.
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)


@pytest.mark.heavy
def test_four_million_rows_of_single_ages_take_less_than_a_gigabyte(tmp_path):
    path = tmp_path / "WPP2024_PopulationBySingleAgeSex_Medium.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(every_single_age(235, range(1950, 2101)))
    done = subprocess.run(
        [sys.executable, "-c", _READ.format(_ONE), str(path)], capture_output=True, text=True, check=True
    )
    rows, peak = map(int, done.stdout.split())
    assert rows > 10_000_000
    assert peak * 1024 < MOST_MEMORY, f"{peak / 1024:,.0f} MiB"
