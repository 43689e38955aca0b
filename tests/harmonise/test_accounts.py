"""Accounts from small tables by hand: what becomes a native, what is merged, what is left out and said."""

import polars as pl
import pytest
from tests.harmonise import worlds

from corridors.concepts.findings import DataError
from corridors.harmonise.accounts import account_periods, accounts

START, END = "2015-07-01", "2020-07-01"
PERIOD = "2015-07-01/P5Y"


def _stock(*rows, source="undesa-ims2024"):
    """Rows (origin, destination, persons at the start, at the end)."""
    cells = [(o, d, "_T", day, n) for o, d, *both in rows for day, n in zip((START, END), both, strict=True)]
    return worlds.stock(cells, source)


def _population(people, source="wpp-2024"):
    return worlds.by_area(
        [(a, "_T", day, n) for a, both in people.items() for day, n in zip((START, END), both, strict=True)], source
    )


def _vital(events, *, period=PERIOD, source="wpp-2024"):
    rows = [
        (a, m, "_T", period, n) for a, both in events.items() for m, n in zip(("BIRTHS", "DEATHS"), both, strict=True)
    ]
    return worlds.by_area(rows, source, measure=True)


def _two(**changed):
    return {
        "STOCK": _stock(("AUT", "FRA", 10, 12), ("FRA", "AUT", 5, 6), ("XXX", "FRA", 3, 4)),
        "POPULATION": _population({"AUT": (1000, 1010), "FRA": (5000, 5100)}),
        "VITAL": _vital({"AUT": (50, 40), "FRA": (300, 200)}),
        "NET_MIGRATION": worlds.by_area([("AUT", "_T", PERIOD, 0.0), ("FRA", "_T", PERIOD, 0.0)]),
    } | changed


def test_natives_are_the_population_less_all_foreign_born_and_unknown_origins_may_be_a_birthplace():
    [account] = accounts(_two(), unknown="birthplace").accounts
    assert account.period.code == PERIOD
    assert account.sex == "_T"
    assert account.stock_end["birthplace"].values.tolist() == ["AUT", "FRA", "XXX"]
    assert account.stock_end.sel(destination="FRA").values.tolist() == [12, 5084, 4]
    assert account.stock_end.sum("birthplace").values.tolist() == [1010, 5100]
    assert account.births.values.tolist() == [50, 300]
    assert account.net_migration.values.tolist() == [0, 0]
    assert account.departures == ()


def test_an_area_that_knows_the_origin_of_none_of_its_foreign_born_is_left_out_and_said():
    tables = _two(STOCK=_stock(("AUT", "FRA", 10, 12), ("FRA", "AUT", 0, 0), ("XXX", "AUT", 7, 9)))
    [account] = accounts(tables).accounts
    assert account.births["destination"].values.tolist() == ["FRA"]
    assert account.stock_end["birthplace"].values.tolist() == ["FRA", "AUT"]
    [said] = account.departures
    assert (said.place, said.persons) == ("AUT", 1010)
    assert said.fact == "left out as a residence: the origin of none of its foreign-born is known"
    [kept] = accounts(tables, unknown="birthplace").accounts
    assert kept.births["destination"].values.tolist() == ["AUT", "FRA"]


def test_unknown_origins_count_with_the_natives_or_are_spread_on_request():
    [native] = accounts(_two()).accounts
    assert native.stock_end.sel(destination="FRA").values.tolist() == [12, 5088]
    [spread] = accounts(_two(), unknown="spread").accounts
    assert spread.stock_end.sel(destination="FRA").values.tolist() == [16, 5084]
    with pytest.raises(ValueError, match="no way 'dropped' with unknown origins; there are birthplace, native, spread"):
        accounts(_two(), unknown="dropped")


