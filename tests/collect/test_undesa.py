"""The international migrant stock: bilateral layouts and stocks by destination, every fault by its place."""

import gzip

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.plausible import world_totals
from corridors.concepts.areas import known_areas

PUBLISHED_2020 = {"1990": 152_986_157, "2000": 173_230_585, "2010": 220_983_187, "2020": 280_598_105}
PUBLISHED_2024 = {
    "1990": 153_916_063, "1995": 163_176_002, "2000": 174_566_152, "2005": 192_788_721,
    "2010": 221_020_392, "2015": 250_042_020, "2020": 275_284_032, "2024": 304_021_813,
}  # fmt: skip
PUBLISHED_2015 = {"2015": 243_700_236}
PUBLISHED = {"2015": PUBLISHED_2015, "2020": {**PUBLISHED_2020, "1995": 161_289_976, "2005": 191_446_828, "2015": 247_958_644},
             "2024": PUBLISHED_2024}  # fmt: skip
HEADER = "dest,t,orig,sex,n,type_b,type_c,type_r,type_i\n"
TABLE_1 = "Table 1: International migrant stock at mid-year by sex and by region, country or area"
AREA = "Region, development group, country or area"


def stock_of(raw, file="given.xlsx"):
    return read("undesa", raw, file=file).tables["STOCK"]


def at(stock, origin, destination, sex="_T", year="2020"):
    rows = stock.filter(
        pl.col("ORIGIN") == origin,
        pl.col("DESTINATION") == destination,
        pl.col("SEX") == sex,
        pl.col("TIME_PERIOD") == f"{year}-07-01",
    )
    return rows.row(0, named=True) if rows.height else None


# --- the tidy derivative ----------------------------------------------------------------------------------------------


