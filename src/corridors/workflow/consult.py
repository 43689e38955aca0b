"""Consultations where pure values meet files: the golden tally, the publishable set in the store, questionnaires as files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from corridors.consult.formsheets import write_xlsform
from corridors.consult.golden import golden_round
from corridors.consult.groups import Group
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consult.tally import Tally, tally
from corridors.consult.values import Consultation, Questionnaire
from corridors.consult.views import views_table
from corridors.consult.xform import write_xform
from corridors.consult.xlsform import read_xlsform
from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store, Vintage
from corridors.workflow.collect import CONSULTATIONS


def golden_tally(*, as_of: date | None = None) -> Tally:
    """The tally of the survey that the resolution describes, over the membership of a day.

    Examples
    --------
    >>> golden_tally(as_of=date(1998, 12, 31)).members
    185
    """
    return tally(golden_round(), as_of=as_of)


def tally_answer(found: Tally) -> dict[str, Any]:
    """A tally as one JSON object.

    Examples
    --------
    >>> tally_answer(golden_tally())["bounds_percent_of_members"]["in_favour"]
    [24.87, 83.6]
    """
    return {
        "round": found.round,
        "title": found.title,
        "as_of": found.as_of.isoformat(),
        "members": found.members,
        "respondents": found.replied,
        "share_of_membership_percent": round(found.share, 2),
        "share_of_membership_percent_printed": round(found.share),
        **found.counts,
        "no_reply": found.silent,
        "bounds_percent_of_members": {name: [round(bound, 2) for bound in found.bounds(name)] for name in found.counts},
        "apart": {kind: dict(counts) for kind, counts in found.apart.items()},
        "silent_areas": list(found.silent_areas),
        "outcomes": {
            outcome: sum(one.outcome == outcome for one in found.verdicts)
            for outcome in sorted({one.outcome for one in found.verdicts})
        },
    }


def publish_views(
    store: Path,
    consultation: Consultation,
    *,
    form: Questionnaire,
    on: date,
    groups: Iterable[Group] = (),
    released: date | None = None,
) -> Vintage:
    """Put what may be published of a round into the store as a vintage of `VIEWS`.

    Parameters
    ----------
    store
        Folder of the vintages.
    consultation, form
        The round and its questionnaire.
    on
        Day of publication.
    groups, released
        As `corridors.consult.views.views_table` takes them.

    Raises
    ------
    DataError
        The round cannot be tallied.
    Unavailable
        The disk refused.
    """
    found = tally(consultation)
    table = views_table(consultation, found, form, on=on, groups=groups, released=released)
    described = {
        "citation": f"Consultation {consultation.round.id}, tally of {found.as_of.isoformat()}",
        "licence": "As its respondents agreed; see the consent of each reply",
        "document": consultation.round.document,
        "questionnaire": f"{form.id} {form.version}",
    }
    product = f"views-{consultation.round.id}"
    return Store(store).publish(CONSULTATIONS, product, {"VIEWS": table}, metadata=described)["VIEWS"]


def write_questionnaire(name: str, out: Path) -> Path:
    """Write a shipped questionnaire as a workbook (`.xlsx`) or an XForm (`.xml`).

    Raises
    ------
    ValueError
        The file's name ends in neither, or no questionnaire has this name.
    Unavailable
        The disk refused.
    """
    writers = {".xlsx": write_xlsform, ".xml": write_xform}
    if out.suffix.lower() not in writers:
        raise ValueError(f"cannot write {out.name!r}; the name of the file ends in {' or '.join(writers)}")
    with whole_or_nothing(str(out)):
        write_file(out, writers[out.suffix.lower()](shipped_questionnaire(name)))
    return out


def read_questionnaire(path: Path) -> Questionnaire:
    """A questionnaire from a workbook on the disk.

    Raises
    ------
    DataError
        The file is not there, or the form has faults.
    """
    from corridors.concepts.findings import DataError, Finding

    try:
        raw = path.read_bytes()
    except OSError as error:
        fact = f"cannot be read: {error.strerror}"
        raise DataError([Finding("file-unreadable", str(path), fact, "name a workbook that is there")]) from error
    return read_xlsform(raw, file=path.name)
