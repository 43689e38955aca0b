"""Rounds to tally: named States, with replies that a test describes in short."""

from datetime import UTC, date, datetime, timedelta

from corridors.consult.values import Answer, Consultation, Extension, Reply, Respondent, Round

CUT_OFF = datetime(2001, 6, 30, 23, 59, tzinfo=UTC)


def at(days):
    """An instant so many days after the cut-off; days may be negative."""
    return CUT_OFF + timedelta(days=days)


def reply(name, who, *, cleared=-10, stance="in_favour", state="accepted", withdrawn=None, corrects=None):
    return Reply(
        id=name,
        round="r",
        respondent=who,
        state="withdrawn" if withdrawn is not None else state,
        answers=(Answer("stance", stance),),
        cleared_at=None if cleared is None else at(cleared),
        withdrawn_at=None if withdrawn is None else at(withdrawn),
        corrects=corrects,
    )


def member(code):
    return Respondent(code, "member", {"en": code}, area=code)


def consultation(respondents, replies, *, cut_off=CUT_OFF, extended=()):
    return Consultation(
        round=Round("r", {"en": "Round"}, "views", "1", date(2001, 1, 1), cut_off),
        respondents=tuple(member(one) if isinstance(one, str) else one for one in respondents),
        replies=tuple(replies),
        extensions=tuple(Extension("r", who, at(days), "Mission", "officer", at(-1)) for who, days in extended),
    )


def outcomes(found):
    return {one.reply: one.outcome for one in found.verdicts}
