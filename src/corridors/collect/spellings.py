"""A source's own names and codes of places into area codes, with nothing lost unnamed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.collect.cells import SHOWN, Place
from corridors.concepts.areas import area_from_m49, known_areas
from corridors.concepts.findings import Finding
from corridors.concepts.matching import fold, match_area

if TYPE_CHECKING:
    import polars as pl

#: What a source's `names.csv` says of a place that is none of ours: it stands for no area and its rows are left out.
EXCLUDED = ""
_MEND = (
    "correct the spelling{nearest}; if the source means another place, add it to names.csv of the source's folder in "
    "corridors/collect/sources, or list it there as excluded"
)


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
    return by_key({row["spelling"]: row["code"] for row in rows})


def by_key(names: Mapping[str, str]) -> Mapping[str, str]:
    """Area codes by the form in which spellings are looked up, see `area_of`.

    Examples
    --------
    >>> by_key({"The  Sea*": "", "UK": "GBR", "004": "AFG"})
    mappingproxy({'sea': '', 'UK': 'GBR', '4': 'AFG'})
    """
    return MappingProxyType({_key(spelling): code for spelling, code in names.items()})


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
    # A group overlaps the regions: a source has to say by name that it leaves it out, or write our own code for it.
    return None if code is None or (known_areas()[code].kind == "group" and plain != code) else code


def place_areas(
    table: pl.DataFrame, column: str, *, into: str, names: Mapping[str, str], place: Place, label: str | None = None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Give every row its area code; rows of excluded places are dropped, unknown places are findings.

    Where the table has the column `<column> name`, with what the file calls the place, a row without a code is named by it,
    and a code of one country beside the name of another is a finding.

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

    called = f"{column} name"
    name = pl.col(called).drop_nulls().first() if called in table.columns else pl.lit(None, dtype=pl.String)
    firsts = (
        table.group_by(pl.col(column).fill_null(""))
        .agg(pl.col("row").min(), pl.len().alias("rows"), name.alias("name"))
        .sort("row")
    )
    codes: dict[str, str] = {}
    findings: list[Finding] = []
    for text, row, rows, written in firsts.select(column, "row", "rows", "name").iter_rows():
        code = area_of(text, names=names) if text.strip() else None
        if code is None:
            more = f" and {rows - 1} more row{'s' if rows > 2 else ''}" if rows > 1 else ""
            fact = f"no code for {written.strip()!r}" if written and not text.strip() else f"{text!r} is no known area"
            near = nearest(written or text) if len(findings) < SHOWN else ""
            mend = _MEND.format(nearest=f" (did you mean {near}?)" if near else "")
            if near and not text.strip():
                mend = f"write its code ({near})"
            findings.append(Finding("area-unknown", f"{place(row, label or column)}{more}", fact, mend))
        else:
            codes[text] = code
    if called in table.columns:
        findings += _contradicted(table, column, codes, lambda row: place(row, label or column))
    known = table.with_columns(
        pl.col(column).fill_null("").replace_strict(codes, default=EXCLUDED, return_dtype=pl.String).alias(into)
    )
    return known.filter(pl.col(into) != EXCLUDED), findings


def nearest(text: str) -> str:
    """Code and name of the area whose name is most like a text, or of those whose code is; nothing when none is.

    Examples
    --------
    >>> nearest("Frence"), nearest("FRX"), nearest("Freedonia")
    ('FRA France', 'FRA France or FRO Faroe Islands', '')
    """
    known = known_areas()
    wanted = text.strip()
    if len(wanted) == 3 and wanted.isalpha():
        wanted = wanted.upper()
        countries = sorted(code for code, area in known.items() if area.kind == "country")
        turned = [code for code in countries if sorted(code) == sorted(wanted)]
        found = turned or [code for code in countries if code[:2] == wanted[:2]]
    else:
        names = {fold(area.name): code for code, area in known.items() if area.kind in ("country", "region")}
        found = [names[name] for name in get_close_matches(fold(wanted), names, n=1, cutoff=0.75)]
    return " or ".join(f"{code} {known[code].name}" for code in found[:3])


def _contradicted(
    table: pl.DataFrame, column: str, codes: Mapping[str, str], place: Callable[[int], str]
) -> list[Finding]:
    """Codes of one country beside the name of another."""
    import polars as pl

    pairs = table.group_by(column, f"{column} name", maintain_order=True).agg(pl.col("row").min())
    findings = []
    for text, written, row in pairs.iter_rows():
        code, named = codes.get(text or ""), match_area(written or "")
        kinds = {known_areas()[one].kind for one in (code, named) if one}
        if code and named and code != named and kinds == {"country"}:
            fact = f"the code {text.strip()} is {code} {known_areas()[code].name}, but the name is {written.strip()!r}"
            mend = "correct the code or the name"
            findings.append(Finding("area-contradictory", place(row), fact, mend))
    return findings


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
