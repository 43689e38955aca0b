"""Monthly registers over Germany's borders: three layouts, sums that prove periods, notes and marks."""

import contextlib
import io

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

# All figures are invented; so that every total holds, a sheet is made of one number, the month.
PROVISIONAL = "*) Vorläufiges Ergebnis."
COPYRIGHT = "© Statistisches Bundesamt, Wiesbaden, 2015"
LAENDER = [
    *("Baden-Württemberg", "Bayern", "Berlin", "Brandenburg", "Bremen", "Hamburg", "Hessen", "Mecklenburg-Vorpommern"),
    *("Niedersachsen", "Nordrhein-Westfalen", "Rheinland-Pfalz", "Saarland", "Sachsen", "Sachsen-Anhalt"),
    *("Schleswig-Holstein", "Thüringen"),
]
MONTHS = [
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November"),
    "Dezember",
]


def figures(n, *, males):
    """Arrivals, departures and balance: all, Germans, non-Germans, each with males where wanted."""
    arrived, left = [3 * n, n, 2 * n], [5 * n, 2 * n, 3 * n]
    cells = []
    for group in (arrived, left, [a - b for a, b in zip(arrived, left, strict=True)]):
        for value in group:
            cells += [value, value] if males else [value]
    return cells


def across(
    n, *, title="Monat Januar *)", year=2014, males=True, rows=(), notes=(PROVISIONAL,), change=lambda cells: cells
):
    """A sheet with arrivals, departures and balance across: Poland, the rest of Africa and the unknown."""
    step = 2 if males else 1
    heads = [None] * (2 + 9 * step)
    upper, lower, sexes = heads.copy(), heads.copy(), heads.copy()
    upper[0] = "Herkunfts-/bzw. Zielgebiet"
    for i, word in enumerate(("Zugezogene", "Fortgezogene", "Saldo")):
        upper[2 + 3 * step * i] = word
        for j, group in enumerate(("Insgesamt", "Deutsche", "Nichtdeutsche")):
            lower[2 + step * (3 * i + j)] = group
    for i in range(2, len(heads)):
        sexes[i] = "männlich" if i % 2 else "Ins-gesamt"
    body = [
        ["Europa", None, *figures(9 * n, males=males)],
        ["Polen", "2)", *figures(n, males=males)],
        ["übriges Afrika", None, *figures(2 * n, males=males)],
        [None, None, *[0] * 9 * step],
        ["Ohne Angabe", None, *figures(3 * n, males=males)],
        *rows,
        ["Insgesamt", None, *figures(6 * n, males=males)],
    ]
    titles = [[f"Wanderungen über die Grenzen Deutschlands {year} nach Herkunfts- bzw. Zielgebieten"], [title], []]
    head = [upper, lower, sexes] if males else [upper, lower]
    foot = [[], *[[note] for note in notes], ["2) Einschl. aller abhängigen Gebiete."], [], [COPYRIGHT]]
    return change([*titles, *head, [], *body, *foot])


def by_land(n, *, title="Januar 2009", persons=("Personen ", "insgesamt"), sections=(("Zuge", "zogene"),), extra=()):
    """A sheet with Germany and its Länder across, words of titles cut over two cells."""
    split = [None] * 21
    rows = [
        [f"Wanderungen über die Grenzen Deutschlands {title}", *[None] * 9, "nach Herkunfts- bzw. Zielgebieten *)"],
        [*split[:9], *persons],
        [],
        ["Lfd. Nr.", "Herkunfts-/bzw. Zielgebiet", None, "Deutschland", *LAENDER, "Lfd. Nr."],
        [],
    ]
    for section in sections:
        rows += [[*split[:9], *section], []]
        for number, (name, value) in enumerate([("Polen", n), ("Von / Nach See", 2 * n), *extra, ("Insgesamt", 3 * n)]):
            rows.append([number, name, "1)" if name == "Polen" else None, value, value, *[0] * 15, number])
    return [*rows, ["_________", None, None, 777], ["*) Vorläufiges  Ergebnis."], ["1) Ohne Inseln."], [COPYRIGHT]]


