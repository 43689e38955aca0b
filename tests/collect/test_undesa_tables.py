"""The international migrant stock: the 2019 revision, tables by age, shares, growth, refugees, the 2024 destinations."""

import contextlib
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError

# Figures, notes and rows in these sheets are invented; only the layout is the publisher's.
YEARS_2019 = [1990, 1995, 2000, 2005, 2010, 2015, 2019]
AREA = "Major area, region, country or area of destination"
HEAD_2019 = ["Sort\norder", AREA, "Notes", "Code", "Type of data (a)"]
NOTES = {"NOTES": [["NOTES"], ["(3)", "Including the outer islands."], ["(b)", "Comprises several regions."]]}
PREAMBLE = [["United Nations"], [], ["POP/DB/MIG/Stock/Rev.2019"]]


def row_of(table, **where):
    rows = table.filter(**where)
    assert rows.height == 1, rows
    return rows.row(0, named=True)


def padded(row, width):
    return [*row, *[None] * (width - len(row))]


def captioned(first, words, width):
    """A row of merged captions, each over `width` columns."""
    return [*[None] * first, *(cell for word in words for cell in [word, *[None] * (width - 1)])]


# --- the 2019 revision by sex and destination ----------------------------------------------------------------------------


def totals_2019(caption, title, figures, *, code="Code"):
    head = [*HEAD_2019[:3], code, HEAD_2019[4]]
    words = [f"{caption} ({sex})" for sex in ("both sexes", "male", "female")]
    return [
        *PREAMBLE,
        [None, title],
        *[[]] * 10,
        [*head, *captioned(0, words, 7)],
        [*[None] * 5, *YEARS_2019 * 3],
        [1, "WORLD", None, 900, None, *(2 * figure for figure in figures)],
        [2, "UN development groups", None, None, None, *[".."] * 21],
        [3, "World Bank income groups", None, 1802, None, *[".."] * 21],
        [4, "Upper-middle-income countries", "(b)", 1502, None, *figures],
        [5, "Greece", "(3)", 300, "CR", *figures],
        [6, "Malta", None, 470, "B R ", *[".."] * 14, *figures[14:]],
    ]


STOCK_2019 = [*range(100, 107), *range(40, 47), *range(60, 67)]


def workbook_2019():
    annex = [["ANNEX. Classification of countries and areas"], *[[]] * 14, ["Index", "Country"], [1, "Greece"]]
    # The publisher's index is a formula on the row above.
    annex += [[f"=+A{row}+1", "Malta"] for row in (17, 18, 19)]
    return {
        "Table 1": totals_2019(
            "International migrant stock at mid-year",
            "Table 1. International migrant stock at mid-year by sex and by major area, 1990-2019",
            STOCK_2019,
        ),
        "Table 2": totals_2019(
            "Total population at mid-year",
            "Table 2. Total population at mid-year by sex and by major area, 1990-2019 (thousands)",
            [1.5] * 21,
        ),
        "Table 3": totals_2019(
            "International migrant stock as a percentage of the total population",
            "Table 3. International migrant stock as a percentage of the total population by sex, 1990-2019",
            [6.25] * 21,
        ),
        "ANNEX": annex,
        **NOTES,
    }


def test_the_2019_totals_are_read_below_two_header_rows(workbook):
    reading = read("undesa", workbook(workbook_2019()), file="f.xlsx")
    assert (reading.product, reading.revision) == ("undesa-ims2019-destination", "2019")
    stock = reading.tables["STOCK"]
    greece = row_of(stock, DESTINATION="GRC", SEX="F", TIME_PERIOD="2019-07-01")
    assert (greece["OBS_VALUE"], greece["BASIS"], greece["SOURCE"]) == (66, "CR", "undesa-ims2019")
    assert row_of(stock, DESTINATION="MLT", SEX="F", TIME_PERIOD="1990-07-01")["BASIS"] == "BR"
    assert row_of(reading.tables["POPULATION"], AREA="GRC", SEX="M", TIME_PERIOD="2005-07-01")["OBS_VALUE"] == 1_500
    share = row_of(reading.tables["INDICATOR"], AREA="GRC", MEASURE="MIGRANT_SHARE_M", TIME_PERIOD="2019-07-01")
    assert (share["OBS_VALUE"], share["UNIT_MEASURE"]) == (6.25, "PT")


