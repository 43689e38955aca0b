"""A source's own names and codes of places into area codes, with nothing lost unnamed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.collect.cells import Place
from corridors.concepts.areas import area_from_m49, known_areas
from corridors.concepts.findings import Finding
from corridors.concepts.matching import fold, match_area

if TYPE_CHECKING:
    import polars as pl

#: What a source's `names.csv` says of a place that is none of ours: it stands for no area and its rows are left out.
EXCLUDED = ""
_MEND = "add it to the source's names.csv, or list it there as excluded"


@cache
def names_of(source: str) -> Mapping[str, str]:
    """Rows of a source's `names.csv`: area code by the spelling or code that the source writes.

    A blank code means that the source's place is left out; the column `note` says why.

    Examples
    --------
    >>> names_of("undesa")["XCX"]
    'CHI'
    """
    text = files("corridors.collect.sources").joinpath(source, "names.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({_key(row["spelling"]): row["code"] for row in rows})


def _key(text: str) -> str:
    return str(int(text)) if text.isdigit() else text if text.isupper() else fold(text)


def area_of(text: str, *, names: Mapping[str, str]) -> str | None:
    """Area code of a place as a source writes it, `EXCLUDED`, or None when nothing knows it.

    Parameters
    ----------
    text
        United Nations location code, area code or name.
    names
        The source's own map, see `names_of`; it outranks the vocabulary.

    Examples
    --------
    >>> area_of("  Viet Nam*", names={}), area_of("900", names={}), area_of("901", names={"901": ""})
    ('VNM', 'W001', '')
    """
    stripped = text.strip()
    plain = stripped.removesuffix(".0") if stripped.removesuffix(".0").isdigit() else stripped
    key = _key(plain)
    if key in names:
        return names[key]
    code = area_from_m49(plain) if plain.isdigit() else match_area(plain)
    # A group overlaps the regions: a source has to say by name that it leaves it out.
    return None if code is None or known_areas()[code].kind == "group" else code


def place_areas(
    table: pl.DataFrame, column: str, *, into: str, names: Mapping[str, str], place: Place, label: str | None = None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Give every row its area code; rows of excluded places are dropped, unknown places are findings.

    Parameters
    ----------
    table
        Table with the columns `row` and `column`.
    column
        Column that holds the source's words.
    into
        Column to add.
    names
        The source's own map.
    place
        Names a cell.
    label
        What the file calls the column, when the table calls it otherwise.
    """
    import polars as pl

    firsts = table.group_by(pl.col(column).fill_null("")).agg(pl.col("row").min(), pl.len().alias("rows")).sort("row")
    codes: dict[str, str] = {}
    findings: list[Finding] = []
    for text, row, rows in firsts.select(column, "row", "rows").iter_rows():
        code = area_of(text, names=names) if text.strip() else None
        if code is None:
            more = f" and {rows - 1} more row{'s' if rows > 2 else ''}" if rows > 1 else ""
            findings.append(
                Finding("area-unknown", f"{place(row, label or column)}{more}", f"{text!r} is no known area", _MEND)
            )
        else:
            codes[text] = code
    known = table.with_columns(
        pl.col(column).fill_null("").replace_strict(codes, default=EXCLUDED, return_dtype=pl.String).alias(into)
    )
    return known.filter(pl.col(into) != EXCLUDED), findings


def kind_of(column: str) -> pl.Expr:
    """Kind of the areas of a column, for example `country` or `region`."""
    import polars as pl

    kinds = {code: area.kind for code, area in known_areas().items()}
    return pl.col(column).replace_strict(kinds, default=None, return_dtype=pl.String)


def without_repeated_regions(table: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Regions that a publisher lists twice (once as a part of the world, once as a part of a continent) fall together.

    Only equal rows do; rows that differ stay and their key is then found to be duplicated.
    """
    import polars as pl

    region = pl.any_horizontal(kind_of(column).is_in(["region", "world"]) for column in key)
    listed = table.filter(region).unique(maintain_order=True)
    return pl.concat([listed, table.filter(~region)])
