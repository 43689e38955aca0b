"""Questionnaires written as XLSForm workbooks, which `corridors.consult.xlsform` reads back."""

from __future__ import annotations

import io
from typing import Any

from corridors.consult.values import Question, Questionnaire, Text
from corridors.consult.xlsform import LANGUAGE_HEADS


def form_sheets(form: Questionnaire) -> dict[str, list[dict[str, str]]]:
    """A questionnaire as the rows of an XLSForm's sheets, by the heads of their columns.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> form_sheets(shipped_questionnaire("views"))["survey"][1]["type"]
    'select_one stance'
    """
    survey: list[dict[str, str]] = []
    for section in form.sections:
        if section.name:
            head = {"type": "begin group", "name": section.name}
            head |= {"relevant": section.relevant} if section.relevant else {}
            survey.append(head | _worded("label", section.label))
        survey += [_question_row(one) for one in section.questions]
        if section.name:
            survey.append({"type": "end group"})
    choices = [
        {"list_name": name, "name": one.name} | _worded("label", one.label)
        for name, held in form.lists.items()
        for one in held
    ]
    settings = {
        "form_title": form.title.get(form.default_language, form.id),
        "form_id": form.id,
        "version": form.version,
        "default_language": LANGUAGE_HEADS[form.default_language],
    }
    # Other readers know one title alone and stumble over a language in its head.
    settings |= {f"form_title_{name}": text for name, text in form.title.items() if name != form.default_language}
    return {
        "survey": survey,
        "choices": choices,
        "settings": [{name: value for name, value in settings.items() if value}],
    }


def _worded(column: str, text: Text) -> dict[str, str]:
    return {f"{column}::{LANGUAGE_HEADS[language]}": words for language, words in text.items()}


def _question_row(one: Question) -> dict[str, str]:
    plain: dict[str, Any] = {
        "type": f"{one.kind} {one.choices}".strip(),
        "name": one.name,
        "required": "yes" if one.required else "",
        "relevant": one.relevant,
        "constraint": one.constraint,
        "calculation": one.calculation,
        "appearance": one.appearance,
        "confidentiality": one.confidentiality if one.confidentiality != "public" else "",
    }
    words = {"label": one.label, "hint": one.hint, "constraint_message": one.constraint_message}
    return {name: value for name, value in plain.items() if value} | {
        head: text for column, said in words.items() for head, text in _worded(column, said).items()
    }


def write_xlsform(form: Questionnaire) -> bytes:
    """A questionnaire as a workbook, which `read_xlsform` reads back; no cell is a formula.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> write_xlsform(shipped_questionnaire("views"))[:2]
    b'PK'
    """
    import xlsxwriter  # type: ignore[import-untyped]

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for name, rows in form_sheets(form).items():
        sheet = book.add_worksheet(name)
        heads = list(dict.fromkeys(head for row in rows for head in row))
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, 1):
            for column, head in enumerate(heads):
                if row.get(head):
                    sheet.write_string(number, column, row[head])
    book.close()
    return target.getvalue()
