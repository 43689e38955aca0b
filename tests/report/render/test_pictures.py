"""Pictures and pages of single charts."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser

import polars as pl
import pytest

from corridors.report.charts.bars import ranked_bars
from corridors.report.charts.chart import Chart
from corridors.report.charts.chord import chord
from corridors.report.charts.flowmap import flow_map
from corridors.report.charts.labels import text_width
from corridors.report.render.pictures import element, embed_script, page, png, script_bundle, svg

SVG = "{http://www.w3.org/2000/svg}"
FLOW = pl.DataFrame(
    [("IND", "ARE", 2.9e6), ("MEX", "USA", 2.1e6), ("UKR", "POL", 0.9e6), ("SYR", "TUR", 1.6e6), ("TUR", "DEU", 0.2e6)],
    schema=["ORIGIN", "DESTINATION", "OBS_VALUE"],
    orient="row",
)


def bars(title: str = "Migrants by destination") -> Chart:
    hosts = pl.DataFrame({"DESTINATION": ["USA", "DEU", "CIV"], "OBS_VALUE": [52.4e6, 16.8e6, 2.6e6]})
    return ranked_bars(hosts, column="DESTINATION", key="places.destinations", source="UN DESA", title=title)


def drawn() -> list[Chart]:
    words = {"source": "UN DESA", "period": "2015-2020"}
    return [bars(), chord(FLOW, key="flows.chord", **words), flow_map(FLOW, key="flows.map", **words)]


class Page(HTMLParser):
    """Elements of a page outside scripts, in order, with what each holds of text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("index", range(3))
def test_svg_is_well_formed_and_speaks(index):
    chart = drawn()[index]
    root = ET.fromstring(svg(chart))
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert [child.text for child in root[:2]] == [chart.title, chart.description]
    named = {node.get("id") for node in root[:2]}
    assert {root.get("aria-labelledby"), root.get("aria-describedby")} == named
    for node in root.iter():
        if node.get("role") in ("img", "graphics-symbol"):
            assert node.get("aria-label") or node.get("aria-labelledby") or node.get("aria-hidden")


def test_ids_of_several_pictures_never_meet_and_every_reference_finds_its_own():
    seen: set[str] = set()
    for chart in drawn():
        picture = svg(chart).decode()
        own = re.findall(r'\bid="([^"]+)"', picture)
        assert len(own) == len(set(own))
        assert not seen & set(own)
        assert set(re.findall(r"url\(#([^)]+)\)", picture)) <= set(own)
        seen |= set(own)


def test_the_same_chart_gives_the_same_bytes_however_often_it_is_drawn():
    first, again = drawn(), drawn()
    assert first == again
    for one, other in zip(first, again, strict=True):
        assert svg(one) == svg(other)
        assert png(one) == png(other)
    assert page(first[1]) == page(again[1])


def test_another_process_gives_the_same_bytes():
    program = (
        "import hashlib, polars as pl\n"
        "from corridors.report.charts.chord import chord\n"
        "from corridors.report.render.pictures import png, svg\n"
        "flow = pl.DataFrame({'ORIGIN': ['IND', 'MEX'], 'DESTINATION': ['ARE', 'USA'], 'OBS_VALUE': [2.9e6, 2.1e6]})\n"
        "chart = chord(flow, key='flows.chord', source='UN', period='2015-2020')\n"
        "print(hashlib.sha256(svg(chart) + png(chart)).hexdigest())\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True) for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


def test_png_has_the_size_of_the_chart_times_the_scale():
    chart = bars()
    root = ET.fromstring(svg(chart))
    for scale in (1.0, 3.0):
        picture = png(chart, scale=scale)
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
        assert width == pytest.approx(float(root.get("width")) * scale, abs=scale)
        assert height == pytest.approx(float(root.get("height")) * scale, abs=scale)


def test_a_page_without_scripts_is_complete():
    chart = drawn()[2]
    text = page(chart).decode()
    found = Page(text)
    tags = [tag for tag, _ in found.tags]
    assert ("html", {"lang": "en"}) in found.tags
    assert tags.index("svg") > tags.index("figure")
    assert ("meta", {"name": "description", "content": chart.description}) in found.tags
    words = " ".join(found.text)
    for expected in (
        chart.title,
        chart.description,
        chart.note,
        "Source: UN DESA",
        "2,900,000",
        "Syrian Arab Republic",
    ):
        assert expected in words
    ids = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_a_page_fetches_nothing():
    text = page(bars()).decode()
    assert not [tag for tag, held in Page(text).tags if tag in ("link", "img", "iframe", "object", "base")]
    assert not re.findall(r"<script[^>]+src", text)
    assert text.count("<script") == text.count("</script>") == 1


def test_words_of_a_chart_cannot_end_its_script_or_its_element():
    chart = bars('Migrants </script><script>alert("x")</script> & others')
    text = page(chart).decode()
    assert text.count("<script>") == text.count("</script>") == 1
    assert ET.fromstring(svg(chart))[0].text == chart.title
    held = re.search(r"var charts = (.*);\n", embed_script([chart]))
    assert json.loads(held[1])[chart.key]["label"] == chart.description


def test_one_script_serves_many_charts_and_finds_each_by_its_key():
    charts = drawn()
    script = embed_script(charts)
    assert script.count(script_bundle()) == 1
    assert "ast: true" in script
    held = json.loads(re.search(r"var charts = (.*);\n", script)[1])
    assert set(held) == {chart.key for chart in charts}
    for chart in charts:
        assert f'data-chart="{chart.key}"' in element(chart)
        assert held[chart.key]["spec"] == json.loads(json.dumps(chart.spec))


def test_every_line_says_how_wide_it_is_so_that_another_font_is_squeezed_to_fit():
    lines = [line for chart in drawn() for line in re.findall(r"<text\b([^>]*)>([^<]+)</text>", svg(chart).decode())]
    assert lines
    for attributes, words in lines:
        size = float(re.search(r'font-size="([\d.]+)px"', attributes)[1])
        width = float(re.search(r'textLength="([\d.]+)"', attributes)[1])
        assert width == pytest.approx(text_width(unescape(words), size), abs=0.06)
