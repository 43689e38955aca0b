"""What can be wrong with a consultation, with the rules of its tally and with its questionnaire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, get_args

from corridors.concepts.areas import known_areas
from corridors.concepts.findings import Finding
from corridors.consult.expressions import ExpressionError, names_in, parsed
from corridors.consult.values import Consultation, Question, Questionnaire, Reply, ReplyState, Text

#: Kinds of questions that need a list of choices.
CLOSED = ("select_one", "select_multiple", "rank")


def unreadable(file: str, fault: str) -> Finding:
    """The finding for a file that is not what it should be."""
    return Finding("file-unreadable", file, " ".join(fault.split())[:200], "write it as the shipped ones are written")


def consultation_findings(consultation: Consultation, *, members: int) -> list[Finding]:
    """What keeps a round from being tallied.

    Parameters
    ----------
    consultation
        The round with its respondents and replies.
    members
        Members of the United Nations on the day of the tally.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> [finding.code for finding in consultation_findings(golden_round(), members=70)]
    ['placeholders-exceed-members']
    """
    place = f"round {consultation.round.id}"
    return [
        *_respondent_findings(consultation, place),
        *(one for reply in consultation.replies for one in _reply_findings(reply, consultation, place)),
        *_repeated([one.id for one in consultation.replies], f"{place}, replies", "reply"),
        *_placeholders(consultation, place, members),
    ]


def _respondent_findings(consultation: Consultation, place: str) -> Iterator[Finding]:
    yield from _repeated([one.id for one in consultation.respondents], f"{place}, respondents", "respondent")
    areas = [one.area for one in consultation.respondents if one.area is not None]
    yield from _repeated(areas, f"{place}, respondents", "State")
    for one in consultation.respondents:
        if one.area is not None and one.area not in known_areas():
            where = f"{place}, respondent {one.id}"
            yield Finding("area-unknown", where, f"{one.area!r} is no known area", "write its ISO 3166 alpha-3 code")


def _repeated(names: Iterable[str], place: str, what: str) -> Iterator[Finding]:
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            yield Finding("key-duplicate", place, f"{count} entries for {what} {name!r}", "keep one of them")


def _reply_findings(reply: Reply, consultation: Consultation, place: str) -> Iterator[Finding]:
    where = f"{place}, reply {reply.id}"
    if reply.round != consultation.round.id or reply.respondent not in {one.id for one in consultation.respondents}:
        fact = f"it is by {reply.respondent!r} to round {reply.round!r}"
        yield Finding("reply-stray", where, fact, "add the respondent to the list, or take the reply out")
    if reply.corrects is not None:
        others = {one.id: one.respondent for one in consultation.replies}
        if reply.corrects == reply.id or others.get(reply.corrects) != reply.respondent:
            fact = f"it corrects {reply.corrects!r}, which is no other reply of {reply.respondent!r}"
            yield Finding("reply-stray", where, fact, "name the reply that it corrects")
    yield from _instant_findings(reply, where)


def _instant_findings(reply: Reply, where: str) -> Iterator[Finding]:
    names = ("started_at", "cleared_at", "received_at", "accepted_at")
    needed = {"withdrawn": "withdrawn_at", "draft": "", "ministry-done": ""}.get(reply.state, "cleared_at")
    if needed and getattr(reply, needed) is None:
        fact = f"it is {reply.state} and has no {needed}"
        yield Finding("instant-contradictory", where, fact, "give the instant, or the state that it was in before")
    instants = [(name, at) for name in names if (at := getattr(reply, name)) is not None]
    for name, at in [*instants, ("withdrawn_at", reply.withdrawn_at)]:
        if at is not None and at.tzinfo is None:
            yield Finding("instant-contradictory", where, f"{name} {at} has no time zone", "give it with its zone")
            return
    for (before, first), (after, then) in pairwise(instants):
        if then < first:
            fact = f"{after} {then.isoformat()} lies before {before} {first.isoformat()}"
            yield Finding("instant-contradictory", where, fact, "correct the clock that wrote it, and the instant")


def _placeholders(consultation: Consultation, place: str, members: int) -> Iterator[Finding]:
    unnamed = sum(one.kind == "member" and one.area is None for one in consultation.respondents)
    if unnamed > members:
        fact = f"{unnamed} placeholders for a membership of {members}"
        yield Finding("placeholders-exceed-members", place, fact, "name a day on which there were so many Members")


def rules_findings(whole: Mapping[str, Any], *, file: str) -> list[Finding]:
    """What is wrong with the rules of a tally, as TOML gave them."""
    mend = "write it as the shipped rules do"
    findings = [
        Finding("rules-invalid", file, f"no text {name!r}", mend)
        for name in ("title", "question")
        if not isinstance(whole.get(name), str)
    ]
    states = whole.get("speaks")
    if not isinstance(states, list) or not states or not set(map(str, states)) <= set(get_args(ReplyState)):
        findings.append(
            Finding("rules-invalid", file, f"speaks is {states!r}", f"list {', '.join(get_args(ReplyState))}")
        )
    positions = whole.get("positions")
    if not isinstance(positions, list) or not positions:
        return [*findings, Finding("rules-invalid", file, "no positions", mend)]
    for number, one in enumerate(positions, 1):
        where = f"{file}, position {number}"
        if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("name", "label", "when")):
            findings.append(Finding("rules-invalid", where, f"{one!r}", "give name, label and when as texts"))
            continue
        findings += [
            Finding("rules-invalid", where, fault, "mend the condition") for fault in _expression_faults(one["when"])
        ]
    return findings


def _expression_faults(text: str) -> Iterator[str]:
    try:
        if text.strip():
            parsed(text)
    except ExpressionError as error:
        yield str(error)


def questionnaire_findings(form: Questionnaire, *, file: str) -> list[Finding]:
    """What keeps a questionnaire from being used.

    Texts missing in one of its languages, names that come twice, lists that are not there or are empty, expressions that
    cannot be read or ask for a question that is not there, and questions whose relevance or calculation depends on itself.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> questionnaire_findings(shipped_questionnaire("views"), file="views.xlsx")
    []
    """
    questions = list(form.questions())
    sections = [one.name for one in form.sections if one.name]
    return [
        *_repeated([one.name for one in questions] + sections, file, "name"),
        *_untranslated(form, file),
        *(one for question in questions for one in _list_findings(question, form, file)),
        *_choices_findings(form, file),
        *_expression_findings(form, file),
        *_cycles(form, file),
    ]


def _untranslated(form: Questionnaire, file: str) -> Iterator[Finding]:
    texts: list[tuple[str, Text, bool]] = [("title", form.title, False)]
    texts += [(f"section {one.name}", one.label, True) for one in form.sections if one.name]
    for one in form.questions():
        texts.append((f"question {one.name}", one.label, one.kind != "calculate"))
        texts += [(f"question {one.name}, hint", one.hint, False)]
        texts += [(f"question {one.name}, constraint message", one.constraint_message, False)]
    texts += [
        (f"list {name}, choice {one.name}", one.label, True) for name, choices in form.lists.items() for one in choices
    ]
    for where, text, needed in texts:
        missing = [language for language in form.languages if not text.get(language, "").strip()]
        if missing and (needed or len(missing) < len(form.languages)):
            fact = f"no text in {', '.join(missing)}"
            yield Finding(
                "language-missing", f"{file}, {where}", fact, "translate it, or drop the language from the form"
            )


def _list_findings(question: Question, form: Questionnaire, file: str) -> Iterator[Finding]:
    where = f"{file}, question {question.name}"
    if question.kind in CLOSED and not form.lists.get(question.choices):
        known = ", ".join(form.lists) or "none"
        yield Finding(
            "form-invalid", where, f"no list {question.choices!r}; there are {known}", "name a list of choices"
        )


def _choices_findings(form: Questionnaire, file: str) -> Iterator[Finding]:
    for name, choices in form.lists.items():
        yield from _repeated([one.name for one in choices], f"{file}, list {name}", "choice")
        for one in choices:
            if not one.name or any(sign.isspace() for sign in one.name):
                fact = f"the name {one.name!r} is blank or has blanks in it"
                yield Finding("form-invalid", f"{file}, list {name}", fact, "write it without blanks")


def _expressions(form: Questionnaire) -> Iterator[tuple[str, str]]:
    for section in form.sections:
        yield f"section {section.name}, relevant", section.relevant
    for one in form.questions():
        yield f"question {one.name}, relevant", one.relevant
        yield f"question {one.name}, constraint", one.constraint
        yield f"question {one.name}, calculation", one.calculation


def _expression_findings(form: Questionnaire, file: str) -> Iterator[Finding]:
    known = {one.name for one in form.questions()}
    for where, text in _expressions(form):
        for fault in _expression_faults(text):
            yield Finding("expression-invalid", f"{file}, {where}", fault, "write it with the functions that there are")
        for name in _asked(text):
            if name not in known:
                fact = f"{text!r} asks for {name!r}, which is no question"
                yield Finding("expression-invalid", f"{file}, {where}", fact, "name a question of the form")


def _asked(text: str) -> tuple[str, ...]:
    try:
        return names_in(text) if text.strip() else ()
    except ExpressionError:
        return ()


def _cycles(form: Questionnaire, file: str) -> Iterator[Finding]:
    needs: dict[str, set[str]] = {}
    for section in form.sections:
        for one in section.questions:
            texts = (section.relevant, one.relevant, one.calculation)
            needs[one.name] = {name for text in texts for name in _asked(text)}
    left = set(needs)
    # Questions that need none of those left are taken away until nothing but circles, and what hangs on them, is left.
    while free := {name for name in left if not needs[name] & left}:
        left -= free
    circle = sorted(name for name in left if _reaches_itself(name, needs))
    if circle:
        fact = f"{', '.join(circle)} depend on themselves"
        yield Finding("form-circular", file, fact, "take one of them out of the relevance or calculation of the others")


def _reaches_itself(name: str, needs: Mapping[str, set[str]]) -> bool:
    seen: set[str] = set()
    todo = list(needs[name])
    while todo:
        one = todo.pop()
        if one == name:
            return True
        if one not in seen:
            seen.add(one)
            todo += needs.get(one, set())
    return False
