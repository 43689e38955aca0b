"""An office's own table: its mapping beside it, above it or on a sheet, every fault by its row or entry."""

import contextlib
import io
import random
import re
import zipfile
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import bundled, card, read
from corridors.collect.reading import Reading
from corridors.collect.template import template_files
from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.concepts.findings import DataError
from corridors.store.vintages import Store
from corridors.workflow.collect import from_files
from corridors.workflow.template import write_template

HEAD = """
dataflow = "STOCK"
source = "statland-census-2021"
publisher = "Statistics Statland"
title = "Census 2021, table 7"
licence = "CC BY 4.0"
"""
BODY = """
[columns]
ORIGIN = "Country of birth"
SEX = "Sex"
OBS_VALUE = "Persons"
[constants]
DESTINATION = "Malta"
AGE = "_T"
TIME_PERIOD = "2021-11-21"
[values.SEX]
women = "F"
men = "M"
[statuses]
".." = "O"
"*" = "Q"
[areas]
"Utopia" = "XXX"
"Subtotal" = ""
"""
MAPPING = HEAD + BODY
TABLE = """Country of birth,Sex,Persons,Remark
Italy,women,120,
Italy,men,110,
UK,women,..,
Libya,women,*,small
Utopia,women,7,
Subtotal,women,99,
"""


def zipped(table=TABLE, mapping=MAPPING, name="census.csv"):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, table)
        archive.writestr("mapping.toml", mapping)
    return target.getvalue()


def commented(mapping=MAPPING, table=TABLE):
    return ("".join(f"# {line}\n" for line in mapping.splitlines()) + table).encode()


def stock_of(raw, file="given"):
    return read("tidy", raw, file=file).tables["STOCK"]


def test_a_table_is_read_by_its_mapping():
    reading = read("tidy", zipped(), file="census.zip")
    assert (reading.product, reading.revision) == ("tidy-statland-census-2021-stock", "1")
    rows = reading.tables["STOCK"].select("ORIGIN", "DESTINATION", "SEX", "OBS_VALUE", "OBS_STATUS").rows()
    assert rows == [
        ("ITA", "MLT", "F", 120, "A"),
        ("ITA", "MLT", "M", 110, "A"),
        ("GBR", "MLT", "F", None, "O"),
        ("LBY", "MLT", "F", None, "Q"),
        ("XXX", "MLT", "F", 7, "A"),
    ]
    assert set(reading.tables["STOCK"]["UNIT_MEASURE"]) == {"PS"}
    assert "columns not used: Remark" in reading.evidence
    assert reading.cited.citation == "Statistics Statland. Census 2021, table 7."


def test_the_mapping_may_stand_beside_above_or_on_a_sheet(workbook):
    beside = stock_of(zipped())
    above = stock_of(commented())
    sheets = {
        "census": [["Statistics Statland"], [], *[line.split(",") for line in TABLE.splitlines()]],
        "mapping": [[line] for line in MAPPING.splitlines()],
    }
    sheet = stock_of(workbook(sheets))
    assert above.equals(beside)
    assert sheet.equals(beside)


def test_a_mapping_that_a_spreadsheet_program_has_quoted_is_read_all_the_same():
    quoted = "".join('"{}",,,\n'.format(f"# {line}".replace('"', '""')) for line in MAPPING.splitlines())
    assert stock_of((quoted + TABLE).encode()).equals(stock_of(zipped()))


def test_two_files_of_one_call_become_one(tmp_path):
    [(name, raw)] = bundled("tidy", [("census.csv", TABLE.encode()), ("any.toml", MAPPING.encode())])
    assert name == "census.csv with any.toml"
    assert stock_of(raw).equals(stock_of(zipped()))
    again = bundled("tidy", [("any.toml", MAPPING.encode()), ("census.csv", TABLE.encode())])
    assert again == [(name, raw)]
    assert bundled("undesa", [("a.csv", b"x")]) == [("a.csv", b"x")]


