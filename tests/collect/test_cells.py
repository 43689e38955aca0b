"""Archives, sheets, headers, cells and totals, whatever the source."""

import gzip
import io
import re
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.collect import unpacking
from corridors.collect.cells import (
    Label,
    Sheet,
    capped,
    figures,
    find_header,
    fold_label,
    open_csv,
    open_workbook,
    stray_columns,
)
from corridors.collect.spellings import area_of, nearest, place_areas
from corridors.collect.unpacking import unpack
from corridors.collect.xmlcells import cells_seen, sheet_paths
from corridors.concepts.findings import DataError, Finding


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return target.getvalue()


plain = st.binary(max_size=200).filter(lambda raw: not raw.startswith((b"\x1f\x8b", b"PK\x03\x04")))


@given(raw=plain)
def test_compression_and_names_do_not_matter(raw):
    for packed in (raw, gzip.compress(raw), zipped(inside=raw), gzip.compress(zipped(inside=raw))):
        assert unpack(packed, file="anything.xlsx") == raw


@given(raw=st.binary(min_size=50, max_size=300), share=st.floats(0.1, 0.9))
def test_a_truncated_archive_is_a_finding(raw, share):
    for packed in (gzip.compress(raw), zipped(inside=raw)):
        with pytest.raises(DataError, match="archive") as caught:
            unpack(packed[: max(4, int(len(packed) * share))], file="cut.gz")
        [finding] = caught.value.findings
        assert (finding.code, finding.place, finding.mend) == ("archive-broken", "cut.gz", "download the file again")


def test_an_archive_of_two_files_is_a_finding_that_names_them():
    with pytest.raises(DataError, match=r"holds 2 files: a, b .*\n.*unpack it and name the one file"):
        unpack(zipped(a=b"1", b=b"2"), file="two.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_archive_of_any_compression_is_a_finding(method):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.csv", bytes(range(256)) * 40)
    raw = bytearray(target.getvalue())
    assert len(unpack(bytes(raw), file="a.zip")) == 10_240
    for at in range(60, 120):
        raw[at] ^= 255
    with pytest.raises(DataError, match="the zip archive or workbook is damaged"):
        unpack(bytes(raw), file="a.zip")


def test_archives_in_archives_are_opened_three_deep():
    raw = b"a,b"
    for depth in range(1, 1500):
        raw = gzip.compress(raw, 0)
        if depth == 3:
            assert unpack(raw, file="deep.gz") == b"a,b"
    with pytest.raises(DataError, match="archives in archives, more than 3 deep"):
        unpack(raw, file="deep.gz")


def test_an_archive_that_unpacks_to_far_more_than_a_table_is_never_unpacked(monkeypatch):
    for packed in (gzip.compress(bytes(120_000_000), 1), zipped(a=bytes(120_000_000))):
        monkeypatch.setattr(unpacking, "DENSEST", 100)
        with pytest.raises(DataError) as caught:
            unpack(packed, file="bomb")
        [finding] = caught.value.findings
        assert (finding.code, finding.place, finding.mend) == (
            "archive-too-large",
            "bomb",
            "name the publisher's own file",
        )
        assert "far more than any table" in finding.fact


def test_what_a_macintosh_adds_to_an_archive_is_no_file():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", b"a,b")
        archive.writestr("__MACOSX/._a.csv", b"x")
    assert unpack(target.getvalue(), file="mac.zip") == b"a,b"


TABLE = "place,n\nCôte d'Ivoire,5\nPerú,7\n"


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
    ],
)
def test_the_ways_in_which_programs_save_a_table_do_not_matter(raw):
    assert open_csv(raw, file="f.csv").equals(open_csv(TABLE.encode(), file="f.csv"))