def tidy(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def whole(*rows: str, revision: str = "2020") -> bytes:
    """Rows of a revision, with the rest of the world of each of their dates in one corridor."""
    sums: dict[str, int] = {}
    for row in rows:
        _, year, _, _, figure, *_ = row.split(",")
        sums[year] = sums.get(year, 0) + (int(figure) if figure.isdigit() else 0)
    rest = {year: PUBLISHED[revision][year] - figure for year, figure in sums.items()}
    more = [f"AUS,{y},NZL,{sex},{n},1,0,0,0" for y, gap in rest.items() for sex, n in (("female", gap), ("male", 0))]
    return tidy(*rows, *more)


corridors = st.dictionaries(
    st.tuples(st.sampled_from(["USA", "DEU", "XCX"]), st.sampled_from(["MEX", "OOO"]), st.sampled_from([2015, 2020])),
    st.tuples(st.integers(100, 10**6), st.integers(100, 10**6)),
    min_size=1,
).filter(lambda found: any(year == 2020 for _, _, year in found))


@settings(max_examples=40)
@given(written=corridors)
def test_tidy_figures_come_back_with_their_sum(written):
    # A world of one date cannot fall, so that no draw is implausible.
    written = {key: value for key, value in written.items() if key[2] == 2020}
    lines = [
        f"{d},{t},{o},{sex},{n},1,0,0,0"
        for (d, o, t), both in written.items()
        for sex, n in zip(("female", "male"), both, strict=True)
    ]
    stock = stock_of(gzip.compress(whole(*lines)), "any name")
    assert stock.height == 3 * (len(written) + 1)
    ours = {"XCX": "CHI", "OOO": "XXX"}
    for (destination, origin, year), (women, men) in written.items():
        pair = (ours.get(origin, origin), ours.get(destination, destination))
        assert at(stock, *pair, "F", year)["OBS_VALUE"] == women
        assert at(stock, *pair, "_T", year)["OBS_VALUE"] == women + men


def test_data_types_become_basis_and_imputed_status():
    stock = stock_of(
        whole(
            "USA,2020,MEX,female,5,1,1,1,0",
            "USA,2020,MEX,male,6,1,1,1,0",
            "ERI,2020,ETH,female,7,0,0,1,1",
            "ERI,2020,ETH,male,..,0,0,1,1",
        )
    )
    assert at(stock, "MEX", "USA")["BASIS"] == "BCR"
    imputed = at(stock, "ETH", "ERI", "F")
    assert (imputed["BASIS"], imputed["OBS_STATUS"], imputed["UNIT_MEASURE"]) == ("RI", "I", "PS")
    assert at(stock, "ETH", "ERI", "M")["OBS_STATUS"] == "O"
    both = at(stock, "ETH", "ERI")
    assert (both["OBS_VALUE"], both["OBS_STATUS"]) == (None, "O")


def test_world_totals_prove_the_revision_whatever_the_dates():
    pair = ("USA,{},MEX,female,5,1,0,0,0", "USA,{},MEX,male,6,1,0,0,0")
    for revision, years in (
        ("2015", ["2015"]),
        ("2020", ["2010"]),
        ("2020", ["2015", "2020"]),
        ("2024", ["1990", "2020"]),
    ):
        raw = whole(*(row.format(year) for year in years for row in pair), revision=revision)
        reading = read("undesa", raw, file="f")
        assert (reading.product, reading.revision) == (f"undesa-ims{revision}-bilateral", revision)
        assert (reading.cover, set(reading.tables["STOCK"]["SOURCE"])) == (1, {f"undesa-ims{revision}"})
        assert f"as revision {revision} published it" in reading.evidence[0]


ALL_OF_2020 = ("2020,MEX,female,280598100,1,0,0,0", "2020,MEX,male,5,1,0,0,0")


@pytest.mark.parametrize(
    ("rows", "fact", "mend"),
    [
        (["USA,2020,MEX,female,140000,1,0,0,0", "USA,2020,MEX,male,140598,1,0,0,0"], "280,598, published", "thousands"),
        (["USA,2020,MEX,female,140000000,1,0,0,0", "USA,2020,MEX,male,1,1,0,0,0"], "140,000,001", "1 are in the file"),
        (["USA,2020,MEX,female,300000000,1,0,0,0", "USA,2020,MEX,male,1,1,0,0,0"], "300,000,001", "first at USA"),
        (["USA,2021,MEX,female,5,1,0,0,0", "USA,2021,MEX,male,1,1,0,0,0"], "published are no totals", "give the dates"),
        (
            [f"USA,{end}" for end in ("2019,MEX,female,5,1,0,0,0", "2019,MEX,male,1,1,0,0,0", *ALL_OF_2020)],
            "2020-07-01: 280,598,105, published are 280,598,105 (2020 revision), 275,284,032 (2024 revision)",
            "give all dates of one revision",
        ),
    ],
)  # fmt: skip
def test_totals_that_no_revision_published_are_refused(findings_of, rows, fact, mend):
    [finding] = findings_of("undesa", tidy(*rows), file="f.csv")
    assert (finding.code, finding.place) == ("revision-unknown", "f.csv")
    assert fact in finding.fact
    assert mend in finding.mend


def test_a_total_between_two_revisions_of_one_date_is_refused(findings_of):
    # 2010 is the date at which two revisions lie closer to each other than rounding allows.
    rows = ["USA,2010,MEX,female,221000000,1,0,0,0", "USA,2010,MEX,male,1,1,0,0,0"]
    [finding] = findings_of("undesa", tidy(*rows), file="f.csv")
    assert finding.code == "revision-unknown"


def test_a_lost_destination_is_named(shared_data, findings_of):
    text = gzip.decompress((shared_data / "undesa" / "ims2020_bilateral_by_sex.csv.gz").read_bytes())
    raw = b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b'"SAU"'))
    [finding] = findings_of("undesa", raw, file="f.csv")
    assert finding.code == "revision-unknown"
    assert finding.mend.endswith("none of Saudi Arabia")


def test_natives_are_in_no_stock(findings_of):
    [finding] = findings_of(
        "undesa", whole("USA,2020,USA,female,5,1,0,0,0", "USA,2020,USA,male,6,1,0,0,0"), file="f.csv"
    )
    assert (finding.code, finding.place) == ("natives-in-stock", "f.csv, dataflow STOCK, ORIGIN and DESTINATION USA")
    assert finding.fact == "5 persons at 2020-07-01, 3 figures in all"


GOOD = ("USA,2020,MEX,female,5,1,0,0,0", "USA,2020,MEX,male,6,1,0,0,0")


