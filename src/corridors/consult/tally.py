"""The tally of a round: one Member one reply, over the membership of the day, with bounds over those who are silent.

Of the replies of one respondent the last that was cleared by its cut-off speaks. Where that one was withdrawn by then, the
respondent is silent: an older reply does not come back by itself. A correction speaks from its own clearance on; one that
comes late leaves the reply it corrects in force. Who is a Member follows from the membership on the day of the tally,
whatever class the list of respondents gives.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from corridors.concepts.findings import DataError
from corridors.concepts.membership import un_members
from corridors.consult.checks import consultation_findings
from corridors.consult.expressions import holds
from corridors.consult.values import Consultation, Reply, ReplyState, Respondent, RespondentClass

Outcome = Literal["counted", "late", "superseded", "withdrawn", "silenced", "not-cleared", "not-a-member"]
#: Rules that come with the package.
RULES = ("stance",)


@dataclass(frozen=True, slots=True)
class Position:
    """One position that a reply may take: the first whose condition holds is the reply's."""

    name: str
    label: str
    when: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How replies become a tally.

    Parameters
    ----------
    title
        What is tallied.
    question
        Name of the question that gives the position.
    positions
        Positions, the first one whose condition holds counts.
    speaks
        States of replies that speak once they were cleared.
    """

    title: str
    question: str
    positions: tuple[Position, ...]
    speaks: tuple[ReplyState, ...]

    def position_of(self, reply: Reply) -> str:
        """Name of the position that a reply takes."""
        answers = {one.question: one.value for one in reply.answers}
        return next((one.name for one in self.positions if holds(one.when, answers)), self.positions[-1].name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one reply, and the position it took where it counted."""

    reply: str
    respondent: str
    outcome: Outcome
    position: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The tally of a round.

    Parameters
    ----------
    round, title, as_of
        The round, what is tallied, and the day whose membership is the denominator.
    members
        Members of the United Nations on that day.
    counts
        Members by position, in the order of the rules.
    positions
        Position by the respondent that counted: its area's code or, for a placeholder, its identifier.
    silent_areas
        Members that did not reply; empty where placeholders replied, for then nobody knows which.
    apart
        Observers and organizations that replied, by position: they are never added to Members.
    verdicts
        What became of each reply.
    """

    round: str
    title: str
    as_of: date
    members: int
    counts: Mapping[str, int]
    positions: Mapping[str, str]
    silent_areas: tuple[str, ...]
    apart: Mapping[RespondentClass, Mapping[str, int]]
    verdicts: tuple[Verdict, ...]

    @property
    def replied(self) -> int:
        """Members that replied."""
        return sum(self.counts.values())

    @property
    def silent(self) -> int:
        """Members that did not."""
        return self.members - self.replied

    @property
    def share(self) -> float:
        """Members that replied, in per cent of the membership."""
        return 100 * self.replied / self.members

    def bounds(self, position: str) -> tuple[float, float]:
        """Least and largest share of the membership in per cent that could hold a position, whatever the silent think.

        Examples
        --------
        >>> from corridors.consult.golden import golden_round
        >>> [round(bound, 1) for bound in tally(golden_round()).bounds("in_favour")]
        [24.9, 83.6]
        """
        low = self.counts[position]
        return 100 * low / self.members, 100 * (low + self.silent) / self.members


@cache
def shipped_rules(name: str) -> Rules:
    """Rules that come with the package.

    Raises
    ------
    ValueError
        No rules have this name.

    Examples
    --------
    >>> [position.name for position in shipped_rules("stance").positions]
    ['in_favour', 'partially', 'conditional', 'against', 'no_position']
    """
    if name not in RULES:
        raise ValueError(f"no rules {name!r}; there are {', '.join(RULES)}")
    return rules_of(files("corridors.consult.rules").joinpath(f"{name}.toml").read_bytes(), file=f"{name}.toml")


def rules_of(raw: bytes, *, file: str) -> Rules:
    """Rules from TOML.

    Raises
    ------
    DataError
        The bytes are no TOML (`file-unreadable`) or rules lack an entry or hold a condition that cannot be read
        (`rules-invalid`).
    """
    from corridors.consult.checks import rules_findings, unreadable

    try:
        whole: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError([unreadable(file, str(error))]) from error
    findings = rules_findings(whole, file=file)
    if findings:
        raise DataError(findings)
    positions = tuple(Position(one["name"], one["label"], one["when"]) for one in whole["positions"])
    return Rules(whole["title"], whole["question"], positions, tuple(whole["speaks"]))


def limit_of(consultation: Consultation, respondent: str, *, as_of: date | None = None) -> datetime:
    """Last instant at which a clearance by this respondent counts: the cut-off, or its extension, or the end of `as_of`."""
    ends = [consultation.round.cut_off]
    ends += [one.until for one in consultation.extensions if one.respondent == respondent]
    if as_of is None:
        return max(ends)
    return min(max(ends), datetime.combine(as_of, time.max, tzinfo=UTC))


def class_on(respondent: Respondent, members: Iterable[str]) -> RespondentClass | None:
    """Class of a respondent given the Members of a day; None for a State that is listed as a Member and is none."""
    if respondent.kind == "organization" or respondent.area is None:
        return respondent.kind
    if respondent.area in members:
        return "member"
    return None if respondent.kind == "member" else respondent.kind


def tally(consultation: Consultation, *, rules: Rules | None = None, as_of: date | None = None) -> Tally:
    """Count the replies of a round.

    Parameters
    ----------
    consultation
        The round with its respondents, replies and extensions.
    rules
        How replies are counted; those that the round names where none are given.
    as_of
        Day of the tally: its membership is the denominator, and what was cleared after it does not count. The day of the
        cut-off where none is given.

    Raises
    ------
    ValueError
        There was no Member on the day.
    DataError
        Two respondents speak for one State, a reply comes from nobody on the list or twice under one identifier, instants
        contradict each other, or more placeholders replied than there were Members.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> found = tally(golden_round())
    >>> found.replied, found.members, found.silent, round(found.share)
    (78, 189, 111, 41)
    """
    rules = rules or shipped_rules(consultation.round.rules)
    day = as_of or consultation.round.cut_off.astimezone(UTC).date()
    members = frozenset(un_members(day))
    if not members:
        raise ValueError(f"the United Nations had no Member on {day}; name a day from 1945-10-24 on")
    findings = consultation_findings(consultation, members=len(members))
    if findings:
        raise DataError(findings)
    classes = {one.id: class_on(one, members) for one in consultation.respondents}
    verdicts: list[Verdict] = []
    for one in consultation.respondents:
        own = [reply for reply in consultation.replies if reply.respondent == one.id]
        limit = limit_of(consultation, one.id, as_of=as_of)
        verdicts += _judged(own, classes[one.id], rules, limit)
    spoken = {one.respondent: one.position for one in verdicts if one.outcome == "counted"}
    by_id = {one.id: one for one in consultation.respondents}
    positions = {by_id[name].area or name: at for name, at in spoken.items() if classes[name] == "member"}
    unnamed = any(by_id[name].area is None and classes[name] == "member" for name in by_id)
    apart: dict[RespondentClass, Mapping[str, int]] = {
        kind: _counts(rules, [at for name, at in spoken.items() if classes[name] == kind])
        for kind in ("observer", "organization")
    }
    return Tally(
        round=consultation.round.id,
        title=rules.title,
        as_of=day,
        members=len(members),
        counts=_counts(rules, positions.values()),
        positions=positions,
        silent_areas=() if unnamed else tuple(sorted(members - set(positions))),
        apart=apart,
        verdicts=tuple(verdicts),
    )


def _counts(rules: Rules, positions: Iterable[str]) -> Mapping[str, int]:
    found = list(positions)
    return {one.name: found.count(one.name) for one in rules.positions}


def _judged(replies: list[Reply], kind: RespondentClass | None, rules: Rules, limit: datetime) -> list[Verdict]:
    """Verdicts over the replies of one respondent."""
    spoke = [one for one in replies if one.cleared_at is not None and one.state in rules.speaks]
    timely = sorted((one for one in spoke if _cleared(one) <= limit), key=lambda one: (_cleared(one), one.id))
    verdicts = [Verdict(one.id, one.respondent, "not-cleared") for one in replies if one not in spoke]
    verdicts += [Verdict(one.id, one.respondent, "late") for one in spoke if one not in timely]
    if not timely:
        return verdicts
    *earlier, last = timely
    silenced = last.withdrawn_at is not None and last.withdrawn_at <= limit
    for one in earlier:
        gone = one.withdrawn_at is not None and one.withdrawn_at <= limit
        verdicts.append(
            Verdict(one.id, one.respondent, "withdrawn" if gone else "silenced" if silenced else "superseded")
        )
    if silenced:
        return [*verdicts, Verdict(last.id, last.respondent, "withdrawn")]
    if kind is None:
        return [*verdicts, Verdict(last.id, last.respondent, "not-a-member")]
    return [*verdicts, Verdict(last.id, last.respondent, "counted", rules.position_of(last))]


def _cleared(reply: Reply) -> datetime:
    if reply.cleared_at is None:
        raise ValueError(f"reply {reply.id} was never cleared")
    return reply.cleared_at