def observed(raw, file="given.xlsx"):
    return read("destatis", raw, file=file).tables["FLOW_OBSERVED"]


def one(table, **cells):
    [row] = table.filter(*(pl.col(name) == value for name, value in cells.items())).iter_rows(named=True)
    return row


# --- arrivals, departures and balance across --------------------------------------------------------------------------


def test_arrivals_and_departures_by_citizenship_and_sex(workbook):
    table = observed(workbook({"Januar": across(7)}))
    poland = {"ORIGIN": "POL", "TIME_PERIOD": "2014-01", "SEX": "_T"}
    assert one(table, **poland, COVERAGE="_T")["OBS_VALUE"] == 21
    assert one(table, **poland, COVERAGE="NATIONALS")["OBS_VALUE"] == 7
    assert one(table, **poland, COVERAGE="FOREIGNERS")["OBS_VALUE"] == 14
    left = one(table, DESTINATION="POL", COVERAGE="_T", SEX="M")
    assert (left["ORIGIN"], left["OBS_VALUE"]) == ("DEU", 35)
    assert set(table["CRITERION"]) == {"RESIDENCE"}
    assert set(table["REPORTER"]) == {"DEU"}


def test_registrations_know_no_minimum_stay_so_the_duration_is_zero(workbook):
    assert set(observed(workbook({"Januar": across(7)}))["DURATION"]) == {0.0}


def test_provisional_results_are_marked_as_such_and_final_ones_not(workbook):
    assert set(observed(workbook({"Januar": across(7)}))["OBS_STATUS"]) == {"P"}
    assert set(observed(workbook({"Januar": across(7, notes=())}))["OBS_STATUS"]) == {"A"}


def test_a_footnote_mark_in_its_own_column_becomes_the_note_it_stands_for(workbook):
    row = one(observed(workbook({"Januar": across(7)})), ORIGIN="POL", COVERAGE="_T", SEX="_T")
    assert row["NOTE"] == "2) Einschl. aller abhängigen Gebiete."


def test_a_footnote_mark_glued_to_a_name_falls_away_but_not_the_year_in_brackets(workbook):
    def glued(cells):
        return [["Polen 2)", None, *row[2:]] if row and row[0] == "Polen" else row for row in cells]

    extra = [["EU-Länder (Stand: ab Juli 2013)", None, *figures(1, males=True)]]
    table = observed(workbook({"Januar": across(7, change=glued, rows=extra)}))
    assert one(table, ORIGIN="POL", COVERAGE="_T", SEX="_T")["NOTE"] == "2) Einschl. aller abhängigen Gebiete."
    assert set(table["ORIGIN"]) == {"POL", "XXX", "W001", "DEU"}


def test_places_not_told_apart_count_together_and_continents_are_left_out(workbook):
    row = one(observed(workbook({"Januar": across(7)})), ORIGIN="XXX", COVERAGE="_T", SEX="_T")
    assert (row["OBS_VALUE"], row["NOTE"]) == (105, "sum of übriges Afrika 42, Ohne Angabe 63")


def test_quarters_half_years_and_the_year_stand_beside_the_months(workbook):
    sheets = {month: across(n, title=f" Monat {month} *)") for n, month in enumerate(MONTHS, 1)}
    sheets |= {f"{q}. Quartal": across(9 * q - 3, title=f"{q}. Quartal *)") for q in (1, 2, 3, 4)}
    sheets |= {"1. Halbjahr": across(21, title="1. Halbjahr *)"), "Kum. Jahr": across(78, title="Jahr kummuliert*)")}
    reading = read("destatis", workbook(sheets), file="given.xlsx")
    table = reading.tables["FLOW_OBSERVED"].filter(ORIGIN="POL", COVERAGE="_T", SEX="_T")
    assert table.height == 18
    assert one(table, TIME_PERIOD="2014")["OBS_VALUE"] == 3 * 78
    assert one(table, TIME_PERIOD="2014-Q4")["OBS_VALUE"] == 3 * 33
    assert one(table, TIME_PERIOD="2014-S1")["OBS_VALUE"] == 3 * 21


