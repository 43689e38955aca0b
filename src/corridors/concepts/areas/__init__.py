"""Countries, territories, former states, regions and groups: codes, official short names, what lies in what.

Codes are ISO 3166-1 alpha-3 for countries and territories, `W` with the United Nations code for regions and groups
(`W014` Eastern Africa), the old alpha-3 code for former states (`SUD` Sudan before 2011), `CHI` for the Channel Islands,
`XKX` for Kosovo and `XXX` for origins that the source does not tell apart.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

AreaKind = Literal["country", "former", "region", "group", "world", "unknown"]
Language = Literal["ar", "zh", "en", "fr", "ru", "es"]
WORLD, UNKNOWN_ORIGIN = "W001", "XXX"
LATIN_AMERICA, NORTHERN_AMERICA, AMERICAS = "W419", "W021", "W019"


@dataclass(frozen=True, slots=True)
class Area:
    """One area.

    Parameters
    ----------
    code
        Our code, see the module's docstring.
    m49
        United Nations code as three digits of text, or None.
    iso2
        ISO 3166-1 alpha-2, or None.
    kind
        Country (or territory), former state, M49 region, other group, the world, or unknown.
    name, name_fr
        Official short name in English and French.
    region, subregion
        M49 region (`W002`) and geographic subregion (`W014`), or None.
    ldc, lldc, sids
        Whether it is a least developed country, a landlocked developing country, a small island developing State.
    valid_from, valid_to
        First and last day of a former state, as far as known.
    longitude, latitude
        Point for labels and arcs in degrees, or None.
    """

    code: str
    m49: str | None
    iso2: str | None
    kind: AreaKind
    name: str
    name_fr: str
    region: str | None = None
    subregion: str | None = None
    ldc: bool = False
    lldc: bool = False
    sids: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    longitude: float | None = None
    latitude: float | None = None

    @property
    def major_area(self) -> str | None:
        """One of six: Africa, Asia, Europe, Latin America and the Caribbean, Northern America, Oceania."""
        if self.region != AMERICAS:
            return self.region
        if self.code == AMERICAS:
            return None
        return NORTHERN_AMERICA if NORTHERN_AMERICA in (self.code, self.subregion) else LATIN_AMERICA


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of this folder's CSV files."""
    text = files("corridors.concepts.areas").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def known_areas() -> Mapping[str, Area]:
    """Every area by code.

    Examples
    --------
    >>> known_areas()["FRA"].subregion
    'W155'
    """
    points = {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in rows_of("label_points")}
    found: dict[str, Area] = {}
    for name in ("countries", "former"):
        for row in rows_of(name):
            found[row["code"]] = Area(
                code=row["code"],
                m49=row["m49"] or None,
                iso2=row["iso2"] or None,
                kind="former" if row["kind"] == "former" else "country",
                name=row["name"],
                name_fr=row["name_fr"],
                region=row["region"] or None,
                subregion=row["subregion"] or None,
                ldc=row["ldc"] == "x",
                lldc=row["lldc"] == "x",
                sids=row["sids"] == "x",
                valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                longitude=points.get(row["code"], (None, None))[0],
                latitude=points.get(row["code"], (None, None))[1],
            )
    subregions = {area.subregion for area in found.values()}
    for row in rows_of("regions"):
        code = row["code"]
        found[code] = Area(
            code=code,
            m49=row["un_codes"].split()[0] if row["un_codes"] else None,
            iso2=None,
            kind=_kind(row["kind"]),
            name=row["name"],
            name_fr=row["name_fr"],
            region=row["region"] or None,
            subregion=code if code in subregions else None,
            longitude=points.get(code, (None, None))[0],
            latitude=points.get(code, (None, None))[1],
        )
    return MappingProxyType(found)


def _kind(text: str) -> AreaKind:
    kinds: dict[str, AreaKind] = {kind: kind for kind in get_args(AreaKind)}
    return kinds[text]


