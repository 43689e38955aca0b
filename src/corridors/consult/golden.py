"""The survey that the resolution describes, as a round of placeholders.

General Assembly resolution 56/203 says that 78 States, 41 per cent of the membership, replied: 47 in favour of convening a
conference, five partially, 26 against (A/54/207). How each State answered is not in the resolution. So the respondents here
are "State 001" to "State 078" and stand for no State, and the days of their replies are placeholders too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from corridors.consult.values import Answer, Consultation, Reply, Respondent, Round

#: Replies by position, as the seventh preambular paragraph gives them.
COUNTS = {"in_favour": 47, "partially": 5, "against": 26}
#: Day whose membership is the denominator unless another is named: that on which the resolution was adopted.
AS_OF = date(2001, 12, 21)
_OPENS, _CLEARED = date(1998, 1, 1), datetime(1998, 6, 30, 12, tzinfo=UTC)


@cache
def golden_round() -> Consultation:
    """The round with its 78 placeholders.

    Examples
    --------
    >>> golden_round().respondents[0].name["en"], len(golden_round().replies)
    ('State 001', 78)
    """
    stances = [stance for stance, count in COUNTS.items() for _ in range(count)]
    cut_off = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 23, 59, 59, tzinfo=UTC)
    return Consultation(
        round=Round(
            id="golden",
            title={"en": "Views on convening a conference, as the resolution states them"},
            questionnaire="views",
            version="0",
            opens=_OPENS,
            cut_off=cut_off,
            document="A/54/207",
        ),
        respondents=tuple(
            Respondent(f"S{number:03}", "member", {"en": f"State {number:03}"}) for number in range(1, len(stances) + 1)
        ),
        replies=tuple(
            Reply(
                id=f"R{number:03}",
                round="golden",
                respondent=f"S{number:03}",
                state="accepted",
                answers=(Answer("stance", stance, by="placeholder"),),
                channel="paper",
                cleared_at=_CLEARED,
                received_at=_CLEARED,
                accepted_at=_CLEARED,
            )
            for number, stance in enumerate(stances, 1)
        ),
    )