@pytest.mark.parametrize(
    ("raw", "code", "fact", "mend"),
    [
        (TABLE.encode("latin-1"), "file-unreadable", "not UTF-8 (byte 0xf4 in row 2), probably Latin-1", "CSV UTF-8"),
        (b"place;n\nPeru;7,5\n", "file-unreadable", "parted by semicolons and its figures have commas", "CSV UTF-8"),
        (b"place\tn\nPeru\t7,5\n", "file-unreadable", "parted by tabs and its figures have commas", "CSV UTF-8"),
        (
            b"Dear all,\nhere\n"[:8] + b"\nhere it is\n",
            "table-wrong",
            "a text without columns ('Dear all'): not a table",
            "",
        ),
        (b"n,place, n\n1,Peru,2\n", "key-duplicate", "two columns are called n", "rename the other"),
        (b"n,n\n1,2\n", "key-duplicate", "two columns are called n", "rename the other"),
    ],
)
def test_a_table_that_is_saved_in_another_way_says_how_to_save_it(raw, code, fact, mend):
    with pytest.raises(DataError) as caught:
        open_csv(raw, file="f.csv")
    [finding] = caught.value.findings
    assert finding.code == code
    assert fact in finding.fact
    assert mend in finding.mend


def test_a_reader_may_know_how_its_publisher_writes():
    raw = "pays;part\nGuinée équatoriale;1,5\n".encode("cp1252")
    table = open_csv(raw, file="f.csv", decimal=",", encoding="cp1252")
    assert table.rows() == [(2, "Guinée équatoriale", "1,5")]


def test_blank_lines_are_no_rows_and_a_column_may_be_called_row():
    table = open_csv(b"row,n\n\n7,1\n", file="f.csv")
    assert table.to_dict(as_series=False) == {"row": [3], "row of the file": ["7"], "n": ["1"]}


def test_what_is_neither_workbook_nor_csv_is_a_finding():
    for raw, fact in (
        (b"\xff\xfe\x00", "neither a workbook nor a CSV file"),
        (b"a,b\n\0,1\n", "it holds no text"),
        (b"", "it holds no text"),
        (b"<!DOCTYPE html><html></html>", "it is a web page"),
    ):
        with pytest.raises(DataError, match=fact):
            open_csv(raw, file="given.csv")
    with pytest.raises(DataError, match="the workbook cannot be opened"):
        open_workbook(zipped(a=b"1", b=b"2"), file="given.xlsx")


def test_rows_are_counted_as_a_spreadsheet_shows_them(workbook):
    rows = [[], [], [None, "Area", "Code"], [None, "Atlantis", 7]]
    [sheet] = open_workbook(workbook({"One": rows}), file="f.xlsx")
    header = find_header(sheet, (Label("Area", ("area",)), Label("Code", ("code",))))
    assert header.row == 3
    assert sheet.place(4, "Code") == "f.xlsx, sheet One, row 4, column Code"


