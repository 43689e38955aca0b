"""Questionnaires as XForms, the form that ODK Collect and Enketo read; pyxform makes and checks them."""

from __future__ import annotations

from corridors.concepts.findings import DataError, Finding
from corridors.consult.formsheets import form_sheets
from corridors.consult.values import Questionnaire


def write_xform(form: Questionnaire) -> bytes:
    """A questionnaire as XForm XML.

    Parameters
    ----------
    form
        The questionnaire; how confidential answers are is left out, for devices know nothing of it.

    Raises
    ------
    DataError
        pyxform refuses the form (`form-invalid`).
    ValueError
        pyxform is not installed.
    """
    try:
        from pyxform.errors import PyXFormError  # type: ignore[import-untyped,import-not-found,unused-ignore]
        from pyxform.xls2xform import convert  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as missing:
        raise ValueError("XForms need pyxform: install corridors[consult]") from missing
    sheets = form_sheets(form)
    for row in sheets["survey"]:
        row.pop("confidentiality", None)
    try:
        made = convert(
            {"survey": sheets["survey"], "choices": sheets["choices"], "settings": sheets["settings"]}, validate=False
        )
    except PyXFormError as error:
        raise DataError([Finding("form-invalid", form.id, str(error), "mend the form")]) from error
    return str(made.xform).encode()
