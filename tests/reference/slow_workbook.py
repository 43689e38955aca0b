"""The long bilateral workbook read the slow, obvious way: openpyxl, then one cell after the other in plain Python."""

import io

import openpyxl
import polars as pl

from corridors.collect.spellings import area_of, names_of
from corridors.concepts.areas import UNKNOWN_ORIGIN

SEXES = (("female", "F"), ("male", "M"), ("both", "_T"))
KEY = ["ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD"]


def heads(rows):
    """Row of the header, columns of the two codes and of the type of data, sex and year of each column of figures."""
    at = next(number for number, row in enumerate(rows) if "Location code of origin" in row)
    to, origin = rows[at].index("Location code of destination"), rows[at].index("Location code of origin")
    kind = rows[at].index("Type of data of destination")
    figures, caption = {}, ""
    above = next(row for row in reversed(rows[:at]) if any(row[origin + 1 :]))
    for column in range(origin + 1, len(rows[at])):
        caption = above[column] or caption
        figures[column] = (next(sex for word, sex in SEXES if word in caption), int(rows[at][column]))
    return at, to, origin, kind, figures


def slow_stock(raw, *, sheet="Table 1"):
    """Rows of STOCK: areas placed, marks told apart, rows of unknown origin added up, regions listed twice counted once."""
    names = names_of("undesa")
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    rows = [tuple(row) for row in book[sheet].iter_rows(values_only=True)]
    # Rows end with their last cell.
    width = max(map(len, rows))
    rows = [row + (None,) * (width - len(row)) for row in rows]
    at, to, origin, kind, columns = heads(rows)
    found = {}
    for row in rows[at + 1 :]:
        if row[to] is None:
            continue
        pair = area_of(str(row[origin]), names=names), area_of(str(row[to]), names=names)
        if "" in pair:
            continue
        for column, (sex, year) in columns.items():
            cell = row[column]
            value = None if cell in (None, "..", "...") else 0.0 if cell == "—" else float(cell)
            status = "O" if value is None else "I" if "I" in (row[kind] or "") else "A"
            key = (*pair, sex, f"{year}-07-01")
            if key in found and pair[0] == UNKNOWN_ORIGIN and None not in (value, found[key][0]):
                value += found[key][0]
            found[key] = value, status
    table = [(*key, value, status) for key, (value, status) in found.items()]
    return pl.DataFrame(table, schema=[*KEY, "OBS_VALUE", "OBS_STATUS"], orient="row", infer_schema_length=None)
