"""Charts into pictures and pages, offline: SVG, PNG, and HTML that is complete without scripts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from html import escape, unescape

from corridors.report.charts.chart import Chart
from corridors.report.charts.labels import text_width
from corridors.report.tables import Table

#: How tooltips look; the script brings it along, so that no page needs to.
_TOOLTIP_STYLE = """
#vg-tooltip-element { position: fixed; visibility: hidden; padding: 6px 8px; z-index: 1000; background: #fff;
  color: #1a1a1a; border: 1px solid #595959; max-width: 22em;
  font: 13px "Liberation Sans", Arial, Helvetica, sans-serif; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element td.key { color: #595959; padding-right: 6px; vertical-align: top; }
""".strip()

_PAGE_STYLE = """
body { max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem; color: #1a1a1a;
  font: 16px/1.45 "Liberation Sans", Arial, Helvetica, sans-serif; }
h1 { font-size: 1.25rem; }
figure { margin: 0; }
.drawing svg { max-width: 100%; height: auto; display: block; }
.figures { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.2rem 0.6rem; border-bottom: 1px solid #d9d9d9; text-align: left; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
""".strip()

_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\b(width|height)="([\d.]+)"')
_ID = re.compile(r'\bid="([^"]+)"')
_WORDS = re.compile(r'<text\b([^>]*\bfont-size="([\d.]+)px"[^>]*)>([^<]+)(?=</text>)')


def svg(chart: Chart) -> bytes:
    """Chart as SVG: title and description for screen readers, ids that no other chart has.

    Examples
    --------
    >>> from corridors.report.charts.chart import Chart
    >>> spec = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "ordinal"}}}
    >>> twin = Table(key="demo.bar", title="One bar", columns=(), rows=(), source="")
    >>> chart = Chart("demo.bar", "One bar", "One bar of one.", spec, twin, "")
    >>> b'<title id="demo-bar-title">One bar</title>' in svg(chart)
    True
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(dict(chart.spec), allowed_base_urls=[])
    root = _ROOT.search(drawn)
    if root is None:
        raise RuntimeError(f"vl-convert drew no svg element for {chart.key}")
    name = _name(chart)
    size = _SIZE.sub(lambda found: f'{found[1]}="{math.ceil(float(found[2]))}"', root[0], count=2)
    inside = _as_wide_as_measured(_own_ids(drawn[root.end() :], name))
    words = (
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.description)}</desc>'
    )
    opening = f'{size[:-1]} role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
    return (drawn[: root.start()] + opening + words + inside).encode()


def _own_ids(drawn: str, name: str) -> str:
    """Give ids the chart's name and numbers of their own: vl-convert counts on through the whole process."""
    ids = list(dict.fromkeys(_ID.findall(drawn)))
    own = {old: f"{name}-{number}" for number, old in enumerate(ids, 1)}
    drawn = _ID.sub(lambda found: f'id="{own[found[1]]}"', drawn)
    return re.sub(r"(url\(#|href=\"#)([^)\"]+)", lambda found: found[1] + own.get(found[2], found[2]), drawn)


def _as_wide_as_measured(drawn: str) -> str:
    """Give each line its width in the theme's font: where that font is not there, another one is squeezed to fit."""

    def sized(found: re.Match[str]) -> str:
        """The text element with its width."""
        width = text_width(unescape(found[3]), float(found[2]))
        return f'<text{found[1]} textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{found[3]}'

    return _WORDS.sub(sized, drawn)


def png(chart: Chart, *, scale: float = 2.0) -> bytes:
    """Chart as PNG, `scale` times as many pixels as it has units; 2 prints 16 cm at 192 pixels an inch."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(dict(chart.spec), scale=scale, allowed_base_urls=[]))


def element(chart: Chart) -> str:
    """Picture as an HTML element that `embed_script` finds by the chart's key and brings to life."""
    return f'<div class="drawing" data-chart="{escape(chart.key)}">{svg(chart).decode()}</div>'