@pytest.mark.parametrize(
    ("rows", "code", "place", "fact"),
    [
        (["USA,2020,ATL,female,5,1,0,0,0"], "area-unknown", "f.csv, row 4, column orig", "'ATL' is no known area"),
        (["DEU,2020,MEX,female,5,1,0,0,0"], "sex-missing", "f.csv, row 4", "a figure for one sex only"),
        (["DEU,2020,MEX,other,5,1,0,0,0"], "code-unknown", "f.csv, row 4, column sex", "'other' is not allowed"),
        (["DEU,2020,MEX,female,5,x,0,0,0"], "code-unknown", "f.csv, row 4, column type_b", "'x' is not allowed"),
        (["DEU,20,MEX,female,5,1,0,0,0"], "period-unreadable", "f.csv, row 4, column t", "'20' is not allowed"),
        (["DEU,2020,MEX,female,-5,1,0,0,0"], "value-negative", "f.csv, row 4, column n", "negative figure -5"),
        (["DEU,2020,MEX,female,many,1,0,0,0"], "value-unreadable", "f.csv, row 4, column n", "'many' is no figure"),
        (["USA,2020,MEX,male,7,1,0,0,0"], "key-duplicate", "f.csv, rows 3, 4", "2 rows for USA, MEX, 2020, M"),
    ],
)
def test_a_fault_of_the_tidy_file_is_named_by_row(findings_of, rows, code, place, fact):
    found = findings_of("undesa", tidy(*GOOD, *rows), file="f.csv")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


def test_all_faults_come_at_once(findings_of):
    found = findings_of("undesa", tidy(*GOOD, "ATL,2020,MEX,female,-5,1,0,0,0", "USA,2020,MEX,male,many,1,0,0,0"))
    assert {f.code for f in found} == {"area-unknown", "value-unreadable", "key-duplicate"}


def test_a_missing_column_is_named(findings_of):
    [finding] = findings_of("undesa", b"dest,t,orig,sex,n,type_b,type_c,type_r\nUSA,2020,MEX,male,6,1,0,0\n", file="f")
    assert (finding.code, finding.fact) == ("column-missing", "no column type_i")


def test_another_csv_is_a_wrong_table(findings_of):
    [finding] = findings_of("undesa", b"LocID,Time,Births\n900,2020,1\n", file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "a CSV file with the columns LocID, Time, Births")
    assert "type_i" in finding.mend


# --- workbooks --------------------------------------------------------------------------------------------------------


def captions(first: int, years: int, words=("both sexes combined", "males", "females")):
    row = [None] * (first + 3 * years)
    for i, word in enumerate(words):
        row[first + i * years] = f"International migrant stock at mid-year, {word}"
    return row


def long_2024(*rows, data_type="Data type"):
    """The long layout with the columns of 2024; each row: destination, code, type, origin, code, figures."""
    years = [1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024]
    head = ["Index", f"{AREA} of destination", "Coverage", data_type, "Location code of destination"]
    head += [f"{AREA} of origin", "Location code of origin", *years * 3]
    title = f"{TABLE_1} of destination and origin"
    body = [
        [i, name, None, kind, code, origin, at, *figures]
        for i, (name, code, kind, origin, at, *figures) in enumerate(rows)
    ]
    return {
        "Table 1": [
            ["International Migrant Stock 2024: Destination and origin"],
            [title],
            captions(7, 8),
            [],
            head,
            *body,
        ]
    }


def ramp(women: int, men: int):
    """Figures that grow with the years: both, male, female."""
    return (
        [(women + men) * k for k in range(10, 18)]
        + [men * k for k in range(10, 18)]
        + [women * k for k in range(10, 18)]
    )


ANZ = ("   Australia and New Zealand", 927, "", "WORLD", 900, *ramp(3, 4))
ROWS_2024 = (
    ("WORLD", 900, "", "WORLD", 900, *ramp(30, 50)),
    ANZ,
    ("Developed regions", 901, "", "WORLD", 900, *ramp(20, 30)),
    ANZ,
    ("   Australia*", 36, "B", "   New Zealand", 554, *ramp(2, 3)),
    ("   Australia*", 36, "B", "   Others", 2003, *["..", 1, 2, 3, 4, 5, 6, 7] * 3),
    ("   Channel Islands", 830, "B R ", "   France", 250, *ramp(1, 1)),
    ("   Eritrea", 232, "I R", "   Ethiopia", 231, *ramp(0, 0)),
)