def rewritten(raw: bytes, change) -> bytes:
    """A workbook whose first sheet is changed in its XML."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given_book, zipfile.ZipFile(target, "w") as book:
        for name in given_book.namelist():
            member = given_book.read(name)
            book.writestr(name, change(member) if name == "xl/worksheets/sheet1.xml" else member)
    return target.getvalue()


ROWS = [[], [None, "Area", "Code", "n"], [None, "Peru", 604, 5], [None, "Chad", 148, 6], [None, "Mali", 466, 7]]
ERROR = b'<c r="D4" t="e"><f>1/0</f><v>#DIV/0!</v></c>'


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (ERROR, "#DIV/0! (cell D4)"),
        (b'<c r="D4" t="e"><v>#N/A</v></c>', "#N/A (cell D4)"),
        (b'<c r="D4"><f>A1+1</f></c>', "formula without a saved result (cell D4)"),
        (b'<c r="D4"><f>A1+1</f><v></v></c>', "formula without a saved result (cell D4)"),
        (b'<c r="D4"><f t="shared" si="0"/><v/></c>', "formula without a saved result (cell D4)"),
        (b'<c r="D4" t="str"><f>A1</f><v></v></c>', None),
        (b'<c r="D4"><f>A1+1</f><v>6</v></c>', "6"),
        (b'<c r="D4" s="1"/>', None),
    ],
)
def test_a_broken_cell_says_what_it_is_and_where(workbook, cell, text):
    raw = rewritten(workbook({"One": ROWS}), lambda xml: re.sub(rb'<c r="D4".*?</c>', cell, xml))
    [sheet] = open_workbook(raw, file="f.xlsx")
    # The frame starts with column B, the first one that holds anything.
    assert (sheet.cells.row(3)[2] or None) == text
    assert [row[2] for row in sheet.cells.rows()] == [None, "n", "5", sheet.cells.row(3)[2], "7"]


def test_a_broken_cell_is_no_missing_figure(workbook):
    raw = rewritten(workbook({"One": ROWS}), lambda xml: re.sub(rb'<c r="D4".*?</c>', ERROR, xml))
    [sheet] = open_workbook(raw, file="f.xlsx")
    _, [finding] = figures(cells(*[row[2] for row in sheet.cells.rows()][2:]), place=place)
    assert (finding.code, finding.fact) == ("value-unreadable", "'#DIV/0! (cell D4)' is no figure")
    assert "open the workbook in a spreadsheet program" in finding.mend


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "AN900000", "XFD300"])
def test_a_cell_far_out_is_named_and_its_sheet_never_opened(workbook, cell):
    number = re.sub(r"\D", "", cell)
    far = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    raw = rewritten(workbook({"One": ROWS}), lambda xml: xml.replace(b"</sheetData>", far))
    if cell == "A1048576":
        raw = rewritten(
            raw,
            lambda xml: xml.replace(
                b"</sheetData>", b'<row r="1048576"><c r="E1048576"><v>2</v></c></row></sheetData>'
            ),
        )
    with pytest.raises(DataError) as caught:
        open_workbook(raw, file="f.xlsx")
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("sheet-too-large", "f.xlsx, sheet One")
    assert cell.lstrip("A") in finding.fact or number in finding.fact
    assert "delete all rows and columns beyond the table" in finding.mend


def test_cells_that_only_carry_a_format_make_no_sheet_too_large(workbook):
    far = b'<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row></sheetData>'
    raw = rewritten(workbook({"One": ROWS}), lambda xml: xml.replace(b"</sheetData>", far))
    [sheet] = open_workbook(raw, file="f.xlsx")
    assert sheet.cells.height == 5


def test_the_cells_of_the_publishers_workbook_are_seen_whole(shared_data):
    raw = (shared_data / "undesa" / "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx").read_bytes()
    seen = {name: cells_seen(raw, path) for name, path in sheet_paths(raw).items()}
    assert (seen["Table 1"].last, seen["Table 1"].written) == ("Z294", 7148)
    assert not any(cells.broken or cells.is_too_large for cells in seen.values())


def test_columns_of_figures_without_a_readable_label_are_found():
    frame = pl.DataFrame([["Area", "1990", "l995", None, None], ["Peru", "5", "6", "7", None]], orient="row")
    found = stray_columns(Sheet("f.xlsx", "One", frame), 1, read=[1], word="year")
    assert [(f.code, f.place, f.fact) for f in found] == [
        ("label-unreadable", "f.xlsx, sheet One, row 1", "'l995' is no year"),
        ("label-unreadable", "f.xlsx, sheet One, row 1", "the column after 'l995' has figures and no year over them"),
    ]


@given(shift=st.integers(0, 25))
def test_the_header_is_found_wherever_it_stands(workbook, shift):
    rows = [*[["a title"]] * shift, ["Location\ncode", "Major area,  region"], [4, "Afghanistan"]]
    [sheet] = open_workbook(workbook({"One": rows}), file="f.xlsx")
    header = find_header(sheet, (Label("area", ("area",)), Label("code", ("location code",)), Label("x", ("no such",))))
    assert (header.row, dict(header.columns), header.missing) == (shift + 1, {"area": 1, "code": 0}, ("x",))


def cells(*texts: str | None) -> pl.DataFrame:
    return pl.DataFrame({"row": list(range(2, 2 + len(texts))), "column": ["n"] * len(texts), "TEXT": list(texts)})


def place(row: int, column: str) -> str:
    return f"f.csv, row {row}, column {column}"


@given(numbers=st.lists(st.integers(0, 10**10), min_size=1))
def test_written_numbers_come_back_as_written(numbers):
    table, findings = figures(cells(*map(str, numbers)), place=place)
    assert not findings
    assert table["OBS_VALUE"].to_list() == numbers
    assert set(table["OBS_STATUS"]) == {"A"}


def test_missing_zero_blank_and_negligible_are_told_apart():
    table, findings = figures(cells("..", "...", None, " ", "0", "—", "7.0"), place=place)
    assert not findings
    assert table["OBS_VALUE"].to_list() == [None, None, None, None, 0, 0, 7]
    assert table["OBS_STATUS"].to_list() == ["O", "O", "O", "O", "A", "A", "A"]
    kept, _ = figures(cells("..", None, "0"), place=place, keep_blank=False)
    assert kept["TEXT"].to_list() == ["..", "0"]


def test_thousands_become_persons_without_binary_dust():
    table, _ = figures(cells("135419.518", "5327231.041"), place=place, unit=1_000)
    assert table["OBS_VALUE"].to_list() == [135_419_518, 5_327_231_041]


def test_unreadable_and_negative_cells_are_all_found():
    _, findings = figures(cells("-", "12,000", "n.a.", "-5", "inf"), place=place)
    assert [(f.code, f.place) for f in findings] == [
        ("value-unreadable", "f.csv, row 2, column n"),
        ("value-unreadable", "f.csv, row 3, column n"),
        ("value-unreadable", "f.csv, row 4, column n"),
        ("value-unreadable", "f.csv, row 6, column n"),
        ("value-negative", "f.csv, row 5, column n"),
    ]
    assert findings[1].fact == "'12,000' is no figure"
    assert figures(cells("-5"), place=place, signed=True)[1] == []


def test_a_kind_of_finding_is_shown_twenty_times_and_then_counted():
    many = [Finding("value-unreadable", f"f.csv, row {n}", "no figure", "write one") for n in range(50)]
    shown = list(capped([*many, Finding("area-unknown", "f.csv", "?", "add it")]))
    assert len(shown) == 22
    assert shown[-1] == Finding("value-unreadable", "f.csv", "30 more of this kind", "write one")


def test_places_are_known_excluded_or_found_wanting():
    names = {"901": "", "OOO": "XXX"}
    assert [area_of(text, names=names) for text in ("4", "004", "4.0", "901", "OOO", " Viet Nam*")] == [
        "AFG", "AFG", "AFG", "", "XXX", "VNM",
    ]  # fmt: skip
    assert area_of("Atlantis", names=names) is None
    # A group that overlaps the regions has to be excluded by name.
    assert area_of("902", names=names) is None
    table = pl.DataFrame({"row": [2, 3, 4, 5, 6], "code": ["4", "999", "901", "999", None]})
    known, findings = place_areas(table, "code", into="AREA", names=names, place=place)
    assert known["AREA"].to_list() == ["AFG"]
    assert [(f.place, f.fact) for f in findings] == [
        ("f.csv, row 3, column code and 1 more row", "'999' is no known area"),
        ("f.csv, row 6, column code", "'' is no known area"),
    ]


def test_an_unknown_place_is_answered_with_the_nearest_known_one():
    table = pl.DataFrame({"row": [2, 3], "code": ["Frence", None], "code name": ["France", "Spain*"]})
    _, findings = place_areas(table, "code", into="AREA", names={}, place=place)
    assert [(f.fact, f.mend.split(";")[0]) for f in findings] == [
        ("'Frence' is no known area", "correct the spelling (did you mean FRA France?)"),
        ("no code for 'Spain*'", "write its code (ESP Spain)"),
    ]
    assert "corridors/collect/sources" in findings[0].mend
    assert nearest("zzz") == nearest("") == ""


def test_labels_are_folded_to_one_line():
    assert fold_label(" Sort\norder ") == "sort order"
    assert fold_label(None) == ""
