"""Reading the long bilateral workbook in one run: ours to the tidy table with all checks; openpyxl to the same table by plain
Python; openpyxl, pandas and fastexcel to the bare cells alone."""

import io
import time

import fastexcel
import openpyxl
import pandas as pd
import xlsxwriter
from tests.reference.slow_workbook import KEY, slow_stock

from corridors.collect.catalogue import read
from corridors.collect.cells import open_workbook
from corridors.concepts.areas import known_areas

YEARS = (1990, 1995, 2000, 2005, 2010, 2015, 2020)
ORIGINS = 60
#: Seconds above which a reader has two turns only.
_LONG = 0.7


def workbook():
    """A workbook in the layout of the 2020 revision with made-up figures: every country by sixty origins."""
    areas = [one for one in known_areas().values() if one.kind == "country" and one.m49]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "constant_memory": False}) as book:
        sheet = book.add_worksheet("Table 1")
        sheet.write(0, 0, "International Migrant Stock 2020")
        sheet.write(
            1,
            0,
            "Table 1: International migrant stock at mid-year by sex and by region, country or area of destination and origin",
        )
        for place, words in enumerate(("both sexes combined", "males", "females")):
            sheet.write(2, 7 + 7 * place, f"International migrant stock at mid-year, {words}")
        head = ["Index", "Region, development group, country or area of destination", "Notes of destination"]
        head += ["Location code of destination", "Type of data of destination"]
        head += ["Region, development group, country or area of origin", "Location code of origin", *YEARS * 3]
        sheet.write_row(4, 0, head)
        row = 5
        for number, to in enumerate(areas):
            for one in areas[number % 7 :: max(1, len(areas) // ORIGINS)]:
                if one.code != to.code:
                    women, men = 3 + number % 5, 4 + number % 3
                    figures = [(women + men) * k for k in range(10, 17)]
                    figures += [men * k for k in range(10, 17)] + [women * k for k in range(10, 17)]
                    sheet.write_row(row, 0, [row, to.name, "", int(to.m49), "B", one.name, int(one.m49), *figures])
                    row += 1
    return target.getvalue()


def by_openpyxl(raw):
    """Rows of destination, origin, sex, year and figure, by the library's fastest mode."""
    sheet = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)["Table 1"]
    rows = list(sheet.iter_rows(values_only=True))
    head = rows[4]
    return [
        (row[3], row[6], ["_T", "M", "F"][(column - 7) // 7], head[column], row[column])
        for row in rows[5:]
        for column in range(7, 28)
    ]


def by_pandas(raw):
    """The same rows by pandas, which reads workbooks through openpyxl."""
    table = pd.read_excel(io.BytesIO(raw), header=4)
    keys = [table.columns[3], table.columns[6]]
    return table.melt(id_vars=keys, value_vars=list(table.columns[7:28]))


def by_fastexcel(raw):
    """The cells as text, neither checked nor placed."""
    return fastexcel.read_excel(raw).load_sheet("Table 1", header_row=None, skip_rows=0, dtypes="string").to_polars()


def rows():
    """Yield what was measured, the figure and its unit."""
    raw = workbook()
    readers = {
        "ours": lambda: read("undesa", raw, file="made-up.xlsx").tables["STOCK"],
        "cells": lambda: open_workbook(raw, file="made-up.xlsx"),
        "slow": lambda: slow_stock(raw),
        "openpyxl": lambda: by_openpyxl(raw),
        "pandas": lambda: by_pandas(raw),
        "fastexcel": lambda: by_fastexcel(raw),
    }
    seconds, found = dict.fromkeys(readers, float("inf")), {}
    # Time of the processor, all threads together, so that what else the machine does counts less; in turn, the best of each.
    for turn in range(4):
        for name, reader in readers.items():
            if turn > 1 and seconds[name] > _LONG:
                continue
            begun = time.process_time()
            found[name] = reader()
            seconds[name] = min(seconds[name], time.process_time() - begun)
    ours, slow = found["ours"], found["slow"]
    assert ours.select(slow.columns).sort(KEY).equals(slow.sort(KEY))
    assert len(found["openpyxl"]) == len(found["pandas"]) == ours.height
    yield f"bilateral workbook, {ours.height:,} observations, all checks", seconds["ours"], "s CPU"
    yield "    openpyxl to the same table, no checks / ours", seconds["slow"] / seconds["ours"], "x"
    yield "    openpyxl, bare rows alone / ours", seconds["openpyxl"] / seconds["ours"], "x"
    yield "    pandas.read_excel, bare rows alone / ours", seconds["pandas"] / seconds["ours"], "x"
    yield "    fastexcel, bare cells alone / our cells, checked", seconds["fastexcel"] / seconds["cells"], "x"
