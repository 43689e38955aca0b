"""Workbooks that would end the process that opens them are opened in another one first."""

import io
import struct
import zipfile

import pytest
from tests.collect.damage import members, packed
from tests.collect.old_workbook import SECTOR, wrapped

from corridors.collect import cells, rehearsal
from corridors.collect.cells import open_workbook
from corridors.collect.rehearsal import are_plain, opening_fault
from corridors.concepts.findings import DataError

ROWS = [["Area", "n"], ["Peru", 5], ["Chad", 6]]
SHEET = "xl/worksheets/sheet1.xml"


def with_row(raw, row):
    """A workbook with one row more, as it stands in the XML."""
    held = members(raw)
    return packed({**held, SHEET: held[SHEET].replace(b"</sheetData>", row + b"</sheetData>")})


def in_circles():
    """An old workbook whose list of files is a chain of sectors that runs into itself."""
    raw = bytearray(wrapped(b""))
    struct.pack_into("<I", raw, SECTOR + 4, 1)
    return bytes(raw)


def test_an_old_workbook_that_would_end_the_process_is_a_finding():
    with pytest.raises(DataError) as caught:
        open_workbook(in_circles(), file="f.xls")
    [finding] = caught.value.findings
    assert (finding.code, finding.place, finding.mend) == ("file-unreadable", "f.xls", "download the file again")
    assert finding.fact == (
        "the workbook cannot be opened: to open it takes more memory or time than any workbook of its size needs"
    )


def test_what_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(rehearsal, "PATIENCE", 0.0001)
    assert "more memory or time" in opening_fault(in_circles())


@pytest.mark.parametrize("raw", [b"", in_circles()[:100], wrapped(b"\xff" * 5_000)])
def test_what_is_no_workbook_says_so_in_one_line(raw):
    fault = opening_fault(raw)
    assert fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
        b'<row r="999999999"><c><v>1</v></c></row>',
        b'<row r="4"><c r="A4294967295"><v>1</v></c></row>',
        b'<row r="4"><c r="ZZZZZ4"><v>1</v></c></row>',
        b'<row r="4"><c t="n" r="XFDD1048576"><v>1</v></c></row>',
        b'<x:row r="999999999"><x:c><x:v>1</x:v></x:c></x:row>',
        b'<row\nr="999999999"><c\n><v>1</v></c></row>',
    ],
)
def test_a_cell_that_does_not_say_plainly_where_it_stands_never_ends_the_process(workbook, row):
    raw = with_row(workbook({"One": ROWS}), row)
    assert not are_plain(raw, [SHEET])
    with pytest.raises(DataError, match=r"cannot be opened|span"):
        open_workbook(raw, file="f.xlsx")


def test_a_workbook_as_programs_write_it_needs_no_rehearsal(workbook, monkeypatch):
    monkeypatch.setattr(cells, "opening_fault", lambda _: pytest.fail("rehearsed"))
    raw = with_row(workbook({"One": ROWS}), b'<row r="4"><c r="A4" t="b"><v>1</v></c></row>')
    [sheet] = open_workbook(raw, file="f.xlsx")
    assert sheet.cells.height == 4


def test_a_workbook_without_places_of_cells_is_read_after_its_rehearsal(workbook):
    raw = with_row(workbook({"One": ROWS}), b"<row><c><v>7</v></c><c><v>8</v></c></row>")
    [sheet] = open_workbook(raw, file="f.xlsx")
    assert sheet.cells.rows()[-1] == ("7", "8")


def test_the_old_sample_workbooks_are_opened(shared_data):
    old = [*(shared_data / "flows").glob("*.xls"), *(shared_data / "covariates").glob("*.xls")]
    assert len(old) == 3
    assert [path.name for path in old if opening_fault(path.read_bytes())] == []


def test_a_workbook_that_unpacks_to_more_than_it_says_is_never_unpacked(workbook):
    held, target = members(workbook({"One": ROWS})), io.BytesIO()
    big = b"<sst><si><t>" + bytes(300_000_000)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, raw in held.items():
            book.writestr(name, raw if name != "xl/sharedStrings.xml" else big)
    size = struct.pack("<I", len(big))
    raw = target.getvalue().replace(size, struct.pack("<I", 1_000))
    with pytest.raises(DataError) as caught:
        open_workbook(raw, file="bomb.xlsx")
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("archive-too-large", "bomb.xlsx")
    assert finding.fact == "its member xl/sharedStrings.xml unpacks to more than the archive says"


class _Wide:
    """What a damaged old workbook looks like to its reader: thousands of columns that the format cannot have."""

    sheet_names = ("DATA",)
    width = 46_514

    def load_sheet(self, *_, **__):
        return self


def test_an_old_workbook_wider_than_its_format_is_refused_before_it_becomes_a_table(monkeypatch):
    monkeypatch.setattr("fastexcel.read_excel", lambda _: _Wide())
    monkeypatch.setattr(cells, "opening_fault", lambda _: None)
    with pytest.raises(DataError) as caught:
        open_workbook(wrapped(b""), file="f.xls")
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("sheet-too-large", "f.xls, sheet DATA")
    assert finding.fact == "46,514 columns, where a workbook of this kind has 256 at most"
