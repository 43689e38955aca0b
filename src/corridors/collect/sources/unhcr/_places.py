"""UNHCR's places: its own country codes, ISO codes or names into areas, and origins that are no country kept apart."""

from __future__ import annotations

import polars as pl

from corridors.collect.sources.unhcr._opening import Opened
from corridors.collect.spellings import area_of, names_of, place_areas
from corridors.concepts.findings import Finding
from corridors.concepts.matching import fold

NAMES = names_of("unhcr")
#: Marks UNHCR's own codes, which differ from ISO 3166 for 96 countries: its ARE is Egypt, its AUS Austria.
OWN = "UNHCR:"
#: Origins that no area code tells apart, by code or folded name; they stand in CATEGORY.
APART = {
    **dict.fromkeys(("STA", "XXA", "stateless"), "Stateless"),
    **dict.fromkeys(("TIB", "tibetan", "tibetans"), "Tibetan"),
}
#: The API's mark where it added up all places of one side.
_ALL = "-"


def place_pair(opened: Opened) -> tuple[pl.DataFrame, list[Finding]]:
    """The table with ORIGIN, DESTINATION, APART (an origin kept apart, or null) and NOTE."""
    table, findings = opened.table, _contradictions(opened)
    noted: list[pl.Expr] = []
    for side, into in (("coo", "ORIGIN"), ("coa", "DESTINATION")):
        column = next(name for name in (f"{side}_iso", side, f"{side}_name") if name in opened.labels)
        word = pl.col(column).fill_null("")
        if column == side:
            word = pl.when(word == "").then(word).otherwise(pl.lit(OWN) + word)
        whole = pl.col(column).is_in([_ALL]).fill_null(value=False)
        words = table.with_columns(WORD=pl.when(whole).then(pl.lit(f"{OWN}ALL")).otherwise(word))
        if side == "coo":
            words = words.with_columns(APART=_apart(words))
        table, unknown = place_areas(
            words, "WORD", into=into, names=NAMES, place=opened.place, label=opened.labels[column]
        )
        findings += unknown
        if f"{side}_name" in opened.labels:
            name = pl.col(f"{side}_name")
            noted.append(pl.when(name.str.contains(r"^Serbia\b.*Kosovo")).then(name))
    note = pl.coalesce(noted) if noted else pl.lit(None, dtype=pl.String)
    return table.with_columns(NOTE=note).drop("WORD"), findings


def _apart(words: pl.DataFrame) -> pl.Expr:
    texts = words.get_column("WORD").unique().to_list()
    found = {text: APART.get(text.removeprefix(OWN), APART.get(fold(text))) for text in texts}
    return pl.col("WORD").replace_strict(found, default=None, return_dtype=pl.String)


def _contradictions(opened: Opened) -> list[Finding]:
    """Rows whose two codes name two places, as they do when ISO codes were written over UNHCR's own."""
    sides = [side for side in ("coo", "coa") if {side, f"{side}_iso"} <= set(opened.labels)]
    # A file that has ISO codes in all its columns of codes contradicts nothing.
    if not sides or opened.table.filter(pl.any_horizontal(pl.col(s) != pl.col(f"{s}_iso") for s in sides)).is_empty():
        return []
    findings = []
    for side in sides:
        pairs = opened.table.group_by(side, f"{side}_iso").agg(pl.col("row").min()).drop_nulls().sort("row")
        for own, code, row in pairs.iter_rows():
            meant, named = area_of(OWN + own, names=NAMES), area_of(code, names=NAMES)
            if meant and named and meant != named:
                fact = f"{own!r} is UNHCR's code of {meant}, but {code!r} stands beside it"
                mend = "keep UNHCR's own codes and the ISO codes in their own columns"
                findings.append(Finding("area-contradictory", opened.place(row, side), fact, mend))
    return findings
