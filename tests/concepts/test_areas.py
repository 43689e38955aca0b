"""Areas: codes, names, what lies in what; membership of the United Nations by date."""

from collections import Counter
from datetime import date
from typing import get_args

import pytest

from corridors.concepts.areas import (
    Language,
    area,
    area_from_iso2,
    area_from_m49,
    area_in_sentence,
    area_name,
    known_areas,
    members,
)
from corridors.concepts.matching import fold, match_area
from corridors.concepts.membership import eu_members, regional_commissions, regional_group, un_members

COUNTRIES = [one for one in known_areas().values() if one.kind == "country"]


def test_there_are_249_iso_countries_and_territories():
    assert len([one for one in COUNTRIES if one.iso2 and one.code != "XKX"]) == 249


def test_every_country_but_antarctica_lies_in_one_subregion_of_its_region():
    for one in COUNTRIES:
        if one.code == "ATA":
            continue
        assert one.subregion is not None
        assert area(one.subregion).region == one.region, one.code
    assert len({one.subregion for one in COUNTRIES if one.subregion}) == 22


def test_regions_share_out_the_world_without_loss():
    for parts in (("W002", "W019", "W142", "W150", "W009"), ("W002", "W142", "W150", "W419", "W021", "W009")):
        shared = [code for part in parts for code in members(part)]
        assert Counter(shared).most_common(1)[0][1] == 1
        assert set(shared) == set(members("W001")) - {"ATA"}
    assert set(members("W202")) | set(members("W015")) == set(members("W002"))


def test_development_groups_have_their_published_size():
    sizes = tuple(sum(getattr(one, flag) for one in COUNTRIES) for flag in ("ldc", "lldc", "sids"))
    assert sizes == (44, 32, 53)


def test_un_codes_and_alpha_2_codes_lead_back():
    for one in known_areas().values():
        if one.m49:
            assert area_from_m49(one.m49) == one.code
        if one.iso2:
            assert area_from_iso2(one.iso2) == one.code
    assert area_from_m49(" 4 ") == "AFG"
    assert area_from_m49("999") is None
    assert area_from_m49("EUR") is None


def test_cldr_agrees_on_every_iso_code():
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    for one in COUNTRIES:
        if one.iso2 and one.code != "XKX":
            assert aliases.get(one.code) == [one.iso2]


@pytest.mark.parametrize("language", get_args(Language))
def test_every_country_has_a_name_in_each_of_the_six_languages(language):
    for one in COUNTRIES:
        assert area_name(one.code, language=language)


def test_caller_faults_are_named():
    with pytest.raises(ValueError, match="'ZZZ' is no area code"):
        area("ZZZ")
    with pytest.raises(ValueError, match="no names in 'de'"):
        area_name("FRA", language="de")
    with pytest.raises(ValueError, match="FRA is a country"):
        members("FRA")


@pytest.mark.parametrize(
    ("on", "count"),
    [
        ("1945-12-31", 51), ("1950-12-31", 60), ("1955-12-31", 76), ("1958-12-31", 82), ("1960-12-31", 99),
        ("1961-12-31", 104), ("1970-12-31", 127), ("1980-12-31", 154), ("1990-12-31", 159), ("1991-12-31", 166),
        ("1992-12-31", 179), ("1993-12-31", 184), ("1998-12-31", 185), ("1999-09-21", 188), ("2000-09-06", 189),
        ("2000-12-31", 189), ("2002-12-31", 191), ("2006-12-31", 192), ("2026-01-01", 193),
    ],
)  # fmt: skip
def test_members_on_a_day_are_as_many_as_the_united_nations_counted(on, count):
    on_day = un_members(date.fromisoformat(on))
    assert len(on_day) == len(set(on_day)) == count


def test_succession_is_by_date():
    assert "CSK" in un_members(date(1992, 12, 31))
    assert {"CZE", "SVK"} <= set(un_members(date(1993, 1, 19)))
    assert "YUG" in un_members(date(1999, 9, 21))
    assert "SRB" not in un_members(date(1999, 9, 21))
    assert "RUS" in un_members(date(1946, 1, 1))


def test_groups_and_commissions_cover_every_member():
    today = un_members(date(2026, 1, 1))
    sizes = Counter(regional_group(code) for code in today)
    assert sizes == {"AG": 54, "APG": 54, "EEG": 23, "GRULAC": 33, "WEOG": 28, None: 1}
    assert all(regional_commissions(code) for code in today)
    assert regional_commissions("XXX") == ()


def test_names_match_back_and_ambiguous_ones_do_not():
    for one in known_areas().values():
        assert match_area(one.name) == one.code
        assert match_area(one.name_fr) == one.code
    for text in ("Korea", "Virgin Islands", "Freedonia", "", "Total", "Micronesia", "Algerie1999x"):
        assert match_area(text) is None
    assert match_area("Congo") == "COG"
    assert fold("France*") == fold("France (a)") == fold("France12") == "france"


@pytest.mark.parametrize(
    ("on", "count"),
    [
        ("1957-12-31", 0), ("1958-01-01", 6), ("1973-01-01", 9), ("1981-01-01", 10), ("1986-01-01", 12), ("1995-01-01", 15),
        ("2004-05-01", 25), ("2007-01-01", 27), ("2013-07-01", 28), ("2020-01-31", 28), ("2020-02-01", 27),
    ],
)  # fmt: skip
def test_the_european_union_has_its_members_by_date(on, count):
    assert len(eu_members(date.fromisoformat(on))) == count


def test_the_union_of_a_year_is_a_group_and_its_code_says_how_many_it_has():
    for code, on in (
        ("EU15", "2004-04-30"),
        ("EU25", "2006-12-31"),
        ("EU27_2007", "2007-01-01"),
        ("EU28", "2020-01-31"),
    ):
        assert area(code).kind == "group"
        assert str(len(eu_members(date.fromisoformat(on)))) in area(code).name
    assert area_from_m49("97") == "W097"
    assert area_in_sentence("W097") == "the European Union"