def page(chart: Chart) -> bytes:
    """One chart as a self-contained page: picture, source, figures; with scripts on, tooltips too."""
    note = f"<p>{escape(chart.note)}</p>" if chart.note else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{escape(chart.description)}">
<title>{escape(chart.title)}</title>
<style>
{_PAGE_STYLE}
</style>
</head>
<body>
<main>
<h1>{escape(chart.title)}</h1>
<figure>
{element(chart)}
<figcaption>{note}<p>Source: {escape(chart.source)}</p></figcaption>
</figure>
<details>
<summary>Figures</summary>
<div class="figures" role="region" aria-label="Figures" tabindex="0">
{_table(chart.twin)}
</div>
</details>
</main>
<script>{embed_script([chart])}</script>
</body>
</html>
""".encode()


@cache
def script_bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, ready to stand in a script element; about 0.9 MB, embed it once."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def embed_script(charts: Iterable[Chart]) -> str:
    """One script that turns pictures into interactive charts as they come into view; it includes `script_bundle`.

    A picture is found as the content of an element whose attribute `data-chart` is the chart's key. Expressions run
    without `eval` and styles come without style elements, so that a strict content security policy may stand. A picture
    stays as it is where scripts are off and where its chart cannot be drawn.
    """
    specs = {chart.key: {"spec": chart.spec, "label": chart.description} for chart in charts}
    text = json.dumps(specs, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for mark, harmless in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(mark, harmless)
    program = _EMBED.replace("__STYLE__", json.dumps(_TOOLTIP_STYLE)).replace("__CHARTS__", text)
    return f"{script_bundle()}\n{program}"


_EMBED = """
(function () {
  var charts = __CHARTS__;
  var options = {ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: {disableDefaultStyle: true}};
  function lines(root) {
    return Array.prototype.filter.call(root.querySelectorAll("text"), function (line) { return !line.children.length; });
  }
  function nameOf(line) { return line.getAttribute("font-size") + " " + line.textContent; }
  function enliven(place) {
    var chart = charts[place.getAttribute("data-chart")];
    var widths = {};
    lines(place).forEach(function (line) { widths[nameOf(line)] = line.getAttribute("textLength"); });
    var live = document.createElement("div");
    window.vegaEmbed(live, chart.spec, options).then(function () {
      live.setAttribute("role", "img");
      live.setAttribute("aria-label", chart.label);
      lines(live).forEach(function (line) {
        var width = widths[nameOf(line)];
        if (width) { line.setAttribute("textLength", width); line.setAttribute("lengthAdjust", "spacingAndGlyphs"); }
      });
      place.replaceChildren(live);
    }).catch(function (fault) { console.warn("The picture stays still:", fault); });
  }
  if (!window.vegaEmbed || !("adoptedStyleSheets" in document)) { return; }
  var style = new CSSStyleSheet();
  style.replaceSync(__STYLE__);
  document.adoptedStyleSheets = document.adoptedStyleSheets.concat([style]);
  var places = Array.prototype.filter.call(document.querySelectorAll("[data-chart]"), function (place) {
    return charts.hasOwnProperty(place.getAttribute("data-chart"));
  });
  var watch = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) {
      if (one.isIntersecting) { watch.unobserve(one.target); enliven(one.target); }
    });
  }, {rootMargin: "200px"});
  places.forEach(function (place) { watch.observe(place); });
})();
""".strip()


def _name(chart: Chart) -> str:
    """Chart's key as an id of HTML and SVG."""
    return re.sub(r"[^A-Za-z0-9]+", "-", chart.key)


def _table(table: Table) -> str:
    classes = [' class="number"' if column.numeric else "" for column in table.columns]
    head = "".join(
        f'<th scope="col"{c}>{escape(column.head)}</th>' for c, column in zip(classes, table.columns, strict=True)
    )
    rows = (
        "<tr>" + "".join(f"<td{c}>{escape(cell)}</td>" for c, cell in zip(classes, cells, strict=True)) + "</tr>"
        for cells in table.cells()
    )
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
