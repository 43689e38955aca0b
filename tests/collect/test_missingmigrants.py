"""Missing Migrants: both layouts, dates, separators, points, and incidents that are never counted twice."""

import contextlib

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

OLD = [
    *("Web ID", "Region", "Reported Date", "Reported Year", "Reported Month", "Number Dead"),
    *("Minimum Estimated Number of Missing", "Total Dead and Missing", "Number of Survivors", "Number of Females"),
    *("Number of Males", "Number of Children", "Cause of Death", "Location Description", "Information Source"),
    *("Location Coordinates", "Migration Route", "URL", "UNSD Geographical Grouping", "Source Quality"),
]
NEW = [
    *("Main ID", "Incident ID", "Incident Type", "Region of Incident", "Incident Date", "Incident Year", "Month"),
    *("Number of Dead", "Minimum Estimated Number of Missing", "Total Number of Dead and Missing"),
    *("Number of Survivors", "Number of Females", "Number of Males", "Number of Children", "Country of Origin"),
    *("Region of Origin", "Cause of Death", "Country of Incident", "Migration Route", "Location of Incident"),
    *("Coordinates", "UNSD Geographical Grouping", "Information Source", "URL", "Source Quality"),
]


def old(*rows, columns=OLD):
    """A file of the older layout; figures are invented."""
    base = {
        "Region": "Sea", "Reported Date": "August 31, 2021", "Reported Year": "2021", "Reported Month": "Aug",
        "Number Dead": "2", "Total Dead and Missing": "2", "Location Coordinates": "28.5, -13.25",
        "Migration Route": "Atlantic", "Cause of Death": "Drowning",
    }  # fmt: skip
    return written([{"Web ID": str(number), **base, **row} for number, row in enumerate(rows or [{}], 1)], columns)


def new(*rows, columns=NEW):
    """A file of the newer layout; figures are invented."""
    base = {
        "Incident Type": "Incident", "Region of Incident": "Sea", "Incident Date": "2020-02-29",
        "Incident Year": "2020", "Month": "February", "Number of Dead": "2", "Total Number of Dead and Missing": "2",
        "Cause of Death": "Drowning", "Migration Route": "Atlantic", "Coordinates": "28.5, -13",
    }  # fmt: skip
    made = []
    for number, row in enumerate(rows or [{}], 1):
        identifier = f"2020.MMP{number:05}"
        made.append({"Main ID": identifier, "Incident ID": identifier, **base, **row})
    return written(made, columns)


def written(rows, columns):
    lines = [",".join(f'"{name}"' for name in columns)]
    lines += [",".join(f'"{row.get(name, "")}"' for name in columns) for row in rows]
    return "\n".join(lines).encode()


def table_of(raw):
    return read("missingmigrants", raw, file="f.csv").tables["MISSING_MIGRANTS"]


def one(table, **cells):
    [row] = table.filter(*(pl.col(name) == value for name, value in cells.items())).iter_rows(named=True)
    return row


# --- what is read -----------------------------------------------------------------------------------------------------


def test_the_older_layout_gives_seven_counts_an_incident():
    reading = read("missingmigrants", old(), file="f.csv")
    table = reading.tables["MISSING_MIGRANTS"]
    assert (reading.product, table.height) == ("missingmigrants-20column-incidents", 7)
    row = one(table, MEASURE="DEAD")
    assert (row["TIME_PERIOD"], row["OBS_VALUE"], row["INCIDENT"]) == ("2021-08-31", 2, "1")
    assert (row["LATITUDE"], row["LONGITUDE"], row["ROUTE"]) == (28.5, -13.25, "Atlantic")


def test_thousands_separators_are_no_decimals():
    table = table_of(old({"Number Dead": "750", "Total Dead and Missing": "1,022"}))
    assert one(table, MEASURE="DEAD_AND_MISSING")["OBS_VALUE"] == 1022


def test_a_blank_count_is_not_recorded_and_a_zero_is_none():
    table = table_of(old({"Number of Females": "", "Number of Males": "0"}))
    assert (one(table, MEASURE="FEMALES")["OBS_VALUE"], one(table, MEASURE="FEMALES")["OBS_STATUS"]) == (None, "O")
    assert (one(table, MEASURE="MALES")["OBS_VALUE"], one(table, MEASURE="MALES")["OBS_STATUS"]) == (0, "A")


def test_parts_of_a_split_incident_say_so_and_add_up_to_it_once():
    whole = "2020.MMP00007"
    rows = [
        {"Main ID": whole, "Incident ID": f"{whole}{part}", "Incident Type": "Split Incident", "Number of Dead": dead}
        for part, dead in (("8", "3"), ("9", "4"))
    ]
    rows.append({"Incident Type": "Cumulative Incident", "Number of Dead": "5"})
    rows.append({"Incident Type": "Incident,Split Incident"})
    table = table_of(new(*rows)).filter(MEASURE="DEAD")
    assert table["OBS_VALUE"].sum() == 3 + 4 + 5 + 2
    assert table["INCIDENT"].n_unique() == 4
    part = one(table, INCIDENT=f"{whole}8")
    assert (part["INCIDENT_TYPE"], part["NOTE"]) == ("Split Incident", f"part of incident {whole}")


def test_a_row_without_day_or_route_keeps_its_figures_and_says_so():
    table = table_of(new({"Incident Date": "", "Migration Route": ""}, {"Incident Date": "", "Month": ""}))
    first = one(table, MEASURE="DEAD", TIME_PERIOD="2020-02")
    assert (first["OBS_VALUE"], first["OBS_STATUS"], first["ROUTE"]) == (2, "A", None)
    assert first["NOTE"] == "the source gives no day"
    assert one(table, MEASURE="DEAD", TIME_PERIOD="2020")["OBS_VALUE"] == 2