def test_the_long_workbook_of_2024_is_read(workbook):
    reading = read("undesa", workbook(long_2024(*ROWS_2024)), file="given.xlsx")
    assert (reading.product, reading.revision) == ("undesa-ims2024-bilateral", "2024")
    stock = reading.tables["STOCK"]
    assert at(stock, "NZL", "AUS", "F", 2024)["OBS_VALUE"] == 2 * 17
    assert at(stock, "NZL", "AUS", "M", 1990)["OBS_VALUE"] == 3 * 10
    assert at(stock, "NZL", "AUS", "_T", 1990)["OBS_VALUE"] == 5 * 10
    assert at(stock, "XXX", "AUS", "_T", 1990)["OBS_STATUS"] == "O"
    assert at(stock, "FRA", "CHI", "_T", 2024)["BASIS"] == "BR"
    zero = at(stock, "ETH", "ERI", "_T", 2024)
    assert (zero["OBS_VALUE"], zero["OBS_STATUS"], zero["BASIS"]) == (0, "I", "RI")
    # The region stands twice in the workbook and once in the table; the development group not at all.
    assert at(stock, "W001", "W053", "_T", 2024)["OBS_VALUE"] == 7 * 17
    assert stock.height == 24 * (len(ROWS_2024) - 2)
    assert {known_areas()[code].kind for code in stock["DESTINATION"].unique()} == {"world", "region", "country"}


def test_a_region_listed_twice_with_other_figures_is_found(workbook, findings_of):
    other = (*ANZ[:5], *ramp(9, 9))
    found = findings_of("undesa", workbook(long_2024(*ROWS_2024, other)), file="f.xlsx")
    assert {f.code for f in found} == {"key-duplicate"}


@pytest.mark.parametrize(
    ("row", "code", "place", "fact"),
    [
        (
            ("Atlantis", 999, "B", "France", 250, *ramp(1, 1)),
            "area-unknown",
            "row 14, column Location code of destination",
            "'999'",
        ),
        (
            ("Chad", 148, "B", "Atlantis", 998, *ramp(1, 1)),
            "area-unknown",
            "row 14, column Location code of origin",
            "'998'",
        ),
        (
            ("Chad", 148, "B", "France", 250, *["a lot", *ramp(1, 1)[1:]]),
            "value-unreadable",
            "row 14, column 1990 (_T)",
            "'a lot'",
        ),
        (
            ("Chad", 148, "B", "France", 250, *[*ramp(1, 1)[:23], -1]),
            "value-negative",
            "row 14, column 2024 (F)",
            "negative figure -1",
        ),
        (
            ("Australia", 36, "B", "New Zealand", 554, *ramp(1, 1)),
            "key-duplicate",
            "rows 10, 14",
            "2 rows for AUS, NZL",
        ),
    ],
)
def test_a_fault_of_a_workbook_is_named_by_sheet_row_and_column(workbook, findings_of, row, code, place, fact):
    found = findings_of("undesa", workbook(long_2024(*ROWS_2024, row)), file="f.xlsx")
    assert [f for f in found if f.code == code and f.place == f"f.xlsx, sheet Table 1, {place}" and fact in f.fact], (
        found
    )


def test_a_data_type_the_code_list_does_not_hold_is_kept_for_all_to_see(workbook):
    odd = ("Chad", 148, "B Z", "France", 250, *ramp(1, 1))
    assert at(stock_of(workbook(long_2024(*ROWS_2024, odd))), "FRA", "TCD", "_T", 2024)["BASIS"] == "BZ"


def test_several_rows_of_unknown_origin_are_added_up_and_said(workbook):
    more = ("   Australia*", 36, "B", "   Others", 2003, *[10] * 24)
    reading = read("undesa", workbook(long_2024(*ROWS_2024, more)), file="f.xlsx")
    assert "several rows of unknown origin added up for AUS" in reading.layout
    assert at(reading.tables["STOCK"], "XXX", "AUS", "_T", 2024)["OBS_VALUE"] == 17
    assert at(reading.tables["STOCK"], "XXX", "AUS", "_T", 1990)["OBS_VALUE"] is None


