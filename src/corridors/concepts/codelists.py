"""Code lists: each a CSV file in `codelists/` with the columns `code,name,description`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

CodeListName = Literal[
    "SEX", "OBS_STATUS", "UNIT_MEASURE", "MEASURE", "METHOD", "BASIS", "CRITERION", "COVERAGE", "FINDING"
]


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list."""

    code: str
    name: str
    description: str


@cache
def codelist(name: CodeListName) -> Mapping[str, Code]:
    """The entries of one code list by code, in the file's order.

    Raises
    ------
    ValueError
        No code list has this name.

    Examples
    --------
    >>> codelist("SEX")["F"].name
    'Female'
    """
    if name not in get_args(CodeListName):
        raise ValueError(f"no code list {name!r}; there are {', '.join(get_args(CodeListName))}")
    text = files("corridors.concepts").joinpath("codelists", f"{name}.csv").read_text(encoding="utf-8")
    entries = (Code(**row) for row in csv.DictReader(text.splitlines()))
    return MappingProxyType({entry.code: entry for entry in entries})
