"""A table and a mapping to fill in: how an office's own figures enter, whatever their dataflow."""

from __future__ import annotations

import csv
import io
from typing import get_args

from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import Column, Dataflow, DataflowName, dataflow

#: What the two example rows say, by kind of column and by column; a blank stands in a column that does not apply.
_BY_KIND = {"area": ("KEN", "UGA"), "age": ("_T", "_T"), "number": ("", ""), "text": ("", "")}
_BY_COLUMN = {
    "SEX": ("F", "M"),
    "DESTINATION": ("TZA", "TZA"),
    "RECEIVER": ("TZA", "TZA"),
    "REPORTER": ("TZA", "TZA"),
    "OBS_VALUE": ("1200", ""),
    "OBS_STATUS": ("A", "O"),
    "CATEGORY": ("_T", "_T"),
    "ROUTE": ("_T", "_T"),
    "INCIDENT": ("2024-001", "2024-002"),
}
_BY_FLOW: dict[str, dict[str, tuple[str, str]]] = {
    "VITAL": {"MEASURE": ("BIRTHS", "BIRTHS")},
    "DISPLACED": {"MEASURE": ("REFUGEES", "REFUGEES"), "TIME_PERIOD": ("2024-12-31", "2024-12-31")},
    "STOCK": {"TIME_PERIOD": ("2024-07-01", "2024-07-01"), "CRITERION": ("BIRTH", "BIRTH")},
    "POPULATION": {"TIME_PERIOD": ("2024-07-01", "2024-07-01")},
    "FLOW": {"TIME_PERIOD": ("2020-07-01/P4Y", "2020-07-01/P4Y")},
    "ENCOUNTER": {"MEASURE": ("ENCOUNTERS", "ENCOUNTERS")},
    "MISSING_MIGRANTS": {"MEASURE": ("DEAD", "DEAD"), "TIME_PERIOD": ("2024-03-15", "2024-03-16")},
    "TRAFFICKING": {"MEASURE": ("VICTIMS", "VICTIMS")},
    "REMITTANCE": {"MEASURE": ("REMITTANCE", "REMITTANCE")},
    "INDICATOR": {
        "MEASURE": ("UNEMPLOYMENT", "UNEMPLOYMENT"),
        "UNIT_MEASURE": ("PT", "PT"),
        "ORIGIN": ("", ""),
        "DESTINATION": ("", ""),
    },
    "PROJECTION": {
        "MEASURE": ("POPULATION", "POPULATION"),
        "UNIT_MEASURE": ("PS", "PS"),
        "TIME_PERIOD": ("2050-07-01", "2050-07-01"),
    },
    "VIEWS": {
        "ROUND": ("2024-1", "2024-1"),
        "RESPONDENT": ("KEN", "UGA"),
        "RESPONDENT_CLASS": ("member", "member"),
        "GROUPING": ("_T", "_T"),
        "QUESTION": ("stance", "stance"),
        "MEASURE": ("POSITION", "POSITION"),
        "CATEGORY": ("in_favour", "against"),
        "TIME_PERIOD": ("2024-06-30", "2024-06-30"),
    },
}


def template_files(name: DataflowName) -> dict[str, bytes]:
    """A table of two example rows and its mapping by their names, which `corridors collect tidy` reads as they are.

    Parameters
    ----------
    name
        The dataflow of the figures.

    Raises
    ------
    ValueError
        No dataflow has this name.

    Examples
    --------
    >>> print(template_files("POPULATION")["population.csv"].decode().splitlines()[1])
    KEN,F,_T,2024-07-01,PS,1200,A
    """
    flow = dataflow(name)
    stem = name.lower().replace("_", "-")
    return {f"{stem}.csv": _table(flow), f"{stem}.toml": _mapping(flow)}


def _columns(flow: Dataflow) -> list[Column]:
    return [column for column in flow.columns if column.name != "SOURCE"]


def _example(flow: Dataflow, column: Column) -> tuple[str, str]:
    """What the two example rows say in a column."""
    own = _BY_FLOW.get(flow.name, {})
    for table in (own, _BY_COLUMN):
        if column.name in table:
            return table[column.name]
    if column.name == "UNIT_MEASURE":
        return flow.unit, flow.unit
    if column.kind in get_args(CodeListName):
        first = next(iter(codelist(column.kind)))
        return first, first
    return _BY_KIND.get(column.kind, ("2024", "2024"))


def _table(flow: Dataflow) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(column.name for column in _columns(flow))
    writer.writerows(zip(*(_example(flow, column) for column in _columns(flow)), strict=True))
    return target.getvalue().encode()


def _mapping(flow: Dataflow) -> bytes:
    columns = "\n".join(f'{column.name} = "{column.name}"  # {column.text}' for column in _columns(flow))
    by_sex = any(column.name == "SEX" for column in flow.columns)
    words = "[values.SEX]" if by_sex else "# [values.MEASURE]"
    text = _MAPPING.format(flow=flow, columns=columns, words=words, example=_WORDS[by_sex])
    return text.encode()


_WORDS = {True: '# "women" = "F"\n# "men" = "M"', False: '# "births" = "BIRTHS"'}
_MAPPING = """# What the columns of the table mean. Text after # is only read by people.
# {flow.title}: {flow.text}

dataflow = "{flow.name}"
source = "my-office-2024"      # short name of the figures: small letters, digits, hyphens
publisher = "My office"
title = "My table"
licence = "CC BY 4.0"          # or what applies
citation = "My office (2024). My table."
revision = "2024"

# How the file is written, where it differs from these.
# separator = ";"
# decimal = ","
# thousands = " "
# encoding = "windows-1252"
# sheet = "Sheet1"
# multiply = 1000              # for figures in thousands

# Our column = the head of your column. Columns of yours that are not named here are not read.
[columns]
{columns}

# What is the same in every row needs no column: write it here and take its line out above.
[constants]
# UNIT_MEASURE = "{flow.unit}"

# Your words = our codes, column by column.
{words}
{example}

# Your marks in place of a figure = what they mean: O missing, L not collected, M cannot exist, Q withheld.
[statuses]
# ".." = "O"
# "*" = "Q"

# Your spellings of areas = their codes. A blank code leaves the rows out.
[areas]
# "Rest of the world" = "XXX"
# "Subtotal" = ""
"""
