"""The words of a section with their figures bound: marks in place of figures, and the check that none was typed.

A section's text is Markdown with Jinja. `num("key")` and `name("key")` put a figure or a name from the registry into a
sentence, `note("key")` a footnote of `references.toml`, `chart("key")` and `table("key")` a block of their own. Each
becomes a mark; what remains between the marks may hold no figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from html import unescape
from importlib.resources import files

import jinja2

from corridors.concepts.findings import Finding

FIGURE, NOTE, BLOCK = "\ue000", "\ue002", "\ue003"
_END = "\ue001"
MARK = re.compile(f"([{FIGURE}{NOTE}{BLOCK}])([^{_END}]*){_END}")
#: Digits that belong to a name are no figures.
_NAMES = re.compile(r"\bM49\b")
_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
_TENS = "(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
_COUNT = rf"(?:{_ONES}|{_TENS}|hundreds?|dozens?|thousands?|scores?|half|several)"
_UNIT = "(?:hundred|thousand|million|billion|trillion|per ?cents?|percentage|years?|persons|people|migrants|countries|times|fold)"
_PART = r"(?:half|(?:a|one|two|three) (?:third|quarter|fifth|tenth)s?|(?:a|the) majority)"
#: Number words before a unit, or beside another one; parts of a whole; and scales that nothing counts.
_WORDED = re.compile(
    rf"\b{_COUNT}(?:[ -](?:and )?{_COUNT})*[ -]{_UNIT}\b|\b{_PART} of\b|\b(?:millions|billions) of\b", re.IGNORECASE
)


def section_text(name: str) -> str:
    """A section's words as they were written."""
    return files("corridors.report.sections").joinpath(f"{name}.md").read_text(encoding="utf-8")


def marked(text: str, flags: Mapping[str, bool]) -> str:
    """A section's words with a mark for each figure, footnote, chart and table.

    Parameters
    ----------
    text
        Markdown with Jinja.
    flags
        Conditions that the text asks.

    Raises
    ------
    jinja2.UndefinedError
        The text asks for a condition that no section set.
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    functions = {
        "num": lambda key: f"{FIGURE}{key}{_END}",
        "name": lambda key: f"{FIGURE}{key}{_END}",
        "note": lambda key: f"{NOTE}{key}{_END}",
        "chart": lambda key: f"{BLOCK}chart:{key}{_END}",
        "table": lambda key: f"{BLOCK}table:{key}{_END}",
    }
    return environment.from_string(text).render(**functions, **flags)


def typed_figures(text: str, *, section: str) -> Iterator[Finding]:
    """Every figure that stands in marked text without being bound: digits, and number words before a unit.

    Examples
    --------
    >>> [finding.fact for finding in typed_figures("There were 304 million migrants.", section="stocks")]
    ["'304' is typed by hand in 'There were 304 million migrants.'"]
    """
    for paragraph in re.split(r"\n\s*\n", text):
        bare = _plain(paragraph)
        for found in (*_numerals(bare), *(match[0] for match in _WORDED.finditer(bare))):
            yield Finding(
                "figure-typed",
                f"report text {section}.md",
                f"{found!r} is typed by hand in {bare!r}",
                'make it a figure of the section and write {{ num("key") }}',
            )


def _plain(paragraph: str) -> str:
    """A paragraph as it is read: entities and compatibility forms resolved, emphasis and marks gone, blanks single."""
    # Fractions and numbers in circles keep their own sign, so that they are seen as what they are.
    unmarked = _NAMES.sub("", MARK.sub(" ", unescape(paragraph))).replace("*", "").replace("_", " ")
    return " ".join(re.sub(r"[\u2010-\u2015\u00ad]", "-", unmarked).split())


def _numerals(text: str) -> Iterator[str]:
    """Digits, fractions, Roman and other numerals that are signs of their own."""
    for word in re.findall(r"[^\s(),;:]+", text):
        if any(unicodedata.numeric(sign, None) is not None for sign in word):
            yield word.rstrip(".")


def unknown_keys(text: str, known: Mapping[str, Set[str]], *, section: str) -> Iterator[Finding]:
    """Every key of marked text that nothing made.

    Parameters
    ----------
    text
        Marked text.
    known
        The keys that were made, by the mark that cites them.
    section
        Name of the section.
    """
    for sign, key in MARK.findall(text):
        if key not in known[sign]:
            yield Finding(
                "key-unknown",
                f"report text {section}.md",
                f"{key!r} was made by no section",
                f"correct the key, or make it in sections/{section}.py",
            )