def test_a_correction_below_zero_stays_without_a_figure_and_is_quoted():
    table = table_of(new({"Minimum Estimated Number of Missing": "-1", "Total Number of Dead and Missing": "1"}))
    row = one(table, MEASURE="MISSING")
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["NOTE"]) == (None, "O", "the source says -1")
    assert one(table, MEASURE="DEAD_AND_MISSING")["OBS_VALUE"] == 1


def test_longitude_before_latitude_is_turned_where_only_one_order_is_possible():
    row = one(table_of(old({"Location Coordinates": "-114.5, 32.25"})), MEASURE="DEAD")
    assert (row["LATITUDE"], row["LONGITUDE"]) == (32.25, -114.5)
    assert row["NOTE"] == "longitude stands before latitude in the source"


def test_a_byte_order_mark_inside_the_file_is_no_part_of_an_identifier():
    assert set(table_of(new({"Main ID": "\ufeff2020.MMP00001"}))["NOTE"]) == {None}


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (
            old({"Reported Date": "31.8.2021"}),
            "period-unreadable",
            "row 2, column Reported Date",
            "'31.8.2021' is no date",
        ),
        (
            old({"Reported Year": "2020"}),
            "period-unreadable",
            "row 2, column Reported Date",
            "'August 31, 2021' is not in the year 2020",
        ),
        (
            new({"Incident Date": "", "Incident Year": "", "Month": ""}),
            "period-unreadable",
            "row 2, column Incident Date",
            "'' is no date",
        ),
        (
            new({"Incident Date": "2020-02-30"}),
            "period-unreadable",
            "row 2, column Incident Date",
            "'2020-02-30' is no date",
        ),
        (
            new({"Coordinates": "north"}),
            "value-unreadable",
            "row 2, column Coordinates",
            "'north' is no point on the globe",
        ),
        (
            new({"Coordinates": "95, 190"}),
            "value-unreadable",
            "row 2, column Coordinates",
            "'95, 190' is no point on the globe",
        ),
        (new({"Incident Type": "Storm"}), "code-unknown", "row 2, column Incident Type", "'Storm' is no type"),
        (new({}, {"Incident ID": ""}), "value-missing", "row 3, column Incident ID", "no identifier"),
        (new({"Number of Dead": "two"}), "value-unreadable", "row 2, column Number of Dead", "'two' is no figure"),
        (new({"Number of Dead": "-2"}), "value-negative", "row 2, column Number of Dead", "negative figure -2"),
        (old({"Number Dead": "1,02"}), "value-unreadable", "row 2, column Number Dead", "'1,02' is no figure"),
        (old({}, {"Web ID": "1"}), "key-duplicate", "rows 2, 3", "2 rows for 1"),
    ],
)
def test_a_fault_is_named(findings_of, raw, code, place, fact):
    found = findings_of("missingmigrants", raw, file="f.csv")
    assert [f for f in found if (f.code, f.place, f.fact) == (code, f"f.csv, {place}", fact)], found


def test_a_missing_column_is_named(findings_of):
    [finding] = findings_of("missingmigrants", new(columns=[c for c in NEW if c != "Coordinates"]), file="f.csv")
    assert (finding.code, finding.place, finding.fact) == ("column-missing", "f.csv, row 1", "no column Coordinates")


def test_columns_of_both_layouts_in_one_file_are_not_guessed_at(findings_of):
    mixed = [name if name != "Incident Date" else "Reported Date" for name in NEW]
    [finding] = findings_of("missingmigrants", new(columns=mixed), file="f.csv")
    assert finding.code == "table-wrong"


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("missingmigrants", workbook({"A": [["x"]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")
    [finding] = findings_of("missingmigrants", b"a,b\n1,2\n")
    assert (finding.code, finding.fact) == ("table-wrong", "a CSV file with the columns a, b")
    [finding] = findings_of("missingmigrants", ",".join(OLD).encode())
    assert (finding.code, finding.fact) == ("table-wrong", "it holds no rows")


# --- laws and samples -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(data):
    raw = bytearray(data.draw(st.sampled_from([old({}, {}), new({}, {})])))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read("missingmigrants", bytes(raw[: data.draw(st.integers(0, len(raw)))]), file="f.csv")


@pytest.mark.parametrize(
    ("file", "product", "incidents", "total"),
    [
        ("MissingMigrants-Global-2021-09-05T18-37-06.csv.gz", "missingmigrants-20column-incidents", 8_810, 43_518),
        ("MissingMigrants_25col_layout_2014_2016.csv", "missingmigrants-25column-incidents", 2_674, 20_387),
    ],
)
def test_totals_of_the_publishers_files_hold(shared_data, file, product, incidents, total):
    reading = read("missingmigrants", (shared_data / "irregular" / file).read_bytes(), file=file)
    table = reading.tables["MISSING_MIGRANTS"]
    assert (reading.product, table.height, table["INCIDENT"].n_unique()) == (product, 7 * incidents, incidents)
    assert table.filter(MEASURE="DEAD_AND_MISSING")["OBS_VALUE"].sum() == total


def test_every_product_of_the_card_is_read():
    made = {read("missingmigrants", raw, file="f.csv").product for raw in (old(), new())}
    assert {product.id for product in card("missingmigrants").products} == made