def test_calendar_years_count_by_half_at_both_ends():
    years = [
        (a, m, "_T", str(year), 10.0)
        for a in ("AUT", "FRA")
        for m in ("BIRTHS", "DEATHS")
        for year in range(2015, 2021)
    ]
    net = worlds.by_area(
        [(a, "_T", str(year), float(year - 2015)) for a in ("AUT", "FRA") for year in range(2014, 2021)]
    )
    [account] = accounts(_two(VITAL=worlds.by_area(years, measure=True), NET_MIGRATION=net)).accounts
    assert account.births.values.tolist() == [50, 50]
    assert account.net_migration.values.tolist() == [12.5, 12.5]


def test_aggregates_are_dropped_before_anything():
    tables = _two()
    totals = _stock(("W001", "FRA", 999, 999), ("AUT", "W150", 999, 999), ("W155", "AUT", 9, 9))
    tables["STOCK"] = pl.concat([tables["STOCK"], totals])
    tables["POPULATION"] = pl.concat([tables["POPULATION"], _population({"W001": (1e9, 1e9)})])
    [account] = accounts(tables).accounts
    assert account.stock_start.sum("birthplace").values.tolist() == [1000, 5000]
    assert account.stock_start["birthplace"].values.tolist() == ["AUT", "FRA"]


def test_those_born_in_another_country_of_the_region_are_its_natives_and_said():
    tables = {
        "STOCK": _stock(("W014", "W015", 10, 12), ("W014", "W014", 70, 80), ("W001", "W014", 99, 99)),
        "POPULATION": _population({"W014": (1000, 1010), "W015": (500, 510), "W002": (1500, 1520)}),
        "VITAL": _vital({"W014": (20, 10), "W015": (20, 10)}),
    }
    [account] = accounts(tables).accounts
    assert account.stock_end.values.tolist() == [[1010, 12], [0, 498]]
    assert account.net_migration is None
    [said] = account.departures
    assert (
        str(said) == "all areas: born in another country of the same area: counted as natives of the area (80 persons)"
    )


def test_blank_cells_enter_as_zero_and_are_counted():
    tables = _two(STOCK=_stock(("AUT", "FRA", 10, 12), ("FRA", "AUT", None, None), ("XXX", "FRA", 3, None)))
    [account] = accounts(tables).accounts
    assert account.stock_end.values.tolist() == [[1010, 12], [0, 5088]]
    assert [one.fact for one in account.departures] == ["blank cells of the stock that enter as zero: 1"]


def test_territories_of_the_population_are_brought_to_those_of_the_stock():
    tables = {
        "STOCK": _stock(("GBR", "CHI", 10, 12), ("CHI", "GBR", 5, 6), ("SRB", "GBR", 7, 7)),
        "POPULATION": _population(
            {
                "GBR": (9000, 9100),
                "GGY": (60, 61),
                "JEY": (100, 104),
                "SRB": (700, 690),
                "XKX": (180, 170),
                "TWN": (230, 238),
            }
        ),
        "VITAL": _vital(dict.fromkeys(("GBR", "GGY", "JEY", "SRB", "XKX", "TWN"), (5, 4))),
    }
    [account] = accounts(tables).accounts
    assert account.births["destination"].values.tolist() == ["CHI", "GBR", "SRB"]
    assert account.stock_end.sel(destination="CHI").values.tolist() == [153, 12, 0]
    assert account.births.values.tolist() == [10, 5, 10]
    assert {str(one) for one in account.departures} == {
        "TWN: left out: the stock of this revision tells nobody who was born or lives there apart (238 persons)",
        "CHI: Guernsey and Jersey are one area in the stock, the Channel Islands (165 persons)",
        "SRB: Kosovo (under Security Council resolution 1244 (1999)) is counted with Serbia in the stock (860 persons)",
    }


def test_a_stock_that_tells_the_parts_apart_needs_no_territory():
    tables = {
        "STOCK": _stock(("SRB", "GBR", 7, 7), ("XKX", "GBR", 2, 3)),
        "POPULATION": _population({"GBR": (9000, 9100), "SRB": (700, 690), "XKX": (180, 170)}),
        "VITAL": _vital(dict.fromkeys(("GBR", "SRB", "XKX"), (5, 4))),
    }
    [account] = accounts(tables).accounts
    assert account.births["destination"].values.tolist() == ["GBR", "SRB", "XKX"]


