"""The tidy derivative of the bilateral tables: one row for each destination, year, origin and sex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.collect.cells import figures, repeated_rows
from corridors.collect.reading import Reading
from corridors.collect.sources.undesa._stock import NAMES, finish_stock, source_of
from corridors.collect.sources.undesa._totals import prove_revision
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("dest", "t", "orig", "sex", "n", "type_b", "type_c", "type_r", "type_i")
_SEXES = {"female": "F", "male": "M"}


def read_tidy(table: pl.DataFrame, *, file: str) -> Reading:
    """STOCK of a tidy file; the world totals that a revision published prove which one it is."""
    import polars as pl

    def place(row: int, column: str) -> str:
        """Where a cell stands."""
        return f"{file}, row {row}, column {column}"

    _require_columns(table, file)
    findings = _code_findings(table, file)
    for column, into in (("dest", "DESTINATION"), ("orig", "ORIGIN")):
        table, unknown = place_areas(table, column, into=into, names=NAMES, place=place)
        findings += unknown
    table, unreadable = figures(table.with_columns(column=pl.lit("n"), TEXT=pl.col("n")), place=place)
    findings += unreadable
    letters = pl.concat_str(
        pl.when(pl.col(f"type_{x}") == "1").then(pl.lit(x.upper())).otherwise(pl.lit("")) for x in "bcri"
    )
    table = table.with_columns(SEX=pl.col("sex").replace_strict(_SEXES, default=None), YEAR=pl.col("t"), TYPE=letters)
    key = ["DESTINATION", "ORIGIN", "YEAR", "SEX"]
    findings += repeated_rows(table.drop_nulls(key), key, place=lambda numbers: f"{file}, rows {numbers}")
    raise_if_any(findings)
    by_sex = table.select("row", "DESTINATION", "ORIGIN", "SEX", "YEAR", "TYPE", "OBS_VALUE", "OBS_STATUS")
    both = _both_sexes(by_sex, file)
    revision, proofs = prove_revision(both, file=file)
    stock = finish_stock(pl.concat([by_sex.drop("row"), both]), revision=revision)
    return Reading(
        product=f"{source_of(revision)}-bilateral",
        revision=revision,
        layout="tidy derivative by destination, year, origin and sex",
        tables={"STOCK": stock},
        evidence=proofs,
        cover=1.0,
    )


def _require_columns(table: pl.DataFrame, file: str) -> None:
    missing = [name for name in _COLUMNS if name not in table.columns]
    if len(missing) > len(_COLUMNS) // 2:
        seen = ", ".join(name for name in table.columns if name != "row")
        wanted = f"name a bilateral workbook of the migrant stock, or a CSV file with the columns {', '.join(_COLUMNS)}"
        raise DataError([Finding("table-wrong", file, f"a CSV file with the columns {seen}", wanted)])
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", "add it") for name in missing)


def _code_findings(table: pl.DataFrame, file: str) -> list[Finding]:
    import polars as pl

    allowed = {"sex": list(_SEXES), "t": [str(year) for year in range(1950, 2101)]}
    allowed |= {f"type_{letter}": ["0", "1"] for letter in "bcri"}
    findings = []
    for column, values in allowed.items():
        code = "period-unreadable" if column == "t" else "code-unknown"
        mend = "write a year" if column == "t" else f"write one of {', '.join(values)}"
        bad = table.filter(~pl.col(column).is_in(values).fill_null(value=False)).select("row", column)
        findings += [
            Finding(code, f"{file}, row {row}, column {column}", f"{value!r} is not allowed", mend)
            for row, value in bad.iter_rows()
        ]
    return findings


def _both_sexes(by_sex: pl.DataFrame, file: str) -> pl.DataFrame:
    """Women and men together; a figure for one sex alone is a finding, because the sum would pass for the whole."""
    import polars as pl

    key = ["DESTINATION", "ORIGIN", "YEAR"]
    sums = by_sex.group_by(key, maintain_order=True).agg(
        pl.col("SEX").n_unique().alias("sexes"),
        pl.col("row").min(),
        pl.col("TYPE").first(),
        pl.when(pl.col("OBS_VALUE").is_not_null().all()).then(pl.col("OBS_VALUE").sum()).alias("OBS_VALUE"),
        pl.when((pl.col("OBS_STATUS") == "O").any()).then(pl.lit("O")).otherwise(pl.lit("A")).alias("OBS_STATUS"),
    )
    raise_if_any(
        Finding("sex-missing", f"{file}, row {row}", "a figure for one sex only", "add the row of the other sex")
        for row in sums.filter(pl.col("sexes") != 2).get_column("row")
    )
    return sums.with_columns(SEX=pl.lit("_T")).select(by_sex.drop("row").columns)
