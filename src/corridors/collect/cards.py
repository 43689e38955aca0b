"""Cards: what is known of a source before any of its files is opened."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from corridors.concepts.findings import Finding, raise_if_any

_LISTS = ("products", "checks", "support", "parts")


@dataclass(frozen=True, slots=True)
class Product:
    """One table of a source.

    Parameters
    ----------
    id
        `<source>-<revision>-<table>`.
    title
        The publisher's title, with what of it is read.
    revision
        The publisher's revision.
    address
        Where the publisher's current file lies; blank when nobody publishes it alone.
    checked
        Day on which the address was seen to answer; blank when it was not.
    checksum
        SHA-256 of the file at the address, or blank when the publisher replaces the file without notice.
    """

    id: str
    title: str
    revision: str
    address: str = ""
    checked: str = ""
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A published world figure that tells revisions apart.

    `value` of `measure` at `period` for both sexes and all ages; for the death rate `MX`, age 0.
    """

    revision: str
    measure: str
    period: str
    value: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a source that puts together several publishers took from one of them, and under which licence.

    `dataflows` names the tables it is in; `short` is the source in one line, as printed below charts and tables.
    """

    publisher: str
    short: str
    text: str
    licence: str
    dataflows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """How the source of one table is named in one line and cited in full, and on what terms it may be used."""

    short: str
    citation: str
    licence: str


@dataclass(frozen=True, slots=True)
class Card:
    """A source: who publishes it, under what licence, how it is cited, in what units, and its products.

    `support` names files in the source's `data/` folder that hold no observations of their own.
    """

    name: str
    publisher: str
    title: str
    licence: str
    citation: str
    units: str
    products: tuple[Product, ...]
    checks: tuple[Check, ...] = ()
    support: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    def cited(self, dataflow: str, *, revision: str) -> Cited:
        """How a table of a dataflow is cited: by its parts where the source is put together from several."""
        parts = [part for part in self.parts if dataflow in part.dataflows]
        if not parts:
            return Cited(f"{self.publisher}, {self.title} {revision}", self.citation, self.licence)
        return Cited(
            short="; ".join(part.short for part in parts),
            citation="; ".join(f"{part.publisher}: {part.text}" for part in parts),
            licence="; ".join(dict.fromkeys(part.licence for part in parts)),
        )

    def world_totals(self, revision: str, measure: str) -> dict[str, float]:
        """Published world figures of one revision and measure by period."""
        return {one.period: one.value for one in self.checks if (one.revision, one.measure) == (revision, measure)}

    def product(self, identifier: str) -> Product | None:
        """The product of an identifier, or None; an identifier on the card that ends with * stands for all that begin so."""
        exact = next((product for product in self.products if product.id == identifier), None)
        open_ended = (p for p in self.products if p.id.endswith("*") and identifier.startswith(p.id[:-1]))
        return exact or next(open_ended, None)


@cache
def card(name: str) -> Card:
    """The card of one source.

    Raises
    ------
    ValueError
        No source has this name.
    DataError
        The card is not complete.

    Examples
    --------
    >>> card("undesa").licence
    'CC BY 3.0 IGO'
    """
    if name not in sources():
        raise ValueError(f"no source {name!r}; there are {', '.join(sources())}")
    text = files("corridors.collect.sources").joinpath(name, "card.toml").read_text(encoding="utf-8")
    return parse_card(text, name=name)


@cache
def sources() -> tuple[str, ...]:
    """Names of the sources, in alphabetical order: every folder of `collect/sources/` that has a card.

    Examples
    --------
    >>> "undesa" in sources(), "nobody" in sources()
    (True, False)
    """
    folders = files("corridors.collect.sources").iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("card.toml").is_file()))


def parse_card(text: str, *, name: str) -> Card:
    """Read the text of a `card.toml`.

    Parameters
    ----------
    text
        TOML with the fields of `Card`; products under `[[products]]`, check figures under `[[checks]]`, parts under
        `[[parts]]`.
    name
        Name of the source; findings call the card by it.

    Raises
    ------
    DataError
        Every entry that is missing, unknown or of the wrong kind.
    """
    place = f"card of {name}"
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise_if_any([Finding("card-invalid", place, f"not TOML: {error}", "correct the card")])
    products, checks, support, parts = (entries.pop(key, []) for key in _LISTS)
    wanted = {field.name: str for field in fields(Card) if field.name not in ("name", *_LISTS)}
    findings = _entry_findings(entries, wanted, required=set(wanted), place=place)
    kinds = {field.name: str for field in fields(Product)}
    for number, product in enumerate(products, 1):
        findings += _entry_findings(
            product, kinds, required={"id", "title", "revision"}, place=f"{place}, product {number}"
        )
    figures: dict[str, type] = {"revision": str, "measure": str, "period": str, "value": float}
    for number, check in enumerate(checks, 1):
        findings += _entry_findings(check, figures, required=set(figures), place=f"{place}, check {number}")
    texts: dict[str, type] = {field.name: str for field in fields(Part)} | {"dataflows": list}
    for number, part in enumerate(parts, 1):
        findings += _entry_findings(part, texts, required=set(texts), place=f"{place}, part {number}")
    if not products:
        findings.append(Finding("card-invalid", place, "no products", "add at least one [[products]]"))
    raise_if_any(findings)
    return Card(
        name=name,
        **entries,
        products=tuple(Product(**product) for product in products),
        checks=tuple(Check(**check) for check in checks),
        support=tuple(support),
        parts=tuple(Part(**{**part, "dataflows": tuple(part["dataflows"])}) for part in parts),
    )


def _entry_findings(
    entries: Mapping[str, Any], kinds: Mapping[str, type], *, required: set[str], place: str
) -> list[Finding]:
    findings = [
        Finding("card-invalid", place, f"no entry {key}", f"add {key}") for key in sorted(required - set(entries))
    ]
    for key, value in entries.items():
        if key not in kinds:
            findings.append(Finding("card-invalid", place, f"unknown entry {key}", f"use one of {', '.join(kinds)}"))
        elif not isinstance(value, kinds[key]):
            fact = f"{key} is {value!r}, no {'text' if kinds[key] is str else 'number with a decimal point'}"
            findings.append(Finding("card-invalid", place, fact, f"correct {key}"))
    return findings