def _sudan(start, end):
    rows = [
        ("EGY", "SDN", 20, 22),
        ("EGY", "SSD", 0, 9),
        ("SSD", "SDN", 0, 90),
        ("SSD", "EGY", 4, 5),
        ("XXX", "SSD", 7, 7),
    ]
    people = {"EGY": (9000, 9100), "SDN": (4000, 4300), "SSD": (1000, 1100)}
    days, period = (start, end), f"{start}/P5Y"
    return {
        "STOCK": worlds.stock(
            [(o, d, "_T", day, n) for o, d, *both in rows for day, n in zip(days, both, strict=True)]
        ),
        "POPULATION": worlds.by_area(
            [(a, "_T", day, n) for a, both in people.items() for day, n in zip(days, both, strict=True)]
        ),
        "VITAL": _vital(dict.fromkeys(people, (50, 40)), period=period),
    }


def test_a_former_state_stands_for_its_parts_while_one_of_them_counts_no_foreign_born():
    [account] = accounts(_sudan("2005-07-01", "2010-07-01")).accounts
    assert account.births["destination"].values.tolist() == ["EGY", "SUD"]
    assert account.stock_end.values.tolist() == [[9095, 31], [5, 5369]]
    assert any(one.place == "SUD" and one.persons == 5400 for one in account.departures)


def test_a_former_state_does_not_outlive_its_last_day():
    [account] = accounts(_sudan("2015-07-01", "2020-07-01")).accounts
    assert account.births["destination"].values.tolist() == ["EGY", "SDN", "SSD"]


def test_few_migrants_in_areas_without_a_population_are_said_and_their_own_diaspora_stays_a_birthplace():
    tables = _two(STOCK=_stock(("AUT", "FRA", 20_000, 20_000), ("AUT", "VAT", 8, 9), ("VAT", "FRA", 6, 7)))
    tables["POPULATION"] = _population({"AUT": (1e6, 1e6), "FRA": (5e6, 5e6)})
    [account] = accounts(tables).accounts
    assert account.stock_end["birthplace"].values.tolist() == ["AUT", "FRA", "VAT"]
    assert str(account.departures[0]).startswith("VAT: left out as a residence: no population, births or deaths")


def test_many_migrants_in_areas_without_a_population_are_a_fault():
    with pytest.raises(DataError) as caught:
        accounts(_two(POPULATION=_population({"AUT": (1000, 1010)})))
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("population-missing", "period 2015-2020, area FRA")
    assert finding.fact == "16 migrants live there, but population, births or deaths are not known"


def test_periods_beyond_population_or_events_are_left_out_and_said():
    stock = worlds.stock([("AUT", "FRA", "_T", day, 10.0) for day in (START, END, "2024-07-01", "2025-07-01")])
    people = worlds.by_area([(a, "_T", day, 1e4) for a in ("AUT", "FRA") for day in (START, END, "2024-07-01")])
    found = accounts(_two(STOCK=stock, POPULATION=people))
    assert [account.period.label for account in found.accounts] == ["2015-2020"]
    assert [str(one) for one in found.departures] == [
        "2020-2024: left out: births and deaths do not cover the whole period (10 persons)",
        "2024-2025: left out: the population has no figures of 2025-07-01 (10 persons)",
    ]


def test_foreign_born_that_are_first_counted_at_the_end_are_said():
    tables = _two(STOCK=_stock(("AUT", "FRA", 10, 12), ("FRA", "AUT", 0, 6)))
    [account] = accounts(tables).accounts
    [said] = account.departures
    assert (said.place, said.persons) == ("AUT", 6)
    assert "part of the flows is a new border or count" in said.fact


