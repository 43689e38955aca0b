"""A resolution as Akoma Ntoso for the United Nations system (AKN4UN), with its footnotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_AUTHOR = "#corridors"


def akoma_ntoso(resolution: Mapping[str, Any], *, as_of: date) -> bytes:
    """A parsed resolution as an Akoma Ntoso 3.0 `statement`: preface, preamble, operative paragraphs, footnotes.

    Parameters
    ----------
    resolution
        A resolution as `corridors document parse --json` writes it (schema `resolution-gold/1`).
    as_of
        Day of the mark-up.

    References
    ----------
    OASIS, Akoma Ntoso Version 1.0 (2018). United Nations, AKN4UN guidelines, unsceb-hlcm.github.io.

    Examples
    --------
    >>> clause = {"id": "OP1", "number": "1", "lead": "Takes note", "text": "Takes note of the report;", "footnotes": []}
    >>> made = akoma_ntoso({"symbol": "A/RES/56/203", "title": "Migration", "operative": [clause]}, as_of=date(2024, 1, 1))
    >>> b'<num>1.</num>' in made
    True
    """
    ElementTree.register_namespace("", NAMESPACE)
    root = Element(f"{{{NAMESPACE}}}akomaNtoso")
    adopted = resolution.get("adopted_on") or resolution.get("distributed_on") or as_of.isoformat()
    statement = _child(
        root, "statement", name="resolution" if resolution.get("status") != "draft" else "resolutionDraft"
    )
    _meta(statement, resolution, str(adopted), as_of)
    _preface(statement, resolution)
    notes = {str(note["marker"]): note for note in resolution.get("footnotes", ())}
    preamble = _child(statement, "preamble")
    container = _child(preamble, "container", eId="preamble__container", name="preamble")
    if resolution.get("enacting"):
        _child(container, "p").text = str(resolution["enacting"])
    for paragraph in resolution.get("preambular", ()):
        holder = _child(container, "p", eId=f"pp_{_slug(paragraph['id'])}")
        _paragraph(holder, paragraph, notes)
    body = _child(statement, "mainBody")
    _operative(body, resolution.get("operative", ()), notes)
    if not len(body):
        _child(body, "p")
    whole: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + whole


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _slug(text: object) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-") or "x"


def _meta(statement: Element, resolution: Mapping[str, Any], adopted: str, as_of: date) -> None:
    symbol = _slug(resolution.get("symbol") or resolution.get("title") or "unknown")
    uri = f"/akn/un/statement/resolution/{adopted}/{symbol}"
    meta = _child(statement, "meta")
    identification = _child(meta, "identification", source=_AUTHOR)
    for level, this, day in (
        ("FRBRWork", f"{uri}/!main", adopted),
        ("FRBRExpression", f"{uri}/eng/!main", adopted),
        ("FRBRManifestation", f"{uri}/eng/!main.xml", as_of.isoformat()),
    ):
        part = _child(identification, level)
        _child(part, "FRBRthis", value=this)
        _child(part, "FRBRuri", value=this.replace("/!main", ""))
        _child(part, "FRBRdate", date=day, name="adoption" if level != "FRBRManifestation" else "markup")
        _child(
            part, "FRBRauthor", href=f"#{_slug(resolution.get('organ') or 'organ')}" if level == "FRBRWork" else _AUTHOR
        )
        if level == "FRBRWork":
            _child(part, "FRBRcountry", value="un")
        if level == "FRBRExpression":
            _child(part, "FRBRlanguage", language="eng")
    references = _child(meta, "references", source=_AUTHOR)
    organ = str(resolution.get("organ") or "organ")
    _child(
        references, "TLCOrganization", eId=_slug(organ), href=f"/akn/ontology/organization/{_slug(organ)}", showAs=organ
    )
    _child(
        references, "TLCOrganization", eId="corridors", href="/akn/ontology/organization/corridors", showAs="Corridors"
    )


def _preface(statement: Element, resolution: Mapping[str, Any]) -> None:
    preface = _child(statement, "preface")
    line = _child(preface, "p")
    if resolution.get("number"):
        number = _child(line, "docNumber")
        number.text, number.tail = f"{resolution['number']}.", " "
    _child(line, "docTitle").text = str(resolution.get("title") or "")


def _operative(body: Element, paragraphs: Sequence[Mapping[str, Any]], notes: Mapping[str, Mapping[str, Any]]) -> None:
    for paragraph in paragraphs:
        part = _child(body, "paragraph", eId=f"para_{_slug(paragraph['id'])}")
        if paragraph.get("number"):
            _child(part, "num").text = f"{paragraph['number']}."
        content = _child(part, "content")
        _paragraph(_child(content, "p"), paragraph, notes)


def _paragraph(holder: Element, paragraph: Mapping[str, Any], notes: Mapping[str, Mapping[str, Any]]) -> None:
    """The words with the lead phrase in italics, and the notes that hang on the paragraph after them."""
    text, lead = str(paragraph["text"]), str(paragraph.get("lead") or "")
    last: Element | None = None
    if lead and text.startswith(lead):
        last = _child(holder, "i")
        last.text, last.tail = lead, text[len(lead) :]
    else:
        holder.text = text
    for marker in map(str, paragraph.get("footnotes", ())):
        if marker in notes:
            name = f"note_{_slug(paragraph['id'])}_{_slug(marker) if marker.isalnum() else 'star'}"
            note = _child(holder, "authorialNote", marker=marker, placement="bottom", eId=name)
            _child(note, "p").text = str(notes[marker].get("text") or "")
