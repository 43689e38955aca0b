"""The words of a section with their figures bound: marks in place of figures, and the check that none was typed.

A section's text is Markdown with Jinja. `num("key")` and `name("key")` put a figure or a name from the registry into a
sentence, `note("key")` a footnote of `references.toml`, `chart("key")` and `table("key")` a block of their own. Each
becomes a mark; what remains between the marks may hold no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from importlib.resources import files

import jinja2

from corridors.concepts.findings import Finding

FIGURE, NOTE, BLOCK = "\ue000", "\ue002", "\ue003"
_END = "\ue001"
MARK = re.compile(f"([{FIGURE}{NOTE}{BLOCK}])([^{_END}]*){_END}")
#: Digits that belong to a name are no figures.
_NAMES = re.compile(r"\bM49\b")
_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|half|dozens?|hundreds?"
_TYPED = re.compile(
    rf"\d[\d.,]*|\b(?:{_NUMBER_WORDS})(?= (?:hundred|thousand|million|billion|per cent)\b)", re.IGNORECASE
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
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)
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
    for line in text.splitlines():
        bare = _NAMES.sub("", MARK.sub(" ", line))
        for found in _TYPED.findall(bare):
            yield Finding(
                "figure-typed",
                f"report text {section}.md",
                f"{found!r} is typed by hand in {' '.join(bare.split())!r}",
                'make it a figure of the section and write {{ num("key") }}',
            )


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
