"""Scores of undercount and duties to register, one row a country."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import alpha2_names, cells_outside, one_row_each, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.spellings import place_areas
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding, raise_if_any

#: Numbers that stand for the experts' classes; the source gives them no scale.
CLASSES = {"low": "1", "medium": "2", "high": "3"}
#: `Unknown` says that the answer was not had; a blank that nobody was asked.
ANSWERS = {"Yes": "1", "No": "0", "Unknown": None}
#: Years that the projects' experts spoke of; the duties are as compiled for the release of 2023.
_IMEM, _QUANTMIG, _COMPILED = "2002-01-01/P7Y", "2009-01-01/P11Y", "2023"
_DUTIES = {
    "obligation": "DEREGISTRATION_DUTY",
    "obl. 3rdcn": "DEREGISTRATION_DUTY_FOREIGN",
    "monit. 3rdcn": "DEPARTURES_MONITORED",
    "SO corr.": "REGISTER_CORRECTED",
}
_WANTED = "a table of undercount or of duties to register, one row a country"


def imem(table: pl.DataFrame, file: str) -> Reading:
    """Classes of undercount by direction, for the years from 2002 to 2008."""
    columns = ["Undercount.imm.IMEM", "Undercount.emi.IMEM"]
    cells, findings = _coded(table, "Country", columns, CLASSES, file=file)
    raise_if_any(findings)
    arrivals = pl.col("column") == columns[0]
    named = cells.with_columns(
        ORIGIN=pl.when(arrivals).then(pl.lit(WORLD)).otherwise("AREA"),
        DESTINATION=pl.when(arrivals).then("AREA").otherwise(pl.lit(WORLD)),
        MEASURE=pl.lit("UNDERCOUNT"),
        NOTE="TEXT",
    )
    indicator = _indicator(named, period=_IMEM, unit="CODE", source="migmeta-2023-imem")
    return _reading("undercount-imem", ["Country", *columns], indicator)


def quantmig(table: pl.DataFrame, file: str) -> Reading:
    """Scores of undercount of both directions together, for the years from 2009 to 2019."""
    require_columns(table, ["Country", "score", "class"], file=file, wanted=_WANTED)
    placed, findings = _placed(table, "Country", file)
    cells, unreadable = figures(placed.with_columns(column=pl.lit("score"), TEXT="score"), place=place_in(file))
    cells, torn = one_row_each(cells, ["AREA"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unreadable, *torn])
    named = cells.with_columns(
        MEASURE=pl.lit("UNDERCOUNT"), NOTE=pl.col("class").str.to_lowercase(), **_neither_direction()
    )
    indicator = _indicator(named, period=_QUANTMIG, unit="INDEX", source="migmeta-2023-quantmig")
    return _reading("undercount-quantmig", ["Country", "score", "class"], indicator)


def registration(table: pl.DataFrame, file: str) -> Reading:
    """The duty to register on arrival, and the class of undercount of immigration that follows from it."""
    columns = ["iso2", "obligation", "time limit", "score"]
    require_columns(table, columns, file=file, wanted=_WANTED)
    scores, findings = _coded(table, "iso2", ["score"], CLASSES, file=file)
    duties, more = _coded(table, "iso2", ["obligation"], ANSWERS, file=file)
    raise_if_any([*findings, *more])
    note = pl.format("time limit: {}", pl.col("time limit").str.strip_chars())
    named = pl.concat(
        [
            scores.with_columns(MEASURE=pl.lit("UNDERCOUNT"), NOTE=pl.format("{}; {}", "TEXT", note)),
            duties.with_columns(MEASURE=pl.lit("REGISTRATION_DUTY"), NOTE=note),
        ]
    ).with_columns(ORIGIN=pl.lit(WORLD), DESTINATION="AREA")
    indicator = _indicator(named, period=_COMPILED, unit="CODE", source="migmeta-2023-registration")
    return _reading("registration", columns, indicator)


def deregistration(table: pl.DataFrame, file: str) -> Reading:
    """The duty to deregister on departure, of all and of third-country nationals, and what is done about it."""
    cells, findings = _coded(table, "iso2", list(_DUTIES), ANSWERS, file=file)
    raise_if_any(findings)
    comment = [pl.col("comment").replace({"": None})] if "comment" in cells.columns else []
    unknown = pl.when(pl.col("TEXT") == "Unknown").then(pl.lit("unknown to the source"))
    note = pl.concat_str([unknown, *comment], separator="; ", ignore_nulls=True)
    named = cells.with_columns(
        ORIGIN="AREA", DESTINATION=pl.lit(WORLD), MEASURE=pl.col("column").replace_strict(_DUTIES), NOTE=note
    )
    indicator = _indicator(named, period=_COMPILED, unit="CODE", source="migmeta-2023-deregistration")
    return _reading("deregistration", ["iso2", *_DUTIES], indicator)


def _coded(
    table: pl.DataFrame, area: str, columns: list[str], codes: Mapping[str, str | None], *, file: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """One answer a row as the number that stands for it; a blank has no figure (status O)."""
    require_columns(table, [area, *columns], file=file, wanted=_WANTED)
    place = place_in(file)
    placed, findings = _placed(table, area, file)
    others = [name for name in ("time limit", "comment") if name in table.columns]
    long = placed.unpivot(on=columns, index=["row", "AREA", *others], variable_name="column", value_name="TEXT")
    for column in columns:
        allowed = pl.col(column).is_in(list(codes)) | pl.col(column).fill_null("").is_in([""])
        findings += cells_outside(
            placed, column, allowed, code="code-unknown", mend=f"write {', '.join(codes)} or nothing", place=place
        )
    coded = long.with_columns(
        WORDS="TEXT", TEXT=pl.col("TEXT").replace_strict(codes, default=None, return_dtype=pl.String)
    )
    cells, unreadable = figures(coded, place=place)
    cells, torn = one_row_each(cells, ["AREA", "column"], place=lambda rows: f"{file}, rows {rows}")
    return cells.with_columns(TEXT="WORDS").drop("WORDS"), [*findings, *unreadable, *torn]


def _placed(table: pl.DataFrame, area: str, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    return place_areas(table, area, into="AREA", names=alpha2_names("migmeta"), place=place_in(file))


def _neither_direction() -> dict[str, pl.Expr]:
    return {side: pl.lit(None, dtype=pl.String) for side in ("ORIGIN", "DESTINATION")}


def _indicator(named: pl.DataFrame, *, period: str, unit: str, source: str) -> pl.DataFrame:
    return named.select(
        "AREA",
        "ORIGIN",
        "DESTINATION",
        "MEASURE",
        TIME_PERIOD=pl.lit(period),
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit(unit),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE=pl.when(pl.col("NOTE").str.strip_chars() != "").then("NOTE"),
    )


def _reading(table: str, columns: list[str], indicator: pl.DataFrame) -> Reading:
    countries = indicator.get_column("AREA").n_unique()
    return Reading(
        product=f"migmeta-2023-{table}",
        revision="2023",
        layout="one row a country",
        tables={"INDICATOR": indicator},
        evidence=(f"heads of columns: {', '.join(columns)}", f"{countries} countries, one row each"),
    )