def test_several_tables_find_their_mappings_by_name():
    files = [("a.csv", b"1"), ("b.csv", b"2"), ("a.toml", b"x"), ("b.toml", b"y")]
    assert [name for name, _ in bundled("tidy", files)] == ["a.csv with a.toml", "b.csv with b.toml"]
    with pytest.raises(DataError, match=r"b\.csv: which of the mappings a\.toml, c\.toml is its own"):
        bundled("tidy", [*files[:3], ("c.toml", b"y")])
    with pytest.raises(DataError, match="a mapping and no table"):
        bundled("tidy", files[2:3])


def test_the_store_keeps_table_and_mapping_and_cites_the_office(tmp_path):
    (tmp_path / "census.csv").write_text(TABLE)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    files = [tmp_path / "census.csv", tmp_path / "mapping.toml"]
    [collected] = from_files("tidy", files, store=tmp_path / "store")
    assert collected.files == ("census.csv with mapping.toml",)
    vintage = Store(tmp_path / "store").latest("world", collected.product)["STOCK"]
    assert vintage.metadata["licence"] == "CC BY 4.0"
    assert vintage.metadata["short"] == "Statistics Statland, Census 2021, table 7"


def test_decimals_thousands_and_units_are_as_the_mapping_says():
    table = TABLE.replace(",", ";").replace("120", "1.200,5").replace("110", "2")
    mapping = 'separator = ";"\ndecimal = ","\nthousands = "."\nmultiply = 1000\nencoding = "windows-1252"\n' + MAPPING
    raw = zipped(table.encode("cp1252").decode("cp1252"), mapping)
    assert stock_of(raw)["OBS_VALUE"].to_list()[:2] == [1_200_500, 2_000]


def test_a_point_beside_a_decimal_comma_is_not_guessed_at(findings_of):
    table = TABLE.replace(",", ";").replace("120", "1.200")
    mapping = 'separator = ";"\ndecimal = ","\n' + MAPPING
    [finding] = findings_of("tidy", zipped(table, mapping), file="f.zip")
    assert (finding.code, finding.place) == ("value-unreadable", "census.csv, row 2, column Persons")
    assert "say what a point is" in finding.mend


def test_a_status_of_its_own_outranks_the_one_of_the_cell():
    table = "o,s,v\nItaly,P,5\nLibya,,6\nEgypt,Q,\nChad,,\n"
    body = BODY[BODY.index("[constants]") :].replace('AGE = "_T"', 'AGE = "_T"\nSEX = "_T"')
    body = '[columns]\nORIGIN = "o"\nOBS_STATUS = "s"\nOBS_VALUE = "v"\n' + body
    stock = stock_of(zipped(table, HEAD + body))
    assert dict(stock.select("ORIGIN", "OBS_STATUS").iter_rows()) == {"ITA": "P", "LBY": "A", "EGY": "Q", "TCD": "O"}


@pytest.mark.parametrize(
    ("line", "code", "place", "fact"),
    [
        ("Freedonia,women,5,", "area-unknown", "row 8, column Country of birth", "'Freedonia' is not allowed"),
        ("Chad,ladies,5,", "code-unknown", "row 8, column Sex", "'ladies' is not allowed"),
        ("Chad,women,many,", "value-unreadable", "row 8, column Persons", "'many' is no figure"),
        ("Chad,women,-5,", "value-negative", "row 8, column Persons", "negative figure -5"),
        ("Italy,men,111,", "key-duplicate", "rows 3, 8", "110 and 111 for ITA, MLT, M"),
    ],
)
def test_a_fault_of_the_table_is_named_by_row_and_by_the_offices_own_head(findings_of, line, code, place, fact):
    found = findings_of("tidy", zipped(f"{TABLE}{line}\n"), file="f.zip")
    assert [f for f in found if f.code == code and f.place == f"census.csv, {place}" and fact in f.fact], found


def test_an_equal_row_given_twice_is_no_contradiction():
    assert stock_of(zipped(f"{TABLE}Italy,men,110,\n")).equals(stock_of(zipped()))