def test_two_revisions_in_one_table_are_named():
    tables = _two()
    tables["STOCK"] = pl.concat([tables["STOCK"], _stock(("AUT", "FRA", 1, 2), source="undesa-ims2020")])
    with pytest.raises(DataError, match=r"table STOCK: SOURCE is undesa-ims2020, undesa-ims2024 \[revision-mixed\]"):
        accounts(tables)


def test_a_stock_with_another_revisions_population_is_told_what_to_collect():
    tables = _two(STOCK=_stock(("AUT", "FRA", 10, 12), source="undesa-ims2020"))
    with pytest.raises(DataError) as caught:
        accounts(tables)
    assert {finding.place for finding in caught.value.findings} == {
        "table POPULATION",
        "table VITAL",
        "table NET_MIGRATION",
    }
    assert str(caught.value.findings[0]) == (
        "table POPULATION: wpp-2024 does not belong to undesa-ims2020 [revision-unpaired]\n"
        "    mend: collect World Population Prospects 2022 (source wpp)"
    )
    tables = _two(STOCK=_stock(("AUT", "FRA", 10, 12), source="undesa-ims2015"))
    with pytest.raises(DataError, match="no population is known to belong to the revision 2015 of the stock"):
        accounts(tables)


def test_missing_tables_are_named():
    with pytest.raises(DataError) as caught:
        accounts({"STOCK": _two()["STOCK"]})
    assert [finding.code for finding in caught.value.findings] == ["table-missing", "table-missing"]
    assert "table VITAL: no row of all ages for an area with births or deaths" in str(caught.value)


def test_sexes_are_accounted_where_everything_is_known_by_sex():
    tables = _two()
    with pytest.raises(ValueError, match="no account by sex F; the tables have _T"):
        accounts(tables, sexes=["F"])
    halves = {
        name: pl.concat([table.with_columns(SEX=pl.lit(sex), OBS_VALUE=pl.col("OBS_VALUE") / 2) for sex in ("F", "M")])
        for name, table in tables.items()
    }
    found = accounts(halves).accounts
    assert [account.sex for account in found] == ["_T", "F", "M"]
    assert found[0].stock_end.sel(destination="FRA").values.tolist() == [12, 5088]
    assert found[1].births.values.tolist() == [25, 150]


def test_periods_follow_the_dates_of_the_stock():
    found = account_periods(worlds.stock([("AUT", "FRA", "_T", day, 1.0) for day in ("2024-07-01", START, END)]))
    assert [period.code for period in found] == [PERIOD, "2020-07-01/P4Y"]


def test_calendar_years_need_mid_year_dates():
    stock = worlds.stock([("AUT", "FRA", "_T", day, 10.0) for day in ("2015-01-01", "2020-01-01")])
    people = worlds.by_area([(a, "_T", day, 1e4) for a in ("AUT", "FRA") for day in ("2015-01-01", "2020-01-01")])
    with pytest.raises(ValueError, match="does not start on 1 July; calendar years cannot be split"):
        accounts(_two(STOCK=stock, POPULATION=people))


def test_a_populous_area_never_vanishes_because_one_figure_is_blank():
    tables = _two()
    blank = (pl.col("AREA") == "FRA") & (pl.col("MEASURE") == "BIRTHS")
    vital = tables["VITAL"].filter(~blank)
    with pytest.raises(DataError) as caught:
        accounts({**tables, "VITAL": vital})
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("population-missing", "period 2015-2020, area FRA")
    assert finding.fact == "5,100 persons live there, but population or births or deaths are blank at a date"


def test_net_migration_that_one_area_lacks_stays_with_the_others():
    tables = _two()
    net = tables["NET_MIGRATION"].filter(pl.col("AREA") != "AUT")
    [account] = accounts({**tables, "NET_MIGRATION": net}).accounts
    assert account.net_migration.dropna("destination")["destination"].values.tolist() == ["FRA"]