def test_rows_of_unknown_origin_that_repeat_another_count_nobody_twice(workbook):
    others = ("   Others", 2003, *[10] * 24)
    twice = [("   Australia*", 36, "B", *others), ("   Australia*", 36, "B", *others)]
    listed = [("LATIN AMERICA AND THE CARIBBEAN", 904, "", *others), ("WORLD", 900, "", *others)]
    listed += [("Latin America and the Caribbean", 1830, "", *others), ("WORLD", 900, "", *others)]
    rows = [row for row in ROWS_2024 if row[4] != 2003]
    reading = read("undesa", workbook(long_2024(*rows, *twice, *listed)), file="f.xlsx")
    assert "added up" not in reading.layout
    for area in ("AUS", "W419", "W001"):
        assert at(reading.tables["STOCK"], "XXX", area, "_T", 2024)["OBS_VALUE"] == 10


def test_a_region_whose_two_listings_differ_in_unknown_origins_is_found(workbook, findings_of):
    listed = [
        (name, code, "", "Others", 2003, *[n] * 24) for name, code, n in (("Latin America", 904, 10), ("LAC", 1830, 12))
    ]
    found = findings_of("undesa", workbook(long_2024(*ROWS_2024, *listed)), file="f.xlsx")
    assert {f.code for f in found} == {"key-duplicate"}


def test_marks_of_footnotes_on_years_lose_no_year(workbook):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"][4] = [{1995: "1995*", 2010: "2010 (b)"}.get(cell, cell) for cell in sheets["Table 1"][4]]
    assert stock_of(workbook(sheets)).equals(stock_of(workbook(long_2024(*ROWS_2024))))