@pytest.mark.parametrize(
    ("mapping", "fact", "mend"),
    [
        (MAPPING.replace('licence = "CC BY 4.0"', ""), "no entry licence", "add licence"),
        ('colums = "x"\n' + MAPPING, "unknown entry colums", "use one of dataflow"),
        (MAPPING.replace('"STOCK"', '"STOCKS"'), "no dataflow 'STOCKS'", "use one of STOCK"),
        (MAPPING.replace('"STOCK"', "5"), "dataflow is 5, no text", "put it in quotation marks"),
        (MAPPING.replace('AGE = "_T"', ""), "neither a column nor a constant AGE", "add AGE to [columns]"),
        (MAPPING.replace('AGE = "_T"', 'AGES = "_T"'), "constants.AGES: STOCK has no such column", "use one of ORIGIN"),
        (MAPPING.replace('AGE = "_T"', 'AGE = "_T"\nSEX = "_T"'), "SEX is a column and a constant", "keep one"),
        (MAPPING.replace('women = "F"', 'women = "W"'), "values.SEX: 'W' is no code of SEX", "use one of F, M, _T"),
        (MAPPING.replace('women = "F"', "women = 1"), "values.SEX.women is 1, no text", "quotation marks"),
        (MAPPING.replace('".." = "O"', '".." = "X"'), "statuses: 'X' is no code of OBS_STATUS", "use one of A"),
        (MAPPING.replace('"statland-census-2021"', '"Stat/Land"'), "source is 'Stat/Land'", "small letters"),
        ("multiply = 0\n" + MAPPING, "multiply is 0", "above zero"),
        ('encoding = "utf-16"\n' + MAPPING, "encoding is 'utf-16'", "use one of utf-8"),
        ('decimal = ","\n' + MAPPING, "separator and decimal must be two different signs", "correct them"),
        ('areas = "x"\n' + MAPPING[: MAPPING.index("[areas]")], "areas is 'x', no table", "write [areas]"),
        ("dataflow = \n" + MAPPING, "not TOML", "correct the line"),
    ],
)
def test_a_fault_of_the_mapping_is_named(findings_of, mapping, fact, mend):
    found = findings_of("tidy", zipped(mapping=mapping), file="f.zip")
    assert {f.code for f in found} == {"mapping-invalid"}
    assert [f for f in found if fact in f.fact and mend in f.mend and f.place == "mapping.toml"], found


@pytest.mark.parametrize(
    ("raw", "code", "fact"),
    [
        (TABLE.encode(), "mapping-missing", "a table without a mapping"),
        (zipped(TABLE.replace("Persons", "People")), "column-missing", "no column 'Persons', which the mapping calls"),
        (zipped(""), "file-unreadable", "it holds no table"),
        (zipped("a\0b"), "file-unreadable", "it holds no text"),
        (zipped(mapping="\ud800".encode("utf-8", "surrogatepass")), "mapping-invalid", "not text in UTF-8"),
        (zipped()[:200], "archive-broken", "damaged"),
    ],
)
def test_what_is_no_table_with_a_mapping_is_refused(findings_of, raw, code, fact):
    found = findings_of("tidy", raw, file="f")
    assert [f for f in found if f.code == code and fact in f.fact], found


def test_a_workbook_needs_its_mapping_and_one_sheet(workbook, findings_of):
    rows = [line.split(",") for line in TABLE.splitlines()]
    [finding] = findings_of("tidy", workbook({"census": rows}), file="f.xlsx")
    assert (finding.code, "--file table.csv mapping.toml" in finding.mend) == ("mapping-missing", True)
    mapping = [[line] for line in MAPPING.splitlines()]
    two = {"census": rows, "old": rows, "mapping": mapping}
    [finding] = findings_of("tidy", workbook(two), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "2 sheets; there are census, old")
    chosen = {**two, "mapping": [['sheet = "old"'], *mapping]}
    assert stock_of(workbook(chosen)).height == 5


def test_a_zip_of_two_tables_and_one_mapping_is_refused(findings_of):
    target = io.BytesIO(zipped())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("other.csv", TABLE)
    [finding] = findings_of("tidy", target.getvalue(), file="f.zip")
    assert (finding.code, finding.fact) == ("mapping-missing", "the zip archive holds 2 tables and 1 mappings")