def test_a_quarter_that_is_not_the_sum_of_its_months_is_named(workbook, findings_of):
    sheets = {month: across(n, title=f" Monat {month} *)") for n, month in enumerate(MONTHS[:3], 1)}
    found = findings_of("destatis", workbook({**sheets, "1. Quartal": across(7, title="1. Quartal *)")}), file="f.xlsx")
    assert {f.code for f in found} == {"sum-differs"}
    assert found[0].place == "f.xlsx, sheet 1. Quartal, POL, in, _T, _T"
    assert found[0].fact == "21, but the months add up to 18"


def test_the_layout_without_males_of_2019_is_read_and_dots_are_confidential(workbook):
    def secret(cells):
        # The Germans who came from Poland and the balance: withheld, so that nothing can be worked out.
        return [[*row[:3], ".", *row[4:9], ".", *row[10:]] if row and row[0] == "Polen" else row for row in cells]

    sheets = {
        "Januar": across(7, year=2019, males=False, change=secret),
        "Februar": across(1, year=2019, males=False, title="Monat Februar *)"),
        "März": across(1, year=2019, males=False, title="Monat März *)"),
        "1. Quartal": across(9, year=2019, males=False, title="1. Quartal *)"),
    }
    reading = read("destatis", workbook(sheets), file="given.xlsx")
    assert reading.product == "destatis-2019-grenzen"
    table = reading.tables["FLOW_OBSERVED"]
    assert set(table["SEX"]) == {"_T"}
    row = one(table, ORIGIN="POL", COVERAGE="NATIONALS", TIME_PERIOD="2019-01")
    assert (row["OBS_VALUE"], row["OBS_STATUS"]) == (None, "Q")
    assert one(table, ORIGIN="POL", COVERAGE="_T", TIME_PERIOD="2019-01")["OBS_STATUS"] == "P"


@pytest.mark.parametrize(
    ("mark", "value", "status"),
    [
        (".", None, "Q"),
        ("...", None, "O"),
        ("/", None, "O"),
        ("x", None, "M"),
        ("-", 0, "P"),
        ("–", 0, "P"),
        (None, None, "O"),
    ],
)
def test_each_mark_is_another_fact(workbook, mark, value, status):
    def marked(cells):
        total = next(row for row in cells if row and row[0] == "Insgesamt")
        cells = [[*row[:3], mark, *row[4:]] if row and row[0] == "Polen" else row for row in cells]
        if value == 0:
            cells[cells.index(total)] = [*total[:3], total[3] - 1, *total[4:]]
        return cells

    table = observed(
        workbook({"Januar": across(1, year=2019, males=False, change=lambda c: without_balance(marked(c)))})
    )
    row = one(table, ORIGIN="POL", COVERAGE="NATIONALS")
    assert (row["OBS_VALUE"], row["OBS_STATUS"]) == (value, status)


def without_balance(cells):
    return [row[:8] if len(row) > 8 else row for row in cells]


def test_a_sheet_that_claims_16384_columns_is_not_walked_through():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Januar")
        for i, row in enumerate(across(7)):
            for j, value in enumerate(row):
                if value is not None:
                    sheet.write(i, j, value)
        bold = book.add_format({"bold": True})
        for i in range(1_252):
            sheet.write_blank(i, 16383, None, bold)
    assert one(observed(target.getvalue()), ORIGIN="W001", COVERAGE="_T", SEX="_T")["OBS_VALUE"] == 126


