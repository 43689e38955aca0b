"""What the title rows of a workbook say: revision, reporting country, criterion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corridors.collect.cells import UNCHANGED, Header, Label, Sheet, find_header, fold_label
from corridors.collect.spellings import area_of, names_of
from corridors.concepts.findings import DataError, Finding, raise_if_any

REVISIONS = ("2015",)
WANTED = "a workbook of International Migration Flows to and from Selected Countries, the 2015 revision"
#: Criterion by the words that follow `Criterion:` in the title rows, or `by` in a sheet's name.
CRITERIA = {"citizenship": "CITIZENSHIP", "residence": "RESIDENCE", "place of birth": "BIRTH", "birth": "BIRTH"}
BY_COUNTRY = (Label("Type", ("type",)), Label("Coverage", ("coverage",)), Label("OdName", ("odname",)))
BY_REGION = (
    Label("Type", ("type",)),
    Label("Coverage", ("coverage",)),
    Label("AreaName", ("areaname",)),
    Label("RegName", ("regname",)),
)
_REVISION = re.compile(r"(?:Selected Countries: The |Flow/Rev\.)((?:19|20)\d\d)")


@dataclass(frozen=True, slots=True)
class Titled:
    """A sheet with flows: its header, the country it calls its reporter, its criterion, and where it says so."""

    sheet: Sheet
    header: Header
    by_region: bool
    reporter: str | None
    criterion: str
    said: str


def revision_of(sheets: Sequence[Sheet], *, file: str) -> str:
    """The revision that the titles name.

    Raises
    ------
    DataError
        They name none, several, or one that is not read.
    """
    found = {match[1] for sheet in sheets for text in sheet.top(20) for match in _REVISION.finditer(text)}
    if not found:
        names = ", ".join(sheet.name for sheet in sheets[:6])
        fact = f"a workbook with the sheets {names}, whose titles name no revision of these flows"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}, with its title rows")])
    if len(found) > 1:
        fact = f"the titles name the revisions {', '.join(sorted(found))}"
        raise DataError([Finding("revision-mixed", file, fact, "give each revision in its own file")])
    revision = found.pop()
    if revision not in REVISIONS:
        fact = f"the titles say revision {revision}"
        raise DataError([Finding("revision-unknown", file, fact, f"wanted is {WANTED}")])
    return revision


def titled(sheets: Sequence[Sheet], *, file: str) -> list[Titled]:
    """The sheets with flows and what is said of them; other sheets, such as notes, are left out.

    Raises
    ------
    DataError
        No sheet has flows, or one does not say by what criterion.
    """
    found, findings = [], []
    for sheet in sheets:
        headed = _header(sheet)
        if headed is None:
            continue
        header, by_region = headed
        findings += [
            Finding("column-missing", sheet.place(header.row), f"no column {name}", UNCHANGED)
            for name in header.missing
        ]
        reporter, written, said = _said(sheet, header)
        criterion = CRITERIA.get(fold_label(written))
        if criterion is None:
            fact = f"neither a title row nor the sheet's name says the criterion ({written or 'nothing'!r})"
            findings.append(Finding("code-unknown", sheet.place(), fact, f"write Criterion: {', '.join(CRITERIA)}"))
        else:
            found.append(Titled(sheet, header, by_region, reporter, criterion, said))
    raise_if_any(findings)
    if not found:
        fact = "no sheet has the columns Type, Coverage and OdName, or Type, Coverage, AreaName and RegName"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")])
    return found


def reporter_of(sheets: Sequence[Titled], *, file: str) -> str:
    """Area code of the one reporting country.

    Raises
    ------
    DataError
        No sheet names it, several countries are named, or it is no known area.
    """
    named = sorted({one.reporter for one in sheets if one.reporter})
    if not named:
        fact = "no title row and no sheet's name says which country reports"
        raise DataError([Finding("area-unknown", file, fact, "keep the row Reporting country")])
    codes = {name: area_of(name, names=names_of("unflows")) for name in named}
    raise_if_any(
        Finding("area-unknown", f"{file}, reporting country", f"{name!r} is no known area", "add it to names.csv")
        for name, code in codes.items()
        if not code
    )
    if len(set(codes.values())) > 1:
        fact = f"the sheets name the reporting countries {', '.join(named)}"
        raise DataError([Finding("table-wrong", file, fact, "give each country in its own file")])
    return str(codes[named[0]])


def _header(sheet: Sheet) -> tuple[Header, bool] | None:
    """The sheet's header and whether it is by region."""
    country, region = find_header(sheet, BY_COUNTRY), find_header(sheet, BY_REGION)
    if country is not None and "OdName" in country.columns:
        return country, False
    if region is not None and {"AreaName", "RegName"} & set(region.columns):
        return region, True
    return None


def _said(sheet: Sheet, header: Header) -> tuple[str | None, str, str]:
    """Reporter, criterion and the words that say them: of the title rows, else of the sheet's name."""
    titles = dict(_pair(text) for text in sheet.top(header.row - 1) if ":" in text)
    name = re.fullmatch(r"(.+) by (.+)", sheet.name)
    of_name = name[1] if name and fold_label(name[1]) != "regions" else None
    reporter = titles.get("reporting country", of_name)
    criterion = titles.get("criterion", name[2] if name else "")
    rows = f"title rows say Reporting country: {reporter}, Criterion: {criterion}"
    return reporter, criterion, rows if "criterion" in titles else f"its name says the criterion, {criterion}"


def _pair(text: str) -> tuple[str, str]:
    label, _, value = text.partition(":")
    return fold_label(label), value.strip()
