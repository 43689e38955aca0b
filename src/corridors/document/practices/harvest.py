"""What another repository gives through OAI-PMH, read from the bytes of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from corridors.concepts.findings import DataError, Finding
from corridors.document.practices.oaipmh import DC, OAI, Item

_MEND = "ask the repository for ListRecords with metadataPrefix=oai_dc"


@dataclass(frozen=True, slots=True)
class Harvested:
    """One record of another repository: its header, and the values of each Dublin Core element."""

    identifier: str
    changed: str
    sets: tuple[str, ...]
    deleted: bool
    pairs: tuple[tuple[str, str], ...]

    def values(self, element: str) -> tuple[str, ...]:
        """Values of one element, such as `title`.

        Examples
        --------
        >>> Harvested("a", "2024-01-01", (), False, (("title", "A"),)).values("title")
        ('A',)
        """
        return tuple(value for name, value in self.pairs if name == element)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its records, and the token to ask for the next one, None at the end."""

    records: tuple[Harvested, ...]
    token: str | None


def read_page(raw: bytes, *, file: str) -> Page:
    """The records of one answer to ListRecords or GetRecord, and the token of the next.

    Parameters
    ----------
    raw
        The answer's bytes.
    file
        What findings call it, for example the address asked.

    Raises
    ------
    DataError
        The answer is no OAI-PMH (`file-unreadable`), declares entities (`markup-refused`), is an error of the other side
        (`harvest-refused`), or a record has no identifier (`record-invalid`).

    Examples
    --------
    >>> from datetime import datetime
    >>> from corridors.document.practices.forms import shipped_practices
    >>> from corridors.document.practices.oaipmh import Repository, answer, items_of
    >>> items = items_of(shipped_practices(), host="example.org", changed=datetime(2024, 1, 1))
    >>> here = Repository(items=items, name="A", address="https://a.org", mail="a@a.org", now=datetime(2024, 1, 1), page=5)
    >>> page = read_page(answer({"verb": ["ListRecords"], "metadataPrefix": ["oai_dc"]}, here), file="a")
    >>> len(page.records), page.token
    (5, '5|||')
    """
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise DataError([Finding("markup-refused", file, "it declares a document type or entities", _MEND)])
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise DataError([Finding("file-unreadable", file, f"no XML: {error}", _MEND)]) from error
    if root.tag != f"{{{OAI}}}OAI-PMH":
        raise DataError([Finding("file-unreadable", file, f"XML with the root {root.tag!r}", _MEND)])
    refusals = [(node.get("code", ""), node.text or "") for node in root.findall(f"{{{OAI}}}error")]
    if refusals and all(code == "noRecordsMatch" for code, _ in refusals):
        return Page((), None)
    if refusals:
        raise DataError(
            [Finding("harvest-refused", file, f"{code}: {text}", "change the request") for code, text in refusals]
        )
    records = tuple(_record(node) for node in root.iter(f"{{{OAI}}}record"))
    nameless = [number for number, record in enumerate(records, 1) if not record.identifier]
    if nameless:
        fact = "a record without identifier"
        raise DataError(
            [Finding("record-invalid", f"{file}, record {number}", fact, "tell the repository") for number in nameless]
        )
    token = root.find(f".//{{{OAI}}}resumptionToken")
    return Page(records, (token.text or "").strip() or None if token is not None else None)


def _record(node: ElementTree.Element) -> Harvested:
    header = node.find(f"{{{OAI}}}header")
    if header is None:
        return Harvested("", "", (), False, ())
    pairs = tuple(
        (one.tag.removeprefix(f"{{{DC}}}"), (one.text or "").strip())
        for one in node.iter()
        if isinstance(one.tag, str) and one.tag.startswith(f"{{{DC}}}") and (one.text or "").strip()
    )
    return Harvested(
        (header.findtext(f"{{{OAI}}}identifier") or "").strip(),
        (header.findtext(f"{{{OAI}}}datestamp") or "").strip(),
        tuple((one.text or "").strip() for one in header.findall(f"{{{OAI}}}setSpec")),
        header.get("status") == "deleted",
        pairs,
    )


def item_of(record: Harvested, *, sets: tuple[str, ...] = ()) -> Item:
    """A harvested record as an item that can be provided on, under the identifier of its own repository.

    Raises
    ------
    ValueError
        The record's stamp is no moment.

    Examples
    --------
    >>> item_of(Harvested("oai:a:1", "2024-01-01", (), False, (("title", "A"),))).identifier
    'oai:a:1'
    """
    from datetime import datetime

    changed = datetime.fromisoformat(record.changed).replace(tzinfo=None)
    return Item(record.identifier, changed, sets, record.pairs)
