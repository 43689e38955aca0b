"""Sheets of numbers and shared texts: read as columns, to the same cells as by the general reader, or left to it."""

import io
import re
import zipfile

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.slow_workbook import KEY, slow_stock

from corridors.collect.catalogue import read
from corridors.collect.cells import open_workbook
from corridors.collect.plainsheets import plain_sheets
from corridors.collect.plaintexts import date_styles, shared_texts
from corridors.collect.xmlcells import sheet_paths

FIRST = "xl/worksheets/sheet1.xml"
ROWS = [["Area", "n", None, "share"], ["Côte d'Ivoire & more", 5, None, 0.25], [None], ["  <Peru>\n", -7.5, "..", 1e-7]]


def general(raw, name):
    sheet = fastexcel.read_excel(raw).load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    return sheet.to_polars()


def plain(raw):
    return plain_sheets(raw, sheet_paths(raw))


def changed(raw, pattern, put, member=FIRST):
    """A workbook with one change to one of its files."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given_book, zipfile.ZipFile(target, "w") as book:
        for name in given_book.namelist():
            xml = given_book.read(name)
            if name == member:
                xml, times = re.subn(pattern, lambda _: put, xml, count=1)
                assert times == 1
            book.writestr(name, xml)
    return target.getvalue()


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
numbers = st.floats(-1e17, 1e17, allow_nan=False) | st.integers(-(10**16), 10**16) | st.decimals(-99, 99, places=3)
values = st.none() | texts | numbers.map(float) | st.sampled_from([0.0, 0.1 + 0.2, 1e-7, 5e-10, 2**53, -0.5, 1e16])


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(values, max_size=30), max_size=6))
def test_columns_are_those_of_the_general_reader(workbook, rows):
    raw = workbook({"One": rows})
    for name, cells in plain(raw).items():
        assert cells.equals(general(raw, name))
        assert cells.columns == general(raw, name).columns


def test_an_ordinary_sheet_is_plain(workbook):
    raw = workbook({"One": ROWS, "Two": [[None, None], [None, 3]]})
    found = plain(raw)
    assert {name: cells.shape for name, cells in found.items()} == {"One": (4, 4), "Two": (2, 1)}
    assert all(cells.equals(general(raw, name)) for name, cells in found.items())


def test_every_sample_has_the_cells_of_the_general_reader(shared_data):
    counted = 0
    for path in sorted(shared_data.glob("*/*.xlsx")):
        raw = path.read_bytes()
        for name, cells in plain(raw).items():
            assert cells.equals(general(raw, name)), (path.name, name)
            counted += 1
    assert counted > 20


@pytest.mark.parametrize(
    "put",
    [
        b'<c r="B2"><f>1+4</f><v>5</v></c>',
        b'<c r="B2" t="e"><v>#N/A</v></c>',
        b'<c r="B2" t="b"><v>1</v></c>',
        b'<c r="B2" t="str"><v>5</v></c>',
        b'<c r="B2"><v></v></c>',
        b'<c r="B2"><v>five</v></c>',
        b'<c r="B2"><v>1.2.3</v></c>',
        b'<c r="B2"><v>1e999</v></c>',
        b'<c r="B2" t="s"><v>99</v></c>',
        b'<c s="0" r="B2"><v>5</v></c>',
        b'<c r="B2" cm="1"><v>5</v></c>',
        b'<c r="B2"><!-- five --><v>5</v></c>',
        b'<x:c r="B2"><v>5</v></x:c>',
        b'<c r="A2"><v>5</v></c>',
        b'<c r="B1"><v>5</v></c>',
        b'<c r="XFD1048576"><v>5</v></c>',
        b'<c r="2"><v>5</v></c>',
        b'<c r="BBBB2"><v>5</v></c>',
        b'<c r="B2" t="inlineStr"><is><t>&#53;</t></is></c>',
        b'<c r="B2" t="inlineStr"><is><r><t>5</t></r></is></c>',
        b'<c r="B2"><is><t>5</t></is></c>',
        b'<c r="B2"><v>5</v>',
        b"<c>",
        b"",
    ],
)
def test_a_sheet_with_any_other_cell_is_left_to_the_general_reader(workbook, put):
    raw = changed(workbook({"One": ROWS}), rb'<c r="B2">.*?</c>', put)
    assert put == b"" or plain(raw) == {}


@pytest.mark.parametrize(
    ("put", "text"),
    [
        (b'<c r="B2" t="n"><v>5.50</v></c>', "5.5"),
        (b'<c r="B2" s="0"><v>1E3</v></c>', "1000"),
        (b'<c r="B2"><v>0.30000000000000004</v></c>', "0.3"),
        (b'<c r="B2"><v>007</v></c>', "7"),
        (b'<c r="B2"><v>12345678901234567890</v></c>', "12345678901234567168"),
        (b'<c r="B2" t="inlineStr"><is><t>Peru &amp; Chad</t></is></c>', "Peru & Chad"),
        (b'<c r="B2" t="inlineStr"><is><t xml:space="preserve"> five </t></is></c>', " five "),
        (b'<c r="B2" s="0"/>', None),
    ],
)
def test_a_cell_reads_as_the_general_reader_shows_it(workbook, put, text):
    raw = changed(workbook({"One": ROWS}), rb'<c r="B2">.*?</c>', put)
    cells = plain(raw)["One"]
    assert cells.row(1)[1] == text
    assert cells.equals(general(raw, "One"))


def test_a_cell_that_may_be_a_date_is_left_to_the_general_reader(workbook):
    raw = workbook({"One": ROWS})
    dated = rb'<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    raw = changed(raw, rb"<cellXfs.*?</cellXfs>", dated, "xl/styles.xml")
    assert "One" in plain(raw)
    assert plain(changed(raw, rb'<c r="B2">', b'<c r="B2" s="1">')) == {}


def test_styles_of_dates_are_known_by_their_number_or_their_own_code():
    own = b'<numFmts><numFmt numFmtId="164" formatCode="yyyy"/><numFmt numFmtId="165" formatCode="0.00"/></numFmts>'
    xfs = b'<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
    assert date_styles(own + xfs) == {1, 2}


@pytest.mark.parametrize("text", ["&#233;", "_x000D_", "<!-- -->", "é".encode("latin-1").decode("latin-1") + "&nbsp;"])
def test_unusual_shared_texts_leave_the_workbook_to_the_general_reader(text):
    assert shared_texts(f"<sst><si><t>{text}</t></si></sst>".encode()) is None


def test_a_broken_end_leaves_other_sheets_plain(workbook):
    raw = changed(workbook({"One": ROWS, "Two": ROWS}), rb"</sheetData>", b"")
    assert set(plain(raw)) == {"Two"}


def test_plain_and_other_sheets_of_one_workbook_keep_their_order(workbook):
    raw = changed(workbook({"One": ROWS, "Two": ROWS}), rb'<c r="B2">.*?</c>', b'<c r="B2" t="b"><v>1</v></c>')
    assert set(plain(raw)) == {"Two"}
    assert [sheet.name for sheet in open_workbook(raw, file="f.xlsx")] == ["One", "Two"]


def test_the_bilateral_workbook_is_the_table_of_the_slow_reading(shared_data):
    raw = (shared_data / "undesa" / "RECONSTRUCTED_layout2020_dest_origin_first60.xlsx").read_bytes()
    slow = slow_stock(raw)
    ours = read("undesa", raw, file="f.xlsx").tables["STOCK"].select(slow.columns)
    assert ours.height > 40_000
    assert ours.sort(KEY).equals(slow.sort(KEY))
    assert all(kind in (pl.String, pl.Float64) for kind in ours.schema.values())