@pytest.mark.parametrize("words", ["(thousands)", "(in thousands)", "in thousands", "(thousand persons)", "(000s)"])
def test_thousands_are_known_by_any_wording(workbook, words):
    sheets = workbook_2019()
    sheets["Table 2"][3][1] = sheets["Table 2"][3][1].replace("(thousands)", words)
    population = read("undesa", workbook(sheets), file="f.xlsx").tables["POPULATION"]
    assert row_of(population, AREA="GRC", SEX="M", TIME_PERIOD="2005-07-01")["OBS_VALUE"] == 1_500


def test_headings_of_groups_that_hold_only_two_dots_are_no_observation(workbook):
    stock = read("undesa", workbook(workbook_2019()), file="f.xlsx").tables["STOCK"]
    assert set(stock["DESTINATION"]) == {"W001", "GRC", "MLT"}


def test_notes_are_spelled_out_for_countries(workbook):
    stock = read("undesa", workbook(workbook_2019()), file="f.xlsx").tables["STOCK"]
    notes = dict(stock.select("DESTINATION", "NOTE").unique().iter_rows())
    assert notes == {"GRC": "3: Including the outer islands.", "MLT": None, "W001": None}


def test_an_annex_of_formulas_without_results_disturbs_nothing(workbook):
    sheets = workbook_2019()
    del sheets["ANNEX"]
    without = read("undesa", workbook(sheets), file="f.xlsx")
    whole = read("undesa", workbook(workbook_2019()), file="f.xlsx")
    assert whole.tables["STOCK"].equals(without.tables["STOCK"])


def test_a_group_row_with_figures_and_without_code_is_found(workbook, findings_of):
    sheets = workbook_2019()
    sheets["Table 1"][18] = [3, "Some group", None, None, None, *STOCK_2019]
    found = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert [(f.code, f.place) for f in found] == [
        ("area-unknown", "f.xlsx, sheet Table 1, row 19, column Location code")
    ]


# --- the 2019 revision by destination and origin --------------------------------------------------------------------------


def wide_2019(*rows, title="Total migrant stock at mid-year by origin", years="1990-2019"):
    head = ["Year", *HEAD_2019, "Country or area of origin"]
    return {
        "Table 1": [
            *PREAMBLE,
            [None, f"Table 1. {title} and by major area, region, country or area of destination, {years}"],
            *[[]] * 10,
            head,
            [*[None] * 6, "Total", "Other North", "Other South", "Albania"],
            *rows,
        ],
        **NOTES,
    }


ROWS_WIDE = (
    [1990, 1, "WORLD", None, 900, None, 50, 5, 10, 35],
    [1990, 2, "UN development groups", None, None, None, "..", "..", "..", ".."],
    [1990, 3, "Greece", "(3)", 300, "B R ", 30, None, None, 30],
    [2019, 1, "WORLD", None, 900, None, 100, 10, 20, 70],
    [2019, 2, "Northern America", None, 905, None, 5, None, None, 5],
    [2019, 3, "   Northern America", None, 905, None, 5, None, None, 5],
    [2019, 4, "Greece", "(3)", 300, "CR", 60, None, "..", 60],
)


def test_the_2019_matrix_with_its_years_down_is_read(workbook):
    reading = read("undesa", workbook(wide_2019(*ROWS_WIDE)), file="f.xlsx")
    assert reading.product == "undesa-ims2019-bilateral"
    # The card has no world totals of 2019: the workbook's own world row is the measure.
    assert reading.layout == "wide bilateral workbook, origins across, a part: 60 of the world's 100 migrants"
    stock = reading.tables["STOCK"]
    greece = row_of(stock, ORIGIN="ALB", DESTINATION="GRC", TIME_PERIOD="2019-07-01")
    assert (greece["OBS_VALUE"], greece["BASIS"], greece["NOTE"]) == (60, "CR", "3: Including the outer islands.")
    assert row_of(stock, ORIGIN="XXS", DESTINATION="GRC", TIME_PERIOD="2019-07-01")["OBS_STATUS"] == "O"
    assert row_of(stock, ORIGIN="W001", DESTINATION="W021", TIME_PERIOD="2019-07-01")["OBS_VALUE"] == 5
    assert stock.filter(TIME_PERIOD="1990-07-01").height == 6


