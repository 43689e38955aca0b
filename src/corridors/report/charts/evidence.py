"""The evidence-gap map: objectives down, major areas across, one bubble a grade."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.labels import text_width
from corridors.report.charts.theme import GRID, INK, LABEL_SIZE, MAJOR_AREAS, SMALL_SIZE, WIDTH, finished
from corridors.report.tables import Column, Table

#: Grades in three bands, from light to dark, with the words of the legend.
_BANDS = (
    ("0: described only", "#dfe8d2"),
    ("1 or 2: compared", "#a3cfae"),
    ("3: before and after, with a comparison group", "#4f98a8"),
    ("4 or 5: by a rule or by chance", "#1f3d73"),
)
_BAND_OF = (0, 1, 1, 2, 3, 3)
#: Height of a row, and distance of bubbles in shares of a column.
_ROW, _STEP = 18.0, 0.23


def evidence_map(evidence: pl.DataFrame, *, objectives: Mapping[int, str], key: str, title: str, source: str) -> Chart:
    """Bubbles of practices by objective and major area, darker the better tested, larger the more of them.

    Parameters
    ----------
    evidence
        Rows `OBJECTIVE` (number), `AREA` (code of a major area), `GRADE` (0 to 5) and `PRACTICES`; rows without a grade are
        left out.
    objectives
        Names of the objectives by number; those without a practice are drawn too, as the gap that they are.
    key, title, source
        Name in the text, caption and publisher.

    Raises
    ------
    ValueError
        There is nothing to draw.

    Examples
    --------
    >>> found = pl.DataFrame({"OBJECTIVE": [5], "AREA": ["W009"], "GRADE": [3], "PRACTICES": [1]})
    >>> evidence_map(found, objectives={5: "Pathways"}, key="practices.map", title="Evidence", source="Corridors").twin.rows
    (('5. Pathways', 'Oceania', 1, 3, 3),)
    """
    graded = evidence.filter(pl.col("GRADE").is_not_null())
    if graded.is_empty():
        raise ValueError("nothing to draw: no practice has a grade")
    names = {number: f"{number}. {name}" for number, name in objectives.items()}
    description = (
        f"Grid of {len(names)} objectives and {len(MAJOR_AREAS)} major areas with a bubble for the practices of each grade; "
        f"objectives without any: {len(names) - graded.get_column('OBJECTIVE').n_unique()}."
    )
    counted = graded.group_by("OBJECTIVE", "AREA").agg(
        pl.col("PRACTICES").sum(), LOW=pl.col("GRADE").min(), HIGH=pl.col("GRADE").max()
    )
    twin = Table(
        key=key,
        title=title,
        columns=(
            Column("Objective", "text"), Column("Area", "text"), Column("Practices", "integer"),
            Column("Lowest grade", "integer"), Column("Highest grade", "integer"),
        ),
        rows=tuple(
            (names[number], area_name(code), count, low, high)
            for number, code, count, low, high in counted.sort("OBJECTIVE", "AREA").iter_rows()
        ),
        source=source,
    )  # fmt: skip
    drawn = "A practice that serves several objectives or ran in several areas is drawn in each."
    note = f"{drawn} Grades on the Maryland scale; 0 compares nothing."
    spec = finished(_picture(graded, names), description=description)
    return Chart(key=key, title=title, description=description, spec=spec, twin=twin, source=source, note=note)


def _picture(graded: pl.DataFrame, names: Mapping[int, str]) -> alt.LayerChart:
    bands = [words for words, _ in _BANDS]
    cells: dict[tuple[int, str, int], int] = {}
    for number, code, grade, count in graded.select("OBJECTIVE", "AREA", "GRADE", "PRACTICES").iter_rows():
        at = (number, code, _BAND_OF[grade])
        cells[at] = cells.get(at, 0) + count
    areas = list(MAJOR_AREAS)
    values = [
        {
            "row": names[number], "at": areas.index(code) + (band - 1.5) * _STEP, "band": bands[band], "practices": count,
            "words": f"{names[number]}, {area_name(code)}: {count} graded {bands[band]}",
        }
        for (number, code, band), count in sorted(cells.items())
    ]  # fmt: skip
    rows = list(names.values())
    room = max(text_width(row, LABEL_SIZE) for row in rows)
    width = WIDTH - room - 24
    heads = " : ".join(f"datum.value == {at} ? '{_short(code)}'" for at, code in enumerate(areas)) + " : ''"
    x = alt.X("at:Q").scale(domain=[-0.5, len(areas) - 0.5], nice=False, zero=False)
    x = x.axis(
        title=None, orient="top", values=list(range(len(areas))), labelExpr=heads, grid=False, domain=False, ticks=False
    )
    y = (
        alt.Y("row:N")
        .sort(rows)
        .scale(domain=rows, padding=0)
        .axis(title=None, domain=False, ticks=False, labelPadding=5)
    )
    squares = [{"row": row, "at": at - 0.5, "end": at + 0.5} for row in rows for at in range(len(areas))]
    grid = alt.Chart(alt.InlineData(values=squares)).mark_rect(fillOpacity=0, stroke=GRID, strokeWidth=0.6, aria=False)
    bubbles = alt.Chart(alt.InlineData(values=values)).mark_circle(opacity=1, stroke=INK, strokeWidth=0.4)
    layers = [
        grid.encode(x=x, x2="end:Q", y=y),
        bubbles.encode(
            x=x, y=y,
            size=alt.Size("practices:Q").scale(domain=[0, 5], range=[0, 220], clamp=True).legend(None),
            color=alt.Color("band:N").scale(domain=bands, range=[shade for _, shade in _BANDS])
            .legend(orient="none", legendX=-room, legendY=_ROW * len(rows) + 10, direction="horizontal", title=None, columns=2,
                    symbolType="circle", symbolStrokeWidth=0.4, labelFontSize=SMALL_SIZE),
            tooltip=[alt.Tooltip("words:N", title="Practices")],
            description="words:N",
        ),
    ]  # fmt: skip
    return alt.LayerChart(layer=layers, width=width, height=_ROW * len(rows))


_SHORT = {"W419": "Lat. America", "W021": "N. America"}


def _short(code: str) -> str:
    return _SHORT.get(code, area_name(code))
