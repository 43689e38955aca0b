"""Questionnaires read from XLSForm workbooks, with their faults named.

Read are the sheets `survey`, `choices` and `settings`. Sections are groups; groups inside groups, repeats, cascades of choices
and formulas are refused. Metadata that a device fills in (`start`, `end`, `deviceid` and the like) is passed over.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from corridors.collect.cells import Sheet, open_workbook
from corridors.collect.xmlcells import sheet_paths
from corridors.concepts.areas import Language
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.consult.checks import CLOSED, questionnaire_findings
from corridors.consult.values import Choice, Confidentiality, Question, QuestionKind, Questionnaire, Section, Text

#: Names of languages as the heads of columns carry them.
LANGUAGE_HEADS: Mapping[Language, str] = {
    "ar": "العربية (ar)",
    "zh": "中文 (zh)",
    "en": "English (en)",
    "fr": "Français (fr)",
    "ru": "Русский (ru)",
    "es": "Español (es)",
}
#: Most rows of a sheet.
MOST_ROWS = 2_000
_SHEETS = ("survey", "choices", "settings")
_TEXTS = ("label", "hint", "constraint_message", "form_title")
_PLAIN = (
    "type",
    "name",
    "required",
    "relevant",
    "constraint",
    "calculation",
    "appearance",
    "confidentiality",
    "list_name",
)
_SETTINGS = ("form_id", "version", "default_language")
#: Columns that change nothing here: what a page looks like, and notes to whoever writes the form.
_PASSED = (
    "notes",
    "note",
    "style",
    "public_key",
    "submission_url",
    "order",
    "disabled",
    "required_message",
    "read_only",
)
_METADATA = (
    "start", "end", "today", "deviceid", "device_id", "username", "phonenumber", "phone_number", "email", "audit", "instanceid",
)  # fmt: skip
_FORMULA = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]{1,3}\d+)["'][^>]*>\s*<f[\s>/]""")
_HEAD = re.compile(r"([a-z_]+)(?:\s*::?\s*(.+))?", re.IGNORECASE)
_TAG = re.compile(r".*\(([A-Za-z]{2,3})[\w-]*\)\s*|([A-Za-z]{2,3})\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(slots=True)
class _Row:
    """One row of a sheet: its place, plain cells by column, texts by column and language."""

    place: str
    cells: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[Language, str]] = field(default_factory=dict)

    def text(self, name: str) -> Text:
        """The texts of one column."""
        return self.texts.get(name, {})

    def cell(self, name: str) -> str:
        """A plain cell, blank where there is none."""
        return self.cells.get(name, "")


def read_xlsform(raw: bytes, *, file: str) -> Questionnaire:
    """A questionnaire from a workbook.

    Raises
    ------
    DataError
        The bytes are no workbook, or the form has what is refused: `form-unsupported` (formulas, unknown types, columns and
        languages, repeats), `form-invalid`, `form-circular`, `language-missing`, `expression-invalid`, `key-duplicate`.

    Examples
    --------
    >>> from corridors.consult.formsheets import write_xlsform
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> form = shipped_questionnaire("views")
    >>> read_xlsform(write_xlsform(form), file="views.xlsx") == form
    True
    """
    sheets = {one.name: one for one in open_workbook(raw, file=file, wanted=lambda name: name in _SHEETS)}
    findings = [*_formulas(raw, file)]
    if "survey" not in sheets:
        findings.append(
            Finding("form-invalid", file, "no sheet 'survey'", "write the questions into a sheet of this name")
        )
        raise DataError(findings)
    findings += [
        Finding("form-invalid", one.place(), f"{one.cells.height:,} rows", f"write {MOST_ROWS:,} at most")
        for one in sheets.values()
        if one.cells.height > MOST_ROWS
    ]
    raise_if_any(findings)
    settings_rows, _ = _rows(sheets.get("settings"), "en", findings)
    settings = settings_rows[0] if settings_rows else _Row(file)
    tag = _language(settings.cell("default_language") or "en")
    default: Language = tag or "en"
    if tag is None:
        findings.append(_foreign(settings.place, settings.cell("default_language")))
    # Titles without a language are those of the default one, which only the settings themselves tell.
    settings_rows, titled = _rows(sheets.get("settings"), default, [])
    settings = settings_rows[0] if settings_rows else settings
    survey, spoken = _rows(sheets["survey"], default, findings)
    choices, chosen = _rows(sheets.get("choices"), default, findings)
    there = spoken | chosen or titled or {default}
    form = Questionnaire(
        id=_whole(settings.cell("form_id")) or re.sub(r"\W+", "_", file.rsplit("/", 1)[-1].rsplit(".", 1)[0]),
        version=_whole(settings.cell("version")),
        title=settings.text("form_title") or dict.fromkeys(there, file),
        languages=tuple(language for language in get_args(Language) if language in there),
        default_language=default,
        sections=tuple(_sections(survey, findings)),
        lists=_lists(choices, findings),
    )
    if default not in there:
        fact = f"the default language {default} has no column"
        findings.append(Finding("language-missing", settings.place, fact, "name a language that the form has"))
    raise_if_any([*findings, *questionnaire_findings(form, file=file)])
    return form