@pytest.mark.parametrize(
    ("sheets", "code", "fact"),
    [
        (wide_2019(*ROWS_WIDE[:3]), "revision-mixed", "the last year is 1990 but the titles say revision 2019"),
        (wide_2019(*ROWS_WIDE, years="2019"), "period-unreadable", "does not say sex and year"),
        (wide_2019(*ROWS_WIDE, ["soon", 9, "Malta", None, 470, "B", 1, 1, 1, 1]), "period-unreadable", "'soon' is no"),
        (wide_2019(*ROWS_WIDE, [2019, 9, "Greece", None, 300, "B", 1, 1, 1, 2]), "key-duplicate", "2 rows for GRC"),
    ],
)
def test_a_fault_of_the_2019_matrix_is_named(workbook, findings_of, sheets, code, fact):
    found = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert [f for f in found if f.code == code and fact in f.fact], found


# --- by age ---------------------------------------------------------------------------------------------------------------


def by_age(*rows, head, title, caption, year="POP/DB/MIG/Stock/Rev.2020", two_rows=False):
    ages = ["0-4", "5-9", " 10-14", "15+", "Total"]
    words = [f"{caption}, {sex}" for sex in ("both sexes combined", "males", "females")]
    top = [[year], [None, title]]
    captions = captioned(len(head), words, len(ages))
    if two_rows:
        return [*top, [*head, *captions[len(head) :]], [*[None] * len(head), *ages * 3], *rows]
    return [*top, captions, [], [*head, *ages * 3], *rows]


HEAD_AGE = ["Index", "Year", "Region, development group, country or area", "Notes", "Location code", "Type of data"]
AGES = [10, 20, 30, 40, 100, 6, 12, 18, 24, 60, 4, 8, 12, 16, 40]


def sheets_by_age_2020(*more):
    rows = [
        [1, 1990, "WORLD", None, 900, None, *AGES],
        [2, 2020, "WORLD", None, 900, None, *(2 * n for n in AGES)],
        [3, 2020, "Holy See*", "3", 336, "I", *["~"] * 4, 1, *[".."] * 10],
        *more,
    ]
    title = "at mid-year by age, sex and by region, country or area of destination, 1990-2020"
    stock, people = "International migrant stock at mid-year", "Total population at mid-year"
    return {
        "Table 1": by_age(*rows, head=HEAD_AGE, title=f"Table 1: International migrant stock {title}", caption=stock),
        "Table 2": by_age(
            *rows[:2], head=HEAD_AGE, title=f"Table 2: Total population {title} (thousands)", caption=people
        ),
        "Table 4": [["POP/DB/MIG/Stock/Rev.2020"], ["Table 4: Percentage distribution of the migrant stock by age"]],
        **NOTES,
    }


def test_the_workbook_by_age_is_read(workbook):
    reading = read("undesa", workbook(sheets_by_age_2020()), file="f.xlsx")
    assert reading.product == "undesa-ims2020-age"
    stock = reading.tables["STOCK"]
    assert set(stock["AGE"]) == {"Y0T4", "Y5T9", "Y10T14", "Y_GE15", "_T"}
    assert row_of(stock, AGE="Y10T14", SEX="F", TIME_PERIOD="2020-07-01", DESTINATION="W001")["OBS_VALUE"] == 24
    whole = stock.filter(DESTINATION="W001", SEX="M", TIME_PERIOD="1990-07-01")
    assert whole.filter(pl.col("AGE") != "_T")["OBS_VALUE"].sum() == row_of(whole, AGE="_T")["OBS_VALUE"]
    assert row_of(reading.tables["POPULATION"], AGE="Y0T4", SEX="_T", TIME_PERIOD="2020-07-01")["OBS_VALUE"] == 20_000
    assert reading.evidence[-1].startswith("left out: table 4: percentage distribution")
    assert "world total at 2020-07-01: 200" in reading.evidence


def test_withheld_and_unavailable_are_two_statuses(workbook):
    stock = read("undesa", workbook(sheets_by_age_2020()), file="f.xlsx").tables["STOCK"]
    vatican = stock.filter(DESTINATION="VAT")
    assert row_of(vatican, AGE="Y0T4", SEX="_T")["OBS_STATUS"] == "Q"
    assert row_of(vatican, AGE="Y0T4", SEX="M")["OBS_STATUS"] == "O"
    imputed = row_of(vatican, AGE="_T", SEX="_T")
    assert (imputed["OBS_STATUS"], imputed["BASIS"], imputed["NOTE"]) == ("I", "I", "3: Including the outer islands.")


