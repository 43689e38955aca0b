"""Old workbooks whose chains of sectors never end: found before a reader follows them."""

import struct

import pytest

from corridors.collect.cells import open_workbook
from corridors.collect.compound import MAGIC, chains_fault
from corridors.concepts.findings import DataError

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(table, *, small=(), first_small=END, shift=9, further=END):
    """Header, the table of sectors in sector 0, and a table of small sectors in sector 1."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<H", header, 30, shift)
    struct.pack_into("<I", header, 60, first_small)
    struct.pack_into("<I", header, 68, further)
    struct.pack_into("<109I", header, 76, 0, *[FREE] * 108)
    sectors = [struct.pack("<128I", *entries, *[FREE] * (128 - len(entries))) for entries in (table, small)]
    return bytes(header) + b"".join(sectors)


def test_chains_that_end_are_no_fault():
    assert chains_fault(old_workbook([TABLE, END, 3, END], small=[1, END], first_small=1)) is None
    assert chains_fault(b"PK\x03\x04") is None


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (old_workbook([TABLE, END, 3, 2]), "chains of sectors run in circles"),
        (old_workbook([TABLE, END, 2]), "chains of sectors run in circles"),
        (old_workbook([TABLE, END], small=[1, 0], first_small=1), "chains of small sectors run in circles"),
        (old_workbook([TABLE, 1, END]), "chains of sectors run in circles"),
        (old_workbook([TABLE, END], shift=3), "sectors would be of 2 to the power of 3 bytes"),
        (old_workbook([TABLE, END])[:100], "its header ends early"),
    ],
)
def test_a_damaged_workbook_is_refused_before_it_is_opened(raw, fault):
    assert fault in chains_fault(raw)
    with pytest.raises(DataError, match="the workbook cannot be opened"):
        open_workbook(raw, file="f.xls")


def test_a_list_of_tables_that_points_at_itself_is_found():
    raw = bytearray(old_workbook([TABLE, END], further=1))
    struct.pack_into("<I", raw, 512 * 3 - 4, 1)
    assert "run in circles" in chains_fault(bytes(raw))


def test_the_sample_workbooks_have_no_fault(shared_data):
    old = [*(shared_data / "flows").glob("*.xls"), *(shared_data / "covariates").glob("*.xls")]
    assert len(old) == 3
    assert [path.name for path in old if chains_fault(path.read_bytes())] == []


class _Wide:
    """What a damaged old workbook looks like to its reader: thousands of columns that the format cannot have."""

    sheet_names = ("DATA",)
    width = 46_514

    def load_sheet(self, *_, **__):
        return self


def test_an_old_workbook_wider_than_its_format_is_refused_before_it_becomes_a_table(monkeypatch):
    monkeypatch.setattr("fastexcel.read_excel", lambda _: _Wide())
    with pytest.raises(DataError) as caught:
        open_workbook(old_workbook([TABLE, END]), file="f.xls")
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("sheet-too-large", "f.xls, sheet DATA")
    assert finding.fact == "46,514 columns, where a workbook of this kind has 256 at most"