def _formulas(raw: bytes, file: str) -> Iterator[Finding]:
    if not raw.startswith(b"PK"):
        fact = "an old workbook, whose formulas cannot be told from texts"
        yield Finding("form-unsupported", file, fact, "save it as .xlsx")
        return
    paths = sheet_paths(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in _SHEETS:
            found = _FORMULA.search(archive.read(paths[name])) if name in paths else None
            if found:
                fact = f"cell {found[1].decode()} holds a formula"
                yield Finding("form-unsupported", f"{file}, sheet {name}", fact, "write its result in its place")


def _rows(sheet: Sheet | None, default: Language, findings: list[Finding]) -> tuple[list[_Row], set[Language]]:
    """Rows below the heads, and the languages that texts are in."""
    if sheet is None or not sheet.cells.height:
        return [], set()
    columns = [_column((text or "").strip(), sheet, default, findings) for text in sheet.cells.row(0)]
    found: list[_Row] = []
    languages: set[Language] = {column[1] for column in columns if column and column[1] and column[0] == "label"}
    for number, cells in enumerate(sheet.cells.iter_rows(), 1):
        if number == 1 or not any(cell and cell.strip() for cell in cells):
            continue
        row = _Row(sheet.place(number))
        for column, cell in zip(columns, cells, strict=True):
            if column is None or not cell or not cell.strip():
                continue
            name, language = column
            if language is None:
                row.cells[name] = cell.strip()
            else:
                row.texts.setdefault(name, {})[language] = cell.strip()
        found.append(row)
    return found, languages


def _column(head: str, sheet: Sheet, default: Language, findings: list[Finding]) -> tuple[str, Language | None] | None:
    """What a column holds, from its head; None where it is passed over."""
    match = _HEAD.fullmatch(head)
    name = match[1].lower() if match else head
    name = {"list name": "list_name", "caption": "label", "relevance": "relevant"}.get(head.lower(), name)
    if not head or name in _PASSED:
        return None
    if titled := re.fullmatch(r"form_title_([a-z]{2})", head):
        head, name, match = f"form_title::{titled[1]}", "form_title", _HEAD.fullmatch(f"form_title::{titled[1]}")
    if name in _TEXTS:
        language = _language(match[2]) if match and match[2] else default
        if language is None:
            findings.append(_foreign(sheet.place(1), head))
            return None
        return name, language
    if name in (*_PLAIN, *_SETTINGS) and not (match and match[2]):
        return name, None
    mend = f"delete the column; read are {', '.join((*_TEXTS, *_PLAIN, *_SETTINGS))}"
    findings.append(Finding("form-unsupported", sheet.place(1), f"column {head!r} is not read", mend))
    return None


def _language(text: str) -> Language | None:
    match = _TAG.fullmatch(text.strip())
    tag = (match[1] or match[2]).lower() if match else ""
    known: dict[str, Language] = {language: language for language in get_args(Language)}
    return known.get(tag)


def _foreign(place: str, text: str) -> Finding:
    known = ", ".join(LANGUAGE_HEADS.values())
    return Finding("form-unsupported", place, f"{text!r} names none of the six languages", f"write one of {known}")


def _whole(text: str) -> str:
    """A cell that a spreadsheet program may have turned into a number with a fraction."""
    return re.sub(r"\.0$", "", text)


@dataclass(slots=True)
class _Open:
    """The section that is being read: its group, or None between groups, and its questions so far."""

    group: _Row | None = None
    questions: list[Question] = field(default_factory=list)

    def closed(self) -> Section:
        """The section, after which a new one begins outside all groups."""
        questions, group = tuple(self.questions), self.group
        self.group, self.questions = None, []
        if group is None:
            return Section("", {}, questions)
        return Section(group.cell("name"), group.text("label"), questions, group.cell("relevant"))


def _sections(rows: Sequence[_Row], findings: list[Finding]) -> Iterator[Section]:
    """Groups as sections; questions between groups make sections without a name."""
    section = _Open()
    for row in rows:
        kind = " ".join(row.cell("type").replace("_", " ").lower().split())
        if kind == "begin group":
            if section.group is not None:
                findings.append(_refused(row, "a group inside a group", "end the group before it"))
            if section.questions:
                yield section.closed()
            section.group = row
            findings += _name_findings(row)
        elif kind == "end group":
            if section.group is None:
                findings.append(_refused(row, "the end of no group", "delete the row"))
            yield section.closed()
        elif row.cell("type").lower() not in _METADATA:
            question = _question(row, findings)
            section.questions += [question] if question else []
    if section.group is not None:
        findings.append(_refused(section.group, "a group without an end", "add a row `end group`"))
    if section.questions:
        yield section.closed()


def _refused(row: _Row, fact: str, mend: str) -> Finding:
    return Finding("form-invalid", row.place, fact, mend)


def _name_findings(row: _Row) -> list[Finding]:
    name = row.cell("name")
    if _NAME.fullmatch(name) and len(name) <= 100:
        return []
    return [_refused(row, f"the name {name[:60]!r}", "write letters, digits, - and _, a letter first, 100 at most")]


def _question(row: _Row, findings: list[Finding]) -> Question | None:
    words = row.cell("type").split()
    kinds: dict[str, QuestionKind] = {one: one for one in get_args(QuestionKind)}
    kind = kinds.get(words[0].lower()) if words else None
    if kind is None or len(words) != (2 if kind in CLOSED else 1):
        mend = f"use {', '.join(kinds)}, those with choices followed by the name of their list"
        findings.append(Finding("form-unsupported", row.place, f"type {row.cell('type')!r} is not read", mend))
        return None
    levels: dict[str, Confidentiality] = {one: one for one in get_args(Confidentiality)}
    level = levels.get(row.cell("confidentiality") or "public")
    if level is None:
        findings.append(_refused(row, f"confidentiality {row.cell('confidentiality')!r}", f"write {', '.join(levels)}"))
    required = row.cell("required").lower()
    if required not in ("", "yes", "no", "true", "false", "true()", "false()"):
        findings.append(_refused(row, f"required is {required!r}", "write yes or no"))
    findings += _name_findings(row)
    return Question(
        name=row.cell("name"),
        kind=kind,
        label=row.text("label"),
        hint=row.text("hint"),
        choices=words[1] if kind in CLOSED else "",
        required=required in ("yes", "true", "true()"),
        relevant=row.cell("relevant"),
        constraint=row.cell("constraint"),
        constraint_message=row.text("constraint_message"),
        calculation=row.cell("calculation"),
        confidentiality=level or "secretariat",
        appearance=row.cell("appearance"),
    )


def _lists(rows: Sequence[_Row], findings: list[Finding]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, tuple[Choice, ...]] = {}
    for row in rows:
        if not row.cell("list_name") or not row.cell("name"):
            findings.append(_refused(row, "a choice without a list or a name", "fill in list_name and name"))
            continue
        choice = Choice(_whole(row.cell("name")), row.text("label"))
        lists[row.cell("list_name")] = (*lists.get(row.cell("list_name"), ()), choice)
    return lists
