"""Every spelling of a place in the sample files becomes its code or nothing: never another place's code."""

import csv
import gzip
import io

import fastexcel
import pytest

from corridors.concepts.areas import area_from_m49, known_areas
from corridors.concepts.matching import match_area

#: Files that hold a place's spelling beside its ISO or United Nations code: path, column of names, column of codes.
PAIRED = (
    ("wpp/wpp2022_annual_1985_2021.csv.gz", "country", "country_code"),
    ("wpp/wpp2024_annual_1985_2023.csv.gz", "country", "country_code"),
    ("covariates/API_SI.POV.NAHC_DS2_en_csv_v2_2917413.csv", "Country Name", "Country Code"),
    ("embedded/areas.csv", "name", "code"),
    ("embedded/highlights.csv", "origin", "origin_code"),
    ("embedded/highlights.csv", "destination", "destination_code"),
    ("flows/OECD_DSD_MIG_sdmx_csv_2025_extract.csv", "Reference area", "REF_AREA"),
    ("flows/OECD_DSD_MIG_sdmx_csv_2025_extract.csv", "Citizenship", "CITIZENSHIP"),
)
#: Spellings that are ambiguous on purpose: they match nothing, and a source that uses one says so in its names.csv.
AMBIGUOUS = {"Korea"}
#: The World Bank keeps the old code of Yugoslavia for what was Serbia and Montenegro.
RELABELLED = {("YUG", "SCG")}


def rows(path):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def country_of(text):
    """The country a publisher's code stands for, or None where it stands for an aggregate."""
    code = text if text in known_areas() else {"XCX": "CHI"}.get(text) or area_from_m49(text)
    return code if code and known_areas()[code].kind in ("country", "former") else None


def is_guess(text, code):
    """Whether a spelling was matched to another place than its code stands for."""
    found = match_area(text)
    if found is None or (code, found) in RELABELLED:
        return False
    wanted = country_of(code)
    return found != wanted if wanted else known_areas()[found].kind in ("country", "former")


@pytest.mark.parametrize(("name", "names", "codes"), PAIRED)
def test_a_spelling_beside_a_code_matches_that_code_or_nothing(name, names, codes, shared_data):
    pairs = {(row[names].strip(), row[codes].strip()) for row in rows(shared_data / name) if row[names]}
    assert [pair for pair in pairs if is_guess(*pair)] == []
    missed = {text for text, code in pairs if country_of(code) and match_area(text) is None}
    assert missed <= AMBIGUOUS
    assert pairs


def test_the_names_of_the_reference_list_match_their_codes(shared_data):
    table = rows(shared_data / "reference" / "iom_countrynames_257.csv.gz")
    iso = next(column for column in table[0] if column.lower() in ("iso3", "iso3c", "iso_3", "iso"))
    named = [column for column in table[0] if "name" in column.lower()]
    assert named
    assert [row[column] for row in table for column in named if row[column] and is_guess(row[column], row[iso])] == []


def test_names_in_workbooks_match_or_are_none_of_ours(shared_data):
    book = fastexcel.read_excel(shared_data / "covariates" / "OGHIST_2025_10_07.xlsx")
    pairs = [
        (str(row[1] or "").strip(), str(row[0] or "").strip())
        for number in range(len(book.sheet_names))
        for row in book.load_sheet(number, header_row=None, dtypes="string").to_polars().iter_rows()
    ]
    coded = [(name, code) for name, code in pairs if country_of(code) and name]
    assert len(coded) > 200
    assert [pair for pair in coded if is_guess(*pair)] == []
    assert {name for name, _ in coded if match_area(name) is None} <= AMBIGUOUS
