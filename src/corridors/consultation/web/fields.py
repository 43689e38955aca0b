"""Questions as fields of a page, and the fields of a posted page as answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corridors.concepts.findings import Finding
from corridors.consult.values import Choice, Question, Questionnaire
from corridors.consultation.forms import in_language
from corridors.consultation.replies import Given
from corridors.consultation.schema import AnswerRow
from corridors.consultation.web.asking import Posted, Trouble
from corridors.consultation.words import words


@dataclass(frozen=True, slots=True)
class Field:
    """One question with what stands for it.

    Parameters
    ----------
    question, choices
        The question and what may be chosen.
    value, version
        The answer that stands, and its version; 0 for none.
    confidentiality, public_from
        How far it may be shown.
    others
        Answers that were kept aside.
    """

    question: Question
    choices: tuple[Choice, ...]
    value: str
    version: int
    confidentiality: str
    public_from: str
    others: tuple[AnswerRow, ...]

    @property
    def chosen(self) -> list[str]:
        """Names chosen, in their order."""
        return self.value.split()

    def shown(self, language: str) -> str:
        """The answer as it is read: labels of what was chosen."""
        labels = {one.name: in_language(one.label, language) for one in self.choices}
        return "; ".join(labels.get(name, name) for name in self.chosen) if labels else self.value


def fields_of(
    form: Questionnaire,
    questions: Iterable[Question],
    *,
    standing: Mapping[str, AnswerRow],
    parked: Mapping[str, list[AnswerRow]],
    given: Mapping[str, Given] | None = None,
) -> list[Field]:
    """The fields of some questions; `given` are answers that could not be saved and must not be lost."""
    made = []
    for one in questions:
        if one.kind == "calculate":
            continue
        stands, new = standing.get(one.name), (given or {}).get(one.name)
        made.append(
            Field(
                question=one,
                choices=form.choices_of(one),
                value=new.value if new else stands.value if stands else "",
                version=new.based_on or 0 if new else stands.version if stands else 0,
                confidentiality=stands.confidentiality if stands else one.confidentiality,
                public_from=(stands.public_from if stands else None) or "",
                others=tuple(parked.get(one.name, ())),
            )
        )
    return made


def told_faults(form: Questionnaire, findings: Iterable[Finding], *, language: str) -> list[str]:
    """Findings on answers in the language of the page, each with the question as it is asked."""
    known, said = {one.name: one for one in form.questions()}, []
    for one in findings:
        question = known.get(one.place.rsplit(", ", 1)[-1])
        if question is None:
            said.append(f"{one.place}: {one.fact} ({one.mend})")
            continue
        text = one.fact
        if one.code == "answer-missing":
            text = words(language)["required"]
        elif question.constraint_message and question.constraint and "does not meet" in one.fact:
            text = in_language(question.constraint_message, language)
        said.append(f"{in_language(question.label, language)}: {text}")
    return said


def answers_in(posted: Posted, form: Questionnaire, *, language: str) -> dict[str, Given]:
    """The answers of a posted page: of every question whose field it carried.

    Raises
    ------
    Trouble
        The form is not one that this server made.
    """
    found = {}
    for question in form.questions():
        version = posted.one(f"v.{question.name}")
        if not version or question.kind in ("note", "calculate", "file"):
            continue
        if not re.fullmatch(r"\d{1,9}", version):
            raise Trouble(400)
        shown = posted.one(f"c.{question.name}") or question.confidentiality
        day = posted.one(f"d.{question.name}")
        if shown not in ("public", "after-date", "secretariat") or not re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", day):
            raise Trouble(400)
        found[question.name] = Given(
            value=_value(posted, question),
            based_on=int(version),
            language=language,
            confidentiality=shown,
            public_from=day or None if shown == "after-date" else None,
        )
    return found


def _value(posted: Posted, question: Question) -> str:
    if question.kind == "rank":
        head = f"q.{question.name}."
        ranked = [(posted.one(name), name.removeprefix(head)) for name in posted.fields if name.startswith(head)]
        return " ".join(name for _, name in sorted((int(rank), name) for rank, name in ranked if rank.isdigit()))
    return " ".join(posted.fields.get(f"q.{question.name}", ())).replace("\x00", "").strip()
