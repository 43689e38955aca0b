"""The catalogue: sources are found, cards are checked, nothing heavy is loaded to list them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from corridors import collect
from corridors.collect.catalogue import card, package_files, parse_card, read, sources
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError

CARD = """
publisher = "An office"
title = "A table"
licence = "CC BY 4.0"
citation = "An office (2020). A table."
units = "persons"

[[products]]
id = "office-2020-table"
title = "A table"
revision = "2020"
"""


def test_every_source_has_a_complete_card():
    assert {"embedded", "undesa", "wpp"} <= set(sources())
    assert list(sources()) == sorted(sources())
    for name in sources():
        known = card(name)
        assert known.products
        assert all(product.id.startswith(f"{name}-") for product in known.products)
        assert all(product.address.startswith("https://") for product in known.products if product.address)
        assert known.licence
        assert known.citation


def test_listing_the_sources_loads_no_numeric_library():
    code = (
        "import sys; from corridors.collect import catalogue as c; [c.card(n) for n in c.sources()];"
        "print([m for m in ('polars', 'numpy', 'fastexcel', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_source_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=f"no source 'nobody'; there are {', '.join(sources())}"):
        card("nobody")
    with pytest.raises(ValueError, match="no source 'nobody'"):
        read("nobody", b"", file="a.csv")


def test_a_card_is_read():
    known = parse_card(CARD, name="office")
    assert known.product("office-2020-table").revision == "2020"
    assert known.product("office-2021-table") is None


@pytest.mark.parametrize(
    ("text", "fact", "mend"),
    [
        (CARD.replace('licence = "CC BY 4.0"', ""), "no entry licence", "add licence"),
        (CARD.replace("units =", "unit ="), "unknown entry unit", "use one of publisher, title"),
        (CARD.replace('"persons"', "3"), "units is 3, no text", "correct units"),
        (CARD.replace('id = "office-2020-table"', ""), "no entry id", "add id"),
        (CARD.split("[[products]]", maxsplit=1)[0], "no products", "add at least one [[products]]"),
        (
            CARD + '[[checks]]\nrevision = "1"\nmeasure = "M"\nperiod = "1990"\nvalue = 1',
            "value is 1, no number",
            "correct",
        ),
        (
            CARD + '[[parts]]\npublisher = "P"\nshort = "S"\ntext = "T"\ndataflows = ["STOCK"]\n',
            "no entry licence",
            "add licence",
        ),
        ("publisher = ", "not TOML", "correct the card"),
    ],
)
def test_a_faulty_card_is_a_finding(text, fact, mend):
    with pytest.raises(DataError) as caught:
        parse_card(text, name="office")
    found = [finding for finding in caught.value.findings if fact in finding.fact]
    assert found, caught.value
    assert found[0].code == "card-invalid"
    assert found[0].place.startswith("card of office")
    assert mend in found[0].mend


def test_the_regional_world_names_each_publisher_with_its_licence():
    parts = card("embedded").parts
    assert {part.publisher for part in parts} >= {"World Bank", "UNHCR", "OECD", "CEPII", "USITC"}
    assert all(part.licence and part.text for part in parts)


def test_a_table_is_cited_by_the_parts_it_is_in_and_else_by_its_card():
    cited = card("embedded").cited("DISPLACED", revision="2024")
    assert (cited.short, cited.licence) == ("UNHCR, Refugee Population Statistics", "CC BY 4.0")
    whole = card("undesa").cited("STOCK", revision="2020")
    assert whole.short.endswith("International Migrant Stock 2020")
    assert whole.citation == card("undesa").citation


def test_the_package_carries_the_regional_world_without_its_support_files():
    names = [name for name, _ in package_files("embedded")]
    assert len(names) == 17
    assert not {"areas.csv", "dates.csv"} & set(names)
    assert package_files("undesa") == []


def test_every_finding_code_of_the_readers_is_listed():
    root = Path(collect.__file__).parent
    used = {
        code
        for path in root.rglob("*.py")
        for code in re.findall(r'(?:Finding\(\s*|code = )"([a-z]+-[a-z]+)"', path.read_text(encoding="utf-8"))
    }
    assert {"archive-broken", "table-wrong", "revision-mixed", "total-implausible", "card-invalid"} <= used
    assert used <= set(codelist("FINDING"))
