"""Questionnaires as the database keeps them: the values of `corridors.consult`, fixed when the round is opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from corridors.concepts.findings import Refused
from corridors.consult.values import Choice, Question, Questionnaire, Section
from corridors.consultation.schema import RoundRow
from corridors.store.disk import canonical_json, checksum


def as_kept(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain lists and texts."""
    # Through JSON, so that what is hashed is what a database gives back.
    return dict(json.loads(canonical_json(asdict(questionnaire))))


#: Questionnaires already read, by their checksum; a round's never changes.
_READ: dict[str, Questionnaire] = {}


def checksum_of(kept: dict[str, Any]) -> str:
    """SHA-256 of a questionnaire as it is kept."""
    return checksum(canonical_json(kept).encode())


def questionnaire_of(row: RoundRow) -> Questionnaire:
    """The questionnaire of a round.

    Raises
    ------
    Refused
        It is not the one with which the round was opened.
    """
    if row.questionnaire_checksum not in _READ:
        if checksum_of(row.questionnaire) != row.questionnaire_checksum:
            raise Refused(f"the questionnaire of round {row.id} was changed in the database")
        _READ[row.questionnaire_checksum] = _parsed(row.questionnaire)
    return _READ[row.questionnaire_checksum]


def _parsed(told: dict[str, Any]) -> Questionnaire:
    sections = tuple(
        Section(**{**one, "questions": tuple(Question(**question) for question in one["questions"])})
        for one in told["sections"]
    )
    lists = {name: tuple(Choice(**choice) for choice in choices) for name, choices in told["lists"].items()}
    return Questionnaire(**{**told, "languages": tuple(told["languages"]), "sections": sections, "lists": lists})


def in_language(text: Mapping[Any, str], language: str) -> str:
    """A text in a language, or in English, or in the first there is."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")
