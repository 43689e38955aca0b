"""Practices described for other catalogues: Dublin Core and schema.org."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from corridors.concepts.areas import area_name
from corridors.document.practices.grading import grade_words
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice

PUBLISHER = "Corridors"


def dublin_core(practice: Practice) -> tuple[tuple[str, str], ...]:
    """Elements of simple Dublin Core with their values, in the order of the element set.

    References
    ----------
    DCMI Metadata Terms, section on the elements of version 1.1.

    Examples
    --------
    >>> from corridors.document.practices.forms import shipped_practices
    >>> dublin_core(shipped_practices()[0])[0]
    ('title', 'Recognised Seasonal Employer scheme')
    """
    pairs = [("title", practice.title)]
    pairs += [("creator", name) for name in (practice.lead, *practice.partners) if name]
    pairs += [("subject", OBJECTIVES[number]) for number in practice.objectives]
    pairs += [("subject", group) for group in practice.target_groups]
    pairs += [("description", text) for text in (practice.summary, practice.outcomes) if text]
    if practice.grade is not None:
        graders = "one grader" if practice.graders == 1 else f"{practice.graders} graders"
        pairs.append(
            ("description", f"Evidence, Maryland scale: {practice.grade}, {grade_words(practice.grade)} ({graders})")
        )
    pairs.append(("publisher", PUBLISHER))
    if practice.start:
        pairs.append(("date", str(practice.start)))
    pairs += [("type", "Text"), ("identifier", practice.id)]
    pairs += [("source", f"{one.by}, {one.title} ({one.year}), {one.address}") for one in practice.documents]
    pairs.append(("language", practice.language))
    pairs += [("coverage", area_name(code)) for code in practice.countries]
    return tuple(pairs)


def schema_org(practice: Practice) -> Mapping[str, Any]:
    """The practice as a schema.org `Project`, ready for JSON-LD.

    References
    ----------
    schema.org, types Project, ScholarlyArticle and Rating.

    Examples
    --------
    >>> from corridors.document.practices.forms import shipped_practices
    >>> schema_org(shipped_practices()[0])["@type"]
    'Project'
    """
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Project",
        "identifier": practice.id,
        "name": practice.title,
        "description": practice.summary,
        "inLanguage": practice.language,
        "keywords": [*(OBJECTIVES[number] for number in practice.objectives), *practice.target_groups],
        "areaServed": [
            {"@type": "Country", "name": area_name(code), "identifier": code} for code in practice.countries
        ],
        "subjectOf": [
            {
                "@type": "CreativeWork",
                "name": one.title,
                "author": one.by,
                "datePublished": str(one.year),
                "url": one.address,
            }
            for one in practice.documents
        ],
    }
    if practice.lead:
        found["parentOrganization"] = {"@type": "Organization", "name": practice.lead}
    if practice.start:
        found["foundingDate"] = str(practice.start)
    if practice.grade is not None:
        found["review"] = [
            {
                "@type": "Review",
                "reviewRating": {"@type": "Rating", "ratingValue": one.grade, "worstRating": 0, "bestRating": 5},
                "reviewBody": one.reason,
                "author": {"@type": "Person", "name": one.grader},
            }
            for one in practice.reviews
        ]
    return found


def json_ld(practice: Practice) -> bytes:
    """The schema.org description as JSON-LD, safe inside a script element of a page.

    Examples
    --------
    >>> from corridors.document.practices.forms import shipped_practices
    >>> b"<" in json_ld(shipped_practices()[0])
    False
    """
    return json.dumps(schema_org(practice), ensure_ascii=False).replace("<", "\\u003c").encode()
