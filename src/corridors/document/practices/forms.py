"""The form of a practice as JSON, YAML and a workbook: to hand out, and to read back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from corridors.collect.cells import open_workbook
from corridors.concepts.findings import DataError, Finding
from corridors.document.practices.checks import practice_of
from corridors.document.practices.record import Practice

Form = Literal["json", "yaml", "xlsx"]
SCHEMA = "corridors-practices/1"
_LISTED = ("countries", "corridor", "partners", "objectives", "target_groups")
_WHOLE = ("start", "end", "year", "grade", "persons")
_REAL = ("cost", "value", "low", "high", "level")
_SHEETS = ("effects", "documents", "reviews")


def blank_form(form: Form) -> bytes:
    """An empty form to fill in, with what each field holds beside it.

    Raises
    ------
    ValueError
        There is no such form.

    Examples
    --------
    >>> json.loads(blank_form("json"))["schema"]
    'corridors-practices/1'
    """
    if form not in get_args(Form):
        raise ValueError(f"no form {form!r}; there are {', '.join(get_args(Form))}")
    template = json.loads(files("corridors.document.practices").joinpath("form.json").read_text(encoding="utf-8"))
    if form == "json":
        return (json.dumps({"schema": SCHEMA, "practices": [template["example"]]}, indent=2) + "\n").encode()
    if form == "yaml":
        return _yaml(template)
    return _workbook(template)


def _yaml(template: Mapping[str, Any]) -> bytes:
    # Each value is written as JSON, which every reader of YAML reads.
    lines = [f"schema: {SCHEMA}", "practices:"]
    for number, (name, value) in enumerate(template["example"].items()):
        lines.append(f"{'  - ' if number == 0 else '    '}{name}: {json.dumps(value)}  # {template['meaning'][name]}")
    return ("\n".join(lines) + "\n").encode()


def _workbook(template: Mapping[str, Any]) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped]

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("practice")
    sheet.write_row(0, 0, ("field", "value", "meaning"), bold)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 2, 60)
    plain = {name: value for name, value in template["example"].items() if name not in _SHEETS}
    for number, (name, value) in enumerate(plain.items(), 1):
        shown = "; ".join(map(str, value)) if isinstance(value, list) else value
        sheet.write_row(number, 0, (name, "" if shown is None else str(shown), template["meaning"][name]))
    for name in _SHEETS:
        part = book.add_worksheet(name)
        heads = list(template["example"][name][0])
        part.write_row(0, 0, heads, bold)
        part.write_row(1, 0, ["" if value is None else str(value) for value in template["example"][name][0].values()])
    book.close()
    return target.getvalue()


def practices_json(practices: Iterable[Practice]) -> bytes:
    """Practices as JSON, which `read_practices` reads back.

    Examples
    --------
    >>> read_practices(practices_json(shipped_practices()), file="p.json") == shipped_practices()
    True
    """
    whole = {"schema": SCHEMA, "practices": [asdict(one) for one in practices]}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def read_practices(raw: bytes, *, file: str) -> tuple[Practice, ...]:
    """Practices from a filled form: JSON, YAML or a workbook.

    Raises
    ------
    DataError
        The file is none of the three (`file-unreadable`), a field holds what it may not (`record-invalid`), an id comes
        twice (`key-duplicate`), or a record claims to be published too early (`practice-unpublishable`).

    Examples
    --------
    >>> read_practices(b'{"schema": "corridors-practices/1", "practices": []}', file="p.json")
    ()
    """
    entries = [_from_sheets(raw, file)] if raw[:2] == b"PK" else _entries(raw, file)
    found: list[Practice] = []
    findings: list[Finding] = []
    for entry in entries:
        try:
            found.append(practice_of(entry, file=file))
        except DataError as error:
            findings += error.findings
    ids = [one.id for one in found]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    findings += [
        Finding("key-duplicate", f"{file}, practice {one}", "it comes twice", "keep one of them") for one in twice
    ]
    if findings:
        raise DataError(findings)
    return tuple(found)


def _entries(raw: bytes, file: str) -> Sequence[Mapping[str, Any]]:
    mend = f"fill in the form: JSON or YAML with `schema: {SCHEMA}` and a list `practices`"
    try:
        text = raw.decode("utf-8-sig")
        whole = json.loads(text) if text.lstrip().startswith(("{", "[")) else _from_yaml(text, file)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise DataError([Finding("file-unreadable", file, f"no form: {error}", mend)]) from error
    entries = whole.get("practices") if isinstance(whole, dict) else whole
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DataError([Finding("file-unreadable", file, "a file without a list of practices", mend)])
    return [_filled(entry) for entry in entries]


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without the lines of effects, documents and reviews that nobody filled in."""
    made = dict(entry)
    for name in _SHEETS:
        if isinstance(made.get(name), list):
            made[name] = [
                part
                for part in made[name]
                if not isinstance(part, dict) or any(v not in (None, "") for v in part.values())
            ]
    return made


def _from_yaml(text: str, file: str) -> Any:
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError as missing:
        mend = "give the form as JSON, or install pyyaml"
        raise DataError([Finding("file-unreadable", file, "YAML, and its reader is not installed", mend)]) from missing
    try:
        # Aliases let a few lines unpack to gigabytes; no form needs them.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise DataError([Finding("file-unreadable", file, "YAML with aliases", "write each value out")])
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        fact = f"no YAML: {' '.join(str(error).split())[:200]}"
        raise DataError([Finding("file-unreadable", file, fact, "fill in the form as it was handed out")]) from error


def _from_sheets(raw: bytes, file: str) -> dict[str, Any]:
    sheets = {sheet.name: sheet for sheet in open_workbook(raw, file=file)}
    if "practice" not in sheets:
        mend = "fill in the workbook as it was handed out"
        raise DataError([Finding("file-unreadable", file, "no sheet 'practice'", mend)])
    rows = [row for row in sheets["practice"].cells.iter_rows() if row and row[0]]
    entry: dict[str, Any] = {
        str(row[0]): _typed(str(row[0]), str(row[1]))
        for row in rows
        if row[0] != "field" and len(row) > 1 and row[1] not in (None, "")
    }
    for name in _SHEETS:
        if name in sheets:
            entry[name] = _parts(list(sheets[name].cells.iter_rows()))
    return entry


def _parts(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    heads = [str(cell) for cell in rows[0]] if rows else []
    parts = [
        {head: _typed(head, str(cell)) for head, cell in zip(heads, row, strict=False) if cell not in (None, "")}
        for row in rows[1:]
    ]
    return [part for part in parts if part]


def _typed(name: str, cell: str) -> Any:
    """A cell in the kind of its field; what cannot be turned is left for the check to name."""
    try:
        if name in _LISTED:
            items = [item.strip() for item in cell.split(";") if item.strip()]
            return [int(float(item)) for item in items] if name == "objectives" else items
        if name in _WHOLE:
            return int(float(cell))
        return float(cell) if name in _REAL else cell
    except ValueError:
        return cell


@cache
def shipped_practices() -> tuple[Practice, ...]:
    """The practices that come with the package, each with a public document and the grade of one reader.

    Examples
    --------
    >>> all(one.documents and one.state == "in review" for one in shipped_practices())
    True
    """
    raw = files("corridors.document.practices").joinpath("data", "practices.json").read_bytes()
    return read_practices(raw, file="practices.json")