def test_a_label_that_is_no_year_among_years_is_found(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"][4][10] = "2O05"
    sheets["Table 1"][4][12] = None
    found = {(f.code, f.place, f.fact) for f in findings_of("undesa", workbook(sheets), file="f.xlsx")}
    place = "f.xlsx, sheet Table 1, row 5"
    assert ("label-unreadable", place, "'2O05' is no year") in found
    assert ("label-unreadable", place, "the column after '2010' has figures and no year over them") in found


def test_a_table_far_down_its_sheet_does_not_vanish(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    assert stock_of(workbook({"Table 1": [*[[]] * 30, *sheets["Table 1"]]})).height
    lower = {**sheets, "Table 2": [*[[]] * 50, *sheets["Table 1"]]}
    [finding] = findings_of("undesa", workbook(lower), file="f.xlsx")
    assert (finding.code, finding.place) == ("title-missing", "f.xlsx, sheet Table 2")
    untitled = {**sheets, "Table 2": [["a"], *BY_DESTINATION_ROWS]}
    [finding] = findings_of("undesa", workbook(untitled), file="f.xlsx")
    assert finding.fact == "it looks like a table, but no title in its first 40 rows says which one"


BY_DESTINATION_ROWS = [[None, AREA, "Notes", "Location code", "Type of data", 2024], [1, "WORLD", None, 900, None, 5]]


def test_countries_that_outgrow_the_world_are_implausible(workbook, findings_of):
    more = ("   Chad", 148, "B", "   France", 250, *ramp(300, 500))
    found = findings_of("undesa", workbook(long_2024(*ROWS_2024, more)), file="f.xlsx")
    assert {f.code for f in found} == {"total-implausible"}
    assert found[0].fact.endswith("at 1990-07-01; the file's world row is 300")
    vast = [("   Chad", 148, "B", "   France", 250, *[10**9] * 24)]
    found = findings_of("undesa", workbook(long_2024(*vast)), file="f.xlsx")
    assert (
        found[-1].fact
        == "the countries add up to 1,000,000,000 at 2024-07-01; the published world total is 304,021,813"
    )


def test_a_workbook_of_a_part_of_the_world_says_so(workbook):
    reading = read("undesa", workbook(long_2024(*ROWS_2024)), file="f.xlsx")
    assert reading.layout.endswith("a part: 126 of the world's 304,021,813 migrants")
    assert reading.cover == pytest.approx(126 / 304_021_813)


def test_a_code_and_a_name_of_two_countries_are_found(workbook, findings_of):
    rows = [
        ("   Germany", 528, "B", "   France", 250, *ramp(1, 1)),
        ("   Spain", None, "B", "France", 250, *ramp(1, 1)),
    ]
    found = findings_of("undesa", workbook(long_2024(*ROWS_2024, *rows)), file="f.xlsx")
    assert {(f.code, f.fact, f.mend) for f in found} == {
        ("area-unknown", "no code for 'Spain'", "write its code (ESP Spain)"),
        (
            "area-contradictory",
            "the code 528 is NLD Netherlands (Kingdom of the), but the name is 'Germany'",
            "correct the code or the name",
        ),
    }


def test_missing_columns_are_named(workbook, findings_of):
    [finding] = findings_of("undesa", workbook(long_2024(*ROWS_2024, data_type="Kind")), file="f.xlsx")
    assert (finding.code, finding.place) == ("column-missing", "f.xlsx, sheet Table 1, row 5")
    assert finding.fact == "no column Type of data of destination"


def test_a_sheet_without_a_header_names_what_is_wanted(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"] = [row for row in sheets["Table 1"] if "Index" not in row]
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert finding.code == "column-missing"
    assert "Location code of origin" in finding.fact


def test_years_that_repeat_without_captions_are_found(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"][2] = []
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert finding.code == "column-missing"
    assert finding.fact.startswith("the years repeat but no caption")


def test_a_year_that_is_missing_or_twice_under_a_caption_is_found(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"][4][7 + 8] = 1995
    found = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert {(f.code, f.fact) for f in found} == {
        ("key-duplicate", "two columns 1995 (M)"),
        ("column-missing", "no column 1990 (M)"),
    }


def test_a_column_without_figures_is_found(workbook, findings_of):
    rows = [[*row[:5], *[None] * 8, *row[13:]] for row in ROWS_2024]
    found = findings_of("undesa", workbook(long_2024(*rows)), file="f.xlsx")
    assert {f.code for f in found} == {"value-missing"}
    assert found[0].place == "f.xlsx, sheet Table 1, column 1990 (_T)"
    assert "open the workbook in a spreadsheet program and save it" in found[0].mend


def test_two_revisions_in_one_workbook_are_found(workbook, findings_of):
    sheets = {**long_2024(*ROWS_2024), "Notes": [["POP/DB/MIG/Stock/Rev.2020"]]}
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert finding.code == "revision-mixed"
    assert "2024 (f.xlsx, sheet Table 1), 2020 (f.xlsx, sheet Notes)" in finding.fact


def test_titles_and_years_must_agree_on_the_revision(workbook, findings_of):
    sheets = long_2024(*ROWS_2024)
    sheets["Table 1"][0] = ["International Migrant Stock 2020: Destination and origin"]
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert (finding.code, finding.fact) == ("revision-mixed", "the last year is 2024 but the titles say revision 2020")


@pytest.mark.parametrize(
    ("titles", "code", "fact"),
    [
        (["International Migrant Stock 2017"], "revision-unknown", "the titles say revision 2017"),
        (["Trade in goods"], "table-wrong", "no title says which revision this is"),
        (
            ["International Migrant Stock 2020: Origin", "Table 1: International migrant stock by region of origin"],
            "table-wrong",
            "it seems to be: International Migrant Stock 2020: Origin; Table 1",
        ),
    ],
)
def test_another_workbook_is_refused_by_what_it_seems_to_be(workbook, findings_of, titles, code, fact):
    [finding] = findings_of("undesa", workbook({"Table 1": [[title] for title in titles]}), file="f.xlsx")
    assert finding.code == code
    assert finding.fact.startswith(fact)
    assert "by destination and origin" in finding.mend


def wide_2015(
    *rows, origins=("Total", "Other North", "Other South", "Albania"), title="Total migrant stock at mid-year by origin"
):
    head = ["Sort\norder", "Major area, region, country or area of destination", "Notes", "Country code"]
    top = [["POP/DB/MIG/Stock/Rev.2015"], [f"Table 16. {title} and by major area, 2015"], []]
    return {"Table 16": [*top, [*head, "Type of data (a)", "Country of origin"], [*[None] * 5, *origins], *rows]}


ROWS_2015 = (
    [1, "WORLD", None, 900, None, 100, 10, 20, 70],
    [2, "Developed regions", "(b)", 901, None, 60, 10, 10, 40],
    [3, "Greece", "(3)", 300, "C B R", 50, None, None, 50],
)


def test_the_wide_workbook_of_2015_is_read(workbook):
    reading = read("undesa", workbook(wide_2015(*ROWS_2015)), file="given.xlsx")
    assert (reading.product, reading.revision) == ("undesa-ims2015-bilateral", "2015")
    stock = reading.tables["STOCK"]
    assert at(stock, "ALB", "GRC", "_T", 2015)["BASIS"] == "BCR"
    assert [at(stock, origin, "W001", "_T", 2015)["OBS_VALUE"] for origin in ("W001", "XXN", "XXS", "ALB")] == [
        100,
        10,
        20,
        70,
    ]
    # A blank is no observation; the development group is left out.
    assert stock.height == 6


def test_an_origin_without_a_name_over_its_figures_is_found(workbook, findings_of):
    sheets = wide_2015(*ROWS_2015, origins=("Total", "Other North", None, "Albania"))
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert (finding.code, finding.place) == ("label-unreadable", "f.xlsx, sheet Table 16, row 5")
    assert finding.fact == "the column after 'Other North' has figures and no country of origin over them"


def test_faults_of_the_wide_workbook_are_named(workbook, findings_of):
    rows = (*ROWS_2015, [4, "Atlantis", None, 999, "B", 1, 1, "x", 1], [5, "Greece", None, 300, "B", 1, 1, 1, 1])
    found = findings_of(
        "undesa", workbook(wide_2015(*rows, origins=("Total", "Other North", "Lemuria", "Albania"))), file="f.xlsx"
    )
    places = {(f.code, f.place) for f in found}
    assert ("area-unknown", "f.xlsx, sheet Table 16, row 5, column Country of origin, Lemuria") in places
    assert ("area-unknown", "f.xlsx, sheet Table 16, row 9, column Country code") in places
    assert ("key-duplicate", "f.xlsx, sheet Table 16, rows 8, 10") in places
    [finding] = findings_of(
        "undesa", workbook(wide_2015(title="Odd migrant stock at mid-year by origin")), file="f.xlsx"
    )
    assert finding.code == "period-unreadable"
    assert "does not say sex and year" in finding.fact


# --- the publisher's own files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("revision", "published"), [("2020", PUBLISHED_2020), ("2024", PUBLISHED_2024)])
def test_the_tidy_derivatives_add_up_to_the_published_world(shared_data, revision, published):
    raw = (shared_data / "undesa" / f"ims{revision}_bilateral_by_sex.csv.gz").read_bytes()
    reading = read("undesa", raw, file="tidy")
    assert reading.product == f"undesa-ims{revision}-bilateral"
    totals = world_totals(reading.tables["STOCK"]).filter(pl.col("SEX") == "_T")
    found = {period[:4]: value for period, value in totals.select("TIME_PERIOD", "OBS_VALUE").iter_rows()}
    assert {year: found[year] for year in published} == published
    assert {"CHI", "SSD", "XKX"} & set(reading.tables["STOCK"]["DESTINATION"]) >= {"CHI", "SSD"}


def test_countries_add_up_to_the_publishers_world_row_for_each_sex_and_date(shared_data):
    raw = (shared_data / "undesa" / "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx").read_bytes()
    reading = read("undesa", raw, file="destination")
    assert reading.product == "undesa-ims2020-destination"
    stock = reading.tables["STOCK"]
    assert at(stock, "W001", "W001")["OBS_VALUE"] == 280_598_105
    assert at(stock, "W001", "W001", "F")["OBS_VALUE"] == 134_942_261
    assert stock.filter(OBS_STATUS="O").height == 122
    countries = [code for code in stock["DESTINATION"].unique() if known_areas()[code].kind == "country"]
    assert len(countries) == 235
    inside = stock.filter(pl.col("DESTINATION").is_in(countries))
    sums = inside.group_by("SEX", "TIME_PERIOD").agg(pl.col("OBS_VALUE").sum())
    world = stock.filter(DESTINATION="W001").select("SEX", "TIME_PERIOD", WORLD="OBS_VALUE")
    gaps = sums.join(world, on=["SEX", "TIME_PERIOD"], how="full", validate="1:1").with_columns(
        GAP=pl.col("WORLD") - pl.col("OBS_VALUE")
    )
    assert gaps.height == 21
    assert (gaps.filter(SEX="_T")["GAP"] == 0).all()
    # Small territories give no sexes (".."): the World row counts them, and what is missing is they, to the person.
    without = inside.filter(SEX="F", OBS_STATUS="O").select("DESTINATION", "TIME_PERIOD")
    whole = inside.filter(SEX="_T").join(without, on=["DESTINATION", "TIME_PERIOD"], how="semi")
    missing = dict(whole.group_by("TIME_PERIOD").agg(pl.col("OBS_VALUE").sum()).iter_rows())
    by_sex = gaps.filter(pl.col("SEX") != "_T").group_by("TIME_PERIOD").agg(pl.col("GAP").sum())
    assert {time: gap for time, gap in by_sex.iter_rows() if gap} == {time: n for time, n in missing.items() if n}


def test_population_of_the_destination_workbook_is_in_persons(shared_data):
    raw = (shared_data / "undesa" / "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx").read_bytes()
    population = read("undesa", raw, file="destination").tables["POPULATION"]
    assert population.filter(AREA="FRA", SEX="F").height == 7
    [world] = population.filter(AREA="W001", SEX="_T", TIME_PERIOD="2020-07-01")["OBS_VALUE"]
    assert world == 7_794_798_729


def test_the_workbook_of_the_2015_revision(shared_data):
    raw = (shared_data / "undesa" / "UN_MigrantStockByOriginAndDestination_2015_table16_only.xlsx").read_bytes()
    stock = stock_of(raw)
    assert at(stock, "W001", "W001", "_T", 2015)["OBS_VALUE"] == 243_700_236
    assert at(stock, "AFG", "W001", "_T", 2015)["OBS_VALUE"] == 4_843_117
    countries = stock.filter(ORIGIN="W001").filter(
        pl.col("DESTINATION").is_in([code for code, area in known_areas().items() if area.kind == "country"])
    )
    assert countries["OBS_VALUE"].sum() == 243_700_236
    assert countries.height == 232


def test_the_long_workbook_in_the_layout_of_2020(shared_data):
    raw = (shared_data / "undesa" / "RECONSTRUCTED_layout2020_dest_origin_first60.xlsx").read_bytes()
    reading = read("undesa", raw, file="long")
    stock = reading.tables["STOCK"]
    assert reading.product == "undesa-ims2020-bilateral"
    assert at(stock, "W001", "W001")["OBS_VALUE"] == 280_598_105
    tidy_stock = stock_of((shared_data / "undesa" / "ims2020_bilateral_by_sex.csv.gz").read_bytes())
    key = ["ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD"]
    # The workbook calls the Channel Islands as an origin Others, so these two origins are compared together.
    joined = pl.col("ORIGIN").replace({"CHI": "XXX"})
    both = [t.with_columns(joined).group_by(key).agg(pl.col("OBS_VALUE").sum()) for t in (stock, tidy_stock)]
    compared = both[0].join(both[1], on=key, how="inner", validate="1:1", suffix="_TIDY")
    assert compared.height > 40_000
    assert (compared["OBS_VALUE"] == compared["OBS_VALUE_TIDY"]).all()


def test_the_classification_annex_is_another_table(shared_data, findings_of):
    raw = (shared_data / "undesa" / "aggregates_correspondence_table_2020_1.xlsx").read_bytes()
    [finding] = findings_of("undesa", raw)
    assert finding.code == "table-wrong"
    assert finding.fact.startswith("it seems to be: Annex: Classification of countries")


def test_a_cut_workbook_is_found(shared_data, findings_of):
    raw = (shared_data / "undesa" / "RECONSTRUCTED_layout2020_dest_origin_first60.xlsx").read_bytes()
    [finding] = findings_of("undesa", raw[: len(raw) // 2], file="cut.xlsx")
    assert (finding.code, finding.place) == ("archive-broken", "cut.xlsx")


def test_every_product_of_the_card_is_read_by_a_test_above():
    assert [product.id for product in card("undesa").products] == [
        "undesa-ims2015-bilateral",
        "undesa-ims2020-bilateral",
        "undesa-ims2020-destination",
        "undesa-ims2024-bilateral",
        # The rest is read in test_undesa_tables.py.
        "undesa-ims2019-bilateral",
        "undesa-ims2019-destination",
        "undesa-ims2019-age",
        "undesa-ims2020-age",
        "undesa-ims2024-destination",
    ]