def test_the_2019_workbook_by_age_is_read_below_two_header_rows(workbook):
    head = ["Year", "Sort\norder", AREA, "Notes", "Code", "Type of data (a)"]
    rows = [[2019, 1, "WORLD", None, 900, None, *AGES], [2019, 2, "Greece", None, 300, "CR", *AGES]]
    sheet = by_age(
        *rows,
        head=head,
        title="Table 1. International migrant stock at mid-year by age and sex and by major area, 1990-2019",
        caption="International migrant stock at mid-year by age",
        year="POP/DB/MIG/Stock/Rev.2019",
        two_rows=True,
    )
    reading = read("undesa", workbook({"Table 1": sheet}), file="f.xlsx")
    assert reading.product == "undesa-ims2019-age"
    assert row_of(reading.tables["STOCK"], DESTINATION="GRC", SEX="F", AGE="Y_GE15")["OBS_VALUE"] == 16


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        ([4, "soon", "Malta", None, 470, "B", *AGES], "period-unreadable", "row 9, column Year"),
        ([4, 2020, "Malta", None, 470, "B", *AGES[:14], "few"], "value-unreadable", "row 9, column _T (F)"),
        ([4, 2020, "Holy See", None, 336, "I", *AGES], "key-duplicate", "rows 8, 9"),
        ([4, 2020, "Atlantis", None, 999, "B", *AGES], "area-unknown", "row 9, column Location code"),
    ],
)
def test_a_fault_of_the_workbook_by_age_is_named(workbook, findings_of, row, code, place):
    found = findings_of("undesa", workbook(sheets_by_age_2020(row)), file="f.xlsx")
    assert (code, f"f.xlsx, sheet Table 1, {place}") in {(f.code, f.place) for f in found}, found


def test_a_workbook_by_age_that_ends_early_is_of_no_known_revision(workbook, findings_of):
    sheets = sheets_by_age_2020()
    sheets["Table 1"] = [row for row in sheets["Table 1"] if 2020 not in row]
    [finding] = findings_of("undesa", workbook(sheets), file="f.xlsx")
    assert (finding.code, finding.fact) == ("revision-mixed", "the last year is 1990 but the titles say revision 2020")


# --- 2024 by destination --------------------------------------------------------------------------------------------------


def test_the_2024_workbook_by_destination_is_read(workbook):
    years, words = [1990, 2020, 2024], ("both sexes combined", "males", "females")
    head = [None, "Region, development group, country or area", "Coverage", "Data type", "Location code", *years * 3]
    caption = captioned(5, [f"International migrant stock at mid-year, {word}" for word in words], 3)
    growth = captioned(5, [f"Annual rate of change of the migrant stock, {word}" for word in words], 2)
    sheets = {
        "Table 1": [
            ["International Migrant Stock 2024"],
            ["Table 1: International migrant stock at mid-year by sex and by region, country or area of destination"],
            caption,
            head,
            [1, "WORLD", None, "", 900, *[5, 7, 9] * 3],
            [2, "Norway*", "3", "B R", 578, *[5, 7, 9] * 3],
        ],
        "Table 5": [
            ["International Migrant Stock 2024"],
            ["Table 5: Annual rate of change of the migrant stock by sex (percentage)"],
            growth,
            [*head[:5], *["1990-2020", "2020-2024"] * 3],
            [2, "Norway*", "3", "B R", 578, *[1.5, -0.5] * 3],
        ],
        "Migrant notes": [["3", "Including the outer islands."]],
    }
    reading = read("undesa", workbook(sheets), file="f.xlsx")
    assert reading.product == "undesa-ims2024-destination"
    norway = row_of(reading.tables["STOCK"], DESTINATION="NOR", SEX="_T", TIME_PERIOD="2024-07-01")
    assert (norway["OBS_VALUE"], norway["NOTE"]) == (9, "3: Including the outer islands.")
    rates = reading.tables["INDICATOR"].filter(MEASURE="STOCK_GROWTH_RATE_F")
    assert dict(rates.select("TIME_PERIOD", "OBS_VALUE").iter_rows()) == {
        "1990-07-01/P30Y": 1.5,
        "2020-07-01/P4Y": -0.5,
    }


# --- the publisher's own workbook of 2020 ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def destinations(shared_data):
    raw = (shared_data / "undesa" / "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx").read_bytes()
    return read("undesa", raw, file="f.xlsx").tables