# --- by federal Land --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "product", "coverage"),
    [
        (("Personen ", "insgesamt"), "destatis-2009-personen", "_T"),
        (("Deutsche", "insgesamt"), "destatis-2009-deutsche", "NATIONALS"),
        (("Nichtdeutsche", "insgesamt"), "destatis-2009-nichtdeutsche", "FOREIGNERS"),
    ],
)
def test_a_workbook_by_land_is_told_by_words_cut_over_two_cells(workbook, persons, product, coverage):
    reading = read("destatis", workbook({"Januar": by_land(4, persons=persons)}), file="given.xls")
    table = reading.tables["FLOW_OBSERVED"]
    assert (reading.product, set(table["COVERAGE"])) == (product, {coverage})
    assert dict(table.select("ORIGIN", "OBS_VALUE").iter_rows()) == {"POL": 4, "XXX": 8, "W001": 12}
    assert one(table, ORIGIN="POL")["NOTE"] == "1) Ohne Inseln."


def test_sections_of_arrivals_and_departures_on_one_sheet(workbook):
    sections = (("Zuge", "zogene"), ("Fort", "gezogene"))
    table = observed(workbook({"Januar": by_land(4, sections=sections)}))
    assert one(table, ORIGIN="POL")["OBS_VALUE"] == 4
    assert one(table, DESTINATION="POL")["ORIGIN"] == "DEU"


def test_laender_that_do_not_add_up_are_noted(workbook):
    rows = by_land(4)
    rows[8] = [*rows[8][:4], 9, *rows[8][5:]]
    [note] = observed(workbook({"Januar": rows})).filter(ORIGIN="XXX")["NOTE"]
    assert note == "Von / Nach See; Von / Nach See: the federal Länder add up to 9"


def test_a_year_sheet_titled_as_a_month_is_known_by_its_figures(workbook):
    sheets = {month: by_land(n, title=f"{month} 2009") for n, month in enumerate(MONTHS, 1)}
    year = by_land(78, title="Dezember 2009")
    reading = read(
        "destatis", workbook({**sheets, " Jahr  Z-D-I ok!": year, " Jahr  Z-D-I ok! (2)": year}), file="f.xls"
    )
    table = reading.tables["FLOW_OBSERVED"]
    assert one(table, ORIGIN="POL", TIME_PERIOD="2009")["OBS_VALUE"] == 78
    assert one(table, ORIGIN="POL", TIME_PERIOD="2009-12")["OBS_VALUE"] == 12
    assert [text for text in reading.evidence if "is titled 2009-12; it holds the sums of the months of 2009" in text]
    assert "3 figures stand on two sheets and are the same" in reading.evidence


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ({"Jahr": by_land(78, title="Dezember 2009")}, "the months that would tell are not all there"),
        ({"Januar": by_land(1, title="Februar 2009")}, "the months that would tell are not all there"),
        (
            {**{m: by_land(1, title=f"{m} 2009") for m in MONTHS}, "Jahr": by_land(5, title="Mai 2009")},
            "the figures are not the sum of the months",
        ),
    ],
)
def test_a_title_that_contradicts_the_sheets_name_is_named(workbook, findings_of, sheets, why):
    [finding] = findings_of("destatis", workbook(sheets), file="f.xls")
    assert finding.code == "period-unreadable"
    assert finding.fact.startswith("the title says 2009-")
    assert finding.fact.endswith(why)


def test_two_sheets_of_one_month_that_differ_are_shown_with_both_figures(workbook, findings_of):
    found = findings_of("destatis", workbook({"Januar": by_land(4), "Januar (2)": by_land(5)}), file="f.xls")
    assert found[0].code == "key-duplicate"
    assert found[0].place == "f.xls, sheets number 1, 2"
    assert found[0].fact.startswith("4 and 5 for POL")


# --- faults -----------------------------------------------------------------------------------------------------------


def changed(row, column, value):
    def change(cells):
        return [[*r[:column], value, *r[column + 1 :]] if r and r[0] == row else r for r in cells]

    return change


