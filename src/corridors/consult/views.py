"""What of a round may be published, as a table of the dataflow `VIEWS`.

An answer is shown as far as its respondent, its question and the respondent's consent to publication all allow. Counts are
those of the tally. Where a count would give away a position that is not shown, because only one or two replies of a group are
hidden or all hidden ones agree, the positions of every group of that kind are withheld (status Q).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from corridors.concepts.dataflows import dataflow, validate
from corridors.concepts.findings import raise_if_any
from corridors.consult.groups import Group, by_group
from corridors.consult.tally import Tally, shipped_rules
from corridors.consult.values import Answer, Confidentiality, Consultation, Questionnaire, Reply

if TYPE_CHECKING:
    import polars as pl

#: Name of the question whose answer says whether the reply may be published.
CONSENT = "consent"
TOTAL = "_T"
#: Hidden replies of a group up to which its counts could give one away.
_TOO_FEW = 2
_CONSENTS: dict[str, Confidentiality] = {
    "public": "public",
    "after_report": "after-date",
    "secretariat": "secretariat",
}
_STRICTNESS: tuple[Confidentiality, ...] = ("public", "after-date", "secretariat")


def confidentiality_of(answer: Answer, reply: Reply, form: Questionnaire) -> Confidentiality:
    """The strictest of what the answer, its question and the consent to publication say; no consent is a refusal.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> said = (Answer("stance", "against"), Answer("consent", "secretariat"))
    >>> confidentiality_of(said[0], Reply("r1", "2", "S1", "accepted", said), shipped_questionnaire("views"))
    'secretariat'
    """
    levels = [answer.confidentiality, form.question(answer.question).confidentiality]
    if any(one.name == CONSENT for one in form.questions()):
        levels.append(_CONSENTS.get(reply.value(CONSENT) or "", "secretariat"))
    return max(levels, key=_STRICTNESS.index)


def is_shown(answer: Answer, reply: Reply, form: Questionnaire, *, on: date, released: date | None = None) -> bool:
    """Whether an answer may be shown on a day.

    Parameters
    ----------
    answer, reply, form
        The answer, its reply and the questionnaire.
    on
        The day.
    released
        Day on which the report was issued, from which answers with a later date but none of their own may be shown.

    Examples
    --------
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> said = (Answer("stance", "against"), Answer("consent", "after_report"))
    >>> reply, form = Reply("r1", "2", "S1", "accepted", said), shipped_questionnaire("views")
    >>> [is_shown(said[0], reply, form, on=date(2003, day, 1), released=date(2003, 7, 2)) for day in (7, 8)]
    [False, True]
    """
    level = confidentiality_of(answer, reply, form)
    if level == "after-date":
        opens = answer.public_from or released
        return opens is not None and opens <= on
    return level == "public"


def views_table(
    consultation: Consultation,
    tally: Tally,
    form: Questionnaire,
    *,
    on: date,
    groups: Iterable[Group] = (),
    released: date | None = None,
) -> pl.DataFrame:
    """The publishable set of a round: counts, and the answers that may be shown. Placeholders appear in counts alone.

    Parameters
    ----------
    consultation, tally, form
        The round, its tally and its questionnaire.
    on
        Day of publication.
    groups
        Groups for which replies and positions are counted as well; none where placeholders replied.
    released
        Day on which the report was issued.

    Raises
    ------
    ValueError
        Groups are given and placeholders replied.
    DataError
        The table departs from its dataflow.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> from corridors.consult.questionnaires import shipped_questionnaire
    >>> from corridors.consult.tally import tally
    >>> table = views_table(golden_round(), tally(golden_round()), shipped_questionnaire("views"), on=date(2001, 12, 21))
    >>> dict(table.select("CATEGORY", "OBS_VALUE").rows())["in_favour"]
    47.0
    """
    counted = {one.reply for one in tally.verdicts if one.outcome == "counted"}
    replies = [one for one in consultation.replies if one.id in counted]
    shows = _Shows(form, on, released)
    hidden = _hidden(consultation, tally, replies, shows)
    rows = [
        *_counts(tally, hidden, tuple(groups)),
        *_course(consultation, tally, replies),
        *_answers(consultation, tally, replies, shows),
    ]
    constant = {
        "ROUND": consultation.round.id,
        "TIME_PERIOD": tally.as_of.isoformat(),
        "UNIT_MEASURE": "COUNT",
        "SOURCE": f"Consultation {consultation.round.id}, published {on.isoformat()}",
    }
    return _framed([constant | row for row in rows], place=f"round {consultation.round.id}")


def _framed(rows: list[dict[str, Any]], *, place: str) -> pl.DataFrame:
    import polars as pl

    schema = dataflow("VIEWS").schema()
    table = pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema, orient="row")
    raise_if_any(validate(table, "VIEWS", place=place))
    return table


def _row(kind: str, measure: str, category: str, value: float | None, **more: Any) -> dict[str, Any]:
    row = {"RESPONDENT": TOTAL, "RESPONDENT_CLASS": kind, "GROUPING": TOTAL, "QUESTION": TOTAL, "MEASURE": measure}
    status = "Q" if value is None else "A"
    return row | {"CATEGORY": category, "OBS_VALUE": value, "OBS_STATUS": status} | more


@dataclass(frozen=True, slots=True)
class _Shows:
    """The questionnaire and the days by which answers are shown or not."""

    form: Questionnaire
    on: date
    released: date | None

    def answer(self, answer: Answer, reply: Reply) -> bool:
        """Whether an answer is shown."""
        return is_shown(answer, reply, self.form, on=self.on, released=self.released)


def _hidden(consultation: Consultation, tally: Tally, replies: list[Reply], shows: _Shows) -> dict[str, str]:
    """Positions that are not shown, by area."""
    areas = {one.id: one.area for one in consultation.respondents}
    question = shipped_rules(consultation.round.rules).question
    found: dict[str, str] = {}
    for reply in replies:
        area = areas[reply.respondent]
        stance = next((one for one in reply.answers if one.question == question), None)
        if area is not None and area in tally.positions and stance is not None and not shows.answer(stance, reply):
            found[area] = tally.positions[area]
    return found


def _counts(tally: Tally, hidden: Mapping[str, str], groups: tuple[Group, ...]) -> Iterator[dict[str, Any]]:
    yield _row("member", "MEMBERS", TOTAL, float(tally.members))
    yield _row("member", "REPLIES", TOTAL, float(tally.replied))
    whole = not _gives_away(list(hidden.values()))
    for name, count in tally.counts.items():
        yield _row("member", "POSITION", name, float(count) if whole else None)
    for kind, counts in tally.apart.items():
        yield _row(kind, "REPLIES", TOTAL, float(sum(counts.values())))
    found = by_group(tally, groups) if groups else ()
    withheld = {
        one.group.kind for one in found if _gives_away([at for area, at in hidden.items() if area in one.group.members])
    }
    for one in found:
        yield _row("member", "MEMBERS", TOTAL, float(one.members), GROUPING=one.group.code)
        yield _row("member", "REPLIES", TOTAL, float(one.replied), GROUPING=one.group.code)
        shown = whole and one.group.kind not in withheld
        for name, count in one.counts.items():
            yield _row("member", "POSITION", name, float(count) if shown else None, GROUPING=one.group.code)


def _course(consultation: Consultation, tally: Tally, replies: list[Reply]) -> Iterator[dict[str, Any]]:
    """Members that had replied by each day, and the days of the waves; nothing of placeholders, whose days are none."""
    areas = {one.id: one.area for one in consultation.respondents}
    if not set(tally.positions) <= set(areas.values()):
        return
    days = sorted(
        one.cleared_at.date().isoformat()
        for one in replies
        if one.cleared_at is not None and areas[one.respondent] in tally.positions
    )
    for day in dict.fromkeys(days):
        yield _row("member", "REPLIES_BY", day, float(sum(one <= day for one in days)))
    waves = {one.sent_on.isoformat(): float(one.number) for one in consultation.round.waves}
    if not waves:
        sent = sorted((one.wave, one.sent_at.date().isoformat()) for one in consultation.invitations)
        waves = {day: float(number) for number, day in reversed(sent) if (number, day) == _first(sent, number)}
    for day, number in waves.items():
        yield _row("member", "WAVE", day, number)


def _first(sent: list[tuple[int, str]], number: int) -> tuple[int, str]:
    return next(one for one in sent if one[0] == number)


def _gives_away(hidden: list[str]) -> bool:
    return 0 < len(hidden) <= _TOO_FEW or (len(hidden) > 0 and len(set(hidden)) == 1)


def _answers(consultation: Consultation, tally: Tally, replies: list[Reply], shows: _Shows) -> Iterator[dict[str, Any]]:
    by_id = {one.id: one for one in consultation.respondents}
    known = {one.name for one in shows.form.questions()}
    for reply in replies:
        one = by_id[reply.respondent]
        if one.kind != "organization" and one.area is None:
            continue
        # An observer that was admitted since it was invited replied as a Member.
        kind = "member" if one.area in tally.positions else one.kind
        who = {"RESPONDENT": one.area or one.id, "AREA": one.area}
        yield _row(kind, "REPLIES", TOTAL, 1.0, **who)
        for answer in reply.answers:
            if answer.question in known and answer.value.strip() and shows.answer(answer, reply):
                yield from _shown(answer, shows.form, kind, who)


def _shown(answer: Answer, form: Questionnaire, kind: str, who: dict[str, str | None]) -> Iterator[dict[str, Any]]:
    question = form.question(answer.question)
    more = {**who, "QUESTION": answer.question}
    if question.choices:
        # The place of a choice among those ranked is its figure.
        for place, name in enumerate(answer.value.split(), 1):
            yield _row(kind, "ANSWER", name, float(place) if question.kind == "rank" else 1.0, **more)
    else:
        yield _row(kind, "ANSWER", TOTAL, 1.0, TEXT=answer.value, LANGUAGE=answer.language, **more)
