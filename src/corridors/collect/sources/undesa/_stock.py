"""What all layouts of the migrant stock share: product names, data types, the finished table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.collect.cards import card
from corridors.collect.definitions import stock_definitions
from corridors.collect.spellings import kind_of, names_of, without_repeated_regions
from corridors.concepts.ages import TOTAL
from corridors.concepts.codelists import codelist
from corridors.concepts.periods import MID_YEAR

if TYPE_CHECKING:
    import polars as pl

#: Revision by the last date that its files hold.
REVISIONS = {"2015": "2015", "2019": "2019", "2020": "2020", "2024": "2024"}
NAMES = names_of("undesa")
STOCK_KEY = ["ORIGIN", "DESTINATION", "SEX", "AGE", "TIME_PERIOD"]


def source_of(revision: str) -> str:
    """What SOURCE calls a revision."""
    return f"undesa-ims{revision}"


def published_totals(revision: str) -> dict[str, float]:
    """Migrants of the world, both sexes, by date as a revision published them; nothing when the card has none of it."""
    return card("undesa").world_totals(revision, "STOCK")


def basis_of(letters: str | None) -> str | None:
    """Letters of a data type in the order of the code list BASIS; None for aggregates, which have none.

    A mark other than the four letters stays, so that validation can see it.
    """
    found = {letter for letter in letters or "" if letter.isalpha()}
    known = [letter for letter in codelist("BASIS") if letter in found]
    return "".join([*known, *sorted(found - set(known))]) or None


def finish_stock(table: pl.DataFrame, *, revision: str) -> pl.DataFrame:
    """STOCK from rows with ORIGIN, DESTINATION, SEX, YEAR, TYPE (data type as written), OBS_VALUE and OBS_STATUS.

    AGE and NOTE are kept where the table has them. Notes of regions, which only say what they consist of, are not.
    """
    import polars as pl

    types = {text: basis_of(text) for text in table.get_column("TYPE").drop_nulls().unique()}
    basis = pl.col("TYPE").replace_strict(types, default=None, return_dtype=pl.String)
    imputed = (pl.col("OBS_STATUS") == "A") & pl.col("BASIS").str.contains("I").fill_null(value=False)
    if "AGE" not in table.columns:
        table = table.with_columns(AGE=pl.lit(TOTAL))
    kept = ["BASIS"]
    if "NOTE" in table.columns and table.get_column("NOTE").null_count() < table.height:
        kept.append("NOTE")
        table = table.with_columns(NOTE=pl.when(kind_of("DESTINATION").is_in(["country", "former"])).then("NOTE"))
    finished = (
        table.with_columns(
            TIME_PERIOD=pl.format("{}-" + MID_YEAR, "YEAR"),
            SOURCE=pl.lit(source_of(revision)),
            UNIT_MEASURE=pl.lit("PS"),
            BASIS=basis,
        )
        .with_columns(OBS_STATUS=pl.when(imputed).then(pl.lit("I")).otherwise("OBS_STATUS"))
        .select(*STOCK_KEY, "SOURCE", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS", *kept)
    )
    # Regions have no letters: their countries count by birth or by citizenship.
    defined = stock_definitions(finished, otherwise="MIXED")
    return without_repeated_regions(defined, ["ORIGIN", "DESTINATION"])
