"""The verbs and adjectives that open the paragraphs of resolutions, and the words that are set in italics with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridors.document.resolutions.word_lists import word_list

_VERBS = word_list("verbs")
_ADJECTIVES = frozenset(word_list("adjectives"))
_DOUBLED = frozenset(
    ("commit", "recommit", "regret", "defer", "refer", "confer", "set", "submit", "transmit", "transfer", "let")
)
_OPENINGS = (
    "In accordance with", "In the light of", "In light of", "In conformity with", "In pursuance of", "In view of",
    "In this context", "In order to", "On the recommendation of", "On the basis of", "Pursuant to", "With a view to",
    "With reference to", "Without prejudice to", "Against the background of", "Together with", "While",
)  # fmt: skip
_MODIFIERS = frozenset(word_list("modifiers"))
_NOUNS = frozenset(word_list("nouns"))
_TIGHT = {
    "take": ("note", "due note", "full note", "careful note", "into account", "fully into account", "into consideration",
             "into full consideration", "full account", "due account", "account", "cognizance", "action", "the view"),
    "bear": ("in mind",), "keep": ("in mind",), "call": ("upon", "on", "for"), "pay": ("tribute", "special tribute"),
    "draw": ("attention", "the attention"), "look": ("forward",), "lay": ("stress", "emphasis"),
    "place": ("emphasis", "on record"),
    "stand": ("ready",), "attach": ("importance", "great importance"), "give": ("its approval", "its consent"), "guided": ("by",),
    "deal": ("with",), "put": ("on record",),
    "reiterate": ("its call", "its appeal", "its request", "its invitation"), "renew": ("its call", "its appeal", "its request",
    "its invitation", "its commitment"), "repeat": ("its call", "its appeal", "its request"),
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|[,;:.]|\S")
_WITH = re.compile(rf"with (?:the |an? |its )?(?:\w+ ){{0,3}}?({'|'.join(sorted(_NOUNS))})\b")
_STRONGEST = re.compile(r"in the strongest (?:possible )?terms\b")


def _third(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"(?:s|sh|ch|x|z|o)$", verb):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


def _participle(verb: str) -> str:
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    return verb[:-1] + "ing" if verb.endswith("e") and not verb.endswith("ee") else verb + "ing"


_FINITE = {_third(verb): verb for verb in _VERBS} | {
    "recognises": "recognize",
    "emphasises": "emphasize",
    "authorises": "authorize",
}
_ING = {_participle(verb): verb for verb in _VERBS} | {
    "recognising": "recognize",
    "emphasising": "emphasize",
    "being": "be",
}
_ING |= {"re-emphasizing": "reemphasize", "seized": "seize", "deeming": "deem"}


@dataclass(frozen=True, slots=True)
class Lead:
    """The words in italics that open a paragraph: `words` as printed, `act` as lemma, `part` the form of the verb."""

    words: str
    act: str
    part: str


def _skip_modifiers(words: list[str]) -> int:
    at = 0
    while at < len(words) - 1 and at < 4:
        word = words[at].lower()
        if word not in _MODIFIERS and not (word.endswith("ly") and len(word) > 4):
            break
        at += 1
    return at


def _verb(word: str) -> tuple[str, str] | None:
    if word in _FINITE:
        return _FINITE[word], "finite"
    if word in _ING:
        return _ING[word], "participle"
    return (word, "adjective") if word in _ADJECTIVES else None


def _noun_phrase(words: list[str], at: int) -> tuple[int, str]:
    """End of "its deep concern and regret" from `at`, and its head noun; (at, "") when there is none."""
    end, head = at, ""
    for step in range(at, min(at + 6, len(words))):
        word = words[step].lower()
        if word in (",", ";", ":", ".", "of", "that", "to", "for", "at", "by"):
            break
        if word in _NOUNS:
            end, head = step + 1, head or word
            if step + 1 < len(words) and words[step + 1] != "and":
                break
    return end, head


def _complement(verb: str, words: list[str], at: int) -> tuple[int, str]:
    if verb == "call" and words[at : at + 2] in (["once", "again"], ["once", "more"]):
        at += 2
    rest = " ".join(words[at : at + 4]).lower()
    for tail in sorted(_TIGHT.get(verb, ()), key=len, reverse=True):
        if re.match(re.escape(tail) + r"\b", rest):
            plain = tail.split()[-1] if tail.endswith(("note", "tribute")) else tail
            return at + len(tail.split()), verb if verb == "guided" or plain.startswith("its ") else f"{verb} {plain}"
    if verb in ("express", "convey", "extend", "voice", "offer"):
        end, head = _noun_phrase(words, at)
        return (end, f"{verb} {head}") if head else (at, verb)
    if verb == "have" and at < len(words) and re.search(r"(?:ed|en|rd|ght|ken|eld|ome|ne)$", words[at]):
        return at + 1, re.sub(r"(?:ied)$", "y", words[at]) if words[at].endswith("ied") else _past(words[at])
    if verb in ("remain", "be", "feel") and at < len(words) and (words[at] in _ADJECTIVES or words[at].endswith("ly")):
        end = at + 1 + (words[at].endswith("ly") and at + 1 < len(words) and words[at + 1] in _ADJECTIVES)
        return end, words[end - 1]
    return at, verb


def _past(word: str) -> str:
    irregular = {
        "heard": "hear",
        "taken": "take",
        "held": "hold",
        "borne": "bear",
        "met": "meet",
        "seen": "see",
        "done": "do",
    }
    stem = irregular.get(word) or word.removesuffix("ed")
    return stem if stem in _VERBS or stem in irregular.values() else f"{stem}e" if f"{stem}e" in _VERBS else stem


def _suffix(words: list[str], at: int) -> int:
    """End of "also", "in particular", "with deep concern" and the like after the verb."""
    while at < len(words):
        rest = " ".join(words[at : at + 7])
        found = _WITH.match(rest)
        if words[at] in ("also", "further", "again", "anew", "moreover", "furthermore"):
            at += 1
        elif re.match(r"once (?:again|more)\b|in particular\b|with (?:alarm|interest)\b", rest):
            at += 2
        elif found and found[1] in _NOUNS:
            at, _ = _noun_phrase(words, at)
        elif strongest := _STRONGEST.match(rest):
            at += len(strongest[0].split())
        else:
            break
    return at


_TWIN = re.compile(rf"[A-Z][a-z]+s and (?:{'|'.join(_FINITE)})\b(?= [a-z])")


def lead(text: str) -> Lead | None:
    """The words in italics at the start of a paragraph, None where no paragraph of a resolution opens so.

    Examples
    --------
    >>> lead("Noting with deep concern the fall in aid,").words
    'Noting with deep concern'
    >>> lead("Also takes note of the report;").act
    'take note'
    >>> lead("Recalling, in particular, its resolution 49/127,").words
    'Recalling'
    """
    if not text[:1].isupper():
        return None
    for opening in _OPENINGS:
        if text.startswith(opening + " "):
            return Lead(opening, opening.lower(), "opening")
    if re.match(r"(?:United|UNITED) [A-Z]", text):
        return None
    words = _WORD.findall(text[:160])
    at = _skip_modifiers(words)
    if at >= len(words):
        return None
    found = _verb(words[at] if at else words[at].lower())
    if found is None:
        return None
    verb, part = found
    if part == "finite" and (twin := _TWIN.match(text)):
        return Lead(twin[0], verb, part)
    end, act = _complement(verb, words, at + 1)
    if end == at + 1 and part != "finite" and end < len(words) and words[end] == "deeply":
        return Lead(" ".join(words[:end]), act, part)
    return Lead(" ".join(words[: _suffix(words, end)]), act, part)


_LATER = re.compile(
    r"(?:[,;]|\band|\bas well as)\s+(?:(?:also|further|once again|again|in this (?:regard|respect|"
    r"connection|context)|accordingly|"
    r"therefore|to this end|strongly|hereby|with appreciation),?\s+)*(?P<verb>[a-z]+s)\b(?!\s+(?:and|of|"
    r"or|in)\b(?<!takes note of))"
)
_LATER_ING = re.compile(
    r"(?:[,;]|\band)\s+(?:(?:also|further|deeply|strongly|fully|again)\s+)?(?P<verb>recalling|reaffirming|recognizing|acknowledging|noting|"
    r"stressing|emphasizing|encouraging|confirming|welcoming|expressing|reiterating|underlining|underscoring|bearing|taking)\b"
)
_PLURALS = frozenset(word_list("plurals"))
_CERTAIN = frozenset(word_list("certain"))


def _later_participles(text: str) -> list[str]:
    """Acts that follow the first in a preambular paragraph; each counts, the same verb again too."""
    found = [
        lead(text[at].upper() + text[at + 1 : at + 160])
        for at in (match.start("verb") for match in _LATER_ING.finditer(text))
    ]
    return [one.act for one in found if one]


def acts(text: str, first: Lead) -> tuple[str, ...]:
    """Lemma of every finite act of a paragraph, that of its lead first.

    Examples
    --------
    >>> text = "Takes note of the report, and requests the Secretary-General to transmit it;"
    >>> acts(text, lead(text))
    ('take note', 'request')
    """
    found = [first.act]
    if first.part != "finite":
        return (first.act, *_later_participles(text))
    for match in _LATER.finditer(text):
        word = match["verb"]
        if word not in _FINITE or (word in _PLURALS and word not in _CERTAIN):
            continue
        rest = text[match.start("verb") :]
        if word in _CERTAIN and not re.match(
            r"requests? (?:the|that|all|it|its|him|States|Member|Governments)\b|requests the|calls (?:up)?on\b|appeals to|"
            r"notes (?:the|that|with)\b|demands (?:that|the)\b", rest
        ):  # fmt: skip
            continue
        later = lead(rest[0].upper() + rest[1:160])
        if later and later.act not in found:
            found.append(later.act)
    return tuple(found)
