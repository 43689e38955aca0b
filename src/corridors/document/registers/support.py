"""Support from two public files: activities in IATI, and the Creditor Reporting System of the OECD."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from xml.etree import ElementTree

from corridors.concepts.areas import area_from_iso2
from corridors.concepts.findings import DataError, Finding
from corridors.concepts.matching import match_area
from corridors.document.registers.register import Row

#: Codes of the IATI code list TransactionType that tell what was given.
_KINDS = {
    "2": "commitment",
    "3": "disbursement",
    "4": "expenditure",
    "C": "commitment",
    "D": "disbursement",
    "E": "expenditure",
}
_MILLION = Decimal(1_000_000)
_ENCODINGS = ("utf-8-sig", "cp1252")


def read_iati(raw: bytes, *, file: str, purposes: Sequence[str] = ()) -> tuple[Row, ...]:
    """Commitments, disbursements and expenditure of an IATI activity file, as rows of the register of support.

    Parameters
    ----------
    raw
        The file's bytes, IATI activity standard 2.
    file
        What findings call it.
    purposes
        Sector codes to keep, `15190` for migration; all of them when empty.

    Raises
    ------
    DataError
        The bytes are no IATI activities (`file-unreadable`), declare entities (`markup-refused`), or a transaction has no
        value, day or currency (`record-invalid`).

    Examples
    --------
    >>> read_iati(b"<iati-activities version='2.03'/>", file="a.xml")
    ()
    """
    root = _tree(raw, file)
    rows: list[Row] = []
    findings: list[Finding] = []
    for activity in root.iter("iati-activity"):
        name = _text(activity.find("iati-identifier")) or "activity without identifier"
        for number, transaction in enumerate(activity.iter("transaction"), 1):
            row = _transaction(activity, transaction, f"{name}#{number}", root.get("version", ""))
            if row is None:
                continue
            if not (row["AMOUNT"] and row["YEAR"] and row["CURRENCY"]):
                fact = "a transaction without value, day or currency"
                findings.append(Finding("record-invalid", f"{file}, {name}, transaction {number}", fact, "complete it"))
            elif not purposes or row["PURPOSE"] in purposes:
                rows.append(row)
    if findings:
        raise DataError(findings)
    return tuple(rows)


def _tree(raw: bytes, file: str) -> ElementTree.Element:
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise DataError(
            [Finding("markup-refused", file, "it declares a document type or entities", "give the plain XML")]
        )
    mend = "give the XML file of IATI activities"
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise DataError([Finding("file-unreadable", file, f"no XML: {error}", mend)]) from error
    if root.tag != "iati-activities":
        raise DataError([Finding("file-unreadable", file, f"XML with the root {root.tag!r}", mend)])
    return root


def _text(node: ElementTree.Element | None) -> str:
    if node is None:
        return ""
    return " ".join("".join(node.itertext()).split())


def _attribute(nodes: Iterable[ElementTree.Element | None], name: str) -> str:
    return next((node.get(name, "") for node in nodes if node is not None and node.get(name)), "")


def _transaction(
    activity: ElementTree.Element, transaction: ElementTree.Element, name: str, version: str
) -> Row | None:
    kind = _KINDS.get(_attribute([transaction.find("transaction-type")], "code"))
    if kind is None:
        return None
    value = transaction.find("value")
    country = _attribute([transaction.find("recipient-country"), activity.find("recipient-country")], "code")
    region = _attribute([transaction.find("recipient-region"), activity.find("recipient-region")], "code")
    donor = transaction.find("provider-org")
    day = _attribute([transaction.find("transaction-date"), value], "iso-date") or _attribute([value], "value-date")
    return {
        "ID": name,
        "DONOR": _text(donor) or _attribute([donor], "ref") or _text(activity.find("reporting-org")) or "not said",
        "RECIPIENT": area_from_iso2(country) or country or (f"region {region}" if region else "not said"),
        "PURPOSE": _attribute([transaction.find("sector"), activity.find("sector")], "code") or "not said",
        "YEAR": day[:10],
        "KIND": kind,
        "AMOUNT": _text(value).replace(",", ""),
        "CURRENCY": _attribute([value], "currency") or activity.get("default-currency", ""),
        "TITLE": _text(activity.find("title")),
        "SOURCE": f"IATI {version}".strip(),
    }


_CRS = {
    "YEAR": ("year",),
    "DONOR": ("donorname", "donor"),
    "RECIPIENT": ("recipientname", "recipient"),
    "PURPOSE": ("purposecode", "purpose"),
    "TITLE": ("projecttitle", "shortdescription"),
    "ID": ("crsid", "projectnumber"),
}
_AMOUNTS = {"commitment": ("usdcommitment",), "disbursement": ("usddisbursement",)}


def read_crs(raw: bytes, *, file: str, purposes: Sequence[str] = ()) -> tuple[Row, ...]:
    r"""Commitments and disbursements of a file of the Creditor Reporting System, in single United States dollars.

    The publisher writes millions of dollars, with commas or vertical bars between cells.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.
    purposes
        Purpose codes to keep, `15190` for migration; all of them when empty.

    Raises
    ------
    DataError
        The file lacks a column (`column-missing`), or an amount is no number (`record-invalid`).

    Examples
    --------
    >>> raw = b"Year,DonorName,RecipientName,PurposeCode,USD_Disbursement\n2020,Sweden,Kenya,15190,1.25\n"
    >>> row = read_crs(raw, file="crs.csv")[0]
    >>> row["RECIPIENT"], row["AMOUNT"]
    ('KEN', '1250000')
    """
    rows = list(csv.reader(io.StringIO(_decoded(raw), newline=""), delimiter="|" if b"|" in raw[:2000] else ","))
    heads = [re.sub(r"[^a-z]", "", head.lower()) for head in rows[0]] if rows else []
    at = {name: next((heads.index(word) for word in words if word in heads), None) for name, words in _CRS.items()}
    amounts = {kind: heads.index(words[0]) for kind, words in _AMOUNTS.items() if words[0] in heads}
    missing = [name for name in ("YEAR", "DONOR", "RECIPIENT", "PURPOSE") if at[name] is None]
    missing += [] if amounts else ["USD_Commitment or USD_Disbursement"]
    if missing:
        mend = "give the file as the publisher has it, heads in the first line"
        raise DataError([Finding("column-missing", file, f"no column {name}", mend) for name in missing])
    found: list[Row] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {
            name: row[column].strip() if column is not None and column < len(row) else "" for name, column in at.items()
        }
        if not any(row) or (purposes and cells["PURPOSE"] not in purposes):
            continue
        for kind, column in amounts.items():
            amount = row[column].strip() if column < len(row) else ""
            if not amount:
                continue
            if not re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", amount):
                place = f"{file}, row {number}, {kind}"
                findings.append(
                    Finding(
                        "record-invalid", place, f"{amount!r} is no number", "write millions of dollars with a point"
                    )
                )
                continue
            found.append(_crs_row(cells, kind, amount, number))
    if findings:
        raise DataError(findings)
    return tuple(found)


def _decoded(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _crs_row(cells: Mapping[str, str], kind: str, amount: str, number: int) -> Row:
    dollars = format((Decimal(amount) * _MILLION).normalize(), "f")
    return {
        **cells,
        "ID": f"{cells['ID'] or 'row'}#{number}-{kind}",
        "RECIPIENT": match_area(cells["RECIPIENT"]) or cells["RECIPIENT"],
        "KIND": kind,
        "AMOUNT": dollars,
        "CURRENCY": "USD",
        "SOURCE": "OECD CRS",
    }


def totals(rows: Iterable[Row]) -> Mapping[tuple[str, str, str, str], Decimal]:
    """Sums of support by recipient, purpose, kind and currency; currencies are never added up.

    Examples
    --------
    >>> row = {"RECIPIENT": "KEN", "PURPOSE": "15190", "KIND": "disbursement", "CURRENCY": "USD", "AMOUNT": "5"}
    >>> totals([row, row])["KEN", "15190", "disbursement", "USD"]
    Decimal('10')
    """
    found: dict[tuple[str, str, str, str], Decimal] = {}
    for row in rows:
        key = (row["RECIPIENT"], row["PURPOSE"], row["KIND"], row["CURRENCY"])
        found[key] = found.get(key, Decimal(0)) + Decimal(row["AMOUNT"])
    return dict(sorted(found.items()))
