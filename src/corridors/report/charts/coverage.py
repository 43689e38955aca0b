"""What is known: rows of measures or regions, years across, darker the more of it is known."""

from __future__ import annotations

import altair as alt
import polars as pl

from corridors.report.charts.chart import Chart
from corridors.report.charts.labels import text_width
from corridors.report.charts.theme import INK, LABEL_SIZE, MUTED, WIDTH, finished
from corridors.report.tables import Column, Table

#: Shares of the areas that have a figure, and the shade from each up to the next.
_STEPS = (
    ("none", "#ffffff"),
    ("under a quarter", "#dfe8d2"),
    ("a quarter to a half", "#a3cfae"),
    ("half or more", "#4f98a8"),
    ("nearly all", "#1f3d73"),
)
_ROW = 15.0


def coverage_map(known: pl.DataFrame, *, key: str, title: str, source: str, what: str, counted: str = "Areas") -> Chart:
    """Heat map of the share of areas, or of what else is counted, with a figure, by row and year.

    Parameters
    ----------
    known
        Rows `ROW` (a name to print), `YEAR` and `SHARE` (0 to 1); each row and year at most once. Rows are drawn in the
        order in which they first come.
    key, title, source
        Name in the text, caption and publisher.
    what
        What a row is, for the description and the table: `measure` or `subregion`.
    counted
        What has a figure or has none: `Areas`, or what else the shares are of.

    Raises
    ------
    ValueError
        There is nothing to draw, or a row and year come twice.

    Examples
    --------
    >>> known = pl.DataFrame({"ROW": ["Stock", "Stock"], "YEAR": [2015, 2020], "SHARE": [0.2, 1.0]})
    >>> coverage_map(known, key="coverage.all", title="What is known", source="Corridors", what="measure").twin.rows
    (('Stock', 20.0, 100.0),)
    """
    if known.is_empty():
        raise ValueError("nothing to draw: no area has a figure")
    if known.select("ROW", "YEAR").is_duplicated().any():
        raise ValueError("a row and year come twice; give each once")
    rows = known.get_column("ROW").unique(maintain_order=True).to_list()
    years = sorted(known.get_column("YEAR").unique())
    words = {"key": key, "title": title, "source": source}
    span = f"{years[0]} to {years[-1]}"
    grid = f"Grid of {len(rows)} rows, one a {what}, and the years {span}"
    description = f"{grid}, darker the more {counted.lower()} have a figure."
    spec = finished(_picture(known, rows, years, counted), description=description)
    note = f"Share of the {counted.lower()} that have a figure, of all there are in the world or the region."
    twin = _twin(known, rows, years, {**words, "what": what, "counted": counted})
    return Chart(**words, description=description, spec=spec, twin=twin, note=note)


def _step(share: float) -> str:
    """The word for a share of areas."""
    limits = (0.0, 0.25, 0.5, 0.9)
    return _STEPS[sum(share > limit if limit == 0 else share >= limit for limit in limits)][0]


def _picture(known: pl.DataFrame, rows: list[str], years: list[int], counted: str) -> alt.LayerChart:
    cells = [
        {"row": row, "year": year, "share": _step(share), "words": f"{row}, {year}: {share:.0%} of {counted.lower()}"}
        for row, year, share in known.select("ROW", "YEAR", "SHARE").iter_rows()
    ]
    room = max(text_width(row, LABEL_SIZE) for row in rows)
    width = WIDTH - room - 16
    # A label needs about as much room as five digits: print every first, second, fifth or tenth year.
    domain = list(range(years[0], years[-1] + 1))
    every = next(step for step in (1, 2, 5, 10, 20, 50) if len(domain) / step * 34 <= width)
    shown = [year for year in domain if year % every == 0]
    names, shades = zip(*_STEPS, strict=True)
    squares = (
        alt.Chart(alt.InlineData(values=cells), width=width, height=_ROW * len(rows))
        .mark_rect(stroke="#ffffff", strokeWidth=0.4)
        .encode(
            x=alt.X("year:O").scale(domain=domain, padding=0)
            .axis(title=None, values=shown, labelAngle=0, domain=False, ticks=False),
            y=alt.Y("row:N").sort(rows).scale(domain=rows, padding=0).axis(title=None, domain=False, ticks=False, labelPadding=5),
            color=alt.Color("share:N")
            .scale(domain=list(names), range=list(shades))
            .legend(
                # Below the names too: a legend below the squares alone would make the picture wider than the column.
                orient="none", legendX=-room, legendY=_ROW * len(rows) + 26, direction="horizontal", columns=len(names),
                title=f"{counted} with a figure", titleOrient="top",
                symbolType="square", symbolSize=150, symbolStrokeColor=MUTED, symbolStrokeWidth=0.6, columnPadding=10,
            ),
            tooltip=[alt.Tooltip("words:N", title="Known")],
            description="words:N",
        )
    )  # fmt: skip
    frame = alt.Chart(alt.InlineData(values=[{}])).mark_rect(fillOpacity=0, stroke=INK, strokeWidth=0.5, aria=False)
    return alt.LayerChart(layer=[squares, frame])


def _twin(known: pl.DataFrame, rows: list[str], years: list[int], words: dict[str, str]) -> Table:
    shares = {(row, year): 100 * share for row, year, share in known.select("ROW", "YEAR", "SHARE").iter_rows()}
    return Table(
        key=words["key"],
        title=words["title"],
        columns=(Column(words["what"].capitalize(), "text"), *(Column(str(year), "percent:0") for year in years)),
        rows=tuple((row, *(shares.get((row, year)) for year in years)) for row in rows),
        source=words["source"],
        note=f"Per cent of {words['counted'].lower()} with a figure. Two dots: none.",
    )
