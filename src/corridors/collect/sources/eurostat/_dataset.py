"""Which dataset a file is: by the code it carries, else by published figures of corridors that both ends report."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

import polars as pl

from corridors.collect.sources.eurostat._cells import Cells, breakdown_of
from corridors.collect.sources.eurostat._codes import DATASETS, WANTED, Dataset
from corridors.concepts.findings import DataError, Finding

_SIDES = {"imm5prv": ("origin", "destination", "received"), "emi3nxt": ("destination", "origin", "sent")}
_TWINS = {"partner": ("imm5prv", "emi3nxt"), "citizen": ("imm1ctz", "emi1ctz"), "c_birth": ("imm3ctb", "emi4ctb")}


def dataset_of(cells: Cells) -> tuple[Dataset, str]:
    """The dataset and the words that prove it.

    Raises
    ------
    DataError
        It is another dataset of Eurostat, or two datasets of one structure fit and nothing tells them apart.
    """
    if cells.code:
        code = re.sub(r"^(?:ESTAT:)?MIGR_|\(.*\)$", "", cells.code.upper()).lower()
        if code not in DATASETS:
            fact = f"the dataset is {cells.code}"
            raise DataError([Finding("table-wrong", cells.file, fact, f"wanted is {WANTED}")])
        return DATASETS[code], f"the file names its dataset, {cells.code}"
    breakdown = breakdown_of(cells)
    columns = set(cells.table.columns)
    if breakdown is None or not {"geo", "age", "sex"} <= columns:
        dimensions = ", ".join(sorted(columns - {"row", "column", "TIME", "TEXT", "FLAG"}))
        fact = f"a table of Eurostat with the dimensions {dimensions}"
        raise DataError([Finding("table-wrong", cells.file, fact, f"wanted is {WANTED}")])
    if {"applicant", "asyl_app"} & columns:
        monthly = cells.table.get_column("TIME").str.contains(r"\d{4}[M-]\d\d").any()
        code = "asyappctzm" if monthly else "asyappctza"
        return DATASETS[code], "dimensions: applicant beside citizen, and its periods"
    if "agedef" not in columns and breakdown != "partner":
        code = {"c_birth": "pop3ctb", "citizen": "pop1ctz"}[breakdown]
        return DATASETS[code], f"dimensions: {breakdown} without agedef, which only the flows have"
    return _by_figures(cells, breakdown)


def _by_figures(cells: Cells, breakdown: str) -> tuple[Dataset, str]:
    """Immigration or emigration: of the two, the one whose published figures the file holds."""
    agreeing = {code: _agreeing(cells, code) for code in _SIDES} if breakdown == "partner" else {}
    fits = [code for code, words in agreeing.items() if words]
    if len(fits) == 1:
        return DATASETS[fits[0]], f"published figures: {'; '.join(agreeing[fits[0]][:3])}"
    twins = " or ".join(f"migr_{code}" for code in _TWINS[breakdown])
    fact = f"it is {twins}: both have these dimensions, and this format does not name its dataset"
    mend = "download it as SDMX-CSV or JSON-stat, which name the dataset"
    if breakdown == "partner":
        mend += "; or keep corridors of 2010 to 2014 that can be compared, such as Italy to Spain"
    raise DataError([Finding("table-ambiguous", cells.file, fact, mend)])


def _agreeing(cells: Cells, code: str) -> list[str]:
    partner, geo, value = _SIDES[code]
    totals = cells.table.filter(pl.col("age") == "TOTAL", pl.col("sex") == "T", pl.col("TEXT").is_not_null())
    wanted = pl.DataFrame(
        [{"partner": row[partner], "geo": row[geo], "TIME": row["year"], "KNOWN": row[value]} for row in known_flows()]
    )
    both = totals.with_columns(pl.col("TIME").str.strip_chars(), pl.col("TEXT").str.strip_chars()).join(
        wanted, on=["partner", "geo", "TIME"], how="inner"
    )
    same = both.filter(pl.col("TEXT").cast(pl.Float64, strict=False) == pl.col("KNOWN").cast(pl.Float64))
    return [
        f"{row['partner']} and {row['geo']} {row['TIME']}: {row['KNOWN']} {value}"
        for row in same.unique(["partner", "geo", "TIME"], maintain_order=True).iter_rows(named=True)
    ]


@cache
def known_flows() -> tuple[dict[str, str], ...]:
    """Corridors that both ends report, as published: what the destination received and what the origin sent."""
    text = files("corridors.collect.sources.eurostat").joinpath("known.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