def test_a_faulty_figure_is_shown_as_it_was_written(findings_of):
    table = TABLE.replace(",", ";").replace("120", "(p) 1,1")
    [finding] = findings_of("tidy", zipped(table, 'separator = ";"\ndecimal = ","\n' + MAPPING), file="f.zip")
    assert (finding.code, finding.fact) == ("value-unreadable", "'(p) 1,1' is no figure")


# --- templates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", get_args(DataflowName))
def test_a_template_is_read_as_it_is_written(name):
    table_file, mapping = template_files(name).values()
    table = read("tidy", zipped(table_file.decode(), mapping.decode()), file="template.zip").tables[name]
    assert table.height == 2
    assert {column.name for column in dataflow(name).key} <= set(table.columns)
    assert table["OBS_STATUS"].to_list() == ["A", "O"]


def test_a_template_lies_as_two_files_that_are_collected_as_they_are(tmp_path):
    files = write_template("STOCK", out=tmp_path)
    assert [file.name for file in files] == ["stock.csv", "stock.toml"]
    [one] = from_files("tidy", files, store=tmp_path / "store")
    assert one.rows == 2


def test_the_mapping_of_a_template_explains_every_column():
    text = template_files("FLOW_OBSERVED")["flow-observed.toml"].decode()
    for column in dataflow("FLOW_OBSERVED").columns:
        assert column.name == "SOURCE" or f'{column.name} = "{column.name}"  # {column.text}' in text


def test_a_template_of_no_dataflow_lists_those_there_are():
    with pytest.raises(ValueError, match="no dataflow 'STOCKS'; there are STOCK, POPULATION"):
        template_files("STOCKS")


def test_any_identifier_of_a_table_of_an_office_is_on_the_card():
    assert card("tidy").product("tidy-statland-census-2021-stock").title.startswith("an office's own table")
    assert card("tidy").product("other-thing") is None


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1), flips=st.integers(0, 20), beside=st.booleans())
def test_damaged_files_end_in_a_reading_or_in_findings(seed, cut, flips, beside):
    rng = random.Random(seed)
    good = zipped() if beside else commented()
    raw = bytearray(good[: int(len(good) * cut)] if flips else rng.randbytes(200))
    for _ in range(min(flips, len(raw))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    with contextlib.suppress(DataError):
        assert isinstance(read("tidy", bytes(raw), file="f"), Reading)


@settings(max_examples=30, deadline=None)
@given(figures=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_figures_come_back_as_they_were_written(figures):
    codes = pl.Series(["ITA", "FRA", "DEU", "ESP", "PRT", "GRC", "POL", "ROU", "HUN", "AUT"] * 2).to_list()
    rows = {(codes[i], "women" if i < 10 else "men"): n for i, n in enumerate(figures)}
    table = "Country of birth,Sex,Persons\n" + "".join(f"{area},{sex},{n}\n" for (area, sex), n in rows.items())
    assert stock_of(zipped(table))["OBS_VALUE"].to_list() == list(rows.values())


def test_the_example_of_the_documentation_is_read():
    page = (Path(__file__).parents[2] / "docs" / "howto" / "your-own-table.md").read_text(encoding="utf-8")
    table, mapping = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)[1] for kind in ("text", "toml"))
    [(name, raw)] = bundled("tidy", [("census.csv", table.encode()), ("mapping.toml", mapping.encode())])
    reading = read("tidy", raw, file=name)
    assert reading.product == "tidy-malta-census-2021-stock"
    assert f"`{reading.product}`" in page
    assert reading.tables["STOCK"]["OBS_STATUS"].to_list() == ["A", "A", "O", "Q"]


def test_a_zip_whose_directory_points_nowhere_is_refused(findings_of):
    raw = bytearray(zipped())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 42 : at + 46] = (0xFFFFFF00).to_bytes(4, "little")
    assert {f.code for f in findings_of("tidy", bytes(raw), file="f.zip")} == {"archive-broken"}
