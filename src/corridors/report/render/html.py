"""The report as one HTML page: complete without scripts, interactive with them, nothing fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

import jinja2
from markupsafe import Markup, escape

from corridors.report.document import ChartBlock, Document, Heading, Paragraph, TableBlock
from corridors.report.render.sentences import (
    ACCOUNTS,
    ACCOUNTS_SAY,
    CONTENTS,
    FIGURES,
    FOOTNOTES,
    NOTE,
    SOURCE,
    SUMMARY,
    long_day,
)


def html(document: Document, *, drawings: Mapping[str, str], script: str) -> bytes:
    """Write the report as HTML.

    Parameters
    ----------
    document
        The report.
    drawings
        SVG of each chart as text, those of accounts included, by the chart's key; it stays where scripts are off.
    script
        Program that makes the drawings interactive.

    Returns
    -------
    bytes
        One self-contained page in UTF-8.

    Raises
    ------
    KeyError
        A chart has no drawing.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"linked": _linked, "slug": _slug}
    text = files("corridors.report.render").joinpath("page.html.jinja").read_text(encoding="utf-8")
    page = environment.from_string(text).render(
        document=document,
        day=long_day(document.day),
        drawings={key: Markup(svg) for key, svg in drawings.items()},
        script=Markup(script),
        words={
            "summary": SUMMARY,
            "contents": CONTENTS,
            "footnotes": FOOTNOTES,
            "figures": FIGURES,
            "source": SOURCE,
            "note": NOTE,
            "accounts": ACCOUNTS,
            "accounts_say": ACCOUNTS_SAY,
        },
        behind={key: account.anchor for account in document.accounts for key in account.figures},
        kind=_kind,
    )
    return page.encode()


def _kind(block: object) -> str:
    kinds = {Paragraph: "paragraph", Heading: "heading", ChartBlock: "chart", TableBlock: "table"}
    return kinds[type(block)]


def _slug(label: str) -> str:
    return re.sub(r"\W+", "-", label.casefold()).strip("-")


def _linked(note: str) -> Markup:
    parts = re.split(r"(https://[^\s,;]*[^\s,;.])", note)
    link = Markup('<a href="{0}">{0}</a>')
    return Markup("").join(link.format(part) if part.startswith("https://") else escape(part) for part in parts)