def test_shares_follow_from_stock_and_population(destinations):
    key = {"SEX": "F", "TIME_PERIOD": "2020-07-01"}
    stock = destinations["STOCK"].filter(**key).select(AREA="DESTINATION", stock="OBS_VALUE")
    people = destinations["POPULATION"].filter(**key).select("AREA", people="OBS_VALUE")
    share = destinations["INDICATOR"].filter(MEASURE="MIGRANT_SHARE_F", TIME_PERIOD="2020-07-01")
    both = share.join(stock, on="AREA", validate="1:1").join(people, on="AREA", validate="1:1").drop_nulls("OBS_VALUE")
    assert both.height > 200
    gap = both.select((pl.col("OBS_VALUE") - 100 * pl.col("stock") / pl.col("people")).abs().max()).item()
    assert gap < 1e-6


def test_refugees_are_displaced_persons_and_the_tilde_withholds(destinations):
    displaced = destinations["DISPLACED"]
    assert row_of(displaced, DESTINATION="W001", TIME_PERIOD="2020-07-01")["OBS_VALUE"] == 33_807_795
    assert set(displaced["MEASURE"]) == {"REFUGEES_AND_ASYLUM_SEEKERS"}
    # "The tilde (~) indicates that the data are protected for privacy reasons".
    assert displaced.filter(OBS_STATUS="Q").height == 590
    assert set(displaced.filter(DESTINATION="TON")["OBS_STATUS"]) == {"Q"}
    share = row_of(destinations["INDICATOR"], AREA="W001", MEASURE="REFUGEE_SHARE", TIME_PERIOD="2020-07-01")
    assert share["OBS_VALUE"] == pytest.approx(100 * 33_807_795 / 280_598_105)


def test_growth_has_the_period_it_was_measured_over(destinations):
    growth = row_of(destinations["INDICATOR"], AREA="W001", MEASURE="STOCK_GROWTH_RATE", TIME_PERIOD="2015-07-01/P5Y")
    assert growth["OBS_VALUE"] == pytest.approx(2.473228801)


def test_every_two_dots_of_the_workbook_is_kept_as_missing(destinations):
    indicator = destinations["INDICATOR"]
    assert destinations["STOCK"].filter(OBS_STATUS="O").height == 122
    assert indicator.filter(OBS_STATUS="O").height + indicator.filter(OBS_STATUS="Q").height > 1_800
    assert (
        indicator.filter(MEASURE="STOCK_GROWTH_RATE", OBS_VALUE=0).height
        == 6
        - indicator.filter(pl.col("MEASURE").is_in(["STOCK_GROWTH_RATE_F", "STOCK_GROWTH_RATE_M"]), OBS_VALUE=0).height
    )


def test_notes_of_the_workbook_are_spelled_out(destinations):
    sudan = row_of(destinations["STOCK"], DESTINATION="SDN", SEX="_T", TIME_PERIOD="1990-07-01")
    assert sudan["NOTE"] == "3: The estimates for 1990 to 2005 refer to Sudan and South Sudan."


def test_the_correspondence_table_is_refused_with_its_reason(shared_data, findings_of):
    raw = (shared_data / "undesa" / "aggregates_correspondence_table_2020_1.xlsx").read_bytes()
    [finding] = findings_of("undesa", raw)
    assert finding.fact.endswith("a classification of areas into groups, without any figure")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1), flips=st.integers(0, 20))
def test_damaged_files_end_in_a_reading_or_in_findings(seed, cut, flips):
    rng = random.Random(seed)
    good = (
        b"dest,t,orig,sex,n,type_b,type_c,type_r,type_i\nUSA,2020,MEX,female,5,1,0,0,0\nUSA,2020,MEX,male,6,1,0,0,0\n"
    )
    raw = bytearray(good[: int(len(good) * cut)] if flips else rng.randbytes(200))
    for _ in range(min(flips, len(raw))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    with contextlib.suppress(DataError):
        assert isinstance(read("undesa", bytes(raw), file="f"), Reading)


def test_every_new_product_is_on_the_card():
    products = {product.id for product in card("undesa").products}
    assert products >= {f"undesa-ims{year}-destination" for year in (2019, 2020, 2024)}
    assert products >= {"undesa-ims2019-bilateral", "undesa-ims2019-age", "undesa-ims2020-age"}