@pytest.mark.parametrize(
    ("sheet", "code", "place", "fact"),
    [
        (
            across(7, change=changed("Polen", 0, "Atlantis")),
            "area-unknown",
            "row 9, column Zielgebiet and 11 more rows",
            "'Atlantis' is no known area",
        ),
        (
            across(7, change=changed("Polen", 2, "viele")),
            "value-unreadable",
            "row 9, column zugezogene, insgesamt, ins-gesamt",
            "'viele' is no figure",
        ),
        (
            across(7, change=changed("Polen", 2, -1)),
            "value-negative",
            "row 9, column zugezogene, insgesamt, ins-gesamt",
            "negative figure -1",
        ),
        (
            across(7, change=changed("Polen", 14, 1)),
            "sum-differs",
            "row 9",
            "Polen: 21 arrivals less 35 departures are not 1",
        ),
        (
            across(7, change=changed("Insgesamt", 15, 99)),
            "sum-differs",
            "row 13",
            "Insgesamt: 126 arrivals less 210 departures are not 99",
        ),
        (across(7, rows=[[None, None, 5]]), "area-unknown", "row 13", "a row without a name holds 5"),
        (across(7, year=""), "period-unreadable", "", "the titles name no year, or several"),
        (
            across(7, change=lambda c: [c[0], c[1], ["2. Quartal"], *c[3:]]),
            "period-unreadable",
            "",
            "the titles name several periods",
        ),
        (
            across(7, change=lambda c: [r for r in c if not r or r[0] != "Insgesamt"]),
            "table-wrong",
            "",
            "no row Insgesamt closes the table",
        ),
        (
            across(7, change=changed("Herkunfts-/bzw. Zielgebiet", 2, "Geborene")),
            "column-unknown",
            "row 6",
            "the column 'geborene / insgesamt / ins-gesamt' is none that is known",
        ),
        (
            across(7, change=changed("Herkunfts-/bzw. Zielgebiet", 0, "Land")),
            "table-wrong",
            "",
            "it is no sheet of Wanderungen über die Grenzen Deutschlands",
        ),
        (across(7, change=lambda c: c[:7]), "table-wrong", "row 4", "no row of figures follows the header"),
        (
            by_land(7, persons=("Paare", "alle")),
            "column-missing",
            "row 4",
            "no column of Personen, Deutsche or Nichtdeutsche in the titles",
        ),
        (
            by_land(7, sections=(("Um", "gezogene"),)),
            "column-missing",
            "row 8",
            "neither Zugezogene nor Fortgezogene stands above the figures",
        ),
    ],
)
def test_a_fault_of_a_sheet_is_named(workbook, findings_of, sheet, code, place, fact):
    found = findings_of("destatis", workbook({"Tabelle": sheet}), file="f.xlsx")
    where = ", ".join(filter(None, ["f.xlsx, sheet Tabelle", place]))
    assert [f for f in found if (f.code, f.place) == (code, where) and f.fact.startswith(fact)], found


def test_a_total_that_is_not_the_sum_of_its_places_is_named(workbook, findings_of):
    def more(cells):
        return [without_balance([row])[0] if row else row for row in changed("Insgesamt", 2, 130)(cells)]

    found = findings_of("destatis", workbook({"Januar": across(7, year=2019, males=False, change=more)}), file="f.xlsx")
    assert [(f.code, f.fact) for f in found] == [
        ("sum-differs", "the places add up to 126, the row Insgesamt says 130")
    ]


def test_missing_columns_are_named(workbook, findings_of):
    def cut(cells):
        return [row[:7] if len(row) > 7 else row for row in cells]

    found = findings_of("destatis", workbook({"Januar": across(7, year=2019, males=False, change=cut)}), file="f.xlsx")
    assert [(f.code, f.fact) for f in found] == [("column-missing", "no column fortgezogene / nichtdeutsche")]


def test_sheets_of_several_years_are_refused(workbook, findings_of):
    sheets = {"Januar": across(1), "Februar": across(1, year=2013, title="Monat Februar")}
    [finding] = findings_of("destatis", workbook(sheets), file="f.xlsx")
    assert (finding.code, finding.fact) == (
        "revision-mixed",
        "the sheets are of several tables: 2013 all by citizenship, 2014 all by citizenship",
    )


