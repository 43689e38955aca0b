"""Questionnaires that come with the package: what is asked in one TOML file, the words of each language in another."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from corridors.concepts.areas import Language
from corridors.concepts.findings import raise_if_any
from corridors.consult.checks import questionnaire_findings
from corridors.consult.values import LANGUAGES, Choice, Question, Questionnaire, Section, Text

QUESTIONNAIRES = ("views",)


@cache
def shipped_questionnaire(name: str) -> Questionnaire:
    """A questionnaire that comes with the package, complete in the six official languages.

    Raises
    ------
    ValueError
        No questionnaire has this name.

    Examples
    --------
    >>> shipped_questionnaire("views").question("stance").label["fr"][:34]
    "Quel est l'avis de votre Gouvernem"
    """
    if name not in QUESTIONNAIRES:
        raise ValueError(f"no questionnaire {name!r}; there are {', '.join(QUESTIONNAIRES)}")
    folder = files("corridors.consult.questionnaires")
    shape = tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    words: dict[Language, Mapping[str, str]] = {
        language: tomllib.loads(folder.joinpath(f"{name}.{language}.toml").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }
    form = _built(shape, words)
    raise_if_any(questionnaire_findings(form, file=name))
    return form


def _built(shape: Mapping[str, Any], words: Mapping[Language, Mapping[str, str]]) -> Questionnaire:
    def text(key: str) -> Text:
        """The words under one key in every language that has them."""
        return {language: said[key] for language, said in words.items() if key in said}

    sections = []
    for section in shape["sections"]:
        questions = tuple(
            Question(
                **one,
                label=text(one["name"]),
                hint=text(f"{one['name']}.hint"),
                constraint_message=text(f"{one['name']}.message"),
            )
            for one in section["questions"]
        )
        sections.append(Section(section["name"], text(section["name"]), questions, section.get("relevant", "")))
    lists = {
        name: tuple(Choice(choice, text(f"{name}.{choice}")) for choice in choices)
        for name, choices in shape["lists"].items()
    }
    return Questionnaire(
        id=shape["id"],
        version=shape["version"],
        title=text("title"),
        languages=LANGUAGES,
        default_language=shape["default_language"],
        sections=tuple(sections),
        lists=lists,
    )
