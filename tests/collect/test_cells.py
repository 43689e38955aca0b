"""Archives, sheets, headers, cells and totals, whatever the source."""

import gzip
import io
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.collect.cells import Label, capped, figures, find_header, fold_label, open_csv, open_workbook
from corridors.collect.plausible import stock_findings
from corridors.collect.spellings import area_of, place_areas
from corridors.collect.unpacking import unpack
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


def test_what_is_neither_workbook_nor_csv_is_a_finding():
    for raw, fact in (
        (b"\xff\xfe\x00\x01", "neither a workbook nor a CSV file"),
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


def stock(**totals: float) -> pl.DataFrame:
    return pl.DataFrame(
        [("MEX", "USA", "_T", f"{year[1:]}-07-01", value) for year, value in totals.items()],
        schema=["ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "OBS_VALUE"],
        orient="row",
    )


def test_years_in_reverse_are_found_implausible():
    assert stock_findings(stock(y1990=100, y2000=120, y2010=150), place="f") == []
    [finding] = stock_findings(stock(y1990=150, y2000=90, y2010=80), place="f")
    assert finding.code == "total-implausible"
    assert finding.fact == "the total falls from 150 at 1990-07-01 to 90 at 2000-07-01"
    assert finding.mend == "check that the years stand over their own columns"


@given(first=st.floats(1, 1e9), share=st.floats(0, 2))
def test_only_a_fall_by_a_third_or_more_is_implausible(first, share):
    found = stock_findings(stock(y1990=first, y2000=first * share), place="f")
    if share < 0.66:
        assert found
    if share > 0.67:
        assert not found


def test_labels_are_folded_to_one_line():
    assert fold_label(" Sort\norder ") == "sort order"
    assert fold_label(None) == ""