def test_a_year_that_the_card_does_not_have_is_refused(workbook, findings_of):
    [finding] = findings_of("destatis", workbook({"Januar": across(1, year=2031)}), file="f.xlsx")
    assert finding.code == "table-wrong"
    assert finding.fact.startswith("it seems to be destatis-2031-grenzen")


def test_a_workbook_of_half_years_only_is_read(workbook):
    reading = read("destatis", workbook({"2. Halbjahr": across(1, title="2. Halbjahr")}), file="f.xlsx")
    assert set(reading.tables["FLOW_OBSERVED"]["TIME_PERIOD"]) == {"2014-S2"}


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("destatis", b"a,b\n1,2\n")
    assert (finding.code, finding.fact) == ("table-wrong", "it is no workbook")
    [finding] = findings_of("destatis", workbook({"Leer": []}))
    assert (finding.code, finding.fact) == ("table-wrong", "its sheets are empty")


# --- laws and samples -------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(workbook, data):
    raw = bytearray(workbook({"Januar": across(7, males=False)}))
    end = data.draw(st.integers(0, len(raw)))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(DataError):
        read("destatis", bytes(raw[:end] if data.draw(st.booleans()) else raw), file="f.xlsx")


SAMPLES = {
    "destatis_wanderungen_2009.xls": ("destatis-2009-personen", "_T", 721_013, 1_430),
    "destatis_wanderungen_2009_correction.xls": ("destatis-2009-deutsche", "NATIONALS", 114_700, 1_430),
    "destatis_wanderungen_2014.xlsx": ("destatis-2014-grenzen", "_T", 1_464_724, 25_536),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_totals_of_the_publishers_files_hold(shared_data, file):
    product, coverage, total, rows = SAMPLES[file]
    reading = read("destatis", (shared_data / "flows" / file).read_bytes(), file=file)
    table = reading.tables["FLOW_OBSERVED"]
    assert (reading.product, table.height) == (product, rows)
    year = table.filter(pl.col("TIME_PERIOD").str.len_chars() == 4, COVERAGE=coverage, SEX="_T", DESTINATION="DEU")
    assert one(year, ORIGIN="W001")["OBS_VALUE"] == total
    assert year.filter(pl.col("ORIGIN") != "W001")["OBS_VALUE"].sum() == total
    assert set(table["OBS_STATUS"]) == {"P"}


def test_germans_and_all_persons_of_2009_are_two_tables_and_not_two_releases_of_one(shared_data):
    tables = [
        observed((shared_data / "flows" / file).read_bytes(), file)
        for file in ("destatis_wanderungen_2009.xls", "destatis_wanderungen_2009_correction.xls")
    ]
    persons, germans = (table.filter(TIME_PERIOD="2009", ORIGIN="W001")["OBS_VALUE"][0] for table in tables)
    assert germans < persons
    assert tables[1].filter(TIME_PERIOD="2009", ORIGIN="XXX")["NOTE"][0].endswith("the federal Länder add up to 82")


def test_every_product_of_the_card_is_read(workbook):
    made = {
        read("destatis", workbook({"Januar": across(1, year=year)}), file="f.xlsx").product
        for year in range(2012, 2020)
    }
    made |= {f"destatis-2009-{persons}" for persons in ("personen", "deutsche", "nichtdeutsche")}
    assert {product.id for product in card("destatis").products} == made


@pytest.mark.parametrize("end", [600, 447_049, 500_000, 650_000])
def test_an_old_workbook_that_ends_early_is_a_finding_and_no_panic(shared_data, findings_of, end):
    raw = (shared_data / "flows" / "destatis_wanderungen_2009.xls").read_bytes()[:end]
    found = findings_of("destatis", raw, file="f.xls")
    assert {finding.code for finding in found} <= {"file-unreadable", "table-wrong", "value-missing", "sum-differs"}
