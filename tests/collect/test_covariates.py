"""Covariates of areas and corridors: distance, language, colony, religion, conflicts, democracy, membership, points."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError

CLOSED = ("disasters", "fsi", "iomnames")
# Small files of our own making, figures invented.
FILES = {
    "cepii": b"Origin ISO,Destination ISO,distw_harmonic\nABW,ABW,0.0\nABW,AFG,13192.5\nAFG,ABW,13192.5\n",
    "usitc": b"Origin ISO,Destination ISO,csl\nABW,ABW,1.66\nABW,AFG,0.02\n",
    "religion": b"Origin ISO,Destination ISO,Religious similarity\nABW,AFG,0.0004\nAFG,ABW,0.0004\n",
    "ucdp": b"Year,Country ISO,Conflict deaths\n2020,AFG,5.0\n2020,SDN,0.0\n2021,SDN,0.0\n2021,AFG,0.0\n",
    "eumembership": b"Year,Country ISO,EU\n2020,FRA,1.0\n2020,NOR,0.0\n",
    "vdem": b"iso3,year,liberal_dem\nZZB,2019,0.2\nAFG,2019,0.25\nBHR,1990,NA\n",
    "coordinates": b"Country,Alpha-2 code,Alpha-3 code,Numeric code,Latitude,Longitude\nChile,CL,CHL,152,-30,-71\n",
    "disasters": b"iso3,year,disaster_deaths_per_100k\nHTI,2010,2261.9\nOWID_WRL,2010,5\n",
    "fsi": b"geo,t,rank,total,code,indicator,v\nSDN,2006,1,112.3,C1,security,9.8\n",
    "iomnames": b"m49,iso2,iso3,name,iom_region,snapshot\n4,AF,AFG,Afghanistan,Asia,1\n",
}
OPEN = [name for name in FILES if name not in CLOSED]
MORE = ["USA", "CAN", "MEX", "BRA", "ARG", "CHL", "PER", "COL", "ECU", "BOL", "PRY", "URY", "VEN", "CHN", "JPN",
        "KOR", "IND", "PAK", "BGD", "LKA", "NPL", "BTN", "MDV", "AFG", "IRN", "IRQ", "SYR", "JOR"]  # fmt: skip
COLONY = b"Origin ISO,Destination ISO,colony_of_destination_ever\n"


def table_of(source, raw=None):
    return read(source, raw or FILES[source], file="f.csv").tables["INDICATOR"]


@pytest.mark.parametrize("source", OPEN)
def test_every_layout_is_read_and_says_what_proves_it(source):
    reading = read(source, FILES[source], file="any name")
    assert card(source).product(reading.product).id == reading.product
    assert reading.evidence
    assert set(reading.tables["INDICATOR"]["SOURCE"]) != {None}


@pytest.mark.parametrize(
    ("source", "measure", "unit", "figures"),
    [
        ("cepii", "DISTANCE", "KM", [13192.5, 13192.5]),
        ("usitc", "COMMON_LANGUAGE", "INDEX", [1.66, 0.02]),
        ("religion", "RELIGION", "INDEX", [0.0004, 0.0004]),
        ("ucdp", "CONFLICT_DEATHS", "PS", [5.0, None, None, 0.0]),
        ("eumembership", "MEMBERSHIP", "CODE", [1.0, 0.0]),
        ("vdem", "DEMOCRACY", "INDEX", [0.25, None]),
    ],
)
def test_figures_have_their_measure_and_unit(source, measure, unit, figures):
    table = table_of(source)
    assert table["OBS_VALUE"].to_list() == figures
    assert (set(table["MEASURE"]), set(table["UNIT_MEASURE"])) == ({measure}, {unit})


def test_distances_of_areas_from_themselves_were_never_measured():
    assert table_of("cepii").select("ORIGIN", "DESTINATION").rows() == [("ABW", "AFG"), ("AFG", "ABW")]


def test_zeros_of_areas_that_are_zero_in_every_year_are_missing_values():
    table = table_of("ucdp")
    sudan = table.filter(AREA="SDN")
    assert sudan["OBS_STATUS"].to_list() == ["O", "O"]
    assert sudan["NOTE"][0].startswith("0 in every year of the file")
    assert table.filter(AREA="AFG", TIME_PERIOD="2021")["OBS_STATUS"].to_list() == ["A"]


def test_a_state_has_no_deaths_before_its_independence():
    raw = b"Year,Country ISO,Conflict deaths\n2010,SSD,0.0\n2012,SSD,7\n"
    assert table_of("ucdp", raw).sort("TIME_PERIOD")["OBS_STATUS"].to_list() == ["M", "A"]


def test_colonies_that_the_dataset_lacks_are_missing_and_not_zero():
    table = table_of("usitc", COLONY + b"PAK,GBR,0.0\nIND,GBR,1.0\nFRA,GBR,0.0\nGBR,GBR,0.0\n")
    assert dict(table.select("ORIGIN", "OBS_STATUS").iter_rows()) == {"PAK": "O", "IND": "A", "FRA": "A"}
    assert table.filter(ORIGIN="PAK")["NOTE"].to_list() == ["0 in the dataset, which lacks this colony"]


def test_a_score_that_is_not_given_is_missing_and_places_inside_states_are_left_out():
    table = table_of("vdem")
    assert table.select("AREA", "OBS_STATUS").rows() == [("AFG", "A"), ("BHR", "O")]


def test_membership_is_checked_against_the_treaties(findings_of):
    rows = "".join(f"2013,{code},1.0\n" for code in ("FRA", "NOR")) + "".join(f"2013,{code},0.0\n" for code in MORE)
    [finding] = findings_of("eumembership", b"Year,Country ISO,EU\n" + rows.encode(), file="f.csv")
    assert (finding.code, finding.place, finding.fact) == ("total-implausible", "f.csv, Year 2013", "2 members")
    assert finding.mend == "there were 28"


def test_points_are_latitude_and_longitude_and_a_second_name_adds_none():
    twice = FILES["coordinates"] + b"Republic of Chile,CL,CHL,152,-30,-71\n"
    table = table_of("coordinates", twice)
    assert dict(table.select("MEASURE", "OBS_VALUE").iter_rows()) == {"LATITUDE": -30, "LONGITUDE": -71}
    assert table.height == 2


def capitals(*rows):
    head = ["Index", "Country or area", "Country code", "Capital City", "Note", "Capital Type", "City code"]
    titles = [
        ["World Urbanization Prospects: The 2014 Revision"],
        ["File 13: Population of Capital Cities in 2014 (thousands)"],
    ]
    return {"DATA": [[], *titles, [], [*head, "Latitude", "Longitude", "Population (thousands)"], *rows]}


def test_one_capital_stands_for_an_area_and_the_note_names_the_others(workbook):
    rows = [
        [1, "Bolivia", 68, "Sucre", None, "Constitutional Capital", 2, -19.0, -65.2, 1],
        [2, "Bolivia", 68, "La Paz", None, "Seat of Government", 1, -16.5, -68.1, 2],
        [3, "Chile", 152, "Santiago", None, "Capital", 3, -33.4, -70.6, 3],
    ]
    table = table_of("coordinates", workbook(capitals(*rows)))
    bolivia = table.filter(AREA="BOL", MEASURE="LATITUDE").row(0, named=True)
    assert (bolivia["OBS_VALUE"], bolivia["TIME_PERIOD"]) == (-16.5, "2014")
    assert bolivia["NOTE"] == "La Paz (Seat of Government); beside it Sucre (Constitutional Capital)"


@pytest.mark.parametrize(
    ("sheets", "code", "fact"),
    [
        (capitals([1, "X", 68, "Y", None, "Village", 2, 1, 1, 1]), "code-unknown", "'Village' is not allowed"),
        (capitals([1, "X", 999, "Y", None, "Capital", 2, 1, 1, 1]), "area-unknown", "'999' is no known area"),
        (capitals([1, "X", 68, "Y", None, "Capital", 2, 91, 1, 1]), "value-unreadable", "'91' is not allowed"),
        ({"DATA": capitals()["DATA"][:4]}, "column-missing", "no row says what its columns hold"),
        ({"DATA": [["Trade"]]}, "table-wrong", "it seems to be: Trade"),
    ],
)
def test_a_fault_of_the_capitals_is_named(workbook, findings_of, sheets, code, fact):
    found = findings_of("coordinates", workbook(sheets), file="f.xlsx")
    assert [f for f in found if f.code == code and fact in f.fact], found


@pytest.mark.parametrize("source", OPEN)
def test_faults_are_named_by_row_and_column(findings_of, source):
    head, *rows = FILES[source].decode().splitlines()
    cells = rows[-1].split(",")
    area = {"vdem": 0, "coordinates": 2, "ucdp": 1, "eumembership": 1}.get(source, 0)
    other = ",".join([*cells[:area], "ATL", *cells[area + 1 :]])
    found = findings_of(source, "\n".join([head, *rows, other]).encode(), file="f.csv")
    named = head.split(",")[area]
    place = f"f.csv, row {len(rows) + 2}, column {named}"
    assert [f for f in found if (f.code, f.place, f.fact) == ("area-unknown", place, "'ATL' is no known area")], found
    broken = ",".join([*cells[:-1], "many"])
    found = findings_of(source, "\n".join([head, *rows[:-1], broken]).encode(), file="f.csv")
    assert [f for f in found if f.code == "value-unreadable" and "many" in f.fact], found
    torn = ",".join([*cells[:-1], "0.5" if source != "eumembership" else "1.0" if cells[-1] == "0.0" else "0.0"])
    found = findings_of(source, "\n".join([head, *rows, torn]).encode(), file="f.csv")
    assert [f for f in found if f.code == "key-duplicate"], found


@pytest.mark.parametrize(
    ("source", "line", "code", "fact"),
    [
        ("cepii", b"ABW,CHL,25000\n", "value-unreadable", "'25000' is not allowed"),
        ("cepii", b"ABW,CHL,-5\n", "value-unreadable", "'-5' is not allowed"),
        ("eumembership", b"2020,USA,0.5\n", "code-unknown", "'0.5' is not allowed"),
        ("ucdp", b"20,USA,1\n", "period-unreadable", "'20' is not allowed"),
        ("vdem", b"USA,2019,1.5\n", "value-unreadable", "'1.5' is not allowed"),
    ],
)
def test_figures_that_cannot_be_are_found(findings_of, source, line, code, fact):
    found = findings_of(source, FILES[source] + line, file="f.csv")
    assert [f for f in found if (f.code, f.fact) == (code, fact)], found


@pytest.mark.parametrize("source", FILES)
def test_another_table_is_refused(findings_of, source):
    [finding] = findings_of(source, b"a,b,c,d\n1,2,3,4\n", file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "a CSV file with the columns a, b, c, d")


# --- closed licences and lists --------------------------------------------------------------------------------------------


def test_emdat_is_recognised_and_refused(findings_of):
    raw = b"geo,subgroup,type,t,events,affected,deaths,damages\nAFG,climatological,drought,2000,1,5,7,9\n"
    [finding] = findings_of("disasters", raw, file="f.csv")
    assert finding.code == "licence-closed"
    assert "EM-DAT is free for non-commercial use only" in finding.fact


def test_death_rates_computed_from_emdat_are_emdats_too(findings_of):
    [finding] = findings_of("disasters", FILES["disasters"], file="f.csv")
    assert finding.code == "licence-closed"
    assert "Our World in Data (1 rows with its codes)" in finding.fact


def test_the_fragile_states_index_is_recognised_and_refused(findings_of):
    [finding] = findings_of("fsi", FILES["fsi"], file="f.csv")
    assert (finding.code, "may not be published again" in finding.fact) == ("licence-closed", True)


def test_a_list_of_names_is_recognised_and_refused(findings_of):
    [finding] = findings_of("iomnames", FILES["iomnames"], file="f.csv")
    assert (finding.code, finding.fact.startswith("a list of 1 names of areas")) == ("table-wrong", True)


# --- sample files ---------------------------------------------------------------------------------------------------------

SAMPLES = {
    "cepii_distw_harmonic.csv.gz": ("cepii", 53_130),
    "usitc_common_spoken_language.csv.gz": ("usitc", 53_361),
    "usitc_colony_of_destination_ever.csv.gz": ("usitc", 53_130),
    "religious_similarity.csv.gz": ("religion", 53_361),
    "ucdp_conflict_deaths_1990_2023.csv.gz": ("ucdp", 7_854),
    "eu_membership.csv.gz": ("eumembership", 7_854),
    "vdem_liberal_democracy_1990_on.csv": ("vdem", None),
    "country_coordinates.csv": ("coordinates", 502),
    "WUP2014-F13-Capital_Cities.xls": ("coordinates", 464),
}


@pytest.fixture(scope="module")
def samples(shared_data):
    raws = {file: (source, (shared_data / "covariates" / file).read_bytes()) for file, (source, _) in SAMPLES.items()}
    return {file: read(source, raw, file="nameless") for file, (source, raw) in raws.items()}


@pytest.mark.parametrize("file", SAMPLES)
def test_the_sample_files_are_read_whole(samples, file):
    assert SAMPLES[file][1] in (None, samples[file].tables["INDICATOR"].height)


def test_176_areas_of_the_conflict_file_have_no_figures(samples):
    table = samples["ucdp_conflict_deaths_1990_2023.csv.gz"].tables["INDICATOR"]
    missing = table.filter(OBS_STATUS="O").get_column("AREA").unique()
    assert len(missing) == 176
    assert {"COD", "SDN", "NGA", "MMR"} <= set(missing)
    assert table["OBS_VALUE"].sum() == 2_949_449
    assert table.filter(AREA="AFG")["OBS_VALUE"].sum() == 311_639


def test_known_figures_of_the_sample_files(samples):
    distance = samples["cepii_distw_harmonic.csv.gz"].tables["INDICATOR"]
    assert distance.filter(ORIGIN="ABW", DESTINATION="AFG")["OBS_VALUE"].to_list() == [13192.121212121212]
    turned = distance.join(distance, left_on=["ORIGIN", "DESTINATION"], right_on=["DESTINATION", "ORIGIN"], how="inner")
    assert (turned["OBS_VALUE"] == turned["OBS_VALUE_right"]).all()
    colony = samples["usitc_colony_of_destination_ever.csv.gz"].tables["INDICATOR"]
    assert colony.filter(OBS_VALUE=1).height == 254
    assert colony.filter(OBS_STATUS="O").height == 3
    members = samples["eu_membership.csv.gz"].tables["INDICATOR"]
    assert members.filter(TIME_PERIOD="2013")["OBS_VALUE"].sum() == 28
    vdem = samples["vdem_liberal_democracy_1990_on.csv"].tables["INDICATOR"]
    assert vdem.filter(OBS_STATUS="O").height == 23
    points = samples["WUP2014-F13-Capital_Cities.xls"].tables["INDICATOR"]
    assert points.filter(AREA="AFG", MEASURE="LATITUDE")["OBS_VALUE"].to_list() == [34.528887]


@pytest.mark.parametrize(
    ("source", "folder", "file", "code"),
    [
        ("disasters", "covariates", "emdat_disaster.csv.gz", "licence-closed"),
        ("disasters", "covariates", "natural_disaster_deaths.csv", "licence-closed"),
        ("fsi", "covariates", "fsi.csv.gz", "licence-closed"),
        ("iomnames", "reference", "iom_countrynames_257.csv.gz", "table-wrong"),
    ],
)
def test_closed_sample_files_are_refused(shared_data, findings_of, source, folder, file, code):
    [finding] = findings_of(source, (shared_data / folder / file).read_bytes(), file=file)
    assert finding.code == code


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(sorted(FILES)), seed=st.integers(0, 2**32), cut=st.floats(0, 1), flips=st.integers(0, 20))
def test_damaged_files_end_in_a_reading_or_in_findings(source, seed, cut, flips):
    rng = random.Random(seed)
    good = FILES[source]
    raw = bytearray(good[: int(len(good) * cut)] if flips % 2 else good)
    for _ in range(min(flips, len(raw))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    with contextlib.suppress(DataError):
        assert isinstance(read(source, bytes(raw), file="f"), Reading)