def area(code: str) -> Area:
    """The area of a code.

    Raises
    ------
    ValueError
        No area has this code.

    Examples
    --------
    >>> area("TUR").name
    'Türkiye'
    """
    if code not in known_areas():
        raise ValueError(f"{code!r} is no area code; codes are ISO 3166 alpha-3, or W and a United Nations code")
    return known_areas()[code]


def area_name(code: str, *, language: Language = "en") -> str:
    """Name to print: the official short name in English and French, the name of CLDR in the other languages.

    Where CLDR has no name in the language the English one is returned.

    Raises
    ------
    ValueError
        No area has this code, or the language is none of the six.

    Examples
    --------
    >>> area_name("CIV"), area_name("W014", language="fr"), area_name("MAR", language="es")
    ("Côte d'Ivoire", 'Afrique orientale', 'Marruecos')
    """
    found = area(code)
    if language not in get_args(Language):
        raise ValueError(f"no names in {language!r}; there are {', '.join(get_args(Language))}")
    if language == "en":
        return found.name
    if language == "fr":
        return found.name_fr
    from babel import Locale

    key = found.iso2 or found.m49
    return str(Locale.parse(language).territories.get(key, found.name)) if key else found.name


@cache
def _with_article() -> frozenset[str]:
    return frozenset(row["code"] for row in rows_of("articles"))


def area_in_sentence(code: str) -> str:
    """English name as it stands inside a sentence: with its article, and with its words in their natural order.

    Raises
    ------
    ValueError
        No area has this code.

    Examples
    --------
    >>> area_in_sentence("USA"), area_in_sentence("VEN"), area_in_sentence("W029"), area_in_sentence("FRA")
    ('the United States of America', 'the Bolivarian Republic of Venezuela', 'the Caribbean', 'France')
    """
    name = area(code).name
    turned = re.fullmatch(r"(.+) \((.+ of(?: the)?)\)", name)
    if turned:
        return f"the {turned[2]} {turned[1]}"
    return f"the {name}" if code in _with_article() else name


def members(code: str) -> tuple[str, ...]:
    """Present countries and territories of a region, subregion or of the world, by code.

    Raises
    ------
    ValueError
        The area has no list of members.

    Examples
    --------
    >>> members("W021")
    ('BMU', 'CAN', 'GRL', 'SPM', 'USA')
    """
    whole = area(code)
    if whole.kind not in ("region", "world"):
        raise ValueError(f"{code} is a {whole.kind}; members are known for regions and the world")
    africa_but_north = code == "W202"
    return tuple(
        sorted(
            one.code
            for one in known_areas().values()
            if one.kind == "country"
            and (
                whole.kind == "world"
                or code in (one.region, one.subregion, one.major_area)
                or (africa_but_north and one.region == "W002" and one.subregion != "W015")
            )
        )
    )


@cache
def _by_un_code() -> Mapping[int, str]:
    codes = {int(one.m49): one.code for one in known_areas().values() if one.m49}
    for row in rows_of("regions"):
        codes |= {int(text): row["code"] for text in row["un_codes"].split()}
    return MappingProxyType(codes)


def area_from_m49(code: str | int) -> str | None:
    """Our code of a United Nations location code, the older codes of regions included; None when there is none.

    Examples
    --------
    >>> area_from_m49("004"), area_from_m49(900), area_from_m49(910), area_from_m49(2003)
    ('AFG', 'W001', 'W014', 'XXX')
    """
    text = str(code).strip()
    return _by_un_code().get(int(text)) if text.isdigit() else None


@cache
def _by_iso2() -> Mapping[str, str]:
    return MappingProxyType({one.iso2: one.code for one in known_areas().values() if one.iso2})


def area_from_iso2(code: str) -> str | None:
    """Our code of an ISO 3166-1 alpha-2 code; None when there is none.

    Examples
    --------
    >>> area_from_iso2("NA")
    'NAM'
    """
    return _by_iso2().get(code)
