"""Which questions a reply is asked, and whether its answers hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from corridors.concepts.findings import Finding
from corridors.consult._functions import as_text
from corridors.consult.checks import CLOSED
from corridors.consult.expressions import ExpressionError, evaluate, holds
from corridors.consult.values import Question, Questionnaire

#: Longest answer in characters.
LONGEST = 100_000
#: Kinds that a respondent does not fill in.
_SHOWN_ONLY = ("note", "calculate")


@dataclass(frozen=True, slots=True)
class State:
    """A form with the answers so far: names of the questions that are asked, and all values, calculated ones included."""

    asked: tuple[str, ...]
    values: Mapping[str, str]


def state_of(form: Questionnaire, answers: Mapping[str, str], *, as_of: date | None = None) -> State:
    """Which questions are relevant given the answers; the answers to others are left out as if they had not been given.

    Parameters
    ----------
    form
        The questionnaire, without faults.
    answers
        Answers by the name of their question.
    as_of
        The day that `today()` stands for.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> form = shipped_questionnaire("views")
    >>> "conditions" in state_of(form, {"stance": "conditional"}).asked, "conditions" in state_of(form, {}).asked
    (True, False)
    """
    values = {one.name: answers.get(one.name, "") for one in form.questions()}
    for _ in range(len(values) + 1):
        after = _settled(form, values, answers, as_of)
        if after == values:
            break
        values = after
    asked = tuple(
        one.name
        for section in form.sections
        if holds(section.relevant, values, as_of=as_of)
        for one in section.questions
        if holds(one.relevant, values, as_of=as_of)
    )
    return State(asked, {name: value for name, value in values.items() if value != ""})


def _settled(
    form: Questionnaire, values: Mapping[str, str], answers: Mapping[str, str], as_of: date | None
) -> dict[str, str]:
    """Values once more, each question's relevance judged by the values before."""
    made: dict[str, str] = {}
    for section in form.sections:
        shown = holds(section.relevant, values, as_of=as_of)
        for one in section.questions:
            relevant = shown and holds(one.relevant, values, as_of=as_of)
            if not relevant:
                made[one.name] = ""
            elif one.kind == "calculate":
                made[one.name] = as_text(evaluate(one.calculation, values, as_of=as_of)) if one.calculation else ""
            else:
                made[one.name] = answers.get(one.name, "")
    return made


def answer_findings(
    form: Questionnaire, answers: Mapping[str, str], *, place: str, as_of: date | None = None, whole: bool = True
) -> list[Finding]:
    """What keeps answers from being taken.

    Parameters
    ----------
    form
        The questionnaire, without faults.
    answers
        Answers by the name of their question.
    place
        What the findings call the reply.
    as_of
        The day that `today()` stands for.
    whole
        Whether the reply is to be cleared, so that every required question that is asked must be answered.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> form = shipped_questionnaire("views")
    >>> [finding.fact for finding in answer_findings(form, {"stance": "perhaps"}, place="reply 1", whole=False)]
    ["'perhaps' is no choice"]
    """
    state = state_of(form, answers, as_of=as_of)
    known = {one.name: one for one in form.questions()}
    findings = [
        Finding("answer-invalid", f"{place}, {name}", "the form has no such question", "leave it out")
        for name in answers
        if name not in known
    ]
    for name in state.asked:
        question, value = known[name], state.values.get(name, "")
        where = f"{place}, {name}"
        if value.strip():
            findings += _answer_findings(form, question, value, state.values, where, as_of)
        elif whole and question.required and question.kind not in _SHOWN_ONLY:
            findings.append(Finding("answer-missing", where, "no answer to a required question", "answer it"))
    return findings


def _answer_findings(
    form: Questionnaire, question: Question, value: str, values: Mapping[str, str], where: str, as_of: date | None
) -> Iterator[Finding]:
    if len(value) > LONGEST:
        yield Finding("answer-invalid", where, f"{len(value):,} characters", f"write {LONGEST:,} at most")
        return
    for fact, mend in _kind_faults(form, question, value):
        yield Finding("answer-invalid", where, fact, mend)
    try:
        kept = holds(question.constraint, values, own=value, as_of=as_of)
    except ExpressionError as error:
        yield Finding("expression-invalid", where, str(error), "mend the constraint in the form")
        return
    if not kept:
        said = question.constraint_message.get(form.default_language, question.constraint)
        yield Finding("answer-invalid", where, f"{value[:60]!r} does not meet {question.constraint!r}", said)


def _kind_faults(form: Questionnaire, question: Question, value: str) -> Iterator[tuple[str, str]]:
    if question.kind in CLOSED:
        names = [one.name for one in form.choices_of(question)]
        chosen = [value] if question.kind == "select_one" else value.split()
        for name in dict.fromkeys(chosen):
            if name not in names:
                yield f"{name[:60]!r} is no choice", f"choose among {', '.join(names)}"
        if len(chosen) != len(set(chosen)):
            yield f"{value[:60]!r} names a choice twice", "name each once"
    elif question.kind == "integer" and not re.fullmatch(r"[-+]?\d{1,18}", value.strip()):
        yield f"{value[:60]!r} is no whole number", "write digits alone"
    elif question.kind == "decimal" and not re.fullmatch(r"[-+]?\d{1,18}(?:\.\d{1,18})?", value.strip()):
        yield f"{value[:60]!r} is no number", "write digits and a point"
    elif question.kind == "date" and not _is_day(value.strip()):
        yield f"{value[:60]!r} is no day", "write it as 2001-12-21"
    elif question.kind == "acknowledge" and value.strip() != "OK":
        yield f"{value[:60]!r} is no acknowledgement", "write OK or leave it blank"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
